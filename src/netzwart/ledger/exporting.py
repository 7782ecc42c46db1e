"""Writes the chain with all it covers into one file that the stand-alone verifier reads."""

import gzip
import hashlib
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from netzwart.ledger.reading import Chain
from netzwart.ledger.verifier import Row, Segment, ends_of, ids_of, kinds_of


def export_chain(connection: Connection, path: Path) -> int:
    """Write seals, segments and rows, and return how many rows; bytes go in as their SHA-256."""
    chain = Chain(connection)
    rows = 0
    with gzip.open(path, "wt", encoding="utf-8", compresslevel=6) as target:
        target.write(_line(_head(chain)))
        for segment in chain.segments():
            told = {name: getattr(segment, name) for name in Segment.__dataclass_fields__}
            target.write(_line(told | {"leaves": segment.leaves.hex()}))
            for row in _rows_of(chain, segment):
                target.write(_line(row))
                rows += 1
    return rows


def _head(chain: Chain) -> dict[str, Any]:
    last: dict[str, int] = {}
    for segment in chain.segments():
        last[segment.subject] = max(last.get(segment.subject, 0), ends_of(segment.ids)[1])
    return {
        "seals": [[seal.day, seal.entries, seal.root, seal.previous] for seal in chain.seals()],
        "erased": {subject: chain.erased(subject) for subject in last},
        "counts": {subject: chain.count(subject, last_id) for subject, last_id in last.items()},
    }


def _rows_of(chain: Chain, segment: Segment) -> Iterable[list[Any]]:
    wanted, kinds = set(ids_of(segment.ids)), kinds_of(segment.columns)
    return (_portable(row, kinds) for row in chain.rows(segment) if row[0] in wanted)


def _portable(row: Row, kinds: str) -> list[Any]:
    others = [
        hashlib.sha256(bytes(value)).hexdigest() if kind == "b" and value is not None else value
        for kind, value in zip(kinds, row[2:], strict=True)
    ]
    return [row[0], row[1], *others]


def _line(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")) + "\n"
