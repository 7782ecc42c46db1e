"""The accountants' list of assets (Anlagenbuchhaltung), read from the file that they export."""

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Final, NoReturn

from sqlalchemy import delete, insert
from sqlalchemy.ext.asyncio import AsyncSession

from netzwart.accounts.actors import Actor
from netzwart.accounts.audit import record_audit
from netzwart.clock import utcnow
from netzwart.database import table_of
from netzwart.errors import InvalidInputError
from netzwart.funding.tables import AssetBooking
from netzwart.money import parse_amount

_BOOKING = table_of(AssetBooking)
_COLUMNS: Final[Mapping[str, tuple[str, ...]]] = {
    "asset_number": ("anlagennummer", "anlagen-nr.", "anlagen_nr", "anlage"),
    "cost": ("ahk", "anschaffungskosten", "anschaffungs- und herstellungskosten"),
    "label": ("bezeichnung", "text"),
    "booked_on": ("aktivierung", "zugang", "datum"),
}
"""Our column → the heads it may have in the file."""
MOST_ROWS: Final = 200_000
_LONGEST = {"asset_number": 60, "label": 300}


class AssetFileError(InvalidInputError):
    """The file is no list of assets; the message names line and column."""


@dataclass(frozen=True, slots=True)
class BookedAsset:
    """One line of the accountants' file."""

    asset_number: str
    label: str
    cost: Decimal
    booked_on: date | None


async def replace_asset_bookings(session: AsyncSession, content: bytes, actor: Actor) -> int:
    """Replace the list by what the file holds, and return the number of its assets.

    The accountants' export is always whole; what it no longer names is no longer booked.

    Raises:
        AssetFileError: when it is no such list; nothing was changed.
    """
    assets = read_assets(content)
    await session.execute(delete(_BOOKING))
    now = utcnow()
    await session.execute(
        insert(_BOOKING),
        [
            {
                "asset_number": one.asset_number,
                "label": one.label,
                "cost": one.cost,
                "booked_on": one.booked_on,
                "created_at": now,
                "changed_at": now,
                "version": 1,
            }
            for one in assets
        ],
    )
    await record_audit(
        session,
        actor,
        "asset_bookings_replaced",
        "asset_booking",
        None,
        changes={"assets": [None, len(assets)]},
    )
    return len(assets)


def read_assets(content: bytes) -> list[BookedAsset]:
    """Return the assets of a CSV file: UTF-8 or Windows-1252, semicolons, commas or tabs.

    Raises:
        AssetFileError: when it is no such list.
    """
    text = _text(content)
    first = text.splitlines()[0] if text.strip() else ""
    divider = max(";\t,", key=first.count)
    rows = list(csv.reader(io.StringIO(text), delimiter=divider))
    if len(rows) < 2:  # noqa: PLR2004 - a head and an asset
        _refuse("Die Datei enthält keine Anlagen.")
    if len(rows) > MOST_ROWS:
        _refuse(f"Mehr als {MOST_ROWS} Zeilen nimmt diese Liste nicht.")
    places = _places(rows[0])
    seen: dict[str, int] = {}
    found: list[BookedAsset] = []
    for number, row in enumerate(rows[1:], start=2):
        if not any(cell.strip() for cell in row):
            continue
        asset = _asset(number, row, places)
        if asset.asset_number in seen:
            _refuse(
                f"Zeile {number}: Die Anlage {asset.asset_number} steht schon in Zeile "
                f"{seen[asset.asset_number]}."
            )
        seen[asset.asset_number] = number
        found.append(asset)
    return found


def _text(content: bytes) -> str:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("cp1252", errors="replace")
    if "\x00" in text:
        _refuse("Das ist keine CSV-Datei. Bitte die Liste als CSV ausgeben.")
    return text


def _places(head: Sequence[str]) -> dict[str, int]:
    names = [cell.strip().casefold() for cell in head]
    places: dict[str, int] = {}
    for column, spellings in _COLUMNS.items():
        for spelling in spellings:
            if spelling in names:
                places.setdefault(column, names.index(spelling))
    for column, name in (("asset_number", "Anlagennummer"), ("cost", "AHK")):
        if column not in places:
            _refuse(f"Der Datei fehlt die Spalte „{name}“. Gefunden: {', '.join(head)[:200]}.")
    return places


def _asset(number: int, row: Sequence[str], places: Mapping[str, int]) -> BookedAsset:
    cells = {
        column: row[place].strip() if place < len(row) else "" for column, place in places.items()
    }
    for column, longest in _LONGEST.items():
        if len(cells.get(column, "")) > longest:
            _refuse(f"Zeile {number}: Der Eintrag ist länger als {longest} Zeichen.")
    if not cells["asset_number"]:
        _refuse(f"Zeile {number}: Die Anlagennummer fehlt.")
    try:
        cost = parse_amount(cells["cost"])
    except InvalidInputError as error:
        _refuse(f"Zeile {number}: {error.message}")
    return BookedAsset(
        cells["asset_number"], cells.get("label", ""), cost, _day(number, cells.get("booked_on"))
    )


def _day(number: int, text: str | None) -> date | None:
    if not text:
        return None
    for form in ("%d.%m.%Y", "%Y-%m-%d"):
        try:
            return datetime.strptime(text, form).date()  # noqa: DTZ007 - a day has no zone
        except ValueError:
            continue
    return _refuse(f"Zeile {number}: „{text[:40]}“ ist kein Tag (TT.MM.JJJJ).")


def _refuse(message: str) -> NoReturn:
    raise AssetFileError(message, {"file": message})
