"""What one may not see does not exist, whatever one asks and of whichever resource."""

import json
from typing import Any
from urllib.parse import quote

import pytest

from netzwart.accounts.actors import RIGHTS
from netzwart.accounts.tables import Role
from netzwart.database import table_of
from netzwart.web.resources import Resource
from netzwart.web.resources.fields import Field, Kind, Op
from tests.api_city import SECRET, Marked, two_schools
from tests.api_client import Api, Caller
from tests.api_resources import RESOURCES

NAMES = sorted(RESOURCES)
CONTRACT = """
schools rooms manufacturers device-models devices loans stocktakes credentials nodes components
interfaces neighbours incidents maintenance-windows configurations sightings findings programmes
grants measures orders deliveries invoices payments drawdowns incomes documents proofs projects
waves planned-items site-surveys acceptances users tokens audit-events webhooks
"""
OPEN = {"manufacturers", "device-models", "programmes", "suppliers"}
SCHOOL_ROLES = (Role.TECHNICIAN, Role.FUNDING_OFFICER, Role.ADMIN)
OF_DEVICES = {"sightings", "findings", "components"}
AIMED = (Op.EQUAL, Op.IN, Op.GTE, Op.CONTAINS)


def test_every_resource_of_the_contract_is_there():
    assert set(CONTRACT.split()) <= set(RESOURCES)


def test_no_resource_declares_a_secret():
    for resource in RESOURCES.values():
        for field in resource.fields.values():
            assert "encrypted" not in str(field.column)
            assert "hash" not in str(field.column).rpartition(".")[2]


async def _city(api: Api) -> tuple[Marked, Marked]:
    async with api.database.session() as session:
        return await two_schools(session)


def _questions(resource: Resource, row: dict[str, Any]) -> list[str]:
    """Return one query for each parameter, aimed at a row that must stay hidden."""
    asked = ["", "count=true", "limit=200"]
    if resource.search:
        asked += ["q=BRAVO&count=true", "q=bravo"]
    if resource.joins:
        asked.append(f"expand={','.join(resource.joins)}&limit=200")
    for field in resource.fields.values():
        if field.is_sortable:
            asked.append(f"sort=-{field.name}&limit=200")
        asked += _aimed(field, row.get(field.name))
    return asked


def _aimed(field: Field, value: Any) -> list[str]:
    if value is None or field.kind is Kind.OBJECT:
        return []
    text = quote(json.dumps(value) if isinstance(value, bool) else str(value))
    return [
        f"{field.name}__{op}={text}&count=true" if op else f"{field.name}={text}&count=true"
        for op in field.ops
        if op in AIMED
    ]


@pytest.mark.parametrize("name", NAMES)
async def test_nothing_of_another_school_comes_out_by_any_parameter(api: Api, name: str):
    alpha, bravo = await _city(api)
    anna = await api.caller()
    everything = await anna.get(f"{name}?limit=200&count=true")
    hidden = next((item for item in everything["items"] if item["id"] == bravo.ids.get(name)), None)
    assert name in OPEN or hidden is not None, f"the city has no {name}"
    for role in SCHOOL_ROLES:
        somebody = await api.caller(role, alpha.school_id)
        listed = await somebody.call("GET", f"{name}?count=true&limit=200")
        if listed.status_code == 403:
            continue
        allowed = {item["id"] for item in listed.json()["items"]}
        assert listed.json()["total"] == len(allowed)
        if hidden is None:
            continue
        await somebody.get(f"{name}/{hidden['id']}", 404)
        if role is Role.ADMIN and RESOURCES[name].read in RIGHTS[Role.TECHNICIAN]:
            continue  # asked already
        for question in _questions(RESOURCES[name], hidden):
            await _ask(somebody, name, question, allowed)


async def _ask(somebody: Caller, name: str, question: str, allowed: set[int]) -> None:
    answer = await somebody.call("GET", f"{name}?{question}")
    assert answer.status_code in {200, 400}, (question, answer.text)
    if answer.status_code == 400:  # a field that this role does not know
        assert "BRAVO" not in answer.text.replace(question, "")
        return
    assert "BRAVO" not in answer.text, (name, question, answer.text)
    found = answer.json()
    assert {item["id"] for item in found["items"]} <= allowed, (name, question)
    assert found.get("total", 0) <= len(allowed), (name, question)


@pytest.mark.parametrize("name", NAMES)
async def test_auditor_of_one_grant_sees_nothing_of_another(api: Api, name: str):
    alpha, bravo = await _city(api)
    auditor = await api.auditor_of(alpha.grant_id)
    answer = await auditor.call("GET", f"{name}?count=true&limit=200")
    if answer.status_code == 403:
        return
    items = answer.json()["items"]
    if name in OF_DEVICES:  # what was seen of the grant's device, wherever it was
        assert [item["device_id"] for item in items] == [alpha.ids["devices"]]
        return
    assert "BRAVO-" not in answer.text
    if name not in OPEN | {"schools", "rooms"} and bravo.ids.get(name):
        await auditor.get(f"{name}/{bravo.ids[name]}", 404)
    if name in {"grants", "measures", "invoices", "payments", "orders", "devices", "proofs"}:
        assert [item["id"] for item in items] == [alpha.ids[name]]


@pytest.mark.parametrize("name", NAMES)
async def test_no_secret_leaves_and_no_list_costs_more_than_eight_statements(api: Api, name: str):
    await _city(api)
    anna = await api.caller()
    expand = ",".join(RESOURCES[name].joins)
    for path in (name, f"{name}?count=true&expand={expand}"):
        answer = await anna.call("GET", path)
        assert answer.status_code == 200, answer.text
        assert SECRET.decode() not in answer.text
        assert "GEHEIM" not in answer.text
        assert anna.statements <= 8


async def test_reference_to_a_hidden_row_is_null_and_cannot_be_guessed(api: Api):
    alpha, bravo = await _city(api)
    clara = await api.caller(Role.TECHNICIAN, alpha.school_id)
    sighting = await clara.get(f"sightings/{alpha.ids['sightings']}?expand=device,node")
    assert sighting["device"] is None
    assert sighting["device_id"] is None
    assert sighting["node"]["name"] == "ALPHA-ap-01"
    guessed = await clara.get(f"sightings?device_id={bravo.ids['devices']}&count=true")
    assert guessed["total"] == 0
    anna = await api.caller()
    seen = await anna.get(f"sightings/{alpha.ids['sightings']}?expand=device")
    assert seen["device"]["inventory_number"] == "BRAVO-0001"


async def test_purchase_of_a_device_is_unknown_without_the_right_to_read_funding(api: Api):
    alpha, _ = await _city(api)
    clara = await api.caller(Role.TECHNICIAN, alpha.school_id)
    [device] = (await clara.get("devices"))["items"]
    assert not {"invoice", "invoice_id", "measure", "measure_id"} & device.keys()
    problem = await clara.get("devices?invoice=ALPHA-R1", 400)
    assert [error["field"] for error in problem["errors"]] == ["invoice"]
    anna = await api.caller()
    [device] = (await anna.get("devices?invoice=ALPHA-R1"))["items"]
    assert (device["invoice"], device["invoice_line"], device["measure"]) == (
        "ALPHA-R1", 1, "ALPHA-wlan",
    )  # fmt: skip


def test_city_fills_the_table_of_every_resource():
    for name, resource in RESOURCES.items():
        assert name in OPEN or table_of(resource.record) is resource.table
