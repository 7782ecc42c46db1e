"""A wire that answers from a `.snmprec` file: one `oid|tag|value` a line."""

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from pathlib import Path

from netzwart.network.protocols.replies import (
    Index,
    NoAnswerError,
    Oid,
    SnmpTarget,
    SnmpValue,
)

_OCTETS = {"4", "68"}
_INTEGERS = {"2", "65", "66", "67", "70"}
_ESCAPES = {"a": 7, "b": 8, "f": 12, "n": 10, "r": 13, "t": 9, "v": 11, "0": 0}


class RecordedWire:
    """Answers every target alike, from one recording; `asked` counts the requests."""

    def __init__(self, replies: Mapping[str, SnmpValue]) -> None:
        self.replies = {Oid(oid): value for oid, value in replies.items()}
        self.asked = 0
        self._sorted = sorted((_arcs(oid), oid) for oid in self.replies)

    @classmethod
    def of(cls, path: Path) -> "RecordedWire":
        return cls(read_recording(path))

    async def get(self, target: SnmpTarget, oids: Sequence[Oid]) -> Mapping[Oid, SnmpValue]:
        del target
        self.asked += 1
        return {oid: self.replies[oid] for oid in oids if oid in self.replies}

    async def walk(
        self, target: SnmpTarget, columns: Sequence[Oid]
    ) -> Mapping[Oid, Mapping[Index, SnmpValue]]:
        del target
        self.asked += 1
        return {column: self._below(column) for column in columns}

    def _below(self, column: Oid) -> dict[Index, SnmpValue]:
        arcs = _arcs(column)
        found: dict[Index, SnmpValue] = {}
        for place, oid in self._sorted[bisect_right(self._sorted, (arcs, Oid("~"))) :]:
            if place[: len(arcs)] != arcs:
                break
            found[Index(oid[len(column) + 1 :])] = self.replies[oid]
        return found


class SilentWire:
    """A device that never answers."""

    async def get(self, target: SnmpTarget, oids: Sequence[Oid]) -> Mapping[Oid, SnmpValue]:
        del target, oids
        raise NoAnswerError("no answer within 1.5 s")

    async def walk(
        self, target: SnmpTarget, columns: Sequence[Oid]
    ) -> Mapping[Oid, Mapping[Index, SnmpValue]]:
        del target, columns
        raise NoAnswerError("no answer within 1.5 s")


def read_recording(path: Path) -> dict[str, SnmpValue]:
    """Return a recording's values by OID; lines that say nothing are left out."""
    replies: dict[str, SnmpValue] = {}
    for line in path.read_bytes().decode("latin-1").split("\n"):
        parts = line.rstrip("\r").split("|", 2)
        if len(parts) != 3:
            continue
        try:
            value = _value(parts[1], parts[2])
        except ValueError:
            continue
        if value is not None:
            replies.setdefault(parts[0].strip(". "), value)
    return replies


def _value(tag: str, raw: str) -> SnmpValue | None:
    kind, flavour = tag.rstrip("xe"), tag[-1]
    kind = kind.split(":")[0]
    octets = _octets(flavour, raw)
    if kind in _OCTETS:
        return octets
    if kind == "64":
        return octets if flavour == "x" else bytes(int(part) for part in raw.strip().split("."))
    if kind == "6":
        return Oid(raw.strip().lstrip("."))
    if kind in _INTEGERS:
        return int.from_bytes(octets, "big") if flavour == "x" else int(raw.strip() or "0")
    return None


def _octets(flavour: str, raw: str) -> bytes:
    if flavour == "x":
        return bytes.fromhex(raw.replace(" ", ""))
    return _unescaped(raw) if flavour == "e" else raw.encode("latin-1")


def _unescaped(raw: str) -> bytes:
    out = bytearray()
    rest = iter(raw)
    for char in rest:
        if char != "\\":
            out += char.encode("latin-1")
            continue
        escape = next(rest, "\\")
        if escape == "x":
            out.append(int(next(rest, "0") + next(rest, "0"), 16))
        else:
            out.append(_ESCAPES.get(escape, ord(escape) & 255))
    return bytes(out)


def _arcs(oid: str) -> tuple[int, ...]:
    return tuple(int(arc) for arc in oid.split("."))
