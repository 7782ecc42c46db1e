"""Words for proofs under test: report, checks, notes, deadlines. All invented."""

from datetime import date

from netzwart.proofs.values import (
    CheckResult,
    CheckSeverity,
    DeadlineRow,
    Deadlines,
    NarrativeReport,
    NarrativeSection,
    PrintedRuleNote,
)


def a_narrative() -> NarrativeReport:
    return NarrativeReport(
        measure="WLAN-Ausbau und Verkabelung",
        school_name="Städtisches Gymnasium Herten",
        started_on=date(2022, 1, 10),
        finished_on=date(2022, 8, 31),
        sections=(
            NarrativeSection(
                heading="Ausgangslage",
                paragraphs=(
                    (
                        "Vor der Maßnahme waren 12 von 48 Unterrichtsräumen mit WLAN versorgt. Auf "
                        "ein schulisches Endgerät kamen 9,4 Schülerinnen und Schüler; die Leitung "
                        "betrug 100 Mbit/s."
                    ),
                ),
            ),
            NarrativeSection(
                heading="Maßnahme und Ergebnis",
                paragraphs=(
                    (
                        "In allen 48 Unterrichtsräumen wurden Access Points montiert und über neue "
                        "PoE-Switches angebunden. Das technisch-pädagogische Einsatzkonzept der "
                        "Schule vom 14.09.2021 wurde umgesetzt."
                    ),
                    (
                        "40 Access Points und 4 Switches sind in Betrieb; „WLAN in jedem Raum“ ist "
                        "erreicht. Auf ein Endgerät kommen nun 3,1 Schülerinnen und Schüler."
                    ),
                ),
            ),
            NarrativeSection(
                heading="Abweichungen",
                paragraphs=(
                    (
                        "Die Arbeiten begannen wegen Lieferverzug drei Wochen später als geplant. "
                        "Der Finanzierungsplan wurde eingehalten."
                    ),
                ),
            ),
            NarrativeSection(
                heading="Betrieb, Publizität, Zweckbindung",
                paragraphs=(
                    (
                        "Wartung und Support leistet die Stadt (2nd Level). Alle Geräte tragen "
                        "einen Hinweis auf die Förderung. Die Zweckbindung endet am 31.12.2027."
                    ),
                ),
            ),
        ),
    )


def some_checks() -> tuple[CheckResult, ...]:
    return (
        CheckResult(
            check="CHK-14",
            severity=CheckSeverity.ERROR,
            subject="Rechnung R-2022-0818",
            message="Berechnet sind 5 Tablets, im Inventar stehen 4.",
            rows=("HER-04-22-0030", "HER-04-22-0031", "HER-04-22-0032", "HER-04-22-0033"),
        ),
        CheckResult(
            check="CHK-18",
            severity=CheckSeverity.WARNING,
            subject="6 Geräte",
            message="Diese Geräte wurden seit mehr als 30 Schultagen nicht gesehen.",
            rows=("HER-04-22-0008", "HER-04-22-0018", "HER-04-22-0028"),
        ),
        CheckResult(
            check="CHK-31",
            severity=CheckSeverity.INFO,
            subject="Förderregel DPS-NRW-2019",
            message="2 verwendete Regelwerte sind nicht belegt.",
        ),
    )


def some_notes() -> tuple[PrintedRuleNote, ...]:
    return (
        PrintedRuleNote(
            label="Obergrenze mobile Endgeräte: Wert",
            value="20,00 %",
            status="nur aus zweiter Hand belegt",
            source="Q12: Presse, Westfälische Nachrichten",
            message="Obergrenze mobile Endgeräte: 20,00 % – nur aus zweiter Hand belegt. Bitte mit "
            "dem Zuwendungsbescheid abgleichen.",
        ),
        PrintedRuleNote(
            label="Publizität: Text",
            value=None,
            status="unbekannt",
            source="keine Quelle",
            message="Publizität: Text: unbekannt. Maßgeblich ist der Zuwendungsbescheid; bitte "
            "eintragen.",
        ),
    )


def some_deadlines() -> Deadlines:
    return Deadlines(
        proof_due_on=date(2023, 6, 30),
        earmarked_until=date(2027, 12, 31),
        retain_until=date(2029, 4, 30),
        rows=(
            DeadlineRow(
                label="Vorlage des Verwendungsnachweises",
                day=date(2023, 6, 30),
                basis="6 Monate nach Ende des Bewilligungszeitraums, ANBest-G Nr. 7.1",
            ),
            DeadlineRow(
                label="Ende der Zweckbindung",
                day=date(2027, 12, 31),
                basis="5 Jahre, bis zum Ende des fünften folgenden Kalenderjahres, RL Nr. 6.1",
            ),
            DeadlineRow(
                label="Aufbewahrung der Belege",
                day=date(2029, 4, 30),
                basis="5 Jahre nach Vorlage des Verwendungsnachweises, ANBest-G Nr. 7.5",
            ),
        ),
    )
