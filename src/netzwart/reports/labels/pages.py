"""Etiketten: choose a format, look at the preview, print, note that they are stuck on."""

import asyncio
from collections.abc import Sequence

from litestar import Controller, get, post
from litestar.di import NamedDependency
from litestar.plugins.htmx import HTMXRequest
from litestar.response import Redirect, Response, Template
from litestar.types import ControllerRouterHandler
from sqlalchemy.ext.asyncio import AsyncSession

from netzwart.accounts.actors import Actor, Right
from netzwart.accounts.authentication import CurrentActor
from netzwart.accounts.guards import requires_inventory_editor, requires_inventory_reader
from netzwart.database import DbSession
from netzwart.inventory.service.labelling import note_labelled
from netzwart.reports.labels.drawing import draw_labels, preview, zpl
from netzwart.reports.labels.formats import label_formats
from netzwart.reports.labels.queries import MOST_LABELS, LabelledDevice, list_labels
from netzwart.reports.labels.requests import LabelRequest, read_label_request
from netzwart.schools.queries import school_choices
from netzwart.settings import Settings
from netzwart.web.frame import NavItem
from netzwart.web.requests import go_to

_DPI_CHOICES = [("203", "203 dpi"), ("300", "300 dpi")]


class LabelsController(Controller):
    """Labels for some devices."""

    path = "/etiketten"
    guards = [requires_inventory_reader]  # noqa: RUF012 - Litestar reads a plain attribute

    @get()
    async def index(
        self,
        request: HTMXRequest,
        session: DbSession,
        actor: CurrentActor,
        settings: NamedDependency[Settings],
    ) -> Template:
        """Show what would be printed."""
        wanted = read_label_request(request.query_params.multi_items())
        found = await _labels(request, session, actor, settings, wanted)
        context = {
            "wanted": wanted,
            "paper": wanted.paper,
            "number": len(found),
            "is_cut": len(found) == MOST_LABELS,
            "preview": preview(found[0].label, wanted.paper) if found else "",
            "first_number": found[0].label.inventory_number if found else "",
            "last_number": found[-1].label.inventory_number if found else "",
            "formats": [(key, one.name) for key, one in label_formats().items()],
            "schools": await school_choices(session, actor.scope(Right.READ_INVENTORY)),
            "dpi_choices": _DPI_CHOICES,
            "may_edit": actor.may(Right.EDIT_INVENTORY),
        }
        return Template("reports/labels.html", context=context)

    @get("/etiketten.pdf")
    async def pdf(
        self,
        request: HTMXRequest,
        session: DbSession,
        actor: CurrentActor,
        settings: NamedDependency[Settings],
    ) -> Response[bytes]:
        """Give the labels as PDF."""
        wanted = read_label_request(request.query_params.multi_items())
        found = await _labels(request, session, actor, settings, wanted)
        labels = [one.label for one in found]
        content = await asyncio.to_thread(draw_labels, labels, wanted.paper, wanted.start)
        return _file(content, "application/pdf", "etiketten.pdf", is_shown=True)

    @get("/etiketten.zpl")
    async def printer_language(
        self,
        request: HTMXRequest,
        session: DbSession,
        actor: CurrentActor,
        settings: NamedDependency[Settings],
    ) -> Response[bytes]:
        """Give the labels in ZPL II."""
        wanted = read_label_request(request.query_params.multi_items())
        found = await _labels(request, session, actor, settings, wanted)
        text = zpl([one.label for one in found], wanted.paper, int(wanted.dpi))
        return _file(text.encode(), "text/plain; charset=utf-8", "etiketten.zpl")

    @post("/beklebt", guards=[requires_inventory_editor])
    async def note(
        self,
        request: HTMXRequest,
        session: DbSession,
        actor: CurrentActor,
        settings: NamedDependency[Settings],
    ) -> Redirect:
        """Note that the labels of this selection are stuck on."""
        wanted = read_label_request(request.query_params.multi_items())
        found = await _labels(request, session, actor, settings, wanted)
        number = await note_labelled(session, actor, [one.id for one in found])
        words = "1 Gerät ist" if number == 1 else f"{number} Geräte sind"
        return go_to(f"/etiketten{wanted.query()}", f"{words} als beklebt vermerkt.")


async def _labels(
    request: HTMXRequest,
    session: AsyncSession,
    actor: Actor,
    settings: Settings,
    wanted: LabelRequest,
) -> Sequence[LabelledDevice]:
    base = (settings.base_url or str(request.base_url)).rstrip("/")
    return await list_labels(session, wanted, actor.scope(Right.READ_INVENTORY), base)


def _file(content: bytes, media_type: str, name: str, *, is_shown: bool = False) -> Response[bytes]:
    how = "inline" if is_shown else "attachment"
    return Response(
        content,
        media_type=media_type,
        headers={"content-disposition": f'{how}; filename="{name}"'},
    )


CONTROLLERS: list[ControllerRouterHandler] = [LabelsController]
NAV: list[NavItem] = []
