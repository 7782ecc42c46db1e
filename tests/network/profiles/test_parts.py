from collections.abc import Mapping

import pytest
from pydantic import ValidationError

from netzwart.network.profiles import parts
from netzwart.network.profiles.answers import Answers
from netzwart.network.profiles.facts import Condition, Disk, Fan, PowerSupply
from netzwart.network.profiles.schema import PartSource
from netzwart.network.protocols.replies import Index, Oid, SnmpValue

BASE = "1.3.6.1.4.1.99999"
STATE = f"{BASE}.1"
LABEL = f"{BASE}.2"
RPM = f"{BASE}.3"
ENTITY = "1.3.6.1.2.1.47.1.1.1.1"
ENTITY_STATE = "1.3.6.1.2.1.131.1.1.1.3"
SENSOR = "1.3.6.1.2.1.99.1.1.1"
STORAGE = "1.3.6.1.2.1.25.2.3.1"


def answers(columns: Mapping[str, Mapping[str, SnmpValue]] | None = None, **more: int) -> Answers:
    return Answers(
        scalars={Oid(f"{BASE}.{name.removeprefix('o')}.0"): value for name, value in more.items()},
        columns={
            Oid(column): {Index(row): value for row, value in cells.items()}
            for column, cells in (columns or {}).items()
        },
    )


def source(**words: object) -> PartSource:
    return PartSource.model_validate({"column": STATE, **words})


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (1, Condition.OK),
        (2, Condition.WARNING),
        (9, Condition.UNKNOWN),
        (b"Failed", Condition.CRITICAL),
        (b" failed\n", Condition.CRITICAL),
    ],
)
def test_a_value_means_what_the_profile_says_and_else_nobody_knows(
    value: SnmpValue, expected: Condition
):
    said = source(states={"1": "ok", "2": "warning", "Failed": "critical"}, label="Fan")

    (fan,) = parts.read_fans((said,), answers({STATE: {"1": value}}))

    assert fan == Fan("Fan 1", expected)


def test_an_absent_part_and_an_empty_cell_are_no_parts():
    said = source(states={"5": "absent", "1": "ok"}, label_column=LABEL)
    table: dict[str, Mapping[str, SnmpValue]] = {
        STATE: {"1": 5, "2": b"", "3": 1},
        LABEL: {"1": b"A", "2": b"B", "3": b"C"},
    }

    assert parts.read_power_supplies((said,), answers(table)) == (PowerSupply("C", Condition.OK),)


def test_a_fan_has_its_speed_from_its_own_row():
    said = source(states={"1": "ok"}, amount={"column": RPM}, label_column=LABEL)
    table: dict[str, Mapping[str, SnmpValue]] = {
        STATE: {"1": 1, "2": 1},
        RPM: {"2": 4200},
        LABEL: {"1": b"left"},
    }

    assert parts.read_fans((said,), answers(table)) == (
        Fan("left", Condition.OK),
        Fan(None, Condition.OK, 4200.0),
    )


def test_one_object_is_one_part():
    said = PartSource.model_validate({"oid": f"{BASE}.7.0", "states": {"2": "critical"}})

    assert parts.read_power_supplies((said,), answers(o7=2)) == (
        PowerSupply(None, Condition.CRITICAL),
    )


def test_the_first_source_with_any_part_wins_over_the_standards():
    empty = source(column=LABEL, states={"1": "ok"})
    said = source(states={"1": "ok"}, label="Fan")
    table: dict[str, Mapping[str, SnmpValue]] = {
        STATE: {"1": 1},
        ENTITY_STATE: {"7": 2},
        f"{ENTITY}.5": {"7": 7},
    }

    assert parts.read_fans((empty, said), answers(table)) == (Fan("Fan 1", Condition.OK),)


@pytest.mark.parametrize(("oper", "state"), [(1, "unknown"), (2, "critical"), (3, "ok")])
def test_entity_state_tells_of_fans_and_supplies(oper: int, state: str):
    table: dict[str, Mapping[str, SnmpValue]] = {
        ENTITY_STATE: {"6": oper, "7": oper, "9": oper},
        f"{ENTITY}.5": {"6": 6, "7": 7, "9": 9},
        f"{ENTITY}.7": {"6": b"PSU 1", "7": b"Fan 1", "9": b"Module"},
    }

    assert parts.read_fans((), answers(table)) == (Fan("Fan 1", Condition(state)),)
    assert parts.read_power_supplies((), answers(table)) == (
        PowerSupply("PSU 1", Condition(state)),
    )


def test_a_sensor_of_turns_a_minute_is_a_fan():
    table: dict[str, Mapping[str, SnmpValue]] = {
        f"{SENSOR}.1": {"1": 10, "2": 8, "3": 10},
        f"{SENSOR}.4": {"1": 8100, "2": 41, "3": 0},
        f"{SENSOR}.5": {"1": 1, "2": 1, "3": 3},
        f"{ENTITY}.2": {"1": b"Tray 1"},
    }

    assert parts.read_fans((), answers(table)) == (
        Fan("Tray 1", Condition.OK, 8100),
        Fan(None, Condition.CRITICAL, 0),
    )


def test_fixed_disks_are_listed_and_those_in_memory_are_not():
    disk, ram = Oid("1.3.6.1.2.1.25.2.1.4"), Oid("1.3.6.1.2.1.25.2.1.2")
    table: dict[str, Mapping[str, SnmpValue]] = {
        f"{STORAGE}.2": dict.fromkeys(("1", "2", "3", "4", "5"), disk) | {"6": ram},
        f"{STORAGE}.3": {"1": b"/", "2": b"/run/user/0", "3": b"empty", "4": b"odd", "6": b"RAM"},
        f"{STORAGE}.5": {"1": 200, "2": 100, "3": 0, "4": 10, "5": 10, "6": 100},
        f"{STORAGE}.6": {"1": 50, "2": 10, "3": 0, "4": 20, "6": 50},
    }

    assert parts.read_disks((), answers(table)) == (Disk("/", None, 25.0),)


@pytest.mark.parametrize(
    "words",
    [
        {"states": {"1": "ok"}},
        {"oid": f"{BASE}.1.0", "column": STATE, "states": {"1": "ok"}},
        {"column": STATE},
        {"column": STATE, "states": {}},
        {"column": STATE, "states": {"1": "fine"}},
    ],
)
def test_a_source_of_parts_that_says_too_little_is_refused(words: dict[str, object]):
    with pytest.raises(ValidationError):
        PartSource.model_validate(words)
