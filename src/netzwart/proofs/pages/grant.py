"""A grant's page: the notice, its money, what proves it, what is wrong and what to do."""

from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from typing import Any

from litestar import Controller, get, post
from litestar.params import FromPath
from litestar.plugins.htmx import HTMXRequest
from litestar.response import Redirect, Template
from sqlalchemy.ext.asyncio import AsyncSession

from netzwart.accounts.actors import Actor, Right
from netzwart.accounts.authentication import CurrentActor
from netzwart.accounts.guards import requires_funding_editor, requires_funding_reader
from netzwart.clock import today
from netzwart.database import DbSession
from netzwart.funding.forms import RuleOverrideForm
from netzwart.funding.labels import INCOME_KINDS, SOURCE_KINDS
from netzwart.funding.liabilities import OCCASIONS
from netzwart.funding.programmes.loading import envelopes
from netzwart.funding.programmes.notes import label_of, rule_notes
from netzwart.funding.programmes.schema import ValueStatus
from netzwart.funding.queries import get_grant, load_grant
from netzwart.funding.queries.records import GrantRecord, InvoiceRecord, MeasureRecord
from netzwart.funding.service import override_rule
from netzwart.funding.settlement import (
    SettledGrant,
    can_be_settled,
    programme_of,
    settle_grant,
)
from netzwart.money import ZERO, total
from netzwart.proofs import wording
from netzwart.proofs.amendments import change_texts
from netzwart.proofs.checking import CATALOGUE, CheckEntry, check_grant
from netzwart.proofs.comparing import category_rows, school_rows
from netzwart.proofs.compiling import coverage_of
from netzwart.proofs.dating import deadlines_of
from netzwart.proofs.drilling import Figure, Narrowing, figure_href
from netzwart.proofs.pages.grants import bar_links
from netzwart.proofs.queries import (
    list_delivery_events,
    list_documents,
    list_issued_events,
    list_overrides,
)
from netzwart.proofs.readings import readings_of
from netzwart.proofs.timeline import grant_timeline
from netzwart.proofs.values import CheckResult, Coverage
from netzwart.web.components import MoneyBar, ShareBar
from netzwart.web.requests import Entered, go_to, nothing_entered, read_form

_COVERAGE = {
    "A": ("A", "Am Gerät gelesen (A)"),
    "B": ("B", "Vom Controller gemeldet (B)"),
    "C": ("C", "Nur Adresse gesehen (C)"),
    "D": ("D", "Von Hand erfasst (D)"),
    "none": ("0", "Gerät nicht gesehen"),
    "no_device": ("muted", "Ohne Gerät (Leistungen)"),
}


PAPERS = (
    ("proof_of_use", "Verwendungsnachweis"),
    ("drawdown_sheet", "Mittelabruf"),
    ("procurement_overview", "Vergabeübersicht"),
    ("earmark_list", "Zweckbindungskontrolle"),
    ("asset_export", "Anlagen und Sonderposten"),
)
"""Every paper about one grant; a test holds the list against the kinds of the floor above."""

_COVERED_BY = {
    "A": Figure.COVERED_A,
    "B": Figure.COVERED_B,
    "C": Figure.COVERED_C,
    "D": Figure.COVERED_D,
    "none": Figure.UNSEEN,
    "no_device": Figure.NO_DEVICE,
}


@dataclass(frozen=True, slots=True)
class MeasureRow:
    """A measure with what was spent on it."""

    measure: MeasureRecord
    category: str
    spent: Decimal
    eligible: Decimal
    devices: int


@dataclass(frozen=True, slots=True)
class InvoiceRow:
    """An invoice with the grant's part of it."""

    invoice: InvoiceRecord
    share: Decimal
    undecided: int


@dataclass(frozen=True, slots=True)
class CheckRow:
    """A complaint with what to do about it."""

    result: CheckResult
    entry: CheckEntry


class GrantPageController(Controller):
    """One grant."""

    path = "/foerderung/{grant_id:int}"
    guards = [requires_funding_reader]  # noqa: RUF012 - Litestar reads a plain attribute

    @get()
    async def show(
        self, session: DbSession, actor: CurrentActor, grant_id: FromPath[int]
    ) -> Template:
        """Show everything about the grant, as it stands today."""
        return await _page(session, actor, grant_id, nothing_entered())

    @post("/regelwerte", guards=[requires_funding_editor])
    async def override(
        self, request: HTMXRequest, session: DbSession, actor: CurrentActor, grant_id: FromPath[int]
    ) -> Template | Redirect:
        """Let a value of the notice win over the programme's."""
        grant = await get_grant(session, grant_id, actor)
        entered = await read_form(request, RuleOverrideForm)
        if entered.form is not None:
            async with entered.attempt(session):
                await override_rule(session, grant, entered.form, actor)
        if entered.errors:
            return await _page(session, actor, grant_id, entered)
        return go_to(f"/foerderung/{grant_id}", "Der Wert des Bescheids gilt.")


async def _page(
    session: AsyncSession, actor: Actor, grant_id: int, entered: Entered[Any]
) -> Template:
    record = await load_grant(session, grant_id, actor, today())
    programme, _ = programme_of(record)
    changed = {
        notice_id: change_texts(programme, changes)
        for notice_id, changes in record.around.changes.items()
    }
    context: dict[str, Any] = {
        "head": record.head,
        "record": record,
        "programme": programme,
        "overrides": await list_overrides(session, grant_id),
        "names_people": actor.may(Right.READ_NAMES),
        "documents": await list_documents(session, grant_id),
        "timeline": grant_timeline(
            record,
            await list_delivery_events(session, grant_id),
            await list_issued_events(session, grant_id),
            changed,
        ),
        "changed": changed,
        "occasions": OCCASIONS,
        "today": today(),
        "papers": PAPERS,
        "rule_choices": [
            (path, label_of(programme, path)) for path, _ in envelopes(programme.rules)
        ],
        "unknown_rules": [
            note for note in rule_notes(programme) if note.status is ValueStatus.UNKNOWN
        ],
        "income_kinds": INCOME_KINDS,
        "source_kinds": SOURCE_KINDS,
        "income": total([row.amount for row in record.incomes]),
        "sources": total([row.amount for row in record.sources]),
        "figure": partial(_figure_href, grant_id),
        "invoices": [_invoice_row(record, invoice) for invoice in record.invoices],
        "called": total([row.amount for row in record.drawdowns]),
        "values": entered.values,
        "errors": entered.errors,
        "may_edit": actor.may(Right.EDIT_FUNDING),
        "may_issue": actor.may(Right.ISSUE_PROOFS),
        "settled": None,
    }
    if can_be_settled(record):
        context |= _settled(settle_grant(record, today()))
    return Template("proofs/grant.html", context=context, status_code=entered.status)


def _settled(grant: SettledGrant) -> dict[str, Any]:
    totals = grant.settlement.totals
    return {
        "settled": grant,
        "totals": totals,
        "bar": MoneyBar.of(
            grant.record.head.approved_amount,
            grant.funded(grant.committed),
            grant.funded(totals.spent),
            grant.funded(grant.proven),
        ),
        "bar_links": bar_links(grant.record.head.id),
        "coverage": _coverage_bar(coverage_of(grant)),
        "coverage_links": _coverage_links(grant.record.head.id),
        "categories": category_rows(grant),
        "planned": total([row.amount for row in grant.record.plan]),
        "schools": school_rows(grant),
        "measures": _measure_rows(grant),
        "deadlines": deadlines_of(grant).rows,
        "readings": readings_of(grant),
        "checks": [CheckRow(result, CATALOGUE[result.check]) for result in check_grant(grant)],
    }


def _figure_href(
    grant_id: int,
    name: str,
    category: str | None = None,
    school: str | None = None,
    measure: str | None = None,
) -> str:
    part = Narrowing(category=category, school=school, measure=measure)
    return figure_href(grant_id, Figure(name), part)


def _coverage_links(grant_id: int) -> dict[str, str]:
    return {
        colour: figure_href(grant_id, _COVERED_BY[key]) for key, (colour, _) in _COVERAGE.items()
    }


def _coverage_bar(found: Coverage) -> ShareBar:
    return ShareBar.of(
        [
            (_COVERAGE[row.key][1], _COVERAGE[row.key][0], row.amount)
            for row in found.rows
            if row.amount
        ]
    )


def _invoice_row(record: GrantRecord, invoice: InvoiceRecord) -> InvoiceRow:
    grant_id = record.head.id
    undecided = sum(
        1 for line in invoice.lines if line.counts_as is None and line.share_of(grant_id)
    )
    return InvoiceRow(invoice, invoice.share_of(grant_id), undecided)


def _measure_rows(grant: SettledGrant) -> list[MeasureRow]:
    spent: dict[str, Decimal] = {}
    eligible: dict[str, Decimal] = {}
    for expense in grant.settlement.expenses:
        for portion in expense.portions:
            if portion.measure is not None:
                spent[portion.measure] = spent.get(portion.measure, ZERO) + portion.paid
                eligible[portion.measure] = eligible.get(portion.measure, ZERO) + portion.eligible
    return [
        MeasureRow(
            measure,
            wording.category_label(grant.programme, measure.category),
            spent.get(measure.key, ZERO),
            eligible.get(measure.key, ZERO),
            sum(1 for device in grant.record.devices if device.measure_id == measure.id),
        )
        for measure in grant.record.measures
    ]
