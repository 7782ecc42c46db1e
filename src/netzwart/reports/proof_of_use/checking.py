"""The annexes for auditors: check report, rule values to compare, deadlines, how to verify."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Final

from netzwart.proofs.values import CheckResult, CheckSeverity, PrintedRuleNote, ProofOfUse
from netzwart.reports.formats import day
from netzwart.reports.grid import STATEMENT, Column, Group, Part, Row, Style, Table, cell
from netzwart.reports.proof_of_use.section import Section
from netzwart.reports.proof_of_use.words import SEVERITY
from netzwart.reports.sheet import DANGER, INK, MM, SOFT, WARNING, Colour

COLOURS: Final[Mapping[CheckSeverity, Colour]] = {
    CheckSeverity.ERROR: DANGER,
    CheckSeverity.WARNING: WARNING,
    CheckSeverity.INFO: SOFT,
}
ORDER: Final = (CheckSeverity.ERROR, CheckSeverity.WARNING, CheckSeverity.INFO)
PLURAL: Final = {
    CheckSeverity.ERROR: ("Fehler", "Fehler"),
    CheckSeverity.WARNING: ("Warnung", "Warnungen"),
    CheckSeverity.INFO: ("Hinweis", "Hinweise"),
}
READING: Final = Style(size=8.5, leading=11.2, padding=4, heading_size=7.5)

MOST_TOLD: Final = 360
"""Letters of what a check names; five lines. All of it is in the file's own check report."""

AUTHENTICITY_HEIGHT: Final = 75 * MM
"""The last block stays together: a page with one line of it looks like a mistake."""

CHECK_COLUMNS: Final = (
    Column(("Prüfung",), 19),
    Column(("Ergebnis",), 20),
    Column(("Gegenstand",), 41),
    Column(("Feststellung",), 85),
)
NOTE_COLUMNS: Final = (
    Column(("Wert der Förderregel",), 43),
    Column(("angesetzt",), 27),
    Column(("Hinweis",), 58),
    Column(("Quelle",), 37),
)
DEADLINE_COLUMNS: Final = (
    Column(("Frist",), 58),
    Column(("Tag",), 25),
    Column(("Grundlage",), 82),
)


def draw_checks(section: Section, proof: ProofOfUse, number: str) -> None:
    """Draw the check report, worst first. Source: `funding.md`, section 11."""
    section.title("checks", number, "Prüfbericht")
    if not proof.checks:
        section.paragraph("Die automatischen Prüfungen haben keine Feststellungen ergeben.")
        return
    counts = Counter(check.severity for check in proof.checks)
    section.paragraph(
        "Automatische Prüfungen ergaben "
        + ", ".join(
            f"{counts[severity]} {PLURAL[severity][counts[severity] != 1]}"
            for severity in ORDER
            if counts[severity]
        )
        + ". Prüfungen ohne Feststellung sind nicht aufgeführt."
    )
    ordered = sorted(proof.checks, key=lambda check: (ORDER.index(check.severity), check.check))
    section.table(
        Table(
            columns=CHECK_COLUMNS,
            groups=(Group([_check(check) for check in ordered]),),
            style=READING,
        )
    )


def draw_notes(section: Section, proof: ProofOfUse, number: str) -> None:
    """Draw what must be compared with the notice, the deadlines, and how to verify the file."""
    section.title("notes", number, "Regelwerte, Fristen, Echtheit")
    if proof.rule_notes:
        section.heading("Mit dem Zuwendungsbescheid abzugleichen")
        section.note(
            "Diese Werte der Förderregel sind nicht belegt und nicht durch den Bescheid "
            "festgelegt. Maßgeblich ist der Bescheid.",
            colour=WARNING,
        )
        section.table(rule_note_table(proof.rule_notes))
    section.heading("Fristen")
    rows = [
        Row((cell(row.label), cell(Part(day(row.day), strong=True)), cell(Part(row.basis, SOFT))))
        for row in proof.deadlines.rows
    ]
    section.table(Table(columns=DEADLINE_COLUMNS, groups=(Group(rows),), style=READING))


def draw_authenticity(section: Section, proof: ProofOfUse, sha256: str) -> None:
    """Say what the hash covers and what is inside the file."""
    section.need(AUTHENTICITY_HEIGHT)
    section.heading("Echtheit")
    section.paragraph(
        "In diese Datei sind eingebettet: nachweis.json, belegliste.csv, inventarliste.csv und "
        "pruefbericht.json. Die Prüfsumme auf jeder Seite ist der Anfang des SHA-256 über den "
        "Inhalt von nachweis.json; sie ändert sich mit jeder gedruckten Zahl."
    )
    facts = [
        ("Prüfsumme (SHA-256)", sha256),
        ("Verkettung (Tagessiegel)", proof.seal_root or "noch nicht gesiegelt"),
        ("Signatur", proof.signature_note or "Entwurf, nicht signiert"),
        ("Prüfen unter", proof.check_address or ""),
        ("Erzeugt mit", f"netzwart {proof.generator_version}"),
        ("Förderregel", f"{proof.programme}, Fassung {proof.rule_version or '–'}"),
    ]
    columns = (Column(("",), 45), Column(("",), 120))
    rows = [
        Row((cell(Part(label, SOFT)), cell(Part(value, INK)))) for label, value in facts if value
    ]
    section.table(Table(columns=columns, groups=(Group(rows),), style=STATEMENT))


def _check(check: CheckResult) -> Row:
    return Row(
        (
            cell(check.check),
            cell(
                Part(
                    SEVERITY[check.severity],
                    COLOURS[check.severity],
                    strong=check.severity is not CheckSeverity.INFO,
                )
            ),
            cell(Part(check.subject, max_lines=4)),
            cell(
                Part(check.message, max_lines=8),
                Part(_rows_told(check.rows), SOFT, max_lines=8),
            ),
        )
    )


def _rows_told(rows: Sequence[str]) -> str:
    """Return the rows a check names, as far as a few lines hold them, and how many more."""
    count, length = 0, 0
    for row in rows:
        length += len(row) + 2
        if count and length > MOST_TOLD:
            break
        count += 1
    told, rest = ", ".join(rows[:count]), len(rows) - count
    return f"{told} und {rest} weitere, siehe pruefbericht.json" if rest else told


def rule_note_table(notes: tuple[PrintedRuleNote, ...]) -> Table:
    """Return the values of the rules that must be compared with the notice."""
    rows = [
        Row(
            (
                cell(Part(note.label, max_lines=4)),
                cell(note.value or "–", note.status),
                cell(Part(note.message, max_lines=8)),
                cell(Part(note.source, SOFT, max_lines=6)),
            )
        )
        for note in notes
    ]
    return Table(columns=NOTE_COLUMNS, groups=(Group(rows),), style=READING)
