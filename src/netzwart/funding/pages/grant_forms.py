"""The flat forms of a browser about a grant: numbered rows become plan, sources and tranches."""

import re
from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any, Final, cast

from pydantic import Field, model_validator

from netzwart.funding.forms import (
    AmendmentForm,
    ApplicationForm,
    ClawbackForm,
    Form,
    GrantForm,
    MessageForm,
    SubmissionForm,
)
from netzwart.funding.queries.correspondence import GrantParts
from netzwart.funding.rules.duties import MessageOccasion
from netzwart.funding.tables import Grant
from netzwart.money import format_amount

PARTS: Final[Mapping[str, tuple[str, ...]]] = {
    "plan": ("category", "total", "eligible"),
    "sources": ("kind", "label", "amount"),
    "tranches": ("year", "amount"),
}
"""Lists of a grant → the fields of one of their rows, named `plan_category_1` in the browser."""
EMPTY_ROWS: Final = 2
MOST_ROWS: Final = 60
_FIELD = re.compile(r"^(plan|sources|tranches)_([a-z]+)_(\d{1,2})$")
_PATH = re.compile(r"^(plan|sources|tranches)\.(\d+)\.(\w+)$")


class _WithParts(Form):
    """A form whose numbered rows become the grant's lists."""

    @model_validator(mode="before")
    @classmethod
    def _gather(cls, sent: Any) -> Any:  # noqa: ANN401 - whatever a browser sent
        if not isinstance(sent, dict):
            return sent
        given = cast("dict[str, Any]", sent)
        head = {name: value for name, value in given.items() if not _FIELD.match(name)}
        return head | {part: _rows(given, part) for part in PARTS}


class GrantEntryForm(_WithParts, GrantForm):
    """A new grant with plan, sources and tranches."""


class AmendmentEntryForm(_WithParts, AmendmentForm):
    """A later notice; the page shows what holds, and what is sent replaces it."""


class ClawbackEntryForm(ClawbackForm):
    """A clawback typed on the page of its grant, whose address says which."""

    grant_id: int = 0


class SubmissionEntryForm(SubmissionForm):
    """A submission typed on the page of its grant, whose address says which."""

    grant_id: int = 0


class ApplicationEntryForm(ApplicationForm):
    """An application; the grant that answered it is chosen later."""


class MessageEntryForm(Form):
    """A message typed on the page of its grant; the device by its inventory number."""

    occasion: MessageOccasion
    due_on: date | None = None
    sent_on: date | None = None
    text: Annotated[str, Field(max_length=2000)] = ""
    device: Annotated[str, Field(max_length=60)] = ""

    def as_message(self, grant_id: int, device_id: int | None) -> MessageForm:
        """Return the message as the act takes it."""
        return MessageForm(
            grant_id=grant_id,
            occasion=self.occasion,
            due_on=self.due_on,
            sent_on=self.sent_on,
            text=self.text,
            device_id=device_id,
        )


class DayForm(Form):
    """The day on which something happened."""

    day: date


def _rows(given: Mapping[str, Any], part: str) -> list[dict[str, str]]:
    found: list[dict[str, str]] = []
    for number in range(1, MOST_ROWS + 1):
        row = {
            name: str(given.get(f"{part}_{name}_{number}") or "").strip() for name in PARTS[part]
        }
        if any(row.values()):
            found.append(row)
    return found


def part_rows(values: Mapping[str, Any]) -> dict[str, range]:
    """Return per list the rows to draw: those that hold something, and two more."""
    used = dict.fromkeys(PARTS, 0)
    for name in values:
        found = _FIELD.match(name)
        if found is not None and values[name]:
            used[found[1]] = max(used[found[1]], int(found[3]))
    return {part: range(1, min(last + EMPTY_ROWS, MOST_ROWS) + 1) for part, last in used.items()}


def part_field(error: str) -> str:
    """Return the field of the page that an error's path means: `plan.0.total` → `plan_total_1`."""
    found = _PATH.match(error)
    return error if found is None else f"{found[1]}_{found[3]}_{int(found[2]) + 1}"


def amendment_values(grant: Grant, parts: GrantParts) -> dict[str, str]:
    """Return what holds today, so that a notice is typed as a change of it."""
    days = ("final_on", "execution_from", "execution_until", "approval_until")
    values = {name: _day(getattr(grant, name)) for name in days}
    values["eligible_planned"] = format_amount(grant.eligible_planned)
    rate = grant.funding_rate
    values["funding_rate"] = "" if rate is None else f"{rate.normalize():f}".replace(".", ",")
    for number, row in enumerate(parts.plan, 1):
        values |= {
            f"plan_category_{number}": row.category,
            f"plan_total_{number}": format_amount(row.total),
            f"plan_eligible_{number}": format_amount(row.eligible),
        }
    for number, source in enumerate(parts.sources, 1):
        values |= {
            f"sources_kind_{number}": source.kind,
            f"sources_label_{number}": source.label,
            f"sources_amount_{number}": format_amount(source.amount),
        }
    for number, tranche in enumerate(parts.tranches, 1):
        values |= {
            f"tranches_year_{number}": str(tranche.year),
            f"tranches_amount_{number}": format_amount(tranche.amount),
        }
    return values


def _day(day: date | None) -> str:
    return "" if day is None else day.isoformat()
