"""Auditor's draws of a grant: the list and its hash, the seed, and what answered."""

from typing import Any

from litestar import Controller, get, post
from litestar.params import FromPath
from litestar.plugins.htmx import HTMXRequest
from litestar.response import Redirect, Response, Template
from sqlalchemy.ext.asyncio import AsyncSession

from netzwart.accounts.actors import Actor, Right
from netzwart.accounts.authentication import CurrentActor
from netzwart.accounts.guards import requires_funding_reader, requires_proof_issuer
from netzwart.clock import today
from netzwart.custody import draw_queries
from netzwart.custody.forms import DrawForm
from netzwart.custody.rules.drawing import sizes_for
from netzwart.custody.service.drawing import close_draw, draw_sample, freeze_list
from netzwart.database import DbSession
from netzwart.web.requests import Entered, go_to, nothing_entered, read_form

_FIELDS = {"seed": "Losung der Prüfung", "size": "Anzahl", "list_sha256": "Liste"}


class DrawController(Controller):
    """Samples of a grant's devices, drawn by the auditor's seed."""

    path = "/foerderung/{grant_id:int}/stichproben"
    guards = [requires_funding_reader]  # noqa: RUF012 - Litestar reads a plain attribute

    @get()
    async def index(
        self, session: DbSession, actor: CurrentActor, grant_id: FromPath[int]
    ) -> Template:
        """Show the list as it would be frozen now, the form, and earlier draws."""
        return await _page(session, actor, grant_id, nothing_entered())

    @post(guards=[requires_proof_issuer])
    async def create(
        self, request: HTMXRequest, session: DbSession, actor: CurrentActor, grant_id: FromPath[int]
    ) -> Template | Redirect:
        """Draw, and ask what was drawn."""
        entered = await read_form(request, DrawForm)
        if entered.form is not None:
            async with entered.attempt(session):
                draw = await draw_sample(session, actor, grant_id, entered.form)
                return go_to(f"/foerderung/{grant_id}/stichproben/{draw.id}")
        return await _page(session, actor, grant_id, entered)

    @get("/liste.txt")
    async def current_list(
        self, session: DbSession, actor: CurrentActor, grant_id: FromPath[int]
    ) -> Response[bytes]:
        """Give the list that a draw would be made from now."""
        frozen = await freeze_list(session, actor, grant_id)
        return _text(frozen.text, f"liste-{today()}.txt")

    @get("/{draw_id:int}")
    async def show(
        self,
        request: HTMXRequest,
        session: DbSession,
        actor: CurrentActor,
        grant_id: FromPath[int],
        draw_id: FromPath[int],
    ) -> Template:
        """Show what was drawn and what answered; the fragment alone for HTMX."""
        draw = await draw_queries.get_draw(session, draw_id, actor)
        lines = await draw_queries.list_drawn(session, draw_id)
        context: dict[str, Any] = {
            "draw": draw,
            "grant_id": grant_id,
            "lines": lines,
            "is_asking": any(one.state == "waiting" and one.node_id for one in lines),
            "may_draw": actor.may(Right.ISSUE_PROOFS),
        }
        name = "_draw" if request.htmx else "draw"
        return Template(f"custody/{name}.html", context=context)

    @get("/{draw_id:int}/liste.txt")
    async def listed(
        self,
        session: DbSession,
        actor: CurrentActor,
        grant_id: FromPath[int],
        draw_id: FromPath[int],
    ) -> Response[bytes]:
        """Give the frozen list of a draw."""
        del grant_id
        await draw_queries.get_draw(session, draw_id, actor)
        text = await draw_queries.get_listed(session, draw_id)
        return _text(text, f"liste-stichprobe-{draw_id}.txt")

    @post("/{draw_id:int}/abschliessen", guards=[requires_proof_issuer])
    async def close(
        self,
        session: DbSession,
        actor: CurrentActor,
        grant_id: FromPath[int],
        draw_id: FromPath[int],
    ) -> Redirect:
        """End a draw: what has not shown up is not found."""
        await draw_queries.get_draw(session, draw_id, actor)
        await close_draw(session, actor, draw_id)
        return go_to(f"/foerderung/{grant_id}/stichproben/{draw_id}", "Stichprobe abgeschlossen.")


def _text(text: str, name: str) -> Response[bytes]:
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(text.encode(), media_type="text/plain; charset=utf-8", headers=headers)


async def _page(
    session: AsyncSession, actor: Actor, grant_id: int, entered: Entered[Any]
) -> Template:
    frozen = await freeze_list(session, actor, grant_id)
    context = {
        "grant_id": grant_id,
        "frozen": frozen,
        "sizes": sizes_for(len(frozen.devices)),
        "draws": await draw_queries.list_draws(session, grant_id, actor),
        "values": entered.values,
        "errors": entered.errors,
        "fields": _FIELDS,
        "may_draw": actor.may(Right.ISSUE_PROOFS),
    }
    return Template("custody/draws.html", context=context, status_code=entered.status)
