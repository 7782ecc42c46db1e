"""Takes in claims: recognises the device, keeps the sighting, remembers the exact last moment."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import case, insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from netzwart.clock import utcnow
from netzwart.database import insert_into, table_of
from netzwart.evidence.matching import one_spelling
from netzwart.evidence.rules import (
    Candidate,
    Claim,
    Match,
    alternates,
    class_of,
    fingerprint,
    match,
    match_alternate,
)
from netzwart.evidence.service.opening_findings import NewFinding, settle_findings
from netzwart.evidence.tables import DevicePresence, EvidenceClass, FindingKind, Sighting
from netzwart.inventory.rules import normalised_serial
from netzwart.inventory.tables import Device, DeviceEvent, DeviceEventKind, Manufacturer
from netzwart.schools.tables import School

_devices = table_of(Device)
_events = table_of(DeviceEvent)
_makers = table_of(Manufacturer)
_presences = table_of(DevicePresence)
_sightings = table_of(Sighting)
_schools = table_of(School)


@dataclass(frozen=True, slots=True)
class Recognised:
    """A claim and what it turned out to mean."""

    claim: Claim
    serial: str | None
    """Normalised; None for a claim that names only a MAC address."""
    evidence_class: EvidenceClass
    device: Candidate | None
    is_ambiguous: bool


async def record_sightings(session: AsyncSession, claims: Sequence[Claim]) -> list[Recognised]:
    """Keep the claims and return what they mean, in their order; the number of statements is fixed.

    The same claim is kept once a day; a device's exact last moment is always kept. A claim that
    names neither a usable serial number nor a MAC address is left out. Opens and closes findings
    for ambiguous serial numbers and for devices seen at another school than recorded.
    """
    usable = [claim for claim in claims if normalised_serial(claim.serial) or claim.mac]
    if not usable:
        return []
    recognised = await _recognise(session, usable)
    await _keep(session, recognised)
    await _remember(session, [one for one in recognised if one.device is not None])
    await _settle(session, recognised)
    return recognised


async def _recognise(session: AsyncSession, claims: Sequence[Claim]) -> list[Recognised]:
    told = {serial for claim in claims if (serial := normalised_serial(claim.serial))}
    serials = told.union(*(alternates(serial) for serial in told))
    macs = {claim.mac.lower() for claim in claims if claim.mac}
    rows = await session.execute(
        select(
            _devices.c.id,
            _devices.c.school_id,
            _devices.c.serial_normalised,
            _devices.c.mac,
            _makers.c.name.label("maker"),
        )
        .join(_makers, _makers.c.id == _devices.c.manufacturer_id)
        .where(_devices.c.serial_normalised.in_(serials) | _devices.c.mac.in_(macs))
        .order_by(_devices.c.id)
    )
    by_serial: dict[str, list[Candidate]] = {}
    by_mac: dict[str, list[Candidate]] = {}
    for row in rows:
        candidate = Candidate(row.id, row.school_id, one_spelling(row.maker) or "")
        if row.serial_normalised:
            by_serial.setdefault(row.serial_normalised, []).append(candidate)
        if row.mac:
            by_mac.setdefault(row.mac, []).append(candidate)
    return [_recognised(claim, by_serial, by_mac) for claim in claims]


def _recognised(
    claim: Claim,
    by_serial: Mapping[str, Sequence[Candidate]],
    by_mac: Mapping[str, Sequence[Candidate]],
) -> Recognised:
    serial = normalised_serial(claim.serial)
    if serial is not None:
        maker = one_spelling(claim.manufacturer)
        found = match(maker, by_serial.get(serial, ()))
        if found == Match():
            others = [one for other in alternates(serial) for one in by_serial.get(other, ())]
            found = match_alternate(maker, others)
    else:
        found = _by_address(by_mac.get((claim.mac or "").lower(), ()))
    return Recognised(
        claim, serial, class_of(claim.source, serial), found.device, found.is_ambiguous
    )


def _by_address(candidates: Sequence[Candidate]) -> Match:
    """Return the one device with that address; a doubled address proves nothing about either."""
    return Match(candidates[0]) if len(candidates) == 1 else Match()


async def _keep(session: AsyncSession, recognised: Sequence[Recognised]) -> None:
    now = utcnow()
    rows: dict[str, dict[str, Any]] = {
        key: {
            "fingerprint": key,
            "serial": _short(one.claim.serial, 120),
            "serial_normalised": _short(one.serial, 120),
            "manufacturer": _short(one.claim.manufacturer, 120),
            "mac": one.claim.mac.lower() if one.claim.mac else None,
            "source": one.claim.source,
            "evidence_class": one.evidence_class,
            "seen_at": one.claim.seen_at,
            "school_id": one.claim.school_id,
            "node_id": one.claim.node_id,
            "device_id": one.device.device_id if one.device else None,
            "position": _short(one.claim.position, 120),
            "poller": one.claim.poller[:80],
            "raw": {},
            "created_at": now,
            "changed_at": now,
            "version": 1,
        }
        for one in recognised
        if (key := fingerprint(one.claim, one.serial, one.device))
    }
    statement = (await insert_into(session, _sightings)).on_conflict_do_nothing(
        index_elements=["fingerprint"]
    )
    await session.execute(statement, list(rows.values()))


def _short(text: str | None, limit: int) -> str | None:
    return None if text is None else text[:limit]


async def _remember(session: AsyncSession, recognised: Sequence[Recognised]) -> None:
    """Write first and last moment per device and class, and the first one into its history."""
    if not recognised:
        return
    newest = _newest(recognised)
    devices = {device_id for device_id, _ in newest}
    rows = await session.execute(
        select(_presences.c.device_id).where(_presences.c.device_id.in_(devices)).distinct()
    )
    unseen = devices - set(rows.scalars())
    await _upsert_presence(session, newest)
    first = {
        device_id: (values["first_seen_at"], letter)
        for (device_id, letter), values in newest.items()
        if device_id in unseen
    }
    await _note_first_sighting(session, first)


def _newest(recognised: Sequence[Recognised]) -> dict[tuple[int, EvidenceClass], dict[str, Any]]:
    newest: dict[tuple[int, EvidenceClass], dict[str, Any]] = {}
    for one in sorted(recognised, key=lambda each: each.claim.seen_at):
        assert one.device is not None  # noqa: S101 - the caller filters, here for the types
        key = (one.device.device_id, one.evidence_class)
        first = newest[key]["first_seen_at"] if key in newest else one.claim.seen_at
        newest[key] = {
            "device_id": one.device.device_id,
            "evidence_class": one.evidence_class,
            "first_seen_at": first,
            "last_seen_at": one.claim.seen_at,
            "source": one.claim.source,
            "serial_read": _short(one.claim.serial, 120),
            "node_id": one.claim.node_id,
            "school_id": one.claim.school_id,
        }
    return newest


async def _upsert_presence(
    session: AsyncSession, newest: Mapping[tuple[int, EvidenceClass], dict[str, Any]]
) -> None:
    now = utcnow()
    statement = await insert_into(session, _presences)
    told, kept = statement.excluded, _presences.c
    is_newer = told.last_seen_at >= kept.last_seen_at
    following = ("last_seen_at", "source", "serial_read", "node_id", "school_id")
    values: dict[str, Any] = {
        name: case((is_newer, told[name]), else_=kept[name]) for name in following
    }
    is_older = told.first_seen_at < kept.first_seen_at
    values["first_seen_at"] = case((is_older, told.first_seen_at), else_=kept.first_seen_at)
    values |= {"changed_at": told.changed_at, "version": kept.version + 1}
    statement = statement.on_conflict_do_update(
        index_elements=["device_id", "evidence_class"], set_=values
    )
    rows = [row | {"created_at": now, "changed_at": now, "version": 1} for row in newest.values()]
    await session.execute(statement, rows)


async def _note_first_sighting(
    session: AsyncSession, first: Mapping[int, tuple[datetime, EvidenceClass]]
) -> None:
    if not first:
        return
    now = utcnow()
    rows = [
        {
            "device_id": device_id,
            "at": at,
            "kind": DeviceEventKind.FIRST_SEEN,
            "actor": "system",
            "text": f"Zum ersten Mal gesehen (Nachweisklasse {letter})",
            "data": {"evidence_class": str(letter)},
            "created_at": now,
            "changed_at": now,
            "version": 1,
        }
        for device_id, (at, letter) in first.items()
    ]
    await session.execute(insert(_events), rows)


async def _settle(session: AsyncSession, recognised: Sequence[Recognised]) -> None:
    """Open and close what the claims say about serial numbers and schools."""
    wrong: list[NewFinding] = []
    right: list[str] = []
    names = await _school_names(session, recognised)
    for one in recognised:
        if one.serial is not None:
            cause = f"ambiguous_serial:{one.serial}"
            if one.is_ambiguous:
                wrong.append(_ambiguous(one, cause))
            else:
                right.append(cause)
        if _tells_the_place(one) and one.device is not None:
            cause = f"wrong_school:{one.device.device_id}"
            if _is_elsewhere(one):
                wrong.append(_elsewhere(one, cause, names))
            else:
                right.append(cause)
    await settle_findings(session, wrong, right, max(one.claim.seen_at for one in recognised))


def _tells_the_place(one: Recognised) -> bool:
    """Tell whether the claim itself says where the device stands.

    Our own nodes do not: their school is a record too, and the cables tell better
    (`judging_places`). A controller in the town hall reports the devices of all schools.
    """
    claim = one.claim
    return (
        claim.school_id is not None
        and claim.node_id is None
        and one.evidence_class is EvidenceClass.A
    )


def _is_elsewhere(one: Recognised) -> bool:
    recorded = one.device.school_id if one.device else None
    return recorded is not None and recorded != one.claim.school_id


async def _school_names(
    session: AsyncSession, recognised: Sequence[Recognised]
) -> Mapping[int, str]:
    ids: set[int] = set()
    for one in recognised:
        if one.device is not None and _is_elsewhere(one):
            ids |= {one.device.school_id or 0, one.claim.school_id or 0}
    if not ids:
        return {}
    rows = await session.execute(
        select(_schools.c.id, _schools.c.name).where(_schools.c.id.in_(ids))
    )
    return {row.id: row.name for row in rows}


def _ambiguous(one: Recognised, cause: str) -> NewFinding:
    return NewFinding(
        cause=cause,
        kind=FindingKind.AMBIGUOUS_SERIAL,
        severity="error",
        title=f"Seriennummer {one.claim.serial} passt nicht eindeutig zu einem Gerät",
        detail="In der Kartei steht diese Seriennummer bei einem anderen Hersteller oder mehrfach. "
        "Solange das offen ist, zählt die Sichtung für kein Gerät.",
        school_id=one.claim.school_id,
        node_id=one.claim.node_id,
        facts={"serial": one.claim.serial, "manufacturer": one.claim.manufacturer},
    )


def _elsewhere(one: Recognised, cause: str, names: Mapping[int, str]) -> NewFinding:
    assert one.device is not None  # noqa: S101 - the caller looked, here for the types
    seen = names.get(one.claim.school_id or 0, "?")
    recorded = names.get(one.device.school_id or 0, "?")
    return NewFinding(
        cause=cause,
        kind=FindingKind.WRONG_SCHOOL,
        severity="error",
        title=f"Gerät mit Seriennummer {one.claim.serial} steht an einer anderen Schule",
        detail=f"Die Kartei führt es an „{recorded}“, gesehen wurde es an „{seen}“.",
        school_id=one.device.school_id,
        device_id=one.device.device_id,
        node_id=one.claim.node_id,
        facts={
            "serial": one.claim.serial,
            "recorded_school_id": one.device.school_id,
            "seen_school_id": one.claim.school_id,
        },
    )
