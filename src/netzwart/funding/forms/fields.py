"""The kinds of values that forms of funding are made of."""

from datetime import date
from decimal import Decimal
from typing import Annotated

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from netzwart.errors import InvalidInputError
from netzwart.money import parse_amount

_EURO_PLACES, _PRICE_PLACES, _QUANTITY_PLACES, _RATE_PLACES = 2, 4, 3, 6


def _euros(value: object) -> object:
    """Read `1.234,56` and `1234.56`; a binary float is refused because it is not exact."""
    if isinstance(value, (Decimal, int)) and not isinstance(value, bool):
        return value
    try:
        return parse_amount(value)
    except InvalidInputError as error:
        raise ValueError(error.message) from error


def _number(value: object) -> object:
    """Read `0,19` and `0.19`."""
    if isinstance(value, (bool, float)):
        raise ValueError("Zahlen bitte als Text schreiben, z. B. 0,19")  # noqa: TRY004 - pydantic wants ValueError
    if isinstance(value, str) and "," in value:
        return value.replace(".", "").replace(",", ".")
    return value


def _places(count: int) -> AfterValidator:
    def check(value: Decimal) -> Decimal:
        if value != round(value, count):
            raise ValueError(f"höchstens {count} Nachkommastellen")
        return value

    return AfterValidator(check)


def _empty_is_none(value: object) -> object:
    return None if value == "" else value


_EXACT = Field(allow_inf_nan=False, max_digits=14)

Euro = Annotated[Decimal, BeforeValidator(_euros), _places(_EURO_PLACES), _EXACT]
PositiveEuro = Annotated[Euro, Field(gt=0)]
NotNegativeEuro = Annotated[Euro, Field(ge=0)]
Price = Annotated[Decimal, BeforeValidator(_number), _places(_PRICE_PLACES), _EXACT]
Count = Annotated[Decimal, BeforeValidator(_number), _places(_QUANTITY_PLACES), _EXACT]
Part = Annotated[Decimal, BeforeValidator(_number), _places(_RATE_PLACES), Field(ge=0, le=1)]
Day = Annotated[date | None, BeforeValidator(_empty_is_none)]
Key = Annotated[str, Field(min_length=1, max_length=80)]
Serial = Annotated[str, Field(min_length=1, max_length=120)]
Words = Annotated[str, Field(min_length=1, max_length=300)]


class Form(BaseModel):
    """Strict about names, forgiving about spaces."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True, frozen=True)
