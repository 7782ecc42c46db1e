"""Turns a visit of the poller into sightings, and says what it reveals about the node."""

from collections.abc import Mapping, Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from netzwart.evidence.rules import Claim, SightingSource
from netzwart.evidence.service.opening_findings import NewFinding, settle_findings
from netzwart.evidence.service.recording_sightings import Recognised, record_sightings
from netzwart.evidence.tables import FindingKind
from netzwart.inventory.rules import normalised_serial
from netzwart.network.polling.visits import SeenSerial, Visit
from netzwart.network.profiles.facts import ComponentKind


async def record_node_visit(session: AsyncSession, visit: Visit) -> Mapping[str, int]:
    """Record the serial numbers a node told; returns position → id of the device it is.

    This is the `ReportVisit` that `worker.py` hands to the poll cycle.
    """
    return (await record_node_visits(session, [visit]))[visit.node_id]


async def record_node_visits(
    session: AsyncSession, visits: Sequence[Visit]
) -> Mapping[int, Mapping[str, int]]:
    """Record what many nodes told, each at most once, in a fixed number of statements.

    Returns node id → position → id of the device it is.
    """
    told = [(visit, part) for visit in visits for part in visit.serials]
    claims = {(visit.node_id, part.position): _claim(visit, part) for visit, part in told}
    recognised = {
        (one.claim.node_id, one.claim.position): one
        for one in await record_sightings(session, list(claims.values()))
    }
    wrong: list[NewFinding] = []
    right: list[str] = []
    found: dict[int, dict[str, int]] = {visit.node_id: {} for visit in visits}
    for visit, part in told:
        one = recognised.get((visit.node_id, part.position))
        if one is None:
            continue  # a serial number that says nothing
        _unknown_device(visit, part, one, wrong, right)
        _serial_changed(visit, part, one, wrong, right)
        if one.device is not None:
            found[visit.node_id][part.position] = one.device.device_id
    if visits:
        await settle_findings(session, wrong, right, max(visit.seen_at for visit in visits))
    return found


def _claim(visit: Visit, part: SeenSerial) -> Claim:
    return Claim(
        source=_source(visit, part),
        seen_at=visit.seen_at,
        serial=part.serial,
        manufacturer=part.manufacturer,
        school_id=visit.school_id,
        node_id=visit.node_id,
        position=part.position,
        poller="netzwart",
    )


def _source(visit: Visit, part: SeenSerial) -> SightingSource:
    """Return who says so: what a controller tells of its access points, they did not tell."""
    if part.kind == ComponentKind.ACCESS_POINT:
        return SightingSource.CONTROLLER
    return SightingSource(visit.source)


def _unknown_device(
    visit: Visit, part: SeenSerial, one: Recognised, wrong: list[NewFinding], right: list[str]
) -> None:
    cause = f"unknown_device:{one.serial}"
    if one.device is not None or one.is_ambiguous:
        right.append(cause)
    elif part.is_whole:
        model = " ".join(filter(None, (part.manufacturer, part.model)))
        wrong.append(
            NewFinding(
                cause=cause,
                kind=FindingKind.UNKNOWN_DEVICE,
                title=f"Gerät mit Seriennummer {part.serial} steht nicht in der Kartei",
                detail=f"Knoten {visit.node_name} nennt sie für {part.position}"
                f"{f' ({model})' if model else ''}.",
                school_id=visit.school_id,
                node_id=visit.node_id,
                facts=_facts(part),
            )
        )


def _serial_changed(
    visit: Visit, part: SeenSerial, one: Recognised, wrong: list[NewFinding], right: list[str]
) -> None:
    """A swap stays a finding until somebody decides; the old serial number back closes it."""
    before, now = normalised_serial(part.replaced), one.serial
    if before is None or not part.is_whole:
        return
    place = f"serial_changed:{visit.node_id}:{part.position}"
    undone = f"{place}:{now}>{before}"
    right.append(undone)
    wrong.append(
        NewFinding(
            cause=f"{place}:{before}>{now}",
            kind=FindingKind.SERIAL_CHANGED,
            severity="error",
            title=f"{visit.node_name}: andere Seriennummer als bisher",
            detail=f"{part.position}: bisher {part.replaced}, jetzt {part.serial}.",
            school_id=visit.school_id,
            device_id=one.device.device_id if one.device else None,
            node_id=visit.node_id,
            facts=_facts(part) | {"replaced": part.replaced},
            undoes=undone,
        )
    )


def _facts(part: SeenSerial) -> dict[str, str | None]:
    return {
        "serial": part.serial,
        "manufacturer": part.manufacturer,
        "model": part.model,
        "position": part.position,
        "kind": part.kind,
    }
