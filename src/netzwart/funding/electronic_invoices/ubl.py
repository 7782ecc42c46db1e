"""XRechnung in UBL 2.1: Invoice and CreditNote."""

from collections.abc import Iterator
from decimal import Decimal

from netzwart.funding.electronic_invoices.assembling import (
    Adjustment,
    numbered,
    signed,
    with_adjustments,
)
from netzwart.funding.electronic_invoices.converting import (
    amount,
    day,
    discount_of,
    joined,
    kind,
    line_number,
    needed,
    optional_amount,
    optional_day,
    percent,
)
from netzwart.funding.electronic_invoices.opening import XmlNode
from netzwart.funding.electronic_invoices.values import ElectronicInvoice, ElectronicLine
from netzwart.funding.rules.kinds import InvoiceFormat

_SUPPLIER = "cac:AccountingSupplierParty/cac:Party"
_BUYER = "cac:AccountingCustomerParty/cac:Party"
_TOTALS = "cac:LegalMonetaryTotal"
_SERIAL_WORDS = ("serial", "seriennummer", "sn")


def read_ubl(root: XmlNode) -> ElectronicInvoice:
    """Return the invoice of a UBL file that has passed its schema.

    Raises:
        ElectronicInvoiceError: when something netzwart needs is missing or impossible.
    """
    is_credit = root.name == "CreditNote"
    code = root.text("cbc:CreditNoteTypeCode" if is_credit else "cbc:InvoiceTypeCode")
    tag = "cac:CreditNoteLine" if is_credit else "cac:InvoiceLine"
    lines = numbered([_line(node, index) for index, node in enumerate(root.all(tag), 1)])
    gross = amount(root.text(f"{_TOTALS}/cbc:TaxInclusiveAmount"), "Bruttosumme (BT-112)")
    prepaid = optional_amount(root.text(f"{_TOTALS}/cbc:PrepaidAmount"), "Vorauszahlung (BT-113)")
    rounding = optional_amount(
        root.text(f"{_TOTALS}/cbc:PayableRoundingAmount"), "Rundung (BT-114)"
    )
    return signed(
        ElectronicInvoice(
            format=InvoiceFormat.UBL,
            number=needed(root.text("cbc:ID"), "Rechnungsnummer (BT-1)")[:80],
            issued_on=day(root.text("cbc:IssueDate"), "Rechnungsdatum (BT-2)"),
            kind=kind(needed(code, "Rechnungstyp (BT-3)")),
            currency=needed(root.text("cbc:DocumentCurrencyCode"), "Währung (BT-5)"),
            supplier=_name(root, _SUPPLIER, "Lieferant (BT-27)"),
            supplier_vat_id=_vat_id(root, _SUPPLIER),
            buyer=_find_name(root, _BUYER),
            buyer_reference=root.text("cbc:BuyerReference"),
            order_number=root.text("cac:OrderReference/cbc:ID"),
            corrected_number=root.text("cac:BillingReference/cac:InvoiceDocumentReference/cbc:ID"),
            delivered_on=optional_day(
                root.text("cac:Delivery/cbc:ActualDeliveryDate")
                or root.text("cac:InvoicePeriod/cbc:EndDate"),
                "Lieferdatum (BT-72)",
            ),
            service_from=optional_day(
                root.text("cac:InvoicePeriod/cbc:StartDate"), "Leistungsbeginn (BT-73)"
            ),
            due_on=optional_day(
                root.text("cac:PaymentMeans/cbc:PaymentDueDate")
                if is_credit
                else root.text("cbc:DueDate"),
                "Fälligkeit (BT-9)",
            ),
            discount=discount_of(root.text("cac:PaymentTerms/cbc:Note")),
            lines=with_adjustments(lines, _adjustments(root), prepaid, rounding),
            net_total=amount(root.text(f"{_TOTALS}/cbc:TaxExclusiveAmount"), "Nettosumme (BT-109)"),
            tax_total=_tax_total(root),
            gross_total=gross,
            payable=amount(root.text(f"{_TOTALS}/cbc:PayableAmount"), "Zahlbetrag (BT-115)"),
            recorded_total=gross - prepaid + rounding,
        )
    )


def _tax_total(root: XmlNode) -> Decimal:
    currency = root.text("cbc:DocumentCurrencyCode")
    for node in root.all("cac:TaxTotal"):
        if node.attribute("cbc:TaxAmount", "currencyID") == currency:
            return amount(node.text("cbc:TaxAmount"), "Steuersumme (BT-110)")
    return Decimal(0)


def _name(root: XmlNode, party: str, what: str) -> str:
    return needed(_find_name(root, party), what)[:200]


def _find_name(root: XmlNode, party: str) -> str | None:
    return root.text(f"{party}/cac:PartyLegalEntity/cbc:RegistrationName") or root.text(
        f"{party}/cac:PartyName/cbc:Name"
    )


def _vat_id(root: XmlNode, party: str) -> str | None:
    for scheme in root.all(f"{party}/cac:PartyTaxScheme"):
        if scheme.text("cac:TaxScheme/cbc:ID") == "VAT":
            return (scheme.text("cbc:CompanyID") or "")[:20] or None
    return None


def _adjustments(root: XmlNode) -> Iterator[Adjustment]:
    for node in root.all("cac:AllowanceCharge"):
        value = amount(node.text("cbc:Amount"), "Zu- oder Abschlag (BT-92, BT-99)")
        is_charge = node.text("cbc:ChargeIndicator") == "true"
        word = "Zuschlag" if is_charge else "Nachlass"
        yield Adjustment(
            node.text("cbc:AllowanceChargeReason") or word,
            value if is_charge else -value,
            percent(node.text("cac:TaxCategory/cbc:Percent"), "Steuersatz (BT-96)"),
        )


def _line(node: XmlNode, index: int) -> ElectronicLine:
    what = f"Position {index}"
    quantity = node.text("cbc:InvoicedQuantity") or node.text("cbc:CreditedQuantity")
    price = amount(node.text("cac:Price/cbc:PriceAmount"), f"{what}, Preis (BT-146)")
    base = optional_amount(node.text("cac:Price/cbc:BaseQuantity"), f"{what}, Bezugsmenge")
    item = node.child("cac:Item")
    return ElectronicLine(
        number=line_number(node.text("cbc:ID")) or 0,
        text=joined(node.text("cac:Item/cbc:Name"), node.text("cac:Item/cbc:Description")),
        quantity=amount(quantity, f"{what}, Menge (BT-129)"),
        unit_net=price / base if base else price,
        net=amount(node.text("cbc:LineExtensionAmount"), f"{what}, Netto (BT-131)"),
        vat_rate=percent(
            node.text("cac:Item/cac:ClassifiedTaxCategory/cbc:Percent"), f"{what}, Steuersatz"
        ),
        article_numbers=tuple(
            found
            for path in (
                "cac:Item/cac:SellersItemIdentification/cbc:ID",
                "cac:Item/cac:BuyersItemIdentification/cbc:ID",
                "cac:Item/cac:StandardItemIdentification/cbc:ID",
            )
            if (found := node.text(path))
        ),
        order_line=line_number(node.text("cac:OrderLineReference/cbc:LineID")),
        serials=tuple(_serials(item)) if item is not None else (),
    )


def _serials(item: XmlNode) -> Iterator[str]:
    for attribute in item.all("cac:AdditionalItemProperty"):
        name = (attribute.text("cbc:Name") or "").lower()
        value = attribute.text("cbc:Value")
        if value and name.startswith(_SERIAL_WORDS):
            yield value[:120]
