"""The kinds of values that rows of a bundle are made of."""

import re
from decimal import Decimal
from typing import Annotated

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field


def _exact(value: object) -> object:
    if isinstance(value, float):
        raise ValueError("Beträge bitte als Text in Anführungszeichen schreiben")  # noqa: TRY004 - pydantic wants ValueError
    return value


def _places(count: int) -> AfterValidator:
    def check(value: Decimal) -> Decimal:
        if value != round(value, count):
            raise ValueError(f"höchstens {count} Nachkommastellen")
        return value

    return AfterValidator(check)


def _mac(value: str) -> str:
    bare = re.sub(r"[^0-9a-f]", "", value.lower())
    if len(bare) != 12:  # noqa: PLR2004 - EUI-48
        raise ValueError("keine MAC-Adresse (aa:bb:cc:dd:ee:ff)")
    return ":".join(bare[i : i + 2] for i in range(0, 12, 2))


Amount = Annotated[
    Decimal, BeforeValidator(_exact), _places(2), Field(max_digits=12, allow_inf_nan=False)
]
UnitAmount = Annotated[
    Decimal, BeforeValidator(_exact), _places(4), Field(max_digits=14, allow_inf_nan=False)
]
Part = Annotated[Decimal, BeforeValidator(_exact), _places(6), Field(ge=0, le=1)]
Count = Annotated[Decimal, BeforeValidator(_exact), _places(3), Field(max_digits=12)]
Mac = Annotated[str, AfterValidator(_mac)]
SchoolNumber = Annotated[str, Field(pattern=r"^\d{6}$")]
Word = Annotated[str, Field(min_length=1, max_length=300)]


class Row(BaseModel):
    """A row of the bundle."""

    model_config = ConfigDict(
        extra="forbid", str_strip_whitespace=True, frozen=True, coerce_numbers_to_str=True
    )
