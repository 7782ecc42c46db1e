"""The flat form of a browser, made into an invoice with lines."""

import re
from typing import Any, cast

from pydantic import model_validator

from netzwart.funding.forms import InvoiceForm

LINES = range(1, 7)
"""Rows that the form offers; empty ones are passed over."""

_FIELD = re.compile(r"^(text|quantity|unit_net|vat_rate|measure)_(\d{1,2})$")
_PERCENT = re.compile(r"^\s*(\d{1,2}(?:[.,]\d{1,4})?)\s*%?\s*$")


class InvoiceEntryForm(InvoiceForm):
    """An invoice as a person types it: numbered rows, tax in percent, one measure a row."""

    @model_validator(mode="before")
    @classmethod
    def _gather(cls, sent: Any) -> Any:  # noqa: ANN401 - whatever a browser sent
        if not isinstance(sent, dict):
            return sent
        given = cast("dict[str, Any]", sent)
        head = {name: value for name, value in given.items() if not _FIELD.match(name)}
        rows = [_row(given, number) for number in LINES]
        return head | {"lines": [row for row in rows if row is not None]}


def _row(given: dict[str, Any], number: int) -> dict[str, Any] | None:
    names = ("text", "quantity", "unit_net", "measure")
    values = {name: str(given.get(f"{name}_{number}") or "").strip() for name in names}
    if not any(values[name] for name in ("text", "quantity", "unit_net")):
        return None
    measure = values.pop("measure")
    shares = [{"measure_id": measure, "weight": "1"}] if measure else []
    tax = str(given.get(f"vat_rate_{number}") or "19")
    return {"number": number, **values, "vat_rate": _share(tax), "shares": shares}


def _share(percent: str) -> str:
    found = _PERCENT.match(percent)
    if found is None:
        return percent
    whole, _, places = found[1].replace(",", ".").partition(".")
    return f"0.{int(whole):02d}{places}"


def line_field(error: str) -> str:
    """Return the field of the page that an error's path means: `lines.0.text` → `text_1`.

    Rows that were left out above it are few and at the end, so that the index is the row.
    """
    found = re.match(r"^lines\.(\d+)\.(\w+)", error)
    if found is None:
        return error
    name = "measure" if found[2] == "shares" else found[2]
    return f"{name}_{int(found[1]) + 1}"
