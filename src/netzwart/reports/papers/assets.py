"""Anlagen und Sonderposten: what the accountants book for each funded thing.

Source: KomHVO NRW § 36 (depreciation, 800-euro limit); investive grants are Sonderposten that are
dissolved over the useful life of what they paid for (`funding.md`, section 5).
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import Final

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from netzwart.database import table_of
from netzwart.funding.queries.records import DeviceRecord
from netzwart.funding.settlement import SettledGrant
from netzwart.inventory.tables import Device, DeviceModel
from netzwart.money import ZERO, cents, exact
from netzwart.proofs import wording
from netzwart.reports.kinds import PaperKind
from netzwart.reports.papers.heads import Occasion, grant_paper
from netzwart.reports.papers.values import (
    CellValue,
    ListPaper,
    PaperField,
    PrintedColumn,
    paper_table,
)

MINOR_ASSET_NET: Final = Decimal("800.00")
"""Up to here a thing may be booked as expense at once. Source: KomHVO NRW § 36 Abs. 3."""
_MONTHS = 12
_DEVICE, _MODEL = table_of(Device), table_of(DeviceModel)

NOTE: Final = (
    "Der Sonderposten ist der Förderanteil des Gegenstands. Die monatliche Auflösung ist auf "
    "Cent gerundet; der Rest fällt in den letzten Monat. Ohne Nutzungsdauer des Modells "
    "bleibt sie leer. „GWG möglich“ heißt: Einzelpreis bis 800 € netto (§ 36 Abs. 3 KomHVO "
    "NRW); die Zweckbindung gilt auch dann."
)
FIELDS: Final = (
    PaperField("inventar_nr"),
    PaperField("anlagen_nr"),
    PaperField("bezeichnung"),
    PaperField("schule_nr"),
    PaperField("schule"),
    PaperField("anschaffung_am"),
    PaperField("inbetriebnahme"),
    PaperField("ahk_brutto", is_summed=True),
    PaperField("davon_zuwendungsfaehig", is_summed=True),
    PaperField("sonderposten_zuwendung", is_summed=True),
    PaperField("eigenanteil", is_summed=True),
    PaperField("einzelpreis_netto"),
    PaperField("gwg_moeglich"),
    PaperField("nutzungsdauer_jahre"),
    PaperField("aufloesung_monatlich"),
    PaperField("abgang_am"),
)
COLUMNS: Final = (
    PrintedColumn(("Inventar-Nr.", "Anlagen-Nr."), 34, ("inventar_nr", "anlagen_nr")),
    PrintedColumn(("Bezeichnung", "Schule"), 52, ("bezeichnung", "schule")),
    PrintedColumn(("Anschaffung", "Inbetriebnahme"), 25, ("anschaffung_am", "inbetriebnahme")),
    PrintedColumn(("AHK brutto", "EUR"), 24, ("ahk_brutto",), is_figure=True),
    PrintedColumn(("davon zuwen-", "dungsfähig"), 24, ("davon_zuwendungsfaehig",), is_figure=True),
    PrintedColumn(("Sonderposten", "Zuwendung"), 24, ("sonderposten_zuwendung",), is_figure=True),
    PrintedColumn(("Eigenanteil", "EUR"), 22, ("eigenanteil",), is_figure=True),
    PrintedColumn(("GWG", "möglich"), 14, ("gwg_moeglich",)),
    PrintedColumn(("Jahre",), 12, ("nutzungsdauer_jahre",), is_figure=True),
    PrintedColumn(("Auflösung", "je Monat"), 20, ("aufloesung_monatlich",), is_figure=True),
    PrintedColumn(("Abgang",), 16, ("abgang_am",)),
)


async def useful_lives(session: AsyncSession, grant: SettledGrant) -> Mapping[int, int | None]:
    """Return the useful life in years by device id, as the treasury set it for the model."""
    ids = [device.id for device in grant.record.devices]
    first, last = (min(ids), max(ids)) if ids else (0, 0)
    rows = await session.execute(
        select(_DEVICE.c.id, _MODEL.c.useful_life_years)
        .join(_MODEL, _MODEL.c.id == _DEVICE.c.model_id)
        .where(_DEVICE.c.id.between(first, last))
        .order_by(_DEVICE.c.id)
    )
    return {row.id: row.useful_life_years for row in rows}


def asset_export(
    grant: SettledGrant, lives: Mapping[int, int | None], occasion: Occasion
) -> ListPaper:
    """Return each funded thing with cost, grant share and monthly dissolution."""
    table = paper_table(
        "anlagen",
        "Anlagen",
        FIELDS,
        COLUMNS,
        _rows(grant, lives),
        empty="Zu dieser Bewilligung ist kein Gegenstand erfasst.",
    )
    return grant_paper(
        PaperKind.ASSET_EXPORT,
        grant,
        occasion,
        [table],
        is_landscape=True,
        rule_notes=(),
        paragraphs=(NOTE,),
    )


def monthly_dissolution(grant_share: Decimal, years: int | None) -> Decimal | None:
    """Return the part of a Sonderposten that is dissolved each month, rounded to the cent."""
    return None if not years else cents(exact(grant_share) / (years * _MONTHS))


def _rows(grant: SettledGrant, lives: Mapping[int, int | None]) -> list[tuple[CellValue, ...]]:
    values = {one.inventory_number: one for one in grant.settlement.devices}
    prices = {line.id: line.unit_net for invoice in grant.record.invoices for line in invoice.lines}

    def row(device: DeviceRecord) -> tuple[CellValue, ...]:
        value = values.get(device.inventory_number)
        share = value.grant_share if value else ZERO
        price = prices.get(device.invoice_line_id or 0)
        return (
            device.inventory_number,
            device.asset_number,
            f"{wording.CATEGORY[device.category]} {device.manufacturer} {device.model}",
            device.school,
            device.school_short,
            device.delivered_on,
            device.commissioned_on,
            value.cost if value else ZERO,
            value.eligible_cost if value else ZERO,
            share,
            (value.cost - share) if value else ZERO,
            None if price is None else cents(price),
            None if price is None else price <= MINOR_ASSET_NET,
            lives.get(device.id),
            monthly_dissolution(share, lives.get(device.id)),
            device.disposed_on,
        )

    return [row(device) for device in grant.record.devices]
