"""The walk of a list: judge every row, write what can be, note what each row meant."""

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from netzwart.accounts.actors import Actor, Scope
from netzwart.errors import ConflictError
from netzwart.exchange.lists.book import open_book
from netzwart.exchange.lists.columns import FIELD_LABELS, ListField, ListSettings, missing_for_match
from netzwart.exchange.lists.judging import Judged, judge
from netzwart.exchange.lists.reading import Sheet
from netzwart.exchange.lists.writing import write_rows
from netzwart.exchange.problems import BrokenImportError, ImportProblem
from netzwart.exchange.upserting import Action, Outcome, PlannedRow

SECTION = "devices"


class PlanInConflictError(ConflictError):
    """Rows of the plan contradict the record, and nobody said to leave them out."""


class DeviceListWalk:
    """What a list of devices does; afterwards `judged` and `written` tell it in detail."""

    def __init__(
        self,
        sheet: Sheet,
        settings: ListSettings,
        actor: Actor,
        scope: Scope,
        reason: str,
        *,
        is_rehearsal: bool,
    ) -> None:
        self._sheet = sheet
        self._settings = settings
        self._actor = actor
        self._scope = scope
        self._reason = reason
        self._is_rehearsal = is_rehearsal
        self.judged: Sequence[Judged] = ()
        self.written: dict[int, tuple[int, int]] = {}
        """Line → device and its version after."""

    async def __call__(self, session: AsyncSession, outcome: Outcome) -> None:
        """Bring the list in; the caller keeps it or rolls it back.

        Raises:
            BrokenImportError: the list lacks a column that finding devices needs.
            PlanInConflictError: (applying) rows are in conflict and shall not be left out.
        """
        missing = missing_for_match(self._settings)
        if missing:
            raise BrokenImportError(_lacking(meaning) for meaning in missing)
        book = await open_book(session, self._sheet, self._settings, self._scope)
        self.judged = judge(self._sheet, self._settings, book)
        outcome.rows.extend(_planned(row) for row in self.judged)
        conflicts = sum(row.action is Action.CONFLICT for row in self.judged)
        if conflicts and not self._is_rehearsal and not self._settings.leaves_conflicts:
            raise PlanInConflictError(
                f"{conflicts} Zeilen sind im Konflikt mit der Kartei; es wurde nichts übernommen."
                if conflicts > 1
                else "Eine Zeile ist im Konflikt mit der Kartei; es wurde nichts übernommen."
            )
        self.written = await write_rows(session, self.judged, self._actor, self._reason)


def _planned(row: Judged) -> PlannedRow:
    message = "; ".join(row.faults.values())
    return PlannedRow(SECTION, row.label, row.action, row.changes, message, row.faults, row.line)


def _lacking(meaning: ListField) -> ImportProblem:
    label = FIELD_LABELS[meaning]
    return ImportProblem(
        meaning.value,
        f"Die Geräte sollen über „{label}“ gefunden werden, aber keine Spalte enthält sie.",
    )
