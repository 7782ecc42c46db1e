"""Everything the rows of a list may speak of, read in a few statements."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import exists, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.sql.elements import ColumnElement

from netzwart.accounts.actors import Scope
from netzwart.database import table_of
from netzwart.exchange.lists.columns import ListField, ListSettings
from netzwart.exchange.lists.reading import Sheet
from netzwart.exchange.problems import nearest
from netzwart.funding.purchase_tables import CostShare, Order, OrderLine
from netzwart.inventory.labels import STATUS_LABELS
from netzwart.inventory.queries import DEVICE, MANUFACTURER, MODEL
from netzwart.inventory.rules import normalised_serial
from netzwart.inventory.tables import DeviceStatus
from netzwart.schools.queries import ROOM, SCHOOL

_ORDER, _LINE, _SHARE = table_of(Order), table_of(OrderLine), table_of(CostShare)
_CHUNK = 2000

COLUMNS = (
    "id", "version", "inventory_number", "model_id", "manufacturer_id", "serial",
    "serial_normalised", "mac", "school_id", "room_id", "status", "order_line_id",
    "delivered_on", "commissioned_on", "warranty_until", "asset_number", "note", "search_text",
)  # fmt: skip
"""Of a device: what a list may change, and what follows from it."""

Known = Mapping[str, Any]
"""The columns of a device that is in the record."""


@dataclass(frozen=True, slots=True)
class ModelRef:
    """A model a row may name."""

    id: int
    manufacturer_id: int
    manufacturer: str
    name: str
    part_number: str | None


@dataclass(frozen=True, slots=True)
class LineRef:
    """A position of an order."""

    id: int
    model_id: int | None
    quantity: Decimal
    label: str


@dataclass(slots=True)
class Book:
    """References by what people write, and the devices that the rows could mean."""

    scope: Scope = None
    models: dict[str, list[ModelRef]] = field(default_factory=dict[str, list[ModelRef]])
    """By name, part number, and „manufacturer name“; folded."""
    models_by_id: dict[int, ModelRef] = field(default_factory=dict[int, ModelRef])
    makers: dict[str, int] = field(default_factory=dict[str, int])
    schools: dict[str, set[int]] = field(default_factory=dict[str, set[int]])
    """By number, short name and name; folded."""
    rooms: dict[tuple[int, str], set[int]] = field(default_factory=dict[tuple[int, str], set[int]])
    labels: dict[tuple[str, int], str] = field(default_factory=dict[tuple[str, int], str])
    """(column, id) → words."""
    lines: dict[tuple[str, int], LineRef] = field(default_factory=dict[tuple[str, int], LineRef])
    devices: dict[int, Known] = field(default_factory=dict[int, Known])
    by_number: dict[str, int] = field(default_factory=dict[str, int])
    by_serial: dict[str, list[int]] = field(default_factory=dict[str, list[int]])
    by_line: dict[int, list[int]] = field(default_factory=dict[int, list[int]])
    used: dict[int, int] = field(default_factory=dict[int, int])
    """Order position → devices that belong to it."""
    hints: dict[tuple[str, str], str] = field(default_factory=dict[tuple[str, str], str])
    """(field, word) → „Meinten Sie …“; a list repeats its mistakes thousands of times."""

    def may_touch(self, school_id: int | None) -> bool:
        """Tell whether whoever brings the list may change things at this school."""
        return self.scope is None or (school_id is not None and school_id in self.scope)

    def hint(self, meaning: str, word: str, known: Callable[[], Iterable[str]]) -> str:
        """Return the nearest known word as a question, or nothing."""
        if (meaning, word) not in self.hints:
            self.hints[meaning, word] = nearest(word, known())
        return self.hints[meaning, word]


def fold(text: str) -> str:
    """Return a name as it is looked up: case and doubled blanks do not count."""
    return " ".join(text.casefold().split())


async def open_book(
    session: AsyncSession, sheet: Sheet, settings: ListSettings, scope: Scope
) -> Book:
    """Return everything that the rows of this list may speak of."""
    book = Book(scope)
    await _read_models(session, book)
    await _read_places(session, book)
    said = {meaning: _said(sheet, settings, meaning) for meaning in ListField}
    await _read_orders(session, book, said[ListField.ORDER])
    serials = {normalised_serial(text) for text in said[ListField.SERIAL]} - {None}
    await _read_devices(session, book, DEVICE.c.inventory_number, said[ListField.INVENTORY_NUMBER])
    await _read_devices(session, book, DEVICE.c.serial_normalised, serials)
    await _read_devices(
        session, book, DEVICE.c.order_line_id, [one.id for one in book.lines.values()]
    )
    return book


def _said(sheet: Sheet, settings: ListSettings, meaning: ListField) -> set[str]:
    """Return every text that the rows have for a field."""
    names = [name for name, each in settings.columns.items() if each is meaning]
    found = {row.cells[name] for name in names for row in sheet.rows if name in row.cells}
    if meaning in settings.defaults:
        found.add(settings.defaults[meaning])
    return found


async def _read_models(session: AsyncSession, book: Book) -> None:
    statement = (
        select(
            MODEL.c.id,
            MODEL.c.manufacturer_id,
            MANUFACTURER.c.name.label("manufacturer"),
            MODEL.c.name,
            MODEL.c.part_number,
        )
        .join(MANUFACTURER, MANUFACTURER.c.id == MODEL.c.manufacturer_id)
        .order_by(MODEL.c.id)
    )
    for row in await session.execute(statement):
        model = ModelRef(*row)
        book.models_by_id[model.id] = model
        book.labels["model_id", model.id] = f"{model.manufacturer} {model.name}"
        words = {model.name, f"{model.manufacturer} {model.name}", model.part_number or model.name}
        for word in {fold(word) for word in words}:
            book.models.setdefault(word, []).append(model)
    makers = await session.execute(select(MANUFACTURER.c.id, MANUFACTURER.c.name))
    book.makers.update({fold(row.name): row.id for row in makers})


async def _read_places(session: AsyncSession, book: Book) -> None:
    schools = select(SCHOOL.c.id, SCHOOL.c.number, SCHOOL.c.short_name, SCHOOL.c.name)
    for row in await session.execute(schools.order_by(SCHOOL.c.id)):
        book.labels["school_id", row.id] = row.short_name
        for word in (row.number, row.short_name, row.name):
            book.schools.setdefault(fold(word), set()).add(row.id)
    rooms = select(ROOM.c.id, ROOM.c.school_id, ROOM.c.number, ROOM.c.name)
    named: list[tuple[tuple[int, str], int]] = []
    for row in await session.execute(rooms.order_by(ROOM.c.id)):
        book.labels["room_id", row.id] = row.number
        book.rooms[row.school_id, fold(row.number)] = {row.id}
        named.append(((row.school_id, fold(row.name)), row.id))
    numbers = set(book.rooms)
    for key, room_id in named:  # a room's number comes before another room's name
        if key[1] and key not in numbers:
            book.rooms.setdefault(key, set()).add(room_id)


async def _read_orders(session: AsyncSession, book: Book, said: set[str]) -> None:
    if not said:
        return
    statement = (
        select(_LINE.c.id, _LINE.c.model_id, _LINE.c.quantity, _ORDER.c.number, _LINE.c.number)
        .join(_ORDER, _ORDER.c.id == _LINE.c.order_id)
        .where(func.lower(_ORDER.c.number).in_(sorted(text.lower() for text in said)))
        .order_by(_LINE.c.id)
    )
    for line_id, model_id, quantity, order, number in await session.execute(statement):
        label = f"{order}, Position {number}"
        book.labels["order_line_id", line_id] = label
        book.lines[fold(order), number] = LineRef(line_id, model_id, quantity, label)


async def _read_devices(
    session: AsyncSession, book: Book, column: ColumnElement[Any], keys: Iterable[Any]
) -> None:
    shares = exists().where(_SHARE.c.invoice_line_id == DEVICE.c.invoice_line_id)
    funded = or_(DEVICE.c.measure_id.is_not(None), shares).label("is_funded")
    ordered = sorted(keys)
    for start in range(0, len(ordered), _CHUNK):
        statement = (
            select(*(DEVICE.c[name] for name in COLUMNS), funded)
            .where(column.in_(ordered[start : start + _CHUNK]))
            .order_by(DEVICE.c.id)
        )
        for row in (await session.execute(statement)).mappings():
            _enter(book, {str(name): value for name, value in row.items()})


def _enter(book: Book, row: Known) -> None:
    device_id: int = row["id"]
    if device_id in book.devices:
        return
    book.devices[device_id] = row
    book.by_number[row["inventory_number"]] = device_id
    if row["serial_normalised"]:
        book.by_serial.setdefault(row["serial_normalised"], []).append(device_id)
    line_id = row["order_line_id"]
    if line_id is not None:
        book.by_line.setdefault(line_id, []).append(device_id)
        book.used[line_id] = book.used.get(line_id, 0) + 1


def words_of(book: Book, column: str, value: object) -> str | None:
    """Return a value as the plan shows it: ids as names, days in German."""
    if value is None or value == "":
        return None
    if isinstance(value, int):
        return book.labels.get((column, value), str(value))
    if column == "status":
        return STATUS_LABELS[DeviceStatus(str(value))]
    return f"{value:%d.%m.%Y}" if isinstance(value, date) else str(value)
