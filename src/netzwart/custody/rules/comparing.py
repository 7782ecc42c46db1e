"""Whether what was read is what was recorded, bought and paid; pure."""

import re
from dataclasses import dataclass
from decimal import Decimal

_NOT_COUNTED = re.compile(r"[^0-9a-z]+")
_SHORTEST = 3


def models_agree(recorded: str, part_number: str | None, read: str | None) -> bool:
    """Tell whether a device that calls itself `read` may be the recorded model.

    Makers put more and less into it: order number, port count, "Switch". One name within the
    other, or the part number in it, is agreement; only a clear contradiction is a finding.
    """
    said = _plain(read or "")
    if len(said) < _SHORTEST:
        return True
    name, number = _plain(recorded), _plain(part_number or "")
    if number and (number in said or said in number):
        return True
    return name in said or said in name or _words(recorded, read or "")


def _plain(text: str) -> str:
    return _NOT_COUNTED.sub("", text.casefold())


def _words(recorded: str, read: str) -> bool:
    """Tell whether every word of the recorded name that has a digit stands in what was read."""
    words = [word for word in re.split(r"[\s/,()]+", recorded.casefold()) if re.search(r"\d", word)]
    said = _plain(read)
    return bool(words) and all(_plain(word) in said for word in words)


@dataclass(frozen=True, slots=True, kw_only=True)
class FourColumns:
    """One order line: what was ordered, delivered, invoiced, recorded and seen."""

    order_line_id: int
    order: str
    text: str
    ordered: Decimal
    delivered: Decimal
    invoiced: Decimal
    recorded: int
    seen: int
    is_network: bool
    """True if its devices can be seen on the wire."""


def contradictions(line: FourColumns) -> list[str]:
    """Return in German what does not fit between the columns, both ways; empty if all is well.

    An order that is still coming in is no contradiction; paying for what did not come is.
    """
    found: list[str] = []
    if line.delivered and line.invoiced > line.delivered:
        found.append("mehr berechnet als geliefert")
    if line.delivered > line.ordered:
        found.append("mehr geliefert als bestellt")
    if line.invoiced > line.ordered:
        found.append("mehr berechnet als bestellt")
    if line.recorded and line.recorded > line.invoiced > 0:
        found.append("mehr Geräte in der Kartei als berechnet")
    if line.recorded and line.invoiced and line.recorded < line.invoiced:
        found.append("weniger Geräte in der Kartei als berechnet")
    if line.is_network and 0 < line.seen < line.recorded:
        found.append("nicht alle je gesehen")
    return found
