"""XRechnung, ZUGFeRD and Factur-X in UN/CEFACT Cross Industry Invoice (D16B)."""

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
from netzwart.funding.electronic_invoices.values import (
    ElectronicInvoice,
    ElectronicInvoiceError,
    ElectronicLine,
)
from netzwart.funding.rules.kinds import InvoiceFormat

_DOCUMENT = "rsm:ExchangedDocument"
_TRADE = "rsm:SupplyChainTradeTransaction"
_AGREEMENT = f"{_TRADE}/ram:ApplicableHeaderTradeAgreement"
_DELIVERY = f"{_TRADE}/ram:ApplicableHeaderTradeDelivery"
_SETTLEMENT = f"{_TRADE}/ram:ApplicableHeaderTradeSettlement"
_LINES = f"{_TRADE}/ram:IncludedSupplyChainTradeLineItem"
_TOTALS = f"{_SETTLEMENT}/ram:SpecifiedTradeSettlementHeaderMonetarySummation"
_DAY = "udt:DateTimeString"
_SERIAL_WORDS = ("serial", "seriennummer", "sn")


def refuse_without_lines(root: XmlNode) -> None:
    """Refuse the profiles that carry totals only.

    Raises:
        ElectronicInvoiceError: when there is no line to decide about.
    """
    if root.child(_LINES) is None:
        raise ElectronicInvoiceError(
            "Die E-Rechnung hat keine Positionen (Profil MINIMUM oder BASIC WL). Bitte die "
            "Rechnung von Hand erfassen."
        )


def read_cii(root: XmlNode, source: InvoiceFormat) -> ElectronicInvoice:
    """Return the invoice of a CII file that has passed its schema.

    Raises:
        ElectronicInvoiceError: when something netzwart needs is missing or impossible.
    """
    lines = numbered([_line(node, index) for index, node in enumerate(root.all(_LINES), 1)])
    gross = amount(root.text(f"{_TOTALS}/ram:GrandTotalAmount"), "Bruttosumme (BT-112)")
    prepaid = optional_amount(
        root.text(f"{_TOTALS}/ram:TotalPrepaidAmount"), "Vorauszahlung (BT-113)"
    )
    rounding = optional_amount(root.text(f"{_TOTALS}/ram:RoundingAmount"), "Rundung (BT-114)")
    period = f"{_SETTLEMENT}/ram:BillingSpecifiedPeriod"
    terms = f"{_SETTLEMENT}/ram:SpecifiedTradePaymentTerms"
    currency = needed(root.text(f"{_SETTLEMENT}/ram:InvoiceCurrencyCode"), "Währung (BT-5)")
    return signed(
        ElectronicInvoice(
            format=source,
            number=needed(root.text(f"{_DOCUMENT}/ram:ID"), "Rechnungsnummer (BT-1)")[:80],
            issued_on=day(
                root.text(f"{_DOCUMENT}/ram:IssueDateTime/{_DAY}"), "Rechnungsdatum (BT-2)"
            ),
            kind=kind(needed(root.text(f"{_DOCUMENT}/ram:TypeCode"), "Rechnungstyp (BT-3)")),
            currency=currency,
            supplier=needed(
                root.text(f"{_AGREEMENT}/ram:SellerTradeParty/ram:Name"), "Lieferant (BT-27)"
            )[:200],
            supplier_vat_id=_vat_id(root),
            buyer=root.text(f"{_AGREEMENT}/ram:BuyerTradeParty/ram:Name"),
            buyer_reference=root.text(f"{_AGREEMENT}/ram:BuyerReference"),
            order_number=root.text(
                f"{_AGREEMENT}/ram:BuyerOrderReferencedDocument/ram:IssuerAssignedID"
            ),
            corrected_number=root.text(
                f"{_SETTLEMENT}/ram:InvoiceReferencedDocument/ram:IssuerAssignedID"
            ),
            delivered_on=optional_day(
                root.text(
                    f"{_DELIVERY}/ram:ActualDeliverySupplyChainEvent/ram:OccurrenceDateTime/{_DAY}"
                )
                or root.text(f"{period}/ram:EndDateTime/{_DAY}"),
                "Lieferdatum (BT-72)",
            ),
            service_from=optional_day(
                root.text(f"{period}/ram:StartDateTime/{_DAY}"), "Leistungsbeginn (BT-73)"
            ),
            due_on=optional_day(root.text(f"{terms}/ram:DueDateDateTime/{_DAY}"), "Fälligkeit"),
            discount=discount_of(root.text(f"{terms}/ram:Description")),
            lines=with_adjustments(lines, _adjustments(root), prepaid, rounding),
            net_total=amount(
                root.text(f"{_TOTALS}/ram:TaxBasisTotalAmount"), "Nettosumme (BT-109)"
            ),
            tax_total=_tax_total(root, currency),
            gross_total=gross,
            payable=amount(root.text(f"{_TOTALS}/ram:DuePayableAmount"), "Zahlbetrag (BT-115)"),
            recorded_total=gross - prepaid + rounding,
        )
    )


def _tax_total(root: XmlNode, currency: str) -> Decimal:
    totals = root.child(_TOTALS)
    for node in totals.all("ram:TaxTotalAmount") if totals is not None else ():
        if node.attribute(".", "currencyID") in {currency, None}:
            return amount(node.text("."), "Steuersumme (BT-110)")
    return Decimal(0)


def _vat_id(root: XmlNode) -> str | None:
    for node in root.all(f"{_AGREEMENT}/ram:SellerTradeParty/ram:SpecifiedTaxRegistration"):
        if node.attribute("ram:ID", "schemeID") == "VA":
            return (node.text("ram:ID") or "")[:20] or None
    return None


def _adjustments(root: XmlNode) -> Iterator[Adjustment]:
    for node in root.all(f"{_SETTLEMENT}/ram:SpecifiedTradeAllowanceCharge"):
        value = amount(node.text("ram:ActualAmount"), "Zu- oder Abschlag (BT-92, BT-99)")
        is_charge = node.text("ram:ChargeIndicator/udt:Indicator") == "true"
        yield Adjustment(
            node.text("ram:Reason") or ("Zuschlag" if is_charge else "Nachlass"),
            value if is_charge else -value,
            percent(
                node.text("ram:CategoryTradeTax/ram:RateApplicablePercent"), "Steuersatz (BT-96)"
            ),
        )


def _line(node: XmlNode, index: int) -> ElectronicLine:
    what = f"Position {index}"
    product, agreement = "ram:SpecifiedTradeProduct", "ram:SpecifiedLineTradeAgreement"
    settlement = "ram:SpecifiedLineTradeSettlement"
    price = f"{agreement}/ram:NetPriceProductTradePrice"
    unit = amount(node.text(f"{price}/ram:ChargeAmount"), f"{what}, Preis (BT-146)")
    base = optional_amount(node.text(f"{price}/ram:BasisQuantity"), f"{what}, Bezugsmenge")
    total_path = f"{settlement}/ram:SpecifiedTradeSettlementLineMonetarySummation"
    return ElectronicLine(
        number=line_number(node.text("ram:AssociatedDocumentLineDocument/ram:LineID")) or 0,
        text=joined(node.text(f"{product}/ram:Name"), node.text(f"{product}/ram:Description")),
        quantity=amount(
            node.text("ram:SpecifiedLineTradeDelivery/ram:BilledQuantity"),
            f"{what}, Menge (BT-129)",
        ),
        unit_net=unit / base if base else unit,
        net=amount(node.text(f"{total_path}/ram:LineTotalAmount"), f"{what}, Netto (BT-131)"),
        vat_rate=percent(
            node.text(f"{settlement}/ram:ApplicableTradeTax/ram:RateApplicablePercent"),
            f"{what}, Steuersatz",
        ),
        article_numbers=tuple(
            found
            for path in ("SellerAssignedID", "BuyerAssignedID", "GlobalID")
            if (found := node.text(f"{product}/ram:{path}"))
        ),
        order_line=line_number(
            node.text(f"{agreement}/ram:BuyerOrderReferencedDocument/ram:LineID")
        ),
        serials=tuple(_serials(node, product)),
    )


def _serials(node: XmlNode, product: str) -> Iterator[str]:
    for one in node.all(f"{product}/ram:IndividualTradeProductInstance/ram:SerialID"):
        if value := one.text("."):
            yield value[:120]
    for attribute in node.all(f"{product}/ram:ApplicableProductCharacteristic"):
        name = (attribute.text("ram:Description") or "").lower()
        value = attribute.text("ram:Value")
        if value and name.startswith(_SERIAL_WORDS):
            yield value[:120]
