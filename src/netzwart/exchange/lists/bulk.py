"""Changes many devices at once: a bulk edit is a list that nobody had to write.

The devices chosen on a page become the rows, what shall hold for all of them the defaults. Plan,
conflicts, history and undo are those of any list.
"""

import csv
from collections.abc import Mapping, Sequence
from io import StringIO
from typing import Annotated, Any, cast

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator
from sqlalchemy.ext.asyncio import AsyncSession

from netzwart.accounts.actors import Actor, Right
from netzwart.errors import InvalidInputError
from netzwart.exchange.lists.cells import CLEARABLE, CLEARED
from netzwart.exchange.lists.columns import FIELD_LABELS, ListField, ListSettings, MatchKey
from netzwart.exchange.lists.running import begin, scope_json
from netzwart.inventory.import_tables import ImportKind, ImportRun, ImportState

MOST_DEVICES = 20_000
_NUMBER = FIELD_LABELS[ListField.INVENTORY_NUMBER]
CHANGEABLE = (
    ListField.STATUS,
    ListField.SCHOOL,
    ListField.ROOM,
    ListField.DELIVERED_ON,
    ListField.COMMISSIONED_ON,
    ListField.WARRANTY_UNTIL,
    ListField.ASSET_NUMBER,
    ListField.NOTE,
)
"""Fields that may be the same for many devices."""
_SET, _CLEAR = "set_", "clear_"


class NothingChosenError(InvalidInputError):
    """No devices, too many, or nothing to change."""


class BulkForm(BaseModel):
    """Which devices, what they shall be, and why."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    numbers: list[Annotated[str, Field(max_length=60)]]
    """Inventory numbers."""
    values: dict[ListField, Annotated[str, Field(max_length=2000)]]
    reason: Annotated[
        str, StringConstraints(strip_whitespace=True), Field(min_length=3, max_length=150)
    ]

    @model_validator(mode="before")
    @classmethod
    def _gather(cls, sent: Any) -> Any:  # noqa: ANN401 - whatever a browser sent
        if not isinstance(sent, dict) or "values" in sent:
            return sent  # pyright: ignore[reportUnknownVariableType] - pydantic refuses it
        given: dict[str, Any] = dict(sent)  # pyright: ignore[reportUnknownArgumentType] - texts by name
        texts = {name: given.pop(name) for name in list(given) if name.startswith((_SET, _CLEAR))}
        values = {
            name.removeprefix(_SET): text
            for name, text in texts.items()
            if name.startswith(_SET) and text
        }
        cleared = {name.removeprefix(_CLEAR) for name in texts if name.startswith(_CLEAR)}
        return {
            "reason": given.pop("reason", ""),
            "numbers": _lines_of(given.pop("numbers", "")),
            "values": {**values, **dict.fromkeys(cleared, CLEARED)},
            **given,
        }


def _lines_of(sent: object) -> list[str]:
    """Return inventory numbers from a field with one per line, or several fields."""
    texts = cast("list[object]", sent) if isinstance(sent, list) else [sent]
    return [line.strip() for text in texts for line in str(text).splitlines() if line.strip()]


async def begin_bulk_edit(session: AsyncSession, actor: Actor, form: BulkForm) -> ImportRun:
    """Keep the wish as a list of its own and queue its plan.

    Raises:
        NothingChosenError: no devices, too many of them, or nothing to change.
    """
    numbers = list(dict.fromkeys(form.numbers))
    _check(numbers, form.values)
    run = ImportRun(
        kind=ImportKind.BULK,
        file_name=f"Sammeländerung: {form.reason}",
        content=_csv(numbers),
        sheet={
            "header": [_NUMBER],
            "samples": {_NUMBER: numbers[:3]},
            "rows": len(numbers),
            "told": "Auswahl in der Geräteliste",
        },
        settings=ListSettings(
            {_NUMBER: ListField.INVENTORY_NUMBER},
            MatchKey.INVENTORY_NUMBER,
            dict(form.values),
        ).to_json(),
        state=ImportState.MAPPING,
        scope=scope_json(actor, Right.EDIT_INVENTORY),
        user_id=actor.user_id,
        actor=actor.name[:200],
        actor_name=actor.display_name[:200],
    )
    session.add(run)
    await session.flush()
    await begin(session, run.id, [ImportState.MAPPING], ImportState.PLANNING)
    return run


def _check(numbers: Sequence[str], values: Mapping[ListField, str]) -> None:
    errors: dict[str, str] = {}
    if not numbers:
        errors["numbers"] = "Bitte mindestens ein Gerät wählen."
    if len(numbers) > MOST_DEVICES:
        errors["numbers"] = f"Höchstens {MOST_DEVICES} Geräte auf einmal. Bitte enger filtern."
    wrong = [meaning for meaning in values if meaning not in CHANGEABLE]
    wrong += [
        meaning for meaning, text in values.items() if text == CLEARED and meaning not in CLEARABLE
    ]
    if wrong:
        errors[""] = f"{FIELD_LABELS[wrong[0]]} lässt sich so nicht ändern."
    if not values:
        errors["set_status"] = "Bitte mindestens ein Feld ausfüllen."
    if errors:
        raise NothingChosenError("Diese Änderung geht so nicht.", errors)


def _csv(numbers: Sequence[str]) -> bytes:
    text = StringIO()
    writer = csv.writer(text, delimiter=";")
    writer.writerow([_NUMBER])
    writer.writerows([number] for number in numbers)
    return text.getvalue().encode()
