"""Whether lines are eligible: one person decides, one or several at once; another confirms."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated

from litestar import Controller, post
from litestar.plugins.htmx import HTMXRequest
from litestar.response import Redirect, Template
from pydantic import BeforeValidator, Field
from sqlalchemy.ext.asyncio import AsyncSession

from netzwart.accounts.actors import Actor
from netzwart.accounts.authentication import CurrentActor
from netzwart.accounts.guards import requires_funding_editor
from netzwart.database import DbSession
from netzwart.errors import NotFoundError
from netzwart.funding import service
from netzwart.funding.forms import DecisionForm, Form, SeveralDecisionsForm
from netzwart.funding.pages.invoice_page import invoice_address, invoice_page
from netzwart.funding.purchase_tables import InvoiceLine
from netzwart.funding.queries import get_invoice, get_invoice_line
from netzwart.funding.queries.showing import list_lines_of
from netzwart.web.addresses import RowId
from netzwart.web.requests import enter, go_to

_SECOND_PERSON = "Entschieden. Eine zweite Person muss bestätigen."


def _as_list(value: object) -> object:
    return [value] if isinstance(value, str) else value


class SeveralEntryForm(SeveralDecisionsForm):
    """The same decision for every line that is ticked."""

    line_ids: Annotated[
        tuple[int, ...], BeforeValidator(_as_list), Field(min_length=1, max_length=1000)
    ]


class ConfirmForm(Form):
    """The decisions that the second person saw: line ids and, in the same order, their moments."""

    line_ids: Annotated[
        tuple[int, ...], BeforeValidator(_as_list), Field(min_length=1, max_length=1000)
    ]
    decided_at: Annotated[tuple[datetime, ...], BeforeValidator(_as_list)]

    def seen(self, lines: Sequence[InvoiceLine]) -> list[tuple[InvoiceLine, datetime]]:
        """Return each line with the moment of the decision that was seen."""
        moments = dict(zip(self.line_ids, self.decided_at, strict=False))
        return [(line, moments[line.id]) for line in lines if line.id in moments]


class DecisionsController(Controller):
    """Decisions about the lines of one invoice."""

    path = "/foerderung/rechnungen/{invoice_id:int}"
    guards = [requires_funding_editor]  # noqa: RUF012 - Litestar reads a plain attribute

    @post("/positionen/{line_id:int}/entscheidung")
    async def decide(
        self,
        request: HTMXRequest,
        session: DbSession,
        actor: CurrentActor,
        invoice_id: RowId,
        line_id: RowId,
    ) -> Template | Redirect:
        """Record one person's decision about a line."""
        line = await _editable_line(session, actor, invoice_id, line_id)
        entered = await enter(
            request,
            session,
            DecisionForm,
            lambda form: service.decide_eligibility(session, line, form, actor),
        )
        if entered.errors:
            return await invoice_page(session, actor, invoice_id, entered, line_id)
        return go_to(invoice_address(invoice_id), _SECOND_PERSON)

    @post("/entscheidungen")
    async def decide_several(
        self, request: HTMXRequest, session: DbSession, actor: CurrentActor, invoice_id: RowId
    ) -> Template | Redirect:
        """Record the same decision, with one reason, for several lines."""
        await get_invoice(session, invoice_id, actor)

        async def record(form: SeveralEntryForm) -> None:
            lines = await list_lines_of(session, invoice_id, form.line_ids)
            await service.decide_several(session, lines, form, actor)

        entered = await enter(request, session, SeveralEntryForm, record)
        if entered.errors:
            return await invoice_page(session, actor, invoice_id, entered)
        return go_to(invoice_address(invoice_id), _SECOND_PERSON)

    @post("/bestaetigungen")
    async def confirm(
        self, request: HTMXRequest, session: DbSession, actor: CurrentActor, invoice_id: RowId
    ) -> Template | Redirect:
        """Make another person's decisions count, as they stood on the page."""
        await get_invoice(session, invoice_id, actor)

        async def record(form: ConfirmForm) -> None:
            lines = await list_lines_of(session, invoice_id, form.line_ids)
            await service.confirm_several(session, form.seen(lines), actor)

        entered = await enter(request, session, ConfirmForm, record)
        if entered.errors:
            return await invoice_page(session, actor, invoice_id, entered)
        return go_to(invoice_address(invoice_id), "Die Entscheidung ist bestätigt.")


async def _editable_line(
    session: AsyncSession, actor: Actor, invoice_id: int, line_id: int
) -> InvoiceLine:
    line = await get_invoice_line(session, line_id, actor)
    if line.invoice_id != invoice_id:
        raise NotFoundError("Diese Rechnungsposition gibt es nicht.")
    return line
