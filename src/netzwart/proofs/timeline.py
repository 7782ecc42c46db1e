"""A grant's life in paper: notice, orders, deliveries, invoices, payments, calls, issued proofs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from netzwart.clock import BERLIN
from netzwart.funding.liabilities import OCCASIONS
from netzwart.funding.queries.records import GrantRecord
from netzwart.funding.rules.duties import MessageOccasion
from netzwart.money import format_euro
from netzwart.web.components import Source, TimelineEntry, Tone
from netzwart.web.formatting import format_pieces


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryEvent:
    """A delivery note of one of the grant's orders."""

    id: int
    note_number: str
    received_on: date
    order: str


@dataclass(frozen=True, slots=True, kw_only=True)
class IssuedEvent:
    """A paper that was issued for the grant."""

    id: int
    number: str
    title: str
    issued_at: datetime


def grant_timeline(
    record: GrantRecord,
    deliveries: Sequence[DeliveryEvent],
    issued: Sequence[IssuedEvent],
    changed: Mapping[int, Sequence[str]],
) -> list[TimelineEntry]:
    """Return everything that happened on paper, newest first; pure.

    `changed` says in words what each notice changed, by its id.
    """
    entries = [
        *_notices(record, changed),
        *_letters(record),
        *_orders(record),
        *(
            TimelineEntry(
                one.received_on,
                Source.PAPER,
                f"Lieferung {one.note_number}",
                f"zu Bestellung {one.order}",
                f"/foerderung/lieferungen/{one.id}",
                "truck-delivery",
            )
            for one in deliveries
        ),
        *_invoices(record),
        *_money_in(record),
        *(
            TimelineEntry(
                one.issued_at.astimezone(BERLIN).date(),
                Source.PAPER,
                one.number,
                f"{one.title} ausgestellt",
                f"/nachweise/{one.id}/verwendungsnachweis.pdf",
                "file-certificate",
                Tone.OK,
            )
            for one in issued
        ),
    ]
    return sorted(entries, key=lambda one: one.at, reverse=True)


def _notices(record: GrantRecord, changed: Mapping[int, Sequence[str]]) -> list[TimelineEntry]:
    head = record.head
    found = [
        TimelineEntry(
            row.day or head.issued_on,
            Source.PAPER,
            f"Änderungsbescheid {row.key}" if changed.get(row.id) else f"Bescheid {row.key}",
            "; ".join(changed.get(row.id) or [f"{format_euro(row.amount)} bewilligt"]),
            icon="file-description",
        )
        for row in record.notices
    ]
    if not found:
        awarded = f"{format_euro(head.approved_amount)} bewilligt, {head.authority}"
        found.append(
            TimelineEntry(
                head.issued_on,
                Source.PAPER,
                f"Bescheid {head.number}",
                awarded,
                icon="file-description",
            )
        )
    if head.final_on is not None:
        words = "Ab jetzt dürfen Mittel abgerufen werden."
        found.append(
            TimelineEntry(head.final_on, Source.PAPER, "Bestandskraft", words, icon="checks")
        )
    found += [
        TimelineEntry(
            one.applied_on,
            Source.PAPER,
            "Antrag",
            f"{format_euro(one.requested)} beantragt",
            "/foerderung/antraege",
            "file-description",
        )
        for one in record.around.applications
    ]
    days = {one.submitted_on for one in record.around.submissions}
    if head.proof_submitted_on is not None and head.proof_submitted_on not in days:
        found.append(_submitted(head.proof_submitted_on, head.authority))
    return found


def _submitted(on: date, text: str) -> TimelineEntry:
    title = "Verwendungsnachweis eingereicht"
    return TimelineEntry(on, Source.PAPER, title, text, icon="send", tone=Tone.OK)


def _letters(record: GrantRecord) -> list[TimelineEntry]:
    """Return messages to the authority, clawbacks and submitted proofs."""
    found = [
        _submitted(one.submitted_on, f"Stand {one.as_of:%d.%m.%Y}")
        for one in record.around.submissions
    ]
    for row in record.messages:
        told = row.text or OCCASIONS[MessageOccasion(row.key)]
        if row.second_day is not None:
            title = "Mitteilung an die Behörde versandt"
            found.append(
                TimelineEntry(row.second_day, Source.PAPER, title, told, icon="send", tone=Tone.OK)
            )
        elif row.day is not None:
            title = "Mitteilung an die Behörde fällig"
            found.append(
                TimelineEntry(row.day, Source.PAPER, title, told, icon="send", tone=Tone.WARNING)
            )
    for row in record.clawbacks:
        interest = f", Zinsen {format_euro(row.second)}" if row.second else ""
        amount = f"{format_euro(row.amount)}{interest}"
        for day, title, tone in (
            (row.day, "Rückforderung", Tone.WARNING),
            (row.second_day, "Rückforderung bezahlt", Tone.OK),
        ):
            if day is not None:
                found.append(
                    TimelineEntry(
                        day, Source.PAPER, title, f"{amount}: {row.text}",
                        icon="arrow-back-up", tone=tone,
                    )
                )  # fmt: skip
    return found


def _orders(record: GrantRecord) -> list[TimelineEntry]:
    return [
        TimelineEntry(
            order.ordered_on,
            Source.PAPER,
            f"Bestellung {order.number}",
            f"{format_pieces(sum(line.quantity for line in order.lines))} Stück, {order.supplier}",
            f"/foerderung/bestellungen/{order.id}",
            "shopping-cart",
        )
        for order in record.orders
    ]


def _invoices(record: GrantRecord) -> list[TimelineEntry]:
    entries: list[TimelineEntry] = []
    for invoice in record.invoices:
        share = invoice.share_of(record.head.id)
        entries.append(
            TimelineEntry(
                invoice.issued_on,
                Source.PAPER,
                f"Rechnung {invoice.number}",
                f"{format_euro(share)} für diese Bewilligung, {invoice.supplier}",
                f"/foerderung/rechnungen/{invoice.id}",
                "file-invoice",
            )
        )
        entries += [
            TimelineEntry(
                payment.paid_on,
                Source.PAPER,
                f"Zahlung {payment.receipt_number}",
                f"{format_euro(payment.amount)} zu Rechnung {invoice.number}",
                f"/foerderung/zahlungen/{payment.id}",
                "cash-banknote",
            )
            for payment in invoice.payments
        ]
    return entries


def _money_in(record: GrantRecord) -> list[TimelineEntry]:
    entries: list[TimelineEntry] = []
    for row in record.drawdowns:
        call = f"Mittelabruf {row.number}"
        href = f"/foerderung/{record.head.id}/abrufe/{row.id}"
        if row.day is not None:
            asked = f"{format_euro(row.amount)} abgerufen"
            entries.append(
                TimelineEntry(row.day, Source.PAPER, call, asked, href, icon="pig-money")
            )
        if row.second_day is not None:
            came = f"{format_euro(row.amount)} eingegangen"
            entries.append(
                TimelineEntry(row.second_day, Source.PAPER, call, came, href, "pig-money", Tone.OK)
            )
    entries += [
        TimelineEntry(
            row.day,
            Source.PAPER,
            "Einnahme",
            f"{format_euro(row.amount)}, {row.text.partition(': ')[2] or row.key}",
            icon="receipt-euro",
        )
        for row in record.incomes
        if row.day is not None
    ]
    return entries
