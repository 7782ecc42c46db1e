"""Reads a profile's sources out of a device's answers: pure, no wire, no vendor."""

import re
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from functools import lru_cache

from netzwart.network.profiles.answers import Answers, is_below
from netzwart.network.profiles.cleaning import (
    DESCRIPTION_LIMIT,
    TEXT_LIMIT,
    mac_of,
    meaning_of,
    number_of,
    text_of,
)
from netzwart.network.profiles.facts import Component, Supply, Temperature
from netzwart.network.profiles.schema import (
    ComponentSource,
    NumberSource,
    PartSource,
    ShareSource,
    SupplySource,
    TextSource,
)
from netzwart.network.profiles.standard import standard_text, supply_percent
from netzwart.network.profiles.vocabulary import Combine, Form, Rows, Unit
from netzwart.network.protocols.replies import Index, SnmpValue

_HUNDRED = Decimal(100)
_FAHRENHEIT = 2
"""The value of every vendor's temperature-unit switch that means Fahrenheit."""

_SI_UNITS = 9
"""units(9) of EntitySensorDataScale; each step is three powers of ten."""

_ABSOLUTE_ZERO_OFFSET = Decimal("273.15")


@lru_cache(maxsize=4096)
def compiled(pattern: str) -> re.Pattern[str]:
    """Return a profile's pattern, compiled once; patterns ignore case."""
    return re.compile(pattern, re.IGNORECASE)


def read_text(sources: Iterable[TextSource], answers: Answers) -> str | None:
    """Return what the first source gives that says anything."""
    for source in sources:
        for raw in _raw_texts(source, answers):
            text = _refined(source, raw)
            if text:
                return text
    return None


def _raw_texts(source: TextSource, answers: Answers) -> Iterator[str]:
    """Yield each text the source may mean, best first."""
    if source.oid is not None:
        yield from _formed(source.form, answers.scalar(source.oid))
    elif source.column is not None:
        for index in chosen_rows(answers, source.column, source.where):
            yield from _formed(source.form, answers.cell(source.column, index))
    elif source.standard is not None:
        yield from _some(standard_text(source.standard, answers))
    elif source.join is not None:
        yield from _some(_joined(source, answers))
    else:
        yield from _some(_from_system(source, answers))


def _from_system(source: TextSource, answers: Answers) -> str | None:
    """Return what the system group gives: a capture of sysDescr or sysName, or the object id."""
    if source.description is not None:
        return capture(source.description, answers.description)
    if source.system_name is not None:
        return capture(source.system_name, answers.system_name or "")
    if source.object_id is not None:
        known = [oid for oid in source.object_id if is_below(answers.object_id, oid)]
        return source.object_id[max(known, key=len)] if known else None
    return source.text


def _joined(source: TextSource, answers: Answers) -> str | None:
    parts = {name: read_text(sources, answers) for name, sources in source.parts.items()}
    if source.join is None or any(part is None for part in parts.values()):
        return None
    return re.sub(r"{(\w+)}", lambda found: parts[found.group(1)] or "", source.join)


def _some(text: str | None) -> Iterator[str]:
    if text is not None:
        yield text


def _formed(form: Form, value: SnmpValue | None) -> Iterator[str]:
    if form is Form.MAC:
        yield from _some(mac_of(value) or text_of(value))
    elif form is Form.HEX and isinstance(value, bytes):
        yield value[:TEXT_LIMIT].hex()
    else:
        yield from _some(text_of(value, DESCRIPTION_LIMIT))


def capture(pattern: str, text: str) -> str | None:
    """Return the pattern's group `value`, else its first group, else the whole match."""
    found = compiled(pattern).search(text)
    if found is None:
        return None
    if "value" in found.groupdict():
        return found.group("value")
    groups = [group for group in found.groups() if group is not None]
    return groups[0] if groups else found.group()


def _refined(source: TextSource, raw: str) -> str | None:
    """Return the text after refusal, capture, replacement and translation, in that order."""
    if source.unless is not None and compiled(source.unless).search(raw):
        return None
    text = capture(source.pattern, raw) if source.pattern is not None else raw
    if text is None:
        return None
    for pattern, replacement in source.replace.items():
        text = compiled(pattern).sub(replacement, text)
    if source.map is not None:
        text = source.map.get(text)
    return meaning_of(text_of(text.encode()) if text else None)


def chosen_rows(answers: Answers, column: str, choices: Sequence[Rows]) -> list[Index]:
    """Return a column's indexes in order; with choices, those that any of them picks.

    The first choice's rows come first, so a profile can prefer some rows to others.
    """
    rows = answers.rows(column)
    if not choices:
        return rows
    picked: dict[Index, None] = {}
    for choice in choices:
        picked |= dict.fromkeys(row for row in rows if _is_chosen(answers, choice, row))
    return list(picked)


def _is_chosen(answers: Answers, choice: Rows, row: Index) -> bool:
    if choice.index is not None and not compiled(choice.index).search(row):
        return False
    if choice.column is None or choice.matches is None:
        return True
    text = answers.cell_text(choice.column, row) or ""
    return compiled(choice.matches).search(text) is not None


def read_numbers(sources: Iterable[NumberSource], answers: Answers) -> list[Decimal]:
    """Return what the first source gives that has any number."""
    for source in sources:
        numbers = [number for _, number in numbers_of(source, answers)]
        if numbers:
            return numbers
    return []


def read_number(sources: Iterable[NumberSource], answers: Answers) -> float | None:
    """Return the first number of the first source that has one."""
    numbers = read_numbers(sources, answers)
    return float(numbers[0]) if numbers else None


def read_count(sources: Iterable[NumberSource], answers: Answers) -> int | None:
    """Return a whole number, such as clients on a radio, summed as the source says."""
    number = read_number(sources, answers)
    return None if number is None else int(number)


def numbers_of(source: NumberSource, answers: Answers) -> list[tuple[Index, Decimal]]:
    """Return a source's numbers by row, brought to the result's unit, the implausible left out."""
    if source.oid is not None:
        cells: list[tuple[Index, SnmpValue | None]] = [(Index(""), answers.scalar(source.oid))]
    else:
        column = source.column or ""
        rows = chosen_rows(answers, column, source.where)
        cells = [(row, answers.cell(column, row)) for row in rows]
    if source.combine is Combine.COUNT:
        return [(Index(""), Decimal(len(cells)))] if answers.column(source.column or "") else []
    numbers = [
        (row, number)
        for row, cell in cells
        if (number := _number(source, answers, row, cell)) is not None
    ]
    return _combined(source.combine, numbers)


def _combined(
    combine: Combine, numbers: list[tuple[Index, Decimal]]
) -> list[tuple[Index, Decimal]]:
    if not numbers or combine is Combine.EACH:
        return numbers
    values = [number for _, number in numbers]
    results = {
        Combine.FIRST: values[0],
        Combine.SUM: sum(values, Decimal(0)),
        Combine.MEAN: sum(values, Decimal(0)) / len(values),
        Combine.MAX: max(values),
    }
    return [(Index(""), results[combine])]


def _number(
    source: NumberSource, answers: Answers, row: Index, cell: SnmpValue | None
) -> Decimal | None:
    if source.pattern is not None:
        text = capture(source.pattern, text_of(cell, DESCRIPTION_LIMIT) or "")
        raw = number_of(text.encode()) if text else None
    else:
        raw = number_of(cell)
    if raw is None or raw in source.invalid:
        return None
    value = _scaled(source, answers, row, (raw + source.offset) * source.scale)
    value = _in_result_unit(_unit(source, answers), value)
    too_low = source.at_least is not None and value < source.at_least
    too_high = source.at_most is not None and value > source.at_most
    return None if too_low or too_high else value


def _scaled(source: NumberSource, answers: Answers, row: Index, value: Decimal) -> Decimal:
    """Return the value after what the row's other columns say about its scale."""
    if source.si_scale_column is not None:
        steps = (answers.cell_integer(source.si_scale_column, row) or _SI_UNITS) - _SI_UNITS
        value = value.scaleb(3 * max(-8, min(8, steps)))
    if source.precision_column is not None:
        precision = answers.cell_integer(source.precision_column, row) or 0
        value = value.scaleb(-max(-9, min(9, precision)))
    if source.divisor_column is not None:
        value /= answers.cell_integer(source.divisor_column, row) or 1
    return value


def _unit(source: NumberSource, answers: Answers) -> Unit | None:
    if source.unit_oid is None:
        return source.unit
    is_fahrenheit = answers.scalar(source.unit_oid) == _FAHRENHEIT
    return Unit.FAHRENHEIT if is_fahrenheit else source.unit


def _in_result_unit(unit: Unit | None, value: Decimal) -> Decimal:
    if unit is Unit.FAHRENHEIT:
        return (value - 32) * 5 / 9
    if unit is Unit.KELVIN:
        return value - _ABSOLUTE_ZERO_OFFSET
    if unit is Unit.SECONDS:
        return value / 60
    if unit is Unit.TICKS:
        return value / 6000
    return value


def percentages(values: Iterable[Decimal]) -> tuple[float, ...]:
    """Return values as percent with one place, those outside 0 to 100 left out."""
    return tuple(round(float(value), 1) for value in values if 0 <= value <= _HUNDRED)


def read_shares(sources: Iterable[ShareSource], answers: Answers) -> tuple[float, ...]:
    """Return the percentages of the first source that has any."""
    for source in sources:
        shares = percentages(_shares(source, answers))
        if shares:
            return shares
    return ()


def _shares(source: ShareSource, answers: Answers) -> list[Decimal]:
    if source.percent is not None:
        return [number for _, number in numbers_of(source.percent, answers)]
    if source.free_percent is not None:
        return [_HUNDRED - number for _, number in numbers_of(source.free_percent, answers)]
    used = _added(source.used, answers)
    free = _added(source.free, answers)
    total = dict(numbers_of(source.total, answers)) if source.total else {}
    return list(_ratios(used, free, total))


def _added(sources: Iterable[NumberSource], answers: Answers) -> dict[Index, Decimal]:
    """Return the sum of all sources for each row that the first of them has."""
    sums: dict[Index, Decimal] = {}
    for place, source in enumerate(sources):
        for row, number in numbers_of(source, answers):
            if place == 0 or row in sums:
                sums[row] = sums.get(row, Decimal(0)) + number
    return sums


def _ratios(
    used: dict[Index, Decimal], free: dict[Index, Decimal], total: dict[Index, Decimal]
) -> Iterator[Decimal]:
    """Yield used of total for each row that two of the three are known of."""
    for row in used or free:
        part, rest, whole = used.get(row), free.get(row), total.get(row)
        if whole is None and part is not None and rest is not None:
            whole = part + rest
        if whole is None or whole <= 0:
            continue
        # The row comes from one of the two, so without a used part there is a free rest.
        yield _HUNDRED * (whole - (rest or Decimal(0)) if part is None else part) / whole


def read_temperatures(sources: Iterable[NumberSource], answers: Answers) -> tuple[Temperature, ...]:
    """Return the readings of all sources together, in degrees Celsius."""
    return tuple(
        Temperature(label_of(source, answers, row), round(float(number), 2))
        for source in sources
        for row, number in numbers_of(source, answers)
    )


def label_of(source: NumberSource | PartSource, answers: Answers, row: Index) -> str | None:
    """Return what the device calls the row, else the profile's word for all of them."""
    if source.label_column is None:
        return source.label
    place = row
    if source.label_index is not None:
        place = Index(".".join(row.split(".")[: source.label_index]))
    return answers.cell_text(source.label_column, place) or source.label


def read_supplies(sources: Iterable[SupplySource], answers: Answers) -> tuple[Supply, ...]:
    """Return every named consumable of all sources."""
    return tuple(supply for source in sources for supply in _supplies(source, answers))


def _supplies(source: SupplySource, answers: Answers) -> Iterator[Supply]:
    percent = dict(numbers_of(source.percent, answers)) if source.percent else {}
    level = dict(numbers_of(source.level, answers)) if source.level else {}
    capacity = dict(numbers_of(source.capacity, answers)) if source.capacity else {}
    for row in answers.rows(source.name):
        name = answers.cell_text(source.name, row)
        if name is None:
            continue
        given = percent.get(row)
        if given is not None:
            yield Supply(name, float(given))
        elif row in level:
            whole = capacity.get(row)
            yield Supply(
                name, supply_percent(float(level[row]), None if whole is None else float(whole))
            )


def read_component_tables(
    sources: Iterable[ComponentSource], answers: Answers
) -> tuple[Component, ...]:
    """Return one component for each row that has a serial number."""
    return tuple(part for source in sources for part in _components(source, answers))


def _components(source: ComponentSource, answers: Answers) -> Iterator[Component]:
    columns = [text.column for text in source.serial if text.column is not None]
    for row in answers.rows(*columns):
        serial = _cell(source.serial, answers, row)
        if serial is not None:
            yield Component(
                position=_cell(source.position, answers, row) or row,
                kind=source.kind,
                model=_cell(source.model, answers, row),
                serial=serial,
                firmware=_cell(source.firmware, answers, row),
            )


def _cell(sources: Iterable[TextSource], answers: Answers, row: Index) -> str | None:
    columns = ((source, source.column) for source in sources if source.column is not None)
    for source, column in columns:
        for raw in _formed(source.form, answers.cell(column, row)):
            text = _refined(source, raw)
            if text:
                return text
    return None
