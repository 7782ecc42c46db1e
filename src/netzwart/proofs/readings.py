"""What a rule means in each of its readings, where nobody knows which one holds."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from netzwart.funding.liabilities import EarlyDisposal, early_disposals, interest_of
from netzwart.funding.rules.charging_interest import InterestResult
from netzwart.funding.rules.terms import CapBasis
from netzwart.funding.settlement import SettledGrant
from netzwart.money import total
from netzwart.proofs import wording

BASIS = {
    CapBasis.SPENT: "den Ausgaben",
    CapBasis.BUDGET: "dem bewilligten Budget",
    CapBasis.ELIGIBLE: "den zuwendungsfähigen Ausgaben",
    CapBasis.GRANT: "der Zuwendung",
    CapBasis.GROSS_WITH_INCIDENTALS: "dem Bruttopreis mit Nebenausgaben",
}


@dataclass(frozen=True, slots=True)
class ReadLimit:
    """A cap measured in one way."""

    basis: str
    limit: Decimal
    excess: Decimal


@dataclass(frozen=True, slots=True)
class CapRow:
    """A cap of the programme: what was spent against it, in every reading."""

    label: str
    actual: Decimal
    limit: Decimal
    reduction: Decimal
    is_kept: bool
    is_known: bool
    """Whether somebody said what it is measured by."""
    readings: Sequence[ReadLimit]


@dataclass(frozen=True, slots=True)
class Readings:
    """Caps, interest and repayments of one grant."""

    caps: Sequence[CapRow]
    interest: InterestResult
    disposals: Sequence[EarlyDisposal]
    pro_rata: Decimal
    full: Decimal

    @property
    def has_interest(self) -> bool:
        """Tell whether any money lay idle."""
        return bool(self.interest.after_two_months or self.interest.from_receipt)


def readings_of(grant: SettledGrant) -> Readings:
    """Return every figure whose rule leaves open how it is measured; pure."""
    rules = {rule.key: rule for rule in grant.terms.caps}
    disposals = early_disposals(grant)
    return Readings(
        caps=[
            CapRow(
                wording.cap_label(grant.programme, cap),
                cap.actual,
                cap.limit,
                cap.reduction,
                cap.ok,
                rules[cap.key].basis is not None or not cap.readings,
                [ReadLimit(BASIS[one.basis], one.limit, one.excess) for one in cap.readings],
            )
            for cap in grant.settlement.caps
        ],
        interest=interest_of(grant),
        disposals=disposals,
        pro_rata=total([one.repayment.pro_rata for one in disposals]),
        full=total([one.repayment.full for one in disposals]),
    )
