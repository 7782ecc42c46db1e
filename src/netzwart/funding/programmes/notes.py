"""What a proof must warn about: used values that neither a source nor the notice supports."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from pydantic import BaseModel

from netzwart.funding.programmes.loading import FundingProgramme, envelopes
from netzwart.funding.programmes.schema import ExpenseListDuty, Valued, ValueStatus
from netzwart.funding.rules.dating import EarmarkEnd, EarmarkStart, RetentionStart
from netzwart.funding.rules.terms import (
    AmountBasis,
    CapBasis,
    CapCombination,
    CapKind,
    DrawdownMode,
    FinancingType,
)
from netzwart.money import format_euro, format_percent

USED_IN_PROOF = (
    "financing_type",
    "funding_rate",
    "amount_basis",
    "deadlines.starts_on",
    "deadlines.executed_until",
    "deadlines.proof",
    "earmark",
    "drawdown.mode",
    "proof",
    "inventory",
    "publicity.required",
    "publicity.text",
    "retention",
)
"""Paths, and beginnings of paths, of the values a proof of use rests on; caps always count."""

_STATUS_TEXT = {
    ValueStatus.SECONDARY: "nur aus zweiter Hand belegt",
    ValueStatus.OWN_KNOWLEDGE: "nicht belegt (eigenes Wissen)",
    ValueStatus.UNKNOWN: "unbekannt",
}

_USED_OF_A_CAP = ("value", "basis", "combination")

_ENUM_TEXT: Mapping[StrEnum, str] = {
    FinancingType.SHARE: "Anteilfinanzierung",
    FinancingType.DEFICIT: "Fehlbedarfsfinanzierung",
    FinancingType.FIXED: "Festbetragsfinanzierung",
    FinancingType.FULL: "Vollfinanzierung",
    FinancingType.FLAT: "Pauschale",
    AmountBasis.GROSS: "brutto",
    AmountBasis.NET: "netto",
    CapBasis.SPENT: "Ausgaben",
    CapBasis.BUDGET: "Budget",
    CapBasis.ELIGIBLE: "zuwendungsfähige Ausgaben",
    CapBasis.GRANT: "Zuwendung",
    CapBasis.GROSS_WITH_INCIDENTALS: "brutto mit Nebenausgaben",
    CapCombination.ANY: "eine Grenze genügt",
    CapCombination.ALL: "alle Grenzen gelten",
    DrawdownMode.TWO_MONTHS: "Bedarf von zwei Monaten",
    DrawdownMode.REIMBURSEMENT: "Erstattung",
    DrawdownMode.FLAT: "pauschal",
    DrawdownMode.ONCE_WHEN_FINAL: "einmal nach Bestandskraft",
    EarmarkStart.EXECUTION_END: "Ende der Durchführung",
    EarmarkStart.LAST_PAYMENT: "letzte Zahlung",
    EarmarkStart.DELIVERY: "Lieferung",
    EarmarkEnd.YEAR_END: "Ende des Kalenderjahres",
    EarmarkEnd.EXACT_DAY: "taggenau",
    RetentionStart.PROOF_RECEIVED: "Eingang des Verwendungsnachweises",
    RetentionStart.LAST_PAYMENT_YEAR_END: "Jahresende der letzten Zahlung",
    ExpenseListDuty.REQUIRED: "Pflicht",
    ExpenseListDuty.INTERNAL: "intern",
    ExpenseListDuty.NONE: "keine",
}


@dataclass(frozen=True, slots=True)
class RuleNote:
    """One value of the rules that the reader should check against the notice."""

    path: str
    label: str
    """German name of the value, as printed."""
    value: str | None
    status: ValueStatus
    source: str
    message: str
    """The whole sentence, as printed."""


def rule_notes(programme: FundingProgramme, used: Iterable[str] = USED_IN_PROOF) -> list[RuleNote]:
    """Return a note for each used value that is not `belegt` and not set by the notice.

    Source: `domain/funding.md`, section 0; check CHK-31.
    """
    prefixes = tuple(used)
    return [
        _note(programme, path, envelope)
        for path, envelope in envelopes(programme.rules)
        if envelope.status is not ValueStatus.SOURCED
        and path not in programme.overridden
        and _is_used(path, prefixes)
    ]


def _is_used(path: str, prefixes: tuple[str, ...]) -> bool:
    if path.startswith("caps."):
        return path.split(".")[2] in _USED_OF_A_CAP
    return any(path == prefix or path.startswith(f"{prefix}.") for prefix in prefixes)


def _note(programme: FundingProgramme, path: str, envelope: Valued[object]) -> RuleNote:
    label = label_of(programme, path)
    shown = _shown(path, envelope, programme)
    known = _STATUS_TEXT[envelope.status]
    if shown is None:
        message = f"{label}: {known}. Maßgeblich ist der Zuwendungsbescheid; bitte eintragen."
    else:
        message = f"{label}: {shown} – {known}. Bitte mit dem Zuwendungsbescheid abgleichen."
    return RuleNote(path, label, shown, envelope.status, source_text(programme, envelope), message)


def label_of(programme: FundingProgramme, path: str) -> str:
    """Return the German name of a value: `Zweckbindung: Jahre`."""
    place: object = programme.rules
    names: list[str] = []
    for name in path.split("."):
        if isinstance(place, BaseModel):
            field = type(place).model_fields[name]
            names.append(field.title or name)
            place = getattr(place, name)
        else:
            names.append(name)
            place = place[name]  # pyright: ignore[reportIndexIssue, reportUnknownVariableType] - groups are mappings
    return ": ".join(names)


def source_text(programme: FundingProgramme, envelope: Valued[object]) -> str:
    """Return the source with the titles of what it cites written out."""
    titles = [
        f"{key}: {title}" for key, title in programme.sources.items() if key in _words(envelope)
    ]
    return (
        "; ".join(titles)
        if envelope.source in programme.sources
        else "; ".join([envelope.source, *titles])
    )


def _words(envelope: Valued[object]) -> set[str]:
    return set(envelope.source.replace(",", " ").replace(";", " ").split())


def _shown(path: str, envelope: Valued[object], programme: FundingProgramme) -> str | None:
    value = envelope.value
    match value:
        case None:
            return None
        case bool():
            return "ja" if value else "nein"
        case Decimal():
            return format_percent(value) if _is_share(path, programme) else format_euro(value)
        case date():
            return f"{value:%d.%m.%Y}"
        case _:
            return _ENUM_TEXT.get(value, str(value)) if isinstance(value, StrEnum) else str(value)


def _is_share(path: str, programme: FundingProgramme) -> bool:
    if not path.startswith("caps."):
        return path in {"funding_rate", "own_share.rate"}
    return programme.rules.caps[path.split(".")[1]].kind.value is CapKind.SHARE_OF_TOTAL
