"""Checks about the devices: counted, numbered, standing where they should, seen."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from decimal import Decimal

from netzwart.funding.queries.records import DeviceRecord, LineRecord
from netzwart.funding.settlement import SettledGrant
from netzwart.inventory.rules import normalised_serial
from netzwart.inventory.tables import DeviceStatus
from netzwart.money import exact, format_euro
from netzwart.proofs.checking.saying import error, info, warning
from netzwart.proofs.dating import days_of, earmark_of_device
from netzwart.proofs.values import CheckResult

_GONE = frozenset({DeviceStatus.LOST, DeviceStatus.DISPOSED})
_STORED = frozenset({DeviceStatus.IN_STORAGE, DeviceStatus.IN_REPAIR})
_LOW_VALUE_NET = Decimal("800.00")
"""Above it a thing is an asset of its own. Source: § 36 KomHVO NRW (CHK-27)."""

_ROUNDING = Decimal("0.01")
"""Euros per device that splitting a line may add to its cost."""


def every_unit_is_registered(grant: SettledGrant) -> Iterable[CheckResult]:
    """CHK-14: a funded hardware line has as many devices as units, and each device a line."""
    grant_id = grant.record.head.id
    # Counted once: a proof of 5,000 lines and 20,000 devices looked at each pair.
    registered = Counter(
        device.invoice_line_id for device in grant.record.devices if not device.has_successor
    )
    taken_back = _taken_back(grant)
    for invoice in grant.record.invoices:
        for line in invoice.lines:
            if not _is_hardware(line, grant_id) or line.quantity < 0:
                continue
            expected = line.quantity - taken_back[invoice.id, line.model_id]
            count = registered[line.id]
            if expected != count:
                yield error(
                    "CHK-14",
                    f"Rechnung {invoice.number}, Position {line.number}",
                    f"Berechnet sind {expected.normalize():f}, inventarisiert {count}.",
                    [line.text],
                )
    loose = [device.inventory_number for device in grant.record.devices if not _has_line(device)]
    if loose:
        yield error(
            "CHK-14",
            "Geräte ohne Rechnung",
            "Diese Geräte gehören zu einer Maßnahme, aber zu keiner Rechnungsposition.",
            loose,
        )


def _is_hardware(line: LineRecord, grant_id: int) -> bool:
    whole = line.share_of(grant_id) == line.gross
    return line.model_id is not None and bool(line.counts_as) and whole


def _taken_back(grant: SettledGrant) -> Mapping[tuple[int | None, int | None], Decimal]:
    """Return the units that credit notes took back, by the invoice they correct and the model."""
    found: dict[tuple[int | None, int | None], Decimal] = defaultdict(Decimal)
    for invoice in grant.record.invoices:
        if invoice.cancels_id is None:
            continue
        for credited in invoice.lines:
            if credited.quantity < 0:
                found[invoice.cancels_id, credited.model_id] -= credited.quantity
    return found


def _has_line(device: DeviceRecord) -> bool:
    return device.invoice_line_id is not None


def serials_are_right(grant: SettledGrant) -> Iterable[CheckResult]:
    """CHK-15: every device has a serial number, and the network reads the same."""
    missing = [device.inventory_number for device in grant.record.devices if not device.serial]
    if missing:
        yield warning("CHK-15", "Seriennummern", "Die Seriennummer fehlt.", missing)
    for device in grant.record.devices:
        seen = grant.record.evidence.get(device.id)
        read = normalised_serial(seen.serial_read) if seen is not None else None
        if read and device.serial and read != normalised_serial(device.serial) and seen:
            yield error(
                "CHK-15",
                device.inventory_number,
                f"Gelesen wurde {seen.serial_read}, eingetragen ist {device.serial}.",
            )


def devices_stand_where_funded(grant: SettledGrant) -> Iterable[CheckResult]:
    """CHK-16: every device stands at a school that the grant has a measure for."""
    schools = {measure.school for measure in grant.record.measures}
    if None in schools:
        return
    wrong = [
        f"{device.inventory_number} ({device.school} {device.school_short})"
        for device in grant.record.devices
        if device.school is not None and device.school not in schools
    ]
    if wrong:
        yield error("CHK-16", "Standorte", "Diese Schulen stehen nicht im Bescheid.", wrong)


def earmark_is_kept(grant: SettledGrant) -> Iterable[CheckResult]:
    """CHK-17: nothing bound is gone or lies about without the authority knowing."""
    days, as_of = days_of(grant), grant.settlement.as_of
    gone: list[str] = []
    stored: list[str] = []
    for device in grant.record.devices:
        until = earmark_of_device(days, device)
        if until is None or (device.disposed_on or as_of) > until:
            continue
        if device.status in _GONE and device.authority_informed_on is None:
            gone.append(device.inventory_number)
        elif device.status in _STORED and device.id not in grant.record.evidence:
            stored.append(device.inventory_number)
    if gone:
        yield error(
            "CHK-17",
            "Zweckbindung",
            "Vor dem Ende der Zweckbindung abgegangen, ohne dass es angezeigt wurde.",
            gone,
        )
    if stored:
        yield warning(
            "CHK-17",
            "Zweckbindung",
            "Im Lager oder in Reparatur und im Zeitraum nicht gesehen.",
            stored,
        )


def devices_are_seen(grant: SettledGrant) -> Iterable[CheckResult]:
    """CHK-18: network devices in use answer; for others a person should have looked."""
    in_use = [
        device
        for device in grant.record.devices
        if device.status not in _GONE | _STORED and device.id not in grant.record.evidence
    ]
    silent = [device.inventory_number for device in in_use if device.is_network]
    if silent:
        yield warning(
            "CHK-18", "Netzgeräte", "Im Zeitraum des Nachweises nicht im Netz gesehen.", silent
        )
    missing = [
        f"{device.inventory_number} ({day:%d.%m.%Y})"
        for device in grant.record.devices
        if device.status not in _GONE
        and (day := grant.record.around.missing_devices.get(device.id)) is not None
    ]
    if missing:
        yield warning("CHK-18", "Inventur", "Bei der letzten Inventur nicht gefunden.", missing)
    others = [device.inventory_number for device in in_use if not device.is_network]
    if others:
        yield info(
            "CHK-18", "Übrige Geräte", "Im Zeitraum weder gemeldet noch vor Ort erfasst.", others
        )


def assets_are_booked(grant: SettledGrant) -> Iterable[CheckResult]:
    """CHK-27: what costs more than 800 euros net has its number in the asset ledger."""
    rates = {line.id: line.vat_rate for invoice in grant.record.invoices for line in invoice.lines}
    costs = {value.inventory_number: value.cost for value in grant.settlement.devices}
    missing = [
        device.inventory_number
        for device in grant.record.devices
        if not device.asset_number
        and device.inventory_number in costs
        and exact(costs[device.inventory_number])
        > exact(_LOW_VALUE_NET) * (1 + exact(rates.get(device.invoice_line_id or 0, Decimal(0))))
    ]
    if missing:
        yield warning(
            "CHK-27", "Anlagenbuchhaltung", "Über 800 € netto und ohne Anlagennummer.", missing
        )


def assets_are_booked_as_paid(grant: SettledGrant) -> Iterable[CheckResult]:
    """CHK-27: the accountants have every asset number, with the cost that the devices had.

    An asset number that devices of other grants share is not held against this grant's part.
    """
    costs: dict[str, Decimal] = defaultdict(Decimal)
    counts: Counter[str] = Counter()
    values = {one.inventory_number: one.cost for one in grant.settlement.devices}
    for device in grant.record.devices:
        if device.asset_number:
            costs[device.asset_number] += values.get(device.inventory_number, Decimal(0))
            counts[device.asset_number] += 1
    missing = [one.asset_number for one in grant.record.around.booked if one.cost is None]
    if missing:
        yield warning(
            "CHK-27", "Anlagenbuchhaltung", "Diese Anlagen kennt die Kämmerei nicht.", missing
        )
    differing = [
        f"{one.asset_number}: gebucht {format_euro(one.cost)}, bezahlt "
        f"{format_euro(costs[one.asset_number])}"
        for one in grant.record.around.booked
        if one.cost is not None
        and one.devices == counts[one.asset_number]
        and abs(one.cost - costs[one.asset_number]) > _ROUNDING * one.devices
    ]
    if differing:
        yield warning(
            "CHK-27",
            "Anschaffungskosten",
            "Anlagenbuchhaltung und bezahlte Rechnungen sind verschieden.",
            differing,
        )


CHECKS = (
    every_unit_is_registered,
    serials_are_right,
    devices_stand_where_funded,
    earmark_is_kept,
    devices_are_seen,
    assets_are_booked,
    assets_are_booked_as_paid,
)
