"""What both syntaxes share: numbering lines, turning credit notes, taking advances off."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from netzwart.funding.electronic_invoices.values import ElectronicInvoice, ElectronicLine
from netzwart.funding.rules.kinds import InvoiceKind

_ADVANCE = "Abzüglich bereits gezahlter Abschläge"
_NEGATIVE_KINDS = frozenset({InvoiceKind.CREDIT_NOTE, InvoiceKind.CANCELLATION})


@dataclass(frozen=True, slots=True)
class Adjustment:
    """An allowance (negative) or charge of the whole invoice. Source: BG-20, BG-21."""

    reason: str
    net: Decimal
    vat_rate: Decimal


def with_adjustments(
    lines: Sequence[ElectronicLine],
    adjustments: Iterable[Adjustment],
    advance: Decimal,
    rounding: Decimal,
) -> tuple[ElectronicLine, ...]:
    """Return the lines, then a line per adjustment, for what was paid in advance, for rounding.

    An advance was invoiced with its tax before, so its line carries none; nor does rounding.
    """
    more = [one for one in adjustments if one.net]
    if advance:
        more.append(Adjustment(_ADVANCE, -advance, Decimal(0)))
    if rounding:
        more.append(Adjustment("Rundung", rounding, Decimal(0)))
    start = max((line.number for line in lines), default=0) + 1
    return (
        *lines,
        *(
            ElectronicLine(
                number=start + index,
                text=one.reason[:500],
                quantity=Decimal(1),
                unit_net=one.net,
                net=one.net,
                vat_rate=one.vat_rate,
            )
            for index, one in enumerate(more)
        ),
    )


def numbered(lines: Sequence[ElectronicLine]) -> list[ElectronicLine]:
    """Return the lines with their own numbers if these are usable, else counted from one."""
    numbers = [line.number for line in lines]
    if all(number > 0 for number in numbers) and len(set(numbers)) == len(numbers):
        return list(lines)
    return [replace(line, number=index) for index, line in enumerate(lines, 1)]


def signed(invoice: ElectronicInvoice) -> ElectronicInvoice:
    """Return a credit note with negative amounts; the formats write them without a sign."""
    if invoice.kind not in _NEGATIVE_KINDS or invoice.gross_total < 0:
        return invoice
    return replace(
        invoice,
        lines=tuple(
            replace(line, quantity=-line.quantity, net=-line.net) for line in invoice.lines
        ),
        net_total=-invoice.net_total,
        tax_total=-invoice.tax_total,
        gross_total=-invoice.gross_total,
        payable=-invoice.payable,
        recorded_total=-invoice.recorded_total,
    )
