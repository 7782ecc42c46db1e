"""The shape of `programme.yaml`: what a programme may say, each value in an envelope.

An envelope is `{value, status, source}`. A value nobody has a source for is `null` and `unbekannt`;
it is never invented, and the page asks for the notice's value. Source: `domain/funding.md`,
sections 0, 12.1 and 12.2.
"""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Generic, Self, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from netzwart.funding.rules.dating import EarmarkEnd, EarmarkStart, RetentionStart
from netzwart.funding.rules.terms import (
    AmountBasis,
    CapBasis,
    CapCombination,
    CapKind,
    DrawdownMode,
    FinancingType,
)

T = TypeVar("T")


class ValueStatus(StrEnum):
    """How well a value is known. Source: `domain/funding.md`, section 0."""

    SOURCED = "belegt"
    SECONDARY = "sekundaer"
    OWN_KNOWLEDGE = "eigenwissen"
    UNKNOWN = "unbekannt"


class OperatingLevel(StrEnum):
    """Whose money it is."""

    FEDERAL = "federal"
    STATE = "state"
    EU = "eu"


class PersonGroup(StrEnum):
    """For whom one device each is meant; more devices than persons is too much (CHK-24)."""

    PUPILS = "pupils"
    TEACHERS = "teachers"


class ExpenseListDuty(StrEnum):
    """Whether the list of receipts is part of the proof. Source: section 4.1."""

    REQUIRED = "required"
    INTERNAL = "internal"
    NONE = "none"


def _null(value: object) -> object:
    return None if isinstance(value, str) and value in {"null", "~", ""} else value


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class Valued(_Strict, Generic[T]):
    """A value with its status and source."""

    value: Annotated[T | None, BeforeValidator(_null)]
    status: ValueStatus
    source: str = Field(min_length=1)

    @model_validator(mode="after")
    def _unknown_is_empty(self) -> Self:
        if (self.value is None) != (self.status is ValueStatus.UNKNOWN):
            raise ValueError("ein Wert fehlt genau dann, wenn sein Status unbekannt ist")
        return self


Share = Annotated[Decimal, Field(ge=0, le=1, max_digits=9, decimal_places=6)]
Euros = Annotated[Decimal, Field(ge=0, max_digits=12, decimal_places=2)]
Count = Annotated[int, Field(ge=0, le=100)]
Texts = tuple[str, ...]


class OwnShareRules(_Strict):
    """What the city must bear, and from which money."""

    rate: Valued[Share] | None = Field(default=None, title="Satz")
    allowed_sources: Valued[Texts] | None = Field(default=None, title="zulässige Quellen")


class CategoryRules(_Strict):
    """One group of the financing plan (Förderbereich)."""

    name: Valued[str] = Field(title="Name")
    clause: Valued[str] | None = Field(default=None, title="Nummer der Richtlinie")
    investment: Valued[bool] | None = Field(default=None, title="investiv")
    excluded_words: Valued[Texts] | None = Field(default=None, title="ausgeschlossen")
    examples: Valued[Texts] | None = Field(default=None, title="Beispiele")
    starts_on: Valued[date] | None = Field(default=None, title="Vorhabenbeginn ab")
    share_in_practice: Valued[Share] | None = Field(default=None, title="üblicher Anteil")
    serves: Valued[PersonGroup] | None = Field(default=None, title="Personengruppe")


class CapRules(_Strict):
    """One cap; the basis stays unknown where the text leaves it open."""

    category: Valued[str] = Field(title="Förderbereich")
    kind: Valued[CapKind] = Field(title="Art")
    value: Valued[Decimal] = Field(title="Wert")
    basis: Valued[CapBasis] | None = Field(default=None, title="Bemessung")
    combination: Valued[CapCombination] | None = Field(default=None, title="Verknüpfung")


class ProofDeadlines(_Strict):
    """When the proof of use is due."""

    months_after_purpose: Valued[Count] | None = Field(
        default=None, title="Monate nach Zweckerfüllung"
    )
    months_after_period: Valued[Count] | None = Field(
        default=None, title="Monate nach dem Zeitraum"
    )
    due_on: Valued[date] | None = Field(default=None, title="fester Tag")
    originally_due_on: Valued[date] | None = Field(default=None, title="ursprünglicher Tag")


class DeadlineRules(_Strict):
    """The programme's own days; the notice's win."""

    starts_on: Valued[date] | None = Field(default=None, title="Vorhabenbeginn ab")
    apply_until: Valued[date] | None = Field(default=None, title="Antrag bis")
    executed_until: Valued[date] | None = Field(default=None, title="Durchführung bis")
    last_drawdown_on: Valued[date] | None = Field(default=None, title="letzter Mittelabruf")
    settled_until: Valued[date] | None = Field(default=None, title="Schlussabrechnung bis")
    unspent_repaid_until: Valued[date] | None = Field(
        default=None, title="Rückzahlung des Rests bis"
    )
    runs_from_year: Valued[int] | None = Field(default=None, title="Laufzeit ab")
    runs_until_year: Valued[int] | None = Field(default=None, title="Laufzeit bis")
    proof: ProofDeadlines = Field(default=ProofDeadlines(), title="Verwendungsnachweis")


class EarmarkRules(_Strict):
    """How long funded things are bound (Zweckbindung)."""

    years: Valued[Count] = Field(title="Jahre")
    start: Valued[EarmarkStart] | None = Field(default=None, title="Beginn")
    end: Valued[EarmarkEnd] | None = Field(default=None, title="Ende")
    until: Valued[date] | None = Field(default=None, title="letzter Tag laut Bescheid")


class DrawdownRules(_Strict):
    """How money is called."""

    mode: Valued[DrawdownMode] = Field(title="Verfahren")
    fields: Valued[Texts] | None = Field(default=None, title="Angaben")
    form: Valued[str] | None = Field(default=None, title="Vordruck")


class ProofRules(_Strict):
    """What a proof of use consists of."""

    form: Valued[str] | None = Field(default=None, title="Vordruck")
    alternative: Valued[str] | None = Field(default=None, title="anderer Nachweis")
    parts: Valued[Texts] | None = Field(default=None, title="Teile")
    declarations: Valued[Texts] | None = Field(default=None, title="Erklärungen")
    expense_list: Valued[ExpenseListDuty] | None = Field(default=None, title="Belegliste")
    receipts_submitted: Valued[bool] | None = Field(default=None, title="Belege einreichen")
    conditions: Valued[str] | None = Field(default=None, title="Nebenbestimmungen")
    personnel: Valued[str] | None = Field(default=None, title="Personal")


class InventoryRules(_Strict):
    """What must stand in the inventory of funded things."""

    required: Valued[bool] = Field(title="Pflicht")
    net_threshold: Valued[Euros] | None = Field(default=None, title="Schwelle netto")


class PublicityRules(_Strict):
    """How the public learns who paid."""

    required: Valued[bool] = Field(title="Pflicht")
    text: Valued[str] | None = Field(default=None, title="Wortlaut")
    elements: Valued[Texts] | None = Field(default=None, title="Elemente")
    plaque_from_total: Valued[Euros] | None = Field(default=None, title="Schild ab Gesamtkosten")


class RetentionRules(_Strict):
    """The programme's own retention; municipal law may ask for longer."""

    years: Valued[Count] = Field(title="Jahre")
    start: Valued[RetentionStart] | None = Field(default=None, title="Beginn")
    accounts_approved_on: Valued[date] | None = Field(
        default=None, title="Feststellung des Jahresabschlusses"
    )
    until: Valued[date] | None = Field(default=None, title="letzter Tag laut Bescheid")


class DutyRules(_Strict):
    """A duty of the notice that is not about money (Auflage)."""

    text: Valued[str] = Field(title="Auflage")
    within_months: Valued[Count] | None = Field(default=None, title="innerhalb von Monaten")
    programmes: Valued[Texts] | None = Field(default=None, title="Programme")


class ProgrammeRules(_Strict):
    """All rules of one version of a programme."""

    level: Valued[tuple[OperatingLevel, ...]] = Field(title="Ebene")
    legal_basis: Valued[Texts] = Field(title="Rechtsgrundlage")
    financing_type: Valued[FinancingType] = Field(title="Finanzierungsart")
    funding_rate: Valued[Share] = Field(title="Fördersatz")
    own_share: OwnShareRules = Field(default=OwnShareRules(), title="Eigenanteil")
    minimum_grant: Valued[Euros] | None = Field(default=None, title="Bagatellgrenze")
    amount_basis: Valued[AmountBasis] | None = Field(default=None, title="Bezug")
    categories: Mapping[str, CategoryRules] = Field(title="Förderbereiche")
    ineligible: Valued[Texts] | None = Field(default=None, title="nicht förderfähig")
    caps: Mapping[str, CapRules] = Field(default_factory=dict[str, CapRules], title="Obergrenzen")
    deadlines: DeadlineRules = Field(title="Fristen")
    earmark: EarmarkRules = Field(title="Zweckbindung")
    drawdown: DrawdownRules = Field(title="Mittelabruf")
    proof: ProofRules = Field(title="Verwendungsnachweis")
    inventory: InventoryRules | None = Field(default=None, title="Inventar")
    publicity: PublicityRules | None = Field(default=None, title="Publizität")
    retention: RetentionRules = Field(title="Aufbewahrung")
    application_documents: Valued[Texts] | None = Field(default=None, title="Antragsunterlagen")
    duties: Mapping[str, DutyRules] = Field(default_factory=dict[str, DutyRules], title="Auflagen")
    remarks: Valued[Texts] | None = Field(default=None, title="Besonderheiten")

    @model_validator(mode="after")
    def _caps_name_categories(self) -> Self:
        for key, cap in self.caps.items():
            if cap.category.value not in self.categories:
                msg = f"caps.{key}.category: „{cap.category.value}“ ist kein Förderbereich"
                raise ValueError(msg)
            share = cap.kind.value is CapKind.SHARE_OF_TOTAL
            if cap.value.value is not None and not 0 <= cap.value.value <= (
                1 if share else Decimal(10) ** 10
            ):
                msg = f"caps.{key}.value: {cap.value.value} passt nicht zu {cap.kind.value}"
                raise ValueError(msg)
        return self


class VersionFile(_Strict):
    """One version: the first says everything, later ones only what changed."""

    version: str = Field(min_length=1)
    valid_from: Annotated[date | None, BeforeValidator(_null)]
    reason: str = Field(min_length=1)
    rules: Mapping[str, object]


class ProgrammeFile(_Strict):
    """A whole `programme.yaml`."""

    layout: str = Field(alias="schema", pattern=r"^netzwart/programme/1$")
    key: str = Field(pattern=r"^[A-Z0-9-]+$")
    name: str = Field(min_length=1)
    aliases: Texts = ()
    sources: Mapping[str, str]
    versions: tuple[VersionFile, ...] = Field(min_length=1)
