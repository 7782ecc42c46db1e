"""Reads the contract's target lines: one JSON object a line, one node each."""

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError, model_validator
from pydantic_core import ErrorDetails, PydanticCustomError

from netzwart.errors import InvalidInputError
from netzwart.network.protocols.replies import (
    AuthProtocol,
    PrivacyProtocol,
    SnmpTarget,
    SnmpVersion,
    SshTarget,
)

_STRICT = ConfigDict(strict=True, extra="forbid", frozen=True, hide_input_in_errors=True)

Host = Annotated[str, Field(min_length=1, max_length=253, pattern=r"^[^\s/\x00-\x1f\x7f]+$")]
Port = Annotated[int, Field(ge=1, le=65_535)]
Secret = Annotated[SecretStr, Field(min_length=1, max_length=10_000)]
UserName = Annotated[str, Field(min_length=1, max_length=64)]
Seconds = Annotated[float, Field(gt=0, le=120)]


class UnusableTargetsError(InvalidInputError):
    """A target list cannot be used; the message names the first lines and what is wrong there."""


class ShellForm(BaseModel):
    """The `ssh` part of a target line."""

    model_config = _STRICT

    platform: Annotated[str, Field(min_length=1, max_length=80)]
    user: UserName
    password: Secret | None = None
    private_key: Secret | None = None
    enable_secret: Secret | None = None
    known_hosts: Annotated[str, Field(min_length=1, max_length=4096)] | None = None
    timeout_s: Seconds = 20.0

    @model_validator(mode="after")
    def _has_a_way_in(self) -> Self:
        if self.password is None and self.private_key is None:
            raise PydanticCustomError("way_in", "SSH braucht password oder private_key")
        return self


class TargetForm(BaseModel):
    """One target line."""

    model_config = _STRICT

    id: Annotated[str, Field(min_length=1, max_length=200)]
    host: Host
    port: Port | None = None
    version: SnmpVersion = SnmpVersion.V2C
    community: Secret | None = None
    user: UserName | None = None
    auth: AuthProtocol | None = None
    auth_key: Secret | None = None
    privacy: PrivacyProtocol | None = None
    privacy_key: Secret | None = None
    context: Annotated[str, Field(max_length=32)] = ""
    timeout_s: Seconds = 1.5
    retries: Annotated[int, Field(ge=0, le=10)] = 1
    ssh: ShellForm | None = None

    @model_validator(mode="after")
    def _credentials_fit_the_version(self) -> Self:
        if self.ssh is not None:
            self._refuse_beside_ssh()
        elif self.version is SnmpVersion.V3:
            self._check_v3()
        elif self.community is None:
            raise PydanticCustomError("community", "Version 1 und 2c brauchen community")
        return self

    def _refuse_beside_ssh(self) -> None:
        beside = sorted(self.model_fields_set - {"id", "host", "port", "ssh"})
        if beside:
            names = ", ".join(beside)
            raise PydanticCustomError(
                "beside_ssh", "neben ssh nicht erlaubt: {names}", {"names": names}
            )

    def _check_v3(self) -> None:
        if self.user is None:
            raise PydanticCustomError("user", "Version 3 braucht user")
        if (self.auth is None) != (self.auth_key is None):
            raise PydanticCustomError("auth", "auth und auth_key gehören zusammen")
        if (self.privacy is None) != (self.privacy_key is None):
            raise PydanticCustomError("privacy", "privacy und privacy_key gehören zusammen")
        if self.privacy is not None and self.auth is None:
            raise PydanticCustomError("privacy", "privacy braucht auth")

    def target(self) -> SnmpTarget | SshTarget:
        """Return what a wire takes."""
        if self.ssh is not None:
            shell = self.ssh
            return SshTarget(
                host=self.host,
                platform=shell.platform,
                user=shell.user,
                port=self.port or 22,
                password=shell.password,
                private_key=shell.private_key,
                enable_secret=shell.enable_secret,
                # Somebody asks by hand: a key that the person's own file knows must be that one.
                known_hosts=shell.known_hosts or str(Path("~/.ssh/known_hosts").expanduser()),
                accepts_new_host=shell.known_hosts is None,
                timeout_s=shell.timeout_s,
            )
        return SnmpTarget(
            host=self.host,
            port=self.port or 161,
            version=self.version,
            community=self.community,
            user=self.user,
            auth=self.auth,
            auth_key=self.auth_key,
            privacy=self.privacy,
            privacy_key=self.privacy_key,
            context=self.context,
            timeout_s=self.timeout_s,
            retries=self.retries,
        )


@dataclass(frozen=True, slots=True)
class ListedTarget:
    """One line's id and how to ask it."""

    id: str
    target: SnmpTarget | SshTarget


_MAX_REPORTED = 10


def read_targets(path: Path) -> list[ListedTarget]:
    """Return the targets of a JSON lines file, in its order.

    Raises:
        UnusableTargetsError: when the file cannot be read, is empty, or a line is wrong.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as problem:
        raise UnusableTargetsError(f"Die Datei {path} lässt sich nicht lesen.") from problem
    except UnicodeDecodeError as problem:
        raise UnusableTargetsError(f"Die Datei {path} ist kein UTF-8-Text.") from problem
    return parse_targets(text.splitlines())


def parse_targets(lines: Iterable[str]) -> list[ListedTarget]:
    """Return the targets in these lines; blank lines are skipped.

    Raises:
        UnusableTargetsError: when a line is wrong, an id comes twice, or there is no line.
    """
    targets: list[ListedTarget] = []
    line_of: dict[str, int] = {}
    problems: dict[str, str] = {}
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            form = TargetForm.model_validate_json(line)
        except ValidationError as error:
            problems[f"lines.{number}"] = f"Zeile {number}: {_sentence(error.errors())}"
            continue
        if form.id in line_of:
            problems[f"lines.{number}"] = (
                f"Zeile {number}: Die id steht schon in Zeile {line_of[form.id]}."
            )
            continue
        line_of[form.id] = number
        targets.append(ListedTarget(form.id, form.target()))
    if problems:
        shown = list(problems.values())[:_MAX_REPORTED]
        rest = len(problems) - len(shown)
        tail = [f"… und {rest} weitere Zeilen."] if rest else []
        raise UnusableTargetsError("\n".join([*shown, *tail]), problems)
    if not targets:
        raise UnusableTargetsError("Die Liste enthält kein Ziel.")
    return targets


def _sentence(errors: Sequence[ErrorDetails]) -> str:
    return "; ".join(_clause(error) for error in errors) + "."


def _clause(error: ErrorDetails) -> str:
    """Return one mistake in German; never the value, which may be a secret."""
    place = ".".join(str(part) for part in error["loc"])
    text = _reason(error, place)
    return f"{place}: {text}" if place else text


def _reason(error: ErrorDetails, place: str) -> str:
    kind = error["type"]
    if kind == "extra_forbidden":
        return "unbekannter Name" + _nearest(place)
    if kind == "enum":
        expected = str(error.get("ctx", {}).get("expected", ""))
        return f"erlaubt ist {expected}".replace(" or ", " oder ")
    if kind in _OWN_SENTENCES:
        return error["msg"]
    return _REASONS.get(kind, "hat nicht die erwartete Form")


_REASONS = {
    "missing": "fehlt",
    "json_invalid": "kein gültiges JSON",
    "greater_than_equal": "außerhalb des erlaubten Bereichs",
    "less_than_equal": "außerhalb des erlaubten Bereichs",
    "greater_than": "außerhalb des erlaubten Bereichs",
    "string_too_short": "darf nicht leer sein",
    "too_short": "darf nicht leer sein",
    "string_too_long": "zu lang",
    "too_long": "zu lang",
}
_OWN_SENTENCES = frozenset({"way_in", "community", "beside_ssh", "user", "auth", "privacy"})


def _nearest(place: str) -> str:
    holder, _, name = place.rpartition(".")
    known = ShellForm.model_fields if holder == "ssh" else TargetForm.model_fields
    close = difflib.get_close_matches(name, list(known), n=1)
    return f", gemeint ist vielleicht {close[0]}" if close else ""
