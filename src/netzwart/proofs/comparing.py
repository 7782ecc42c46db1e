"""Plan against actual, per category and per school, as the grant page shows it."""

from dataclasses import dataclass
from decimal import Decimal

from netzwart.funding.settlement import SettledGrant
from netzwart.money import ZERO
from netzwart.proofs import wording
from netzwart.proofs.drilling import NOBODY


@dataclass(frozen=True, slots=True, kw_only=True)
class CategoryComparison:
    """One Förderbereich; amounts in euros."""

    key: str
    """For an address; `-` where there is none."""
    label: str
    planned: Decimal
    planned_eligible: Decimal
    spent: Decimal
    eligible: Decimal
    grant_share: Decimal
    used: Decimal | None
    """Spent as a part of the plan; None without a plan."""

    @property
    def rest(self) -> Decimal:
        """Return what the plan leaves; negative when it is exceeded."""
        return self.planned - self.spent


@dataclass(frozen=True, slots=True, kw_only=True)
class SchoolComparison:
    """One school, or what belongs to no single one; amounts in euros."""

    key: str
    school_id: int | None
    label: str
    measures: int
    spent: Decimal
    eligible: Decimal
    grant_share: Decimal
    devices: int
    seen: int
    """Devices seen within the window."""


def category_rows(grant: SettledGrant) -> list[CategoryComparison]:
    """Return the categories in the order of the plan, then those nobody planned."""
    planned = {row.key: row for row in grant.record.plan}
    actual = {row.category or "": row for row in grant.settlement.by_category}
    rows: list[CategoryComparison] = []
    for key in dict.fromkeys([*planned, *actual]):
        plan, spent = planned.get(key), actual.get(key)
        whole, paid = plan.amount if plan else ZERO, spent.spent if spent else ZERO
        rows.append(
            CategoryComparison(
                key=key or NOBODY,
                label=wording.category_label(grant.programme, key) if key else "ohne Maßnahme",
                planned=whole,
                planned_eligible=plan.second if plan else ZERO,
                spent=paid,
                eligible=spent.eligible if spent else ZERO,
                grant_share=spent.grant_share if spent else ZERO,
                used=paid / whole if whole > 0 else None,
            )
        )
    return rows


def school_rows(grant: SettledGrant) -> list[SchoolComparison]:
    """Return every school with a measure or money of the grant, by school number."""
    record = grant.record
    actual = {row.school or "": row for row in grant.settlement.by_school}
    places = {one.school or "": one for one in record.measures}
    rows: list[SchoolComparison] = []
    for key in sorted({*actual, *places}, key=lambda number: (not number, number)):
        spent, place = actual.get(key), places.get(key)
        devices = [one for one in record.devices if (one.school or "") == key]
        rows.append(
            SchoolComparison(
                key=key or NOBODY,
                school_id=place.school_id if place else None,
                label=(place.school_name if place else None) or key or "schulübergreifend",
                measures=sum(1 for one in record.measures if (one.school or "") == key),
                spent=spent.spent if spent else ZERO,
                eligible=spent.eligible if spent else ZERO,
                grant_share=spent.grant_share if spent else ZERO,
                devices=len(devices),
                seen=sum(1 for one in devices if one.id in record.evidence),
            )
        )
    return rows
