"""The rows of expense list and inventory list, from a settled grant."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from netzwart.funding.queries.records import (
    DeviceRecord,
    InvoiceRecord,
    LineRecord,
    PaymentRecord,
    SeenDevice,
)
from netzwart.funding.rules.facts import IneligibleReason
from netzwart.funding.rules.settling import ExpenseSum, Portion
from netzwart.funding.settlement import SettledGrant
from netzwart.money import ZERO, apportion, cents, exact, total
from netzwart.proofs import wording
from netzwart.proofs.assembling import device_span
from netzwart.proofs.dating import days_of, earmark_of_device
from netzwart.proofs.values import NO_EVIDENCE, Evidence, EvidenceLetter, Expense, ProvenDevice

_LETTERS: Mapping[str, EvidenceLetter] = {"A": "A", "B": "B", "C": "C", "D": "D"}


@dataclass(frozen=True, slots=True)
class _Bought:
    """What the rows of one grant look up."""

    payments: Mapping[str, tuple[InvoiceRecord, PaymentRecord]]
    lines: Mapping[str, LineRecord]
    devices: Mapping[int, Sequence[DeviceRecord]]
    short_names: Mapping[str, str]


def expenses_of(grant: SettledGrant) -> list[Expense]:
    """Return one row per payment, category and school."""
    record = grant.record
    devices: dict[int, list[DeviceRecord]] = defaultdict(list)
    for device in record.devices:
        if device.invoice_line_id is not None:
            devices[device.invoice_line_id].append(device)
    bought = _Bought(
        payments={
            f"{payment.id:012d}": (invoice, payment)
            for invoice in record.invoices
            for payment in invoice.payments
        },
        lines={f"{line.id:012d}": line for invoice in record.invoices for line in invoice.lines},
        devices=devices,
        short_names={
            measure.school: measure.school_short or measure.school
            for measure in record.measures
            if measure.school is not None
        },
    )
    return [row for expense in grant.settlement.expenses for row in _rows(bought, expense)]


def _rows(bought: _Bought, expense: ExpenseSum) -> Iterable[Expense]:
    invoice, payment = bought.payments[expense.payment]
    groups: dict[tuple[str, str | None], list[Portion]] = defaultdict(list)
    for portion in expense.portions:
        groups[portion.category or "", portion.school].append(portion)
    keys = sorted(groups, key=lambda key: (key[0], key[1] or ""))
    paid = [total([portion.paid for portion in groups[key]]) for key in keys]
    discounts = _discounts(payment, expense.paid, paid)
    for key, amount, discount in zip(keys, paid, discounts, strict=True):
        yield _expense(bought, invoice, payment, groups[key], (amount, discount))


def _discounts(payment: PaymentRecord, mine: Decimal, parts: Sequence[Decimal]) -> list[Decimal]:
    """Return the payment's discount, as far as it is this grant's, over the rows."""
    if payment.amount == 0 or mine == 0:
        return [ZERO] * len(parts)
    return apportion(cents(exact(payment.discount) * exact(mine) / exact(payment.amount)), parts)


def _expense(
    bought: _Bought,
    invoice: InvoiceRecord,
    payment: PaymentRecord,
    portions: Sequence[Portion],
    amounts: tuple[Decimal, Decimal],
) -> Expense:
    paid, discount = amounts
    school, category = portions[0].school, portions[0].category or ""
    lines = [bought.lines[key] for key in dict.fromkeys(one.line for one in portions) if key]
    devices = [
        (line, device)
        for line in lines
        for device in bought.devices.get(line.id, ())
        if device.school == school
    ]
    numbers = tuple(sorted(device.inventory_number for _, device in devices))
    eligible = total([one.eligible for one in portions])
    rates = {line.vat_rate for line in lines}
    return Expense(
        number=0,
        receipt_number=payment.receipt_number,
        category=category,
        school=school,
        school_name=bought.short_names.get(school, school) if school else None,
        supplier=invoice.supplier,
        invoice=invoice.number,
        invoiced_on=invoice.issued_on,
        service_from=None,
        service_until=invoice.delivered_on,
        order=invoice.order,
        ordered_on=invoice.ordered_on,
        procedure=wording.PROCEDURE.get(invoice.procedure, invoice.procedure)
        if invoice.procedure
        else None,
        purpose="; ".join(_purpose(line, devices) for line in lines),
        invoice_gross=paid + discount,
        discount=discount,
        paid=paid,
        paid_on=payment.paid_on,
        eligible=eligible,
        ineligible=paid - eligible,
        ineligible_reason=_reasons(bought, portions),
        vat_rate=rates.pop() if len(rates) == 1 else None,
        devices=numbers,
        device_span=device_span(numbers),
        note=None,
        paid_so_far=ZERO,
        eligible_so_far=ZERO,
        ineligible_so_far=ZERO,
    )


def _purpose(line: LineRecord, devices: Sequence[tuple[LineRecord, DeviceRecord]]) -> str:
    count = sum(1 for each, _ in devices if each.id == line.id)
    if count:
        return f"{count} × {line.text}"
    whole = line.model_id is not None and len(line.shares) == 1
    return f"{line.quantity.normalize():f} × {line.text}" if whole else line.text


def _reasons(bought: _Bought, portions: Sequence[Portion]) -> str | None:
    reasons: dict[str, None] = {}
    for portion in portions:
        if portion.reason is None or portion.paid == portion.eligible:
            continue
        line = bought.lines.get(portion.line or "")
        own = line.ineligible_reason if line is not None else None
        decided = portion.reason in {IneligibleReason.DECIDED, IneligibleReason.PARTLY}
        reasons[own if decided and own else wording.INELIGIBLE[portion.reason]] = None
    return "; ".join(reasons) or None


def devices_of(grant: SettledGrant) -> list[ProvenDevice]:
    """Return one row per funded device, with the best evidence of the window."""
    record, days = grant.record, days_of(grant)
    receipts: dict[int, tuple[str, str | None]] = {}
    for invoice in record.invoices:
        first = min(invoice.payments, key=lambda one: (one.paid_on, one.id), default=None)
        for line in invoice.lines:
            receipts[line.id] = (invoice.number, first.receipt_number if first else None)
    values = {one.inventory_number: one for one in grant.settlement.devices}
    lines = {line.id: line for invoice in record.invoices for line in invoice.lines}
    rows: list[ProvenDevice] = []
    for device in record.devices:
        value = values.get(device.inventory_number)
        line = lines.get(device.invoice_line_id or 0)
        invoice, receipt = receipts.get(device.invoice_line_id or 0, (None, None))
        rows.append(
            ProvenDevice(
                inventory_number=device.inventory_number,
                description=line.text if line is not None else device.model,
                category=wording.CATEGORY[device.category],
                model=f"{device.manufacturer} {device.model}",
                serial=device.serial,
                school=device.school,
                school_name=device.school_short,
                room=device.room,
                delivered_on=device.delivered_on,
                commissioned_on=device.commissioned_on,
                invoice=invoice,
                receipt_number=receipt,
                cost=value.cost if value else ZERO,
                eligible_cost=value.eligible_cost if value else ZERO,
                grant_share=value.grant_share if value else ZERO,
                notice_number=record.head.number,
                earmarked_until=earmark_of_device(days, device),
                status=device.status.value,
                status_on=device.disposed_on,
                status_reason=device.disposal_reason,
                has_label=device.labelled_on is not None,
                evidence=_evidence(device, record.evidence.get(device.id)),
                cost_so_far=ZERO,
                eligible_cost_so_far=ZERO,
                grant_share_so_far=ZERO,
            )
        )
    return rows


def _evidence(device: DeviceRecord, seen: SeenDevice | None) -> Evidence:
    """Return the best sighting of the window; an older one is told, but proves nothing."""
    if seen is not None:
        return Evidence(
            letter=_LETTERS[seen.letter.value],
            seen_at=seen.seen_at,
            source=seen.source,
            serial_read=seen.serial_read,
        )
    if device.last_seen_at is None:
        return NO_EVIDENCE
    return Evidence(letter="0", seen_at=device.last_seen_at, source=None, serial_read=None)
