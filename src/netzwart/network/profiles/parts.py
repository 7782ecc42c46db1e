"""Reads whether fans, power supplies and disks work: a profile's state maps, then the standards."""

import re
from collections.abc import Iterable, Iterator
from decimal import Decimal

from netzwart.network.profiles import entities
from netzwart.network.profiles.answers import Answers, Questions
from netzwart.network.profiles.cleaning import text_of
from netzwart.network.profiles.facts import Condition, Disk, Fan, PowerSupply
from netzwart.network.profiles.interpreting import chosen_rows, label_of, numbers_of
from netzwart.network.profiles.schema import PartSource
from netzwart.network.protocols.replies import Index, Oid, SnmpValue

_ENTITY_STATE_OPER = "1.3.6.1.2.1.131.1.1.1.3"
_SENSOR = "1.3.6.1.2.1.99.1.1.1"
_SENSOR_TYPE = f"{_SENSOR}.1"
_SENSOR_VALUE = f"{_SENSOR}.4"
_SENSOR_STATUS = f"{_SENSOR}.5"
_STORAGE = "1.3.6.1.2.1.25.2.3.1"
_STORAGE_TYPE = f"{_STORAGE}.2"
_STORAGE_DESCR = f"{_STORAGE}.3"
_STORAGE_SIZE = f"{_STORAGE}.5"
_STORAGE_USED = f"{_STORAGE}.6"
_STORAGE_FIXED_DISK = "1.3.6.1.2.1.25.2.1.4"

QUESTIONS = Questions(
    columns=tuple(
        map(
            Oid,
            (
                _ENTITY_STATE_OPER,
                _SENSOR_TYPE,
                _SENSOR_VALUE,
                _SENSOR_STATUS,
                _STORAGE_TYPE,
                _STORAGE_DESCR,
                _STORAGE_SIZE,
                _STORAGE_USED,
            ),
        )
    )
)
"""Sources: ENTITY-STATE-MIB (RFC 4268), ENTITY-SENSOR-MIB (RFC 3433), HOST-RESOURCES-MIB
(RFC 2790)."""

_RPM = 10
_IN_MEMORY = re.compile(r"(^|: )/(\.mount/)?(run|dev|proc|sys|tmp)\b|procfs|devfs", re.IGNORECASE)
"""File systems that are called fixed disks and are kept in memory."""
_OPER_STATES = {
    1: Condition.UNKNOWN,
    2: Condition.CRITICAL,
    3: Condition.OK,
    4: Condition.WARNING,
}
"""EntityOperState: unknown, disabled, enabled, testing."""
_SENSOR_STATES = {1: Condition.OK, 2: Condition.UNKNOWN, 3: Condition.CRITICAL}
"""EntitySensorStatus: ok, unavailable, nonoperational."""

_Found = tuple[str | None, Condition, float | None]


def read_fans(sources: Iterable[PartSource], answers: Answers) -> tuple[Fan, ...]:
    """Return the fans of the first source that has any, else those of ENTITY-STATE and -SENSOR."""
    found = _of_profile(sources, answers) or _of_entity_state(answers, entities.FAN)
    return tuple(Fan(*one) for one in found or _of_rpm_sensors(answers))


def read_power_supplies(sources: Iterable[PartSource], answers: Answers) -> tuple[PowerSupply, ...]:
    """Return the supplies of the first source that has any, else those of ENTITY-STATE-MIB."""
    found = _of_profile(sources, answers) or _of_entity_state(answers, entities.POWER_SUPPLY)
    return tuple(PowerSupply(*one) for one in found)


def read_disks(sources: Iterable[PartSource], answers: Answers) -> tuple[Disk, ...]:
    """Return the profile's disks, then every fixed disk of hrStorageTable and how full it is."""
    own = [Disk(*one) for one in _of_profile(sources, answers)]
    return (*own, *_file_systems(answers))


def _of_profile(sources: Iterable[PartSource], answers: Answers) -> list[_Found]:
    for source in sources:
        found = list(_parts(source, answers))
        if found:
            return found
    return []


def _parts(source: PartSource, answers: Answers) -> Iterator[_Found]:
    amounts = dict(numbers_of(source.amount, answers)) if source.amount else {}
    for row, value in _states(source, answers):
        word = _word(value)
        state = source.states.get(word, Condition.UNKNOWN) if word is not None else None
        if state is not None and state != "absent":
            yield _label(source, answers, row), state, _rounded(amounts.get(row))


def _states(source: PartSource, answers: Answers) -> list[tuple[Index, SnmpValue | None]]:
    if source.oid is not None:
        return [(Index(""), answers.scalar(source.oid))]
    column = source.column or ""
    return [(row, answers.cell(column, row)) for row in chosen_rows(answers, column, source.where)]


def _word(value: SnmpValue | None) -> str | None:
    text = text_of(value)
    return text.lower() if text else None


def _label(source: PartSource, answers: Answers, row: Index) -> str | None:
    label = label_of(source, answers, row)
    # Several parts behind one word of the profile are told apart by their place in the table.
    is_shared = label is not None and label == source.label and row
    return f"{label} {row}" if is_shared else label


def _rounded(number: Decimal | None) -> float | None:
    return None if number is None else round(float(number), 1)


def _of_entity_state(answers: Answers, kind: int) -> list[_Found]:
    """Return each part of one class that ENTITY-STATE-MIB knows."""
    return [
        (entities.name_of(answers, row), state, None)
        for row in answers.rows(_ENTITY_STATE_OPER)
        if entities.class_of(answers, row) == kind
        and (state := _OPER_STATES.get(answers.cell_integer(_ENTITY_STATE_OPER, row) or 0))
    ]


def _of_rpm_sensors(answers: Answers) -> list[_Found]:
    found: list[_Found] = []
    for row in answers.rows(_SENSOR_TYPE):
        if answers.cell_integer(_SENSOR_TYPE, row) != _RPM:
            continue
        state = _SENSOR_STATES.get(answers.cell_integer(_SENSOR_STATUS, row) or 1)
        rpm = answers.cell_integer(_SENSOR_VALUE, row)
        found.append((entities.name_of(answers, row), state or Condition.UNKNOWN, rpm))
    return found


def _file_systems(answers: Answers) -> Iterator[Disk]:
    for row in answers.rows(_STORAGE_TYPE):
        size = answers.cell_integer(_STORAGE_SIZE, row) or 0
        used = answers.cell_integer(_STORAGE_USED, row)
        name = answers.cell_text(_STORAGE_DESCR, row)
        is_disk = str(answers.cell(_STORAGE_TYPE, row)).lstrip(".") == _STORAGE_FIXED_DISK
        if not is_disk or _IN_MEMORY.search(name or ""):
            continue
        if used is not None and 0 <= used <= size and size > 0:
            yield Disk(name, None, round(100 * used / size, 1))
