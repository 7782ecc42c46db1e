"""Erases sealed rows whose last retention period has ended; their hashes stay, the chain holds."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection, delete, insert, select
from sqlmodel import SQLModel

from netzwart.clock import utcnow
from netzwart.database import table_of
from netzwart.ledger.reading import rows_between
from netzwart.ledger.tables import ErasedRow, LedgerSegment
from netzwart.ledger.verifier import LEAF_BYTES, Segment, ids_of, kinds_of, leaf_of, runs_of

_erased = table_of(ErasedRow)
_segments = table_of(LedgerSegment)
_CHUNK = 500


@dataclass(frozen=True, slots=True)
class Erasure:
    """What was erased, and what was not."""

    erased: int = 0
    unsealed: int = 0
    """No seal covers them yet; the next night does."""
    altered: int = 0
    """They are not what was sealed: somebody changed them, so they stay as proof of that."""


def erase_rows(
    connection: Connection, subject: str, until: Mapping[int, date], reason: str
) -> Erasure:
    """Erase rows of a sealed table by id; `until` is the day each had to be kept to.

    Before a row goes, its hash is compared with the seal's and written down; the database itself
    lets no row go whose hash is not there.
    """
    altered = 0
    kept: dict[int, bytes] = {}
    c = _segments.c
    covering = connection.execute(
        select(c.day, c.part, c.columns, c.ids, c.rows, c.leaves)
        .where(c.subject == subject, c.last_id >= min(until, default=0))
        .order_by(c.day, c.part)
    )
    for row in covering.all():
        place = {row_id: number for number, row_id in enumerate(ids_of(row.ids))}
        if not (chosen := sorted(place.keys() & until.keys())):
            continue
        bare = Segment(str(row.day), subject, row.part, row.columns, runs_of(chosen), 0, b"", "")
        wanted, kinds = set(chosen), kinds_of(row.columns)
        for told in rows_between(connection, bare):
            if told[0] not in wanted:
                continue
            leaf, start = leaf_of(told, kinds), place[told[0]] * LEAF_BYTES
            if leaf[:LEAF_BYTES] == row.leaves[start : start + LEAF_BYTES]:
                kept[told[0]] = leaf
            else:
                altered += 1
    _write(connection, subject, until, kept, reason)
    return Erasure(len(kept), len(until) - len(kept) - altered, altered)


def _write(
    connection: Connection,
    subject: str,
    until: Mapping[int, date],
    leaves: Mapping[int, bytes],
    reason: str,
) -> None:
    now = utcnow()
    table = SQLModel.metadata.tables[subject]
    ids = sorted(leaves)
    for start in range(0, len(ids), _CHUNK):
        chunk = ids[start : start + _CHUNK]
        connection.execute(
            insert(_erased),
            [
                {
                    "subject": subject,
                    "row_id": row_id,
                    "leaf_sha256": leaves[row_id].hex(),
                    "retained_until": until[row_id],
                    "reason": reason,
                    "erased_at": now,
                    "created_at": now,
                    "changed_at": now,
                    "version": 1,
                }
                for row_id in chunk
            ],
        )
        connection.execute(delete(table).where(table.c.id.in_(chunk)))
