"""Law around the programmes that changes by day: VAT, base rate, procurement, grant conditions.

Source of the values: `law.yaml`, with status and source of each.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Generic, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from netzwart.funding.programmes.reading import read_tree, refusal
from netzwart.funding.programmes.schema import Valued, ValueStatus
from netzwart.funding.rules.charging_interest import BaseRates
from netzwart.funding.rules.dating import Dated, valid_on
from netzwart.funding.rules.procuring import ProcurementRegime
from netzwart.funding.rules.taxing import VatRates

T = TypeVar("T")

_FILE = Path(__file__).parent / "law.yaml"


@dataclass(frozen=True, slots=True)
class GrantConditions:
    """The Nebenbestimmungen and the rules they belong to, in one version."""

    version: str
    """As notices and bundles name it: `VV 2020-06-10`."""
    title: str
    valid_from: date
    status: ValueStatus
    source: str


@dataclass(frozen=True, slots=True)
class FundingLaw:
    """All dated tables."""

    vat: tuple[Dated[VatRates], ...]
    base_rates: BaseRates
    procurement_regimes: tuple[Dated[ProcurementRegime], ...]
    eu_thresholds: tuple[Dated[Decimal | None], ...]
    grant_conditions: tuple[GrantConditions, ...]

    def conditions_on(self, notice_on: date) -> GrantConditions | None:
        """Return the conditions that notices of the day belong to, None before the first."""
        table = [Dated(each.valid_from, each) for each in self.grant_conditions]
        entry = valid_on(table, notice_on)
        return entry.value if entry else None

    def find_conditions(self, version: str) -> GrantConditions | None:
        """Return the conditions of this version name, None when the table does not know it."""
        by_name: Mapping[str, GrantConditions] = {
            each.version: each for each in self.grant_conditions
        }
        return by_name.get(version)


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _Entry(Valued[T], Generic[T]):
    valid_from: date


class _Vat(_Strict):
    standard: Decimal
    reduced: Decimal


class _Conditions(_Strict):
    version: str
    title: str
    valid_from: date
    status: ValueStatus
    source: str


class _Law(_Strict):
    layout: str = Field(alias="schema", pattern=r"^netzwart/law/1$")
    vat: tuple[_Entry[_Vat], ...]
    base_rates: tuple[_Entry[Decimal], ...]
    base_rates_known_until: date
    procurement_regimes: tuple[_Entry[ProcurementRegime], ...]
    eu_thresholds: tuple[_Entry[Decimal], ...]
    grant_conditions: tuple[_Conditions, ...]


@cache
def load_law(path: Path = _FILE) -> FundingLaw:
    """Return the dated tables.

    Raises:
        ProgrammeFileError: naming file, line and path of what is wrong.
    """
    tree, lines = read_tree(path)
    try:
        law = _Law.model_validate(tree)
    except ValidationError as error:
        raise refusal(path, lines, error) from error
    return FundingLaw(
        vat=tuple(
            Dated(entry.valid_from, VatRates(entry.value.standard, entry.value.reduced))
            for entry in law.vat
            if entry.value is not None
        ),
        base_rates=BaseRates(_dated(law.base_rates), law.base_rates_known_until),
        procurement_regimes=_dated(law.procurement_regimes),
        eu_thresholds=tuple(
            Dated(entry.valid_from, entry.value, entry.source) for entry in law.eu_thresholds
        ),
        grant_conditions=tuple(
            GrantConditions(each.version, each.title, each.valid_from, each.status, each.source)
            for each in law.grant_conditions
        ),
    )


def _dated(entries: tuple[_Entry[T], ...]) -> tuple[Dated[T], ...]:
    return tuple(
        Dated(entry.valid_from, entry.value, entry.source)
        for entry in entries
        if entry.value is not None
    )
