"""Use of the bought network by school: the table for the narrative report and the council."""

from collections.abc import AsyncGenerator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation

from litestar import Controller, get
from litestar.params import FromQuery
from litestar.response import Stream, Template

from netzwart.accounts.actors import Right
from netzwart.accounts.authentication import CurrentActor
from netzwart.accounts.guards import requires_network_reader
from netzwart.custody.rules.using import METHODS
from netzwart.custody.use_queries import SchoolUse, list_use, period_of, use_of
from netzwart.database import DbSession
from netzwart.errors import InvalidInputError
from netzwart.schools.queries import list_schools
from netzwart.web.spreadsheets import Cell, csv_chunks

PRICE = "0,30"
"""Euros a kilowatt hour, until somebody types the city's own."""
_HIGHEST_PRICE = 10
"""Above it somebody typed cents."""
HEAD = (
    "Schulnummer", "Schule", "von", "bis", "Access Points", "AP verfügbar in der Schulzeit",
    "Switches", "Switches verfügbar in der Schulzeit", "WLAN-Geräte je AP (Mittel)",
    "WLAN-Geräte (höchstens)", "Anschlüsse", "Anschlüsse je benutzt", "Uplink Mittel bit/s",
    "Uplink Spitze bit/s", "kWh gemessen", "kWh geschätzt", "EUR gemessen", "EUR geschätzt",
)  # fmt: skip


class NoPriceError(InvalidInputError):
    """What was typed is no price of a kilowatt hour."""


@dataclass(frozen=True, slots=True)
class UseAddress:
    """The query string of the page and its file."""

    von: str = ""
    bis: str = ""
    school: str = ""
    preis: str = PRICE

    def period(self) -> tuple[date, date]:
        """Return the first and the last day.

        Raises:
            NoSuchPeriodError: no days, the wrong way round, ahead, or more than a year.
        """
        return period_of(self.von, self.bis)

    def price(self) -> Decimal:
        """Return the euros a kilowatt hour costs.

        Raises:
            NoPriceError: it is no price.
        """
        try:
            price = Decimal(self.preis.strip().replace(",", "."))
        except InvalidOperation as error:
            message = "Bitte den Strompreis in Euro je kWh angeben, etwa 0,30."
            raise NoPriceError(message, {"preis": message}) from error
        if not price.is_finite() or not 0 <= price <= _HIGHEST_PRICE:
            message = f"Der Strompreis liegt zwischen 0 und {_HIGHEST_PRICE} Euro je kWh."
            raise NoPriceError(message, {"preis": message})
        return price

    def school_id(self) -> int | None:
        """Return the school it is narrowed to."""
        known = self.school.isascii() and self.school.isdigit()
        return int(self.school[:18]) if known else None


class UseController(Controller):
    """What the bought network does all day."""

    path = "/schulen"
    guards = [requires_network_reader]  # noqa: RUF012 - Litestar reads a plain attribute

    @get("/nutzung")
    async def index(
        self,
        session: DbSession,
        actor: CurrentActor,
        von: FromQuery[str] = "",
        bis: FromQuery[str] = "",
        school: FromQuery[str] = "",
        preis: FromQuery[str] = PRICE,
    ) -> Template:
        """Show each school's use in a period."""
        address = UseAddress(von, bis, school, preis)
        first, last = address.period()
        schools = await list_schools(session, actor.scope(Right.READ_NETWORK))
        only = address.school_id()
        chosen = [row for row in schools if only is None or row.id == only]
        context = {
            "address": address,
            "first": first,
            "last": last,
            "price": address.price(),
            "rows": await use_of(session, actor, chosen, first, last),
            "methods": METHODS,
            "schools": [(row.id, row.name) for row in schools],
        }
        return Template("custody/use.html", context=context)

    @get("/nutzung.csv")
    async def table(
        self,
        session: DbSession,
        actor: CurrentActor,
        von: FromQuery[str] = "",
        bis: FromQuery[str] = "",
        school: FromQuery[str] = "",
        preis: FromQuery[str] = PRICE,
    ) -> Stream:
        """Give the same table for a spreadsheet."""
        address = UseAddress(von, bis, school, preis)
        first, last = address.period()
        rows = await list_use(session, actor, first, last, address.school_id())
        price = address.price()

        async def cells() -> AsyncGenerator[list[Cell]]:
            for row in rows:
                yield _cells(row, first, last, price)

        name = f"nutzung-{first}-{last}.csv"
        return Stream(
            csv_chunks(HEAD, cells()),
            media_type="text/csv; charset=utf-8",
            headers={"Content-Disposition": f'attachment; filename="{name}"'},
        )


def _cells(row: SchoolUse, first: date, last: date, price: Decimal) -> list[Cell]:
    return [
        row.number, row.name, first, last, row.points, _percent(row.point_availability),
        row.switches, _percent(row.switch_availability), _number(row.clients_per_point),
        row.clients_most, row.ports, row.ports_used, row.uplink_bps, row.uplink_peak_bps,
        _number(row.energy.measured_kwh), _number(row.energy.estimated_kwh),
        _number(row.energy.measured_eur(price)), _number(row.energy.estimated_eur(price)),
    ]  # fmt: skip


def _percent(value: Decimal | None) -> str | None:
    return None if value is None else f"{value * 100:.2f} %".replace(".", ",")


def _number(value: Decimal | None) -> str | None:
    return None if value is None else f"{value}".replace(".", ",")
