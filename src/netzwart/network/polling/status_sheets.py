"""Between a table that was walked, the sheet that is asked from then on, and readings; pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from math import ceil
from operator import itemgetter
from typing import cast

from netzwart.network.history.packing import (
    UNKNOWN_ERRORS,
    UNKNOWN_OCTETS,
    CounterSample,
    PortSet,
    bitmap,
)
from netzwart.network.polling.reading import InterfaceState, InterfaceStatus, StatusReading
from netzwart.network.polling.standard_tables import (
    IF_ADMIN_STATUS,
    IF_ALIAS,
    IF_DESCR,
    IF_HC_IN_OCTETS,
    IF_HC_OUT_OCTETS,
    IF_HIGH_SPEED,
    IF_IN_ERRORS,
    IF_IN_OCTETS,
    IF_NAME,
    IF_NUMBER,
    IF_OPER_STATUS,
    IF_OUT_ERRORS,
    IF_OUT_OCTETS,
    IF_SPEED,
    IF_TABLE_LAST_CHANGE,
    INTERFACE_COLUMNS,
    SYS_DESCR,
    SYS_NAME,
    SYS_OBJECT_ID,
    SYS_UPTIME,
    Table,
    read_interfaces,
    uptime_s,
)
from netzwart.network.profiles.cleaning import text_of
from netzwart.network.protocols.replies import Index, Oid, SnmpValue
from netzwart.network.protocols.sheets import Block, Sheet

SCALARS = (SYS_UPTIME, IF_TABLE_LAST_CHANGE, IF_NUMBER, SYS_NAME, SYS_OBJECT_ID, SYS_DESCR)
"""The first two run; a change of any other is news."""
_OCTETS = (IF_HC_IN_OCTETS, IF_HC_OUT_OCTETS, IF_IN_OCTETS, IF_OUT_OCTETS)
_STATUS = (IF_ADMIN_STATUS, IF_OPER_STATUS, IF_IN_ERRORS, IF_OUT_ERRORS)
_SLOW = (IF_SPEED, IF_HIGH_SPEED, IF_ALIAS, IF_NAME, IF_DESCR)
_COUNTERS = frozenset({*_OCTETS, IF_IN_ERRORS, IF_OUT_ERRORS})
_GROWTH_OCTETS = 1
"""By so much a counter may grow before an answer gets longer than was reckoned with; the sheet is
made anew each hour, when parts are read."""
_ROWS_TOGETHER = 12
"""So many rows at least are in a packet of usual columns."""
_DESCRIPTION_LIMIT = 1000
_OBJECT_ID_LIMIT = 200
PROBE_SHEET = Sheet(SCALARS)
"""For a node that has never answered."""


def sheet_of(table: Table) -> Sheet | None:
    """Return what to ask a node that has this table; None if it cannot be asked by rows.

    Columns that change alike and have the same rows are asked together.
    """
    blocks: list[Block] = []
    for columns, is_slow in ((_OCTETS, False), (_STATUS, False), (_SLOW, True)):
        by_rows: dict[tuple[Index, ...], list[Oid]] = {}
        for column in columns:
            rows = tuple(table.get(column, {}))
            if rows:
                by_rows.setdefault(rows, []).append(column)
        for rows, alike in by_rows.items():
            if not _is_increasing(rows):
                return None
            blocks.append(Block(tuple(alike), rows, is_slow, _row_octets(table, alike, rows)))
    return Sheet(SCALARS, tuple(blocks)) if blocks else None


def _is_increasing(rows: Sequence[Index]) -> bool:
    if not all(row.isdigit() for row in rows):
        return False
    numbers = [int(row) for row in rows]
    return all(one < other for one, other in pairwise(numbers))


def _row_octets(table: Table, columns: Sequence[Oid], rows: Sequence[Index]) -> int:
    """Return what a row's values take on average where they are longest: packets hold many rows."""
    sizes = [sum(_octets(column, table[column][row]) for column in columns) for row in rows]
    together = min(_ROWS_TOGETHER, len(sizes))
    last = len(sizes) - together
    return max(ceil(sum(sizes[at : at + together]) / together) for at in range(last + 1))


def _octets(column: Oid, value: SnmpValue) -> int:
    if not isinstance(value, int):
        return len(value)
    return value.bit_length() // 8 + 1 + (_GROWTH_OCTETS if column in _COUNTERS else 0)


@dataclass(frozen=True, slots=True)
class Gathering:
    """Where a sample's counters stand among the numbers of a sheet's blocks."""

    ports: PortSet
    size: int
    """How many numbers the blocks give."""
    octets: tuple[int, ...]
    """Positions, in, out, in, out …; `size` stands for an unknown octet counter."""
    errors: tuple[int, ...]
    """The same; `size + 1` stands for an unknown error counter."""

    def take(self, numbers: list[int]) -> tuple[tuple[int, ...], tuple[int, ...]] | None:
        """Return octets and errors; None if an agent gave other types than counters."""
        if len(numbers) != self.size:
            return None
        if not self.octets:
            return (), ()
        numbers += (UNKNOWN_OCTETS, UNKNOWN_ERRORS)
        octets = cast("tuple[int, ...]", itemgetter(*self.octets)(numbers))
        return octets, cast("tuple[int, ...]", itemgetter(*self.errors)(numbers))


def gathering_of(sheet: Sheet, interfaces: Sequence[InterfaceStatus]) -> Gathering:
    """Return how to make samples of the sheet's answers."""
    places: dict[tuple[Oid, int], int] = {}
    for block in sheet.blocks:
        for row in block.rows:
            for column in block.columns:
                if column in _COUNTERS:
                    places[column, int(row)] = len(places)
    size = len(places)
    octets: list[int] = []
    errors: list[int] = []
    for port in interfaces:
        inward, outward = (
            (IF_HC_IN_OCTETS, IF_HC_OUT_OCTETS)
            if port.counter_bits == 64  # noqa: PLR2004 - Counter64
            else (IF_IN_OCTETS, IF_OUT_OCTETS)
        )
        octets += (places.get((inward, port.index), size), places.get((outward, port.index), size))
        errors += (
            places.get((IF_IN_ERRORS, port.index), size + 1),
            places.get((IF_OUT_ERRORS, port.index), size + 1),
        )
    return Gathering(ports_of(interfaces), size, tuple(octets), tuple(errors))


def ports_of(interfaces: Sequence[InterfaceStatus]) -> PortSet:
    """Return which ports a reading speaks of, and which of them are up."""
    narrow = [port.counter_bits == 32 for port in interfaces]  # noqa: PLR2004 - Counter32
    return PortSet(
        tuple(port.index for port in interfaces),
        bitmap([port.oper is InterfaceState.UP for port in interfaces]),
        bitmap(narrow) if any(narrow) else b"",
    )


def sample_of(reading: StatusReading) -> CounterSample | None:
    """Return a reading's counters; None if it has no interfaces."""
    if not reading.interfaces:
        return None
    octets: list[int] = []
    errors: list[int] = []
    for port in reading.interfaces:
        octets += (_or(port.in_octets, UNKNOWN_OCTETS), _or(port.out_octets, UNKNOWN_OCTETS))
        errors += (_or(port.in_errors, UNKNOWN_ERRORS), _or(port.out_errors, UNKNOWN_ERRORS))
    return CounterSample(
        ports_of(reading.interfaces), reading.uptime_s, tuple(octets), tuple(errors)
    )


def _or(counter: int | None, unknown: int) -> int:
    return unknown if counter is None else counter


def reading_of(
    scalars: Mapping[Oid, SnmpValue], table: Table, *, taken_at: datetime, duration_ms: int
) -> StatusReading:
    """Return the reading that an agent's answers to its sheet give.

    Types and MAC addresses are not on the sheet; what a reading does not say stays as it is.
    """
    columns: dict[Oid, Mapping[Index, SnmpValue]] = {column: {} for column in INTERFACE_COLUMNS}
    return StatusReading(
        reachable=True,
        taken_at=taken_at,
        duration_ms=duration_ms,
        uptime_s=uptime_s(scalars),
        name=text_of(scalars.get(SYS_NAME)),
        object_id=text_of(scalars.get(SYS_OBJECT_ID), _OBJECT_ID_LIMIT),
        description=text_of(scalars.get(SYS_DESCR), _DESCRIPTION_LIMIT),
        interfaces=read_interfaces(columns | dict(table)),
    )
