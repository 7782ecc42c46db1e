"""Uptime in school hours, ports, power: what is measured and what is estimated."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from netzwart.clock import BERLIN, frozen_at
from netzwart.custody.pages.use import NoPriceError, UseAddress
from netzwart.custody.rules.using import (
    Energy,
    Metered,
    SchoolHours,
    StateSpan,
    availability,
    energy,
    share,
)
from netzwart.custody.service.metering import meter_use
from netzwart.custody.use_queries import NoSuchPeriodError, list_use, period_of
from netzwart.database import Database
from netzwart.network.history.packing import PortTotals, pack_totals
from netzwart.network.history.rolling import day_bounds
from netzwart.network.tables import CounterRollup, RollupPeriod, StateChange
from netzwart.schools.calendar import SchoolCalendar
from tests.builders import a_node, a_school, an_interface
from tests.cast import Cast
from tests.client import Site
from tests.custody.test_watch import ANNA

MONDAY = date(2026, 11, 16)
FRIDAY = date(2026, 11, 20)


def berlin(day: date, hour: int, minute: int = 0) -> datetime:
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=BERLIN)


def hours(first: date = MONDAY, last: date = FRIDAY, now: datetime | None = None) -> SchoolHours:
    return SchoolHours(SchoolCalendar("NW"), first, last, BERLIN, now or berlin(last, 23))


def test_school_hours_are_lessons_of_school_days_up_to_now():
    assert hours().total == 5 * 7 * 3600
    assert hours(now=berlin(MONDAY, 12)).total == 4 * 3600
    assert hours(date(2026, 10, 17), date(2026, 11, 1)).total == 0, "autumn holidays"
    assert hours().between(berlin(MONDAY, 14), berlin(MONDAY + timedelta(days=1), 9)) == 2 * 3600
    assert hours().between(berlin(MONDAY, 16), berlin(MONDAY, 23)) == 0


@pytest.mark.parametrize(
    ("spans", "up_h", "known_h"),
    [
        ([StateSpan(berlin(MONDAY, 0), is_up=True)], 35, 35),
        ([StateSpan(berlin(MONDAY, 0), is_up=False)], 0, 35),
        ([StateSpan(berlin(MONDAY, 0), is_up=None)], 0, 0),
        # Down over night and over the weekend costs nothing.
        ([StateSpan(berlin(MONDAY, 0), is_up=True), StateSpan(berlin(MONDAY, 15), is_up=False),
          StateSpan(berlin(MONDAY + timedelta(days=1), 8), is_up=True)], 35, 35),
        ([StateSpan(berlin(MONDAY, 0), is_up=True), StateSpan(berlin(MONDAY, 10), is_up=False),
          StateSpan(berlin(MONDAY, 12), is_up=True)], 33, 35),
        ([StateSpan(berlin(FRIDAY, 8), is_up=True)], 7, 7),
    ],
)  # fmt: skip
def test_availability_counts_lessons_alone(spans: list[StateSpan], up_h: int, known_h: int):
    found = availability(spans, hours(), berlin(FRIDAY, 23))
    assert found == (up_h * 3600, known_h * 3600)


def test_share_of_nothing_is_unknown():
    assert share(0, 0) is None
    assert share(33, 35) == Decimal("0.9429")


def test_energy_keeps_measured_and_estimated_apart():
    day = Decimal(24)
    whole = energy([Metered(96, 96 * 100_000)], 5, day)
    assert whole == Energy(Decimal("2.4"), Decimal("0.0")), "100 W all day, nothing missing"
    half = energy([Metered(48, 48 * 100_000)], 5, day)
    assert half == Energy(Decimal("1.2"), Decimal("1.2"))
    nobody = energy([Metered(0, 0)], 5, day)
    assert nobody == Energy(Decimal("0.0"), Decimal("1.4")), "five access points of 12 W"
    assert half.measured_eur(Decimal("0.305")) == Decimal("0.37")


@pytest.mark.parametrize(
    ("first", "last"),
    [("gestern", ""), ("2026-11-20", "2026-11-19"), ("2025-01-01", ""), ("", "2999-01-01")],
)
def test_impossible_period_is_refused(first: str, last: str):
    with frozen_at(berlin(FRIDAY, 12)), pytest.raises(NoSuchPeriodError):
        period_of(first, last)


@pytest.mark.parametrize("price", ["teuer", "-1", "99", "NaN", ""])
def test_impossible_price_is_refused(price: str):
    with pytest.raises(NoPriceError):
        UseAddress(preis=price).price()


@pytest.fixture
async def school(database: Database) -> int:
    """A switch that told its power and one access point that was down for two lessons."""
    async with database.session() as session:
        with frozen_at(berlin(MONDAY, 0)):
            school = await a_school(session, municipality_key="05562020")
            switch = await a_node(session, school_id=school.id, category="switch",
                                  reachability="up", readings={"poe": {"used_watts": 60.0}},
                                  readings_at=berlin(MONDAY, 9))  # fmt: skip
            point = await a_node(session, school_id=school.id, category="access_point",
                                 reachability="up", readings={"wireless_clients": 21},
                                 readings_at=berlin(MONDAY, 9))  # fmt: skip
        for index in (1, 2, 3):
            await an_interface(session, node_id=switch.id, index=index)
        for at, before, after in ((berlin(MONDAY, 10), "up", "down"),
                                  (berlin(MONDAY, 12), "down", "up")):  # fmt: skip
            session.add(StateChange(node_id=point.id, at=at, what="reachability",
                                    before=before, after=after))  # fmt: skip
        totals = [PortTotals(index=index, observed_s=100, up_s=up, in_octets=octets,
                             out_octets=0, in_errors=0, out_errors=0, peak_in_bps=octets,
                             peak_out_bps=0)
                  for index, up, octets in ((1, 100, 5000), (2, 1, 10), (3, 0, 0))]  # fmt: skip
        start, packed = day_bounds(MONDAY)[0], pack_totals(totals)
        session.add(
            CounterRollup(
                node_id=switch.id, period=RollupPeriod.DAY, starts_at=start, packed=packed
            )
        )
        return school.id


async def test_readings_of_a_quarter_of_an_hour_are_counted_once(database: Database, school: int):
    for minute in (0, 1):
        with frozen_at(berlin(MONDAY, 9, 5 + minute)):
            async with database.session() as session:
                assert await meter_use(session) == 2
    with frozen_at(berlin(MONDAY, 11)):
        async with database.session() as session:
            assert await meter_use(session) == 0, "two hours old: it says nothing of now"
    with frozen_at(berlin(MONDAY, 23)):
        async with database.session(writing=False) as session:
            (row,) = await list_use(session, ANNA, MONDAY, MONDAY)
    assert row.id == school
    assert row.point_availability == Decimal("0.7143"), "five of seven lessons"
    assert row.switch_availability == 1
    assert (row.clients_per_point, row.clients_most) == (Decimal("21.0"), 21)
    assert (row.ports, row.ports_used) == (3, 2)
    assert (row.uplink_bps, row.uplink_peak_bps) == (400, 5000)
    assert row.energy == Energy(Decimal("0.0"), Decimal("1.4")), "60 W: 0.015 kWh of 23 h"


async def test_clients_are_counted_in_lessons_alone(database: Database, school: int):
    with frozen_at(berlin(MONDAY, 9, 5)):
        async with database.session() as session:
            await meter_use(session)
    sunday = datetime(2026, 11, 15, 9, tzinfo=UTC)
    async with database.session() as session:
        with frozen_at(sunday):
            await a_node(session, school_id=school, category="access_point",
                         readings={"wireless_clients": 9}, readings_at=sunday)  # fmt: skip
            assert await meter_use(session) == 0


async def test_page_file_and_api_show_the_same_table(site: Site, cast: Cast, school: int):
    browser = site.as_(cast.viewer)
    page = await browser.get("/schulen/nutzung", statements_at_most=9)
    assert "Keine Zahl betrifft eine Person" in page.text
    assert "1 AP" in page.text
    file = await browser.get(f"/schulen/nutzung.csv?school={school}", statements_at_most=9)
    assert file.headers["content-type"].startswith("text/csv")
    assert file.content.decode("utf-8-sig").count("\r\n") == 2
    assert (await browser.get("/schulen/nutzung?von=2999-01-01")).status_code == 422
    assert (await site.as_(None).get("/schulen/nutzung")).status_code == 303
