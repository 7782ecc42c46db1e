"""German words for what differs between an issued paper and today's data."""

import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Final

from netzwart.reports.formats import amount, day
from netzwart.reports.proof_of_use.words import SEVERITY, STATUS

FIELDS: Final[Mapping[str, str]] = {
    "actual": "Ist",
    "amount": "Betrag",
    "approved_amount": "bewilligt",
    "authority": "Behörde",
    "category": "Förderbereich",
    "check": "Prüfung",
    "commissioned_on": "Inbetriebnahme",
    "cost": "Anschaffungskosten",
    "delivered_on": "Lieferung",
    "description": "Bezeichnung",
    "devices": "Geräte",
    "discount": "Abzug (Skonto)",
    "earlier_serials": "frühere Seriennummern",
    "earmarked_until": "Zweckbindung bis",
    "eligible": "zuwendungsfähig",
    "eligible_cost": "davon zuwendungsfähig",
    "evidence.class": "Nachweisklasse",
    "evidence.serial_read": "gelesene Seriennummer",
    "excess": "Überschreitung",
    "grant_claimed": "Zuwendung",
    "grant_share": "Förderanteil",
    "has_label": "Etikett",
    "ineligible": "nicht zuwendungsfähig",
    "ineligible_reason": "Grund der Kürzung",
    "inventory_number": "Inventarnummer",
    "invoice": "Rechnung",
    "invoice_gross": "Rechnung brutto",
    "invoiced_on": "Rechnungsdatum",
    "issued_on": "Datum",
    "key": "Schlüssel",
    "limit": "Grenze",
    "message": "Feststellung",
    "model": "Hersteller, Modell",
    "note": "Bemerkung",
    "notice_number": "Aktenzeichen",
    "ok": "eingehalten",
    "open": "offen",
    "order": "Auftrag",
    "ordered_on": "Auftragsdatum",
    "own_share": "Eigenanteil",
    "paid": "gezahlt",
    "paid_on": "Zahlung am",
    "payer": "Einzahler",
    "planned": "Ansatz",
    "planned_eligible": "Ansatz zuwendungsfähig",
    "procedure": "Vergabeart",
    "purpose": "Grund der Zahlung",
    "reason": "Grund",
    "receipt_number": "Belegnummer",
    "received": "ausgezahlt",
    "received_on": "Eingang",
    "room": "Raum",
    "school": "Schule",
    "school_name": "Name der Schule",
    "serial": "Seriennummer",
    "service_from": "Leistung von",
    "service_until": "Leistung bis",
    "severity": "Gewicht",
    "spent": "ausgegeben",
    "status": "Status",
    "status_on": "Status seit",
    "status_reason": "Statusgrund",
    "subject": "Gegenstand",
    "supplier": "Empfänger",
    "vat_rate": "Steuersatz",
}
"""Keys of `nachweis.json` as a person calls them."""

_AMOUNT = re.compile(r"-?\d{1,12}\.\d{2}")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_WORDS: Final[Mapping[str, str]] = {
    "True": "ja",
    "False": "nein",
    "None": "–",
    **STATUS,
    **{severity.value: word for severity, word in SEVERITY.items()},
}


def field_words(name: str) -> str:
    """Return what a field is called; those of lists have German keys already."""
    return FIELDS.get(name) or name.replace("_", " ").replace(".", ", ").capitalize()


def value_words(text: str) -> str:
    """Return a value of the JSON twin as the paper would write it, a dash for nothing."""
    if _AMOUNT.fullmatch(text):
        return amount(Decimal(text))
    if _DAY.fullmatch(text):
        return day(date.fromisoformat(text))
    return _WORDS.get(text, text) or "–"
