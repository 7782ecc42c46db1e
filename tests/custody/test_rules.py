from datetime import date, timedelta
from decimal import Decimal

import pytest

from netzwart.custody.limits import limit_of, limits
from netzwart.custody.rules.comparing import FourColumns, contradictions, models_agree
from netzwart.custody.rules.watching import (
    OUTAGE_STOPS_FOR,
    Missed,
    SchoolDays,
    Watched,
    grouped_by_uplink,
    missed_device,
)
from netzwart.inventory.tables import DeviceCategory
from netzwart.schools.calendar import Closure, SchoolCalendar, days_after

NRW = SchoolCalendar("NW")
FRIDAY = date(2026, 11, 20)


def a_watched(device_id: int = 1, **given: object) -> Watched:
    values: dict[str, object] = {
        "device_id": device_id, "inventory_number": f"N{device_id}", "serial": "S", "model": "M",
        "school_id": 1, "limit": 5, "last_seen_on": FRIDAY, "clock_from": None,
        "node_id": device_id, "eligible": Decimal("100.00"), "earmarked_until": None,
        "grants": ("G",),
    }  # fmt: skip
    return Watched(**values | given)  # type: ignore[arg-type]


def lit(first: date, last: date, *without: date) -> frozenset[date]:
    return frozenset(days_after(first - timedelta(days=1), last)) - set(without)


ALL_LIT = lit(date(2026, 1, 1), date(2027, 12, 31))


@pytest.mark.parametrize(
    ("days", "last_seen", "until", "missed"),
    [
        (SchoolDays(NRW, ALL_LIT), FRIDAY, date(2026, 11, 27), 5),
        (SchoolDays(NRW, ALL_LIT), FRIDAY, FRIDAY, 0),
        # Over the summer nothing is counted; the first lesson is on the second of September.
        (SchoolDays(NRW, ALL_LIT), date(2026, 7, 17), date(2026, 9, 2), 1),
        # A closure of this school, and one day of maintenance.
        (
            SchoolDays(
                SchoolCalendar("NW", (Closure(date(2026, 11, 23), date(2026, 11, 24)),)),
                ALL_LIT,
                frozenset({date(2026, 11, 25)}),
            ),
            FRIDAY,
            date(2026, 11, 27),
            2,
        ),
        # A day on which nothing of the school was seen at all.
        (
            SchoolDays(NRW, ALL_LIT - {date(2026, 11, 24)}),
            FRIDAY,
            date(2026, 11, 27),
            4,
        ),
        # Nobody asks that school's network: every school day counts.
        (SchoolDays(NRW, None), FRIDAY, date(2026, 11, 27), 5),
    ],
)
def test_missed_school_days(days: SchoolDays, last_seen: date, until: date, missed: int):
    assert len(days.missed(last_seen, until)) == missed


def test_outage_of_a_whole_school_stops_the_clock_for_a_month_only():
    dark = SchoolDays(SchoolCalendar("BE"), frozenset())
    start = date(2026, 8, 24)
    days = dark.calendar.school_days(start, date(2026, 10, 16))
    assert len(days) > OUTAGE_STOPS_FOR + 5
    assert dark.missed(start, days[OUTAGE_STOPS_FOR - 1]) == []
    assert (
        dark.missed(start, days[OUTAGE_STOPS_FOR + 4])
        == days[OUTAGE_STOPS_FOR : OUTAGE_STOPS_FOR + 5]
    )


def test_case_opens_on_the_day_of_the_limit_and_not_before():
    days = SchoolDays(NRW, ALL_LIT)
    assert missed_device(a_watched(), days, date(2026, 11, 26)) is None
    found = missed_device(a_watched(), days, date(2026, 11, 27))
    assert found is not None
    assert found.days == 5


def test_never_seen_counts_from_commissioning_and_what_is_not_there_yet_not_at_all():
    days = SchoolDays(NRW, ALL_LIT)
    bought = a_watched(last_seen_on=None, clock_from=date(2026, 11, 2))
    assert missed_device(bought, days, date(2026, 11, 27)) is not None
    assert missed_device(a_watched(last_seen_on=None), days, date(2026, 11, 27)) is None


def test_what_hangs_behind_a_missed_switch_is_one_case():
    switch, first, second, alone = (Missed(a_watched(number), 5) for number in (1, 2, 3, 4))
    groups = grouped_by_uplink([first, switch, second, alone], {2: [1], 3: [1], 4: [9]})
    told = {
        group.first.device.device_id: [one.device.device_id for one in group.others]
        for group in groups
    }
    assert told == {1: [2, 3], 4: []}
    assert {group.first.device.device_id: group.amount for group in groups} == {
        1: Decimal("300.00"), 4: Decimal("100.00"),
    }  # fmt: skip


def test_each_category_has_a_limit():
    assert set(limits()) == {*DeviceCategory, "waiting"}
    assert limit_of(DeviceCategory.SWITCH, on_the_wire=True, is_waiting=False) == 5
    assert limit_of(DeviceCategory.PANEL, on_the_wire=False, is_waiting=False) == 200
    assert limit_of(DeviceCategory.SWITCH, on_the_wire=True, is_waiting=True) == 60


@pytest.mark.parametrize(
    ("recorded", "part_number", "read", "agree"),
    [
        ("AP-635", "R7J27A", "AP-635", True),
        ("AP-635", "R7J27A", "Aruba AP-635 (RW)", True),
        ("AP-635", "R7J27A", "R7J27A", True),
        ("AP-635", None, "AP-515", False),
        ("6300M 48G PoE", "JL661A", "JL661A 6300M 48G CL4 PoE 4SFP56 Swch", True),
        ("6300M 48G", "JL661A", "6300M 24G", False),
        ("Catalyst 9300-48P", None, "C9300-48P", True),
        ("C9300-48P", None, "Cisco Catalyst C9300-48P-A", True),
        ("LANCOM GS-3528XP", None, "GS-3528XP", True),
        ("EX2300-48P", None, "EX2300-24P", False),
        ("UniFi U6 Pro", None, "U6-Pro", True),
        ("AP-635", None, None, True),
        ("AP-635", None, "", True),
        ("AP-635", None, "x", True),
    ],
)
def test_models_agree(recorded: str, part_number: str | None, read: str | None, agree: bool):  # noqa: FBT001 - a table's column
    assert models_agree(recorded, part_number, read) is agree


@pytest.mark.parametrize(
    ("columns", "problems"),
    [
        ((10, 10, 10, 10, 10), []),
        ((10, 4, 0, 4, 4), []),  # still coming in
        ((10, 4, 4, 4, 4), []),
        ((10, 0, 0, 0, 0), []),
        ((10, 9, 10, 9, 9), ["mehr berechnet als geliefert",
          "weniger Geräte in der Kartei als berechnet"]),
        ((10, 11, 10, 11, 11), ["mehr geliefert als bestellt",
          "mehr Geräte in der Kartei als berechnet"]),
        ((10, 12, 12, 12, 12), ["mehr geliefert als bestellt", "mehr berechnet als bestellt"]),
        ((10, 10, 10, 8, 8), ["weniger Geräte in der Kartei als berechnet"]),
        ((10, 10, 10, 10, 7), ["nicht alle je gesehen"]),
        ((10, 10, 10, 10, 0), []),  # the network is not asked yet
    ],
)  # fmt: skip
def test_four_columns_contradict_each_other_both_ways(
    columns: tuple[int, int, int, int, int], problems: list[str]
):
    ordered, delivered, invoiced, recorded, seen = columns
    line = FourColumns(
        order_line_id=1, order="B1", text="AP", ordered=Decimal(ordered),
        delivered=Decimal(delivered), invoiced=Decimal(invoiced), recorded=recorded, seen=seen,
        is_network=True,
    )  # fmt: skip
    assert contradictions(line) == problems
