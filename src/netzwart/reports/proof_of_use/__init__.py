"""The proof of use on paper, in the order of the form. Source: `domain/funding.md`, 4.3 to 4.5."""

from netzwart.proofs.serialising import content_sha256
from netzwart.proofs.values import ProofOfUse
from netzwart.reports.formats import day, hash_groups
from netzwart.reports.proof_of_use.checking import draw_authenticity, draw_checks, draw_notes
from netzwart.reports.proof_of_use.confirmations import draw_authority_room, draw_confirmations
from netzwart.reports.proof_of_use.cover import draw_cover
from netzwart.reports.proof_of_use.coverage import draw_coverage
from netzwart.reports.proof_of_use.lists import draw_device_list, draw_expense_list
from netzwart.reports.proof_of_use.narrative import draw_narrative
from netzwart.reports.proof_of_use.section import Section
from netzwart.reports.proof_of_use.statements import draw_breakdowns, draw_statements
from netzwart.reports.sheet import Imprint, Paper

__all__ = ["draw_proof_of_use"]

DEMO_BANNER = "DEMODATEN – erfunden"
WATERMARK = "ENTWURF"

FORM = (
    ("narrative", "I Sachbericht"),
    ("statement", "II Zahlenmäßiger Nachweis"),
    ("result", "III Ist-Ergebnis"),
    ("confirmations", "IV Bestätigungen"),
    ("authority", "V Prüfung durch die Bewilligungsbehörde"),
)


def draw_proof_of_use(proof: ProofOfUse, sha256: str | None = None) -> bytes:
    """Return the paper as PDF; the same value gives the same bytes.

    Fonts are embedded and everything is in RGB, so that `pdf_a.as_pdf_a` can make it PDF/A-3.
    `sha256` is the value's hash, for whoever knows it already.
    """
    sha256 = sha256 or content_sha256(proof)
    paper = Paper(_imprint(proof, sha256))
    annexes = _annexes(proof)
    numbers = {key: f"Anlage {index}" for index, (key, _) in enumerate(annexes, start=1)}
    contents = (*FORM, *((key, f"{numbers[key]} {title}") for key, title in annexes))
    draw_cover(paper, proof, contents, sha256)
    draw_narrative(Section(paper, paper.add_page()), proof)
    draw_statements(Section(paper, paper.add_page()), proof)
    section = Section(paper, paper.add_page())
    draw_confirmations(section, proof)
    draw_authority_room(section)
    if proof.includes_expense_list:
        draw_expense_list(paper, proof, numbers["expenses"])
    draw_breakdowns(Section(paper, paper.add_page()), proof, numbers["breakdowns"])
    draw_device_list(paper, proof, numbers["devices"])
    section = Section(paper, paper.add_page())
    draw_coverage(section, proof.coverage, numbers["coverage"])
    section.skip(24)
    draw_checks(section, proof, numbers["checks"])
    section.skip(24)
    draw_notes(section, proof, numbers["notes"])
    draw_authenticity(section, proof, sha256)
    return paper.render()


def _annexes(proof: ProofOfUse) -> tuple[tuple[str, str], ...]:
    annexes = (
        ("expenses", "Belegliste"),
        ("breakdowns", "Einnahmenliste, Schulen, Obergrenzen"),
        ("devices", "Inventarliste"),
        ("coverage", "Bestandsnachweis: Euro-Abdeckung"),
        ("checks", "Prüfbericht"),
        ("notes", "Regelwerte, Fristen, Echtheit"),
    )
    return annexes if proof.includes_expense_list else annexes[1:]


def _imprint(proof: ProofOfUse, sha256: str) -> Imprint:
    return Imprint(
        title=f"{proof.title} {proof.grant}",
        subject=f"{proof.programme_name}, Stand {day(proof.as_of)}",
        author=proof.recipient.name,
        creator=f"netzwart {proof.generator_version}",
        keywords=f"{proof.title}, {proof.programme}, {proof.grant}",
        running_title=f"{proof.title} · {proof.recipient.name} · {proof.programme_name}",
        footer_left=f"Stand {day(proof.as_of)} · Az. {proof.grant}",
        footer_centre=f"Prüfsumme {hash_groups(sha256)} · netzwart {proof.generator_version}",
        banner=DEMO_BANNER if proof.is_demo else None,
        watermark=WATERMARK if proof.is_draft else None,
    )
