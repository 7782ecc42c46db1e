"""A grant's record with nothing wrong with it, so that a test breaks one thing. All invented."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from netzwart.evidence.rules import EvidenceClass
from netzwart.funding.purchase_tables import InvoiceKind
from netzwart.funding.queries.records import (
    DeviceRecord,
    GrantHead,
    GrantRecord,
    InvoiceRecord,
    LineRecord,
    MeasureRecord,
    OrderLineRecord,
    OrderRecord,
    PaymentRecord,
    SeenDevice,
    ShareRecord,
    SmallRow,
)
from netzwart.funding.settlement import SettledGrant, settle_grant
from netzwart.funding.tables import DrawdownMode, RoundingMode
from netzwart.inventory.tables import DeviceCategory, DeviceStatus

AS_OF = date(2022, 12, 1)
SEEN_AT = datetime(2022, 11, 28, 8, tzinfo=UTC)
NOTICE_VALUES = {
    "amount_basis": "gross",
    "caps.mobil20.value": "0.20",
    "caps.mobil20.basis": "spent",
    "caps.mobil20.combination": "any",
    "caps.mobil25k.value": "25000.00",
    "caps.mobil25k.combination": "any",
    "proof.form": "Grundmuster 3",
    "inventory.required": "true",
    "inventory.net_threshold": "0.00",
    "publicity.required": "true",
    "publicity.text": "Gefördert aus Mitteln des Bundes",
}
"""What the programme leaves without a source, as a notice would set it."""


def a_row(kind: str, **given: Any) -> SmallRow:
    values: dict[str, Any] = {
        "id": 1,
        "owner_id": 1,
        "key": "",
        "text": "",
        "amount": Decimal("0.00"),
        "second": Decimal("0.00"),
        "day": None,
        "second_day": None,
        "number": None,
    }
    return SmallRow(kind=kind, **(values | given))


def a_head(**given: Any) -> GrantHead:
    values: dict[str, Any] = {
        "id": 1,
        "number": "48.02-TEST-001",
        "programme": "DPS-NRW-2019",
        "programme_version": "",
        "title": "WLAN-Ausbau",
        "issued_on": date(2021, 11, 2),
        "final_on": date(2021, 12, 2),
        "approved_amount": Decimal("5355.00"),
        "eligible_planned": Decimal("5950.00"),
        "funding_rate": Decimal("0.9"),
        "rounding": RoundingMode.CENT,
        "execution_from": date(2021, 12, 2),
        "execution_until": date(2022, 12, 31),
        "approval_until": date(2022, 12, 31),
        "purpose_fulfilled_on": None,
        "conditions_version": "VV 2020-06-10",
        "lucom_number": None,
        "drawdown_mode": DrawdownMode.TWO_MONTHS,
        "input_tax_deductible": False,
        "proof_submitted_on": None,
        "authority": "Erfundene Behörde",
        "authority_street": "",
        "authority_postcode": "",
        "authority_city": "",
    }
    return GrantHead(**(values | given))


def a_share(**given: Any) -> ShareRecord:
    values: dict[str, Any] = {
        "measure_id": 1,
        "measure": "egy-wlan",
        "grant_id": 1,
        "category": "it_grundstruktur",
        "school": "990001",
        "amount": Decimal("5950.00"),
        "weight": None,
    }
    return ShareRecord(**(values | given))


def a_line(**given: Any) -> LineRecord:
    values: dict[str, Any] = {
        "id": 1,
        "number": 1,
        "text": "Access Point AP-1",
        "model_id": 1,
        "order_line_id": 1,
        "quantity": Decimal(10),
        "unit_net": Decimal("500.00"),
        "vat_rate": Decimal("0.19"),
        "gross": Decimal("5950.00"),
        "is_eligible": True,
        "eligible_part": Decimal(1),
        "ineligible_reason": None,
        "decided_by_id": 1,
        "confirmed_by_id": 2,
        "shares": (a_share(),),
    }
    return LineRecord(**(values | given))


def a_paid(**given: Any) -> PaymentRecord:
    values: dict[str, Any] = {
        "id": 1,
        "receipt_number": "K-1",
        "paid_on": date(2022, 2, 20),
        "amount": Decimal("5950.00"),
        "discount": Decimal("0.00"),
    }
    return PaymentRecord(**(values | given))


def an_invoice_record(**given: Any) -> InvoiceRecord:
    values: dict[str, Any] = {
        "id": 1,
        "number": "R-1",
        "kind": InvoiceKind.INVOICE,
        "supplier_id": 1,
        "supplier": "Muster GmbH",
        "issued_on": date(2022, 2, 10),
        "delivered_on": date(2022, 2, 1),
        "due_on": None,
        "discount_rate": None,
        "discount_days": None,
        "currency": "EUR",
        "buyer": None,
        "cancels_id": None,
        "document_id": 1,
        "order_id": 1,
        "order": "B-1",
        "ordered_on": date(2022, 1, 10),
        "procedure": "negotiated",
        "lines": (a_line(),),
        "payments": (a_paid(),),
    }
    return InvoiceRecord(**(values | given))


def an_order_record(**given: Any) -> OrderRecord:
    line = OrderLineRecord(
        id=1,
        number=1,
        text="Access Point AP-1",
        model_id=1,
        quantity=Decimal(10),
        unit_net=Decimal("500.00"),
        vat_rate=Decimal("0.19"),
        delivered=Decimal(10),
    )
    values: dict[str, Any] = {
        "id": 1,
        "number": "B-1",
        "supplier": "Muster GmbH",
        "ordered_on": date(2022, 1, 10),
        "procedure": "negotiated",
        "estimated_net": Decimal("5000.00"),
        "offers_requested": 3,
        "offers_received": 3,
        "awarded_on": date(2022, 1, 5),
        "framework_contract": None,
        "eu_wide": False,
        "lines": (line,),
    }
    return OrderRecord(**(values | given))


def a_device_record(number: int, **given: Any) -> DeviceRecord:
    values: dict[str, Any] = {
        "id": number,
        "inventory_number": f"EGY-22-{number:04}",
        "serial": f"SN{number:04}AB",
        "model": "AP-1",
        "manufacturer": "Musterfunk",
        "category": DeviceCategory.ACCESS_POINT,
        "is_network": True,
        "school": "990001",
        "school_short": "EGY",
        "room": "A101",
        "status": DeviceStatus.IN_SERVICE,
        "invoice_line_id": 1,
        "measure_id": 1,
        "delivered_on": date(2022, 2, 1),
        "commissioned_on": date(2022, 3, 1),
        "disposed_on": None,
        "disposal_reason": None,
        "authority_informed_on": None,
        "labelled_on": date(2022, 2, 3),
        "asset_number": f"4711-{number}",
        "has_successor": False,
        "last_seen_at": SEEN_AT,
    }
    return DeviceRecord(**(values | given))


def a_clean_record() -> GrantRecord:
    """Ten access points for one school: decided, paid, delivered, registered and seen."""
    devices = tuple(a_device_record(number) for number in range(1, 11))
    measure = MeasureRecord(
        id=1,
        key="egy-wlan",
        category="it_grundstruktur",
        subcategory=None,
        title="WLAN-Ausbau",
        started_on=date(2022, 1, 10),
        finished_on=date(2022, 8, 31),
        concept_document="Einsatzkonzept",
        narrative={"result": "Zehn Räume haben WLAN."},
        school_id=1,
        school="990001",
        school_name="Erfundenes Gymnasium",
        school_short="EGY",
    )
    eligible = Decimal("5950.00")
    return GrantRecord(
        head=a_head(),
        measures=(measure,),
        plan=(a_row("plan", key="it_grundstruktur", amount=eligible, second=eligible),),
        sources=(a_row("source", key="own_share", amount=Decimal("595.00")),),
        overrides=tuple(
            a_row("override", id=index, key=key, text=value)
            for index, (key, value) in enumerate(NOTICE_VALUES.items())
        ),
        drawdowns=(
            a_row(
                "drawdown",
                amount=Decimal("5000.00"),
                day=date(2022, 2, 21),
                second_day=date(2022, 3, 15),
                number=1,
            ),
        ),
        invoices=(an_invoice_record(),),
        orders=(an_order_record(),),
        devices=devices,
        evidence={
            device.id: SeenDevice(
                letter=EvidenceClass.A,
                seen_at=SEEN_AT,
                source="snmp",
                serial_read=device.serial,
                school_id=1,
            )
            for device in devices
        },
    )


def settled(record: GrantRecord, as_of: date = AS_OF) -> SettledGrant:
    return settle_grant(record, as_of)


def with_invoice(record: GrantRecord, **changed: Any) -> GrantRecord:
    """Change the first invoice."""
    first, *others = record.invoices
    return replace(record, invoices=(replace(first, **changed), *others))


def with_line(record: GrantRecord, **changed: Any) -> GrantRecord:
    """Change the first invoice's first line."""
    first, *others = record.invoices[0].lines
    return with_invoice(record, lines=(replace(first, **changed), *others))


def with_order(record: GrantRecord, **changed: Any) -> GrantRecord:
    return replace(record, orders=(replace(record.orders[0], **changed),))


def with_order_line(record: GrantRecord, **changed: Any) -> GrantRecord:
    order = record.orders[0]
    return with_order(record, lines=(replace(order.lines[0], **changed),))


def with_device(record: GrantRecord, **changed: Any) -> GrantRecord:
    """Change the first device."""
    first, *others = record.devices
    return replace(record, devices=(replace(first, **changed), *others))


def with_head(record: GrantRecord, **changed: Any) -> GrantRecord:
    return replace(record, head=replace(record.head, **changed))
