"""German words of the proof that stand in no database column."""

from collections.abc import Mapping
from typing import Final

from netzwart.funding.labels import PROCEDURES
from netzwart.funding.programmes.loading import FundingProgramme
from netzwart.funding.programmes.schema import ValueStatus
from netzwart.funding.rules.capping import CapOutcome
from netzwart.funding.rules.facts import IneligibleReason
from netzwart.funding.rules.terms import CapKind
from netzwart.inventory.tables import DeviceCategory
from netzwart.money import format_euro, format_percent

INELIGIBLE: Final[Mapping[IneligibleReason, str]] = {
    IneligibleReason.DECIDED: "als nicht zuwendungsfähig entschieden",
    IneligibleReason.PARTLY: "nur zum Teil zuwendungsfähig",
    IneligibleReason.UNDECIDED: "noch nicht von zwei Personen entschieden",
    IneligibleReason.NO_MEASURE: "keiner Maßnahme zugeordnet",
    IneligibleReason.INPUT_TAX: "Umsatzsteuer, Vorsteuerabzug (ANBest-G Nr. 7.4)",
    IneligibleReason.CAP: "über einer Obergrenze des Programms",
    IneligibleReason.ORDERED_TOO_EARLY: "vor dem zugelassenen Vorhabenbeginn bestellt",
    IneligibleReason.DELIVERED_TOO_LATE: "nach dem Durchführungszeitraum geliefert",
    IneligibleReason.PAID_TOO_LATE: "nach dem Bewilligungszeitraum bezahlt",
    IneligibleReason.OVERPAID: "mehr bezahlt als berechnet",
}

PROCEDURE: Final = PROCEDURES

CATEGORY: Final[Mapping[DeviceCategory, str]] = {
    DeviceCategory.SWITCH: "Switch",
    DeviceCategory.ACCESS_POINT: "Access Point",
    DeviceCategory.ROUTER: "Router",
    DeviceCategory.FIREWALL: "Firewall",
    DeviceCategory.WLAN_CONTROLLER: "WLAN-Controller",
    DeviceCategory.SERVER: "Server",
    DeviceCategory.STORAGE: "Speicher",
    DeviceCategory.PRINTER: "Drucker",
    DeviceCategory.UPS: "USV",
    DeviceCategory.PDU: "Steckdosenleiste",
    DeviceCategory.CAMERA: "Kamera",
    DeviceCategory.PHONE: "Telefon",
    DeviceCategory.PANEL: "Interaktive Tafel",
    DeviceCategory.TABLET: "Tablet",
    DeviceCategory.NOTEBOOK: "Notebook",
    DeviceCategory.DESKTOP: "Arbeitsplatzrechner",
    DeviceCategory.PROJECTOR: "Projektor",
    DeviceCategory.ACCESSORY: "Zubehör",
    DeviceCategory.OTHER: "Sonstiges",
}

STATUS: Final[Mapping[ValueStatus, str]] = {
    ValueStatus.SOURCED: "belegt",
    ValueStatus.SECONDARY: "nur aus zweiter Hand belegt",
    ValueStatus.OWN_KNOWLEDGE: "nicht belegt (eigenes Wissen)",
    ValueStatus.UNKNOWN: "unbekannt",
}

NARRATIVE_HEADINGS: Final[Mapping[str, str]] = {
    "initial_situation": "Ausgangslage",
    "measure": "Maßnahme",
    "result": "Ergebnis",
    "plan_actual": "Soll-Ist-Vergleich",
    "deviations": "Abweichungen",
    "operation": "Betrieb und Wartung",
    "publicity": "Publizität",
    "earmark": "Zweckbindung",
}
"""Blocks of a Sachbericht, in print order. Source: `domain/funding.md`, section 4.4."""

CONFIRMATIONS: Final = (
    "Die Nebenbestimmungen des Zuwendungsbescheids wurden beachtet.",
    "Die Ausgaben waren notwendig; es wurde wirtschaftlich und sparsam verfahren.",
    "Die Angaben im Verwendungsnachweis stimmen mit den Büchern und Belegen überein.",
)
"""IV of the form. Source: `domain/funding.md`, section 4.3."""


def category_label(programme: FundingProgramme, key: str) -> str:
    """Return the programme's name of a Förderbereich with its clause, the key if it has none."""
    found = programme.rules.categories.get(key)
    if found is None or found.name.value is None:
        return key
    clause = found.clause.value if found.clause is not None else None
    return f"{found.name.value} (Nr. {clause})" if clause else found.name.value


def cap_label(programme: FundingProgramme, cap: CapOutcome) -> str:
    """Return what a cap limits: `Mobile Endgeräte: höchstens 25.000,00 € je Schule`."""
    whose = category_label(programme, cap.category) if cap.category else "Gesamtsumme"
    rule = programme.rules.caps.get(cap.key)
    value = rule.value.value if rule is not None else None
    if value is None:
        return whose
    share = cap.kind is CapKind.SHARE_OF_TOTAL
    amount = format_percent(value, 0) if share else format_euro(value)
    unit = {
        CapKind.SHARE_OF_TOTAL: "der Gesamtsumme",
        CapKind.AMOUNT_PER_SCHOOL: "je Schule",
        CapKind.AMOUNT_PER_UNIT: "je Gerät",
        CapKind.AMOUNT_TOTAL: "insgesamt",
    }[cap.kind]
    return f"{whose}: höchstens {amount} {unit}"
