"""Figures whose rows are devices: what was seen, how, and what stands for no device."""

from collections.abc import Mapping, Sequence
from decimal import Decimal

from netzwart.clock import BERLIN
from netzwart.evidence.rules import EvidenceClass
from netzwart.funding.queries.records import DeviceRecord
from netzwart.funding.settlement import SettledGrant
from netzwart.money import ZERO, total
from netzwart.proofs.drilling.values import (
    Figure,
    FigureRow,
    OpenedFigure,
    figure_href,
    parts_of,
)

LETTERS: Mapping[Figure, EvidenceClass] = {
    Figure.COVERED_A: EvidenceClass.A,
    Figure.COVERED_B: EvidenceClass.B,
    Figure.COVERED_C: EvidenceClass.C,
    Figure.COVERED_D: EvidenceClass.D,
}
_TITLES: Mapping[Figure, str] = {
    Figure.COVERED_A: "Am Gerät gelesen (Klasse A)",
    Figure.COVERED_B: "Vom Controller gemeldet (Klasse B)",
    Figure.COVERED_C: "Nur Adresse gesehen (Klasse C)",
    Figure.COVERED_D: "Von Hand erfasst (Klasse D)",
    Figure.UNSEEN: "Gerät nicht gesehen",
}


def proven(grant: SettledGrant) -> OpenedFigure:
    """Return the devices seen within the window, with the grant's part of their costs."""
    seen = [one for one in grant.record.devices if one.id in grant.record.evidence]
    amount = grant.funded(grant.proven)
    parts = parts_of(amount, _costs(grant, seen))
    return OpenedFigure(
        figure=Figure.PROVEN,
        title="Belegt und gesehen",
        explanation="Zuwendungsanteil der Geräte, die in den letzten 90 Tagen gesehen wurden.",
        amount=amount,
        rows=tuple(_row(grant, one, part) for one, part in zip(seen, parts, strict=True)),
    )


def covered(grant: SettledGrant, figure: Figure) -> OpenedFigure:
    """Return the devices of one evidence class, or those not seen, with their eligible costs."""
    wanted = LETTERS.get(figure)
    evidence = grant.record.evidence
    found = [
        one
        for one in grant.record.devices
        if (evidence[one.id].letter if one.id in evidence else None) is wanted
    ]
    costs = _costs(grant, found)
    return OpenedFigure(
        figure=figure,
        title=_TITLES[figure],
        explanation="Zuwendungsfähige Kosten der Geräte; es zählt die beste Sichtung der letzten "
        "90 Tage.",
        amount=total(costs),
        rows=tuple(_row(grant, one, cost) for one, cost in zip(found, costs, strict=True)),
    )


def without_device(grant: SettledGrant) -> OpenedFigure:
    """Return the eligible costs of all invoice lines less what devices stand for."""
    eligible: dict[str, Decimal] = {}
    for expense in grant.settlement.expenses:
        for portion in expense.portions:
            key = portion.line or ""
            eligible[key] = eligible.get(key, ZERO) + portion.eligible
    rows = [
        FigureRow(
            f"Rechnung {invoice.number}",
            eligible[key],
            note=f"Pos. {line.number} {line.text}",
            day=invoice.issued_on,
            href=f"/foerderung/rechnungen/{invoice.id}",
        )
        for invoice in grant.record.invoices
        for line in invoice.lines
        if eligible.get(key := f"{line.id:012d}")
    ]
    grant_id = grant.record.head.id
    for figure in (*LETTERS, Figure.UNSEEN):
        amount = covered(grant, figure).amount
        if amount:
            rows.append(
                FigureRow(
                    f"abzüglich: {_TITLES[figure]}", -amount, href=figure_href(grant_id, figure)
                )
            )
    return OpenedFigure(
        figure=Figure.NO_DEVICE,
        title="Ohne Gerät (Leistungen)",
        explanation="Zuwendungsfähige Kosten aller Positionen, abzüglich derer von Geräten.",
        amount=grant.settlement.no_device.eligible_cost,
        rows=tuple(rows),
    )


def _costs(grant: SettledGrant, devices: Sequence[DeviceRecord]) -> list[Decimal]:
    costs = grant.eligible_of
    return [costs.get(one.inventory_number, ZERO) for one in devices]


def _row(grant: SettledGrant, device: DeviceRecord, amount: Decimal) -> FigureRow:
    seen = grant.record.evidence.get(device.id)
    place = " ".join(part for part in (device.school_short, device.room) if part)
    words = [f"{device.manufacturer} {device.model}", device.serial or "ohne Seriennummer", place]
    return FigureRow(
        device.inventory_number,
        amount,
        note=" · ".join(word for word in words if word),
        day=seen.seen_at.astimezone(BERLIN).date() if seen else None,
        href=f"/foerderung/{grant.record.head.id}/geraete/{device.id}",
    )
