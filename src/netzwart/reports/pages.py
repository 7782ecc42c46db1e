"""Nachweise: what was issued, a draft to look at, and the button that issues."""

import asyncio
from collections.abc import Sequence
from datetime import date
from typing import Annotated, Literal

from litestar import Controller, get, post
from litestar.params import FromPath, FromQuery
from litestar.plugins.htmx import HTMXRequest
from litestar.response import Redirect, Response, Template
from litestar.types import ControllerRouterHandler
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.ext.asyncio import AsyncSession

from netzwart.accounts.actors import Actor, Right
from netzwart.accounts.authentication import CurrentActor
from netzwart.accounts.guards import requires_funding_reader, requires_proof_issuer
from netzwart.accounts.tables import Role
from netzwart.clock import today
from netzwart.database import DbSession
from netzwart.errors import InvalidInputError
from netzwart.funding.queries import list_grant_choices
from netzwart.proofs.compiling import compile_proof_of_use
from netzwart.reports.issuing import get_issued, issue, list_issued, twin_of
from netzwart.reports.proof_files import CHECKS, DEVICES, EXPENSES, PDF, PROOF, build_proof_files
from netzwart.web.frame import NavItem
from netzwart.web.requests import Entered, go_to, nothing_entered, read_form

_MEDIA_TYPES = {
    PDF: "application/pdf",
    PROOF: "application/json",
    CHECKS: "application/json",
    EXPENSES: "text/csv; charset=utf-8",
    DEVICES: "text/csv; charset=utf-8",
}
_LABELS = (
    (PDF, "PDF"),
    (EXPENSES, "Belegliste CSV"),
    (DEVICES, "Inventarliste CSV"),
    (PROOF, "JSON"),
    (CHECKS, "Prüfbericht"),
)


class ProofRequestForm(BaseModel):
    """Which proof is wanted, and whether it is issued or only looked at."""

    model_config = ConfigDict(extra="forbid")

    bewilligung: Annotated[int, Field(ge=1)]
    stichtag: date
    art: Literal["entwurf", "ausstellen"] = "entwurf"


class FutureDayError(InvalidInputError):
    """A proof cannot know what happens tomorrow."""


class ProofsController(Controller):
    """Issued proofs and how they come about."""

    path = "/nachweise"
    guards = [requires_funding_reader]  # noqa: RUF012 - Litestar reads a plain attribute

    @get()
    async def index(
        self, session: DbSession, actor: CurrentActor, bewilligung: FromQuery[str] = ""
    ) -> Template:
        """List what was issued, with the form for a new one."""
        return await _page(session, actor, nothing_entered(), bewilligung)

    @post(guards=[requires_proof_issuer])
    async def create(
        self, request: HTMXRequest, session: DbSession, actor: CurrentActor
    ) -> Template | Redirect:
        """Issue a proof, or go to its draft."""
        entered = await read_form(request, ProofRequestForm)
        form = entered.form
        if form is not None and form.art == "entwurf":
            return go_to(f"/nachweise/entwurf?bewilligung={form.bewilligung}&tag={form.stichtag}")
        number = ""
        if form is not None:
            async with entered.attempt(session):
                _check_day(form.stichtag)
                proof = await compile_proof_of_use(
                    session, form.bewilligung, form.stichtag, actor, is_draft=False
                )
                number = (await issue(session, proof, form.bewilligung, actor)).number
        if entered.errors:
            return await _page(session, actor, entered, entered.values["bewilligung"])
        return go_to("/nachweise", f"{number} ist ausgestellt und gespeichert.")

    @get("/entwurf")
    async def draft(
        self,
        session: DbSession,
        actor: CurrentActor,
        bewilligung: FromQuery[int],
        tag: FromQuery[date | None] = None,
    ) -> Response[bytes]:
        """Draw a draft with a watermark; nothing is stored."""
        day = tag or today()
        _check_day(day)
        proof = await compile_proof_of_use(session, bewilligung, day, actor)
        files = await asyncio.to_thread(build_proof_files, proof)
        return _file(PDF, files[PDF], f"Entwurf-{day.isoformat()}.pdf", inline=True)

    @get("/{document_id:int}/{name:str}")
    async def download(
        self,
        session: DbSession,
        actor: CurrentActor,
        document_id: FromPath[int],
        name: FromPath[str],
    ) -> Response[bytes]:
        """Give back the stored bytes of paper or twin."""
        document = await get_issued(session, document_id, actor)
        content = document.pdf if name == PDF else twin_of(document, name)
        return _file(name, content, f"{document.number}-{name}", inline=False)


def _check_day(day: date) -> None:
    if day > today():
        message = "Der Stichtag liegt in der Zukunft."
        raise FutureDayError(message, {"stichtag": message})


def _file(name: str, content: bytes, file_name: str, *, inline: bool) -> Response[bytes]:
    kind = "inline" if inline else "attachment"
    return Response(
        content,
        media_type=_MEDIA_TYPES[name],
        headers={"Content-Disposition": f'{kind}; filename="{file_name}"'},
    )


async def _page(
    session: AsyncSession, actor: Actor, entered: Entered[ProofRequestForm], chosen: str
) -> Template:
    rows = await list_issued(session, actor)
    context = {
        "rows": rows,
        "files": _LABELS,
        "grants": await list_grant_choices(session, actor),
        "chosen": chosen,
        "day": entered.values["stichtag"] or today().isoformat(),
        "errors": entered.errors,
        "may_issue": actor.may(Right.ISSUE_PROOFS),
    }
    return Template("reports/proofs.html", context=context, status_code=entered.status)


NAV: Sequence[NavItem] = (
    NavItem(
        "Nachweise",
        "/nachweise",
        "file-certificate",
        70,
        frozenset({Role.ADMIN, Role.FUNDING_OFFICER, Role.AUDITOR}),
    ),
)
CONTROLLERS: Sequence[ControllerRouterHandler] = (ProofsController,)
