"""Grants and what was bought with them, from the notice to the receipt."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any, ClassVar

from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlmodel import Field

from netzwart.database import (
    Money,
    Rate,
    Record,
    UtcDateTime,
    choice,
    json_object,
    link,
    register_messages,
)
from netzwart.funding.rules.duties import MessageOccasion
from netzwart.funding.rules.terms import DrawdownMode
from netzwart.funding.rules.terms import GrantRounding as RoundingMode

MESSAGES = {
    "uq_granting_authority_name": ("name", "Diese Bewilligungsbehörde gibt es schon."),
    "uq_funding_grant_number": (
        "number",
        "Dieses Aktenzeichen gibt es schon.",
    ),
    "ck_funding_grant_amounts": (
        "awarded",
        "Beträge einer Bewilligung sind nicht negativ.",
    ),
    "ck_funding_grant_rate": ("rate", "Der Fördersatz liegt zwischen 0 und 1."),
    "ck_funding_grant_period": ("execution_until", "Das Ende liegt vor dem Anfang."),
    "uq_measure_key": ("key", "Eine Maßnahme mit diesem Schlüssel gibt es schon."),
    "ck_measure_period": ("finished_on", "Der Abschluss liegt vor dem Beginn."),
    "uq_plan_position_grant_id_category": (
        "category",
        "Diese Position steht schon im Plan.",
    ),
    "uq_grant_tranche_grant_id_year": (
        "year",
        "Für dieses Jahr gibt es schon eine Tranche.",
    ),
    "uq_drawdown_grant_id_number": ("number", "Einen Mittelabruf mit dieser Nummer gibt es schon."),
    "ck_drawdown_amount": ("amount", "Ein Mittelabruf ist größer als null."),
    "ck_income_amount": ("amount", "Eine Einnahme ist größer als null."),
    "uq_measure_support_measure_id_supports_id": (
        "supports",
        "Diese Verbindung der Maßnahmen gibt es schon.",
    ),
    "ck_measure_support_other": ("supports", "Eine Maßnahme dient nicht sich selbst."),
    "uq_grant_notice_grant_id_notice_number": (
        "notice_number",
        "Dieser Bescheid ist schon erfasst.",
    ),
    "uq_asset_booking_asset_number": (
        "asset_number",
        "Diese Anlagennummer steht doppelt in der Datei.",
    ),
    "ck_authority_message_order": (
        "sent_on",
        "Eine Mitteilung braucht einen Termin oder den Tag, an dem sie abging.",
    ),
}
register_messages(MESSAGES)


class GrantingAuthority(Record, table=True):
    """Who awards the money (Bewilligungsbehörde)."""

    __table_args__ = (UniqueConstraint("name"),)

    name: str = Field(max_length=200)
    street: str = Field(default="", max_length=200)
    postcode: str = Field(default="", max_length=5)
    city: str = Field(default="", max_length=120)


class GrantApplication(Record, table=True):
    """What was asked for (Antrag)."""

    programme: str = Field(max_length=40)
    applied_on: date
    requested: Decimal = Field(sa_type=Money)
    reference: str = Field(default="", max_length=120)
    grant_id: int | None = link("funding_grant.id", nullable=True)


class Grant(Record, table=True):
    """The award as a thing (Bewilligung, Zuwendung)."""

    table_name: ClassVar[str] = "funding_grant"
    __table_args__ = (
        UniqueConstraint("number"),
        CheckConstraint("approved_amount >= 0 AND eligible_planned >= 0", name="amounts"),
        CheckConstraint("CAST(funding_rate AS NUMERIC) BETWEEN 0 AND 1", name="rate"),
        CheckConstraint(
            "execution_until >= execution_from",
            name="period",
        ),
    )

    number: str = Field(max_length=80)
    """Aktenzeichen of the notice."""
    programme: str = Field(max_length=40, index=True)
    programme_version: str = Field(default="", max_length=40)
    authority_id: int = link("granting_authority.id")
    title: str = Field(default="", max_length=300)
    issued_on: date
    final_on: date | None = None
    """Bestandskraft: from here on money may be called."""
    approved_amount: Decimal = Field(sa_type=Money)
    eligible_planned: Decimal = Field(sa_type=Money)
    funding_rate: Decimal | None = Field(default=None, sa_type=Rate)
    """Of the notice; None takes the programme's."""
    rounding: RoundingMode = choice(RoundingMode)
    execution_from: date | None = None
    execution_until: date | None = None
    """Durchführungszeitraum."""
    approval_until: date | None = None
    """End of the Bewilligungszeitraum."""
    purpose_fulfilled_on: date | None = None
    conditions_version: str = Field(default="", max_length=80)
    lucom_number: str | None = Field(default=None, max_length=40)
    drawdown_mode: DrawdownMode = choice(DrawdownMode)
    input_tax_deductible: bool = False
    """Vorsteuerabzug: then only net amounts count (ANBest-G 7.4)."""
    proof_submitted_on: date | None = None


class GrantNotice(Record, table=True):
    """The paper that announces or amends a grant (Zuwendungsbescheid)."""

    __table_args__ = (UniqueConstraint("grant_id", "notice_number"),)

    grant_id: int = link("funding_grant.id", index=False)
    notice_number: str = Field(max_length=80)
    issued_on: date
    amount: Decimal = Field(sa_type=Money)
    """What this notice awards; an amendment's difference, which may be negative."""
    reason: str = Field(default="", max_length=1000)
    changes: dict[str, Any] = json_object()
    """What an amendment changed: field → [before, after]."""
    document_id: int | None = link("document.id", nullable=True)


class RuleOverride(Record, table=True):
    """A value of the notice that wins over the programme's; logged, newest counts."""

    grant_id: int = link("funding_grant.id")
    key: str = Field(max_length=120)
    """Dotted path in programme.yaml, e.g. `earmark.years`."""
    value: str | None = Field(default=None, max_length=400)
    reason: str = Field(max_length=1000)
    decided_by_id: int | None = link("user_account.id", nullable=True)


class GrantTranche(Record, table=True):
    """What a budget year makes available."""

    __table_args__ = (UniqueConstraint("grant_id", "year"),)

    grant_id: int = link("funding_grant.id", index=False)
    year: int
    amount: Decimal = Field(sa_type=Money)


class PlanPosition(Record, table=True):
    """One line of the financing plan's expenditure."""

    __table_args__ = (UniqueConstraint("grant_id", "category"),)

    grant_id: int = link("funding_grant.id", index=False)
    category: str = Field(max_length=60)
    total: Decimal = Field(sa_type=Money)
    eligible: Decimal = Field(sa_type=Money)


class FundingSource(Record, table=True):
    """One line of the financing plan's income: own share, third parties, other grants."""

    grant_id: int = link("funding_grant.id")
    kind: str = Field(max_length=40)
    label: str = Field(max_length=200)
    amount: Decimal = Field(sa_type=Money)


class Measure(Record, table=True):
    """What a grant pays for at one school (Maßnahme)."""

    __table_args__ = (
        UniqueConstraint("key"),
        CheckConstraint(
            "finished_on IS NULL OR started_on IS NULL OR finished_on >= started_on", name="period"
        ),
    )

    key: str = Field(max_length=80)
    grant_id: int = link("funding_grant.id")
    school_id: int | None = link("school.id", nullable=True)
    category: str = Field(max_length=60)
    subcategory: str | None = Field(default=None, max_length=10)
    """f1 … f6 of the federal catalogue."""
    title: str = Field(max_length=300)
    started_on: date | None = None
    finished_on: date | None = None
    concept_document: str | None = Field(default=None, max_length=300)
    """The school's technical and pedagogical concept (tpEK)."""
    narrative: dict[str, Any] = json_object()
    """Blocks of the narrative report: block key → text."""


class MeasureSupport(Record, table=True):
    """An administration measure serves a measure of another grant (BASS 11-02 Nr. 40)."""

    __table_args__ = (
        UniqueConstraint("measure_id", "supports_id"),
        CheckConstraint("measure_id <> supports_id", name="other"),
    )

    measure_id: int = link("measure.id", index=False)
    supports_id: int = link("measure.id")


class Drawdown(Record, table=True):
    """A call for money (Mittelabruf) and its arrival."""

    __table_args__ = (
        UniqueConstraint("grant_id", "number"),
        CheckConstraint("amount > 0", name="amount"),
    )

    grant_id: int = link("funding_grant.id", index=False)
    number: int
    requested_on: date
    amount: Decimal = Field(sa_type=Money)
    received_on: date | None = None
    basis: dict[str, Any] = json_object()
    """The figures the call was made of: eligible paid, due, received, maximum, receipts."""


class Income(Record, table=True):
    """Money that came in for funded things: insurance, sale, third parties (Einnahme)."""

    __table_args__ = (CheckConstraint("amount > 0", name="amount"),)

    grant_id: int = link("funding_grant.id")
    kind: str = Field(max_length=40)
    received_on: date
    payer: str = Field(max_length=200)
    reason: str = Field(default="", max_length=500)
    amount: Decimal = Field(sa_type=Money)
    device_id: int | None = link("device.id", nullable=True)


class Clawback(Record, table=True):
    """Money the authority wants back (Rückforderung)."""

    grant_id: int = link("funding_grant.id")
    demanded_on: date
    amount: Decimal = Field(sa_type=Money)
    interest: Decimal = Field(default=Decimal("0.00"), sa_type=Money)
    reason: str = Field(max_length=1000)
    paid_on: date | None = None
    settled_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class AuthorityMessage(Record, table=True):
    """What the authority must be told (Mitteilung), until when, and when it was told."""

    __table_args__ = (CheckConstraint("due_on IS NOT NULL OR sent_on IS NOT NULL", name="order"),)

    grant_id: int = link("funding_grant.id")
    occasion: MessageOccasion = choice(MessageOccasion)
    due_on: date | None = None
    sent_on: date | None = None
    text: str = Field(default="", max_length=2000)
    device_id: int | None = link("device.id", nullable=True)
    """The device that left its purpose, where the occasion is one."""
    document_id: int | None = link("document.id", nullable=True)


class ProofSubmission(Record, table=True):
    """A proof of use that went out, with the figures it had; never changed."""

    grant_id: int = link("funding_grant.id")
    submitted_on: date
    as_of: date
    """The day whose end the proof shows."""
    document_sha256: str | None = Field(default=None, max_length=64)
    """Of the issued PDF, where netzwart made it."""
    figures: dict[str, Any] = json_object()
    """As `funding.rules.comparing` freezes them: what CHK-32 holds today's data against."""


class AssetBooking(Record, table=True):
    """An asset as the accountants keep it (Anlagenbuchhaltung), from their last export."""

    __table_args__ = (UniqueConstraint("asset_number"),)

    asset_number: str = Field(max_length=60)
    label: str = Field(default="", max_length=300)
    cost: Decimal = Field(sa_type=Money)
    """Acquisition cost (AHK) as it is booked."""
    booked_on: date | None = None
