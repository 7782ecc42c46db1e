"""The proof directory: the paper and its four twins, as bytes. Source: `contract.md`."""

from typing import Final

from netzwart.proofs.serialising import written_proof
from netzwart.proofs.values import ProofOfUse
from netzwart.reports.pdf_a import Attachment, as_pdf_a
from netzwart.reports.proof_of_use import draw_proof_of_use
from netzwart.reports.twins import checks_json, devices_csv, expenses_csv

PDF: Final = "verwendungsnachweis.pdf"
PROOF: Final = "nachweis.json"
EXPENSES: Final = "belegliste.csv"
DEVICES: Final = "inventarliste.csv"
CHECKS: Final = "pruefbericht.json"


def build_proof_files(proof: ProofOfUse) -> dict[str, bytes]:
    """Return the five files by name; the same proof gives the same bytes.

    Takes seconds of CPU for thousands of rows: call it in a thread.
    """
    data, sha256 = written_proof(proof)
    twins = {
        PROOF: data,
        EXPENSES: expenses_csv(proof),
        DEVICES: devices_csv(proof),
        CHECKS: checks_json(proof),
    }
    described = {
        PROOF: ("application/json", "Der Nachweis als Daten", "Source"),
        EXPENSES: ("text/csv", "Belegliste", "Data"),
        DEVICES: ("text/csv", "Inventarliste", "Data"),
        CHECKS: ("application/json", "Prüfbericht", "Supplement"),
    }
    attachments = [
        Attachment(name, twins[name], media_type, description, relationship)
        for name, (media_type, description, relationship) in described.items()
    ]
    return {
        PDF: as_pdf_a(draw_proof_of_use(proof, sha256), attachments, proof.as_of),
        **twins,
    }
