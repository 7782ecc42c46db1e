"""Reads what a device is made of. Source: ENTITY-MIB (RFC 6933)."""

from netzwart.network.profiles.answers import Answers, Questions
from netzwart.network.profiles.cleaning import meaning_of
from netzwart.network.profiles.facts import Component, ComponentKind
from netzwart.network.protocols.replies import Index, Oid

_ENTITY = "1.3.6.1.2.1.47.1.1.1.1"
DESCRIPTION = f"{_ENTITY}.2"
_CONTAINED_IN = f"{_ENTITY}.4"
_CLASS = f"{_ENTITY}.5"
NAME = f"{_ENTITY}.7"
HARDWARE = f"{_ENTITY}.8"
FIRMWARE = f"{_ENTITY}.9"
SOFTWARE = f"{_ENTITY}.10"
SERIAL = f"{_ENTITY}.11"
VENDOR = f"{_ENTITY}.12"
MODEL = f"{_ENTITY}.13"

QUESTIONS = Questions(
    columns=tuple(
        map(
            Oid,
            (
                DESCRIPTION,
                _CONTAINED_IN,
                _CLASS,
                NAME,
                HARDWARE,
                FIRMWARE,
                SOFTWARE,
                SERIAL,
                VENDOR,
                MODEL,
            ),
        )
    )
)

_CHASSIS = 3
POWER_SUPPLY = 6
FAN = 7
_MODULE = 9
_PORT = 10
_STACK = 11
_KINDS = {
    _CHASSIS: ComponentKind.CHASSIS,
    POWER_SUPPLY: ComponentKind.POWER_SUPPLY,
    FAN: ComponentKind.FAN,
    _MODULE: ComponentKind.MODULE,
    _PORT: ComponentKind.TRANSCEIVER,
    _STACK: ComponentKind.STACK,
}


def read_components(answers: Answers) -> tuple[Component, ...]:
    """Return chassis, stacks and every part with a serial number or model, in the MIB's order."""
    components: list[Component] = []
    for index in answers.rows(_CLASS):
        kind = _KINDS.get(answers.cell_integer(_CLASS, index) or 0)
        if kind is None:
            continue
        model = _said(answers, MODEL, index)
        serial = _said(answers, SERIAL, index)
        is_whole = kind in {ComponentKind.CHASSIS, ComponentKind.STACK}
        if not (is_whole or serial or (model and kind is not ComponentKind.TRANSCEIVER)):
            continue
        position = answers.cell_text(NAME, index) or answers.cell_text(DESCRIPTION, index) or index
        firmware = _said(answers, SOFTWARE, index) or _said(answers, FIRMWARE, index)
        components.append(Component(position, kind, model, serial, firmware))
    return tuple(components)


def class_of(answers: Answers, index: Index) -> int | None:
    """Return the row's PhysicalClass as a number."""
    return answers.cell_integer(_CLASS, index)


def name_of(answers: Answers, index: Index) -> str | None:
    """Return what the device calls the row."""
    return answers.cell_text(NAME, index) or answers.cell_text(DESCRIPTION, index)


def _said(answers: Answers, column: str, index: Index) -> str | None:
    return meaning_of(answers.cell_text(column, index))


def device_rows(answers: Answers) -> list[Index]:
    """Return the rows that stand for the whole device: chassis first, then stack, then roots."""
    rows = answers.rows(_CLASS)
    chassis = [row for row in rows if answers.cell_integer(_CLASS, row) == _CHASSIS]
    stacks = [row for row in rows if answers.cell_integer(_CLASS, row) == _STACK]
    known = {*chassis, *stacks}
    roots = [
        row for row in rows if row not in known and answers.cell_integer(_CONTAINED_IN, row) == 0
    ]
    return [*chassis, *stacks, *roots]


def of_device(answers: Answers, *columns: str) -> str | None:
    """Return what the first row that stands for the whole device says in one of the columns."""
    # An agent without entPhysicalClass lists the whole first.
    rows = device_rows(answers) or ([] if answers.column(_CLASS) else answers.rows(*columns))
    said = (_said(answers, column, row) for column in columns for row in rows)
    return next((text for text in said if text), None)


def module_software(answers: Answers) -> str | None:
    """Return the software of the first module that names one, where the chassis is silent."""
    modules = (row for row in answers.rows(_CLASS) if answers.cell_integer(_CLASS, row) == _MODULE)
    return next((text for row in modules if (text := _said(answers, SOFTWARE, row))), None)
