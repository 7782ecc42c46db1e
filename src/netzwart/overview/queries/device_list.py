"""The device list: filtered, by key instead of offset, in three statements whatever its length.

The page's keys are found over the device table and one index; only its fifty rows are then joined.
"""

from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, exists, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.sql.elements import ColumnElement
from sqlalchemy.sql.selectable import FromClause

from netzwart.accounts.actors import Actor, Right
from netzwart.database import table_of
from netzwart.evidence.queries import Presence, best_presence
from netzwart.evidence.rules import BEST_FIRST, EvidenceClass
from netzwart.evidence.tables import DevicePresence
from netzwart.funding.queries.visibility import visible_grants
from netzwart.inventory.labels import CATEGORY_LABELS, STATUS_LABELS
from netzwart.inventory.queries import DEVICE, MANUFACTURER, MODEL
from netzwart.inventory.tables import DeviceCategory, DeviceStatus
from netzwart.overview.filters import BadFilterError, DeviceFilters
from netzwart.overview.queries.school_figures import GRANT, MEASURE, SHARE
from netzwart.schools.queries import ROOM, SCHOOL, AnyRow, at_schools
from netzwart.web.listing import BadQueryError, SortKey, keyset, make_cursor, parse_query
from netzwart.web.resources.fields import field_of

PRESENCE = table_of(DevicePresence)

PAGE = 50
EXPORT_PAGE = 1000
MOST_COUNTED = 10_000
"""Counting goes no further: beyond it a number helps nobody."""

_FIELDS = {
    "id": field_of("id", DEVICE.c.id),
    "number": field_of("number", DEVICE.c.inventory_number),
    "changed": field_of("changed", DEVICE.c.changed_at),
    "model": field_of("model", MODEL.c.name),
    "school": field_of("school", SCHOOL.c.name, nullable=True),
}


_AS_KEPT = (
    "delivered_on", "commissioned_on", "warranty_until", "labelled_on", "asset_number", "note",
    "changed_at",
)  # fmt: skip
"""Columns of a device that the list shows as they are."""


@dataclass(frozen=True, slots=True)
class ListedDevice:
    """One row of the list."""

    id: int
    inventory_number: str
    serial: str | None
    mac: str | None
    status: str
    model: str
    manufacturer: str
    category: str
    school: str | None
    school_short: str | None
    room: str | None
    delivered_on: date | None
    commissioned_on: date | None
    warranty_until: date | None
    labelled_on: date | None
    asset_number: str | None
    note: str
    changed_at: datetime
    evidence: str
    """Class of the best sighting ever, "0" if there is none."""
    seen_at: datetime | None

    @property
    def category_label(self) -> str:
        """Return the category in words."""
        return CATEGORY_LABELS[DeviceCategory(self.category)]

    @property
    def status_label(self) -> str:
        """Return the status in words."""
        return STATUS_LABELS[DeviceStatus(self.status)]


@dataclass(frozen=True, slots=True)
class DevicePage:
    """Part of the list."""

    rows: Sequence[ListedDevice]
    next_cursor: str | None


def _matching(actor: Actor, filters: DeviceFilters) -> list[ColumnElement[bool]]:
    plain = (
        (DEVICE.c.school_id, filters.school),
        (DEVICE.c.room_id, filters.room),
        (DEVICE.c.model_id, filters.model),
        (DEVICE.c.status, filters.status),
    )
    conditions = [column == value for column, value in plain if value is not None]
    conditions.append(at_schools(DEVICE.c.school_id, actor.scope(Right.READ_INVENTORY)))
    conditions += [DEVICE.c.search_text.contains(word, autoescape=True) for word in filters.words]
    if filters.category is not None:
        models = select(MODEL.c.id).where(MODEL.c.category == filters.category)
        conditions.append(DEVICE.c.model_id.in_(models))
    if filters.evidence is not None:
        conditions.append(_best_class_is(filters.evidence))
    if filters.grant is not None:
        conditions.append(_funded_by(actor, filters.grant))
    return conditions


def _best_class_is(wanted: EvidenceClass) -> ColumnElement[bool]:
    def seen_as(classes: Sequence[EvidenceClass]) -> ColumnElement[bool]:
        return exists().where(
            PRESENCE.c.device_id == DEVICE.c.id, PRESENCE.c.evidence_class.in_(classes)
        )

    if wanted is EvidenceClass.NONE:
        return ~seen_as(BEST_FIRST)
    better = BEST_FIRST[: BEST_FIRST.index(wanted)]
    return seen_as([wanted]) & ~seen_as(better) if better else seen_as([wanted])


def _funded_by(actor: Actor, grant_id: int) -> ColumnElement[bool]:
    measures = (
        select(MEASURE.c.id)
        .join(GRANT, GRANT.c.id == MEASURE.c.grant_id)
        .where(GRANT.c.id == grant_id, visible_grants(actor))
    )
    lines = select(SHARE.c.invoice_line_id).where(SHARE.c.measure_id.in_(measures))
    return or_(
        DEVICE.c.measure_id.in_(measures),
        DEVICE.c.measure_id.is_(None) & DEVICE.c.invoice_line_id.in_(lines),
    )


def _order(filters: DeviceFilters) -> tuple[tuple[SortKey, ...], tuple[Any, ...] | None]:
    """Return the order and the sort values to start after, as the address says.

    Raises:
        BadFilterError: the cursor is none of this list in this order.
    """
    pairs = [("sort", filters.sort)]
    if filters.cursor:
        pairs.append(("cursor", filters.cursor))
    try:
        query = parse_query(pairs, _FIELDS)
    except BadQueryError as error:
        raise BadFilterError(
            "Diese Seite der Liste gibt es nicht (mehr). Bitte vorn anfangen.", error.fields
        ) from error
    return query.sort, query.after


def _keys(actor: Actor, filters: DeviceFilters, sort: Sequence[SortKey]) -> Select[Any]:
    source: FromClause = DEVICE
    names = {key.field.name for key in sort}
    if "model" in names:
        source = source.join(MODEL, MODEL.c.id == DEVICE.c.model_id)
    if "school" in names:
        source = source.outerjoin(SCHOOL, SCHOOL.c.id == DEVICE.c.school_id)
    columns = {key.field.column for key in sort if key.field.name != "id"}
    return select(DEVICE.c.id, *columns).select_from(source).where(*_matching(actor, filters))


async def _page(
    session: AsyncSession, actor: Actor, filters: DeviceFilters, limit: int
) -> tuple[Sequence[AnyRow], str | None]:
    sort, after = _order(filters)
    wanted = _keys(actor, filters, sort)
    if after is not None:
        wanted = wanted.where(keyset(sort, after))
    order = [key.clause for key in sort]
    page = wanted.order_by(*order).limit(limit + 1).subquery("page")
    source = (
        page.join(DEVICE, DEVICE.c.id == page.c.id)
        .join(MODEL, MODEL.c.id == DEVICE.c.model_id)
        .join(MANUFACTURER, MANUFACTURER.c.id == MODEL.c.manufacturer_id)
        .outerjoin(SCHOOL, SCHOOL.c.id == DEVICE.c.school_id)
        .outerjoin(ROOM, ROOM.c.id == DEVICE.c.room_id)
    )
    statement = (
        select(
            *(key.field.column.label(f"key_{place}") for place, key in enumerate(sort)),
            DEVICE.c.id,
            DEVICE.c.inventory_number,
            DEVICE.c.serial,
            DEVICE.c.mac,
            DEVICE.c.status,
            MODEL.c.name.label("model"),
            MANUFACTURER.c.name.label("manufacturer"),
            MODEL.c.category,
            SCHOOL.c.name.label("school"),
            SCHOOL.c.short_name.label("school_short"),
            ROOM.c.number.label("room"),
            *(DEVICE.c[name] for name in _AS_KEPT),
        )
        .select_from(source)
        .order_by(*order)
    )
    rows = (await session.execute(statement)).all()
    shown = rows[:limit]
    more = len(rows) > limit
    return shown, make_cursor(sort, shown[-1][: len(sort)]) if more else None


async def list_devices(
    session: AsyncSession, actor: Actor, filters: DeviceFilters, limit: int = PAGE
) -> DevicePage:
    """Return a page of the devices the actor may see, with their evidence.

    Raises:
        BadFilterError: the cursor is none of this list.
    """
    rows, cursor = await _page(session, actor, filters, limit)
    seen = await best_presence(session, [row.id for row in rows])
    return DevicePage([_listed(row, seen.get(row.id)) for row in rows], cursor)


def _listed(row: AnyRow, seen: Presence | None) -> ListedDevice:
    return ListedDevice(
        id=row.id,
        inventory_number=row.inventory_number,
        serial=row.serial,
        mac=row.mac,
        status=str(row.status),
        model=row.model,
        manufacturer=row.manufacturer,
        category=str(row.category),
        school=row.school,
        school_short=row.school_short,
        room=row.room,
        **{name: getattr(row, name) for name in _AS_KEPT},
        evidence="0" if seen is None else str(seen.evidence_class),
        seen_at=None if seen is None else seen.last_seen_at,
    )


async def count_devices(session: AsyncSession, actor: Actor, filters: DeviceFilters) -> int:
    """Return how many devices match, at most one more than `MOST_COUNTED`."""
    matching = select(DEVICE.c.id).where(*_matching(actor, filters)).limit(MOST_COUNTED + 1)
    counted = select(func.count()).select_from(matching.subquery())
    return (await session.execute(counted)).scalar_one()


async def every_device(
    session: AsyncSession, actor: Actor, filters: DeviceFilters, at_most: int | None = None
) -> AsyncGenerator[ListedDevice]:
    """Yield all matching devices in the list's order, or the first, a thousand per statement."""
    left = at_most
    part: DeviceFilters | None = replace(filters, cursor=None)
    while part is not None:
        page = await list_devices(session, actor, part, limit=EXPORT_PAGE)
        for row in page.rows[:left]:
            yield row
        if left is not None:
            left = max(left - len(page.rows), 0)
            if not left:
                return
        part = replace(filters, cursor=page.next_cursor) if page.next_cursor else None


async def grant_choices(session: AsyncSession, actor: Actor) -> list[tuple[int, str]]:
    """Return (id, number) of the grants the actor may see."""
    statement = (
        select(GRANT.c.id, GRANT.c.number).where(visible_grants(actor)).order_by(GRANT.c.number)
    )
    return [(row.id, row.number) for row in await session.execute(statement)]
