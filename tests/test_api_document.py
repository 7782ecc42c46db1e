"""The OpenAPI document is true: what it names is accepted, what it promises is answered."""

import re
from typing import Any

import pytest
from httpx import Response
from jsonschema import Draft202012Validator

from tests.api_city import two_schools
from tests.api_client import Api, Caller
from tests.api_resources import RESOURCES

EXAMPLES = {
    "date": "2026-11-24",
    "date-time": "2026-11-24T08:00:00Z",
}
STREAMS = {"/api/v1/events"}


@pytest.fixture
async def document(api: Api) -> dict[str, Any]:
    answer = await api.client.get("/api/openapi.json")
    assert answer.status_code == 200
    return answer.json()


def _check(answer: Response, document: dict[str, Any], operation: dict[str, Any]) -> None:
    contents = operation["responses"][str(answer.status_code)]["content"]
    if "application/json" not in contents:  # a file, whose kind the document names or leaves open
        media_type = answer.headers["content-type"].partition(";")[0]
        assert {media_type, "application/octet-stream", "*/*"} & set(contents), contents
        assert answer.content
        return
    said = contents["application/json"]["schema"]
    schema = {**said, "components": document["components"]}
    errors = list(Draft202012Validator(schema).iter_errors(answer.json()))
    assert not errors, errors[0]


def _example(parameter: dict[str, Any]) -> str:
    schema = parameter["schema"]
    inner = schema.get("items", schema)
    if "enum" in inner:
        return str(inner["enum"][0])
    if "format" in inner and inner["format"] in EXAMPLES:
        return EXAMPLES[inner["format"]]
    if inner.get("type") == "boolean":
        return "true"
    if inner.get("type") == "integer":
        return "1"
    return "12.50" if "pattern" in inner else "a"


async def test_document_is_openapi_3_1_and_hangs_together(document: dict[str, Any]):
    assert document["openapi"].startswith("3.1")
    schemas = document["components"]["schemas"]
    referred = set(re.findall(r"#/components/schemas/(\w+)", str(document)))
    assert referred
    assert referred <= set(schemas)
    for schema in schemas.values():
        Draft202012Validator.check_schema(schema)
    operations = [
        operation["operationId"]
        for path in document["paths"].values()
        for operation in path.values()
    ]
    assert len(operations) == len(set(operations))
    for name in RESOURCES:
        assert f"/api/v1/{name}" in document["paths"]
        assert f"/api/v1/{name}/{{row_id}}" in document["paths"]
    assert "x-netzwart" not in str(document)


async def test_every_get_is_answered_as_its_schema_says(api: Api, document: dict[str, Any]):
    async with api.database.session() as session:
        city, _ = await two_schools(session)
    city.keep_files(api.settings.documents_dir)
    anna = await api.caller()
    city.ids["proofs"], job_id = await _real_papers(anna, city.school_id)
    for path, methods in document["paths"].items():
        if "get" not in methods or not path.startswith("/api/v1/") or path in STREAMS:
            continue
        short = path.removeprefix("/api/v1/")
        name = short.partition("/")[0]
        if "{" in short and name not in city.ids:
            continue
        row_id = job_id if "/jobs/" in short else city.ids.get(name, 1)
        asked = short.replace("{row_id}", str(row_id)).replace("{name}", "papier.json")
        answer = await anna.call("GET", asked)
        assert answer.status_code == 200, (asked, answer.text)
        _check(answer, document, methods["get"])
        names = {found["name"] for found in methods["get"].get("parameters", [])}
        if "expand" in names:
            joins = ",".join(RESOURCES[name].joins)
            _check(await anna.call("GET", f"{asked}?expand={joins}"), document, methods["get"])


async def _real_papers(anna: Caller, school_id: int) -> tuple[int, int]:
    """Issue a paper and order another; return the ids of paper and job."""
    order = {"kind": "inventory_list", "school_id": school_id, "as_of": "2022-12-31"}
    issued = await anna.call("POST", "proofs", order)
    assert issued.status_code == 201, issued.text
    queued = await anna.call("POST", "proofs", order, {"Prefer": "respond-async"})
    assert queued.status_code == 202, queued.text
    return issued.json()["id"], queued.json()["job"]


@pytest.mark.parametrize("name", sorted(RESOURCES))
async def test_every_documented_parameter_is_accepted(
    api: Api, document: dict[str, Any], name: str
):
    anna = await api.caller()
    operation = document["paths"][f"/api/v1/{name}"]["get"]
    for parameter in operation["parameters"]:
        if parameter["name"] == "cursor":
            continue
        query = f"{name}?{parameter['name']}={_example(parameter)}"
        answer = await anna.call("GET", query)
        assert answer.status_code == 200, (query, answer.text)


@pytest.mark.parametrize("name", sorted(RESOURCES))
async def test_hostile_values_are_refused_and_never_fail(api: Api, name: str):
    anna = await api.caller()
    resource = RESOURCES[name]
    hostile = ("%00", "99999999999999999999", "1e9999", "NaN", "%27%3B--", "-1", "0001-01-01",
               "9999-12-31T23:59:59-12:00", "%FF%FE", "", "x" * 600)  # fmt: skip
    for field in resource.fields.values():
        for value in hostile:
            answer = await anna.call("GET", f"{name}?{field.name}={value}")
            assert answer.status_code in {200, 400}, (field.name, value, answer.text)
    for query in ("cursor=abc", "cursor=WyJpZCIsWyIxIl1d%00", "limit=0", "limit=201",
                  "sort=nothing", "fields=nothing", "expand=nothing", "limit=5&limit=6", "count=1",
                  "updated_since=gestern"):  # fmt: skip
        await _is_named(anna, name, query)


async def _is_named(anna: Caller, name: str, query: str) -> None:
    answer = await anna.call("GET", f"{name}?{query}")
    assert answer.status_code == 400, (query, answer.text)
    assert answer.headers["content-type"].startswith("application/problem+json")
    assert query.partition("=")[0] in [error["field"] for error in answer.json()["errors"]]


async def test_unknown_parameter_is_named_with_the_nearest_known(api: Api):
    anna = await api.caller()
    problem = await anna.get("devices?inventory_numbr=1&statsu__in=lost", 400)
    told = {error["field"]: error["message"] for error in problem["errors"]}
    assert "„inventory_number“" in told["inventory_numbr"]
    assert "„status__in“" in told["statsu__in"]
