"""The one search box: what a number, name or address could mean, each kind in one statement."""

import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from sqlalchemy import case, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.sql.elements import ColumnElement

from netzwart.accounts.actors import Actor, Right
from netzwart.funding.queries.visibility import visible_grants
from netzwart.inventory.queries import DEVICE, MODEL
from netzwart.inventory.rules import normalised_mac, normalised_serial
from netzwart.overview.queries.attention import NODE
from netzwart.overview.queries.device_facts import COMPONENT, INVOICE, ORDER, SUPPLIER
from netzwart.overview.queries.school_figures import GRANT, LINE, MEASURE, SHARE
from netzwart.schools.queries import ROOM, SCHOOL, at_schools

LONGEST = 200
SHOWN = 10


@dataclass(frozen=True, slots=True)
class Hit:
    """One thing that was found; `is_exact` if the words are its very number or name."""

    href: str
    label: str
    detail: str
    is_exact: bool


@dataclass(frozen=True, slots=True)
class Hits:
    """What was found of one kind."""

    title: str
    icon: str
    hits: Sequence[Hit]
    has_more: bool = False
    """True if there are more than are listed."""
    more_href: str | None = None
    """Where all of them are listed."""


def only_hit(found: Sequence[Hits]) -> Hit | None:
    """Return the hit that is clearly meant: the only exact one, or the only one at all."""
    every = [hit for group in found for hit in group.hits]
    exact = [hit for hit in every if hit.is_exact]
    if len(exact) == 1:
        return exact[0]
    return every[0] if len(every) == 1 else None


async def search(session: AsyncSession, actor: Actor, text: str) -> list[Hits]:
    """Return what the words could mean, by kind, as far as the actor may see it."""
    words = text.strip()[:LONGEST].replace("\x00", "")
    if not words:
        return []
    found: list[Hits] = []
    if actor.may(Right.READ_INVENTORY):
        found.append(await _devices(session, actor, words))
    if actor.may(Right.READ_NETWORK):
        found.append(await _nodes(session, actor, words))
    if actor.may(Right.READ_ENDPOINTS) and _is_network_address(words):
        found.append(_port_of(words))
    if actor.may(Right.READ_SCHOOLS):
        found.append(await _schools(session, actor, words))
        found.append(await _rooms(session, actor, words))
    if actor.may(Right.READ_FUNDING):
        found.append(await _invoices(session, actor, words))
        found.append(await _grants(session, actor, words))
    return [group for group in found if group.hits]


def _is_network_address(words: str) -> bool:
    """Tell whether the words are a MAC or an IP address, which hangs on a switch port."""
    if normalised_mac(words) is not None:
        return True
    try:
        ipaddress.ip_address(words)
    except ValueError:
        return False
    return True


def _port_of(words: str) -> Hits:
    """Return the way to the switch port; the page there asks the tables."""
    href = f"/netz/mac?{urlencode({'q': words})}"
    hit = Hit(href, "Switch-Port dieser Adresse", "aus den MAC- und ARP-Tabellen", is_exact=False)
    return Hits("Endgerät im Netz", "plug-connected", [hit])


def _shown(title: str, icon: str, hits: Sequence[Hit], more_href: str | None = None) -> Hits:
    """Return the first hits; the queries fetch one more than is shown."""
    return Hits(title, icon, hits[:SHOWN], len(hits) > SHOWN, more_href)


def _exactly(*conditions: ColumnElement[bool]) -> ColumnElement[int]:
    return case((or_(*conditions), 1), else_=0)


async def _devices(session: AsyncSession, actor: Actor, words: str) -> Hits:
    lower = words.lower()
    serial, mac = normalised_serial(words), normalised_mac(words)
    same = [func.lower(DEVICE.c.inventory_number) == lower]
    if serial:
        same.append(DEVICE.c.serial_normalised == serial)
    if mac:
        same.append(DEVICE.c.mac == mac)
    pieces = [DEVICE.c.search_text.contains(part, autoescape=True) for part in lower.split()[:6]]
    contains = pieces[0]
    for piece in pieces[1:]:
        contains = contains & piece
    is_exact = _exactly(*same)
    statement = (
        select(
            DEVICE.c.id,
            DEVICE.c.inventory_number,
            DEVICE.c.serial,
            MODEL.c.name.label("model"),
            SCHOOL.c.short_name.label("school"),
            is_exact.label("is_exact"),
        )
        .join(MODEL, MODEL.c.id == DEVICE.c.model_id)
        .outerjoin(SCHOOL, SCHOOL.c.id == DEVICE.c.school_id)
        .where(
            or_(contains, *same),
            at_schools(DEVICE.c.school_id, actor.scope(Right.READ_INVENTORY)),
        )
        .order_by(is_exact.desc(), DEVICE.c.inventory_number)
        .limit(SHOWN + 1)
    )
    rows = (await session.execute(statement)).all()
    hits = [
        Hit(
            f"/geraete/{row.id}",
            row.inventory_number,
            " · ".join(part for part in (row.model, row.serial, row.school) if part),
            bool(row.is_exact),
        )
        for row in rows
    ]
    return _shown("Geräte", "devices", hits, f"/geraete?{urlencode({'q': words})}")


async def _nodes(session: AsyncSession, actor: Actor, words: str) -> Hits:
    lower, serial = words.lower(), normalised_serial(words)
    same = [func.lower(NODE.c.name) == lower, NODE.c.address == lower]
    if serial:
        parts = select(COMPONENT.c.node_id).where(COMPONENT.c.serial_normalised == serial)
        same.append(NODE.c.id.in_(parts))
    is_exact = _exactly(*same)
    statement = (
        select(
            NODE.c.id,
            NODE.c.name,
            NODE.c.address,
            SCHOOL.c.short_name.label("school"),
            is_exact.label("is_exact"),
        )
        .join(SCHOOL, SCHOOL.c.id == NODE.c.school_id)
        .where(
            or_(
                NODE.c.name.icontains(words, autoescape=True),
                NODE.c.address.startswith(lower, autoescape=True),
                *same,
            ),
            at_schools(NODE.c.school_id, actor.scope(Right.READ_NETWORK)),
        )
        .order_by(is_exact.desc(), NODE.c.name, NODE.c.id)
        .limit(SHOWN + 1)
    )
    rows = (await session.execute(statement)).all()
    hits = [
        Hit(f"/netz/knoten/{row.id}", row.name, f"{row.address} · {row.school}", bool(row.is_exact))
        for row in rows
    ]
    return _shown("Netzknoten", "topology-star-3", hits)


async def _schools(session: AsyncSession, actor: Actor, words: str) -> Hits:
    same = [SCHOOL.c.number == words, func.lower(SCHOOL.c.short_name) == words.lower()]
    is_exact = _exactly(*same)
    statement = (
        select(
            SCHOOL.c.id, SCHOOL.c.number, SCHOOL.c.name, SCHOOL.c.kind, is_exact.label("is_exact")
        )
        .where(
            or_(SCHOOL.c.name.icontains(words, autoescape=True), *same),
            at_schools(SCHOOL.c.id, actor.scope(Right.READ_SCHOOLS)),
        )
        .order_by(is_exact.desc(), SCHOOL.c.name)
        .limit(SHOWN + 1)
    )
    rows = (await session.execute(statement)).all()
    hits = [
        Hit(f"/schulen/{row.id}", row.name, f"Schulnummer {row.number}", bool(row.is_exact))
        for row in rows
    ]
    return _shown("Schulen", "school", hits)


async def _rooms(session: AsyncSession, actor: Actor, words: str) -> Hits:
    is_exact = _exactly(func.lower(ROOM.c.number) == words.lower())
    statement = (
        select(
            ROOM.c.id,
            ROOM.c.school_id,
            ROOM.c.number,
            ROOM.c.name,
            SCHOOL.c.name.label("school"),
            is_exact.label("is_exact"),
        )
        .join(SCHOOL, SCHOOL.c.id == ROOM.c.school_id)
        .where(
            or_(
                ROOM.c.number.istartswith(words, autoescape=True),
                ROOM.c.name.icontains(words, autoescape=True),
            ),
            at_schools(ROOM.c.school_id, actor.scope(Right.READ_SCHOOLS)),
        )
        .order_by(is_exact.desc(), SCHOOL.c.name, ROOM.c.number)
        .limit(SHOWN + 1)
    )
    rows = (await session.execute(statement)).all()
    hits = [
        Hit(
            f"/geraete?school={row.school_id}&room={row.id}",
            f"{row.number} {row.name}".strip(),
            row.school,
            bool(row.is_exact),
        )
        for row in rows
    ]
    return _shown("Räume", "door", hits)


async def _invoices(session: AsyncSession, actor: Actor, words: str) -> Hits:
    is_exact = _exactly(func.lower(INVOICE.c.number) == words.lower())
    # An invoice may be known to whoever may see a grant that bears a part of it.
    visible = (
        select(LINE.c.invoice_id)
        .join(SHARE, SHARE.c.invoice_line_id == LINE.c.id)
        .join(MEASURE, MEASURE.c.id == SHARE.c.measure_id)
        .join(GRANT, GRANT.c.id == MEASURE.c.grant_id)
        .where(visible_grants(actor))
    )
    is_visible = INVOICE.c.id.in_(visible)
    if actor.grant_scope() is None:
        unassigned = select(LINE.c.invoice_id).join(SHARE, SHARE.c.invoice_line_id == LINE.c.id)
        is_visible = or_(is_visible, INVOICE.c.id.not_in(unassigned))
    statement = (
        select(
            INVOICE.c.id,
            INVOICE.c.number,
            INVOICE.c.issued_on,
            SUPPLIER.c.name.label("supplier"),
            ORDER.c.number.label("order"),
            is_exact.label("is_exact"),
        )
        .join(SUPPLIER, SUPPLIER.c.id == INVOICE.c.supplier_id)
        .outerjoin(ORDER, ORDER.c.id == INVOICE.c.order_id)
        .where(INVOICE.c.number.icontains(words, autoescape=True), is_visible)
        .order_by(is_exact.desc(), INVOICE.c.number, INVOICE.c.id)
        .limit(SHOWN + 1)
    )
    rows = (await session.execute(statement)).all()
    hits = [
        Hit(
            f"/foerderung/rechnungen/{row.id}",
            row.number,
            f"{row.supplier}, {row.issued_on:%d.%m.%Y}",
            bool(row.is_exact),
        )
        for row in rows
    ]
    return _shown("Rechnungen", "file-invoice", hits)


async def _grants(session: AsyncSession, actor: Actor, words: str) -> Hits:
    is_exact = _exactly(func.lower(GRANT.c.number) == words.lower())
    statement = (
        select(GRANT.c.id, GRANT.c.number, GRANT.c.title, is_exact.label("is_exact"))
        .where(
            or_(
                GRANT.c.number.icontains(words, autoescape=True),
                GRANT.c.title.icontains(words, autoescape=True),
            ),
            visible_grants(actor),
        )
        .order_by(is_exact.desc(), GRANT.c.number)
        .limit(SHOWN + 1)
    )
    rows = (await session.execute(statement)).all()
    hits = [Hit(f"/foerderung/{row.id}", row.number, row.title, bool(row.is_exact)) for row in rows]
    return _shown("Zuwendungen", "coin-euro", hits)
