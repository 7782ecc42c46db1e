"""One poll's counters, and one period's sums, as bytes and back; pure.

A switch with 52 ports would fill 52 rows with every poll. Here it fills one, of about 850 octets,
which costs a database some fifteen times less (decision 0016). All numbers are little-endian:

    sample:  version u8 · flags u8 · uptime_s u32 · ports u16 · runs u16
             runs × (first ifIndex u32, length u16)
             up bitmap · [32-bit bitmap] · octets 2 × ports u64 · [errors 2 × ports u32]
    rollup:  version u8 · deflate of ports × (ifIndex, observed_s, up_s, six sums)

Octets and errors stand in pairs, in then out, in the order of the ifIndexes.
"""

import struct
import zlib
from collections.abc import Container, Sequence
from dataclasses import dataclass
from functools import lru_cache

_VERSION = 1
_HAS_ERRORS = 1
_HAS_NARROW = 2
_HEAD = struct.Struct("<BBIHH")
_RUN = struct.Struct("<IH")
_TOTALS = struct.Struct("<IIIQQQQQQ")
_MAX_PORTS = 0xFFFF
UNKNOWN_OCTETS = 2**64 - 1
"""Stands for a counter that the agent does not have; no port ever counts that far."""
UNKNOWN_ERRORS = 2**32 - 1
_UNKNOWN_UPTIME = 2**32 - 1
_MAX_64 = 2**64 - 1


class UnreadableHistoryError(ValueError):
    """The bytes were not written by this module."""


@dataclass(frozen=True, slots=True)
class PortSet:
    """Which ports a sample speaks of, and how they were; the same for hours on end."""

    indexes: tuple[int, ...]
    """ifIndexes, increasing."""
    up: bytes
    """One bit a port, lowest first: ifOperStatus was up."""
    narrow: bytes = b""
    """One bit a port: its counters have 32 bits. Empty if none has."""


@dataclass(frozen=True, slots=True)
class CounterSample:
    """One poll's counters; running numbers of the agent, not rates."""

    ports: PortSet
    uptime_s: int | None
    octets: tuple[int, ...]
    """In, out, in, out …; `UNKNOWN_OCTETS` where the agent has none."""
    errors: tuple[int, ...] | None
    """The same for errors; None says: as in the sample before."""


@dataclass(frozen=True, slots=True)
class PortTotals:
    """What one interface did in a period."""

    index: int
    """ifIndex."""
    observed_s: int
    """Seconds between polls that tell something about it."""
    up_s: int
    in_octets: int
    out_octets: int
    in_errors: int
    out_errors: int
    peak_in_bps: int
    """The highest rate between two polls."""
    peak_out_bps: int


def bitmap(flags: Sequence[bool]) -> bytes:
    """Return one bit for each flag, lowest first."""
    number = sum(1 << place for place, flag in enumerate(flags) if flag)
    return number.to_bytes((len(flags) + 7) // 8, "little")


def bits(packed: bytes, count: int) -> tuple[bool, ...]:
    """Return the flags that `bitmap` was given."""
    number = int.from_bytes(packed, "little")
    return tuple(bool(number >> place & 1) for place in range(count))


def pack_sample(sample: CounterSample) -> bytes:
    """Return the sample as bytes."""
    return Packer(sample.ports).pack(sample.uptime_s, sample.octets, sample.errors)


class Packer:
    """Packs one sample after another of the same ports."""

    __slots__ = ("_count", "_front", "_has_narrow", "_runs")

    def __init__(self, ports: PortSet) -> None:
        """Encode what the samples have in common.

        Raises:
            ValueError: more ports than any device has.
        """
        if len(ports.indexes) > _MAX_PORTS:
            raise ValueError("more ports than any device has")
        runs = _runs(ports.indexes)
        packed = b"".join(_RUN.pack(first, length) for first, length in runs)
        self._count, self._runs = len(ports.indexes), len(runs)
        self._has_narrow = _HAS_NARROW if ports.narrow else 0
        self._front = packed + ports.up + ports.narrow

    def pack(
        self, uptime_s: int | None, octets: Sequence[int], errors: Sequence[int] | None
    ) -> bytes:
        """Return a sample's bytes; the arguments are `CounterSample`'s."""
        flags = self._has_narrow | (_HAS_ERRORS if errors is not None else 0)
        uptime = _UNKNOWN_UPTIME if uptime_s is None else min(uptime_s, _UNKNOWN_UPTIME - 1)
        packed = (
            _HEAD.pack(_VERSION, flags, uptime, self._count, self._runs)
            + self._front
            + _numbers("Q", 2 * self._count).pack(*octets)
        )
        return packed if errors is None else packed + _numbers("I", 2 * self._count).pack(*errors)


def _runs(indexes: Sequence[int]) -> list[tuple[int, int]]:
    """Return (first, length) of each run of following numbers: 52 ports are one or two runs."""
    runs: list[tuple[int, int]] = []
    for index in indexes:
        if runs and index == sum(runs[-1]):
            runs[-1] = (runs[-1][0], runs[-1][1] + 1)
        else:
            runs.append((index, 1))
    return runs


@lru_cache(maxsize=1024)
def _numbers(kind: str, count: int) -> struct.Struct:
    return struct.Struct(f"<{count}{kind}")


def unpack_sample(packed: bytes) -> CounterSample:
    """Return the sample in these bytes.

    Raises:
        UnreadableHistoryError: they are not a sample of a known version.
    """
    try:
        version, flags, uptime, count, run_count = _HEAD.unpack_from(packed)
        if version != _VERSION:
            raise UnreadableHistoryError(f"sample of version {version}")
        width = (count + 7) // 8
        place = _HEAD.size + _RUN.size * run_count
        front = packed[_HEAD.size : place + width * (2 if flags & _HAS_NARROW else 1)]
        ports = _ports(count, run_count, front)
        start = _HEAD.size + len(front)
        octets = struct.unpack_from(f"<{2 * count}Q", packed, start)
        errors = None
        if flags & _HAS_ERRORS:
            errors = struct.unpack_from(f"<{2 * count}I", packed, start + 16 * count)
    except struct.error as problem:
        raise UnreadableHistoryError("truncated sample") from problem
    return CounterSample(ports, None if uptime == _UNKNOWN_UPTIME else uptime, octets, errors)


@lru_cache(maxsize=4096)
def _ports(count: int, run_count: int, front: bytes) -> PortSet:
    indexes: list[int] = []
    for first, length in _RUN.iter_unpack(front[: _RUN.size * run_count]):
        indexes += range(first, first + length)
    if len(indexes) != count:
        raise UnreadableHistoryError("ports and runs do not agree")
    width, rest = (count + 7) // 8, front[_RUN.size * run_count :]
    return PortSet(tuple(indexes), rest[:width], rest[width:])


def pack_totals(totals: Sequence[PortTotals]) -> bytes:
    """Return a period's sums as bytes; idle ports cost next to nothing."""
    packed = b"".join(
        _TOTALS.pack(
            one.index,
            one.observed_s,
            one.up_s,
            *(
                min(number, _MAX_64)
                for number in (
                    one.in_octets,
                    one.out_octets,
                    one.in_errors,
                    one.out_errors,
                    one.peak_in_bps,
                    one.peak_out_bps,
                )
            ),
        )
        for one in totals
    )
    return bytes((_VERSION,)) + zlib.compress(packed)


def unpack_totals(packed: bytes, ports: Container[int] | None = None) -> tuple[PortTotals, ...]:
    """Return a period's sums by interface; of these ifIndexes only, if any are named.

    Raises:
        UnreadableHistoryError: the bytes are not a rollup of a known version.
    """
    if packed[:1] != bytes((_VERSION,)):
        raise UnreadableHistoryError("rollup of another version")
    try:
        rows = zlib.decompress(packed[1:])
        return tuple(
            PortTotals(*row)
            for row in _TOTALS.iter_unpack(rows)
            if ports is None or row[0] in ports
        )
    except (zlib.error, struct.error) as problem:
        raise UnreadableHistoryError("damaged rollup") from problem
