"""Figures whose rows are notices, calls, plan positions, sources, orders or other figures."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal

from netzwart.funding.labels import SOURCE_KINDS
from netzwart.funding.queries.records import GrantRecord
from netzwart.funding.settlement import SettledGrant, committed
from netzwart.money import total
from netzwart.proofs import wording
from netzwart.proofs.drilling.values import (
    Figure,
    FigureRow,
    OpenedFigure,
    figure_href,
    parts_of,
)


def _difference(
    grant: SettledGrant,
    figure: Figure,
    title: str,
    amount: Decimal,
    parts: Sequence[tuple[str, Decimal, Figure]],
) -> OpenedFigure:
    grant_id = grant.record.head.id
    return OpenedFigure(
        figure=figure,
        title=title,
        explanation=" abzüglich ".join(label for label, _, _ in parts) + ".",
        amount=amount,
        rows=tuple(
            FigureRow(label, part, href=figure_href(grant_id, source))
            for label, part, source in parts
        ),
    )


def own_share(grant: SettledGrant) -> OpenedFigure:
    """Return eligible costs less grant."""
    totals = grant.settlement.totals
    parts = [
        ("Zuwendungsfähige Ausgaben", totals.eligible, Figure.ELIGIBLE),
        ("Zuwendung", -totals.grant_claimed, Figure.GRANT_CLAIMED),
    ]
    return _difference(grant, Figure.OWN_SHARE, "Eigenanteil", totals.own_share, parts)


def still_open(grant: SettledGrant) -> OpenedFigure:
    """Return the grant less what has arrived."""
    totals = grant.settlement.totals
    parts = [
        ("Zuwendung", totals.grant_claimed, Figure.GRANT_CLAIMED),
        ("Ausgezahlt", -totals.received, Figure.RECEIVED),
    ]
    return _difference(grant, Figure.OPEN, "Offen", totals.open, parts)


def approved(grant: SettledGrant) -> OpenedFigure:
    """Return the notices."""
    head = grant.record.head
    rows = [
        FigureRow(f"Bescheid {row.key}", row.amount, day=row.day)
        for row in grant.record.notices
        if row.amount
    ]
    rest = head.approved_amount - total([row.amount for row in rows])
    if rest or not rows:
        label = "Weitere Bescheide" if rows else f"Bescheid {head.number}"
        rows.append(FigureRow(label, rest, day=None if rows else head.issued_on))
    return OpenedFigure(
        figure=Figure.APPROVED,
        title="Bewilligt",
        explanation="Zuwendungsbescheid und Änderungsbescheide.",
        amount=head.approved_amount,
        rows=tuple(rows),
    )


def called(grant: SettledGrant) -> OpenedFigure:
    """Return all calls."""
    return _drawn(grant, Figure.CALLED, "Abgerufen", "Alle Mittelabrufe.", lambda _: True)


def received(grant: SettledGrant) -> OpenedFigure:
    """Return the calls whose money has arrived."""
    as_of = grant.settlement.as_of
    return _drawn(
        grant,
        Figure.RECEIVED,
        "Ausgezahlt",
        "Mittelabrufe, deren Geld bis zum Stichtag eingegangen ist.",
        lambda day: day is not None and day <= as_of,
    )


def _drawn(
    grant: SettledGrant,
    figure: Figure,
    title: str,
    explanation: str,
    wanted: Callable[[date | None], bool],
) -> OpenedFigure:
    calls = [row for row in grant.record.drawdowns if wanted(row.second_day)]
    return OpenedFigure(
        figure=figure,
        title=title,
        explanation=explanation,
        amount=total([row.amount for row in calls]),
        rows=tuple(
            FigureRow(
                f"Mittelabruf {row.number}",
                row.amount,
                note="eingegangen" if row.second_day else "noch nicht eingegangen",
                day=row.second_day or row.day,
            )
            for row in calls
        ),
    )


def income(grant: SettledGrant) -> OpenedFigure:
    """Return insurance, sale and third-party money up to the day."""
    as_of = grant.settlement.as_of
    rows = [
        FigureRow(row.text.partition(": ")[2] or row.key, row.amount, day=row.day)
        for row in grant.record.incomes
        if row.day is not None and row.day <= as_of
    ]
    return OpenedFigure(
        figure=Figure.INCOME,
        title="Einnahmen",
        explanation="Versicherung, Verkauf und Leistungen Dritter; sie mindern die Zuwendung.",
        amount=total([row.amount for row in rows]),
        rows=tuple(rows),
    )


def planned(grant: SettledGrant) -> OpenedFigure:
    """Return the plan's expenditure."""
    return _of_plan(grant, Figure.PLANNED, "Plan", lambda row: row[0])


def planned_eligible(grant: SettledGrant) -> OpenedFigure:
    """Return the eligible part of the plan's expenditure."""
    title = "Plan, davon zuwendungsfähig"
    return _of_plan(grant, Figure.PLANNED_ELIGIBLE, title, lambda row: row[1])


def _of_plan(
    grant: SettledGrant,
    figure: Figure,
    title: str,
    amount_of: Callable[[tuple[Decimal, Decimal]], Decimal],
) -> OpenedFigure:
    rows = [
        FigureRow(
            wording.category_label(grant.programme, row.key), amount_of((row.amount, row.second))
        )
        for row in grant.record.plan
    ]
    return OpenedFigure(
        figure=figure,
        title=title,
        explanation="Finanzierungsplan des Bescheids.",
        amount=total([row.amount for row in rows]),
        rows=tuple(rows),
    )


def sources(grant: SettledGrant) -> OpenedFigure:
    """Return the plan's income."""
    rows = [
        FigureRow(row.text, row.amount, note=SOURCE_KINDS.get(row.key, row.key))
        for row in grant.record.sources
    ]
    return OpenedFigure(
        figure=Figure.SOURCES,
        title="Finanzierung",
        explanation="Deckungsmittel neben der Zuwendung, laut Finanzierungsplan.",
        amount=total([row.amount for row in rows]),
        rows=tuple(rows),
    )


def bound(grant: SettledGrant) -> OpenedFigure:
    """Return the orders, and the invoices without one, with the grant's part of each."""
    costs = _commitments(grant.record)
    amount = grant.funded(grant.committed)
    parts = parts_of(amount, [cost.amount for cost in costs])
    return OpenedFigure(
        figure=Figure.COMMITTED,
        title="Gebunden",
        explanation="Zuwendungsanteil der Bestellungen, mindestens der ihrer Rechnungen.",
        amount=amount,
        rows=tuple(
            replace(cost, amount=part) for cost, part in zip(costs, parts, strict=True) if part
        ),
    )


def _commitments(record: GrantRecord) -> list[FigureRow]:
    """Return what each order binds by itself; `committed` adds up over orders."""
    rows = [
        FigureRow(
            f"Bestellung {order.number}",
            committed(
                replace(
                    record,
                    orders=(order,),
                    invoices=tuple(one for one in record.invoices if one.order_id == order.id),
                )
            ),
            note=order.supplier,
            day=order.ordered_on,
            href=f"/foerderung/bestellungen/{order.id}",
        )
        for order in record.orders
    ]
    known = {order.id for order in record.orders}
    rows += [
        FigureRow(
            f"Rechnung {invoice.number}",
            committed(replace(record, orders=(), invoices=(invoice,))),
            note=invoice.supplier,
            day=invoice.issued_on,
            href=f"/foerderung/rechnungen/{invoice.id}",
        )
        for invoice in record.invoices
        if invoice.order_id not in known
    ]
    return rows


def paid(grant: SettledGrant) -> OpenedFigure:
    """Return the payments with the grant's part of each."""
    receipts = {
        f"{payment.id:012d}": (invoice, payment)
        for invoice in grant.record.invoices
        for payment in invoice.payments
    }
    expenses = grant.settlement.expenses
    amount = grant.funded(grant.settlement.totals.spent)
    rows: list[FigureRow] = []
    for expense, part in zip(
        expenses, parts_of(amount, [each.paid for each in expenses]), strict=True
    ):
        invoice, payment = receipts[expense.payment]
        rows.append(
            FigureRow(
                payment.receipt_number,
                part,
                note=f"{invoice.supplier} · Rechnung {invoice.number}",
                day=expense.paid_on,
                href=f"/foerderung/zahlungen/{payment.id}",
            )
        )
    return OpenedFigure(
        figure=Figure.PAID,
        title="Bezahlt",
        explanation="Zuwendungsanteil der Ausgaben bis zum Stichtag.",
        amount=amount,
        rows=tuple(rows),
    )
