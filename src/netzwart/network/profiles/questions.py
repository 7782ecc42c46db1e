"""Derives from a profile what must be asked, so that one get and few walks are enough."""

import re
from collections.abc import Iterator

from pydantic import BaseModel

from netzwart.network.profiles.answers import Questions
from netzwart.network.profiles.schema import NeighbourSource, Read, SupplySource
from netzwart.network.protocols.replies import Oid

_IDENTITY = (
    "vendor",
    "model",
    "firmware",
    "serial",
    "name",
    "location",
    "components",
    "neighbours",
)
_NUMERIC = re.compile(r"[\d~]+(\.\d+)+$")
_SCALAR_FIELDS = frozenset({"oid", "unit_oid"})
_COLUMN_FIELDS = frozenset(
    {"column", "si_scale_column", "precision_column", "divisor_column", "label_column"}
)


def identity_questions(read: Read) -> Questions:
    """Return what a profile wants to know about who the device is."""
    quantities = (getattr(read, quantity) for quantity in _IDENTITY)
    return Questions.joined(found for quantity in quantities for found in _asked(quantity))


def health_questions(read: Read) -> Questions:
    """Return what a profile wants to know about how the device is."""
    quantities = (
        getattr(read, quantity) for quantity in Read.model_fields if quantity not in _IDENTITY
    )
    return Questions.joined(found for quantity in quantities for found in _asked(quantity))


def _asked(value: object) -> Iterator[Questions]:
    if isinstance(value, tuple):
        for item in value:  # pyright: ignore[reportUnknownVariableType]
            yield from _asked(item)  # pyright: ignore[reportUnknownArgumentType]
    elif isinstance(value, dict):
        for item in value.values():  # pyright: ignore[reportUnknownVariableType]
            yield from _asked(item)  # pyright: ignore[reportUnknownArgumentType]
    elif isinstance(value, BaseModel):
        yield from _asked_by(value)


def _asked_by(source: BaseModel) -> Iterator[Questions]:
    for name in type(source).model_fields:
        value = getattr(source, name)
        if isinstance(source, (SupplySource, NeighbourSource)) and _NUMERIC.match(str(value)):
            yield Questions(columns=(Oid(str(value)),))
        elif isinstance(value, str):
            if name in _SCALAR_FIELDS:
                yield Questions(scalars=(Oid(value),))
            elif name in _COLUMN_FIELDS:
                yield Questions(columns=(Oid(value),))
        else:
            yield from _asked(value)
