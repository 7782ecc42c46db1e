"""The list of grants with what is approved, committed, paid and proven."""

from dataclasses import dataclass

from litestar import Controller, get
from litestar.response import Template

from netzwart.accounts.actors import Right
from netzwart.accounts.authentication import CurrentActor
from netzwart.accounts.guards import requires_funding_reader
from netzwart.clock import today
from netzwart.database import DbSession
from netzwart.funding.queries import load_grants
from netzwart.funding.queries.records import GrantHead, GrantRecord
from netzwart.funding.settlement import can_be_settled, programme_of, settle_grant
from netzwart.web.components import MoneyBar


@dataclass(frozen=True, slots=True)
class GrantRow:
    """One grant as the list shows it; without a bar nobody said how it is financed."""

    head: GrantHead
    programme_name: str
    bar: MoneyBar | None


class GrantsController(Controller):
    """All grants somebody may see."""

    path = "/foerderung"
    guards = [requires_funding_reader]  # noqa: RUF012 - Litestar reads a plain attribute

    @get()
    async def index(self, session: DbSession, actor: CurrentActor) -> Template:
        """Show each grant's money; six statements, whatever their number."""
        records = await load_grants(session, actor, today())
        context = {
            "rows": [_row(record) for record in records],
            "may_edit": actor.may(Right.EDIT_FUNDING),
        }
        return Template("funding/index.html", context=context)


def _row(record: GrantRecord) -> GrantRow:
    programme, _ = programme_of(record)
    if not can_be_settled(record):
        return GrantRow(record.head, programme.name, None)
    grant = settle_grant(record, today())
    bar = MoneyBar.of(
        record.head.approved_amount,
        grant.funded(grant.committed),
        grant.funded(grant.settlement.totals.spent),
        grant.funded(grant.proven),
    )
    return GrantRow(record.head, programme.name, bar)
