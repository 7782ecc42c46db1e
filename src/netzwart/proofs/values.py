"""The proof of use as one frozen value: every figure, row and sentence that will be printed.

Drawing computes nothing: a sum on paper is a field here. `netzwart.proofs.assembling` builds the
parts whose sums follow from their rows; `netzwart.proofs.serialising` writes the JSON twin. The
value refuses to exist when its parts contradict one another, so a wrong proof cannot be printed.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import ClassVar

from netzwart.errors import ConflictError
from netzwart.money import format_euro, total
from netzwart.proofs.listing_values import (
    NO_EVIDENCE,
    CheckResult,
    CheckSeverity,
    Coverage,
    CoverageKey,
    CoverageRow,
    DeviceGroup,
    DeviceList,
    Evidence,
    EvidenceLetter,
    Expense,
    ExpenseGroup,
    ExpenseList,
    PrintedRuleNote,
    ProvenDevice,
    ReceivedMoney,
    ReceivedMoneyList,
)

__all__ = [
    "NO_EVIDENCE",
    "CapRow",
    "CheckResult",
    "CheckSeverity",
    "Confirmations",
    "Coverage",
    "CoverageKey",
    "CoverageRow",
    "DeadlineRow",
    "Deadlines",
    "DeviceGroup",
    "DeviceList",
    "Evidence",
    "EvidenceLetter",
    "Expenditure",
    "ExpenditureRow",
    "Expense",
    "ExpenseGroup",
    "ExpenseList",
    "FinancialResult",
    "IncomeRow",
    "IncomeStatement",
    "InterimProofOfUse",
    "NarrativeReport",
    "NarrativeSection",
    "NoticeRow",
    "Party",
    "PrintedRuleNote",
    "ProofDoesNotAddUpError",
    "ProofOfUse",
    "ProofTotals",
    "ProvenDevice",
    "ReceivedMoney",
    "ReceivedMoneyList",
    "SchoolRow",
]


class ProofDoesNotAddUpError(ConflictError):
    """Two figures of a proof that must be equal differ."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Party:
    """A name with its postal address, as printed on a letter."""

    name: str
    address: tuple[str, ...]
    """Street, then postcode and city."""
    phone: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeRow:
    """One grant notice (Zuwendungsbescheid), first or changing."""

    authority: str
    issued_on: date
    number: str
    """Aktenzeichen."""
    amount: Decimal
    """The amount this notice adds; a reducing notice is negative."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProofTotals:
    """The figures on top. Source: `contract.md`, `nachweis.json`."""

    spent: Decimal
    eligible: Decimal
    """After deductions and caps."""
    ineligible: Decimal
    grant_claimed: Decimal
    own_share: Decimal
    """Eligible less grant claimed."""
    received: Decimal
    open: Decimal
    """Grant claimed less received; negative when too much was called."""


@dataclass(frozen=True, slots=True, kw_only=True)
class IncomeRow:
    """One source of money in II.1."""

    label: str
    planned: Decimal
    planned_percent: Decimal
    """0 to 100, two places."""
    actual: Decimal
    actual_percent: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class IncomeStatement:
    """II.1; both percent columns add up to exactly 100.00 (or 0.00 without any money)."""

    rows: tuple[IncomeRow, ...]
    """Own share, third parties, other public funding, grant of the Land: in this order."""
    planned: Decimal
    planned_percent: Decimal
    actual: Decimal
    actual_percent: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpenditureRow:
    """One position of the financing plan in II.2."""

    category: str
    """Key; `by_category` in the JSON twin."""
    label: str
    planned_total: Decimal
    planned_eligible: Decimal
    actual_total: Decimal
    actual_eligible: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Expenditure:
    """II.2 in the structure of the financing plan, with sums."""

    rows: tuple[ExpenditureRow, ...]
    planned_total: Decimal
    planned_eligible: Decimal
    actual_total: Decimal
    actual_eligible: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class FinancialResult:
    """III: plan and result. Source: `domain/funding.md`, section 4.3."""

    planned_expenditure: Decimal
    """Eligible, as in the notice."""
    actual_expenditure: Decimal
    planned_income: Decimal
    actual_income: Decimal
    planned_difference: Decimal
    """Expenditure less income; zero when the plan is balanced."""
    actual_difference: Decimal
    eligible_deviation: Decimal
    """Eligible costs, actual less planned: negative means less was spent (Minderausgaben)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SchoolRow:
    """What went to one school; school None is what belongs to no single school."""

    school: str | None
    name: str
    spent: Decimal
    eligible: Decimal
    grant_share: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class CapRow:
    """One cap of the programme and whether it is kept."""

    key: str
    label: str
    """German: `Mobile Endgeräte: höchstens 20 % der Gesamtsumme`."""
    limit: Decimal | None
    actual: Decimal | None
    excess: Decimal
    ok: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class NarrativeSection:
    """A heading with its paragraphs."""

    heading: str
    paragraphs: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class NarrativeReport:
    """The report on one measure (Sachbericht). Source: `domain/funding.md`, section 4.4."""

    measure: str
    school_name: str | None
    started_on: date | None
    finished_on: date | None
    sections: tuple[NarrativeSection, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Confirmations:
    """IV: what the recipient signs."""

    sentences: tuple[str, ...]
    """Complete German sentences."""
    deducts_input_tax: bool
    has_own_audit_office: bool
    """Print the block for the Rechnungsprüfungsamt's note."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadlineRow:
    """One date that follows from the grant, with the reason."""

    label: str
    day: date | None
    basis: str
    """Clause or calculation."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Deadlines:
    """The dates of the contract, and all dates for the paper."""

    proof_due_on: date | None
    earmarked_until: date | None
    retain_until: date | None
    rows: tuple[DeadlineRow, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ProofOfUse:
    """A whole proof of use on one day.

    Raises:
        ProofDoesNotAddUpError: when sums that must be equal differ.
    """

    title: ClassVar[str] = "Verwendungsnachweis"
    kind: ClassVar[str] = "proof_of_use"

    number: str | None
    """Number of the issued document; None for a draft."""
    grant: str
    """The grant's number: Aktenzeichen of the first notice."""
    lucom_number: str | None = None
    programme: str
    """Key: `DPS-NRW-2019`."""
    programme_name: str
    as_of: date
    form: str
    """`nach ANBest-G` – under the title."""
    purpose: str
    """Zuwendungszweck, the "Betr." line."""
    place: str
    """City beside the date and in the signature lines."""
    recipient: Party
    authority: Party
    notices: tuple[NoticeRow, ...]
    approved_amount: Decimal
    received_amount: Decimal
    approval_from: date | None = None
    approval_until: date | None = None
    conditions: str
    """Nebenbestimmungen with version."""
    funding_rate: Decimal | None
    totals: ProofTotals
    narrative: tuple[NarrativeReport, ...]
    income: IncomeStatement
    expenditure: Expenditure
    result: FinancialResult
    caps: tuple[CapRow, ...]
    by_school: tuple[SchoolRow, ...]
    confirmations: Confirmations
    expenses: ExpenseList
    includes_expense_list: bool = True
    """The expense list is an annex that may be left out of the paper; its twins stay."""
    received: ReceivedMoneyList
    devices: DeviceList
    coverage: Coverage
    checks: tuple[CheckResult, ...]
    rule_notes: tuple[PrintedRuleNote, ...]
    deadlines: Deadlines
    is_draft: bool
    is_demo: bool
    generator_version: str
    rule_version: str | None = None
    seal_root: str | None = None
    """Root of the day's sealed hash chain."""
    signature_note: str | None = None
    """How the file is signed; says so when only the installation's key does."""
    check_address: str | None = None
    """Page where the paper can be checked; the QR code on the cover leads there."""

    def __post_init__(self) -> None:
        """Refuse contradictions between the parts."""
        for label, left, right in self._pairs():
            if left != right:
                raise ProofDoesNotAddUpError(
                    f"Der Nachweis geht nicht auf: {label} – "
                    f"{format_euro(left)} gegen {format_euro(right)}.",
                    grant=self.grant,
                    pair=label,
                )

    def _pairs(self) -> tuple[tuple[str, Decimal, Decimal], ...]:
        totals, listed, spent = self.totals, self.expenses, self.expenditure
        return (
            (
                "Ausgaben und zuwendungsfähige plus übrige Ausgaben",
                totals.spent,
                total([totals.eligible, totals.ineligible]),
            ),
            (
                "zuwendungsfähige Ausgaben und Zuwendung plus Eigenanteil",
                totals.eligible,
                total([totals.grant_claimed, totals.own_share]),
            ),
            (
                "Zuwendung und ausgezahlter plus offener Betrag",
                totals.grant_claimed,
                total([totals.received, totals.open]),
            ),
            ("Belegliste und Ausgaben", listed.paid, totals.spent),
            ("Belegliste und zuwendungsfähige Ausgaben", listed.eligible, totals.eligible),
            ("ausgezahlter Betrag", self.received_amount, totals.received),
            ("Schulen und Ausgaben", total([row.spent for row in self.by_school]), totals.spent),
            (
                "Schulen und zuwendungsfähige Ausgaben",
                total([row.eligible for row in self.by_school]),
                totals.eligible,
            ),
            (
                "Schulen und Zuwendung",
                total([row.grant_share for row in self.by_school]),
                totals.grant_claimed,
            ),
            ("II.2 und Ausgaben", spent.actual_total, totals.spent),
            ("II.2 und zuwendungsfähige Ausgaben", spent.actual_eligible, totals.eligible),
            ("Euro-Abdeckung und zuwendungsfähige Ausgaben", self.coverage.amount, totals.eligible),
            (
                "Euro-Abdeckung und ihre Zeilen",
                self.coverage.amount,
                total([row.amount for row in self.coverage.rows]),
            ),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class InterimProofOfUse(ProofOfUse):
    """A proof for a part of the grant period (Zwischennachweis)."""

    title: ClassVar[str] = "Zwischennachweis"
    kind: ClassVar[str] = "interim_proof_of_use"

    period_from: date
    period_until: date
