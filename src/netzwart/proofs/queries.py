"""What a proof and the page of a grant need beside the grant itself."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import column, null, select, table, union_all
from sqlalchemy.ext.asyncio import AsyncSession

from netzwart.accounts.tables import UserAccount
from netzwart.database import UtcDateTime, table_of
from netzwart.documents.tables import Document
from netzwart.evidence.tables import Sighting
from netzwart.funding.purchase_tables import Delivery, Invoice, Order
from netzwart.funding.queries.statements import invoices_of
from netzwart.funding.tables import GrantNotice, RuleOverride
from netzwart.proofs.timeline import DeliveryEvent, IssuedEvent
from netzwart.schools.queries import SCHOOL, AnyRow
from netzwart.schools.tables import SchoolOperator

_OPERATOR = table_of(SchoolOperator)
_DELIVERY, _ORDER, _INVOICE = table_of(Delivery), table_of(Order), table_of(Invoice)
_OVERRIDE, _USER = table_of(RuleOverride), table_of(UserAccount)
_SIGHTING = table_of(Sighting)
_DOCUMENT, _NOTICE = table_of(Document), table_of(GrantNotice)
# Issued papers live on a floor above; their numbers are read without knowing their class.
_ISSUED = table(
    "issued_document",
    column("id"),
    column("number"),
    column("title"),
    column("grant_id"),
    column("issued_at", UtcDateTime),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class OperatorRecord:
    """The recipient of all grants."""

    name: str
    street: str
    postcode: str
    city: str
    phone: str
    is_demo: bool
    iban: str | None = None


async def find_operator(session: AsyncSession) -> OperatorRecord | None:
    """Return the municipality this installation works for, None before one is recorded."""
    columns = ("name", "street", "postcode", "city", "phone", "is_demo", "iban")
    row = (
        await session.execute(
            select(*(_OPERATOR.c[name] for name in columns)).order_by(_OPERATOR.c.id).limit(1)
        )
    ).first()
    return None if row is None else OperatorRecord(**dict(zip(columns, row, strict=True)))


@dataclass(frozen=True, slots=True, kw_only=True)
class OverrideRow:
    """A value of the notice that wins over the programme's, and why."""

    key: str
    value: str | None
    reason: str
    decided_at: datetime
    decided_by: str | None
    """Name on the screen; not for auditors."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentRow:
    """A file behind the grant: the image of an invoice, or a notice."""

    id: int
    file_name: str
    size_bytes: int
    sha256: str
    invoice_id: int | None
    label: str


async def list_overrides(session: AsyncSession, grant_id: int) -> list[OverrideRow]:
    """Return all overrides of the grant, newest first."""
    rows = await session.execute(
        select(
            _OVERRIDE.c.key,
            _OVERRIDE.c.value,
            _OVERRIDE.c.reason,
            _OVERRIDE.c.created_at,
            _USER.c.display_name,
        )
        .outerjoin(_USER, _USER.c.id == _OVERRIDE.c.decided_by_id)
        .where(_OVERRIDE.c.grant_id == grant_id)
        .order_by(_OVERRIDE.c.created_at.desc(), _OVERRIDE.c.id.desc())
    )
    return [
        OverrideRow(
            key=row.key,
            value=row.value,
            reason=row.reason,
            decided_at=row.created_at,
            decided_by=row.display_name,
        )
        for row in rows
    ]


async def list_delivery_events(session: AsyncSession, grant_id: int) -> list[DeliveryEvent]:
    """Return the deliveries of the orders that the grant's invoices belong to."""
    orders = select(_INVOICE.c.order_id).where(_INVOICE.c.id.in_(invoices_of([grant_id])))
    rows = await session.execute(
        select(
            _DELIVERY.c.id,
            _DELIVERY.c.note_number,
            _DELIVERY.c.received_on,
            _ORDER.c.number,
        )
        .join(_ORDER, _ORDER.c.id == _DELIVERY.c.order_id)
        .where(_DELIVERY.c.order_id.in_(orders))
        .order_by(_DELIVERY.c.received_on, _DELIVERY.c.id)
    )
    return [
        DeliveryEvent(
            id=row.id, note_number=row.note_number, received_on=row.received_on, order=row.number
        )
        for row in rows
    ]


async def list_issued_events(session: AsyncSession, grant_id: int) -> list[IssuedEvent]:
    """Return the papers issued for the grant, oldest first."""
    rows = await session.execute(
        select(_ISSUED.c.id, _ISSUED.c.number, _ISSUED.c.title, _ISSUED.c.issued_at)
        .where(_ISSUED.c.grant_id == grant_id)
        .order_by(_ISSUED.c.issued_at, _ISSUED.c.id)
    )
    return [
        IssuedEvent(id=row.id, number=row.number, title=row.title, issued_at=row.issued_at)
        for row in rows
    ]


async def list_documents(session: AsyncSession, grant_id: int) -> Sequence[DocumentRow]:
    """Return the files of the grant's invoices and notices."""
    names = [_DOCUMENT.c[name].label(name) for name in ("id", "file_name", "size_bytes", "sha256")]
    invoiced = (
        select(*names, _INVOICE.c.id.label("invoice_id"), _INVOICE.c.number.label("label"))
        .join(_INVOICE, _INVOICE.c.document_id == _DOCUMENT.c.id)
        .where(_INVOICE.c.id.in_(invoices_of([grant_id])))
    )
    noticed = (
        select(
            *names,
            null().label("invoice_id"),
            _NOTICE.c.notice_number.label("label"),
        )
        .join(_NOTICE, _NOTICE.c.document_id == _DOCUMENT.c.id)
        .where(_NOTICE.c.grant_id == grant_id)
    )
    rows = await session.execute(union_all(invoiced, noticed).order_by("label", "id"))
    return [
        DocumentRow(
            id=row.id,
            file_name=row.file_name,
            size_bytes=row.size_bytes,
            sha256=row.sha256,
            invoice_id=row.invoice_id,
            label=row.label,
        )
        for row in rows
    ]


async def list_device_sightings(
    session: AsyncSession, device_id: int, limit: int = 50
) -> Sequence[AnyRow]:
    """Return the newest sightings: seen_at, evidence_class, source, serial, school."""
    rows = await session.execute(
        select(
            _SIGHTING.c.seen_at,
            _SIGHTING.c.evidence_class,
            _SIGHTING.c.source,
            _SIGHTING.c.serial,
            SCHOOL.c.short_name.label("school"),
        )
        .outerjoin(SCHOOL, SCHOOL.c.id == _SIGHTING.c.school_id)
        .where(_SIGHTING.c.device_id == device_id)
        .order_by(_SIGHTING.c.seen_at.desc(), _SIGHTING.c.id.desc())
        .limit(limit)
    )
    return rows.all()
