"""Stichprobenprotokoll: what was drawn, what answered, and what the sample proves."""

from datetime import date
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from netzwart.accounts.actors import Actor
from netzwart.clock import BERLIN
from netzwart.custody import draw_queries
from netzwart.custody.draw_queries import DrawnRow, DrawRow
from netzwart.custody.tables import DrawnState
from netzwart.errors import NotFoundError
from netzwart.funding.queries.records import GrantRecord
from netzwart.reports.kinds import PaperKind
from netzwart.reports.papers.heads import Occasion, plain_paper
from netzwart.reports.papers.values import (
    CellValue,
    ListPaper,
    PaperField,
    PrintedColumn,
    paper_table,
)
from netzwart.reports.proof_of_use.words import source_label

METHOD: Final = (
    "Verfahren: Jede Zeile der Liste (Inventarnummer;Seriennummer) erhält als Los den SHA-256 von "
    "„Losung|SHA-256 der Liste|Zeile“; gezogen sind die kleinsten Lose in ihrer Reihenfolge. "
    "docs/draw_sample.py zieht ohne netzwart nach. Gefunden ist, wessen Seriennummer nach der "
    "Ziehung am Gerät gelesen (A), vom verwaltenden System gemeldet (B) oder gescannt (D) wurde; "
    "eine gesehene Adresse allein (C) genügt nicht. Wer bei der Abfrage nicht antwortet, ist nicht "
    "gefunden."
)
FIELDS: Final = (
    PaperField("los"),
    PaperField("inventar_nr"),
    PaperField("seriennummer"),
    PaperField("hersteller_modell"),
    PaperField("schule"),
    PaperField("ergebnis"),
    PaperField("nachweis"),
    PaperField("gelesen"),
    PaperField("gelesen_am"),
    PaperField("quelle"),
    PaperField("knoten"),
    PaperField("grund"),
)
COLUMNS: Final = (
    PrintedColumn(("Los",), 12, ("los",), is_figure=True),
    PrintedColumn(("Inventar-Nr.", "Seriennummer"), 48, ("inventar_nr", "seriennummer")),
    PrintedColumn(("Hersteller, Modell", "Schule"), 48, ("hersteller_modell", "schule")),
    PrintedColumn(("Ergebnis", "Nachweis"), 30, ("ergebnis", "nachweis")),
    PrintedColumn(("gelesen", "am"), 50, ("gelesen", "gelesen_am")),
    PrintedColumn(("Quelle, Knoten", "Grund"), 79, ("quelle", "knoten", "grund")),
)


class NoDrawError(NotFoundError):
    """No draw of the grant was closed by that day."""


async def last_draw(
    session: AsyncSession, record: GrantRecord, actor: Actor, as_of: date
) -> tuple[DrawRow, list[DrawnRow]]:
    """Return the last draw of a grant that was closed on the day or before.

    Raises:
        NoDrawError: there is none.
    """
    for draw in await draw_queries.list_draws(session, record.head.id, actor):
        if draw.closed_at is not None and draw.closed_at.astimezone(BERLIN).date() <= as_of:
            return draw, list(await draw_queries.list_drawn(session, draw.id))
    raise NoDrawError("Bis zu diesem Tag ist keine Stichprobe abgeschlossen.")


def draw_record(
    record: GrantRecord, found: tuple[DrawRow, list[DrawnRow]], occasion: Occasion
) -> ListPaper:
    """Return a closed draw with its raw values and what it proves."""
    draw, lines = found
    head = record.head
    table = paper_table(
        "stichprobe",
        "Gezogene Geräte",
        FIELDS,
        COLUMNS,
        [_row(line) for line in lines],
        empty="Es wurde nichts gezogen.",
    )
    facts = (
        ("Aktenzeichen", head.number),
        ("Bewilligungsbehörde", head.authority),
        ("Losung der Prüfung", draw.seed),
        ("gezogen", f"{draw.size} von {draw.population} Geräten"),
        ("gezogen am", f"{draw.drawn_at.astimezone(BERLIN):%d.%m.%Y, %H:%M:%S} Uhr"),
        ("SHA-256 der Liste", draw.list_sha256),
    )
    return plain_paper(
        PaperKind.AUDIT_DRAW,
        head.title or f"Stichprobe zu {head.number}",
        occasion,
        facts,
        [table],
        is_landscape=True,
        grant=head.number,
        paragraphs=(draw.proven.sentence(), METHOD),
    )


def _row(line: DrawnRow) -> tuple[CellValue, ...]:
    is_found = line.state is DrawnState.FOUND
    raw = line.raw
    node = " ".join(str(raw[key]) for key in ("node", "address") if raw.get(key))
    return (
        line.position,
        line.inventory_number,
        line.serial,
        f"{line.manufacturer} {line.model}",
        line.school,
        "gefunden" if is_found else "nicht gefunden",
        f"Klasse {line.evidence_class}" if line.evidence_class else None,
        str(raw["serial"]) if raw.get("serial") else None,
        line.seen_at,
        source_label(str(raw["source"])) if raw.get("source") else None,
        node or None,
        line.told or None,
    )
