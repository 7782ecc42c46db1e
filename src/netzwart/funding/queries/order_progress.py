"""How far an order has come, line by line; what is missing follows from it."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from netzwart.funding.rules.purchasing import Gap, PurchaseFacts, gaps_of
from netzwart.money import cents, exact, total


@dataclass(frozen=True, slots=True)
class OrderedShare:
    """A measure that a position is meant for, with its weight."""

    measure_id: int
    weight: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderLineProgress:
    """One position with what became of it; pieces."""

    id: int
    number: int
    text: str
    model_id: int | None
    model: str | None
    quantity: Decimal
    unit_net: Decimal
    vat_rate: Decimal
    delivered: Decimal
    serials: int
    invoiced: Decimal
    devices: int
    shares: tuple[OrderedShare, ...] = ()

    @property
    def is_goods(self) -> bool:
        """Tell whether it is something that arrives; work is done without a delivery note."""
        return self.model_id is not None or self.delivered > 0

    @property
    def open(self) -> Decimal:
        """Return the pieces that have not come yet."""
        return max(self.quantity - self.delivered, Decimal(0))

    @property
    def gross(self) -> Decimal:
        """Return what the position costs with tax."""
        return cents(exact(self.quantity) * exact(self.unit_net) * (1 + exact(self.vat_rate)))


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderProgress:
    """An order as lists show it."""

    id: int
    number: str
    ordered_on: date
    supplier_id: int
    supplier: str
    deliveries: int
    invoices: int
    invoiced_gross: Decimal
    paid: Decimal
    lines: tuple[OrderLineProgress, ...]

    @property
    def gross(self) -> Decimal:
        """Return what was ordered, with tax."""
        return total([line.gross for line in self.lines])

    @property
    def ordered(self) -> Decimal:
        """Return the ordered pieces."""
        return sum((line.quantity for line in self.lines), Decimal(0))

    @property
    def delivered(self) -> Decimal:
        """Return the delivered pieces."""
        return sum((line.delivered for line in self.lines), Decimal(0))

    @property
    def gaps(self) -> tuple[Gap, ...]:
        """Return what is missing."""
        things = [line for line in self.lines if line.model_id is not None]
        goods = [line for line in self.lines if line.is_goods]
        return gaps_of(
            PurchaseFacts(
                ordered=sum((line.quantity for line in goods), Decimal(0)),
                delivered=sum((line.delivered for line in goods), Decimal(0)),
                needing_serial=sum((line.delivered for line in things), Decimal(0)),
                serials=sum(line.serials for line in things),
                devices=sum(line.devices for line in things),
                ordered_gross=self.gross,
                invoices=self.invoices,
                invoiced=sum((line.invoiced for line in goods), Decimal(0)),
                invoiced_gross=self.invoiced_gross,
                paid=self.paid,
            )
        )
