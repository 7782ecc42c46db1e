"""From an order for a paper to the frozen value it is drawn from; after this nothing asks."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy.ext.asyncio import AsyncSession

from netzwart.accounts.actors import Actor, Right
from netzwart.clock import today
from netzwart.errors import InvalidInputError
from netzwart.funding.drawdowns import propose_drawdown
from netzwart.funding.queries import get_grant, load_grant, load_grants
from netzwart.funding.settlement import SettledGrant, settle_grant
from netzwart.proofs.compiling import compile_proof_of_use
from netzwart.proofs.queries import find_operator
from netzwart.proofs.values import ProofOfUse
from netzwart.reports.kinds import KINDS, PaperKind, PaperScope
from netzwart.reports.papers.assets import asset_export, useful_lives
from netzwart.reports.papers.council import council_statement
from netzwart.reports.papers.drawdown import drawdown_sheet
from netzwart.reports.papers.draws import draw_record, last_draw
from netzwart.reports.papers.earmarks import earmark_list
from netzwart.reports.papers.files import build_list_files
from netzwart.reports.papers.heads import Occasion
from netzwart.reports.papers.inventory import SchoolHead, inventory_list, list_things
from netzwart.reports.papers.procurement import procurement_overview
from netzwart.reports.papers.values import ListPaper
from netzwart.reports.proof_files import build_proof_files
from netzwart.schools.queries import get_school

AnyPaper = ProofOfUse | ListPaper


class PaperOrderError(InvalidInputError):
    """The order does not say what the paper is about, or asks for tomorrow."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperOrder:
    """Which paper is wanted."""

    kind: PaperKind = PaperKind.PROOF_OF_USE
    as_of: date
    grant_id: int | None = None
    school_id: int | None = None


async def check_order(session: AsyncSession, order: PaperOrder, actor: Actor) -> None:
    """Refuse an order that cannot be met, before anything is queued for it.

    Raises:
        PaperOrderError: the day lies ahead, or grant or school is missing or too much.
        NotFoundError: the actor may not know of the grant or the school.
    """
    if order.as_of > today():
        _refuse("as_of", "Der Stichtag liegt in der Zukunft.")
    facts = KINDS[order.kind]
    given = {"grant": order.grant_id, "school": order.school_id}
    for name, value in given.items():
        if (facts.scope.value == name) != (value is not None):
            wanted = "Diese Angabe fehlt." if value is None else "Dieses Papier gilt nicht dafür."
            _refuse(name, wanted)
    if order.grant_id is not None:
        await get_grant(session, order.grant_id, actor)
    if order.school_id is not None:
        await get_school(session, order.school_id, actor.scope(Right.READ_INVENTORY))
    if facts.scope is PaperScope.ALL and actor.grant_scope() is not None:
        _refuse("kind", "Eine Übersicht über alle Förderungen braucht Einblick in alle.")


async def compile_paper(
    session: AsyncSession, order: PaperOrder, actor: Actor, *, is_draft: bool
) -> AnyPaper:
    """Return the frozen value of a paper.

    Raises:
        NotFoundError: the actor may not know of the grant or the school.
        FinancingTypeMissingError: nobody said how the grant is financed.
        FundingRateMissingError: the rate is needed and unknown.
    """
    if order.kind is PaperKind.PROOF_OF_USE and order.grant_id is not None:
        return await compile_proof_of_use(
            session, order.grant_id, order.as_of, actor, is_draft=is_draft
        )
    occasion = Occasion(await find_operator(session), order.as_of, is_draft)
    if order.school_id is not None:
        return await _of_school(session, order.school_id, actor, occasion)
    if order.grant_id is None:
        return council_statement(await load_grants(session, actor, order.as_of), occasion)
    record = await load_grant(session, order.grant_id, actor, order.as_of)
    if order.kind is PaperKind.AUDIT_DRAW:
        return draw_record(record, await last_draw(session, record, actor, order.as_of), occasion)
    return await _of_grant(session, order.kind, settle_grant(record, order.as_of), occasion)


def build_files(paper: AnyPaper) -> dict[str, bytes]:
    """Return paper and twins by file name, the paper first; seconds of CPU for long lists."""
    if isinstance(paper, ListPaper):
        return build_list_files(paper)
    return build_proof_files(paper)


def pdf_name(kind: str) -> str:
    """Return the file name of a paper of this kind."""
    return KINDS[PaperKind(kind)].pdf


async def _of_grant(
    session: AsyncSession, kind: PaperKind, grant: SettledGrant, occasion: Occasion
) -> ListPaper:
    if kind is PaperKind.DRAWDOWN_SHEET:
        return drawdown_sheet(propose_drawdown(grant), grant, occasion)
    if kind is PaperKind.PROCUREMENT_OVERVIEW:
        return procurement_overview(grant, occasion)
    if kind is PaperKind.EARMARK_LIST:
        return earmark_list(grant, occasion)
    if kind is PaperKind.ASSET_EXPORT:
        return asset_export(grant, await useful_lives(session, grant), occasion)
    message = "Dieses Papier gibt es zu einer Bewilligung nicht."
    raise PaperOrderError(message, {"kind": message})


async def _of_school(
    session: AsyncSession, school_id: int, actor: Actor, occasion: Occasion
) -> ListPaper:
    row = await get_school(session, school_id, actor.scope(Right.READ_INVENTORY))
    things = await list_things(session, school_id, occasion.as_of)
    return inventory_list(SchoolHead(row.id, row.number, row.name), things, occasion)


def _refuse(field: str, message: str) -> None:
    raise PaperOrderError(message, {field: message})
