"""First steps of a list: the file is kept, a person says what its columns mean."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator
from sqlalchemy.ext.asyncio import AsyncSession

from netzwart.accounts.actors import Actor
from netzwart.accounts.audit import record_audit
from netzwart.documents.service import safe_name
from netzwart.errors import InvalidInputError
from netzwart.exchange.lists.columns import (
    DEFAULTABLE,
    FIELD_LABELS,
    IGNORED,
    ListField,
    ListSettings,
    MatchKey,
    doubled_meanings,
    meaning_of,
    missing_for_match,
    recognised,
    suggestion_for,
)
from netzwart.exchange.lists.queries import find_profile
from netzwart.exchange.lists.reading import Sheet, read_sheet
from netzwart.exchange.lists.running import begin, scope_json
from netzwart.exchange.problems import BrokenImportError
from netzwart.inventory.import_tables import ImportProfile, ImportRun, ImportState

_SAMPLES = 3
_MEBIBYTE = 1024 * 1024
_COLUMN, _DEFAULT = "column_", "default_"


class ListRefusedError(InvalidInputError):
    """The file cannot be taken at all."""


class BadMappingError(InvalidInputError):
    """The columns do not fit together."""


class UnknownProfileError(InvalidInputError):
    """No mapping of this name is saved."""


class MappingForm(BaseModel):
    """What a person chose: each column's meaning, how devices are found, what holds for all."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    columns: dict[int, str]
    """Place of a column → a field's name, `-` to leave it out, empty when undecided."""
    defaults: dict[ListField, str]
    match_on: MatchKey
    leaves_conflicts: bool = False
    save_as: Annotated[str, StringConstraints(strip_whitespace=True), Field(max_length=80)] = ""
    supplier_id: Annotated[int, Field(ge=1, le=2**63 - 1)] | None = None

    @model_validator(mode="before")
    @classmethod
    def _gather(cls, sent: Any) -> Any:  # noqa: ANN401 - whatever a browser sent
        if not isinstance(sent, dict) or "columns" in sent:
            return sent  # pyright: ignore[reportUnknownVariableType] - pydantic refuses it
        given: dict[str, Any] = dict(sent)  # pyright: ignore[reportUnknownArgumentType] - texts by name
        columns = {name: given.pop(name) for name in list(given) if name.startswith(_COLUMN)}
        defaults = {name: given.pop(name) for name in list(given) if name.startswith(_DEFAULT)}
        return {
            **given,
            "columns": {name.removeprefix(_COLUMN): text for name, text in columns.items()},
            "defaults": {
                name.removeprefix(_DEFAULT): text.strip()
                for name, text in defaults.items()
                if isinstance(text, str) and text.strip()
            },
        }


async def take_list(
    session: AsyncSession,
    actor: Actor,
    file_name: str,
    content: bytes,
    *,
    limit_mib: int,
    profile: str = "",
) -> ImportRun:
    """Keep a file; with a saved mapping that knows all its columns it is planned at once.

    Raises:
        ListRefusedError: the file is empty, too large, or no list.
        UnknownProfileError: no mapping of this name is saved.
    """
    if len(content) > limit_mib * _MEBIBYTE:
        message = f"Die Datei ist größer als {limit_mib} MiB."
        raise ListRefusedError(message, {"file": message})
    try:
        sheet = await asyncio.to_thread(read_sheet, content, file_name)
    except BrokenImportError as broken:
        message = " ".join(str(problem) for problem in broken.problems[:_SAMPLES])
        raise ListRefusedError(message, {"file": message}) from broken
    settings = await _settings_of(session, sheet, profile)
    run = ImportRun(
        file_name=safe_name(file_name),
        content=content,
        sheet=_told(sheet),
        settings=settings.to_json() if settings else {},
        state=ImportState.MAPPING,
        scope=scope_json(actor),
        user_id=actor.user_id,
        actor=actor.name[:200],
        actor_name=actor.display_name[:200],
    )
    session.add(run)
    await session.flush()
    if profile and settings and set(settings.columns) >= set(sheet.header):
        await begin(session, run.id, [ImportState.MAPPING], ImportState.PLANNING)
    return run


async def plan_by_headings(session: AsyncSession, run: ImportRun) -> None:
    """Plan a list whose columns no person maps: every heading must be a known one.

    Raises:
        BrokenImportError: names every unknown heading with a suggestion.
    """
    settings = recognised(run.sheet["header"])
    run.settings = settings.to_json()
    await session.flush()
    await begin(session, run.id, [ImportState.MAPPING], ImportState.PLANNING)


async def _settings_of(session: AsyncSession, sheet: Sheet, profile: str) -> ListSettings | None:
    kept = None
    if profile:
        found = await find_profile(session, profile)
        if found is None:
            raise UnknownProfileError(
                f"Die Zuordnung „{profile}“ gibt es nicht.",
                {"profile": f"Die Zuordnung „{profile}“ gibt es nicht."},
            )
        kept = ListSettings.from_json(found.settings)
    try:
        return recognised(sheet.header, kept)
    except BrokenImportError:
        return kept  # what it knows is proposed; a person decides the rest


def _told(sheet: Sheet) -> dict[str, Any]:
    samples: dict[str, list[str]] = {name: [] for name in sheet.header}
    for row in sheet.rows[:200]:
        for name, text in row.cells.items():
            if len(samples[name]) < _SAMPLES and text not in samples[name]:
                samples[name].append(text[:60])
    return {
        "header": list(sheet.header),
        "samples": samples,
        "rows": len(sheet.rows),
        "told": sheet.told,
    }


async def map_columns(
    session: AsyncSession,
    actor: Actor,
    run_id: int,
    header: Sequence[str],
    form: MappingForm,
) -> None:
    """Keep what the columns mean, save it under a name if asked, and queue the plan.

    Raises:
        BadMappingError: a column is undecided, means what another one does, or one is missing.
        WrongStateError: the list is applied already.
    """
    settings = _checked(header, form)
    run = await session.get_one(ImportRun, run_id)
    run.settings = settings.to_json()
    await session.flush()
    if form.save_as:
        await _save(session, actor, form, settings)
    await begin(
        session,
        run_id,
        [ImportState.MAPPING, ImportState.PLANNED, ImportState.BROKEN],
        ImportState.PLANNING,
    )


def _checked(header: Sequence[str], form: MappingForm) -> ListSettings:
    errors: dict[str, str] = {}
    columns: dict[str, ListField | None] = {}
    for place, name in enumerate(header):
        chosen = form.columns.get(place, "")
        if chosen == IGNORED:
            columns[name] = None
        elif chosen in FIELD_LABELS:
            columns[name] = ListField(chosen)
        else:
            hint = _suggested(name)
            errors[f"{_COLUMN}{place}"] = f"„{name}“ ist noch nicht zugeordnet.{hint}"
    for problem in doubled_meanings(columns):
        errors[f"{_COLUMN}{list(header).index(problem.path)}"] = problem.message
    settings = ListSettings(columns, form.match_on, form.defaults, form.leaves_conflicts)
    if not errors and (missing := missing_for_match(settings)):
        names = " und ".join(FIELD_LABELS[meaning] for meaning in missing)
        errors["match_on"] = f"Dazu fehlt eine Spalte: {names}."
    if errors:
        raise BadMappingError("Die Zuordnung ist noch nicht vollständig.", errors)
    return settings


def _suggested(name: str) -> str:
    near = suggestion_for(name)
    return f" Meinten Sie „{FIELD_LABELS[near]}“?" if near else ""


async def _save(
    session: AsyncSession, actor: Actor, form: MappingForm, settings: ListSettings
) -> None:
    profile = await find_profile(session, form.save_as)
    if profile is None:
        profile = ImportProfile(name=form.save_as)
        session.add(profile)
    profile.settings = settings.to_json()
    profile.supplier_id = form.supplier_id
    await session.flush()
    await record_audit(session, actor, "import_profile_recorded", "import_profile", profile.id)


def proposed_values(sheet: Mapping[str, Any], settings: Mapping[str, Any]) -> dict[str, str]:
    """Return the mapping form's values: what was chosen before, or what headings usually mean."""
    chosen = settings.get("columns", {})
    values: dict[str, str] = {}
    for place, name in enumerate(sheet["header"]):
        usual = meaning_of(name)
        values[f"{_COLUMN}{place}"] = chosen.get(name, usual.value if usual else "")
    for meaning in DEFAULTABLE:
        values[f"{_DEFAULT}{meaning.value}"] = settings.get("defaults", {}).get(meaning.value, "")
    values["match_on"] = settings.get("match_on", MatchKey.INVENTORY_NUMBER.value)
    values["leaves_conflicts"] = "true" if settings.get("leaves_conflicts") else ""
    return values
