"""How far a proof of use is: the steps from "what is missing" to "issued"; pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Final

from netzwart.funding.queries.records import (
    DeviceRecord,
    InvoiceRecord,
    LineRecord,
    MeasureRecord,
)
from netzwart.funding.settlement import SettledGrant
from netzwart.inventory.tables import DeviceStatus
from netzwart.money import ZERO
from netzwart.proofs import wording
from netzwart.proofs.checking import check_grant
from netzwart.proofs.values import CheckResult, CheckSeverity

_GONE: Final = frozenset({DeviceStatus.LOST, DeviceStatus.DISPOSED})


class Step(StrEnum):
    """One step of the assistant; the value stands in the address."""

    CHECKS = "pruefung"
    DECISIONS = "entscheidungen"
    DEVICES = "geraete"
    TEXTS = "texte"
    PREVIEW = "vorschau"
    ISSUE = "ausstellen"


TITLES: Final[Mapping[Step, str]] = {
    Step.CHECKS: "Prüfung",
    Step.DECISIONS: "Entscheidungen",
    Step.DEVICES: "Geräte",
    Step.TEXTS: "Sachbericht",
    Step.PREVIEW: "Vorschau",
    Step.ISSUE: "Ausstellen",
}


@dataclass(frozen=True, slots=True)
class UndecidedLine:
    """An invoice line that two people have not decided yet, with the grant's part of it."""

    invoice: InvoiceRecord
    line: LineRecord
    share: Decimal

    @property
    def waits_for_confirmation(self) -> bool:
        """Tell whether one person has decided."""
        return self.line.decided_by_id is not None


@dataclass(frozen=True, slots=True)
class WeakDevice:
    """A funded device that the proof cannot show well, and why."""

    device: DeviceRecord
    eligible_cost: Decimal
    lacks_serial: bool
    lacks_sighting: bool


@dataclass(frozen=True, slots=True)
class MeasureTexts:
    """A measure with the blocks of its report."""

    measure: MeasureRecord
    blocks: Mapping[str, str]

    @property
    def missing(self) -> list[str]:
        """Return the headings without a text."""
        return [
            heading
            for key, heading in wording.NARRATIVE_HEADINGS.items()
            if not self.blocks.get(key)
        ]


@dataclass(frozen=True, slots=True)
class Preparation:
    """What is still missing, step by step."""

    checks: tuple[CheckResult, ...]
    undecided: tuple[UndecidedLine, ...]
    weak: tuple[WeakDevice, ...]
    texts: tuple[MeasureTexts, ...]

    @property
    def errors(self) -> int:
        """Return how many checks found an error."""
        return sum(1 for one in self.checks if one.severity is CheckSeverity.ERROR)

    def open_in(self, step: Step) -> int:
        """Return how many things a step still lacks; preview and issue lack nothing themselves."""
        return {
            Step.CHECKS: self.errors,
            Step.DECISIONS: len(self.undecided),
            Step.DEVICES: len(self.weak),
            Step.TEXTS: sum(1 for one in self.texts if one.missing),
            Step.PREVIEW: 0,
            Step.ISSUE: 0,
        }[step]

    @property
    def first_open(self) -> Step:
        """Return where to begin: the first step that lacks something, else the preview."""
        return next((step for step in Step if self.open_in(step)), Step.PREVIEW)


def prepare(grant: SettledGrant) -> Preparation:
    """Return what the grant's proof still lacks on the settlement's day."""
    record, grant_id = grant.record, grant.record.head.id
    as_of = grant.settlement.as_of
    undecided = tuple(
        UndecidedLine(invoice, line, line.share_of(grant_id))
        for invoice in record.invoices
        if invoice.issued_on <= as_of
        for line in invoice.lines
        if line.counts_as is None and line.share_of(grant_id)
    )
    return Preparation(
        checks=check_grant(grant),
        undecided=undecided,
        weak=tuple(_weak(grant)),
        texts=tuple(
            MeasureTexts(
                measure,
                {
                    key: text
                    for key, text in measure.narrative.items()
                    if isinstance(text, str) and text.strip()
                },
            )
            for measure in record.measures
        ),
    )


def _weak(grant: SettledGrant) -> list[WeakDevice]:
    costs = grant.eligible_of
    found: list[WeakDevice] = []
    for device in grant.record.devices:
        if device.status in _GONE:
            continue
        no_serial = device.serial is None
        unseen = device.id not in grant.record.evidence
        if no_serial or unseen:
            cost = costs.get(device.inventory_number, ZERO)
            found.append(WeakDevice(device, cost, no_serial, unseen))
    return found
