"""Zweckbindungskontrolle: until when each thing is bound, and whether it still serves."""

from typing import Final

from netzwart.funding.queries.records import DeviceRecord
from netzwart.funding.settlement import SettledGrant
from netzwart.money import ZERO
from netzwart.proofs import wording
from netzwart.proofs.dating import days_of, earmark_of_device
from netzwart.reports.kinds import PaperKind
from netzwart.reports.papers.heads import Occasion, grant_paper
from netzwart.reports.papers.values import (
    CellValue,
    ListPaper,
    PaperField,
    PrintedColumn,
    paper_table,
)
from netzwart.reports.proof_of_use.words import STATUS

NOTE: Final = (
    "Bis zum Ende der Zweckbindung darf über die Gegenstände nur zweckentsprechend verfügt "
    "werden; Abgänge davor sind der Behörde mitzuteilen (ANBest-G Nr. 4 und 5)."
)
FIELDS: Final = (
    PaperField("inventar_nr"),
    PaperField("kategorie"),
    PaperField("hersteller_modell"),
    PaperField("seriennummer"),
    PaperField("schule_nr"),
    PaperField("schule"),
    PaperField("raum"),
    PaperField("lieferdatum"),
    PaperField("zweckbindung_bis"),
    PaperField("noch_gebunden"),
    PaperField("status"),
    PaperField("abgang_am"),
    PaperField("abgang_grund"),
    PaperField("behoerde_informiert_am"),
    PaperField("etikett"),
    PaperField("letzte_sichtung"),
    PaperField("foerderanteil", is_summed=True),
)
COLUMNS: Final = (
    PrintedColumn(("Inventar-Nr.", "Seriennummer"), 36, ("inventar_nr", "seriennummer")),
    PrintedColumn(("Hersteller, Modell", "Art"), 44, ("hersteller_modell", "kategorie")),
    PrintedColumn(("Raum",), 20, ("raum",)),
    PrintedColumn(("Lieferung",), 20, ("lieferdatum",)),
    PrintedColumn(("gebunden bis", "noch gebunden"), 24, ("zweckbindung_bis", "noch_gebunden")),
    PrintedColumn(("Status", "Abgang, Grund"), 38, ("status", "abgang_am", "abgang_grund")),
    PrintedColumn(("Behörde", "informiert am"), 22, ("behoerde_informiert_am",)),
    PrintedColumn(("Etikett",), 13, ("etikett",)),
    PrintedColumn(("zuletzt gesehen",), 28, ("letzte_sichtung",)),
    PrintedColumn(("Förderanteil", "EUR"), 22, ("foerderanteil",), is_figure=True),
)


def earmark_list(grant: SettledGrant, occasion: Occasion) -> ListPaper:
    """Return the things of a grant by school with the end of their earmark."""
    table = paper_table(
        "zweckbindung",
        "Gegenstände",
        FIELDS,
        COLUMNS,
        _rows(grant, occasion),
        empty="Zu dieser Bewilligung ist kein Gegenstand erfasst.",
        grouped_by=lambda row: f"{row[4] or ''} {row[5]}".strip(),
    )
    return grant_paper(
        PaperKind.EARMARK_LIST,
        grant,
        occasion,
        [table],
        is_landscape=True,
        paragraphs=(NOTE,),
    )


def _rows(grant: SettledGrant, occasion: Occasion) -> list[tuple[CellValue, ...]]:
    days = days_of(grant)
    shares = {one.inventory_number: one.grant_share for one in grant.settlement.devices}

    def row(device: DeviceRecord) -> tuple[CellValue, ...]:
        until = earmark_of_device(days, device)
        return (
            device.inventory_number,
            wording.CATEGORY[device.category],
            f"{device.manufacturer} {device.model}",
            device.serial,
            device.school,
            device.school_short or "Ohne Schule",
            device.room,
            device.delivered_on,
            until,
            None if until is None else occasion.as_of <= until,
            STATUS.get(device.status.value, device.status.value),
            device.disposed_on,
            device.disposal_reason,
            device.authority_informed_on,
            device.labelled_on is not None,
            device.last_seen_at,
            shares.get(device.inventory_number, ZERO),
        )

    ordered = sorted(
        grant.record.devices,
        key=lambda one: (one.school is None, one.school or "", one.inventory_number),
    )
    return [row(device) for device in ordered]
