"""What a programme and a grant notice allow, as plain values that the formulas take."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum

from netzwart.money import ZERO


class FinancingType(StrEnum):
    """How the grant follows the costs. Source: VV zu § 44 LHO, Nr. 2."""

    SHARE = "share"
    """Anteilfinanzierung: a rate of the eligible costs, up to the awarded amount."""
    DEFICIT = "deficit"
    """Fehlbedarfsfinanzierung: what is missing after all other money."""
    FIXED = "fixed_amount"
    """Festbetragsfinanzierung: the awarded amount, unless the costs stay below it."""
    FULL = "full"
    """Vollfinanzierung: all eligible costs, up to the awarded amount."""
    FLAT = "flat_rate"
    """Pauschale: the awarded amount; what is not spent goes back."""


class GrantRounding(StrEnum):
    """How the notice rounds the grant."""

    CENT = "cent"
    EURO_DOWN = "euro_down"


class DrawdownMode(StrEnum):
    """When money may be called. Source: ANBest-G 1.4, and the notices that deviate from it."""

    TWO_MONTHS = "two_months"
    """What is due within two months after the call."""
    REIMBURSEMENT = "reimbursement"
    """Only what is already paid."""
    FLAT = "flat"
    """The tranche of the year, without regard to single payments."""
    ONCE_WHEN_FINAL = "once_when_final"
    """All at once, as soon as the notice can no longer be contested."""


class AmountBasis(StrEnum):
    """Whether invoices count with or without VAT. Source: ANBest-G 7.4, § 15 UStG."""

    GROSS = "gross"
    NET = "net"


class CapKind(StrEnum):
    """What a cap limits."""

    SHARE_OF_TOTAL = "share_of_total"
    AMOUNT_PER_SCHOOL = "amount_per_school"
    AMOUNT_PER_UNIT = "amount_per_unit"
    AMOUNT_TOTAL = "amount_total"


class CapBasis(StrEnum):
    """What a cap is measured against, where the text of the rule leaves it open."""

    SPENT = "spent"
    """The costs that were really spent (ist)."""
    BUDGET = "budget"
    """The costs that the awarded amount allows (budget)."""
    ELIGIBLE = "eligible"
    """The cap limits eligible costs."""
    GRANT = "grant"
    """The cap limits the grant, not the costs."""
    GROSS_WITH_INCIDENTALS = "gross_with_incidentals"
    """The cap limits the gross price with its incidental costs, hence the eligible costs."""


class CapCombination(StrEnum):
    """Whether keeping one of several caps on a category is enough, or all must be kept."""

    ANY = "any"
    ALL = "all"


@dataclass(frozen=True, slots=True, kw_only=True)
class CapRule:
    """One cap of a programme; without a category it limits the whole grant."""

    key: str
    kind: CapKind
    value: Decimal
    """A share between 0 and 1 for `share_of_total`, otherwise euros."""
    category: str | None = None
    basis: CapBasis | None = None
    """None when the source does not say: `spent` or `eligible` is used, both are shown."""
    combination: CapCombination = CapCombination.ALL


@dataclass(frozen=True, slots=True, kw_only=True)
class GrantTerms:
    """The rules one grant is judged by: its programme's values with the notice's on top."""

    financing: FinancingType
    awarded: Decimal
    rate: Decimal | None = None
    """Share between 0 and 1; needed for `share`, and for caps measured in grant or budget."""
    planned_eligible: Decimal = ZERO
    rounding: GrantRounding = GrantRounding.CENT
    basis: AmountBasis = AmountBasis.GROSS
    caps: tuple[CapRule, ...] = ()
    planned_by_category: Mapping[str, Decimal] = field(default_factory=dict[str, Decimal])
    planned_third_party: Decimal = ZERO
    """Money of third parties that the financing plan already counts on."""
    other_grants: Decimal = ZERO
    exempt_schools: frozenset[str] = frozenset()
    """Schools outside the caps (vocational schools, where the notice says so)."""
    ordered_from: date | None = None
    delivered_until: date | None = None
    paid_until: date | None = None
    """Last day on which a payment counts (end of the grant period); None sets no limit."""
