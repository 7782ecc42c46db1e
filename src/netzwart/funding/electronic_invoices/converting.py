"""Words of an e-invoice made into values: amounts, days, codes, terms of payment."""

import re
from datetime import date
from decimal import Decimal, InvalidOperation

from netzwart.funding.electronic_invoices.values import Discount, ElectronicInvoiceError
from netzwart.funding.rules.kinds import InvoiceKind

_KINDS = {
    "380": InvoiceKind.INVOICE,
    "326": InvoiceKind.PARTIAL,
    "381": InvoiceKind.CREDIT_NOTE,
    "384": InvoiceKind.CORRECTED,
    "389": InvoiceKind.INVOICE,
    "386": InvoiceKind.PARTIAL,
    "396": InvoiceKind.CREDIT_NOTE,
    "751": InvoiceKind.INVOICE,
    "875": InvoiceKind.PARTIAL,
    "876": InvoiceKind.PARTIAL,
    "877": InvoiceKind.FINAL,
}
"""UNTDID 1001 codes of BT-3, as far as they can be a supplier's invoice."""

_SKONTO = re.compile(r"#SKONTO#TAGE=(\d{1,3})#PROZENT=(\d{1,2}(?:\.\d{1,2})?)#")
_DIGITS_OF_A_DAY = re.compile(r"^(\d{4})-?(\d{2})-?(\d{2})(?:Z|[+-]\d{2}:\d{2})?$")
_PERCENT = Decimal(100)
_MOST_DIGITS = 12


def needed(text: str | None, what: str) -> str:
    """Return the text.

    Raises:
        ElectronicInvoiceError: when it is missing.
    """
    if text is None:
        raise ElectronicInvoiceError(f"In der E-Rechnung fehlt: {what}.")
    return text


def amount(text: str | None, what: str) -> Decimal:
    """Return a decimal.

    Raises:
        ElectronicInvoiceError: when it is missing, no number, or out of all proportion.
    """
    words = needed(text, what)
    try:
        value = Decimal(words)
    except InvalidOperation as error:
        raise ElectronicInvoiceError(f"{what}: „{words[:40]}“ ist keine Zahl.") from error
    if not value.is_finite() or value.adjusted() >= _MOST_DIGITS:
        raise ElectronicInvoiceError(f"{what}: „{words[:40]}“ ist kein möglicher Betrag.")
    return value


def optional_amount(text: str | None, what: str) -> Decimal:
    """Return a decimal, zero when it is missing."""
    return Decimal(0) if text is None else amount(text, what)


def percent(text: str | None, what: str) -> Decimal:
    """Return a share between 0 and 1 from a number in percent; missing is zero."""
    value = optional_amount(text, what) / _PERCENT
    if not 0 <= value <= 1:
        raise ElectronicInvoiceError(f"{what}: {text} % gibt es nicht.")
    return value


def day(text: str | None, what: str) -> date:
    """Return a day written `2022-02-10` or `20220210`.

    Raises:
        ElectronicInvoiceError: when it is missing or no day.
    """
    words = needed(text, what)
    found = _DIGITS_OF_A_DAY.match(words)
    try:
        if found is not None:
            return date(int(found[1]), int(found[2]), int(found[3]))
    except ValueError as error:
        raise ElectronicInvoiceError(f"{what}: „{words[:40]}“ ist kein Tag.") from error
    raise ElectronicInvoiceError(f"{what}: „{words[:40]}“ ist kein Tag.")


def optional_day(text: str | None, what: str) -> date | None:
    """Return a day, None when it is missing."""
    return None if text is None else day(text, what)


def kind(code: str) -> InvoiceKind:
    """Return what kind of invoice a type code means.

    Raises:
        ElectronicInvoiceError: for codes that are no invoice of a supplier.
    """
    found = _KINDS.get(code)
    if found is None:
        raise ElectronicInvoiceError(
            f"Den Rechnungstyp {code[:10]} (BT-3) nimmt netzwart nicht an."
        )
    return found


def discount_of(terms: str | None) -> Discount | None:
    """Return the first discount of the terms: `#SKONTO#TAGE=14#PROZENT=2.00#`, None without one.

    Source: XRechnung, BT-20 (BR-DE-18).
    """
    found = _SKONTO.search(terms or "")
    if found is None:
        return None
    return Discount(rate=Decimal(found[2]) / _PERCENT, days=int(found[1]))


def line_number(text: str | None) -> int | None:
    """Return the number of an order line, None when it is none (BT-132 may be any text)."""
    return int(text) if text and text.isdecimal() and len(text) < _MOST_DIGITS else None


def joined(name: str | None, description: str | None) -> str:
    """Return name and description of an item as one text that fits a line."""
    words = [part for part in (name, description) if part]
    if len(words) > 1 and words[1].startswith(words[0]):
        words = words[1:]
    return " – ".join(words)[:500] or "ohne Bezeichnung"
