"""The flat forms of a browser, made into orders and deliveries with positions."""

import re
from typing import Annotated, Any, cast

from pydantic import Field, model_validator

from netzwart.funding.forms import DeliveryForm, OrderForm, PaymentForm, SerialsForm

ROWS = 3
"""Empty rows a new form begins with; the page adds more while one types."""
MOST_ROWS = 60

_ROW = re.compile(r"^(text|quantity|unit_net|vat_rate|model_id|measure)_(\d{1,2})$")
_CAME = re.compile(r"^(quantity|serials)_(\d{1,4})$")
_PERCENT = re.compile(r"^\s*(\d{1,2})(?:[.,](\d{1,4}))?\s*%?\s*$")
_BETWEEN = re.compile(r"[\s,;]+")


class OrderEntryForm(OrderForm):
    """An order as a person types it: numbered rows, tax in percent, the supplier by name."""

    supplier_id: int = 0
    supplier: Annotated[str, Field(min_length=1, max_length=200)]
    """The name; one that nobody knows becomes a new supplier."""

    @model_validator(mode="before")
    @classmethod
    def _gather(cls, sent: Any) -> Any:  # noqa: ANN401 - whatever a browser sent
        if not isinstance(sent, dict):
            return sent
        given = cast("dict[str, Any]", sent)
        head = {name: value for name, value in given.items() if not _ROW.match(name)}
        return head | {"lines": [_row(given, number) for number in used_rows(given)]}


class DeliveryEntryForm(DeliveryForm):
    """A delivery note typed on the page of its order, whose address says which."""

    order_id: int = 0

    @model_validator(mode="before")
    @classmethod
    def _gather(cls, sent: Any) -> Any:  # noqa: ANN401 - whatever a browser sent
        if not isinstance(sent, dict):
            return sent
        given = cast("dict[str, Any]", sent)
        head = {name: value for name, value in given.items() if not _CAME.match(name)}
        lines = [
            {
                "order_line": number,
                "quantity": given.get(f"quantity_{number}", ""),
                "serials": split_serials(given.get(f"serials_{number}")),
            }
            for number in delivered_rows(given)
        ]
        return head | {"lines": lines}


class PaymentEntryForm(PaymentForm):
    """A payment typed on the page of its invoice, whose address says which."""

    invoice_id: int = 0


class SerialsEntryForm(SerialsForm):
    """Serial numbers, one a line or divided by commas, as a scanner types them."""

    @model_validator(mode="before")
    @classmethod
    def _split(cls, sent: Any) -> Any:  # noqa: ANN401 - whatever a browser sent
        if not isinstance(sent, dict):
            return sent
        given = cast("dict[str, Any]", sent)
        return given | {"serials": split_serials(given.get("serials"))}


def split_serials(text: object) -> list[str]:
    """Return the serial numbers of a text: one a line, or divided by spaces, commas, semicolons."""
    return [serial for serial in _BETWEEN.split(str(text or "").strip()) if serial]


def used_rows(given: dict[str, Any]) -> list[int]:
    """Return the numbers of the rows in which something is typed."""
    numbers = {int(found[2]) for name in given if (found := _ROW.match(name))}
    return [
        number
        for number in sorted(numbers)
        if any(str(given.get(f"{name}_{number}") or "").strip() for name in ("text", "unit_net"))
    ]


def delivered_rows(given: dict[str, Any]) -> list[int]:
    """Return the order's positions of which something came."""
    numbers = {int(found[2]) for name in given if (found := _CAME.match(name))}
    return [
        number
        for number in sorted(numbers)
        if str(given.get(f"quantity_{number}") or "").strip() not in {"", "0"}
        or split_serials(given.get(f"serials_{number}"))
    ]


def row_field(error: str, rows: list[int]) -> str:
    """Return the field of the page that an error's path means: `lines.0.text` is `text_1`."""
    found = re.match(r"^lines\.(\d+)\.(\w+)", error)
    if found is None or int(found[1]) >= len(rows):
        return error
    name = "quantity" if found[2] == "order_line" else found[2]
    return f"{name}_{rows[int(found[1])]}"


def _row(given: dict[str, Any], number: int) -> dict[str, Any]:
    values = {
        name: str(given.get(f"{name}_{number}") or "").strip()
        for name in ("text", "quantity", "unit_net")
    }
    tax = str(given.get(f"vat_rate_{number}") or "19")
    model = str(given.get(f"model_id_{number}") or "")
    measure = str(given.get(f"measure_{number}") or "")
    shares = [{"measure_id": measure}] if measure else []
    return {
        "number": number,
        **values,
        "vat_rate": _share(tax),
        "model_id": model or None,
        "shares": shares,
    }


def _share(percent: str) -> str:
    found = _PERCENT.match(percent)
    return percent if found is None else f"0.{int(found[1]):02d}{found[2] or ''}"
