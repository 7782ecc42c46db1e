"""Which procurement rules an order falls under; the day of the order decides."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from netzwart.funding.rules.dating import Dated, valid_on


class ProcurementRegime(StrEnum):
    """Procurement law of NRW municipalities below the EU thresholds."""

    MUNICIPAL_PRINCIPLES = "municipal_principles"
    """Kommunale Vergabegrundsätze NRW with UVgO (§ 26 KomHVO, repealed)."""
    SECTION_75A_GO = "section_75a_go"
    """§ 75a GO NRW: five principles, from 1 January 2026."""


@dataclass(frozen=True, slots=True)
class Procurement:
    """What holds for one order."""

    regime: ProcurementRegime | None
    eu_threshold: Decimal | None
    """Net euros for supplies and services; None outside the table's years."""
    eu_wide: bool
    """True when the estimated value reaches the threshold (§ 106 GWB)."""


def procurement_for(
    regimes: Sequence[Dated[ProcurementRegime]],
    eu_thresholds: Sequence[Dated[Decimal | None]],
    ordered_on: date,
    estimated_net: Decimal,
) -> Procurement:
    """Return regime and EU threshold by the day of the order. Source: section 4.6."""
    regime = valid_on(regimes, ordered_on)
    threshold = valid_on(eu_thresholds, ordered_on)
    limit = threshold.value if threshold else None
    return Procurement(
        regime=regime.value if regime else None,
        eu_threshold=limit,
        eu_wide=limit is not None and estimated_net >= limit,
    )
