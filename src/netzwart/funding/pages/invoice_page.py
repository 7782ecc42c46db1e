"""The page of one invoice, as several controllers show it again."""

from typing import Any

from litestar.response import Template
from sqlalchemy.ext.asyncio import AsyncSession

from netzwart.accounts.actors import Actor, Right
from netzwart.funding.pages.suggestions import suggestions_of
from netzwart.funding.pages.wording import INVOICE_KINDS
from netzwart.funding.queries import get_invoice_page
from netzwart.web.requests import Entered


def invoice_address(invoice_id: int) -> str:
    """Return where an invoice is shown."""
    return f"/foerderung/rechnungen/{invoice_id}"


async def invoice_page(
    session: AsyncSession,
    actor: Actor,
    invoice_id: int,
    entered: Entered[Any],
    line_id: int | None = None,
) -> Template:
    """Return the page; `line_id` names the line whose form has the errors."""
    page = await get_invoice_page(session, invoice_id, actor)
    decided = [
        line
        for line in page.invoice.lines
        if line.decided_by_id is not None and line.confirmed_by_id is None
    ]
    suggestions = suggestions_of(page)
    context = {
        "page": page,
        "invoice": page.invoice,
        "kind": INVOICE_KINDS[page.invoice.kind],
        "here": invoice_address(invoice_id),
        "suggestions": suggestions,
        "reasons": list(dict.fromkeys(one.reason for one in suggestions.values())),
        "undecided": [
            line for line in page.invoice.lines if line.is_eligible is None and line.shares
        ],
        "to_confirm": [line for line in decided if line.decided_by_id != actor.user_id],
        "values": entered.values,
        "errors": entered.errors,
        "wrong_line": line_id,
        "may_edit": actor.may(Right.EDIT_FUNDING),
        "names_people": actor.may(Right.READ_NAMES),
        "user_id": actor.user_id,
    }
    return Template("funding/invoice.html", context=context, status_code=entered.status)
