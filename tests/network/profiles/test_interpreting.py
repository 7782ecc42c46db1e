from collections.abc import Mapping
from decimal import Decimal

import pytest

from netzwart.network.profiles import interpreting
from netzwart.network.profiles.answers import Answers
from netzwart.network.profiles.facts import Component, ComponentKind, Supply, Temperature
from netzwart.network.profiles.schema import (
    ComponentSource,
    NumberSource,
    ShareSource,
    SupplySource,
    TextSource,
)
from netzwart.network.protocols.replies import Index, Oid, SnmpValue

BASE = "1.3.6.1.4.1.99999"
SCALAR = f"{BASE}.1.0"
OTHER = f"{BASE}.2.0"
COLUMN = f"{BASE}.3.1"
NAMES = f"{BASE}.3.2"
KINDS = f"{BASE}.3.3"


def said(
    scalars: dict[str, SnmpValue] | None = None,
    columns: dict[str, dict[str, SnmpValue]] | None = None,
    *,
    description: str = "",
    object_id: str = f"{BASE}.7",
) -> Answers:
    return Answers(
        {
            Oid("1.3.6.1.2.1.1.1.0"): description.encode(),
            Oid("1.3.6.1.2.1.1.2.0"): Oid(object_id),
            Oid("1.3.6.1.2.1.1.5.0"): b"gym-sw-01",
            **{Oid(oid): value for oid, value in (scalars or {}).items()},
        },
        {
            Oid(oid): {Index(index): value for index, value in rows.items()}
            for oid, rows in (columns or {}).items()
        },
    )


def text(source: Mapping[str, object], answers: Answers) -> str | None:
    return interpreting.read_text([TextSource.model_validate(source)], answers)


def numbers(source: Mapping[str, object], answers: Answers) -> list[float]:
    found = interpreting.read_numbers([NumberSource.model_validate(source)], answers)
    return [float(number) for number in found]


def test_the_first_source_that_says_anything_wins():
    sources = [TextSource(oid=SCALAR), TextSource(oid=OTHER), TextSource(text="never")]

    assert interpreting.read_text(sources, said({SCALAR: b"N/A", OTHER: b"1.2"})) == "1.2"


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ({"description": r"Version (\S+)"}, "2.0"),
        ({"description": r"(?P<value>\d+) ports, Version \S+"}, "24"),
        ({"description": r"Version"}, "Version"),
        ({"description": r"absent (\S+)"}, None),
        ({"system_name": r"^(\w+)-"}, "gym"),
        ({"text": "fixed"}, "fixed"),
        ({"object_id": {BASE: "short", f"{BASE}.7": "long"}}, "long"),
        ({"object_id": {f"{BASE}.70": "other"}}, None),
        ({"join": "{a} / {b}", "parts": {"a": {"text": "x"}, "b": {"text": "y"}}}, "x / y"),
        ({"join": "{a}{b}", "parts": {"a": {"text": "x"}, "b": {"oid": SCALAR}}}, None),
        ({"oid": SCALAR}, None),
    ],
)
def test_a_text_comes_from_where_its_source_says(source: dict[str, object], expected: str | None):
    assert text(source, said(description="Switch 24 ports, Version 2.0")) == expected


@pytest.mark.parametrize(
    ("refinement", "expected"),
    [
        ({"pattern": r"v(\S+)"}, "5.4"),
        ({"pattern": r"x(\S+)"}, None),
        ({"unless": "Acme"}, None),
        ({"replace": {"^Acme ": ""}}, "Box v5.4"),
        ({"map": {"Acme Box v5.4": "Box"}}, "Box"),
        ({"map": {"something else": "Box"}}, None),
        ({"form": "hex"}, b"Acme Box v5.4".hex()),
    ],
)
def test_a_text_is_refined_as_its_source_says(refinement: dict[str, object], expected: str | None):
    assert text({"oid": SCALAR, **refinement}, said({SCALAR: b"Acme Box v5.4"})) == expected


def test_a_mac_address_is_written_with_colons():
    assert text({"oid": SCALAR, "form": "mac"}, said({SCALAR: bytes.fromhex("0a0b0c0d0e0f")})) == (
        "0a:0b:0c:0d:0e:0f"
    )


def test_rows_are_chosen_by_another_column_or_by_index_in_the_given_preference():
    answers = said(
        columns={
            COLUMN: {"1": b"card", "2": b"chassis", "10": b"fan"},
            KINDS: {"1": 9, "2": 3, "10": 7},
        }
    )

    by_kind = {"column": COLUMN, "where": {"column": KINDS, "matches": "^3$"}}
    by_index = {"column": COLUMN, "where": {"index": r"^10$"}}
    preferred = {
        "column": COLUMN,
        "where": [{"column": KINDS, "matches": "^7$"}, {"column": KINDS, "matches": "^9$"}],
    }
    assert text(by_kind, answers) == "chassis"
    assert text(by_index, answers) == "fan"
    assert text(preferred, answers) == "fan"
    assert text({"column": COLUMN}, answers) == "card"


@pytest.mark.parametrize(
    ("source", "raw", "expected"),
    [
        ({}, 42, [42.0]),
        ({}, b"42 %", [42.0]),
        ({}, b"-3.5 C", [-3.5]),
        ({}, b"none", []),
        ({"scale": "0.1"}, 421, [42.1]),
        ({"offset": "-100", "scale": "-1"}, 95, [5.0]),
        ({"pattern": r"60 Secs \(\s*([\d.]+)"}, b"5 Secs ( 9%) 60 Secs ( 16.7%)", [16.7]),
        ({"pattern": r"60 Secs"}, b"5 Secs ( 9%)", []),
        ({"unit": "fahrenheit"}, 212, [100.0]),
        ({"unit": "kelvin"}, 300, [26.85]),
        ({"unit": "seconds"}, 90, [1.5]),
        ({"unit": "ticks"}, 12_000, [2.0]),
        ({"unit": "celsius"}, 7, [7.0]),
        ({"invalid": ["-9999"]}, -9999, []),
        ({"at_least": 1}, 0, []),
        ({"at_most": 100}, 101, []),
    ],
)
def test_a_number_is_brought_to_the_result_s_unit(
    source: dict[str, object], raw: SnmpValue, expected: list[float]
):
    assert numbers({"oid": SCALAR, **source}, said({SCALAR: raw})) == pytest.approx(expected)


def test_the_device_may_say_itself_that_it_counts_in_fahrenheit():
    source = {"oid": SCALAR, "unit": "celsius", "unit_oid": OTHER}

    assert numbers(source, said({SCALAR: 68, OTHER: 2})) == [20.0]
    assert numbers(source, said({SCALAR: 20, OTHER: 1})) == [20.0]


def test_other_columns_of_the_row_scale_its_number():
    answers = said(
        columns={
            COLUMN: {"1": 41_765, "2": 5},
            NAMES: {"1": 8, "2": 9},
            KINDS: {"1": 0, "2": 2},
        }
    )

    assert numbers({"column": COLUMN, "si_scale_column": NAMES}, answers) == [41.765, 5.0]
    assert numbers({"column": COLUMN, "precision_column": KINDS}, answers) == [41_765.0, 0.05]
    assert numbers({"column": COLUMN, "divisor_column": KINDS}, answers) == [41_765.0, 2.5]


@pytest.mark.parametrize(
    ("combine", "expected"),
    [
        ("each", [3.0, 5.0, 4.0]),
        ("first", [3.0]),
        ("sum", [12.0]),
        ("mean", [4.0]),
        ("max", [5.0]),
        ("count", [3.0]),
    ],
)
def test_rows_are_combined_as_the_source_says(combine: str, expected: list[float]):
    answers = said(columns={COLUMN: {"1": 3, "2": 5, "3": 4}})

    assert numbers({"column": COLUMN, "combine": combine}, answers) == expected


def test_nothing_to_count_is_not_zero():
    source = {"column": COLUMN, "combine": "count"}

    assert interpreting.read_count([NumberSource.model_validate(source)], said()) is None


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ({"percent": {"oid": SCALAR}}, (30.0,)),
        ({"free_percent": {"oid": SCALAR}}, (70.0,)),
        ({"used": {"oid": SCALAR}, "total": {"oid": OTHER}}, (25.0,)),
        ({"free": {"oid": SCALAR}, "total": {"oid": OTHER}}, (75.0,)),
        ({"used": {"oid": SCALAR}, "free": {"oid": OTHER}}, (20.0,)),
        ({"free": [{"oid": SCALAR}, {"oid": SCALAR}], "total": {"oid": OTHER}}, (50.0,)),
        ({"used": {"oid": SCALAR}, "total": {"oid": f"{BASE}.9.0"}}, ()),
    ],
)
def test_a_share_is_worked_out_from_what_there_is(
    source: dict[str, object], expected: tuple[float, ...]
):
    answers = said({SCALAR: 30, OTHER: 120})

    assert interpreting.read_shares([ShareSource.model_validate(source)], answers) == expected


def test_a_share_beyond_a_hundred_percent_is_no_share():
    source = ShareSource.model_validate({"percent": {"oid": SCALAR}})

    assert interpreting.read_shares([source], said({SCALAR: 130})) == ()
    assert interpreting.percentages([Decimal(-1), Decimal(50)]) == (50.0,)


def test_temperatures_of_all_sources_are_told_with_their_names():
    sources = [
        NumberSource.model_validate({"oid": SCALAR, "label": "CPU"}),
        NumberSource.model_validate(
            {"column": COLUMN, "label_column": NAMES, "label_index": 1, "label": "Sensor"}
        ),
    ]
    answers = said({SCALAR: 40}, {COLUMN: {"1.9": 30, "2.9": 31}, NAMES: {"1": b"Inlet"}})

    assert interpreting.read_temperatures(sources, answers) == (
        Temperature("CPU", 40.0),
        Temperature("Inlet", 30.0),
        Temperature("Sensor", 31.0),
    )


def test_supplies_are_told_in_percent_or_as_unknown():
    by_percent = SupplySource.model_validate({"name": NAMES, "percent": {"column": COLUMN}})
    by_level = SupplySource.model_validate(
        {"name": NAMES, "level": {"column": COLUMN}, "capacity": {"column": KINDS}}
    )
    answers = said(
        columns={
            NAMES: {"1": b"Black", "2": b"Cyan", "3": b""},
            COLUMN: {"1": 50, "2": -3, "3": 7},
            KINDS: {"1": 200, "2": 200},
        }
    )

    assert interpreting.read_supplies([by_percent], answers)[0] == Supply("Black", 50.0)
    assert interpreting.read_supplies([by_level], answers) == (
        Supply("Black", 25.0),
        Supply("Cyan", None),
    )


def test_a_table_of_parts_gives_those_with_a_serial_number():
    source = ComponentSource.model_validate(
        {
            "kind": "other",
            "position": {"column": NAMES},
            "serial": {"column": COLUMN, "pattern": r"^(\w+)$"},
        }
    )
    answers = said(
        columns={COLUMN: {"1": b"AP1", "2": b"--", "3": b"AP3"}, NAMES: {"1": b"gym-ap-01"}}
    )

    assert interpreting.read_component_tables([source], answers) == (
        Component("gym-ap-01", ComponentKind.OTHER, None, "AP1", None),
        Component("3", ComponentKind.OTHER, None, "AP3", None),
    )


def test_a_part_takes_its_model_from_the_first_column_that_says_one():
    source = ComponentSource.model_validate(
        {
            "kind": "module",
            "serial": {"column": COLUMN},
            "model": [{"column": NAMES}, {"column": KINDS}],
        }
    )
    answers = said(columns={COLUMN: {"1": b"SN1"}, NAMES: {"1": b"N/A"}, KINDS: {"1": b"X-24"}})

    (part,) = interpreting.read_component_tables([source], answers)
    assert part.model == "X-24"


def test_memory_that_only_a_later_source_names_is_not_added():
    source = ShareSource.model_validate(
        {"free": [{"column": COLUMN}, {"column": NAMES}], "total": {"column": KINDS}}
    )
    answers = said(
        columns={COLUMN: {"1": 20}, NAMES: {"1": 30, "2": 90}, KINDS: {"1": 100, "2": 100}}
    )

    assert interpreting.read_shares([source], answers) == (50.0,)


def test_a_supply_without_any_level_is_not_told():
    source = SupplySource.model_validate({"name": NAMES, "percent": {"column": COLUMN}})

    assert interpreting.read_supplies([source], said(columns={NAMES: {"1": b"Black"}})) == ()
