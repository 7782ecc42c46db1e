"""The city of the simulated years as a bundle: one grant, and everything stands where it should.

Unlike the demo city nothing is odd here, so that each case has exactly one cause: the story.
"""

from collections.abc import Sequence
from datetime import date
from typing import Any

from netzwart.demo.catalogue import (
    ACCESS_POINT,
    MEDIA,
    MODELS,
    PANEL,
    SCHOOLS,
    SUPPLIERS,
    SWITCH,
    SYSTEM_HOUSE,
    TABLET,
    DemoSchool,
)
from netzwart.demo.purchasing import Bundle, Goods, Purchase, buy

GRANT = "48.02-SIM-2021-001"
_LISTS = (
    "schools", "suppliers", "models", "grants", "measures", "orders", "deliveries", "invoices",
    "payments", "devices", "nodes",
)  # fmt: skip
_KINDS = {
    "netz": ("it_grundstruktur", "Netz und WLAN"),
    "tafeln": ("it_grundstruktur", "Interaktive Tafeln"),
    "tablets": ("mobile_endgeraete", "Schulgebundene Tablets"),
}
POINTS_PER_SCHOOL = 3
TABLETS_PER_SCHOOL = 6


def years_bundle(schools: Sequence[DemoSchool] = SCHOOLS) -> dict[str, Any]:
    """Return the city: a switch, three access points, two panels and six tablets a school."""
    bundle: Bundle = {name: [] for name in _LISTS}
    bundle["suppliers"] = [dict(supplier) for supplier in SUPPLIERS]
    bundle["models"] = [
        {"manufacturer": model.manufacturer, "name": model.name, "part_number": model.part_number,
         "category": model.category, "useful_life_years": model.useful_life_years,
         "network": model.network}
        for model in MODELS
    ]  # fmt: skip
    bundle["schools"] = [
        {"number": school.number, "name": school.name, "short_name": school.short,
         "kind": school.kind, "pupils": school.pupils, "teachers": school.teachers}
        for school in schools
    ]  # fmt: skip
    bundle["grants"] = [_grant()]
    bundle["measures"] = [
        _measure(school, kind, category, title)
        for school in schools
        for kind, (category, title) in _KINDS.items()
    ]
    _purchases(bundle, schools)
    bundle["nodes"] = _nodes(bundle, schools)
    operator = {"name": "Stadt Herten (Simulation)", "municipality_key": "05562020"}
    return {"netzwart": "bundle/1", "operator": operator, **bundle}


def _grant() -> dict[str, Any]:
    return {
        "number": GRANT, "programme": "DPS-NRW-2019", "authority": "Bezirksregierung Münster",
        "issued_on": date(2021, 11, 2), "final_on": date(2021, 12, 2), "awarded": "450000.00",
        "eligible_planned": "500000.00", "rate": "0.90", "rounding": "cent",
        "execution_from": date(2019, 5, 17), "execution_until": date(2022, 12, 31),
        "approval_until": date(2022, 12, 31), "conditions": "VV 2020-06-10",
        "drawdown_mode": "two_months",
    }  # fmt: skip


def _measure(school: DemoSchool, kind: str, category: str, title: str) -> dict[str, Any]:
    return {
        "key": f"{school.short.lower()}-{kind}", "grant": GRANT, "school": school.number,
        "category": category, "title": f"{title}, {school.short}",
        "started_on": date(2022, 1, 10), "finished_on": date(2022, 7, 29),
    }  # fmt: skip


def _purchases(bundle: Bundle, schools: Sequence[DemoSchool]) -> None:
    facts = {"procedure": "open", "offers_requested": 5, "offers_received": 3,
             "awarded_on": date(2021, 12, 20)}  # fmt: skip

    def goods(model: Any, count: int) -> Goods:  # noqa: ANN401 - a DemoModel
        return Goods(model, {school.number: count for school in schools})

    bought = (
        ("2022-017", SYSTEM_HOUSE, "netz",
         [goods(SWITCH, 1), goods(ACCESS_POINT, POINTS_PER_SCHOOL)]),
        ("2022-044", MEDIA, "tafeln", [goods(PANEL, 2)]),
        ("2022-052", MEDIA, "tablets", [goods(TABLET, TABLETS_PER_SCHOOL)]),
    )  # fmt: skip
    for key, supplier, kind, items in bought:
        measures = {school.number: f"{school.short.lower()}-{kind}" for school in schools}
        buy(bundle, Purchase(
            key, supplier, date(2022, 1, 10), items, measures, delivered_on=date(2022, 5, 2),
            paid_on=date(2022, 5, 30), receipt=f"K-{key}", facts=facts,
        ))  # fmt: skip


def _nodes(bundle: Bundle, schools: Sequence[DemoSchool]) -> list[dict[str, Any]]:
    nodes: list[dict[str, Any]] = []
    for number, school in enumerate(schools, start=1):
        here = [row for row in bundle["devices"] if row["school"] == school.number and row["mac"]]
        for index, device in enumerate(here, start=1):
            kind = "sw" if device["model"] == SWITCH.name else "ap"
            nodes.append(
                {"address": f"10.{number}.0.{10 + index}", "port": 161, "school": school.number,
                 "name": f"{school.short.lower()}-{kind}-{index:02d}"}
            )  # fmt: skip
    return nodes
