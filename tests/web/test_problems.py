"""Whatever goes wrong, told three ways: to programs, to people, to a part of a page."""

from collections.abc import AsyncGenerator
from typing import Annotated

import httpx
import msgspec
import pytest
from litestar import Litestar, get, post
from litestar.exceptions import HTTPException
from litestar.params import FromQuery, JSONBody, QueryParameter
from pydantic import BaseModel, ConfigDict, Field, field_validator
from structlog.testing import capture_logs

from netzwart.errors import (
    ConflictError,
    InvalidInputError,
    NetzwartError,
    NotFoundError,
    UnavailableError,
)
from netzwart.web.frame import FrameSettings
from netzwart.web.problem_pages import ProblemController
from netzwart.web.problems import answer_problem, explained_kinds
from netzwart.web.templating import template_config
from tests.markup import markup_problems

SECRET = "geheimes Detail"


class DrawdownTooHighError(ConflictError):
    """A domain's own error."""


class Line(BaseModel):
    quantity: int = Field(ge=1)


class Order(BaseModel):
    model_config = ConfigDict(extra="forbid")

    number: str = Field(min_length=2, max_length=5)
    kind: str = Field(pattern=r"^[a-z]+$")
    lines: list[Line] = []

    @field_validator("kind")
    @classmethod
    def _is_known(cls, value: str) -> str:
        if value == "odd":
            raise ValueError("Diese Art gibt es nicht.")
        return value


class Sighting(msgspec.Struct):
    serial: str
    port: int


@get("/api/raise")
async def fail(kind: FromQuery[str]) -> None:
    raise {
        "own": DrawdownTooHighError("Der Abruf ist zu hoch.", grant_id=7, detail=SECRET),
        "missing": NotFoundError("Das Gerät gibt es nicht."),
        "form": InvalidInputError("Bitte prüfen.", {"lines.0.quantity": "Mindestens 1."}),
        "later": UnavailableError("Der Knoten antwortet nicht.", retry_after_s=30),
        "base": NetzwartError("Das ging schief."),
        "teapot": HTTPException(SECRET, status_code=418),
        "bug": KeyError(SECRET),
    }[kind]


@get("/page")
async def page() -> None:
    raise DrawdownTooHighError("Der <b>Abruf</b> ist zu hoch.")


@post("/api/pydantic")
async def read_pydantic(data: JSONBody[Order]) -> None:
    del data


@post("/api/msgspec")
async def read_msgspec(data: JSONBody[Sighting]) -> None:
    del data


@get("/api/query")
async def read_query(limit: Annotated[int, QueryParameter(ge=1, le=500)]) -> None:
    del limit


@pytest.fixture
async def client() -> AsyncGenerator[httpx.AsyncClient]:
    frame = FrameSettings(csrf_token_of=lambda _: "token", csrf_field_name="csrf_token")
    app = Litestar(
        [fail, page, read_pydantic, read_msgspec, read_query, ProblemController],
        exception_handlers={Exception: answer_problem},
        template_config=template_config([], frame),
        logging_config=None,
        openapi_config=None,
    )
    transport = httpx.ASGITransport(app)  # type: ignore[arg-type]
    async with httpx.AsyncClient(transport=transport, base_url="http://testserver") as opened:
        yield opened


@pytest.mark.parametrize(
    ("kind", "status", "type_", "detail"),
    [
        ("own", 409, "/problems/drawdown-too-high", "Der Abruf ist zu hoch."),
        ("missing", 404, "/problems/not-found", "Das Gerät gibt es nicht."),
        ("form", 422, "/problems/invalid-input", "Bitte prüfen."),
        ("later", 503, "/problems/unavailable", "Der Knoten antwortet nicht."),
        ("base", 500, "/problems/internal", "Das ging schief."),
        ("teapot", 418, "/problems/bad-request", None),
        ("bug", 500, "/problems/internal", None),
    ],
)
async def test_error_becomes_a_problem_document(
    client: httpx.AsyncClient, kind: str, status: int, type_: str, detail: str | None
):
    answer = await client.get("/api/raise", params={"kind": kind})
    told = answer.json()
    assert answer.status_code == told["status"] == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert told["type"] == type_
    assert set(told) == {
        "type", "title", "status", "detail", "instance", "request_id", "errors",
    }  # fmt: skip
    assert told["instance"] == "/api/raise"
    assert detail is None or told["detail"] == detail
    assert SECRET not in answer.text


async def test_outside_that_is_silent_says_when_to_come_back(client: httpx.AsyncClient):
    answer = await client.get("/api/raise", params={"kind": "later"})
    assert answer.headers["retry-after"] == "30"


async def test_bug_is_logged_with_its_trace_and_refusal_with_its_context(
    client: httpx.AsyncClient,
):
    with capture_logs() as lines:
        await client.get("/api/raise", params={"kind": "bug"})
        await client.get("/api/raise", params={"kind": "own"})
    bug, refusal = lines
    assert (bug["event"], bug["log_level"]) == ("request_failed", "error")
    assert isinstance(bug["exc_info"], KeyError)
    assert (refusal["event"], refusal["context"]["grant_id"]) == ("request_refused", 7)


async def test_browser_gets_a_page_and_htmx_a_fragment(client: httpx.AsyncClient):
    whole = await client.get("/page", headers={"Accept": "text/html"})
    part = await client.get("/page", headers={"Accept": "text/html", "HX-Request": "true"})
    assert whole.status_code == part.status_code == 409
    assert whole.text.startswith("<!doctype html>")
    assert "<html" not in part.text
    for answer in (whole, part):
        assert "Der &lt;b&gt;Abruf&lt;/b&gt; ist zu hoch." in answer.text
        assert not markup_problems(answer.text)
    assert (await client.get("/page")).headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(
    ("sent", "errors"),
    [
        ({}, {"number": "Die Angabe fehlt.", "kind": "Die Angabe fehlt."}),
        ({"number": "1", "kind": "a"}, {"number": "Mindestens 2 Zeichen."}),
        ({"number": "123456", "kind": "a"}, {"number": "Höchstens 5 Zeichen."}),
        ({"number": 12, "kind": "a"}, {"number": "Hier wird ein Text erwartet."}),
        ({"number": "12", "kind": "A"}, {"kind": "Die Schreibweise passt nicht."}),
        ({"number": "12", "kind": "odd"}, {"kind": "Diese Art gibt es nicht."}),
        ({"number": "12", "kind": "a", "x": 1}, {"x": "Dieses Feld gibt es nicht."}),
        (
            {"number": "12", "kind": "a", "lines": [{"quantity": 0}, {"quantity": "zwei"}]},
            {
                "lines.0.quantity": "Mindestens 1.",
                "lines.1.quantity": "Hier wird eine ganze Zahl erwartet.",
            },
        ),
    ],
)
async def test_pydantic_errors_are_told_in_german_by_field(
    client: httpx.AsyncClient, sent: dict[str, object], errors: dict[str, str]
):
    answer = await client.post("/api/pydantic", json=sent)
    assert answer.status_code == 400
    told = {error["field"]: error["message"] for error in answer.json()["errors"]}
    assert told == errors


async def test_msgspec_errors_are_told_in_german(client: httpx.AsyncClient):
    answer = await client.post("/api/msgspec", json={"serial": "x", "port": "zwölf"})
    assert answer.status_code == 400
    assert [error["message"] for error in answer.json()["errors"]] == [
        "Hier wird eine ganze Zahl erwartet."
    ]
    missing = await client.post("/api/msgspec", json={"serial": "x"})
    assert missing.json()["errors"][0]["message"] == "Die Angabe fehlt."


@pytest.mark.parametrize(
    ("limit", "message"),
    [
        ("viele", "Hier wird eine ganze Zahl erwartet."),
        ("0", "Mindestens 1."),
        ("501", "Höchstens 500."),
    ],
)
async def test_query_errors_name_the_parameter(client: httpx.AsyncClient, limit: str, message: str):
    answer = await client.get("/api/query", params={"limit": limit})
    assert answer.status_code == 400
    assert answer.json()["errors"] == [{"field": "limit", "message": message}]


async def test_missing_parameter_and_broken_json_are_bad_requests(client: httpx.AsyncClient):
    assert (await client.get("/api/query")).status_code == 400
    broken = await client.post(
        "/api/pydantic", content="{", headers={"Content-Type": "application/json"}
    )
    assert broken.status_code == 400
    assert broken.json()["title"] == "Die Anfrage ist nicht verständlich"


async def test_every_kind_has_a_page_that_explains_it(client: httpx.AsyncClient):
    kinds = explained_kinds()
    assert {"not-found", "invalid-input", "drawdown-too-high", "conflict"} <= set(kinds)
    for name in kinds:
        answer = await client.get(f"/problems/{name}", headers={"Accept": "text/html"})
        assert answer.status_code == 200
        assert not markup_problems(answer.text)
    assert (await client.get("/problems/nonsense")).status_code == 404
