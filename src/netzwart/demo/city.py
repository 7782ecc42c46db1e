"""The demo city as a bundle: 14 schools, some 300 devices, two grants and how they were spent."""

from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from netzwart.demo.catalogue import (
    ACCESS_POINT,
    ELECTRICIAN,
    MEDIA,
    MODELS,
    NOTEBOOK,
    PANEL,
    PRINTER_3D,
    SCHOOLS,
    SUPPLIERS,
    SWITCH,
    SYSTEM_HOUSE,
    TABLET,
    DemoSchool,
)
from netzwart.demo.nodes import PORT, simulated_nodes
from netzwart.demo.purchasing import Bundle, Goods, Purchase, Service, buy

OLD_GRANT = "48.02-DEMO-2021-001"
NEW_GRANT = "48.02-DEMO-2026-007"
AUTHORITY = "Bezirksregierung Münster"
LISTS = (
    "schools", "suppliers", "models", "grants", "measures", "orders", "deliveries", "invoices",
    "payments", "drawdowns", "incomes", "devices", "nodes", "sightings", "applications", "notices",
    "messages",
)  # fmt: skip

CATEGORY_OF = {
    "switch": "it_grundstruktur",
    "access_point": "it_grundstruktur",
    "panel": "it_grundstruktur",
    "tablet": "mobile_endgeraete",
    "other": "arbeitsgeraete",
}
LARGE = 7
"""Schools with at least this many classrooms get two access points more."""


def demo_bundle(today: date, agent_port: int = PORT) -> dict[str, Any]:
    """Return the whole demo city; the same day gives the same city."""
    bundle: Bundle = {name: [] for name in LISTS}
    bundle["suppliers"] = [dict(supplier) for supplier in SUPPLIERS]
    bundle["models"] = [
        {
            "manufacturer": model.manufacturer,
            "name": model.name,
            "part_number": model.part_number,
            "category": model.category,
            "useful_life_years": model.useful_life_years,
            "network": model.network,
        }
        for model in MODELS
    ]
    bundle["schools"] = [_school(school) for school in SCHOOLS]
    bundle["grants"] = [_old_grant(), _new_grant()]
    _old_measures(bundle)
    _old_purchases(bundle)
    _new_purchases(bundle)
    _own_purchases(bundle)
    _money_back(bundle)
    _letters(bundle)
    _place(bundle)
    _lives(bundle)
    _sightings(bundle, today)
    bundle["nodes"] = [node.as_bundle_row() for node in simulated_nodes(bundle, agent_port)]
    operator = {
        "name": "Stadt Herten (Demodaten)",
        "municipality_key": "05562020",
        "street": "Kurt-Schumacher-Str. 2",
        "postcode": "45699",
        "city": "Herten",
        "iban": None,
    }
    return {"netzwart": "bundle/1", "operator": operator, **bundle}


def _school(school: DemoSchool) -> dict[str, Any]:
    rooms = [
        {"number": "K01", "name": "Serverraum", "kind": "server_room", "building": "A", "floor": -1}
    ]
    rooms += [
        {
            "number": f"A{100 + index}",
            "name": "Klassenraum",
            "kind": "classroom",
            "building": "A",
            "floor": 1 + index // 6,
        }
        for index in range(1, school.size + 1)
    ]
    rooms.append({"number": "L01", "name": "Lager", "kind": "storage", "building": "A", "floor": 0})
    return {
        "number": school.number,
        "name": school.name,
        "short_name": school.short,
        "kind": school.kind,
        "pupils": school.pupils,
        "teachers": school.teachers,
        "rooms": rooms,
    }


def _old_grant() -> dict[str, Any]:
    return {
        "number": OLD_GRANT, "programme": "DPS-NRW-2019", "authority": AUTHORITY,
        "issued_on": date(2021, 11, 2), "final_on": date(2021, 12, 2), "awarded": "750870.00",
        "eligible_planned": "834300.00", "rate": "0.90", "rounding": "cent",
        "execution_from": date(2019, 5, 17), "execution_until": date(2022, 12, 31),
        "approval_until": date(2022, 12, 31), "conditions": "VV 2020-06-10",
        "lucom_number": "DEMO-0815", "drawdown_mode": "two_months",
        "plan": [
            {"category": "it_grundstruktur", "total": "727300.00", "eligible": "727300.00"},
            {"category": "arbeitsgeraete", "total": "38000.00", "eligible": "38000.00"},
            {"category": "mobile_endgeraete", "total": "69000.00", "eligible": "69000.00"},
        ],
        "sources": [{"kind": "own_share", "label": "Eigenanteil der Stadt", "amount": "83430.00"}],
    }  # fmt: skip


def _new_grant() -> dict[str, Any]:
    return {
        "number": NEW_GRANT, "programme": "DP2-NRW", "authority": AUTHORITY,
        "issued_on": date(2026, 2, 16), "final_on": date(2026, 3, 18), "awarded": "144000.00",
        "eligible_planned": "160000.00", "rate": "0.90", "rounding": "cent",
        "execution_from": date(2026, 1, 1), "execution_until": date(2027, 12, 31),
        "approval_until": date(2027, 12, 31), "conditions": "laut Bescheid (Demo)",
        "lucom_number": None, "drawdown_mode": "two_months",
        "plan": [
            {"category": "infrastruktur", "total": "120000.00", "eligible": "120000.00"},
            {"category": "endgeraete", "total": "40000.00", "eligible": "40000.00"},
        ],
        "sources": [{"kind": "own_share", "label": "Eigenanteil der Stadt", "amount": "16000.00"}],
    }  # fmt: skip


def _measure(school: DemoSchool, kind: str) -> str:
    return f"{school.short.lower()}-{kind}"


def _old_measures(bundle: Bundle) -> None:
    titles = {
        "netz": ("it_grundstruktur", "Netz und WLAN"),
        "tafeln": ("it_grundstruktur", "Interaktive Tafeln"),
        "tablets": ("mobile_endgeraete", "Schulgebundene Tablets"),
        "labor": ("arbeitsgeraete", "3-D-Druck im Technikunterricht"),
    }
    for school in SCHOOLS:
        for kind, (category, title) in titles.items():
            if kind == "labor" and school.size < LARGE:
                continue
            bundle["measures"].append(
                {
                    "key": _measure(school, kind),
                    "grant": OLD_GRANT,
                    "school": school.number,
                    "category": category,
                    "title": f"{title}, {school.short}",
                    "started_on": date(2022, 1, 10),
                    "finished_on": date(2022, 11, 30),
                    "concept_document": f"Einsatzkonzept {school.short} (Demo)",
                }
            )
        if school.size >= LARGE:
            bundle["measures"].append(
                {
                    "key": _measure(school, "erneuerung"),
                    "grant": NEW_GRANT,
                    "school": school.number,
                    "category": "infrastruktur",
                    "title": f"Erneuerung WLAN und Notebooks, {school.short}",
                    "started_on": date(2026, 3, 23),
                    "finished_on": None,
                    "concept_document": f"Einsatzkonzept {school.short} 2026 (Demo)",
                }
            )


def _by_school(kind: str, *, large_only: bool = False) -> dict[str, str]:
    return {
        school.number: _measure(school, kind)
        for school in SCHOOLS
        if not large_only or school.size >= LARGE
    }


def _rooms() -> Mapping[str, int]:
    return {school.number: school.size for school in SCHOOLS}


def _old_purchases(bundle: Bundle) -> None:
    open_procedure = {
        "procedure": "open", "offers_requested": 5, "offers_received": 3,
        "awarded_on": date(2021, 12, 20),
    }  # fmt: skip
    points = {school.number: 3 if school.size >= LARGE else 1 for school in SCHOOLS}
    buy(bundle, Purchase(
        "2022-017", SYSTEM_HOUSE, date(2022, 1, 10),
        [
            Goods(SWITCH, {school.number: 1 for school in SCHOOLS}),
            Goods(ACCESS_POINT, points),
            Service("Montage und Inbetriebnahme WLAN", Decimal("18400.00"), _rooms()),
        ],
        _by_school("netz"), delivered_on=date(2022, 2, 1), paid_on=date(2022, 2, 20),
        receipt="K-2022-4711", discount_rate=Decimal("0.02"), facts=open_procedure,
    ))  # fmt: skip
    buy(bundle, Purchase(
        "2022-031", ELECTRICIAN, date(2022, 3, 2),
        [
            Service("Strukturierte Verkabelung, 14 Gebäude", Decimal("182600.00"), _rooms()),
            Service(
                "Wartungsvertrag Verkabelung, 12 Monate", Decimal("2400.00"), _rooms(),
                eligible=False, reason="Wartung ist nicht zuwendungsfähig (RL Nr. 2)",
            ),
        ],
        _by_school("netz"), delivered_on=date(2022, 7, 29), paid_on=date(2022, 8, 24),
        receipt="K-2022-6120", facts=open_procedure,
    ))  # fmt: skip
    buy(bundle, Purchase(
        "2022-044", MEDIA, date(2022, 4, 4),
        [Goods(PANEL, {school.number: (school.size + 1) // 2 + 2 for school in SCHOOLS})],
        _by_school("tafeln"), delivered_on=date(2022, 6, 13), paid_on=date(2022, 7, 8),
        receipt="K-2022-5533", facts=open_procedure | {"eu_wide": True},
    ))  # fmt: skip
    buy(bundle, Purchase(
        "2022-052", MEDIA, date(2022, 5, 9),
        [Goods(TABLET, {school.number: 10 for school in SCHOOLS})],
        _by_school("tablets"), delivered_on=date(2022, 8, 15), paid_on=date(2022, 9, 5),
        receipt="K-2022-6402",
        facts={"procedure": "framework", "framework_contract": "Demo-Rahmenvertrag 2022",
               "eu_wide": True, "offers_requested": 3, "offers_received": 3,
               "awarded_on": date(2022, 5, 2)},
    ))  # fmt: skip
    buy(bundle, Purchase(
        "2022-060", SYSTEM_HOUSE, date(2022, 6, 20),
        [Goods(PRINTER_3D, {s.number: 2 for s in SCHOOLS if s.size >= LARGE})],
        _by_school("labor", large_only=True), delivered_on=date(2022, 9, 1),
        paid_on=date(2022, 9, 22), receipt="K-2022-6688",
        facts={"procedure": "negotiated", "offers_requested": 3, "offers_received": 2,
               "awarded_on": date(2022, 6, 13)},
    ))  # fmt: skip


def _new_purchases(bundle: Bundle) -> None:
    facts = {"procedure": "direct", "offers_requested": 3, "offers_received": 3,
             "awarded_on": date(2026, 3, 20)}  # fmt: skip
    large = [school.number for school in SCHOOLS if school.size >= LARGE]
    measures = _by_school("erneuerung", large_only=True)
    buy(bundle, Purchase(
        "2026-009", SYSTEM_HOUSE, date(2026, 3, 23),
        [
            Goods(ACCESS_POINT, dict.fromkeys(large, 1)),
            Goods(NOTEBOOK, dict.fromkeys(large, 5)),
            Service("Einrichtung der Geräte", Decimal("2150.00"), dict.fromkeys(large, 1)),
            Service(
                "Softwarepflege Notebooks, 36 Monate", Decimal("1840.00"), dict.fromkeys(large, 1),
                eligible=None,
            ),
        ],
        measures, grant_year=26, delivered_on=date(2026, 9, 8), paid_on=date(2026, 10, 2),
        receipt="K-2026-1042", facts=facts,
    ))  # fmt: skip
    buy(bundle, Purchase(
        "2026-014", MEDIA, date(2026, 10, 19),
        [Goods(PANEL, dict.fromkeys(large, 2))], measures, grant_year=26,
        facts=facts | {"awarded_on": date(2026, 10, 12)},
    ))  # fmt: skip


def _own_purchases(bundle: Bundle) -> None:
    buy(bundle, Purchase(
        "2024-003", SYSTEM_HOUSE, date(2024, 2, 5), [Goods(NOTEBOOK, {"990001": 6, "990002": 4})],
        {}, grant_year=24, delivered_on=date(2024, 3, 4), paid_on=date(2024, 3, 28),
        receipt="K-2024-0310",
    ))  # fmt: skip


def _money_back(bundle: Bundle) -> None:
    bundle["drawdowns"] += [
        {"grant": OLD_GRANT, "number": 1, "requested_on": date(2022, 2, 21),
         "amount": "66000.00", "received_on": date(2022, 3, 15)},
        {"grant": OLD_GRANT, "number": 2, "requested_on": date(2022, 9, 26),
         "amount": "560000.00", "received_on": date(2022, 10, 20)},
        {"grant": NEW_GRANT, "number": 1, "requested_on": date(2026, 10, 5),
         "amount": "25000.00", "received_on": date(2026, 10, 29)},
    ]  # fmt: skip
    bundle["incomes"].append(
        {"grant": OLD_GRANT, "kind": "insurance", "received_on": date(2024, 5, 14),
         "payer": "Demo-Versicherung", "reason": "Wasserschaden Tafel", "amount": "1200.00"}
    )  # fmt: skip


def _letters(bundle: Bundle) -> None:
    """Let city and authority write to each other: asked, awarded, shifted, told."""
    old, new = bundle["grants"]
    bundle["applications"] += [
        {"programme": old["programme"], "applied_on": date(2021, 6, 14), "grant": OLD_GRANT,
         "requested": old["awarded"], "reference": "40.2-DP-01"},
        {"programme": new["programme"], "applied_on": date(2025, 11, 3), "grant": NEW_GRANT,
         "requested": "180000.00", "reference": "40.2-DP2-01"},
    ]  # fmt: skip
    before = [
        row | {"total": total, "eligible": total}
        for row, total in zip(old["plan"], ("735300.00", "38000.00", "61000.00"), strict=True)
    ]
    bundle["notices"] += [
        {"grant": OLD_GRANT, "number": OLD_GRANT, "issued_on": old["issued_on"],
         "amount": old["awarded"], "reason": ""},
        {"grant": OLD_GRANT, "number": f"{OLD_GRANT} Ä1", "issued_on": date(2022, 5, 9),
         "amount": "0.00", "reason": "Mehr Tablets, weniger Verkabelung; zwei Monate länger",
         "changes": {"execution_until": ["2022-10-31", "2022-12-31"],
                     "approval_until": ["2022-10-31", "2022-12-31"],
                     "plan": [before, old["plan"]]}},
        {"grant": NEW_GRANT, "number": NEW_GRANT, "issued_on": new["issued_on"],
         "amount": new["awarded"], "reason": ""},
    ]  # fmt: skip
    bundle["messages"].append(
        {"grant": OLD_GRANT, "occasion": "costs_changed", "due_on": date(2024, 5, 28),
         "sent_on": date(2024, 5, 21), "text": "Versicherungsleistung für eine Tafel"}
    )  # fmt: skip


def _place(bundle: Bundle) -> None:
    """Put switches into the server room, everything else into classrooms in turn."""
    for school in SCHOOLS:
        here = [row for row in bundle["devices"] if row["school"] == school.number]
        for index, device in enumerate(here):
            room = "K01" if device["model"] == SWITCH.name else f"A{101 + index % school.size}"
            device["room"] = room


def _lives(bundle: Bundle) -> None:
    """Let something happen to a few of them."""
    tablets = [row for row in bundle["devices"] if row["model"] == TABLET.name]
    panels = [row for row in bundle["devices"] if row["model"] == PANEL.name]
    for device, status in (
        (tablets[3], "lost"),
        (tablets[17], "in_repair"),
        (tablets[40], "lent"),
        (tablets[41], "lent"),
        (panels[5], "in_repair"),
        (panels[-1], "in_storage"),
    ):
        device["status"] = status


def _sightings(bundle: Bundle, today: date) -> None:
    """Say where tablets (by MDM) and panels (by a person) were seen last."""
    source_of = {TABLET.name: "mdm", NOTEBOOK.name: "mdm", PANEL.name: "scan",
                 PRINTER_3D.name: "stocktake"}  # fmt: skip
    age_of = {"mdm": 1, "scan": 24, "stocktake": 71}
    for index, device in enumerate(bundle["devices"]):
        source = source_of.get(str(device["model"]))
        if source is None or index % 11 == 0 or device["status"] == "lost":
            continue
        maker = next(row for row in bundle["models"] if row["name"] == device["model"])
        seen_on = today - timedelta(days=age_of[source] + index % 5)
        bundle["sightings"].append(
            {
                "serial": device["serial"],
                "manufacturer": maker["manufacturer"],
                "source": source,
                "seen_at": f"{seen_on.isoformat()}T08:00:00Z",
                "school": device["school"],
                "node": None,
            }
        )
