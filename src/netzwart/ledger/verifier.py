"""Verifies netzwart's hash chain without netzwart: this one file and Python's standard library.

    python verifier.py netzwart.sqlite3
    python verifier.py kette.jsonl.gz --root 3f… --as-of 2026-11-27

`netzwart ledger export` writes the second kind of file. Exit code 0: all is well; 1: it is not.

How the chain is made, for whoever wants to write a verifier of their own:

1. A row is written as a JSON array of its plain columns, without blanks and with characters as they
   are; moments are text in UTC, `2026-11-27 08:00:00.000000`. Behind it come the JSON and the bytes
   columns, each as `length:text,`, a missing one as `-,`: JSON with sorted keys and no blanks,
   bytes as their SHA-256. The SHA-256 of all that is the row's leaf.
2. A segment is what one day's seal covers of one table; its hash is the SHA-256 of the leaves, one
   after another in the order of the ids.
3. The seal of a day is the SHA-256 of the JSON text `[day, previous seal, [[table, part, columns,
   ids, rows, segment hash], …]]`. The first seal's previous one is 64 zeros. There is one for each
   day without a gap, also for a day without rows.
"""

# ruff: noqa: S608 - names of tables and columns are the chain's own, ids are numbers

import argparse
import gzip
import hashlib
import json
import sqlite3
import sys
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Protocol, cast

GENESIS = "0" * 64
_OUTSIDE = (":j", ":b")
LEAF_BYTES = 8
SHOWN = 50

Row = tuple[Any, ...]
"""Id, text of the plain columns, then the values of the JSON and bytes columns."""


@dataclass(frozen=True)
class Segment:
    """What one day's seal covers of one table."""

    day: str
    subject: str
    part: int
    columns: str
    ids: str
    rows: int
    leaves: bytes
    sha256: str

    def digest(self) -> list[Any]:
        """Return what the seal is made of."""
        return [self.subject, self.part, self.columns, self.ids, self.rows, self.sha256]


@dataclass(frozen=True)
class Seal:
    """One day's root."""

    day: str
    entries: int
    root: str
    previous: str


class _Source(Protocol):
    """Where chain and rows are read from: segments by day, table and part, rows by id."""

    def seals(self) -> Sequence[Seal]: ...
    def segments(self) -> Iterable[Segment]: ...
    def rows(self, segment: Segment) -> Iterable[Row]: ...
    def erased(self, subject: str) -> Mapping[int, str]: ...
    def count(self, subject: str, last_id: int) -> int: ...


@dataclass
class Outcome:
    """What the verification found."""

    faults: list[str] = field(default_factory=list[str])
    days: int = 0
    rows: int = 0
    roots: set[str] = field(default_factory=set[str])

    def add(self, fault: str) -> None:
        """Note a fault; no more than fifty are worth reading."""
        if len(self.faults) < SHOWN:
            self.faults.append(fault)


def runs_of(ids: Sequence[int]) -> str:
    """Return ascending ids as runs: `1-500 502-700`."""
    runs: list[list[int]] = []
    for one in ids:
        if runs and one == runs[-1][1] + 1:
            runs[-1][1] = one
        else:
            runs.append([one, one])
    return " ".join(f"{first}-{last}" for first, last in runs)


def ids_of(runs: str) -> Iterator[int]:
    """Return the ids of runs, one after another."""
    for run in runs.split():
        first, last = map(int, run.split("-"))
        yield from range(first, last + 1)


def ends_of(runs: str) -> tuple[int, int]:
    """Return the first and the last id of runs."""
    return int(runs.partition("-")[0]), int(runs.rpartition("-")[2])


def leaf_of(row: Row, kinds: str) -> bytes:
    """Return a row's hash; `kinds` has one letter for each value behind the text, j or b."""
    text: str = row[1]
    if kinds == "j" and row[2] == "{}":  # nearly all rows there are
        return hashlib.sha256((text + "2:{},").encode()).digest()
    for kind, value in zip(kinds, row[2:], strict=True):
        text += _piece(kind, value)
    return hashlib.sha256(text.encode()).digest()


def _piece(kind: str, value: Any) -> str:  # noqa: ANN401 - JSON or bytes, as the database has it
    if value is None:
        return "-,"
    if kind == "b":
        told = value if isinstance(value, str) else hashlib.sha256(bytes(value)).hexdigest()
    else:
        told = _plain_json(value)
    return f"{len(told)}:{told},"


def _plain_json(value: Any) -> str:  # noqa: ANN401 - text on SQLite, an object on PostgreSQL
    return json.dumps(
        json.loads(value) if isinstance(value, str) else value,
        sort_keys=True,
        ensure_ascii=False,
        separators=(",", ":"),
    )


def kinds_of(columns: str) -> str:
    """Return the letters of the columns that are not told in SQL: `id seen_at:t raw:j` → `j`."""
    return "".join(column[-1] for column in columns.split() if column.endswith(_OUTSIDE))


def root_of(day: str, previous: str, segments: Iterable[Segment]) -> str:
    """Return a day's seal."""
    told = [day, previous, [segment.digest() for segment in segments]]
    text = json.dumps(told, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def verify(source: _Source, as_of: date, expected_root: str | None = None) -> Outcome:
    """Return what is wrong with the chain and the rows under it, as of a day."""
    outcome = Outcome()
    seals = list(source.seals())
    by_day: dict[str, list[Segment]] = {seal.day: [] for seal in seals}
    sealed: dict[str, list[int]] = {}
    erased: dict[str, Mapping[int, str]] = {}
    for segment in source.segments():
        if segment.day not in by_day:
            outcome.add(f"{segment.day}: das Siegel des Tages fehlt ({segment.subject}).")
        by_day.setdefault(segment.day, []).append(segment)
        if segment.subject not in erased:
            erased[segment.subject] = source.erased(segment.subject)
        _verify_segment(source, segment, erased[segment.subject], outcome)
        tally = sealed.setdefault(segment.subject, [0, 0])
        tally[0] += segment.rows
        tally[1] = max(tally[1], ends_of(segment.ids)[1])
    _verify_chain(seals, by_day, outcome)
    _verify_end(source, seals, sealed, erased, as_of, outcome)
    if expected_root is not None and expected_root not in outcome.roots:
        outcome.add(f"Das genannte Siegel {expected_root} kommt in der Kette nicht vor.")
    return outcome


def _verify_segment(
    source: _Source, segment: Segment, erased: Mapping[int, str], outcome: Outcome
) -> None:
    """Compare the rows of a segment with its hash, and say which of them differ."""
    kinds, wanted = kinds_of(segment.columns), list(ids_of(segment.ids))
    outcome.rows += len(wanted)
    found = {row[0]: leaf_of(row, kinds) for row in source.rows(segment)}
    if erased:
        found = {key: bytes.fromhex(leaf) for key, leaf in erased.items()} | found
    leaves = [found.get(row_id, b"") for row_id in wanted]
    starts = b"".join([leaf[:LEAF_BYTES] for leaf in leaves])
    whole = hashlib.sha256(b"".join(leaves)).hexdigest()
    if whole == segment.sha256 and starts == segment.leaves:
        return
    place = f"{segment.day}: {segment.subject}"
    outcome.add(f"{place} stimmt nicht mit dem Siegel überein.")
    for number, (row_id, leaf) in enumerate(zip(wanted, leaves, strict=True)):
        if not leaf:
            outcome.add(f"{place} {row_id} fehlt.")
        elif leaf[:LEAF_BYTES] != segment.leaves[number * LEAF_BYTES : (number + 1) * LEAF_BYTES]:
            outcome.add(f"{place} {row_id} wurde verändert.")


def _verify_chain(
    seals: Sequence[Seal], by_day: Mapping[str, Sequence[Segment]], outcome: Outcome
) -> None:
    previous = GENESIS
    expected: date | None = None
    for seal in seals:
        day = date.fromisoformat(seal.day)
        if expected is not None and day != expected:
            outcome.add(f"Zwischen {expected} und {seal.day} fehlen Siegel.")
        if seal.previous != previous:
            outcome.add(f"{seal.day}: das Siegel schließt nicht an das vorige an.")
        if root_of(seal.day, seal.previous, by_day[seal.day]) != seal.root:
            outcome.add(f"{seal.day}: das Siegel passt nicht zu dem, was es deckt.")
        outcome.days += 1
        outcome.roots.add(seal.root)
        previous, expected = seal.root, day + timedelta(days=1)


def _verify_end(
    source: _Source,
    seals: Sequence[Seal],
    sealed: Mapping[str, Sequence[int]],
    erased: Mapping[str, Mapping[int, str]],
    as_of: date,
    outcome: Outcome,
) -> None:
    """Look for rows that no seal covers, and for days missing at the end."""
    for subject, (rows, last_id) in sealed.items():
        there = source.count(subject, last_id)
        gone = len(erased.get(subject, {}))
        if there > rows - gone:
            outcome.add(
                f"{subject}: {there - rows + gone} Zeilen ohne Siegel zwischen gesiegelten."
            )
    yesterday = as_of - timedelta(days=1)
    if seals and date.fromisoformat(seals[-1].day) < yesterday:
        outcome.add(f"Das letzte Siegel ist vom {seals[-1].day}; bis {yesterday} fehlen Siegel.")


def journal_faults(
    subject: str, present: dict[int, str], entries: Iterable[tuple[int, str, str]]
) -> Iterator[str]:
    """Say which rows are not what their last journal entry (id, act, JSON) says they are."""
    for row_id, act, content in entries:
        told = present.pop(row_id, None)
        if (told is None) != (act == "delete"):
            yield f"{subject} {row_id} {'fehlt' if told is None else 'ist wieder da'}."
        elif told is not None and told != content and not _agree(told, content):
            yield f"{subject} {row_id} wurde am Journal vorbei verändert."
    for row_id in present:
        yield f"{subject} {row_id} steht nicht im Journal."


def _agree(told: str, content: str) -> bool:
    """Compare only what the entry knew: an upgrade may have added a column since."""
    present, entry = json.loads(told), json.loads(content)
    return all(name in present and present[name] == value for name, value in entry.items())


LAST_ENTRIES = (
    "SELECT row_id, act, content FROM journal_entry j WHERE subject = :subject AND id = (SELECT"
    " max(id) FROM journal_entry k WHERE k.subject = j.subject AND k.row_id = j.row_id)"
)


def sqlite_object(columns: Sequence[str], row: str) -> str:
    """Return the expression that tells a row as JSON, as the journal's triggers on SQLite do."""
    pairs = (f"'{name}', {row}.\"{name}\"" for name in columns)
    return f"json_object({', '.join(pairs)})"


def split_columns(columns: str) -> tuple[list[str], list[str]]:
    """Return the plain columns with their kind, and the names of those told behind them."""
    every = columns.split()
    plain = [column for column in every if not column.endswith(_OUTSIDE)]
    return plain, [f'"{column[:-2]}"' for column in every if column.endswith(_OUTSIDE)]


def _select_rows(segment: Segment) -> str:
    plain, others = split_columns(segment.columns)
    told = ", ".join(f'"{column.partition(":")[0]}"' for column in plain)
    first, last = ends_of(segment.ids)
    wanted = ", ".join(["id", f"json_array({told})", *others])
    return f'SELECT {wanted} FROM "{segment.subject}" WHERE id BETWEEN {first} AND {last}'


class _SqliteFile:
    """A database file of netzwart, opened for reading alone."""

    def __init__(self, path: Path) -> None:
        self._connection = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)

    def seals(self) -> Sequence[Seal]:
        found = self._connection.execute(
            "SELECT day, entries, root_sha256, previous_sha256 FROM day_seal ORDER BY day"
        )
        return [Seal(*row) for row in found]

    def segments(self) -> Iterable[Segment]:
        found = self._connection.execute(
            "SELECT day, subject, part, columns, ids, rows, leaves, sha256"
            " FROM ledger_segment ORDER BY day, subject, part"
        )
        return (Segment(*row) for row in found)

    def rows(self, segment: Segment) -> Iterable[Row]:
        return self._connection.execute(_select_rows(segment))

    def erased(self, subject: str) -> Mapping[int, str]:
        statement = "SELECT row_id, leaf_sha256 FROM erased_row WHERE subject = ?"
        return dict(self._connection.execute(statement, (subject,)))

    def count(self, subject: str, last_id: int) -> int:
        statement = f'SELECT count(*) FROM "{subject}" WHERE id <= ?'
        return int(self._connection.execute(statement, (last_id,)).fetchone()[0])

    def journal_faults(self) -> Iterator[str]:
        subjects = self._connection.execute("SELECT DISTINCT subject FROM journal_entry")
        for (subject,) in subjects.fetchall():
            shape = self._connection.execute(f'PRAGMA table_info("{subject}")')
            told = sqlite_object([column[1] for column in shape], "t")
            rows = self._connection.execute(f'SELECT t.id, {told} FROM "{subject}" t')
            entries = self._connection.execute(LAST_ENTRIES, {"subject": subject})
            yield from journal_faults(subject, dict(rows), entries)


class _ExportFile:
    """A chain as `netzwart ledger export` writes it: one JSON value a line, read once."""

    def __init__(self, path: Path) -> None:
        self._lines = map(json.loads, gzip.open(path, "rt", encoding="utf-8"))  # noqa: SIM115 - read on and on; the process ends with it
        self._head: dict[str, Any] = next(self._lines)
        self._next: Any = next(self._lines, None)

    def seals(self) -> Sequence[Seal]:
        return [Seal(*row) for row in self._head["seals"]]

    def segments(self) -> Iterable[Segment]:
        while self._next is not None:
            told, self._next = self._next, next(self._lines, None)
            if isinstance(told, dict):
                values = cast("dict[str, Any]", told)
                values["leaves"] = bytes.fromhex(values["leaves"])
                yield Segment(**values)

    def rows(self, segment: Segment) -> Iterable[Row]:
        del segment
        while (row := self._next) is not None and not isinstance(row, dict):
            yield tuple(row)
            self._next = next(self._lines, None)

    def erased(self, subject: str) -> Mapping[int, str]:
        return {int(key): leaf for key, leaf in self._head["erased"].get(subject, {}).items()}

    def count(self, subject: str, last_id: int) -> int:
        del last_id
        return int(self._head["counts"][subject])


def main(arguments: Sequence[str] | None = None) -> int:
    """Verify a file and say in German what was found."""
    parser = argparse.ArgumentParser(description="Prüft die Siegelkette von netzwart.")
    parser.add_argument("file", type=Path, help="Datenbankdatei oder Ausfuhr (.jsonl.gz)")
    parser.add_argument("--root", help="ein gedrucktes Siegel, das vorkommen muss")
    parser.add_argument("--as-of", type=date.fromisoformat, help="Stichtag, sonst heute")
    given = parser.parse_args(arguments)
    as_of: date = given.as_of or date.fromtimestamp(time.time())  # noqa: DTZ012 - the reader's calendar
    try:
        source = _ExportFile(given.file) if given.file.suffix == ".gz" else _SqliteFile(given.file)
        outcome = verify(source, as_of, given.root)
        if isinstance(source, _SqliteFile):
            outcome.faults += source.journal_faults()
    except (sqlite3.Error, OSError, ValueError, StopIteration) as problem:
        sys.stdout.write(f"FEHLER Die Datei ist nicht lesbar: {problem}\n")
        return 1
    sys.stdout.writelines(f"FEHLER {fault}\n" for fault in outcome.faults)
    sys.stdout.write(f"{outcome.days} Tage, {outcome.rows} Einträge geprüft.\n")
    sys.stdout.write("Die Kette ist unversehrt.\n" if not outcome.faults else "")
    return 1 if outcome.faults else 0


if __name__ == "__main__":
    raise SystemExit(main())
