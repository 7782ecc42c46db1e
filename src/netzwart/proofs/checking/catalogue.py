"""The checks by id: what each is called and what to do when it complains."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class CheckEntry:
    """One check in words."""

    title: str
    remedy: str
    """What to do, in the imperative."""


CATALOGUE: Final[Mapping[str, CheckEntry]] = {
    "CHK-01": CheckEntry(
        "Summen und Finanzierungsplan",
        "Plan mit dem Bescheid vergleichen; Einnahmen und Ausgaben müssen gleich sein.",
    ),
    "CHK-02": CheckEntry(
        "Doppelte Förderung",
        "Anteile der Position prüfen: Sie darf zusammen höchstens einmal gefördert werden.",
    ),
    "CHK-03": CheckEntry(
        "Kostenanteile", "Anteile der Position so ändern, dass sie genau den Betrag ergeben."
    ),
    "CHK-04": CheckEntry(
        "Vorhabenbeginn", "Bestelldatum prüfen oder vorzeitigen Beginn im Bescheid nachweisen."
    ),
    "CHK-05": CheckEntry(
        "Zeiträume", "Liefer- und Zahlungstag prüfen oder Verlängerung im Bescheid nachtragen."
    ),
    "CHK-06": CheckEntry("Zahlung und Skonto", "Zahlung mit Rechnung und Kassenbuch vergleichen."),
    "CHK-07": CheckEntry(
        "Steuersatz", "Steuersatz mit dem Liefertag vergleichen (2. Halbjahr 2020: 16 %)."
    ),
    "CHK-08": CheckEntry(
        "Rechnungsangaben", "Rechnung mit dem Beleg vergleichen und Fehler beim Lieferanten klären."
    ),
    "CHK-09": CheckEntry(
        "Zuwendungsfähigkeit",
        "Offene Positionen von zwei Personen entscheiden lassen; verdächtige Wörter prüfen.",
    ),
    "CHK-10": CheckEntry("Grenze je Gerät", "Der Teil über der Grenze bleibt Eigenanteil."),
    "CHK-11": CheckEntry(
        "Obergrenzen des Programms",
        "Der Teil über der Grenze bleibt Eigenanteil; Bemessung mit dem Bescheid abgleichen.",
    ),
    "CHK-12": CheckEntry(
        "Finanzierungsplan überschritten",
        "Änderungsbescheid beantragen oder Einsparung bei anderen Positionen belegen.",
    ),
    "CHK-13": CheckEntry(
        "Zuwendung und Eigenanteil", "Beanspruchte Zuwendung mit dem Bescheid vergleichen."
    ),
    "CHK-14": CheckEntry(
        "Geräte und Rechnung",
        "Fehlende Geräte inventarisieren oder der richtigen Rechnungsposition zuordnen.",
    ),
    "CHK-15": CheckEntry(
        "Seriennummern", "Seriennummer am Gerät ablesen; bei Tausch den Befund entscheiden."
    ),
    "CHK-16": CheckEntry(
        "Standort", "Gerät zurückbringen oder die Umsetzung der Bewilligungsbehörde anzeigen."
    ),
    "CHK-17": CheckEntry(
        "Zweckbindung", "Abgang der Bewilligungsbehörde anzeigen und den Tag eintragen."
    ),
    "CHK-18": CheckEntry(
        "Nicht gesehen", "Gerät suchen, einschalten oder vor Ort scannen; sonst Befund entscheiden."
    ),
    "CHK-19": CheckEntry("Vergabe", "Vergabevermerk heraussuchen und die Angaben nachtragen."),
    "CHK-20": CheckEntry(
        "Mittelabruf", "Zu früh abgerufene oder nicht verwendete Mittel zurückzahlen oder anzeigen."
    ),
    "CHK-21": CheckEntry("Fristen", "Termin einplanen oder Fristverlängerung beantragen."),
    "CHK-22": CheckEntry(
        "Sachbericht und Konzept", "Einsatzkonzept eintragen und den Sachbericht schreiben."
    ),
    "CHK-27": CheckEntry(
        "Anlagenbuchhaltung", "Anlagennummer aus der Anlagenbuchhaltung am Gerät eintragen."
    ),
    "CHK-28": CheckEntry(
        "Bestellt, geliefert, berechnet", "Bestellung, Lieferschein und Rechnung vergleichen."
    ),
    "CHK-30": CheckEntry("Belegdateien", "Rechnung als Datei an die Rechnung hängen."),
    "CHK-31": CheckEntry(
        "Unbelegte Regelwerte", "Wert mit dem Bescheid abgleichen und dort eintragen."
    ),
}
