"""Takes delivery: the note is recorded and every new serial number becomes a device."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Annotated, Any, cast

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from netzwart.accounts.actors import Actor, Right
from netzwart.errors import InvalidInputError
from netzwart.funding.forms import DeliveryForm, DeliveryLineForm
from netzwart.funding.goods.judging import Scan, Surroundings, Verdict, judge_scan, serial_in
from netzwart.funding.goods.queries import (
    LINE,
    Receipt,
    ReceiptLine,
    get_receipt,
    surroundings_of,
)
from netzwart.funding.purchase_tables import Delivery
from netzwart.funding.service.ordering import record_delivery
from netzwart.inventory.numbering_rules import NumberFacts
from netzwart.inventory.rules import normalised_serial
from netzwart.inventory.service import record_device
from netzwart.inventory.service.giving_numbers import give_numbers
from netzwart.inventory.tables import DeviceStatus
from netzwart.schools.queries import SCHOOL

MOST_AT_ONCE = 500
"""Cartons of one receipt: more come on pallets, and as a list."""
_SERIAL, _PIECES = "serial_", "pieces_"


class ReceiptRefusedError(InvalidInputError):
    """The delivery cannot be taken like this."""


class ReceiptForm(BaseModel):
    """What was scanned so far, and at the end where it goes."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    serials: dict[int, list[Annotated[str, Field(max_length=120)]]]
    """Position → serial numbers in the order in which they were scanned."""
    pieces: dict[int, Annotated[int, Field(ge=0, le=100_000)]]
    """Position → pieces that bear no serial number."""
    line: int | None = None
    code: Annotated[str, Field(max_length=400)] = ""
    note_number: Annotated[str, StringConstraints(strip_whitespace=True), Field(max_length=80)] = ""
    received_on: date | None = None
    school_id: Annotated[int, Field(ge=1, le=2**63 - 1)] | None = None
    room_id: Annotated[int, Field(ge=1, le=2**63 - 1)] | None = None

    @model_validator(mode="before")
    @classmethod
    def _gather(cls, sent: Any) -> Any:  # noqa: ANN401 - whatever a browser sent
        if not isinstance(sent, dict) or "serials" in sent:
            return sent  # pyright: ignore[reportUnknownVariableType] - pydantic refuses it
        given: dict[str, Any] = dict(sent)  # pyright: ignore[reportUnknownArgumentType] - texts by name
        serials = {name: given.pop(name) for name in list(given) if name.startswith(_SERIAL)}
        pieces = {name: given.pop(name) for name in list(given) if name.startswith(_PIECES)}
        return {
            **given,
            "serials": {
                name.removeprefix(_SERIAL): cast("list[str]", text)
                if isinstance(text, list)
                else [text]
                for name, text in serials.items()
            },
            "pieces": {name.removeprefix(_PIECES): text for name, text in pieces.items() if text},
        }


async def scan(session: AsyncSession, receipt: Receipt, form: ReceiptForm) -> Scan:
    """Return what the form's code means after what was scanned before."""
    around = await surroundings_of(session, receipt, [form.code], [serial_in(form.code)])
    return judge_scan(form.code, form.line, form.serials, around)


async def receive_goods(
    session: AsyncSession, actor: Actor, order_id: int, form: ReceiptForm
) -> Delivery:
    """Record the delivery and make a device of every serial number that is in no record yet.

    Everything that was scanned is judged again, since a browser may send what it likes and others
    may have been faster.

    Raises:
        UnknownReceiptError: no such order, or not for this actor.
        ReceiptRefusedError: nothing came, a place is missing, or a serial number does not fit.
    """
    receipt = await get_receipt(session, order_id, actor.scope(Right.EDIT_INVENTORY))
    _check(actor, receipt, form)
    around = await _judged_again(session, receipt, form)
    delivery = await record_delivery(
        session,
        DeliveryForm(
            order_id=order_id,
            note_number=form.note_number,
            received_on=form.received_on or date.max,
            lines=tuple(_came(form)),
        ),
        actor,
    )
    for line in receipt.lines:
        serials = form.serials.get(line.expected.number, [])
        new = [one for one in serials if normalised_serial(one) not in around.serials]
        await _make_devices(session, actor, line, new, form, order_id)
    return delivery


def _came(form: ReceiptForm) -> Sequence[DeliveryLineForm]:
    numbers = sorted({*form.serials, *form.pieces})
    lines = [
        (number, form.serials.get(number, []), form.pieces.get(number, 0)) for number in numbers
    ]
    return [
        DeliveryLineForm(
            order_line=number, quantity=Decimal(len(serials) + pieces), serials=tuple(serials)
        )
        for number, serials, pieces in lines
        if serials or pieces
    ]


def _check(actor: Actor, receipt: Receipt, form: ReceiptForm) -> None:
    errors: dict[str, str] = {}
    if not form.note_number:
        errors["note_number"] = "Bitte die Nummer des Lieferscheins angeben."
    if form.received_on is None:
        errors["received_on"] = "Bitte den Tag des Eingangs angeben."
    if form.school_id is None or not actor.may_at(Right.EDIT_INVENTORY, form.school_id):
        errors["school_id"] = "Bitte die Schule wählen, an der die Geräte stehen."
    scanned = sum(len(serials) for serials in form.serials.values())
    if not scanned and not any(form.pieces.values()):
        errors["code"] = "Es ist noch nichts gescannt."
    if scanned > MOST_AT_ONCE:
        errors["code"] = f"Höchstens {MOST_AT_ONCE} Geräte auf einmal. Bitte in Teilen buchen."
    errors |= _too_many(receipt, form)
    if errors:
        raise ReceiptRefusedError("So lässt sich die Lieferung nicht buchen.", errors)


def _too_many(receipt: Receipt, form: ReceiptForm) -> dict[str, str]:
    """Return a sentence for each position of which more pieces came than are open."""
    open_pieces = {line.expected.number: line.expected.open for line in receipt.lines}
    return {
        f"pieces_{number}": f"Position {number}: mehr als bestellt."
        for number, pieces in form.pieces.items()
        if len(form.serials.get(number, [])) + pieces > open_pieces.get(number, -1)
    }


async def _judged_again(session: AsyncSession, receipt: Receipt, form: ReceiptForm) -> Surroundings:
    every = [serial for serials in form.serials.values() for serial in serials]
    around = await surroundings_of(session, receipt, [], every)
    before: dict[int, list[str]] = {}
    for number, serials in form.serials.items():
        for serial in serials:
            found = judge_scan(serial, number, before, around)
            if found.verdict not in {Verdict.TAKEN, Verdict.KNOWN} or found.line != number:
                raise ReceiptRefusedError(found.sentence, {"code": found.sentence})
            before.setdefault(number, []).append(serial)
    return around


async def _make_devices(
    session: AsyncSession,
    actor: Actor,
    line: ReceiptLine,
    serials: Sequence[str],
    form: ReceiptForm,
    order_id: int,
) -> None:
    if not serials or line.model_id is None or form.received_on is None:
        return
    school = (
        await session.execute(
            select(SCHOOL.c.short_name, SCHOOL.c.number).where(SCHOOL.c.id == form.school_id)
        )
    ).one()
    facts = NumberFacts(school.short_name, school.number, line.category, form.received_on)
    line_id = await session.scalar(
        select(LINE.c.id).where(LINE.c.order_id == order_id, LINE.c.number == line.expected.number)
    )
    numbers = await give_numbers(session, facts, len(serials))
    for number, serial in zip(numbers, serials, strict=True):
        values: Mapping[str, Any] = {
            "inventory_number": number,
            "model_id": line.model_id,
            "manufacturer_id": line.manufacturer_id,
            "serial": serial,
            "school_id": form.school_id,
            "room_id": form.room_id,
            "status": DeviceStatus.IN_STORAGE,
            "order_line_id": line_id,
            "delivered_on": form.received_on,
        }
        await record_device(session, actor, values)
