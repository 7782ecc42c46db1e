"""Nachweise: what was issued, a draft to look at, the button that issues, how far a job is."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from litestar import Controller, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.plugins.htmx import HTMXRequest, HTMXTemplate
from litestar.response import Redirect, Response, Template
from litestar.types import ControllerRouterHandler
from sqlalchemy.ext.asyncio import AsyncSession

from netzwart.accounts.actors import Actor, Right
from netzwart.accounts.authentication import CurrentActor
from netzwart.accounts.guards import requires_funding_reader, requires_proof_issuer
from netzwart.accounts.tables import Role
from netzwart.clock import today
from netzwart.database import DbSession
from netzwart.funding.queries import list_grant_choices
from netzwart.reports.checking_pages import CheckPaperController
from netzwart.reports.comparing import compare_with_today
from netzwart.reports.compiling import (
    PaperOrder,
    build_files,
    check_order,
    compile_paper,
    pdf_name,
)
from netzwart.reports.downloading import served, stored_file
from netzwart.reports.forms import PaperRequestForm
from netzwart.reports.issuing import get_issued, issue
from netzwart.reports.kinds import KINDS, PaperKind, PaperScope
from netzwart.reports.ordering import get_paper_job, is_large, order_paper
from netzwart.reports.register import (
    PREFILLED,
    RegisterFilters,
    list_issued,
    list_open_jobs,
    read_register_filters,
)
from netzwart.reports.signing import PaperSigner
from netzwart.reports.tables import PaperJobState
from netzwart.schools.queries import school_choices
from netzwart.web.frame import NavItem
from netzwart.web.requests import Entered, go_to, nothing_entered, read_form

Signing = NamedDependency[PaperSigner]


class ProofsController(Controller):
    """Issued papers and how they come about."""

    path = "/nachweise"
    guards = [requires_funding_reader]  # noqa: RUF012 - Litestar reads a plain attribute

    @get()
    async def index(
        self,
        request: HTMXRequest,
        session: DbSession,
        actor: CurrentActor,
    ) -> Template:
        """List what was issued, with the form for a new one; only the list where HTMX asks."""
        pairs = list(request.query_params.multi_items())
        filters = read_register_filters(pairs)
        if request.htmx:
            listed = await _listed(session, actor, filters)
            return HTMXTemplate(template_name="reports/_issued.html", context=listed)
        chosen = dict.fromkeys(PREFILLED, "") | {
            name: text for name, text in pairs if name in PREFILLED
        }
        return await _page(session, actor, nothing_entered(), chosen, filters)

    @post(guards=[requires_proof_issuer])
    async def create(
        self, request: HTMXRequest, session: DbSession, actor: CurrentActor, signer: Signing
    ) -> Template | Redirect:
        """Issue a paper, queue a long one, or go to its draft."""
        entered = await read_form(request, PaperRequestForm)
        where = Redirect("/nachweise")
        if entered.form is not None:
            async with entered.attempt(session):
                where = await _act(session, actor, signer, entered.form)
        if entered.errors:
            filters = RegisterFilters()
            return await _page(session, actor, entered, entered.values, filters)
        return where

    @get("/entwurf")
    async def draft(
        self,
        session: DbSession,
        actor: CurrentActor,
        bewilligung: FromQuery[int | None] = None,
        schule: FromQuery[int | None] = None,
        papier: FromQuery[PaperKind] = PaperKind.PROOF_OF_USE,
        tag: FromQuery[date | None] = None,
    ) -> Response[bytes]:
        """Draw a draft with a watermark; nothing is stored."""
        order = PaperOrder(
            kind=papier, as_of=tag or today(), grant_id=bewilligung, school_id=schule
        )
        await check_order(session, order, actor)
        paper = await compile_paper(session, order, actor, is_draft=True)
        files = await asyncio.to_thread(build_files, paper)
        name = pdf_name(papier)
        return served(name, files[name], f"Entwurf-{order.as_of.isoformat()}-{name}", inline=True)

    @get("/tabelle")
    async def table(
        self,
        session: DbSession,
        actor: CurrentActor,
        papier: FromQuery[PaperKind],
        bewilligung: FromQuery[int | None] = None,
        schule: FromQuery[int | None] = None,
        tag: FromQuery[date | None] = None,
    ) -> Response[bytes]:
        """Give the main table of a paper as CSV for a spreadsheet; nothing is stored."""
        order = PaperOrder(
            kind=papier, as_of=tag or today(), grant_id=bewilligung, school_id=schule
        )
        await check_order(session, order, actor)
        paper = await compile_paper(session, order, actor, is_draft=True)
        files = await asyncio.to_thread(build_files, paper)
        name = f"{KINDS[papier].table}.csv"
        return served(name, files[name], f"{order.as_of.isoformat()}-{name}")

    @get("/auftraege/{job_id:int}")
    async def job(
        self, request: HTMXRequest, session: DbSession, actor: CurrentActor, job_id: FromPath[int]
    ) -> Template:
        """Show how far an ordered paper is; the page asks again by itself."""
        job = await get_paper_job(session, job_id, actor)
        context = {
            "job": job,
            "label": KINDS[PaperKind(job.kind)].label,
            "is_open": job.state in {PaperJobState.TODO, PaperJobState.DOING},
            "file": pdf_name(job.kind),
        }
        if request.htmx:
            return HTMXTemplate(template_name="reports/_job.html", context=context)
        return Template("reports/job.html", context=context)

    @get("/{document_id:int}/vergleich")
    async def comparison(
        self, session: DbSession, actor: CurrentActor, document_id: FromPath[int]
    ) -> Template:
        """Show what the paper would say differently from today's data."""
        document = await get_issued(session, document_id, actor)
        found = await compare_with_today(session, document, actor)
        context = {
            "found": found,
            "document": document,
            "may_issue": actor.may(Right.ISSUE_PROOFS),
        }
        return Template("reports/comparison.html", context=context)

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
        return served(name, stored_file(document, name), f"{document.number}-{name}")


async def _act(
    session: AsyncSession, actor: Actor, signer: PaperSigner, form: PaperRequestForm
) -> Redirect:
    scope = KINDS[form.papier].scope
    order = PaperOrder(
        kind=form.papier,
        as_of=form.stichtag,
        grant_id=form.bewilligung if scope is PaperScope.GRANT else None,
        school_id=form.schule if scope is PaperScope.SCHOOL else None,
    )
    await check_order(session, order, actor)
    if form.art != "ausstellen":
        about = f"&bewilligung={order.grant_id}" if order.grant_id else ""
        about += f"&schule={order.school_id}" if order.school_id else ""
        return go_to(f"/nachweise/{form.art}?papier={order.kind.value}&tag={order.as_of}{about}")
    if await is_large(session, order):
        job = await order_paper(session, order, actor)
        return go_to(f"/nachweise/auftraege/{job.id}")
    paper = await compile_paper(session, order, actor, is_draft=False)
    number = (await issue(session, paper, order, actor, signer)).number
    return go_to("/nachweise", f"{number} ist ausgestellt und gespeichert.")


async def _page(
    session: AsyncSession,
    actor: Actor,
    entered: Entered[PaperRequestForm],
    chosen: dict[str, str],
    filters: RegisterFilters,
) -> Template:
    fields = {"as_of": "stichtag", "grant": "bewilligung", "school": "schule", "kind": "papier"}
    context = await _listed(session, actor, filters) | {
        "jobs": await list_open_jobs(session, actor),
        "grants": await list_grant_choices(session, actor),
        "schools": await school_choices(session, actor.scope(Right.READ_SCHOOLS)),
        "kinds": [(kind.value, facts.label) for kind, facts in KINDS.items()],
        "chosen": chosen,
        "day": entered.values["stichtag"] or today().isoformat(),
        "errors": {fields.get(name, name): text for name, text in entered.errors.items()},
        "may_issue": actor.may(Right.ISSUE_PROOFS),
    }
    return Template("reports/proofs.html", context=context, status_code=entered.status)


async def _listed(session: AsyncSession, actor: Actor, filters: RegisterFilters) -> dict[str, Any]:
    rows, before = await list_issued(session, actor, filters)
    if not actor.may(Right.READ_NAMES):
        rows = [replace(row, issued_by="") for row in rows]
    return {
        "rows": rows,
        "filters": filters,
        "next_href": f"/nachweise{filters.query(before=before)}" if before else None,
        "first_href": f"/nachweise{filters.query()}" if filters.before else None,
    }


NAV: Sequence[NavItem] = (
    NavItem(
        "Nachweise",
        "/nachweise",
        "file-certificate",
        70,
        frozenset({Role.ADMIN, Role.FUNDING_OFFICER, Role.AUDITOR}),
    ),
)
CONTROLLERS: Sequence[ControllerRouterHandler] = (ProofsController, CheckPaperController)
