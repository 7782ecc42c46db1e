"""What a notice changed, in words: `Bewilligung: 90.000,00 € → 95.000,00 €`."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, Final

from netzwart.funding.labels import SOURCE_KINDS
from netzwart.funding.programmes.loading import FundingProgramme
from netzwart.money import format_euro, format_percent
from netzwart.proofs import wording

_HEAD: Final[Mapping[str, str]] = {
    "approved_amount": "Bewilligung",
    "eligible_planned": "zuwendungsfähige Ausgaben",
    "funding_rate": "Fördersatz",
    "final_on": "Bestandskraft",
    "execution_from": "Durchführung ab",
    "execution_until": "Durchführung bis",
    "approval_until": "Bewilligungszeitraum bis",
}
_AMOUNTS = frozenset({"approved_amount", "eligible_planned"})
_LISTS: Final[Mapping[str, tuple[str, str]]] = {
    "plan": ("Finanzierungsplan", "total"),
    "sources": ("Finanzierung", "amount"),
    "tranches": ("Tranche", "amount"),
}
_NOTHING = "–"


def change_texts(programme: FundingProgramme, changes: Mapping[str, Any]) -> list[str]:
    """Return one line per changed value, before and after; rows that stayed are left out."""
    lines = [
        f"{label}: {_value(name, changes[name][0])} → {_value(name, changes[name][1])}"
        for name, label in _HEAD.items()
        if name in changes
    ]
    for name, (label, amount) in _LISTS.items():
        if name in changes:
            before, after = (_by_label(programme, name, rows, amount) for rows in changes[name])
            lines += [
                f"{label} {row}: {before.get(row, _NOTHING)} → {after.get(row, _NOTHING)}"
                for row in dict.fromkeys([*before, *after])
                if before.get(row) != after.get(row)
            ]
    return lines


def _value(name: str, text: str | None) -> str:
    if text is None:
        return _NOTHING
    if name in _AMOUNTS:
        return format_euro(Decimal(text))
    if name == "funding_rate":
        return format_percent(Decimal(text), 2)
    return f"{date.fromisoformat(text):%d.%m.%Y}"


def _by_label(
    programme: FundingProgramme, name: str, rows: Sequence[Mapping[str, str]], amount: str
) -> dict[str, str]:
    return {_row_label(programme, name, row): _row_value(row, amount) for row in rows}


def _row_label(programme: FundingProgramme, name: str, row: Mapping[str, str]) -> str:
    if name == "plan":
        return wording.category_label(programme, row["category"])
    if name == "sources":
        kind = SOURCE_KINDS.get(row["kind"], row["kind"])
        return f"{kind} „{row['label']}“"
    return row["year"]


def _row_value(row: Mapping[str, str], amount: str) -> str:
    whole = format_euro(Decimal(row[amount]))
    if "eligible" in row and row["eligible"] != row[amount]:
        return f"{whole} ({format_euro(Decimal(row['eligible']))} zuwendungsfähig)"
    return whole
