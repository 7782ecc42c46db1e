"""Programmes from their folders, in the version of a day, with a notice's values on top."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import cast

from pydantic import ValidationError

from netzwart.errors import InvalidInputError, NotFoundError
from netzwart.funding.programmes.reading import Lines, ProgrammeFileError, read_tree, refusal
from netzwart.funding.programmes.schema import ProgrammeFile, ProgrammeRules, Valued, ValueStatus

FOLDER = Path(__file__).parent
NOTICE = "Zuwendungsbescheid"

_ENVELOPE = frozenset({"value", "status", "source"})
_CITED = re.compile(r"\bQ[0-9]+[a-z]?\b")


class UnknownRuleValueError(InvalidInputError):
    """A notice overrides a value that the programme does not have, or with something impossible."""


class UnknownProgrammeError(NotFoundError):
    """No programme has this key or alias."""


@dataclass(frozen=True, slots=True)
class ProgrammeVersion:
    """One version of the rules with the day from which notices are judged by it."""

    version: str
    valid_from: date | None
    reason: str
    rules: ProgrammeRules


@dataclass(frozen=True, slots=True)
class FundingProgramme:
    """A programme's rules in one version, with what a notice has overridden."""

    key: str
    name: str
    aliases: tuple[str, ...]
    sources: Mapping[str, str]
    versions: tuple[ProgrammeVersion, ...]
    current: ProgrammeVersion
    rules: ProgrammeRules
    overridden: Mapping[str, object]
    """Dotted path of each value the notice has set, with that value."""

    @property
    def version(self) -> str:
        """Return the name of the version the rules are from."""
        return self.current.version

    def at(self, day: date) -> "FundingProgramme":
        """Return the programme in the version that held on the notice's day, without overrides.

        A notice older than the first version is judged by the first.
        """
        held = [
            version
            for version in self.versions
            if version.valid_from is None or version.valid_from <= day
        ]
        current = held[-1] if held else self.versions[0]
        return replace(self, current=current, rules=current.rules, overridden=MappingProxyType({}))

    def value(self, path: str) -> Valued[object]:
        """Return the envelope at a dotted path like `caps.mobil20.value`.

        Raises:
            UnknownRuleValueError: when there is none.
        """
        found = dict(envelopes(self.rules)).get(path)
        if found is None:
            raise _unknown(path, [known for known, _ in envelopes(self.rules)])
        return found

    def with_overrides(self, overrides: Mapping[str, object]) -> "FundingProgramme":
        """Return the programme with the notice's values, by dotted path; texts are converted.

        Values the programme leaves out may be set as well (`deadlines.proof.due_on`). Earlier
        overrides stay unless named again.

        Raises:
            UnknownRuleValueError: for a path or a value the rules cannot take.
        """
        tree = cast("dict[str, object]", self.rules.model_dump(mode="python"))
        for path, value in overrides.items():
            _put(tree, path, value, [known for known, _ in envelopes(self.rules)])
        try:
            rules = ProgrammeRules.model_validate(tree)
        except ValidationError as error:
            raise _refused(overrides, error) from error
        return replace(
            self,
            rules=rules,
            overridden=MappingProxyType({**self.overridden, **overrides}),
        )


@cache
def load_programmes(folder: Path = FOLDER) -> Mapping[str, FundingProgramme]:
    """Return all programmes by key, in their latest version.

    Raises:
        ProgrammeFileError: naming file, line and path of what is wrong.
    """
    programmes: dict[str, FundingProgramme] = {}
    names: dict[str, str] = {}
    for path in sorted(folder.glob("*/programme.yaml")):
        programme = load_programme(path)
        for name in (programme.key, *programme.aliases):
            if name.casefold() in names:
                raise ProgrammeFileError(
                    f"{path.parent.name}: „{name}“ heißt schon {names[name.casefold()]}"
                )
            names[name.casefold()] = programme.key
        programmes[programme.key] = programme
    return MappingProxyType(programmes)


def get_programme(name: str, notice_on: date | None = None) -> FundingProgramme:
    """Return the programme by key or alias, in the version of the notice's day if one is given.

    Raises:
        UnknownProgrammeError: with the nearest key.
    """
    programmes = load_programmes()
    wanted = name.strip().casefold()
    for programme in programmes.values():
        if wanted in {known.casefold() for known in (programme.key, *programme.aliases)}:
            return programme if notice_on is None else programme.at(notice_on)
    near = get_close_matches(name, list(programmes), n=1, cutoff=0.0)
    raise UnknownProgrammeError(
        f"Das Förderprogramm „{name}“ gibt es nicht. Gemeint ist vielleicht {near[0]}."
    )


def load_programme(path: Path) -> FundingProgramme:
    """Return one programme from its `programme.yaml`, in its latest version.

    Raises:
        ProgrammeFileError: naming file, line and path of what is wrong.
    """
    tree, lines = read_tree(path)
    try:
        file = ProgrammeFile.model_validate(tree)
    except ValidationError as error:
        raise refusal(path, lines, error) from error
    versions = tuple(_versions(path, lines, file))
    days = [version.valid_from or date.min for version in versions]
    if days != sorted(set(days)):
        raise ProgrammeFileError(f"{path.parent.name}: die Versionen sind nicht nach Tag geordnet")
    return FundingProgramme(
        key=file.key,
        name=file.name,
        aliases=file.aliases,
        sources=MappingProxyType(dict(file.sources)),
        versions=versions,
        current=versions[-1],
        rules=versions[-1].rules,
        overridden=MappingProxyType({}),
    )


def _versions(path: Path, lines: Lines, file: ProgrammeFile) -> Iterator[ProgrammeVersion]:
    merged: dict[str, object] = {}
    for index, version in enumerate(file.versions):
        merged = _merged(merged, version.rules)
        try:
            rules = ProgrammeRules.model_validate(merged)
        except ValidationError as error:
            raise refusal(path, lines, error, f"versions.{index}.rules") from error
        for spot, envelope in envelopes(rules):
            _check_source(path, spot, envelope, file.sources)
        yield ProgrammeVersion(version.version, version.valid_from, version.reason, rules)


def _merged(old: Mapping[str, object], new: Mapping[str, object]) -> dict[str, object]:
    """Return the old rules with the new on top; an envelope is replaced as a whole."""
    merged = dict(old)
    for key, value in new.items():
        before = merged.get(key)
        if isinstance(before, dict) and isinstance(value, dict) and "status" not in value:
            merged[key] = _merged(
                cast("dict[str, object]", before), cast("dict[str, object]", value)
            )
        else:
            merged[key] = value
    return merged


def _check_source(
    path: Path, spot: str, envelope: Valued[object], sources: Mapping[str, str]
) -> None:
    cited = _CITED.findall(envelope.source)
    missing = [key for key in cited if key not in sources]
    if missing:
        raise ProgrammeFileError(
            f"{path.parent.name}/{path.name}: {spot}: Quelle {missing[0]} fehlt im Verzeichnis"
        )
    sourced = {ValueStatus.SOURCED, ValueStatus.SECONDARY}
    if envelope.status in sourced and not cited:
        raise ProgrammeFileError(
            f"{path.parent.name}/{path.name}: {spot}: ein belegter Wert nennt seine Quelle (Qnn)"
        )


def envelopes(rules: object, prefix: str = "") -> Iterator[tuple[str, Valued[object]]]:
    """Yield every value of the rules with its dotted path, in the order of the schema."""
    if isinstance(rules, Valued):
        yield prefix, cast("Valued[object]", rules)
        return
    if isinstance(rules, Mapping):
        members = list(cast("Mapping[str, object]", rules).items())
    else:
        members = [
            (name, getattr(rules, name)) for name in getattr(type(rules), "model_fields", {})
        ]
    for name, member in members:
        yield from envelopes(member, f"{prefix}.{name}".lstrip("."))


def _put(tree: dict[str, object], path: str, value: object, known: list[str]) -> None:
    *parents, leaf = path.split(".")
    branch = tree
    for name in parents:
        child = branch.get(name)
        if not _is_group(child):
            raise _unknown(path, known)
        branch = cast("dict[str, object]", child)
    if leaf not in branch or _is_group(branch[leaf]):
        raise _unknown(path, known)
    if value is None:
        raise UnknownRuleValueError(
            f"Für „{path}“ fehlt der Wert des Bescheids.", {path: "Der Wert fehlt."}
        )
    branch[leaf] = {"value": value, "status": ValueStatus.SOURCED, "source": NOTICE}


def _is_group(member: object) -> bool:
    """Return whether the member holds named values rather than one value."""
    return isinstance(member, dict) and not set(cast("dict[str, object]", member)) >= _ENVELOPE


def _unknown(path: str, known: list[str]) -> UnknownRuleValueError:
    near = get_close_matches(path, known, n=1, cutoff=0.0)
    message = f"Den Regelwert „{path}“ gibt es nicht. Gemeint ist vielleicht „{near[0]}“."
    return UnknownRuleValueError(message, {path: message})


def _refused(overrides: Mapping[str, object], error: ValidationError) -> UnknownRuleValueError:
    fields = {
        ".".join(str(part) for part in complaint["loc"]).removesuffix(".value"): complaint["msg"]
        for complaint in error.errors()
    }
    named = ", ".join(f"„{path}“" for path in fields if path in overrides) or "Ein Wert"
    return UnknownRuleValueError(f"{named} passt nicht zu den Regeln des Programms.", fields)
