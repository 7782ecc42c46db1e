"""What is sent about grants, their measures, and what passes between city and authority."""

from datetime import date
from decimal import Decimal
from typing import Annotated

from pydantic import Field

from netzwart.funding.forms.fields import (
    Day,
    Euro,
    Form,
    Key,
    NotNegativeEuro,
    Part,
    PositiveEuro,
    Words,
)
from netzwart.funding.rules.duties import MessageOccasion
from netzwart.funding.rules.terms import DrawdownMode
from netzwart.funding.rules.terms import GrantRounding as RoundingMode


class ApplicationForm(Form):
    """What was asked for, before there is a grant."""

    programme: Annotated[str, Field(min_length=1, max_length=40)]
    applied_on: date
    requested: PositiveEuro
    reference: Annotated[str, Field(max_length=120)] = ""
    """The authority's or the city's own reference."""
    grant_id: int | None = None
    """The grant that answered it."""


class PlanForm(Form):
    """A position of the financing plan."""

    category: Annotated[str, Field(min_length=1, max_length=60)]
    total: NotNegativeEuro
    eligible: NotNegativeEuro


class SourceForm(Form):
    """A source of the financing plan."""

    kind: Annotated[str, Field(min_length=1, max_length=40)]
    label: Annotated[str, Field(min_length=1, max_length=200)]
    amount: NotNegativeEuro


class TrancheForm(Form):
    """What a budget year makes available."""

    year: Annotated[int, Field(ge=2000, le=2100)]
    amount: NotNegativeEuro


class GrantForm(Form):
    """A grant as its notice awards it."""

    number: Key
    programme: Annotated[str, Field(min_length=1, max_length=40)]
    authority: Annotated[str, Field(min_length=1, max_length=200)]
    title: Annotated[str, Field(max_length=300)] = ""
    issued_on: date
    final_on: Day = None
    approved_amount: NotNegativeEuro
    eligible_planned: NotNegativeEuro
    funding_rate: Part | None = None
    rounding: RoundingMode = RoundingMode.CENT
    execution_from: Day = None
    execution_until: Day = None
    approval_until: Day = None
    purpose_fulfilled_on: Day = None
    conditions_version: Annotated[str, Field(max_length=80)] = ""
    lucom_number: Annotated[str, Field(max_length=40)] | None = None
    drawdown_mode: DrawdownMode = DrawdownMode.TWO_MONTHS
    input_tax_deductible: bool = False
    plan: tuple[PlanForm, ...] = ()
    sources: tuple[SourceForm, ...] = ()
    tranches: tuple[TrancheForm, ...] = ()


class AmendmentForm(Form):
    """A later notice: what it adds, and what it changes; what it leaves out stays."""

    notice_number: Key
    issued_on: date
    amount: Euro = Decimal("0.00")
    """The difference; negative when the award shrinks."""
    reason: Annotated[str, Field(min_length=1, max_length=1000)]
    eligible_planned: NotNegativeEuro | None = None
    funding_rate: Part | None = None
    final_on: Day = None
    execution_from: Day = None
    execution_until: Day = None
    approval_until: Day = None
    plan: tuple[PlanForm, ...] | None = None
    sources: tuple[SourceForm, ...] | None = None
    tranches: tuple[TrancheForm, ...] | None = None
    document_id: int | None = None


class RuleOverrideForm(Form):
    """A value of the notice that wins over the programme's."""

    key: Annotated[str, Field(min_length=1, max_length=120)]
    value: Annotated[str, Field(min_length=1, max_length=400)]
    reason: Annotated[str, Field(min_length=1, max_length=1000)]


class MeasureForm(Form):
    """What a grant pays for at one school."""

    key: Key
    grant_id: int
    school_id: int | None = None
    category: Annotated[str, Field(min_length=1, max_length=60)]
    subcategory: Annotated[str, Field(max_length=10)] | None = None
    title: Words
    started_on: Day = None
    finished_on: Day = None
    concept_document: Annotated[str, Field(max_length=300)] | None = None


class SupportForm(Form):
    """The measure of another grant that an administration measure serves."""

    supports_id: int


class DrawdownForm(Form):
    """A call for money."""

    grant_id: int
    number: Annotated[int, Field(ge=1)] | None = None
    """None takes the next number."""
    requested_on: date
    amount: PositiveEuro
    received_on: Day = None


class IncomeForm(Form):
    """Money that came in for funded things."""

    grant_id: int
    kind: Annotated[str, Field(min_length=1, max_length=40)]
    received_on: date
    payer: Annotated[str, Field(min_length=1, max_length=200)]
    reason: Annotated[str, Field(max_length=500)] = ""
    amount: PositiveEuro
    device_id: int | None = None


class MessageForm(Form):
    """What the authority must be told, until when, or when it was told."""

    grant_id: int
    occasion: MessageOccasion
    due_on: Day = None
    sent_on: Day = None
    text: Annotated[str, Field(max_length=2000)] = ""
    device_id: int | None = None
    document_id: int | None = None


class ClawbackForm(Form):
    """What the authority wants back."""

    grant_id: int
    demanded_on: date
    amount: PositiveEuro
    interest: NotNegativeEuro = Decimal("0.00")
    reason: Annotated[str, Field(min_length=1, max_length=1000)]
    paid_on: Day = None


class SubmissionForm(Form):
    """A proof of use that went out."""

    grant_id: int
    submitted_on: date
    as_of: date
    """The day whose end the proof shows."""
    document_sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")] | None = None
