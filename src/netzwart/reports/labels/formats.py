"""The sheets and rolls that are known, from `formats.yaml`."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict, Field

from netzwart.errors import InvalidInputError

A4_MM = (210.0, 297.0)


class UnknownFormatError(InvalidInputError):
    """No sheet or roll bears this name."""


class _Size(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    width: float = Field(ge=10, le=210)
    height: float = Field(ge=8, le=297)


class _Sheet(_Size):
    columns: int = Field(ge=1)
    rows: int = Field(ge=1)
    x: float = Field(ge=0)
    y: float = Field(ge=0)
    dx: float = Field(gt=0)
    dy: float = Field(gt=0)


class _Formats(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    sheets: dict[str, _Sheet]
    rolls: dict[str, _Size]


@dataclass(frozen=True, slots=True)
class Slot:
    """Where a label lies on which page; millimetres from the page's upper left corner."""

    page: int
    x: float
    y: float


@dataclass(frozen=True, slots=True)
class LabelFormat:
    """One kind of label and the page it is on; all in millimetres."""

    key: str
    name: str
    width: float
    height: float
    page_width: float
    page_height: float
    columns: int = 1
    rows: int = 1
    x: float = 0.0
    y: float = 0.0
    dx: float = 0.0
    dy: float = 0.0

    @property
    def is_roll(self) -> bool:
        """Tell whether each page is one label."""
        return self.columns * self.rows == 1

    @property
    def per_page(self) -> int:
        """Return how many labels a fresh page has."""
        return self.columns * self.rows

    def slots(self, first: int = 1) -> Iterator[Slot]:
        """Give the places one after the other, row by row, from the `first` on a used sheet.

        Args:
            first: Counted from 1; on a roll every label is the first.
        """
        number = 0 if self.is_roll else first - 1
        while True:
            page, place = divmod(number, self.per_page)
            row, column = divmod(place, self.columns)
            yield Slot(page, self.x + column * self.dx, self.y + row * self.dy)
            number += 1


@cache
def label_formats() -> Mapping[str, LabelFormat]:
    """Return every format by its key, sheets first."""
    text = Path(__file__).with_name("formats.yaml").read_text(encoding="utf-8")
    read = _Formats.model_validate(yaml.safe_load(text))
    sheets = {
        key: LabelFormat(
            key, one.name, one.width, one.height, *A4_MM,
            one.columns, one.rows, one.x, one.y, one.dx, one.dy,
        )
        for key, one in read.sheets.items()
    }  # fmt: skip
    rolls = {
        key: LabelFormat(key, one.name, one.width, one.height, one.width, one.height)
        for key, one in read.rolls.items()
    }
    return sheets | rolls


def get_label_format(key: str) -> LabelFormat:
    """Return a format.

    Raises:
        UnknownFormatError: when there is none of that key.
    """
    found = label_formats().get(key)
    if found is None:
        raise UnknownFormatError(
            "Dieses Etikettenformat gibt es nicht.", {"format": "Dieses Format gibt es nicht."}
        )
    return found
