"""Inventarliste einer Schule: all things that stand there, funded or not."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from netzwart.database import table_of
from netzwart.evidence.tables import DevicePresence
from netzwart.funding.tables import Grant, Measure
from netzwart.inventory.tables import Device, DeviceModel, DeviceStatus, Manufacturer
from netzwart.proofs import wording
from netzwart.reports.kinds import PaperKind
from netzwart.reports.papers.heads import Occasion, plain_paper
from netzwart.reports.papers.values import (
    CellValue,
    ListPaper,
    PaperField,
    PrintedColumn,
    paper_table,
)
from netzwart.reports.proof_of_use.words import STATUS, source_label
from netzwart.schools.tables import Room

_DEVICE, _MODEL, _MAKER = table_of(Device), table_of(DeviceModel), table_of(Manufacturer)
_ROOM, _SEEN = table_of(Room), table_of(DevicePresence)
_MEASURE, _GRANT = table_of(Measure), table_of(Grant)

FIELDS: Final = (
    PaperField("inventar_nr"),
    PaperField("kategorie"),
    PaperField("hersteller_modell"),
    PaperField("seriennummer"),
    PaperField("raum"),
    PaperField("status"),
    PaperField("lieferdatum"),
    PaperField("inbetriebnahme"),
    PaperField("etikett"),
    PaperField("az_bescheid"),
    PaperField("anlagen_nr"),
    PaperField("letzte_sichtung"),
    PaperField("nachweis"),
)
COLUMNS: Final = (
    PrintedColumn(("Inventar-Nr.", "Anlagen-Nr."), 38, ("inventar_nr", "anlagen_nr")),
    PrintedColumn(
        ("Hersteller, Modell", "Seriennummer"), 58, ("hersteller_modell", "seriennummer")
    ),
    PrintedColumn(("Status",), 26, ("status",)),
    PrintedColumn(("Lieferung", "Inbetriebnahme"), 26, ("lieferdatum", "inbetriebnahme")),
    PrintedColumn(("Etikett",), 15, ("etikett",)),
    PrintedColumn(("Förderung (Az.)",), 44, ("az_bescheid",)),
    PrintedColumn(("zuletzt gesehen", "Nachweis"), 60, ("letzte_sichtung", "nachweis")),
)


@dataclass(frozen=True, slots=True)
class SchoolHead:
    """The school a list is about."""

    id: int
    number: str
    name: str


async def list_things(session: AsyncSession, school_id: int, until: date) -> Sequence[Any]:
    """Return the devices that stand at a school, by room, with their best evidence."""
    best = (
        select(
            _SEEN.c.device_id,
            _SEEN.c.evidence_class,
            _SEEN.c.last_seen_at,
            _SEEN.c.source,
            func.row_number()
            .over(partition_by=_SEEN.c.device_id, order_by=_SEEN.c.evidence_class)
            .label("place"),
        )
    ).subquery()
    joined = (
        _DEVICE.join(_MODEL, _MODEL.c.id == _DEVICE.c.model_id)
        .join(_MAKER, _MAKER.c.id == _MODEL.c.manufacturer_id)
        .outerjoin(_ROOM, _ROOM.c.id == _DEVICE.c.room_id)
        .outerjoin(_MEASURE, _MEASURE.c.id == _DEVICE.c.measure_id)
        .outerjoin(_GRANT, _GRANT.c.id == _MEASURE.c.grant_id)
        .outerjoin(best, (best.c.device_id == _DEVICE.c.id) & (best.c.place == 1))
    )
    names = (
        "inventory_number",
        "serial",
        "status",
        "delivered_on",
        "commissioned_on",
        "labelled_on",
        "asset_number",
    )
    rows = await session.execute(
        select(
            *(_DEVICE.c[name] for name in names),
            _MODEL.c.name.label("model"),
            _MODEL.c.category,
            _MAKER.c.name.label("maker"),
            _ROOM.c.number.label("room"),
            _ROOM.c.name.label("room_name"),
            _GRANT.c.number.label("notice"),
            best.c.evidence_class.label("letter"),
            best.c.last_seen_at,
            best.c.source,
        )
        .select_from(joined)
        .where(
            _DEVICE.c.school_id == school_id,
            _DEVICE.c.status.not_in([DeviceStatus.PLANNED, DeviceStatus.ORDERED]),
            (_DEVICE.c.delivered_on.is_(None)) | (_DEVICE.c.delivered_on <= until),
        )
        .order_by(_ROOM.c.number, _DEVICE.c.inventory_number, _DEVICE.c.id)
    )
    return rows.all()


def inventory_list(school: SchoolHead, things: Sequence[Any], occasion: Occasion) -> ListPaper:
    """Return the things of a school by room. Source: `funding.md`, section 10.1."""
    table = paper_table(
        "inventar",
        "Geräte nach Räumen",
        FIELDS,
        COLUMNS,
        [_row(thing) for thing in things],
        empty="An dieser Schule ist kein Gerät erfasst.",
        grouped_by=lambda row: str(row[4] or "Ohne Raum"),
    )
    facts = (
        ("Schulnummer", school.number),
        ("Geräte", str(len(things))),
    )
    return plain_paper(
        PaperKind.INVENTORY_LIST,
        school.name,
        occasion,
        facts,
        [table],
        is_landscape=True,
        signatures=("Schulleitung oder Beauftragte",),
        paragraphs=("Namen von Entleihenden stehen nicht auf dieser Liste.",),
    )


def _row(thing: Any) -> tuple[CellValue, ...]:  # noqa: ANN401 - a row of `list_things`
    room = " ".join(part for part in (thing.room, thing.room_name) if part)
    seen: datetime | None = thing.last_seen_at
    letter = thing.letter.value if thing.letter is not None else ""
    return (
        thing.inventory_number,
        wording.CATEGORY[thing.category],
        f"{thing.maker} {thing.model}",
        thing.serial,
        room,
        STATUS.get(thing.status.value, thing.status.value),
        thing.delivered_on,
        thing.commissioned_on,
        thing.labelled_on is not None,
        thing.notice,
        thing.asset_number,
        seen,
        f"Klasse {letter}, {source_label(thing.source.value)}" if letter else "keine Sichtung",
    )
