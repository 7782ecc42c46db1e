"""Förderung: all grants with what is approved, committed, paid and proven, and what is due next."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from litestar import Controller, get
from litestar.params import FromQuery
from litestar.response import Template

from netzwart.accounts.actors import Right
from netzwart.accounts.authentication import CurrentActor
from netzwart.accounts.guards import requires_funding_reader
from netzwart.clock import today
from netzwart.database import DbSession
from netzwart.funding.pages.tabs import funding_tabs
from netzwart.funding.queries import load_grants
from netzwart.funding.queries.grant_filters import STATES, grant_conditions
from netzwart.funding.queries.records import GrantHead, GrantRecord
from netzwart.funding.settlement import can_be_settled, programme_of, settle_grant
from netzwart.money import total
from netzwart.proofs.checking import check_grant
from netzwart.proofs.drilling import Figure, figure_href
from netzwart.proofs.upcoming import UpcomingDay, upcoming_days
from netzwart.proofs.values import CheckSeverity
from netzwart.web.components import MoneyBar

BASE: Final = "/foerderung"
BAR_FIGURES: Final[Mapping[str, Figure]] = {
    "approved": Figure.APPROVED,
    "committed": Figure.COMMITTED,
    "paid": Figure.PAID,
    "proven": Figure.PROVEN,
}
_SHOWN_DAYS = 3


@dataclass(frozen=True, slots=True)
class GrantRow:
    """One grant as the list shows it; without a bar nobody said how it is financed."""

    head: GrantHead
    programme_name: str
    bar: MoneyBar | None
    links: Mapping[str, str]
    days: Sequence[UpcomingDay]
    errors: int
    warnings: int


@dataclass(frozen=True, slots=True)
class GrantTotals:
    """What the shown grants come to, in euros of grant money."""

    grants: int
    approved: Decimal
    bar: MoneyBar | None


class GrantsController(Controller):
    """All grants somebody may see."""

    path = BASE
    guards = [requires_funding_reader]  # noqa: RUF012 - Litestar reads a plain attribute

    @get()
    async def index(
        self,
        session: DbSession,
        actor: CurrentActor,
        q: FromQuery[str] = "",
        programme: FromQuery[str] = "",
        stand: FromQuery[str] = "",
    ) -> Template:
        """Show each grant's money and next days; as many statements, whatever their number."""
        records = await load_grants(session, actor, today())
        wanted = grant_conditions(q, programme, stand, today())
        shown = [record for record in records if wanted(record.head)]
        rows = [_row(record) for record in shown]
        context: dict[str, Any] = {
            "rows": rows,
            "totals": _totals(rows),
            "is_narrowed": bool(q or programme or stand),
            "q": q,
            "programme": programme,
            "stand": stand,
            "programme_choices": sorted(
                {(one.head.programme, programme_of(one)[0].name) for one in records}
            ),
            "state_choices": list(STATES.items()),
            "tabs": funding_tabs(BASE),
            "may_edit": actor.may(Right.EDIT_FUNDING),
        }
        return Template("proofs/index.html", context=context)


def bar_links(grant_id: int) -> dict[str, str]:
    """Return where each part of a grant's money bar leads."""
    return {key: figure_href(grant_id, figure) for key, figure in BAR_FIGURES.items()}


def _row(record: GrantRecord) -> GrantRow:
    programme, _ = programme_of(record)
    links = bar_links(record.head.id)
    if not can_be_settled(record):
        return GrantRow(record.head, programme.name, None, links, (), 0, 0)
    grant = settle_grant(record, today())
    found = [result.severity for result in check_grant(grant)]
    bar = MoneyBar.of(
        record.head.approved_amount,
        grant.funded(grant.committed),
        grant.funded(grant.settlement.totals.spent),
        grant.funded(grant.proven),
    )
    return GrantRow(
        record.head,
        programme.name,
        bar,
        links,
        upcoming_days(grant, today())[:_SHOWN_DAYS],
        found.count(CheckSeverity.ERROR),
        found.count(CheckSeverity.WARNING),
    )


def _totals(rows: Sequence[GrantRow]) -> GrantTotals:
    bars = [row.bar for row in rows if row.bar is not None]
    parts = [total([bar.parts[place].amount for bar in bars]) for place in range(len(BAR_FIGURES))]
    approved = total([row.head.approved_amount for row in rows])
    return GrantTotals(len(rows), approved, MoneyBar.of(*parts) if len(bars) > 1 else None)
