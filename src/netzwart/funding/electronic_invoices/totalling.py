"""An e-invoice's own arithmetic: lines, taxes and totals must be one sum."""

from decimal import Decimal

from netzwart.funding.electronic_invoices.values import ElectronicInvoice
from netzwart.funding.rules.taxing import (
    ROUNDING_TOLERANCE,
    TotalsDisagreeError,
    gross_of_lines,
)
from netzwart.money import format_euro, total


def check_totals(invoice: ElectronicInvoice) -> None:
    """Compare the totals of the invoice with one another and with its lines.

    Raises:
        TotalsDisagreeError: naming both numbers and what they should be.
    """
    advances = invoice.gross_total - invoice.recorded_total
    lines = total([line.net for line in invoice.lines]) + advances
    _same("Summe der Positionen", lines, "Nettosumme", invoice.net_total)
    _same(
        "Nettosumme plus Steuer",
        invoice.net_total + invoice.tax_total,
        "Bruttosumme",
        invoice.gross_total,
    )
    _same("Bruttosumme minus Vorauszahlung", invoice.recorded_total, "Zahlbetrag", invoice.payable)
    gross_of_lines([(line.net, line.vat_rate) for line in invoice.lines], invoice.recorded_total)


def _same(left_name: str, left: Decimal, right_name: str, right: Decimal) -> None:
    if abs(left - right) > ROUNDING_TOLERANCE:
        message = (
            f"Die E-Rechnung geht nicht auf: {left_name} {format_euro(left)}, "
            f"{right_name} {format_euro(right)}; Unterschied {format_euro(right - left)}."
        )
        raise TotalsDisagreeError(message, {"file": message})
