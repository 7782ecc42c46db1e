"""Sections IV and V: what is confirmed and signed, and the room for the auditors."""

from typing import Final

from netzwart.proofs.values import ProofOfUse
from netzwart.reports.fonts import REGULAR, wrap
from netzwart.reports.proof_of_use.section import BODY_LEADING, BODY_SIZE, Section
from netzwart.reports.sheet import LINE, MM, SOFT

INDENT: Final = 14
SIGNATURE_HEIGHT: Final = 22 * MM
AUDIT_ROOM: Final = 30 * MM
AUDIT_LINE: Final = 9 * MM


def draw_confirmations(section: Section, proof: ProofOfUse) -> None:
    """Draw section IV with signature lines, and the audit office's block if there is one."""
    section.title("confirmations", "IV", "Bestätigungen")
    section.paragraph("Es wird bestätigt, dass")
    for index, sentence in enumerate(proof.confirmations.sentences, start=1):
        _sentence(section, f"{index}.", sentence)
    deducts = proof.confirmations.deducts_input_tax
    _sentence(
        section,
        f"{len(proof.confirmations.sentences) + 1}.",
        "die Zuwendungsempfängerin zum Vorsteuerabzug nach § 15 UStG "
        + (
            "berechtigt ist; die Ausgaben sind ohne Umsatzsteuer angesetzt."
            if deducts
            else "nicht berechtigt ist; die Ausgaben sind mit Umsatzsteuer angesetzt."
        ),
    )
    _signature(section, proof.place, "Rechtsverbindliche Unterschrift")
    if proof.confirmations.has_own_audit_office:
        section.skip(16)
        section.heading("Prüfvermerk der örtlichen Rechnungsprüfung", room=140)
        section.note(
            "Der Verwendungsnachweis wurde anhand der Bücher und Belege geprüft. "
            "Ergebnis der Prüfung:"
        )
        section.skip(AUDIT_ROOM - 12 * MM)
        _signature(section, proof.place, "Rechnungsprüfungsamt, Unterschrift")


def draw_authority_room(section: Section) -> None:
    """Draw section V, which the granting authority fills in."""
    section.skip(26)
    section.need(AUDIT_ROOM + 90)
    section.title("authority", "V", "Prüfung durch die Bewilligungsbehörde")
    section.note("Wird von der Bewilligungsbehörde ausgefüllt.")
    while section.y + AUDIT_LINE < section.page.floor:
        section.skip(AUDIT_LINE)
        section.page.rule(section.y)


def _sentence(section: Section, number: str, text: str) -> None:
    lines = wrap(text, REGULAR, BODY_SIZE, section.page.measure - INDENT)
    section.need(len(lines) * BODY_LEADING)
    page = section.page
    page.text(page.left, section.y + BODY_SIZE, number, BODY_SIZE, colour=SOFT)
    for line in lines:
        page.text(page.left + INDENT, section.y + BODY_SIZE, line, BODY_SIZE)
        section.skip(BODY_LEADING)
    section.skip(4)


def _signature(section: Section, place: str, label: str) -> None:
    section.need(SIGNATURE_HEIGHT)
    section.skip(SIGNATURE_HEIGHT - 12)
    page = section.page
    half = page.measure / 2 - 10
    for x, text in ((page.left, f"{place}, Datum"), (page.left + half + 20, label)):
        page.rule(section.y, x=x, width=half, colour=LINE)
        page.text(x, section.y + 10, text, 7.5, colour=SOFT)
    section.skip(22)
