"""What a poll means: from the last known state and a reading to changes and incidents; pure."""

import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from netzwart.network.polling.reading import (
    InterfaceState,
    InterfaceStatus,
    PollError,
    StatusReading,
)

FAILURES_UNTIL_DOWN = 2
"""One lost datagram is no outage: the second silent poll in a row makes a node down."""
VERIFY_AFTER_S = 20
"""Seconds until a surprising change is looked at again."""
FIRST_POLLS_WITHIN_S = 20
"""New nodes are polled for the first time spread over so many seconds."""
IDENTIFY_AFTER = timedelta(hours=24)
RESTART_TOLERANCE = timedelta(seconds=60)
_UPTIME_WRAP = timedelta(seconds=2**32 / 100)
_WRAP_TOLERANCE = timedelta(minutes=10)
_PLAUSIBLE = 1.25
"""A rate may exceed the speed a port claims by a quarter (clocks, overhead), not by more."""
_LOST = frozenset(
    {InterfaceState.DOWN, InterfaceState.LOWER_LAYER_DOWN, InterfaceState.NOT_PRESENT}
)


class Reachability(StrEnum):
    """What the last polls said."""

    UNKNOWN = "unknown"
    UP = "up"
    DOWN = "down"


class IncidentKind(StrEnum):
    """What can be wrong."""

    UNREACHABLE = "unreachable"
    PORT_DOWN = "port_down"
    PORT_FLAPPING = "port_flapping"
    RESTARTED = "restarted"
    CREDENTIAL_REFUSED = "credential_refused"
    HARDWARE = "hardware"


@dataclass(frozen=True, slots=True)
class KnownNode:
    """What we knew of a node before this poll."""

    reachability: Reachability = Reachability.UNKNOWN
    reachability_since: datetime | None = None
    failed_polls: int = 0
    last_polled_at: datetime | None = None
    booted_at: datetime | None = None
    identified_at: datetime | None = None
    sys_name: str | None = None
    object_id: str | None = None
    sys_description: str | None = None


@dataclass(frozen=True, slots=True)
class KnownInterface:
    """What we knew of an interface before this poll."""

    name: str
    alias: str
    speed_bps: int | None
    admin: str
    oper: str
    in_octets: int | None = None
    out_octets: int | None = None
    is_gone: bool = False


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that is not as it was; `index` is the interface's ifIndex."""

    what: str
    before: str | None
    after: str | None
    index: int | None = None


@dataclass(frozen=True, slots=True)
class IncidentStart:
    """Something is wrong from now on; `is_over` for what is past as soon as it is seen."""

    kind: IncidentKind
    text: str
    since: datetime
    index: int | None = None
    is_over: bool = False


@dataclass(frozen=True, slots=True)
class IncidentEnd:
    """What was wrong is right again."""

    kind: IncidentKind
    index: int | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a reading means for a node as a whole."""

    reachability: Reachability
    reachability_since: datetime | None
    failed_polls: int
    booted_at: datetime | None
    is_restarted: bool
    needs_verification: bool
    changes: tuple[Change, ...] = ()
    starts: tuple[IncidentStart, ...] = ()
    ends: tuple[IncidentEnd, ...] = ()


@dataclass(frozen=True, slots=True)
class Rates:
    """Bits per second since the last poll; None where the counters do not tell."""

    in_bps: int | None = None
    out_bps: int | None = None


def first_poll_at(address: str, port: int, now: datetime) -> datetime:
    """Return when a new node is polled first: spread, so that an import causes no burst."""
    place = zlib.crc32(f"{address}|{port}".encode()) % (FIRST_POLLS_WITHIN_S * 10)
    return now + timedelta(seconds=place / 10)


def next_poll_at(node_id: int, interval_s: int, now: datetime) -> datetime:
    """Return the node's next turn: each node has a fixed place within the interval.

    The turn after a late poll is not skipped but at least half an interval away.
    """
    phase = zlib.crc32(str(node_id).encode()) % (interval_s * 10) / 10
    earliest = now.timestamp() + interval_s / 2
    turns = -((phase - earliest) // interval_s)
    return datetime.fromtimestamp(phase + turns * interval_s, UTC)


def needs_identification(known: KnownNode, reading: StatusReading, now: datetime) -> bool:
    """Tell whether to ask a node again who it is: daily, and when something hints at a swap."""
    if not reading.reachable:
        return False
    if known.identified_at is None or known.identified_at <= now - IDENTIFY_AFTER:
        return True
    if known.reachability is Reachability.DOWN or _boot(known, reading)[1]:
        return True
    asked = ((known.object_id, reading.object_id), (known.sys_description, reading.description))
    return any(after is not None and before != after for before, after in asked)


def judge_node(known: KnownNode, reading: StatusReading) -> Verdict:
    """Return what a reading means for the node as a whole."""
    return _judge_answer(known, reading) if reading.reachable else _judge_silence(known, reading)


def _judge_silence(known: KnownNode, reading: StatusReading) -> Verdict:
    failed = known.failed_polls + 1
    is_down = known.reachability is Reachability.DOWN or failed >= FAILURES_UNTIL_DOWN
    becomes_down = is_down and known.reachability is not Reachability.DOWN
    # The silence began with the first poll that got no answer, not with the one that made sure.
    since = known.last_polled_at if known.failed_polls else None
    since = since or reading.taken_at
    starts: tuple[IncidentStart, ...] = ()
    changes: tuple[Change, ...] = ()
    if becomes_down:
        kind = _silence_kind(reading.error)
        starts = (IncidentStart(kind, reading.error_text or "Keine Antwort", since),)
        changes = (Change("reachability", known.reachability, Reachability.DOWN),)
    return Verdict(
        reachability=Reachability.DOWN if is_down else known.reachability,
        reachability_since=since if becomes_down else known.reachability_since,
        failed_polls=failed,
        booted_at=known.booted_at,
        is_restarted=False,
        needs_verification=not is_down,
        changes=changes,
        starts=starts,
    )


def _silence_kind(error: PollError | None) -> IncidentKind:
    if error is PollError.AUTHENTICATION_FAILED:
        return IncidentKind.CREDENTIAL_REFUSED
    return IncidentKind.UNREACHABLE


def _judge_answer(known: KnownNode, reading: StatusReading) -> Verdict:
    booted_at, is_restarted = _boot(known, reading)
    is_news = known.reachability is not Reachability.UP
    changes = [Change("reachability", known.reachability, Reachability.UP)] if is_news else []
    starts: tuple[IncidentStart, ...] = ()
    if is_restarted and booted_at is not None:
        changes.append(Change("restarted", _moment(known.booted_at), _moment(booted_at)))
        starts = (IncidentStart(IncidentKind.RESTARTED, "Neu gestartet", booted_at, is_over=True),)
    if known.identified_at is not None:
        changes += _texts(
            ("sys_name", known.sys_name, reading.name),
            ("object_id", known.object_id, reading.object_id),
            ("sys_description", known.sys_description, reading.description),
        )
    return Verdict(
        reachability=Reachability.UP,
        reachability_since=reading.taken_at if is_news else known.reachability_since,
        failed_polls=0,
        booted_at=booted_at,
        is_restarted=is_restarted,
        needs_verification=is_restarted,
        changes=tuple(changes),
        starts=starts,
        ends=(
            IncidentEnd(IncidentKind.UNREACHABLE),
            IncidentEnd(IncidentKind.CREDENTIAL_REFUSED),
        )
        if is_news
        else (),
    )


def _texts(*pairs: tuple[str, str | None, str | None]) -> list[Change]:
    """Return what is said differently now; what is not said any more is no change."""
    return [
        Change(what, before, after)
        for what, before, after in pairs
        if after is not None and before != after
    ]


def _moment(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat(timespec="seconds")


def _boot(known: KnownNode, reading: StatusReading) -> tuple[datetime | None, bool]:
    """Return when the node started, and whether it did so since the last poll.

    sysUpTime wraps after 497 days; a wrap is no restart. Source: SNMPv2-MIB::sysUpTime (RFC 3418).
    """
    if reading.uptime_s is None:
        return known.booted_at, False
    booted_at = reading.taken_at - timedelta(seconds=reading.uptime_s)
    if known.booted_at is None:
        return booted_at, False
    moved = booted_at - known.booted_at
    if moved <= RESTART_TOLERANCE:
        return min(booted_at, known.booted_at), False
    wraps = round(moved / _UPTIME_WRAP)
    if wraps >= 1 and abs(moved - wraps * _UPTIME_WRAP) <= _WRAP_TOLERANCE:
        return known.booted_at, False
    return booted_at, True


@dataclass(frozen=True, slots=True)
class PortVerdict:
    """What a reading means for one interface."""

    changes: tuple[Change, ...] = ()
    start: IncidentStart | None = None
    end: IncidentEnd | None = None
    rates: Rates = Rates()
    is_oper_changed: bool = False


def judge_interface(
    known: KnownInterface,
    status: InterfaceStatus,
    *,
    taken_at: datetime,
    seconds: float | None,
) -> PortVerdict:
    """Return what a row of ifTable means beside the one before it.

    Args:
        known: The row before.
        status: The row now.
        taken_at: When it was read.
        seconds: Time between both; None where counters do not compare, e.g. after a restart.
    """
    if known.name != status.name:
        # Some firmware numbers its ports anew: this is another port with an old number.
        return PortVerdict(changes=(Change("name", known.name, status.name, status.index),))
    changes = [
        Change(what, before, after, status.index)
        for what, before, after in (
            ("oper", known.oper, str(status.oper)),
            ("admin", known.admin, str(status.admin)),
            ("alias", known.alias, status.alias),
            ("speed_bps", _number(known.speed_bps), _number(status.speed_bps)),
        )
        if before != after
    ]
    start, end = _port_incident(known, status, taken_at)
    return PortVerdict(
        changes=tuple(changes),
        start=start,
        end=end,
        rates=_rates(known, status, seconds),
        is_oper_changed=known.oper != status.oper or known.is_gone,
    )


def _number(value: int | None) -> str | None:
    return None if value is None else str(value)


def _port_incident(
    known: KnownInterface, status: InterfaceStatus, at: datetime
) -> tuple[IncidentStart | None, IncidentEnd | None]:
    """Only a port that was up, and is meant to be up, can fail."""
    is_meant_up = known.admin == status.admin == InterfaceState.UP
    if is_meant_up and known.oper == InterfaceState.UP and status.oper in _LOST:
        label = f"{status.name} ({status.alias})" if status.alias else status.name
        text = f"Port {label} hat keine Verbindung"
        return IncidentStart(IncidentKind.PORT_DOWN, text, at, status.index), None
    is_right = status.oper is InterfaceState.UP or status.admin is InterfaceState.DOWN
    was_right = known.oper == InterfaceState.UP or known.admin == InterfaceState.DOWN
    if is_right and not was_right:
        return None, IncidentEnd(IncidentKind.PORT_DOWN, status.index)
    return None, None


def _rates(known: KnownInterface, status: InterfaceStatus, seconds: float | None) -> Rates:
    if not seconds or seconds <= 0:
        return Rates()
    speed, bits = status.speed_bps, status.counter_bits
    return Rates(
        in_bps=rate(known.in_octets, status.in_octets, seconds, bits=bits, speed_bps=speed),
        out_bps=rate(known.out_octets, status.out_octets, seconds, bits=bits, speed_bps=speed),
    )


def rate(
    before: int | None, after: int | None, seconds: float, *, bits: int, speed_bps: int | None
) -> int | None:
    """Return bits per second between two readings of an octet counter.

    A counter that went back has wrapped (32 bits do so within minutes) or was reset; it counts as
    wrapped only if the port could have carried that much. Source: RFC 2863, section 3.1.6.
    """
    if before is None or after is None or seconds <= 0:
        return None
    octets = after - before
    if octets < 0:
        if bits != 32 or speed_bps is None:  # noqa: PLR2004 - Counter32
            return None
        octets += 2**bits
    value = octets * 8 / seconds
    if speed_bps and value > speed_bps * _PLAUSIBLE:
        return None
    return round(value)


def gone(known: Iterable[int], reading: Sequence[InterfaceStatus]) -> set[int]:
    """Return the ifIndexes that were there and are not listed any more."""
    return set(known) - {status.index for status in reading}


def serial_changes(
    before: Mapping[str, str | None], after: Mapping[str, str | None]
) -> dict[str, tuple[str, str]]:
    """Return the places whose serial number changed: position → (before, after)."""
    pairs = {place: (before.get(place), serial) for place, serial in after.items()}
    return {
        place: (old, new)
        for place, (old, new) in pairs.items()
        if old is not None and new is not None and old != new
    }
