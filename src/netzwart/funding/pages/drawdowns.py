"""Mittelabruf: the assistant that proposes the amount and says why, one call, its arrival."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any, Final

from litestar import Controller, get, post
from litestar.params import FromQuery
from litestar.plugins.htmx import HTMXRequest
from litestar.response import Redirect, Template
from sqlalchemy.ext.asyncio import AsyncSession

from netzwart.accounts.actors import Actor, Right
from netzwart.accounts.authentication import CurrentActor
from netzwart.accounts.guards import requires_funding_editor, requires_funding_reader
from netzwart.clock import today
from netzwart.database import DbSession
from netzwart.errors import NotFoundError
from netzwart.funding import service
from netzwart.funding.drawdowns import propose_drawdown
from netzwart.funding.forms import DrawdownForm, Form
from netzwart.funding.liabilities import interest_of
from netzwart.funding.programmes.loading import FundingProgramme
from netzwart.funding.queries import get_drawdown, get_grant, load_grant
from netzwart.funding.rules.charging_interest import USE_MONTHS
from netzwart.funding.rules.dating import add_months
from netzwart.funding.rules.drawing_down import DrawdownBlocker, DrawdownLimit
from netzwart.funding.rules.terms import DrawdownMode
from netzwart.funding.settlement import SettledGrant, can_be_settled, settle_grant
from netzwart.money import cents, exact, format_amount
from netzwart.web.addresses import RowId
from netzwart.web.requests import Entered, TypedValues, enter, go_to, nothing_entered

MODES: Final[Mapping[DrawdownMode, str]] = {
    DrawdownMode.TWO_MONTHS: "Bedarf der nächsten zwei Monate (ANBest-G Nr. 1.4)",
    DrawdownMode.REIMBURSEMENT: "Erstattung nach Zahlung",
    DrawdownMode.FLAT: "Pauschale, ohne Bindung an Zahlungen",
    DrawdownMode.ONCE_WHEN_FINAL: "Einmal nach Bestandskraft",
}
LIMITS: Final[Mapping[DrawdownLimit, str]] = {
    DrawdownLimit.COSTS: "nach den zuwendungsfähigen Ausgaben",
    DrawdownLimit.AWARD: "Rest der Bewilligung",
    DrawdownLimit.TRANCHE: "Rest der Tranche dieses Haushaltsjahres",
}
BLOCKERS: Final[Mapping[DrawdownBlocker, str]] = {
    DrawdownBlocker.NOT_FINAL: "Der Bescheid ist an diesem Tag noch nicht bestandskräftig.",
    DrawdownBlocker.UNSPENT_MONEY: "Früher abgerufenes Geld ist nach zwei Monaten noch nicht "
    "verwendet.",
}


class DrawdownEntryForm(DrawdownForm):
    """A call typed on the page of its grant, whose address says which."""

    grant_id: int = 0


class ArrivalForm(Form):
    """The day on which called money arrived."""

    received_on: date


class DrawdownsController(Controller):
    """The calls of one grant."""

    path = "/foerderung/{grant_id:int}/abrufe"
    guards = [requires_funding_reader]  # noqa: RUF012 - Litestar reads a plain attribute

    @get("/neu", guards=[requires_funding_editor])
    async def new(
        self,
        session: DbSession,
        actor: CurrentActor,
        grant_id: RowId,
        tag: FromQuery[date | None] = None,
    ) -> Template:
        """Propose the most that may be called on a day, with its derivation."""
        return await _new_page(session, actor, grant_id, tag or today(), nothing_entered())

    @post(guards=[requires_funding_editor])
    async def create(
        self, request: HTMXRequest, session: DbSession, actor: CurrentActor, grant_id: RowId
    ) -> Template | Redirect:
        """Record the call; what it rests on is kept with it."""
        await get_grant(session, grant_id, actor)
        entered = await enter(
            request,
            session,
            DrawdownEntryForm,
            lambda form: service.record_drawdown(
                session, form.model_copy(update={"grant_id": grant_id}), actor
            ),
        )
        if entered.errors:
            day = entered.form.requested_on if entered.form is not None else today()
            return await _new_page(session, actor, grant_id, day, entered)
        address = f"/foerderung/{grant_id}/abrufe/{entered.made.id}"
        return go_to(address, "Der Mittelabruf ist erfasst.")

    @get("/{drawdown_id:int}")
    async def show(
        self, session: DbSession, actor: CurrentActor, grant_id: RowId, drawdown_id: RowId
    ) -> Template:
        """Show a call with what it rests on and until when its money must be used."""
        return await _page(session, actor, grant_id, drawdown_id, nothing_entered())

    @post("/{drawdown_id:int}/eingang", guards=[requires_funding_editor])
    async def receive(
        self,
        request: HTMXRequest,
        session: DbSession,
        actor: CurrentActor,
        grant_id: RowId,
        drawdown_id: RowId,
    ) -> Template | Redirect:
        """Record the day on which the money arrived."""
        drawdown = await get_drawdown(session, drawdown_id, actor)
        entered = await enter(
            request,
            session,
            ArrivalForm,
            lambda form: service.record_drawdown_received(
                session, drawdown, form.received_on, actor
            ),
        )
        if entered.errors:
            return await _page(session, actor, grant_id, drawdown_id, entered)
        return go_to(f"/foerderung/{grant_id}/abrufe/{drawdown_id}", "Der Geldeingang ist erfasst.")


async def _settled(session: AsyncSession, actor: Actor, grant_id: int, day: date) -> SettledGrant:
    record = await load_grant(session, grant_id, actor, day)
    if not can_be_settled(record):
        raise NotFoundError(
            "Diese Bewilligung lässt sich noch nicht abrechnen. Bitte zuerst Finanzierungsart und "
            "Fördersatz des Bescheids eintragen."
        )
    return settle_grant(record, day)


async def _new_page(
    session: AsyncSession, actor: Actor, grant_id: int, day: date, entered: Entered[Any]
) -> Template:
    grant = await _settled(session, actor, grant_id, day)
    proposal = propose_drawdown(grant)
    position = proposal.position
    if not entered.values:
        most = proposal.maximum.amount
        entered.values = TypedValues(
            requested_on=day.isoformat(), amount=format_amount(most) if most else ""
        )
    context = {
        "head": grant.record.head,
        "proposal": proposal,
        "mode": MODES[position.mode],
        "is_by_need": position.mode is DrawdownMode.TWO_MONTHS,
        "is_by_costs": DrawdownLimit.COSTS in proposal.maximum.limits,
        "costs": position.eligible_paid + position.eligible_due,
        "share": cents(
            exact(position.rate) * exact(position.eligible_paid + position.eligible_due)
        ),
        "limits": [
            (LIMITS[limit], amount, limit is proposal.maximum.binding)
            for limit, amount in proposal.maximum.limits.items()
        ],
        "blockers": [BLOCKERS[blocker] for blocker in proposal.maximum.blockers],
        "use_until": add_months(day, USE_MONTHS),
        "categories": [
            (_category(grant.programme, row.category), row.eligible, row.grant_share)
            for row in proposal.by_category
        ],
        "last_day": grant.programme.rules.deadlines.last_drawdown_on,
        "interest": interest_of(grant),
        "day": day,
        "values": entered.values,
        "errors": entered.errors,
    }
    return Template("funding/new_drawdown.html", context=context, status_code=entered.status)


def _basis(kept: Mapping[str, Any]) -> dict[str, Any]:
    """Return the kept figures of a call for the page; texts become amounts again."""
    amounts = ("eligible_paid", "eligible_due", "called_before", "maximum", "rate")
    found = {name: Decimal(str(kept[name])) for name in amounts if name in kept}
    if len(found) < len(amounts):
        return {}
    blockers = [BLOCKERS[DrawdownBlocker(name)] for name in kept.get("blockers", [])]
    found["reduction"] = Decimal(str(kept.get("reduction", "0.00")))
    return {**found, "blockers": blockers, "receipts": kept.get("receipts", [])}


def _category(programme: FundingProgramme, key: str | None) -> str:
    found = programme.rules.categories.get(key or "")
    return (found.name.value if found is not None else None) or key or "ohne Maßnahme"


async def _page(
    session: AsyncSession, actor: Actor, grant_id: int, drawdown_id: int, entered: Entered[Any]
) -> Template:
    drawdown = await get_drawdown(session, drawdown_id, actor)
    if drawdown.grant_id != grant_id:
        raise NotFoundError("Diesen Mittelabruf gibt es nicht.")
    grant = await get_grant(session, grant_id, actor)
    received = drawdown.received_on
    context = {
        "head": grant,
        "drawdown": drawdown,
        "basis": _basis(drawdown.basis),
        "mode": MODES[grant.drawdown_mode],
        "use_until": add_months(received, USE_MONTHS) if received is not None else None,
        "here": f"/foerderung/{grant_id}/abrufe/{drawdown_id}",
        "sheet": f"/nachweise/entwurf?bewilligung={grant_id}&papier=drawdown_sheet"
        f"&tag={drawdown.requested_on}",
        "may_issue": actor.may(Right.ISSUE_PROOFS),
        "values": entered.values,
        "errors": entered.errors,
        "today": today().isoformat(),
        "may_edit": actor.may(Right.EDIT_FUNDING),
    }
    return Template("funding/drawdown.html", context=context, status_code=entered.status)
