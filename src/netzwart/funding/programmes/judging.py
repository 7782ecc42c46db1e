"""The programme's values in the form the formulas take them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import TypeVar

from netzwart.errors import InvalidInputError
from netzwart.funding.programmes.loading import FundingProgramme
from netzwart.funding.programmes.schema import CapRules, Valued
from netzwart.funding.rules.dating import EarmarkRule, RetentionStart
from netzwart.funding.rules.terms import (
    AmountBasis,
    CapCombination,
    CapRule,
    GrantRounding,
    GrantTerms,
)
from netzwart.money import ZERO

T = TypeVar("T")


class FinancingTypeMissingError(InvalidInputError):
    """The programme does not say how it finances, so the notice must."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeFigures:
    """What only the notice and the financing plan can say."""

    awarded: Decimal
    rate: Decimal | None = None
    """The notice's funding rate; None takes the programme's."""
    planned_eligible: Decimal = ZERO
    rounding: GrantRounding = GrantRounding.CENT
    planned_by_category: Mapping[str, Decimal] = field(default_factory=dict[str, Decimal])
    planned_third_party: Decimal = ZERO
    other_grants: Decimal = ZERO
    exempt_schools: frozenset[str] = frozenset()
    execution_from: date | None = None
    execution_until: date | None = None
    approval_until: date | None = None


def value_of(envelope: Valued[T] | None) -> T | None:
    """Return the value, None when it is unknown or the programme does not have it."""
    return None if envelope is None else envelope.value


def grant_terms(programme: FundingProgramme, notice: NoticeFigures) -> GrantTerms:
    """Return what a grant is judged by: the programme's rules, the notice's figures on top.

    Raises:
        FinancingTypeMissingError: when neither says how the grant follows the costs.
    """
    rules = programme.rules
    financing = rules.financing_type.value
    if financing is None:
        raise FinancingTypeMissingError(
            f"Die Finanzierungsart von {programme.key} ist nicht bekannt. "
            "Bitte den Wert aus dem Zuwendungsbescheid eintragen.",
            {"financing_type": "Der Bescheid nennt die Finanzierungsart."},
        )
    return GrantTerms(
        financing=financing,
        awarded=notice.awarded,
        rate=notice.rate if notice.rate is not None else rules.funding_rate.value,
        planned_eligible=notice.planned_eligible,
        rounding=notice.rounding,
        basis=value_of(rules.amount_basis) or AmountBasis.GROSS,
        caps=tuple(
            rule for key, cap in rules.caps.items() if (rule := _cap_rule(key, cap)) is not None
        ),
        planned_by_category=notice.planned_by_category,
        planned_third_party=notice.planned_third_party,
        other_grants=notice.other_grants,
        exempt_schools=notice.exempt_schools,
        ordered_from=notice.execution_from or value_of(rules.deadlines.starts_on),
        delivered_until=notice.execution_until or value_of(rules.deadlines.executed_until),
        paid_until=notice.approval_until,
    )


def _cap_rule(key: str, cap: CapRules) -> CapRule | None:
    """Return the cap, None while its value or kind is unknown."""
    if cap.value.value is None or cap.kind.value is None:
        return None
    return CapRule(
        key=key,
        kind=cap.kind.value,
        value=cap.value.value,
        category=cap.category.value,
        basis=value_of(cap.basis),
        combination=value_of(cap.combination) or CapCombination.ALL,
    )


def earmark_rule(programme: FundingProgramme) -> EarmarkRule:
    """Return how long the programme's things are bound."""
    earmark = programme.rules.earmark
    return EarmarkRule(
        years=earmark.years.value, start=value_of(earmark.start), end=value_of(earmark.end)
    )


def retention_rule(programme: FundingProgramme) -> tuple[int | None, RetentionStart | None]:
    """Return the programme's own years of retention and what they count from."""
    retention = programme.rules.retention
    return retention.years.value, value_of(retention.start)


def served_programmes(programme: FundingProgramme) -> tuple[str, ...]:
    """Return the programmes whose measures this one's spending must serve; empty for most."""
    duty = programme.rules.duties.get("unmittelbar_verbunden_mit")
    return () if duty is None else value_of(duty.programmes) or ()


def ineligible_words(programme: FundingProgramme, category: str | None) -> tuple[str, ...]:
    """Return the words that speak against a line: the programme's and its category's."""
    found = programme.rules.categories.get(category or "")
    excluded = value_of(found.excluded_words) if found is not None else None
    return (*(value_of(programme.rules.ineligible) or ()), *(excluded or ()))


@dataclass(frozen=True, slots=True)
class ApplicationFacts:
    """What a programme asks for before there is a grant."""

    name: str
    apply_until: date | None
    documents: tuple[str, ...]


def application_facts(programme: FundingProgramme) -> ApplicationFacts:
    """Return the last day and the papers of an application, as far as a source names them."""
    rules = programme.rules
    until, asked = rules.deadlines.apply_until, rules.application_documents
    documents = () if asked is None else value_of(asked) or ()
    return ApplicationFacts(
        programme.name, None if until is None else value_of(until), tuple(documents)
    )
