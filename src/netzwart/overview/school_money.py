"""What was spent for one school, and how much of that stands there and was seen; pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

from netzwart.funding.rules.facts import InvoiceFacts
from netzwart.funding.rules.spreading import spread
from netzwart.money import ZERO, cents, exact, total
from netzwart.web.components import BarPart, MoneyBar

_BAR_WIDTH = 1000


@dataclass(frozen=True, slots=True)
class SeenLine:
    """How many devices of an invoice line stand at the school, and how many of them were seen."""

    devices: int
    seen: int


@dataclass(frozen=True, slots=True)
class SchoolMoney:
    """A school's money in euros; nobody approves money per school, so there is no such figure."""

    charged: Decimal
    """Shares of invoices that the school's measures bear."""
    paid: Decimal
    seen: Decimal
    """Paid for devices whose serial number was read within the window (class A or B)."""

    def bar(self) -> MoneyBar:
        """Return the three amounts, nested, ready to draw; shares are of what was charged."""
        scale = max(self.charged, self.paid, self.seen)
        amounts = (
            ("committed", "In Rechnung gestellt", self.charged, False),
            ("paid", "Bezahlt", self.paid, True),
            ("proven", "Belegt und gesehen", self.seen, True),
        )
        parts = [
            BarPart(
                key=key,
                label=label,
                amount=amount,
                share=amount / self.charged if is_part and self.charged > 0 else None,
                width=int(max(amount, ZERO) / scale * _BAR_WIDTH) if scale > 0 else 0,
            )
            for key, label, amount, is_part in amounts
        ]
        return MoneyBar(parts=parts, limit_at=None)


def school_money(
    invoices: Sequence[InvoiceFacts], lines: Mapping[str, SeenLine], school: str, as_of: date
) -> SchoolMoney:
    """Return the school's money on that day; payments are spread as a proof of use spreads them."""
    charged = [
        share.amount
        for invoice in invoices
        for line in invoice.lines
        for share in line.shares
        if share.school == school
    ]
    cells = [
        cell for invoice in invoices for cell in spread(invoice, as_of) if cell.school == school
    ]
    seen = sum(
        (
            exact(cell.paid) * Fraction(line.seen, line.devices)
            for cell in cells
            if cell.line is not None and (line := lines[cell.line]).devices
        ),
        Fraction(0),
    )
    return SchoolMoney(total(charged), total([cell.paid for cell in cells]), cents(seen))
