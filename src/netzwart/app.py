"""The web application: the only place where all packages meet.

To add a domain's pages or API: import the module and put it into `PAGES` or `APIS`. A module of
pages exports `CONTROLLERS` and `NAV` (entries of the left bar, may be empty); one of the API
exports `CONTROLLERS`. Each route has a guard of `netzwart.accounts.guards` or says
`opt={"public": True}`.
"""

from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any, Protocol

from litestar import Controller, Litestar, Router, get
from litestar.di import NamedDependency, Provide
from litestar.plugins.htmx import HTMXRequest
from litestar.response import Response
from litestar.types import ControllerRouterHandler
from sqlalchemy import text

import netzwart
from netzwart import schema
from netzwart.accounts import api as accounts_api
from netzwart.accounts import pages as accounts_pages
from netzwart.accounts.authentication import (
    csrf_token_of,
    frame_user_of,
    provide_actor,
    recognising,
)
from netzwart.accounts.cookies import CookieNames
from netzwart.accounts.csrf import CSRF_FIELD, refuse_forged
from netzwart.accounts.guards import requires_network_reader
from netzwart.custody import api as custody_api
from netzwart.custody import pages as custody_pages
from netzwart.database import Database, provide_session
from netzwart.errors import UnavailableError
from netzwart.evidence import api as evidence_api
from netzwart.evidence import pages as evidence_pages
from netzwart.exchange import api as exchange_api
from netzwart.exchange import pages as exchange_pages
from netzwart.funding import api as funding_api
from netzwart.funding import pages as funding_pages
from netzwart.funding.goods import pages as goods_pages
from netzwart.inventory import api as inventory_api
from netzwart.inventory import pages as inventory_pages
from netzwart.network import api as network_api
from netzwart.network import pages as network_pages
from netzwart.network.alerting.counting import notification_counts
from netzwart.network.live.hub import LiveHub
from netzwart.overview import pages as overview_pages
from netzwart.proofs import pages as proofs_pages
from netzwart.reports import api as reports_api
from netzwart.reports import pages as reports_pages
from netzwart.reports.labels import pages as labels_pages
from netzwart.reports.signing import open_signer
from netzwart.rollout import api as rollout_api
from netzwart.schools import api as schools_api
from netzwart.schools import pages as schools_pages
from netzwart.secrets import SecretBox
from netzwart.settings import Settings
from netzwart.web.frame import FrameSettings, NavItem
from netzwart.web.headers import SecurityHeadersMiddleware
from netzwart.web.openapi import openapi_config
from netzwart.web.problem_pages import ProblemController
from netzwart.web.problems import SIGN_IN_URL, answer_problem
from netzwart.web.static_files import static_router
from netzwart.web.telemetry import Telemetry
from netzwart.web.templating import template_config


class Pages(Protocol):
    """What a domain's `pages` module offers."""

    @property
    def CONTROLLERS(self) -> Sequence[ControllerRouterHandler]: ...  # noqa: D102, N802
    @property
    def NAV(self) -> Sequence[NavItem]: ...  # noqa: D102, N802


class Api(Protocol):
    """What a domain's `api` module offers."""

    @property
    def CONTROLLERS(self) -> Sequence[ControllerRouterHandler]: ...  # noqa: D102, N802


PAGES: Sequence[Pages] = (
    overview_pages,
    exchange_pages,
    reports_pages,
    labels_pages,
    custody_pages,
    proofs_pages,
    funding_pages,
    goods_pages,
    inventory_pages,
    schools_pages,
    evidence_pages,
    network_pages,
    accounts_pages,
)
"""Every domain's pages, top floor first."""

APIS: Sequence[Api] = (
    exchange_api,
    reports_api,
    custody_api,
    rollout_api,
    funding_api,
    evidence_api,
    network_api,
    inventory_api,
    schools_api,
    accounts_api,
)
"""Every domain's API, top floor first; the paths begin with /api/v1."""

TEMPLATE_PACKAGES = (
    "netzwart.overview",
    "netzwart.schools",
    "netzwart.inventory",
    "netzwart.network",
    "netzwart.evidence",
    "netzwart.rollout",
    "netzwart.funding",
    "netzwart.proofs",
    "netzwart.custody",
    "netzwart.reports",
    "netzwart.exchange",
    "netzwart.accounts",
)
"""Packages whose `templates` folder pages are drawn from; those without one are passed over."""

LIVE = "live"
"""Where the application's state holds its `LiveHub`, whose streams end before the server can."""
_MIB = 1024 * 1024

Companion = Callable[[], AbstractAsyncContextManager[None]]


def create_app(
    settings: Settings,
    database: Database,
    *,
    secret_box: SecretBox,
    worker: Companion | None = None,
    operator_name: str = "",
    is_demo: bool = False,
) -> Litestar:
    """Return the web application of one installation.

    `worker` runs beside it as long as it runs (the embedded job runner on SQLite). The database is
    the caller's: it is neither migrated nor closed here.
    """
    is_https = (settings.base_url or "").startswith("https://")
    cookies = CookieNames(is_secure=is_https)
    telemetry = Telemetry()
    telemetry.count_by(
        "netzwart_notifications",
        "SNMP traps and informs heard by this process, by what became of them.",
        "outcome",
        notification_counts,
    )
    live = LiveHub(database)
    frame = FrameSettings(
        nav=[item for part in PAGES for item in part.NAV],
        is_demo=is_demo,
        operator_name=operator_name,
        user_of=frame_user_of,
        csrf_token_of=csrf_token_of,
        csrf_field_name=CSRF_FIELD,
        sign_in_url=SIGN_IN_URL,
        sign_out_url="/abmelden",
        account_url="/konto",
    )
    given: dict[str, object] = {
        "settings": settings,
        "database": database,
        "secret_box": secret_box,
        "telemetry": telemetry,
        "cookie_names": cookies,
        "live": live,
        "signer": open_signer(settings, secret_box),
    }
    app = Litestar(
        route_handlers=_routes(),
        dependencies={
            **{name: _always(value) for name, value in given.items()},
            "session": Provide(provide_session),
            "actor": Provide(provide_actor, sync_to_thread=False),
        },
        guards=[refuse_forged],
        exception_handlers={Exception: answer_problem},
        request_class=HTMXRequest,
        template_config=template_config(TEMPLATE_PACKAGES, frame),
        openapi_config=openapi_config(netzwart.__version__),
        request_max_body_size=settings.upload_limit_mib * _MIB,
        logging_config=None,
        lifespan=[_beside(worker)] if worker else [],
    )
    app.state[LIVE] = live
    # Around the router and not in its middleware, which unknown addresses never reach.
    known = recognising(app.asgi_handler, database, cookies, settings.session_hours)
    safe = SecurityHeadersMiddleware(is_https=is_https)(known)
    app.asgi_handler = telemetry.observing(safe)
    return app


def _routes() -> list[ControllerRouterHandler]:
    pages: list[ControllerRouterHandler] = [
        handler for part in PAGES for handler in part.CONTROLLERS
    ]
    apis = [handler for part in APIS for handler in part.CONTROLLERS]
    return [
        Router("/", route_handlers=pages, include_in_schema=False),
        *apis,
        ServiceController,
        ProblemController,
        static_router(),
    ]


class ServiceController(Controller):
    """What machines ask: is it alive, is it ready, how is it doing."""

    include_in_schema = False

    @get("/health/live", opt={"public": True})
    async def live(self) -> dict[str, str]:
        """Say that the process answers; asks nothing else."""
        return {"status": "ok"}

    @get("/health/ready", opt={"public": True})
    async def ready(self, database: NamedDependency[Database]) -> dict[str, str]:
        """Say that the database answers and has all tables.

        Raises:
            UnavailableError: its migrations are not all done.
        """
        async with database.session(writing=False) as session:
            await session.execute(text("SELECT 1"))
        if not await schema.is_current(database):
            raise UnavailableError("Die Datenbank ist nicht auf dem neuesten Stand.")
        return {"status": "ok"}

    @get("/metrics", guards=[requires_network_reader])
    async def metrics(self, telemetry: NamedDependency[Telemetry]) -> Response[bytes]:
        """Give the numbers to Prometheus, which brings a token with the role poller.

        Open on loopback would be open to the world behind a proxy on the same machine.
        """
        return Response(
            telemetry.exposition(), media_type="text/plain; version=0.0.4; charset=utf-8"
        )


def _always(value: object) -> Provide:
    def provide() -> Any:  # noqa: ANN401 - any of the given
        return value

    return Provide(provide, use_cache=True, sync_to_thread=False)


def _beside(companion: Companion) -> Callable[[Litestar], AbstractAsyncContextManager[None]]:
    @asynccontextmanager
    async def run(_: Litestar) -> AsyncGenerator[None]:
        async with companion():
            yield

    return run
