"""The kinds of paper that netzwart prints and issues."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class PaperKind(StrEnum):
    """What a paper is. Source: `domain/funding.md`, section 13."""

    PROOF_OF_USE = "proof_of_use"
    DRAWDOWN_SHEET = "drawdown_sheet"
    PROCUREMENT_OVERVIEW = "procurement_overview"
    EARMARK_LIST = "earmark_list"
    ASSET_EXPORT = "asset_export"
    INVENTORY_LIST = "inventory_list"
    COUNCIL_STATEMENT = "council_statement"
    AUDIT_DRAW = "audit_draw"
    """Not of section 13: the record of an auditor's sample."""


class PaperScope(StrEnum):
    """What a paper is about."""

    GRANT = "grant"
    SCHOOL = "school"
    ALL = "all"


@dataclass(frozen=True, slots=True)
class KindFacts:
    """How a kind of paper is called, numbered and filed."""

    label: str
    prefix: str
    """Of its numbers: `VN-2026-0007`."""
    stem: str
    """Of its file names."""
    scope: PaperScope
    table: str
    """Key of its main table, the name of the CSV twin."""

    @property
    def pdf(self) -> str:
        """Return the file name of the paper itself."""
        return f"{self.stem}.pdf"

    @property
    def twins(self) -> tuple[tuple[str, str], ...]:
        """Return the machine-readable files that a list offers, with their labels."""
        return (f"{self.table}.csv", "CSV"), ("papier.json", "JSON")


KINDS: Final[Mapping[PaperKind, KindFacts]] = {
    PaperKind.PROOF_OF_USE: KindFacts(
        "Verwendungsnachweis", "VN", "verwendungsnachweis", PaperScope.GRANT, "belegliste"
    ),
    PaperKind.DRAWDOWN_SHEET: KindFacts(
        "Mittelabruf", "MA", "mittelabruf", PaperScope.GRANT, "belege"
    ),
    PaperKind.PROCUREMENT_OVERVIEW: KindFacts(
        "Vergabeübersicht", "VU", "vergabeuebersicht", PaperScope.GRANT, "vergaben"
    ),
    PaperKind.EARMARK_LIST: KindFacts(
        "Zweckbindungskontrolle", "ZB", "zweckbindung", PaperScope.GRANT, "zweckbindung"
    ),
    PaperKind.ASSET_EXPORT: KindFacts(
        "Anlagen und Sonderposten", "AS", "anlagen", PaperScope.GRANT, "anlagen"
    ),
    PaperKind.INVENTORY_LIST: KindFacts(
        "Inventarliste der Schule", "IL", "inventarliste", PaperScope.SCHOOL, "inventar"
    ),
    PaperKind.COUNCIL_STATEMENT: KindFacts(
        "Förderübersicht", "FU", "foerderuebersicht", PaperScope.ALL, "foerderungen"
    ),
    PaperKind.AUDIT_DRAW: KindFacts(
        "Stichprobenprotokoll", "SP", "stichprobe", PaperScope.GRANT, "stichprobe"
    ),
}
