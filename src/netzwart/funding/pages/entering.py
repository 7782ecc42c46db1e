"""The flat form of a browser, made into an invoice with lines."""

import re
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, cast

from pydantic import Field, model_validator

from netzwart.funding.forms import InvoiceForm
from netzwart.funding.queries.order_progress import OrderedShare, OrderProgress

LINES = range(1, 61)
"""Rows that the form takes; empty ones are passed over."""
OFFERED = 4
"""Empty rows that it starts with; scripts add more, without them these must do."""

_FIELD = re.compile(
    r"^(text|quantity|unit_net|vat_rate|measure|order_line|model|belongs)_(\d{1,2})$"
)
_PERCENT = re.compile(r"^\s*(\d{1,2}(?:[.,]\d{1,4})?)\s*%?\s*$")


class InvoiceEntryForm(InvoiceForm):
    """An invoice as a person types it: numbered rows, tax in percent, one measure a row.

    A row proposed from an order keeps the order's shares while its measure says so.
    """

    cancels: Annotated[str, Field(max_length=80)] = ""
    """Number of the invoice that a credit note corrects, of the same supplier."""

    def correcting(self, invoice_id: int | None) -> InvoiceForm:
        """Return the invoice as the act takes it, with what it corrects."""
        values = self.model_dump(exclude={"cancels", "cancels_id"})
        return InvoiceForm.model_validate(values | {"cancels_id": invoice_id})

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
    values: dict[str, Any] = {
        name: str(given.get(f"{name}_{number}") or "").strip() for name in names
    }
    if not any(values[name] for name in ("text", "quantity", "unit_net")):
        return None
    shares = _shares(values.pop("measure"))
    belongs = str(given.get(f"belongs_{number}") or "").strip()
    if belongs:
        values["incidental_to"] = [part for part in re.split(r"[\s,;]+", belongs) if part]
    for name in ("order_line", "model"):
        if found := str(given.get(f"{name}_{number}") or "").strip():
            values[f"{name}_id"] = found
    tax = str(given.get(f"vat_rate_{number}") or "19")
    return {"number": number, **values, "vat_rate": _share(tax), "shares": shares}


def _shares(measure: str) -> list[dict[str, str]]:
    """Return the shares of a choice: one measure `7`, or an order's split `7:3,9:1`."""
    found: list[dict[str, str]] = []
    for part in measure.split(",") if measure else ():
        measure_id, _, weight = part.partition(":")
        found.append({"measure_id": measure_id, "weight": weight or "1"})
    return found


def _share(percent: str) -> str:
    found = _PERCENT.match(percent)
    if found is None:
        return percent
    whole, _, places = found[1].replace(",", ".").partition(".")
    return f"0.{int(whole):02d}{places}"


def proposed_values(order: OrderProgress) -> dict[str, str]:
    """Return the form's values for what of an order is delivered and not yet invoiced.

    Without any delivery everything that is not invoiced is proposed: services have none.
    """
    values = {"order_id": str(order.id), "supplier_id": str(order.supplier_id)}
    row = 0
    for line in order.lines:
        base = line.delivered if order.deliveries else line.quantity
        rest = base - line.invoiced
        if rest <= 0:
            continue
        row += 1
        percent = f"{(line.vat_rate * 100).normalize():f}"
        values |= {
            f"text_{row}": line.text,
            f"quantity_{row}": f"{rest.normalize():f}".replace(".", ","),
            f"unit_net_{row}": f"{line.unit_net.normalize():f}".replace(".", ","),
            f"vat_rate_{row}": percent.replace(".", ","),
            f"order_line_{row}": str(line.id),
            f"model_{row}": "" if line.model_id is None else str(line.model_id),
            f"measure_{row}": split_value(line.shares),
        }
    return values


def split_value(shares: Sequence[OrderedShare]) -> str:
    """Return the choice that stands for an order line's measures, empty without any."""
    if len(shares) == 1:
        return str(shares[0].measure_id)
    return ",".join(f"{one.measure_id}:{one.weight.normalize():f}" for one in shares)


def offered_rows(values: Mapping[str, Any]) -> range:
    """Return the rows to draw: those that hold something, and a few more."""
    used = [int(found[2]) for name in values if values[name] and (found := _FIELD.match(name))]
    return range(1, min(max([0, *used]) + OFFERED, LINES[-1]) + 1)


def line_field(error: str) -> str:
    """Return the field of the page that an error's path means: `lines.0.text` → `text_1`.

    Rows that were left out above it are few and at the end, so that the index is the row.
    """
    found = re.match(r"^lines\.(\d+)\.(\w+)", error)
    if found is None:
        return error
    name = {"shares": "measure", "incidental_to": "belongs"}.get(found[2], found[2])
    return f"{name}_{int(found[1]) + 1}"
