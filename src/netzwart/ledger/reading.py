"""Reads chain and rows through SQLAlchemy, so that both databases are verified by one verifier."""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from sqlalchemy import Connection, func, select, text
from sqlmodel import SQLModel

from netzwart.database import table_of
from netzwart.ledger.tables import DaySeal, ErasedRow, LedgerSegment
from netzwart.ledger.verifier import Row, Seal, Segment, ends_of, split_columns

_seals = table_of(DaySeal)
_segments = table_of(LedgerSegment)
_erased = table_of(ErasedRow)
_FEW_ROWS = 25
"""Issued documents carry their bytes: so many are read at once."""


def rows_between(connection: Connection, segment: Segment) -> Iterable[Row]:
    """Return the rows between a segment's first and last id as texts, by id."""
    plain, others = split_columns(segment.columns)
    first, last = ends_of(segment.ids)
    is_sqlite = connection.dialect.name == "sqlite"
    told = [_told(column, is_sqlite=is_sqlite) for column in plain]
    statement = text(
        f'SELECT {", ".join(["id", *told, *others])} FROM "{segment.subject}"'  # noqa: S608 - names are the chain's own
        " WHERE id BETWEEN :first AND :last ORDER BY id"
    ).bindparams(first=first, last=last)
    if not is_sqlite and ":b" in segment.columns:
        statement = statement.execution_options(stream_results=True, max_row_buffer=_FEW_ROWS)
    end = len(plain) + 1
    for row in connection.execute(statement):
        values = list(row[1:end])
        yield row[0], json.dumps(values, ensure_ascii=False, separators=(",", ":")), *row[end:]


def _told(column: str, *, is_sqlite: bool) -> str:
    """Return a column as the hash wants it: PostgreSQL is made to say what SQLite has stored."""
    name, _, kind = column.partition(":")
    if is_sqlite:
        return f'"{name}"'
    return {
        "t": f"to_char(\"{name}\" AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24\\:MI\\:SS.US')",
        "d": f'CAST("{name}" AS text)',
        "f": f'CAST("{name}" AS integer)',
    }.get(kind, f'"{name}"')


class Chain:
    """The chain of a live database, as the verifier wants it."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def seals(self) -> Sequence[Seal]:
        """Return all seals, oldest first."""
        c = _seals.c
        found = self._connection.execute(
            select(c.day, c.entries, c.root_sha256, c.previous_sha256).order_by(c.day)
        )
        return [Seal(row[0].isoformat(), row[1], row[2], row[3]) for row in found]

    def segments(self) -> Iterable[Segment]:
        """Return all segments, by day, table and part; those of one day at a time."""
        c = _segments.c
        for seal in self.seals():
            yield from self._of_day(date.fromisoformat(seal.day))
        without = self._connection.execute(
            select(c.day).where(c.day.not_in(select(_seals.c.day))).distinct().order_by(c.day)
        )
        for day in without.scalars():
            yield from self._of_day(day)

    def _of_day(self, day: date) -> Iterable[Segment]:
        c = _segments.c
        found = self._connection.execute(
            select(c.subject, c.part, c.columns, c.ids, c.rows, c.leaves, c.sha256)
            .where(c.day == day)
            .order_by(c.subject, c.part)
        )
        return [Segment(day.isoformat(), *row) for row in found.all()]

    def rows(self, segment: Segment) -> Iterable[Row]:
        """Return the rows between the segment's first and last id, by id."""
        return rows_between(self._connection, segment)

    def erased(self, subject: str) -> Mapping[int, str]:
        """Return the leaves of rows whose retention has ended, by id."""
        found = self._connection.execute(
            select(_erased.c.row_id, _erased.c.leaf_sha256).where(_erased.c.subject == subject)
        )
        return {row[0]: row[1] for row in found}

    def count(self, subject: str, last_id: int) -> int:
        """Return how many rows there are up to that id."""
        c = SQLModel.metadata.tables[subject].c
        found = self._connection.execute(
            select(func.count()).select_from(c.id.table).where(c.id <= last_id)
        )
        return int(found.scalar_one())
