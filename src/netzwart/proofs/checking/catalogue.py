"""The checks by id: what each is called, what it means and what to do when it complains."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class CheckEntry:
    """One check in words."""

    title: str
    meaning: str
    """What it looks at, so that somebody who never saw it understands."""
    remedy: str
    """What to do, in the imperative."""
    basis: str
    """Where the requirement comes from."""


CATALOGUE: Final[Mapping[str, CheckEntry]] = {
    "CHK-01": CheckEntry(
        title="Summen und Finanzierungsplan",
        meaning="Geplante Einnahmen und Ausgaben sind gleich, und die zuwendungsfähigen "
        "Positionen ergeben den Betrag des Bescheids. Belegliste und zahlenmäßiger "
        "Nachweis entstehen aus denselben Zahlungen.",
        remedy="Plan mit dem Bescheid vergleichen; Einnahmen und Ausgaben müssen gleich sein.",
        basis="VVG Grundmuster 3, Teil II",
    ),
    "CHK-02": CheckEntry(
        title="Doppelte Förderung",
        meaning="Keine Position wird von mehreren Bewilligungen zusammen zu mehr als ihrem Betrag"
        " getragen, keine Datei hängt an zwei Rechnungen, und kein Lieferant hat dieselbe"
        " Summe am selben Tag zweimal berechnet.",
        remedy="Anteile der Position prüfen: Sie darf zusammen höchstens einmal gefördert werden.",
        basis="Verbot der Doppelförderung, Q30",
    ),
    "CHK-03": CheckEntry(
        title="Kostenanteile",
        meaning="Die Anteile der Maßnahmen an einer Position ergeben auf den Cent die Position.",
        remedy="Anteile der Position so ändern, dass sie genau den Betrag ergeben.",
        basis="Formel 9.2",
    ),
    "CHK-04": CheckEntry(
        title="Vorhabenbeginn",
        meaning="Nichts wurde bestellt, bevor das Vorhaben beginnen durfte. Als Beginn gilt der "
        "Abschluss eines Liefer- oder Leistungsvertrags.",
        remedy="Bestelldatum prüfen oder vorzeitigen Beginn im Bescheid nachweisen.",
        basis="VV zu § 44 LHO, Q44",
    ),
    "CHK-05": CheckEntry(
        title="Zeiträume",
        meaning="Geliefert wurde bis zum Ende des Durchführungszeitraums, bezahlt bis zum Ende "
        "des Bewilligungszeitraums.",
        remedy="Liefer- und Zahlungstag prüfen oder Verlängerung im Bescheid nachtragen.",
        basis="Bescheid, Q07",
    ),
    "CHK-06": CheckEntry(
        title="Zahlung und Skonto",
        meaning="Es ist nicht mehr bezahlt als geschuldet, und angebotenes Skonto wurde gezogen. "
        "Zuwendungsfähig ist nur, was wirklich gezahlt wurde.",
        remedy="Zahlung mit Rechnung und Kassenbuch vergleichen.",
        basis="Q53",
    ),
    "CHK-07": CheckEntry(
        title="Steuersatz",
        meaning="Der Steuersatz galt am Tag der Lieferung. Vom 1. Juli bis 31. Dezember 2020 "
        "waren es 16 und 5 Prozent.",
        remedy="Steuersatz mit dem Liefertag vergleichen (2. Halbjahr 2020: 16 %).",
        basis="§§ 12, 28 UStG",
    ),
    "CHK-08": CheckEntry(
        title="Rechnungsangaben",
        meaning="Die Rechnung lautet auf Euro und auf die Stadt; Menge mal Preis plus Steuer ist "
        "der Betrag, und die Positionen ergeben die Summe, die auf der Rechnung steht.",
        remedy="Rechnung mit dem Beleg vergleichen und Fehler beim Lieferanten klären.",
        basis="EN 16931; Feststellung sachlich und rechnerisch richtig",
    ),
    "CHK-09": CheckEntry(
        title="Zuwendungsfähigkeit",
        meaning="Über jede Position haben zwei Personen entschieden. Wörter wie Wartung, Support "
        "oder Verbrauchsmaterial stehen selten auf einer zuwendungsfähigen Position; sie "
        "entscheiden nichts, aber jemand sollte hinsehen.",
        remedy="Offene Positionen von zwei Personen entscheiden lassen; verdächtige Wörter prüfen.",
        basis="RL DigitalPakt NRW, Q04, Q25",
    ),
    "CHK-10": CheckEntry(
        title="Grenze je Gerät",
        meaning="Ein Gerät kostet mit Zubehör und Inbetriebnahme höchstens, was das Programm je "
        "Gerät zulässt (meist 500 Euro). Ist unbekannt, ob die Grenze für die Ausgaben "
        "oder für die Zuwendung gilt, stehen beide Lesarten da.",
        remedy="Der Teil über der Grenze bleibt Eigenanteil.",
        basis="Q22, Q23, Q30",
    ),
    "CHK-11": CheckEntry(
        title="Obergrenzen des Programms",
        meaning="Für mobile Endgeräte gilt im DigitalPakt: höchstens 20 Prozent der Gesamtsumme "
        "oder 25.000 Euro je Schule. Ob 20 Prozent der Ausgaben oder des Budgets gemeint "
        "sind, ist nicht bekannt; beide Lesarten stehen da.",
        remedy="Der Teil über der Grenze bleibt Eigenanteil; Bemessung mit dem Bescheid "
        "abgleichen.",
        basis="Q12",
    ),
    "CHK-12": CheckEntry(
        title="Finanzierungsplan überschritten",
        meaning="Eine Position des Finanzierungsplans darf um 20 Prozent überschritten werden, "
        "wenn andere Positionen es ausgleichen; die Gesamtsumme nicht.",
        remedy="Änderungsbescheid beantragen oder Einsparung bei anderen Positionen belegen.",
        basis="ANBest-G Nr. 1.2",
    ),
    "CHK-13": CheckEntry(
        title="Zuwendung und Eigenanteil",
        meaning="Beansprucht wird nicht mehr als bewilligt, ausgezahlt nicht mehr als "
        "beansprucht, und der Eigenanteil ist im Plan finanziert.",
        remedy="Beanspruchte Zuwendung mit dem Bescheid vergleichen.",
        basis="RL DigitalPakt NRW Nr. 5.5, Q03",
    ),
    "CHK-14": CheckEntry(
        title="Geräte und Rechnung",
        meaning="Zu jeder geförderten Hardware-Position gibt es genau so viele Geräte im Inventar"
        " wie berechnet sind, und jedes Gerät gehört zu einer Rechnungsposition.",
        remedy="Fehlende Geräte inventarisieren oder der richtigen Rechnungsposition zuordnen.",
        basis="Vor-Ort-Prüfung der Bewilligungsbehörde",
    ),
    "CHK-15": CheckEntry(
        title="Seriennummern",
        meaning="Jedes Gerät hat eine Seriennummer, und das Netz liest dieselbe. Zwei Geräte "
        "eines Herstellers mit derselben Nummer lässt netzwart nicht zu.",
        remedy="Seriennummer am Gerät ablesen; bei Tausch den Befund entscheiden.",
        basis="Bestandsnachweis",
    ),
    "CHK-16": CheckEntry(
        title="Standort",
        meaning="Jedes Gerät steht an einer Schule, für die der Bescheid eine Maßnahme enthält.",
        remedy="Gerät zurückbringen oder die Umsetzung der Bewilligungsbehörde anzeigen.",
        basis="RL DigitalPakt NRW Nr. 6.1, Q08",
    ),
    "CHK-17": CheckEntry(
        title="Zweckbindung",
        meaning="Vor dem Ende der Zweckbindung ist nichts abgegangen oder liegt ungenutzt, ohne "
        "dass es der Behörde mitgeteilt wurde.",
        remedy="Abgang der Bewilligungsbehörde anzeigen und den Tag eintragen.",
        basis="ANBest-G Nr. 4 und 5",
    ),
    "CHK-18": CheckEntry(
        title="Nicht gesehen",
        meaning="Netzgeräte antworten, andere Geräte hat jemand gesehen, und die letzte Inventur "
        "hat sie gefunden.",
        remedy="Gerät suchen, einschalten oder vor Ort scannen; sonst Befund entscheiden.",
        basis="Bundesrechnungshof 2022, Q15",
    ),
    "CHK-19": CheckEntry(
        title="Vergabe",
        meaning="Verfahren, Angebote und Zuschlag sind festgehalten, und das Recht am Tag der "
        "Bestellung wurde eingehalten: bis 31.12.2025 Kommunale Vergabegrundsätze und "
        "UVgO, seit 01.01.2026 § 75a GO NRW. Ab dem EU-Schwellenwert wurde EU-weit "
        "vergeben, und nichts wurde in kleine Aufträge geteilt.",
        remedy="Vergabevermerk heraussuchen und die Angaben nachtragen.",
        basis="§ 26 KomHVO a. F., § 75a GO NRW, Q50, Q51",
    ),
    "CHK-20": CheckEntry(
        title="Mittelabruf",
        meaning="Abgerufen wird erst nach der Bestandskraft, nur innerhalb von Bescheid und "
        "Tranche, und nur, was in zwei Monaten gebraucht wird (oder bei Erstattung: was "
        "bezahlt ist). Zinsen auf liegen gebliebenes Geld stehen in beiden Lesarten da.",
        remedy="Zu früh abgerufene oder nicht verwendete Mittel zurückzahlen oder anzeigen.",
        basis="ANBest-G Nr. 1.4, VVG Nr. 7 und 8, § 49a VwVfG",
    ),
    "CHK-21": CheckEntry(
        title="Fristen",
        meaning="Der Verwendungsnachweis ist nicht überfällig; Mitteilungen gehen rechtzeitig "
        "heraus, und das Ende von Zweckbindung und Aufbewahrung kommt nicht unbemerkt.",
        remedy="Termin einplanen oder Fristverlängerung beantragen.",
        basis="ANBest-G Nr. 5, 7.1 und 7.5",
    ),
    "CHK-22": CheckEntry(
        title="Sachbericht, Konzept, Publizität",
        meaning="Jede geförderte Schule hat ein technisch-pädagogisches Einsatzkonzept, jede "
        "Maßnahme einen Sachbericht, und wo der Fördergeber genannt werden muss, ist das "
        "belegt.",
        remedy="Einsatzkonzept eintragen, Sachbericht schreiben, Förderhinweis anbringen.",
        basis="Q20a; Publizität: eigenes Wissen",
    ),
    "CHK-23": CheckEntry(
        title="Mobile Geräte ohne WLAN",
        meaning="Mobile Endgeräte wurden für Schulen gefördert, an denen kein Access Point im "
        "Einsatz ist. Die Richtlinie setzt die Infrastruktur voraus.",
        remedy="Vorhandene Infrastruktur erfassen oder den Einsatz im Sachbericht begründen.",
        basis="eigenes Wissen, Sicherheit hoch",
    ),
    "CHK-24": CheckEntry(
        title="Mehr Geräte als Personen",
        meaning="Alle Bewilligungen zusammen haben für eine Personengruppe mehr Geräte bezahlt, "
        "als die Schulen Personen haben (Überförderung).",
        remedy="Zahlen der Schulen aktualisieren oder den Bedarf der Behörde erklären.",
        basis="REACT-EU Anlage 3, Q30",
    ),
    "CHK-25": CheckEntry(
        title="Administration ohne Bezug",
        meaning="Geld für IT-Administration darf nur in unmittelbarem Zusammenhang mit einer "
        "DigitalPakt-Investition ausgegeben werden. Diese Maßnahmen sind mit keiner "
        "verbunden.",
        remedy="Maßnahme mit der Investition verbinden, der sie dient.",
        basis="BASS 11-02 Nr. 40, Q26",
    ),
    "CHK-26": CheckEntry(
        title="Leihe und Personendaten",
        meaning="Verliehene Geräte haben eine Leihe mit Vertrag und kommen rechtzeitig zurück; "
        "kein Text des Nachweises nennt eine Person, die leiht.",
        remedy="Vertrag hochladen, Rückgabe klären, Namen aus dem Text entfernen.",
        basis="Datenschutz, Q83",
    ),
    "CHK-27": CheckEntry(
        title="Anlagenbuchhaltung",
        meaning="Was mehr als 800 Euro netto kostet, ist eine eigene Anlage und trägt ihre Nummer"
        " aus der Anlagenbuchhaltung; dort steht sie mit dem Betrag, der bezahlt wurde.",
        remedy="Anlagennummer am Gerät eintragen; bei anderem Betrag mit der Kämmerei klären. Ihre "
        "Liste wird unter Förderung, Anlagen übernommen.",
        basis="§ 36 KomHVO NRW, Q65",
    ),
    "CHK-28": CheckEntry(
        title="Bestellt, geliefert, berechnet",
        meaning="Es ist nicht mehr berechnet als bestellt und geliefert, nicht teurer als "
        "angeboten, und Abschlags- und Schlussrechnungen zusammen übersteigen die "
        "Bestellung nicht.",
        remedy="Bestellung, Lieferschein und Rechnung vergleichen.",
        basis="VG Aachen 3 K 1992/14, Q48",
    ),
    "CHK-29": CheckEntry(
        title="Erlöse nicht gemeldet",
        meaning="Ein gefördertes Gerät hat beim Abgang Geld eingebracht (Verkauf, Versicherung), "
        "das nicht als Einnahme der Bewilligung erfasst ist.",
        remedy="Einnahme erfassen und der Behörde mitteilen.",
        basis="ANBest-G Nr. 2 und 5",
    ),
    "CHK-30": CheckEntry(
        title="Belegdateien",
        meaning="Zu jeder Rechnung liegt der Beleg als Datei vor, und ihr Fingerabdruck ist noch "
        "derselbe; das wird jede Nacht nachgesehen.",
        remedy="Rechnung als Datei an die Rechnung hängen; eine veränderte Datei aus der "
        "Sicherung holen.",
        basis="§ 59 KomHVO NRW, ANBest-G Nr. 7.5",
    ),
    "CHK-31": CheckEntry(
        title="Unbelegte Regelwerte",
        meaning="Der Nachweis rechnet mit Werten, für die es keine gesicherte Quelle gibt und die"
        " der Bescheid nicht gesetzt hat.",
        remedy="Wert mit dem Bescheid abgleichen und dort eintragen.",
        basis="Festlegung von netzwart",
    ),
    "CHK-32": CheckEntry(
        title="Eingereichter Nachweis weicht ab",
        meaning="Seit der Einreichung wurden Daten geändert, die der Nachweis zeigt. Der "
        "eingereichte Nachweis bleibt, wie er ist.",
        remedy="Änderung prüfen und einen berichtigten Nachweis ausgeben.",
        basis="Festlegung von netzwart",
    ),
}
