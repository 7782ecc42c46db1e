"""The whole application: every route is guarded, every answer is safe, every error speaks."""

import json
import re
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from httpx import Response
from litestar import Litestar
from litestar.handlers import BaseRouteHandler, HTTPRouteHandler
from litestar.routes import HTTPRoute
from litestar.testing import AsyncTestClient

from netzwart.accounts.guards import GUARDS
from netzwart.app import create_app
from netzwart.database import Database
from netzwart.secrets import SecretBox, new_key
from netzwart.settings import Settings
from netzwart.web.headers import CONTENT_SECURITY_POLICY
from tests.cast import Cast, a_cast
from tests.client import Site, open_site

PUBLIC = {
    "/anmelden",
    "/api/openapi.json",
    "/api/openapi.json/openapi.json",
    "/api/openapi.json/{path:str}",
    "/einladung",
    "/health/live",
    "/health/ready",
    "/kalender/fristen.ics",
    "/pruefen",
    "/problems/{kind:str}",
    "/static/{file_path:path}",
}
"""Every address that needs no sign-in. A new one is a decision: write it down here."""


def routes(app: Litestar) -> list[tuple[str, str, BaseRouteHandler]]:
    """Return (method, path, handler) of every route, without the OPTIONS Litestar adds."""
    found: list[tuple[str, str, BaseRouteHandler]] = []
    for route in app.routes:
        if isinstance(route, HTTPRoute):
            found += [
                (method, route.path, handler)
                for handler in route.route_handlers
                for method in handler.http_methods
                if method != "OPTIONS"
            ]
        else:
            found.append(("ASGI", route.path, route.route_handler))
    return found


def is_guarded(handler: BaseRouteHandler) -> bool:
    return any(guard in GUARDS for guard in handler.resolve_guards())


def filled(path: str) -> str:
    """Put something into a path's parameters."""
    path = re.sub(r"\{\w+:(int|float)\}", "1", path)
    path = re.sub(r"\{\w+:uuid\}", "00000000-0000-0000-0000-000000000001", path)
    path = re.sub(r"\{\w+:date\}", "2026-01-01", path)
    return re.sub(r"\{[^}]+\}", "x", path)


async def test_every_route_has_a_guard_or_says_public(site: Site):
    walked = routes(site.app)
    assert len(walked) > 20
    neither = [
        (method, path)
        for method, path, handler in walked
        if not is_guarded(handler) and not handler.opt.get("public")
    ]
    both = [
        path for _, path, handler in walked if is_guarded(handler) and handler.opt.get("public")
    ]
    assert not neither
    assert not both


async def test_public_addresses_are_those_that_were_decided(site: Site):
    public = {path for _, path, handler in routes(site.app) if handler.opt.get("public")}
    assert public == PUBLIC


async def test_nobody_unknown_gets_anything_from_a_guarded_route(sqlite_site: Site):
    browser = sqlite_site.as_(None)
    for method, path, handler in routes(sqlite_site.app):
        if handler.opt.get("public") or not isinstance(handler, HTTPRouteHandler):
            continue
        address = filled(path)
        answer = await browser.request(method, address, headers={"Accept": "text/html"})
        if path.startswith("/api/") or path == "/metrics":
            assert answer.status_code == 401, (method, path)
            assert answer.headers["www-authenticate"].startswith("Bearer")
            if method != "HEAD":
                assert answer.json()["type"] == "/problems/not-signed-in"
        else:
            assert answer.status_code == 303, (method, path)
            assert answer.headers["location"].startswith("/anmelden?weiter=/"), (method, path)


async def test_somebody_without_a_role_opens_no_guarded_page_but_their_own(sqlite_site: Site):
    async with sqlite_site.database.session() as session:
        person = (await a_cast(session)).roleless
    browser = sqlite_site.as_(person)
    opened = set()
    for method, path, handler in routes(sqlite_site.app):
        if method != "GET" or handler.opt.get("public"):
            continue
        answer = await browser.request("GET", filled(path), headers={"Accept": "text/html"})
        assert answer.status_code < 500, path
        if answer.status_code == 200:
            opened.add(path)
    own = {path for _, path, handler in routes(sqlite_site.app) if _needs_sign_in_only(handler)}
    assert opened <= own


def _needs_sign_in_only(handler: BaseRouteHandler) -> bool:
    return [guard.__name__ for guard in handler.resolve_guards() if guard in GUARDS] == [
        "requires_signed_in"
    ]


@pytest.fixture
async def sqlite_site(sqlite_database: Database, tmp_path: Path):
    async with open_site(sqlite_database, tmp_path) as opened:
        yield opened


async def test_every_answer_carries_the_strict_policy_and_a_request_id(site: Site, cast: Cast):
    assert "'unsafe-inline'" not in CONTENT_SECURITY_POLICY
    assert "'unsafe-eval'" not in CONTENT_SECURITY_POLICY
    assert "default-src 'none'" in CONTENT_SECURITY_POLICY
    seen = set()
    for path in ("/anmelden", "/konto", "/nirgends", "/api/v1/nirgends", "/static/nirgends"):
        answer = await site.as_(cast.admin).get(path)
        assert answer.headers["content-security-policy"] == CONTENT_SECURITY_POLICY
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["x-frame-options"] == "DENY"
        seen.add(answer.headers["x-request-id"])
    assert len(seen) == 5


async def test_unknown_address_is_a_page_for_people_and_a_problem_for_programs(
    site: Site, cast: Cast
):
    browser = site.as_(cast.admin)
    page = await browser.get("/nirgends")
    assert page.status_code == 404
    assert "Nicht gefunden" in page.text
    assert "Demo-Verwaltung" in page.text  # the frame knows who looks
    problem = await browser.get("/api/v1/nirgends")
    assert problem.headers["content-type"] == "application/problem+json"
    assert problem.json() == {
        "type": "/problems/not-found",
        "title": "Nicht gefunden",
        "status": 404,
        "detail": problem.json()["detail"],
        "instance": "/api/v1/nirgends",
        "request_id": problem.headers["x-request-id"],
        "errors": [],
    }


async def test_wrong_method_says_so(site: Site, cast: Cast):
    answer = await site.as_(cast.admin).post("/konto")
    assert answer.status_code == 405


async def test_page_asked_by_nobody_comes_back_after_sign_in(site: Site):
    answer = await site.as_(None).get("/verwaltung/benutzer?q=a%26b")
    assert answer.headers["location"] == "/anmelden?weiter=/verwaltung/benutzer%3Fq%3Da%2526b"


async def test_fragment_asked_by_nobody_sends_the_whole_page_to_sign_in(site: Site):
    headers = {"HX-Current-URL": "http://testserver/verwaltung/benutzer?q=x"}
    answer = await site.as_(None).get("/verwaltung/benutzer", htmx=True, headers=headers)
    assert answer.status_code == 401
    assert answer.headers["hx-redirect"] == "/anmelden?weiter=/verwaltung/benutzer%3Fq%3Dx"
    assert "<html" not in answer.text


async def test_too_large_a_request_is_refused(site: Site, cast: Cast):
    browser = site.as_(cast.admin)
    answer = await browser.post("/konto/passwort", {"current": "x" * (21 * 1024 * 1024)})
    assert answer.status_code == 413
    assert "Zu groß" in answer.text


async def test_health_needs_nobody_and_metrics_need_a_right(site: Site, cast: Cast):
    line = 'netzwart_http_requests_total{method="GET",route="/health/live",status="200"}'
    before = counted(await site.as_(cast.poller).get("/metrics"), line)
    assert (await site.as_(None).get("/health/live")).json() == {"status": "ok"}
    assert (await site.as_(None).get("/health/ready")).json() == {"status": "ok"}
    assert (await site.as_(cast.roleless).get("/metrics")).status_code == 403
    numbers = await site.as_(cast.poller).get("/metrics")
    assert numbers.headers["content-type"].startswith("text/plain; version=0.0.4")
    assert counted(numbers, line) == before + 1


async def test_metrics_have_no_label_per_path(site: Site, cast: Cast):
    line = (
        'netzwart_http_requests_total{method="GET",'
        'route="/verwaltung/benutzer/{user_id}",status="404"}'
    )
    before = counted(await site.as_(cast.poller).get("/metrics"), line)
    for number in range(3):
        await site.as_(cast.admin).get(f"/verwaltung/benutzer/{900 + number}")
    numbers = await site.as_(cast.poller).get("/metrics")
    assert "/verwaltung/benutzer/900" not in numbers.text
    assert counted(numbers, line) == before + 3


def counted(numbers: Response, line: str) -> float:
    """Return a counter's value, 0 while nothing was counted."""
    found = [row for row in numbers.text.splitlines() if row.startswith(f"{line} ")]
    return float(found[0].rpartition(" ")[2]) if found else 0.0


async def test_openapi_document_is_3_1_and_every_operation_tells_problems(site: Site):
    answer = await site.as_(None).get("/api/openapi.json")
    assert answer.status_code == 200
    document = json.loads(answer.text)
    assert document["openapi"].startswith("3.1")
    assert document["components"]["securitySchemes"]["bearer"]["scheme"] == "bearer"
    assert "Problem" in document["components"]["schemas"]
    assert document["paths"]
    for path, item in document["paths"].items():
        assert path.startswith("/api/v1/"), path
        for operation in item.values():
            schemas = json.dumps(operation["responses"]["default"])
            assert "#/components/schemas/Problem" in schemas
            assert "application/problem+json" in schemas


async def test_worker_runs_beside_the_application(sqlite_database: Database, tmp_path: Path):
    happened: list[str] = []

    @asynccontextmanager
    async def worker():
        happened.append("started")
        yield
        happened.append("stopped")

    app = create_app(
        Settings(data_dir=tmp_path), sqlite_database, secret_box=SecretBox(new_key()), worker=worker
    )
    async with AsyncTestClient(app):
        assert happened == ["started"]
    assert happened == ["started", "stopped"]
