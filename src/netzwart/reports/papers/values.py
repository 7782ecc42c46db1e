"""A list on paper as one frozen value: facts, tables with their sums, and what is uncertain.

Drawing computes nothing; `paper_table` builds a table with its sums and running totals.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from netzwart.money import ZERO, total
from netzwart.proofs.values import Party, PrintedRuleNote
from netzwart.reports.kinds import KINDS, PaperKind

CellValue = str | Decimal | int | date | datetime | bool | None


@dataclass(frozen=True, slots=True)
class PaperField:
    """One value of a row: a column of the CSV twin."""

    key: str
    is_summed: bool = False


@dataclass(frozen=True, slots=True)
class PrintedColumn:
    """One column on paper; several fields of a row stand in it one below the other."""

    headings: tuple[str, ...]
    width: float
    """Millimetres."""
    fields: tuple[str, ...]
    is_figure: bool = False


@dataclass(frozen=True, slots=True)
class PaperRow:
    """A row with the running totals up to and including it."""

    values: tuple[CellValue, ...]
    so_far: tuple[Decimal, ...]


@dataclass(frozen=True, slots=True)
class PaperGroup:
    """Rows under a heading, with their sums."""

    label: str | None
    rows: tuple[PaperRow, ...]
    sums: tuple[Decimal, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperTable:
    """One table: all fields for machines, the printed columns for people."""

    key: str
    """Name of the CSV twin."""
    title: str
    fields: tuple[PaperField, ...]
    columns: tuple[PrintedColumn, ...]
    groups: tuple[PaperGroup, ...]
    totals: tuple[Decimal, ...]
    """Of the summed fields, in their order."""
    total_label: str = "Insgesamt"
    empty: str
    """What is said when there is no row."""

    @property
    def rows(self) -> tuple[PaperRow, ...]:
        """Return all rows in print order."""
        return tuple(row for group in self.groups for row in group.rows)


@dataclass(frozen=True, slots=True, kw_only=True)
class ListPaper:
    """A whole list on one day."""

    kind: PaperKind
    subject: str
    """What it is about: a file number, a school, all programmes."""
    grant: str | None = None
    """Aktenzeichen, where it is about one grant."""
    as_of: date
    recipient: Party
    addressee: Party | None = None
    facts: tuple[tuple[str, str], ...]
    paragraphs: tuple[str, ...] = ()
    tables: tuple[PaperTable, ...]
    signatures: tuple[str, ...] = ()
    """Labels of signature lines."""
    rule_notes: tuple[PrintedRuleNote, ...] = ()
    is_landscape: bool = False
    is_draft: bool
    is_demo: bool
    generator_version: str
    rule_version: str | None = None
    number: str | None = None
    seal_root: str | None = None
    signature_note: str | None = None
    check_address: str | None = None

    @property
    def title(self) -> str:
        """Return what the paper is called."""
        return KINDS[self.kind].label


def paper_table(
    key: str,
    title: str,
    fields: Sequence[PaperField],
    columns: Sequence[PrintedColumn],
    rows: Iterable[Sequence[CellValue]],
    *,
    empty: str,
    grouped_by: Callable[[Sequence[CellValue]], str] | None = None,
) -> PaperTable:
    """Return a table with sums and running totals; rows of a group must stand together."""
    summed = [index for index, field in enumerate(fields) if field.is_summed]
    groups: list[PaperGroup] = []
    so_far = [ZERO] * len(summed)
    for label, members in _grouped(rows, grouped_by):
        printed: list[PaperRow] = []
        for values in members:
            so_far = [
                total([sum_, _amount(values[index])])
                for sum_, index in zip(so_far, summed, strict=True)
            ]
            printed.append(PaperRow(tuple(values), tuple(so_far)))
        sums = tuple(total([_amount(row[index]) for row in members]) for index in summed)
        groups.append(PaperGroup(label, tuple(printed), sums))
    return PaperTable(
        key=key,
        title=title,
        fields=tuple(fields),
        columns=tuple(columns),
        groups=tuple(groups),
        totals=tuple(so_far),
        empty=empty,
    )


def _grouped(
    rows: Iterable[Sequence[CellValue]],
    grouped_by: Callable[[Sequence[CellValue]], str] | None,
) -> list[tuple[str | None, list[Sequence[CellValue]]]]:
    if grouped_by is None:
        listed = list(rows)
        return [(None, listed)] if listed else []
    found: dict[str, list[Sequence[CellValue]]] = {}
    for row in rows:
        found.setdefault(grouped_by(row), []).append(row)
    return list(found.items())


def _amount(value: CellValue) -> Decimal:
    return value if isinstance(value, Decimal) else ZERO
