"""Every figure of a grant, opened: the rows it is made of, with their sum."""

import csv
import io
from collections.abc import Sequence
from datetime import date
from typing import Final
from urllib.parse import urlencode

from litestar import Controller, get
from litestar.di import NamedDependency, Provide
from litestar.params import FromPath, FromQuery
from litestar.response import Response, Template
from sqlalchemy.ext.asyncio import AsyncSession

from netzwart.accounts.actors import Actor
from netzwart.accounts.authentication import CurrentActor
from netzwart.accounts.guards import requires_funding_reader
from netzwart.clock import today
from netzwart.database import DbSession
from netzwart.errors import NotFoundError
from netzwart.funding.queries import load_grant
from netzwart.funding.settlement import SettledGrant, can_be_settled, settle_grant
from netzwart.money import format_amount, total
from netzwart.proofs.drilling import (
    Figure,
    FigureRow,
    Narrowing,
    OpenedFigure,
    UnknownFigureError,
    open_figure,
)
from netzwart.web.addresses import RowId
from netzwart.web.formatting import format_day
from netzwart.web.spreadsheets import harmless

PAGE: Final = 200


def _part(
    foerderbereich: FromQuery[str | None] = None,
    schule: FromQuery[str | None] = None,
    massnahme: FromQuery[str | None] = None,
) -> Narrowing:
    """Read the part of the figure from the address."""
    return Narrowing(category=foerderbereich, school=schule, measure=massnahme)


class FiguresController(Controller):
    """One figure of one grant."""

    path = "/foerderung/{grant_id:int}/zahlen/{name:str}"
    guards = [requires_funding_reader]  # noqa: RUF012 - Litestar reads a plain attribute

    dependencies = {"part": Provide(_part, sync_to_thread=False)}  # noqa: RUF012 - as guards

    @get()
    async def show(
        self,
        session: DbSession,
        actor: CurrentActor,
        grant_id: RowId,
        name: FromPath[str],
        part: NamedDependency[Narrowing],
        tag: FromQuery[date | None] = None,
        ab: FromQuery[int] = 0,
    ) -> Template:
        """Show the rows, two hundred at a time, and the sum of all."""
        grant = await _grant(session, actor, grant_id, tag)
        opened = open_figure(grant, _figure(name), part)
        return Template("proofs/figure.html", context=_context(grant, opened, part, tag, ab))

    @get("/zeilen.csv")
    async def export(
        self,
        session: DbSession,
        actor: CurrentActor,
        grant_id: RowId,
        name: FromPath[str],
        part: NamedDependency[Narrowing],
        tag: FromQuery[date | None] = None,
    ) -> Response[bytes]:
        """Give all rows as CSV."""
        grant = await _grant(session, actor, grant_id, tag)
        opened = open_figure(grant, _figure(name), part)
        return Response(
            _csv(opened.rows),
            media_type="text/csv; charset=utf-8",
            headers={"Content-Disposition": f'attachment; filename="{opened.figure.value}.csv"'},
        )


def _figure(name: str) -> Figure:
    if name not in set(Figure):
        raise UnknownFigureError("Diese Zahl gibt es nicht.")
    return Figure(name)


async def _grant(
    session: AsyncSession, actor: Actor, grant_id: int, tag: date | None
) -> SettledGrant:
    day = min(tag or today(), today())
    record = await load_grant(session, grant_id, actor, day)
    if not can_be_settled(record):
        raise NotFoundError("Diese Bewilligung lässt sich noch nicht abrechnen.")
    return settle_grant(record, day)


def _context(
    grant: SettledGrant, opened: OpenedFigure, part: Narrowing, tag: date | None, start: int
) -> dict[str, object]:
    start = max(start, 0)
    shown = opened.rows[start : start + PAGE]
    query = _query(part, tag)
    return {
        "head": grant.record.head,
        "opened": opened,
        "rows": shown,
        "number": len(opened.rows),
        "page_sum": total([row.amount for row in shown]),
        "as_of": grant.settlement.as_of,
        "is_whole": len(shown) == len(opened.rows),
        "next_href": f"?{query}ab={start + PAGE}" if start + PAGE < len(opened.rows) else None,
        "first_href": f"?{query}" if start else None,
        "csv_href": f"/foerderung/{grant.record.head.id}/zahlen/{opened.figure.value}/zeilen.csv"
        f"?{query}",
    }


def _query(part: Narrowing, tag: date | None) -> str:
    pairs = (*part.pairs(), ("tag", tag.isoformat() if tag else None))
    text = urlencode([(name, value) for name, value in pairs if value is not None])
    return f"{text}&" if text else ""


def _csv(rows: Sequence[FigureRow]) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    writer.writerow(["Vorgang", "Erläuterung", "Tag", "Betrag"])
    for row in rows:
        day = format_day(row.day) if row.day else ""
        writer.writerow([harmless(row.label), harmless(row.note), day, format_amount(row.amount)])
    return text.getvalue().encode("utf-8-sig")
