"""Geräte: the one dense list, its files, and one device's page."""

from collections.abc import AsyncGenerator, Sequence
from typing import Any
from urllib.parse import urlencode

from litestar import Controller, get
from litestar.di import NamedDependency
from litestar.plugins.htmx import HTMXRequest
from litestar.response import Stream, Template
from sqlalchemy.ext.asyncio import AsyncSession

from netzwart.accounts.actors import Actor, Right
from netzwart.accounts.authentication import CurrentActor
from netzwart.accounts.guards import requires_inventory_reader
from netzwart.accounts.list_queries import list_choices
from netzwart.clock import today
from netzwart.database import Database, DbSession
from netzwart.evidence.queries import Presence, list_presence
from netzwart.inventory.labels import CATEGORY_LABELS, STATUS_LABELS, choices
from netzwart.inventory.queries import get_device, list_events, list_relocations, model_choices
from netzwart.overview.device_columns import (
    IN_FILES,
    LIST,
    ON_SCREEN,
    DeviceColumn,
    columns_of,
)
from netzwart.overview.device_views import view_tabs
from netzwart.overview.filters import (
    DeviceFilters,
    api_query,
    count_text,
    read_filters,
    sort_head,
)
from netzwart.overview.labels import EVIDENCE_LABELS
from netzwart.overview.life import life_of
from netzwart.overview.queries import device_facts, device_list
from netzwart.overview.timeline import timeline_of
from netzwart.schools.queries import AnyRow, schools_and_rooms_of
from netzwart.web.addresses import RowId
from netzwart.web.spreadsheets import Cell, csv_chunks, xlsx_chunks

BASE = "/geraete"
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class DevicesController(Controller):
    """The device list with its exports, and the device page."""

    path = BASE
    guards = [requires_inventory_reader]  # noqa: RUF012 - Litestar's way to say it

    @get()
    async def index(
        self, request: HTMXRequest, session: DbSession, actor: CurrentActor
    ) -> Template:
        """Show the devices that match the address; only the table where HTMX asks for it."""
        filters = _filters(request)
        page = await device_list.list_devices(session, actor, filters)
        number = await _number(session, actor, filters, page)
        chosen = await list_choices(session, actor, LIST)
        columns = columns_of(chosen.columns, ON_SCREEN)
        context: dict[str, Any] = {
            "rows": page.rows,
            "columns": [column.key for column in columns],
            "filters": filters,
            "count_text": count_text(
                number, device_list.MOST_COUNTED, is_narrowed=filters.is_narrowed
            ),
            "head": [
                sort_head(filters, BASE, "Inventarnummer", "number"),
                *_heads(filters, columns),
            ],
            "may_edit": actor.may(Right.EDIT_INVENTORY),
            **_addresses(filters, page.next_cursor),
        }
        if request.htmx:
            return Template("overview/_devices.html", context=context)
        context |= await _choices(session, actor, filters)
        context["tabs"] = view_tabs(chosen.views, filters)
        context["may_import"] = actor.may(Right.IMPORT_DATA)
        context["labels_href"] = "/etiketten" + _labels_query(filters)
        return Template("overview/devices.html", context=context)

    @get("/export.csv")
    async def export_csv(
        self, request: HTMXRequest, database: NamedDependency[Database], actor: CurrentActor
    ) -> Stream:
        """Give all matching devices as CSV, with the columns the actor chose."""
        filters = _filters(request)
        columns = await _file_columns(database, actor)
        return Stream(
            csv_chunks(_file_head(columns), _cells(database, actor, filters, columns)),
            media_type="text/csv; charset=utf-8",
            headers=_as_file("csv"),
        )

    @get("/export.xlsx")
    async def export_xlsx(
        self, request: HTMXRequest, database: NamedDependency[Database], actor: CurrentActor
    ) -> Stream:
        """Give all matching devices as XLSX, with the columns the actor chose."""
        filters = _filters(request)
        columns = await _file_columns(database, actor)
        return Stream(
            xlsx_chunks("Geräte", _file_head(columns), _cells(database, actor, filters, columns)),
            media_type=_XLSX,
            headers=_as_file("xlsx"),
        )

    @get("/{device_id:int}")
    async def show(self, session: DbSession, actor: CurrentActor, device_id: RowId) -> Template:
        """Show one device: facts, verbs, money and its life."""
        device = await get_device(session, device_id, actor.scope(Right.READ_INVENTORY))
        return Template("overview/device.html", context=await _of_device(session, actor, device))


async def _number(
    session: AsyncSession, actor: Actor, filters: DeviceFilters, page: device_list.DevicePage
) -> int:
    """Return how many devices match; a first page that is not full has them all."""
    if filters.cursor is None and page.next_cursor is None:
        return len(page.rows)
    return await device_list.count_devices(session, actor, filters)


def _filters(request: HTMXRequest) -> DeviceFilters:
    return read_filters(request.query_params.multi_items())


def _labels_query(filters: DeviceFilters) -> str:
    """Return the part of the filter that labels know as well."""
    chosen = {"school": filters.school, "room": filters.room, "model": filters.model}
    given = {name: value for name, value in chosen.items() if value is not None}
    return f"?{urlencode(given)}" if given else ""


def _as_file(ending: str) -> dict[str, str]:
    name = f"geraete-{today():%Y-%m-%d}.{ending}"
    return {"content-disposition": f'attachment; filename="{name}"'}


async def _file_columns(database: Database, actor: Actor) -> list[DeviceColumn]:
    async with database.session(writing=False) as session:
        return columns_of((await list_choices(session, actor, LIST)).columns, IN_FILES)


def _file_head(columns: Sequence[DeviceColumn]) -> list[str]:
    return ["Inventarnummer", *(column.label for column in columns)]


async def _cells(
    database: Database, actor: Actor, filters: DeviceFilters, columns: Sequence[DeviceColumn]
) -> AsyncGenerator[Sequence[Cell]]:
    # A session of its own: the request's ends before the body begins to flow.
    async with database.session(writing=False) as session:
        async for row in device_list.every_device(session, actor, filters):
            yield (row.inventory_number, *(column.cell(row) for column in columns))


def _heads(filters: DeviceFilters, columns: Sequence[DeviceColumn]) -> Sequence[object]:
    return [
        sort_head(filters, BASE, column.label, column.sort) if column.sort else column.label
        for column in columns
    ]


def _addresses(filters: DeviceFilters, next_cursor: str | None) -> dict[str, str | None]:
    """Return where the same list goes on, is a file, is JSON, can be changed or kept."""
    query = filters.query()
    return {
        "next_href": BASE + filters.query(cursor=next_cursor) if next_cursor else None,
        "first_href": BASE + query if filters.cursor else None,
        "csv_href": f"{BASE}/export.csv{query}",
        "xlsx_href": f"{BASE}/export.xlsx{query}",
        "json_href": f"/api/v1/devices{api_query(filters)}",
        "change_href": f"{BASE}/auswahl{query}",
        "view_href": f"{BASE}/ansicht{query}",
    }


async def _choices(session: AsyncSession, actor: Actor, filters: DeviceFilters) -> dict[str, Any]:
    rows = await schools_and_rooms_of(session, actor.scope(Right.READ_INVENTORY), filters.school)
    return {
        "school_choices": list(dict.fromkeys((row.id, row.name) for row in rows)),
        "room_choices": [(row.room_id, _room_label(row)) for row in rows if row.room_id],
        "category_choices": choices(CATEGORY_LABELS),
        "status_choices": choices(STATUS_LABELS),
        "model_choices": await model_choices(session),
        "evidence_choices": choices(EVIDENCE_LABELS),
        "grant_choices": await device_list.grant_choices(session, actor)
        if actor.may(Right.READ_FUNDING)
        else [],
    }


def _room_label(room: AnyRow) -> str:
    return f"{room.room_number} {room.room_name}".strip()


async def _of_device(session: AsyncSession, actor: Actor, device: AnyRow) -> dict[str, Any]:
    presences: Sequence[Presence] = ()
    if actor.may_at(Right.READ_EVIDENCE, device.school_id):
        presences = await list_presence(session, device.id)
    found = await device_facts.find_node_of(session, device.id, actor.scope(Right.READ_NETWORK))
    may_read_money = actor.may_at(Right.READ_FUNDING, device.school_id)
    purchase = await device_facts.find_purchase(session, device, actor) if may_read_money else None
    life = life_of(
        device,
        presences=presences,
        months=await device_facts.sightings_by_month(session, device.id) if presences else (),
        outages=found.outages if found else (),
        events=await list_events(session, device.id),
        moves=await list_relocations(session, device.id),
        papers=await device_facts.list_papers(session, device) if purchase else (),
        names_people=actor.may(Right.READ_NAMES),
    )
    may_edit = actor.may_at(Right.EDIT_INVENTORY, device.school_id)
    return {
        "device": device,
        "best": presences[0] if presences else None,
        "last_seen_at": max((one.last_seen_at for one in presences), default=None),
        "node": found.node if found else None,
        "purchase": purchase,
        "may_read_money": may_read_money,
        "timeline": timeline_of(life),
        "may_edit": may_edit,
        "may_locate": actor.may(Right.READ_ENDPOINTS),
        "may_poll": found is not None and actor.may_at(Right.RECORD_NETWORK, found.node.school_id),
    }
