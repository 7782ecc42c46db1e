"""Section I: the report on what was done, block by block."""

from netzwart.proofs.values import NarrativeReport, ProofOfUse
from netzwart.reports.formats import day
from netzwart.reports.proof_of_use.section import Section


def draw_narrative(section: Section, proof: ProofOfUse) -> None:
    """Draw section I with one block per measure."""
    section.title("narrative", "I", "Sachbericht")
    if not proof.narrative:
        section.paragraph("Es liegt noch kein Sachbericht vor.")
    for report in proof.narrative:
        _report(section, report)


def _report(section: Section, report: NarrativeReport) -> None:
    school = f" – {report.school_name}" if report.school_name else ""
    section.heading(f"{report.measure}{school}", room=90)
    section.note(f"Beginn {day(report.started_on)} · Abschluss {day(report.finished_on)}")
    for block in report.sections:
        section.small_heading(block.heading)
        for paragraph in block.paragraphs:
            section.paragraph(paragraph)
    section.skip(8)
