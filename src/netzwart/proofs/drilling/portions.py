"""Figures whose rows are payments: what was spent, what counts, what the grant bears of it."""

from collections.abc import Callable, Mapping
from decimal import Decimal

from netzwart.funding.queries.records import InvoiceRecord, LineRecord, PaymentRecord
from netzwart.funding.rules.settling import Portion
from netzwart.funding.settlement import SettledGrant
from netzwart.money import ZERO, format_percent, total
from netzwart.proofs import wording
from netzwart.proofs.drilling.values import (
    NOBODY,
    Figure,
    FigureRow,
    Narrowing,
    OpenedFigure,
    UnknownFigureError,
    figure_href,
    parts_of,
)

BY_PORTION: Mapping[Figure, tuple[str, str, Callable[[Portion], Decimal]]] = {
    Figure.SPENT: ("Ausgaben", "Was bis zum Stichtag wirklich gezahlt wurde.", lambda p: p.paid),
    Figure.ELIGIBLE: (
        "Zuwendungsfähige Ausgaben",
        "Gezahlt, von zwei Personen als zuwendungsfähig entschieden, nach Abzügen und Grenzen.",
        lambda p: p.eligible,
    ),
    Figure.INELIGIBLE: (
        "Nicht zuwendungsfähige Ausgaben",
        "Ausgaben abzüglich der zuwendungsfähigen; der Grund steht in jeder Zeile.",
        lambda p: p.paid - p.eligible,
    ),
    Figure.GRANT_CLAIMED: (
        "Zuwendung",
        "Anteil der Zuwendung, verteilt nach den zuwendungsfähigen Ausgaben.",
        lambda p: p.eligible,
    ),
}


def of_portions(grant: SettledGrant, figure: Figure, part: Narrowing) -> OpenedFigure:
    """Return the figure with one row per payment, line and measure."""
    title, explanation, amount_of = BY_PORTION[figure]
    payments = _payments(grant)
    found = [
        (payments[expense.payment], portion)
        for expense in grant.settlement.expenses
        for portion in expense.portions
        if part.fits(portion)
    ]
    amounts = [amount_of(portion) for _, portion in found]
    amount = total(amounts)
    if figure is Figure.GRANT_CLAIMED:
        if not part.is_narrow:
            return _claimed(grant)
        amount = _share_of(grant, part)
        amounts = parts_of(amount, amounts)
    lines = {f"{line.id:012d}": line for invoice in grant.record.invoices for line in invoice.lines}
    rows = [
        _portion_row(invoice, payment, lines, portion, each)
        for ((invoice, payment), portion), each in zip(found, amounts, strict=True)
        if each
    ]
    return OpenedFigure(
        figure=figure,
        title=title + _of_what(grant, part),
        explanation=explanation,
        amount=amount,
        rows=tuple(rows),
    )


def _payments(grant: SettledGrant) -> Mapping[str, tuple[InvoiceRecord, PaymentRecord]]:
    return {
        f"{payment.id:012d}": (invoice, payment)
        for invoice in grant.record.invoices
        for payment in invoice.payments
    }


def _portion_row(
    invoice: InvoiceRecord,
    payment: PaymentRecord,
    lines: Mapping[str, LineRecord],
    portion: Portion,
    amount: Decimal,
) -> FigureRow:
    line = lines.get(portion.line or "")
    words = [invoice.supplier, f"Rechnung {invoice.number}"]
    if line is not None:
        words.append(f"Pos. {line.number} {line.text}")
    if portion.measure is not None:
        words.append(portion.measure)
    if portion.reason is not None:
        own = line.ineligible_reason if line is not None else None
        words.append(own or wording.INELIGIBLE[portion.reason])
    return FigureRow(
        label=payment.receipt_number,
        amount=amount,
        note=" · ".join(words),
        day=payment.paid_on,
        href=f"/foerderung/zahlungen/{payment.id}",
    )


def _share_of(grant: SettledGrant, part: Narrowing) -> Decimal:
    """Return the grant's part as the tables by category and by school print it.

    Raises:
        UnknownFigureError: for any other part, whose share nothing prints.
    """
    settled = grant.settlement
    if part.school is None and part.measure is None:
        found = {row.category or NOBODY: row.grant_share for row in settled.by_category}
        return found.get(part.category or NOBODY, ZERO)
    if part.category is None and part.measure is None:
        found = {row.school or NOBODY: row.grant_share for row in settled.by_school}
        return found.get(part.school or NOBODY, ZERO)
    raise UnknownFigureError("Die Zuwendung lässt sich nur nach Förderbereich oder Schule teilen.")


def _of_what(grant: SettledGrant, part: Narrowing) -> str:
    words: list[str] = []
    if part.category is not None:
        known = part.category != NOBODY
        words.append(
            wording.category_label(grant.programme, part.category) if known else "ohne Maßnahme"
        )
    if part.school is not None:
        names = {one.school: one.school_name for one in grant.record.measures}
        words.append(names.get(part.school) or "schulübergreifend")
    if part.measure is not None:
        titles = {one.key: one.title for one in grant.record.measures}
        words.append(titles.get(part.measure, part.measure))
    return f": {', '.join(words)}" if words else ""


def _claimed(grant: SettledGrant) -> OpenedFigure:
    totals, grant_id = grant.settlement.totals, grant.record.head.id
    rate = grant.terms.rate
    how = f"{format_percent(rate)} der zuwendungsfähigen Ausgaben, " if rate is not None else ""
    rows = [
        FigureRow(
            label=wording.category_label(grant.programme, row.category)
            if row.category
            else "ohne Maßnahme",
            amount=row.grant_share,
            note="Anteil nach den zuwendungsfähigen Ausgaben",
            href=figure_href(
                grant_id, Figure.GRANT_CLAIMED, Narrowing(category=row.category or NOBODY)
            ),
        )
        for row in grant.settlement.by_category
        if row.grant_share
    ]
    return OpenedFigure(
        figure=Figure.GRANT_CLAIMED,
        title="Zuwendung",
        explanation=how + "höchstens die bewilligte Summe, auf die Förderbereiche verteilt.",
        amount=totals.grant_claimed,
        rows=tuple(rows),
    )
