"""What a sighting proves; pure."""

import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum


class SightingSource(StrEnum):
    """Who says so."""

    SNMP = "snmp"
    SSH = "ssh"
    LLDP = "lldp"
    FDB = "fdb"
    CONTROLLER = "controller"
    MDM = "mdm"
    STOCKTAKE = "stocktake"
    SCAN = "scan"


class EvidenceClass(StrEnum):
    """How well a sighting proves that the device exists."""

    A = "A"
    B = "B"
    C = "C"
    D = "D"
    NONE = "0"


class Decision(StrEnum):
    """What a person decided about a finding."""

    ACCEPT_REALITY = "accept_reality"
    KEEP_RECORD = "keep_record"
    SWAP = "swap"
    MOVE = "move"
    DISPOSE = "dispose"
    IGNORE_UNTIL = "ignore_until"


class FindingKind(StrEnum):
    """What a finding is about."""

    SERIAL_CHANGED = "serial_changed"
    UNKNOWN_DEVICE = "unknown_device"
    AMBIGUOUS_SERIAL = "ambiguous_serial"
    UNSEEN = "unseen"
    WRONG_SCHOOL = "wrong_school"
    QUANTITY_MISMATCH = "quantity_mismatch"
    DOUBLE_FUNDING = "double_funding"
    MODEL_DIFFERS = "model_differs"
    IDLE_PURCHASE = "idle_purchase"
    END_OF_LIFE = "end_of_life"


_ALWAYS = (Decision.KEEP_RECORD, Decision.IGNORE_UNTIL)
_ALSO: Mapping[FindingKind, tuple[Decision, ...]] = {
    FindingKind.SERIAL_CHANGED: (Decision.SWAP, Decision.ACCEPT_REALITY),
    FindingKind.UNSEEN: (Decision.ACCEPT_REALITY, Decision.DISPOSE),
    FindingKind.WRONG_SCHOOL: (Decision.MOVE,),
    FindingKind.MODEL_DIFFERS: (Decision.ACCEPT_REALITY,),
    FindingKind.QUANTITY_MISMATCH: (Decision.ACCEPT_REALITY,),
    FindingKind.DOUBLE_FUNDING: (Decision.ACCEPT_REALITY,),
    FindingKind.IDLE_PURCHASE: (Decision.ACCEPT_REALITY,),
    FindingKind.END_OF_LIFE: (Decision.ACCEPT_REALITY,),
}


def allowed_decisions(kind: FindingKind) -> tuple[Decision, ...]:
    """Return what can be decided about such a finding."""
    return (*_ALSO.get(kind, ()), *_ALWAYS)


_FINGERPRINT_DIGITS = 32
"""128 bits: no two claims of a city meet by chance, and ten years of them take half the room."""

_CLASS_OF = {
    SightingSource.SNMP: EvidenceClass.A,
    SightingSource.SSH: EvidenceClass.A,
    SightingSource.CONTROLLER: EvidenceClass.B,
    SightingSource.MDM: EvidenceClass.B,
    SightingSource.LLDP: EvidenceClass.C,
    SightingSource.FDB: EvidenceClass.C,
    SightingSource.STOCKTAKE: EvidenceClass.D,
    SightingSource.SCAN: EvidenceClass.D,
}

BEST_FIRST = (EvidenceClass.A, EvidenceClass.B, EvidenceClass.C, EvidenceClass.D)


def class_of(source: SightingSource, serial: str | None) -> EvidenceClass:
    """Return what a sighting proves; without a serial number the wire proves an address only."""
    found = _CLASS_OF[source]
    if serial is None and found in {EvidenceClass.A, EvidenceClass.B}:
        return EvidenceClass.C
    return found


def best(classes: Sequence[EvidenceClass]) -> EvidenceClass:
    """Return the strongest of these classes; without one there is no evidence."""
    return next((letter for letter in BEST_FIRST if letter in classes), EvidenceClass.NONE)


@dataclass(frozen=True, slots=True)
class Claim:
    """Somebody says that this serial number or MAC address was seen there then.

    `serial` is as it was read; `manufacturer` in the source's words.
    """

    source: SightingSource
    seen_at: datetime
    serial: str | None = None
    mac: str | None = None
    manufacturer: str | None = None
    school_id: int | None = None
    node_id: int | None = None
    position: str | None = None
    poller: str = ""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A device that a claim could mean."""

    device_id: int
    school_id: int | None
    maker: str
    """The manufacturer's name in one spelling (`matching.one_spelling`)."""


def fingerprint(claim: Claim, serial_normalised: str | None, device: Candidate | None) -> str:
    """Return what makes two claims the same: all of it but the hour of the day.

    The serial number counts as it is compared, so that spelling does not double a sighting. Which
    device it means counts too: one that comes into the record at noon is seen by its evening poll.
    """
    parts = (
        claim.source,
        serial_normalised or claim.serial,
        claim.manufacturer,
        claim.mac,
        claim.school_id,
        claim.node_id,
        claim.position,
        claim.seen_at.date().isoformat(),
        device.device_id if device else None,
    )
    text = "\x1f".join("" if part is None else str(part) for part in parts)
    return hashlib.sha256(text.encode()).hexdigest()[:_FINGERPRINT_DIGITS]


_SHORTEST_ALTERNATE = 6
_ZEROS_LOST = 4


def alternates(serial: str) -> frozenset[str]:
    """Return other writings of a normalised serial number that mean the same thing.

    Spreadsheets lose the leading zeros of a number that is all digits. A bar code may carry the
    data identifier S before it (ANSI MH10.8.2). An O for a 0 is no other writing: makers use both.
    """
    found: set[str] = set()
    if serial.isascii() and serial.isdigit():
        bare = serial.lstrip("0")
        if len(bare) >= _SHORTEST_ALTERNATE:
            found |= {"0" * zeros + bare for zeros in range(_ZEROS_LOST + 1)}
    if len(serial) > _SHORTEST_ALTERNATE:
        found.add(serial[1:] if serial.startswith("S") else f"S{serial}")
    return frozenset(found - {serial})


@dataclass(frozen=True, slots=True)
class Match:
    """Which device a claim means: one, none, or more than one could be meant."""

    device: Candidate | None = None
    is_ambiguous: bool = False


def match(maker: str | None, candidates: Sequence[Candidate]) -> Match:
    """Return the device meant by a serial number, of those that bear it.

    A serial number is unique only within its manufacturer: the same number at another
    manufacturer's device is not taken for it, and not ignored either.
    """
    if not candidates:
        return Match()
    fitting = [one for one in candidates if maker is None or one.maker == maker]
    if len(fitting) == 1:
        return Match(fitting[0])
    return Match(is_ambiguous=True)


_RISK = {"error": 3, "warning": 2, "info": 1}
_ROOM_FOR_CENTS = 10**13
"""More than the 99,999,999,999.99 that an amount can be."""


def priority_of(severity: str, amount: Decimal | None) -> int:
    """Return what the inbox is ordered by, highest first: risk, then the euros that hang on it."""
    cents = 0 if amount is None else max(int(amount * 100), 0)
    return _RISK.get(severity, 0) * _ROOM_FOR_CENTS + min(cents, _ROOM_FOR_CENTS - 1)


def match_alternate(maker: str | None, candidates: Sequence[Candidate]) -> Match:
    """Return the device meant by another writing of a serial number that nothing bears itself.

    Weaker than the number itself, so that the maker must be named and only one device may fit.
    """
    if not candidates:
        return Match()
    fitting = [one for one in candidates if maker is not None and one.maker == maker]
    return Match(fitting[0]) if len(fitting) == 1 else Match(is_ambiguous=bool(fitting))


def school_by_uplink(
    recorded: int, neighbours: Sequence[int], hubs: Collection[int], *, needed: int = 1
) -> int | None:
    """Return at which other school a device hangs, by who is at the other ends of its cables.

    None when it hangs where it is recorded, when its neighbours do not agree, or when fewer than
    `needed` of them say so. A hub is a place that all schools are connected to (the town hall): to
    be its neighbour says nothing. Wandering things have no cable and no neighbours.
    """
    schools = [school for school in neighbours if school not in hubs]
    if recorded in schools or len(set(schools)) != 1 or len(schools) < needed:
        return None
    return schools[0]
