"""A person decides about a finding, with a reason; what follows for the record is done at once."""

from collections.abc import Mapping
from datetime import date

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from netzwart.accounts.actors import Actor, Right
from netzwart.accounts.audit import record_audit
from netzwart.clock import today, utcnow
from netzwart.database import table_of
from netzwart.errors import ConflictError, ForbiddenError, InvalidInputError, NotFoundError
from netzwart.evidence.tables import Decision, Finding, FindingKind, FindingStatus
from netzwart.inventory.rules import normalised_serial
from netzwart.inventory.tables import Device, DeviceEvent, DeviceEventKind, Relocation

_devices = table_of(Device)
_ALWAYS = (Decision.KEEP_RECORD, Decision.ACCEPT_REALITY, Decision.IGNORE_UNTIL)
_ALSO: Mapping[FindingKind, tuple[Decision, ...]] = {
    FindingKind.WRONG_SCHOOL: (Decision.MOVE,),
    FindingKind.SERIAL_CHANGED: (Decision.SWAP,),
}


class FindingIsClosedError(ConflictError):
    """Somebody decided before, or reality came right by itself."""


class DecisionDoesNotFitError(InvalidInputError):
    """This decision means nothing for this kind of finding, or lacks what it needs."""


def allowed_decisions(kind: FindingKind) -> tuple[Decision, ...]:
    """Return what can be decided about such a finding."""
    return (*_ALSO.get(kind, ()), *_ALWAYS)


async def decide_finding(
    session: AsyncSession,
    actor: Actor,
    finding_id: int,
    decision: Decision,
    reason: str,
    *,
    ignored_until: date | None = None,
) -> Finding:
    """Decide an open finding, and move or link the devices it is about.

    Raises:
        NotFoundError: there is none, or not for this actor.
        FindingIsClosedError: it is not open any more.
        DecisionDoesNotFitError: wrong decision for its kind, no reason, or no day to ignore until.
        ForbiddenError: the decision changes a device the actor may not change.
    """
    finding = await session.get(Finding, finding_id)
    if finding is None or not actor.may_at(Right.DECIDE_FINDINGS, finding.school_id):
        raise NotFoundError("Diesen Befund gibt es nicht.")
    if finding.status is not FindingStatus.OPEN:
        raise FindingIsClosedError("Dieser Befund ist schon entschieden oder erledigt.")
    _check(finding, decision, reason, ignored_until)
    if decision is Decision.MOVE:
        await _move(session, actor, finding, reason)
    elif decision is Decision.SWAP:
        await _swap(session, actor, finding)
    finding.status = FindingStatus.DECIDED
    finding.decision = decision
    finding.reason = reason.strip()
    finding.decided_by_id = actor.user_id
    finding.ignored_until = ignored_until if decision is Decision.IGNORE_UNTIL else None
    finding.closed_at = utcnow()
    await session.flush()
    await record_audit(
        session,
        actor,
        "finding_decided",
        "finding",
        finding.id,
        changes={"decision": [None, str(decision)], "kind": [None, str(finding.kind)]},
        reason=finding.reason,
        school_id=finding.school_id,
    )
    return finding


def _check(finding: Finding, decision: Decision, reason: str, ignored_until: date | None) -> None:
    problems: dict[str, str] = {}
    if decision not in allowed_decisions(finding.kind):
        problems["decision"] = "Diese Entscheidung passt nicht zu diesem Befund."
    if not reason.strip():
        problems["reason"] = "Bitte die Entscheidung begründen."
    if decision is Decision.IGNORE_UNTIL and (ignored_until is None or ignored_until <= today()):
        problems["ignored_until"] = "Bitte einen künftigen Tag angeben."
    if problems:
        raise DecisionDoesNotFitError(" ".join(problems.values()), problems)


async def _move(session: AsyncSession, actor: Actor, finding: Finding, reason: str) -> None:
    """Let the record follow the device to the school it was seen at."""
    target = finding.facts.get("seen_school_id")
    device = await _device(session, actor, finding.device_id)
    if not isinstance(target, int) or not actor.may_at(Right.EDIT_INVENTORY, target):
        raise ForbiddenError("Umsetzen darf nur, wer an beiden Schulen die Geräte führt.")
    now = utcnow()
    session.add(
        Relocation(
            device_id=device.id,
            at=now,
            from_school_id=device.school_id,
            from_room_id=device.room_id,
            to_school_id=target,
            to_room_id=None,
            reason=reason.strip()[:1000],
            consented_by_id=actor.user_id,
        )
    )
    session.add(
        _event(device.id, DeviceEventKind.MOVED, actor, "An die Schule umgesetzt, die es sah")
    )
    device.school_id, device.room_id = target, None


async def _swap(session: AsyncSession, actor: Actor, finding: Finding) -> None:
    """Make the new device the successor of the one that stood in its place."""
    new = await _device(session, actor, finding.device_id)
    before = normalised_serial(str(finding.facts.get("replaced") or ""))
    found = await session.execute(
        select(_devices.c.id).where(_devices.c.serial_normalised == before, _devices.c.id != new.id)
    )
    ids = found.scalars().all()
    if len(ids) != 1:
        message = "Das bisherige Gerät ist in der Kartei nicht eindeutig zu finden."
        raise DecisionDoesNotFitError(message, {"decision": message})
    old = await _device(session, actor, ids[0])
    if new.predecessor_id is not None:
        raise ConflictError("Das neue Gerät ersetzt schon ein anderes.")
    new.predecessor_id = old.id
    text = f"Ersetzt {old.inventory_number} (Seriennummer {old.serial})"
    session.add(_event(new.id, DeviceEventKind.SWAPPED, actor, text))
    text = f"Ersetzt durch {new.inventory_number} (Seriennummer {new.serial})"
    session.add(_event(old.id, DeviceEventKind.SWAPPED, actor, text))


async def _device(session: AsyncSession, actor: Actor, device_id: int | None) -> Device:
    device = await session.get(Device, device_id) if device_id is not None else None
    if device is None:
        message = "Bitte zuerst das Gerät in der Kartei erfassen."
        raise DecisionDoesNotFitError(message, {"decision": message})
    if not actor.may_at(Right.EDIT_INVENTORY, device.school_id):
        raise ForbiddenError("Dieses Gerät darf hier nicht geändert werden.")
    return device


def _event(device_id: int, kind: DeviceEventKind, actor: Actor, text: str) -> DeviceEvent:
    return DeviceEvent(
        device_id=device_id, at=utcnow(), kind=kind, actor=actor.name, text=text[:500]
    )
