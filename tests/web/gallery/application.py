"""Every component with real, long and missing values, to be looked at and judged by tests.

Not part of the product. To look: `.venv/bin/python -m tests.web.gallery.application`, then open
http://127.0.0.1:8099/ (and /devices, /device, /form, /sign-in, /problem, /empty).
"""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import jinja2
import uvicorn
from litestar import Litestar, get
from litestar.config.csrf import CSRFConfig
from litestar.params import FromPath
from litestar.plugins.jinja import JinjaTemplateEngine
from litestar.response import Template
from litestar.template import TemplateConfig

from netzwart.clock import utcnow
from netzwart.web.assets import Assets
from netzwart.web.components import MoneyBar, ShareBar, Source, Tab, TimelineEntry, Tone
from netzwart.web.flash import flash
from netzwart.web.frame import FrameSettings, FrameUser, NavItem
from netzwart.web.headers import SecurityHeadersMiddleware
from netzwart.web.static_files import static_router
from netzwart.web.templating import build_environment

HERE = Path(__file__).parent
NAV = [
    NavItem("Heute", "/", "calendar-check", 10),
    NavItem("Schulen", "/schools", "school", 20),
    NavItem("Geräte", "/devices", "devices", 30),
    NavItem("Netz", "/network", "topology-star-3", 40),
    NavItem("Rollout", "/rollout", "truck-delivery", 50),
    NavItem("Förderung", "/form", "coin-euro", 60),
    NavItem("Nachweise", "/proofs", "file-certificate", 70),
    NavItem("Verwaltung", "/admin", "settings", 80, frozenset({"admin"})),
]
FRAME = FrameSettings(
    nav=NAV,
    is_demo=True,
    operator_name="Stadt Musterstadt",
    user_of=lambda _: FrameUser("Demo-Verwaltung", "Schul-IT der Stadt", frozenset({"admin"})),
)
STATES = ["in_service", "in_service", "lent", "in_repair", "in_service", "lost", "ordered"]


def a_device(number: int) -> dict[str, object]:
    """Return one row of the device list; every seventh is silent, long-named or empty."""
    odd = number % 7
    long_model = "Catalyst 9300-48UXM-E Multigigabit UPOE+ mit Netzwerkmodul C9300-NM-8X"
    return {
        "number": f"MUS-GYM-22-{number:04}",
        "model": long_model if odd == 3 else "Aruba AP-635",
        "category": "switch" if odd == 3 else "access_point",
        "serial": None if odd == 6 else f"CNXX{number:06}",
        "school": "Städtisches Gymnasium" if odd else "Gesamtschule am Rosengarten mit Oberstufe",
        "room": None if odd == 6 else f"A{100 + number}",
        "status": STATES[odd],
        "evidence": "AABCD0A"[odd],
        "seen_at": None if odd == 5 else utcnow() - timedelta(minutes=7 ** (odd + 1)),
        "cost": None if odd == 6 else Decimal("618.80") * (odd + 1),
    }


def some_events() -> list[TimelineEntry]:
    """Return a device's life, newest first."""
    now = datetime(2026, 11, 20, 8, 0, tzinfo=UTC)
    return [
        TimelineEntry(
            now, Source.WIRE, "Antwortet wieder", "Ausfall dauerte 42 Minuten.", tone=Tone.OK
        ),
        TimelineEntry(
            now - timedelta(minutes=42),
            Source.WIRE,
            "Antwortet nicht",
            "Keine Antwort auf SNMP, dreimal versucht.",
            tone=Tone.DANGER,
        ),
        TimelineEntry(date(2024, 3, 4), Source.PERSON, "In Raum A101 umgesetzt", "von B207"),
        TimelineEntry(
            datetime(2022, 3, 1, 9, 30, tzinfo=UTC),
            Source.WIRE,
            "Zum ersten Mal gesehen",
            "Seriennummer CNXX000001 vom Gerät gelesen (Nachweisklasse A).",
            icon="eye",
        ),
        TimelineEntry(
            date(2022, 2, 10), Source.PAPER, "Rechnung R-2022-0815", "618,80 €", href="/invoices/1"
        ),
        TimelineEntry(
            date(2022, 2, 1), Source.PAPER, "Geliefert", "Lieferschein LS-9", icon="package"
        ),
        TimelineEntry(date(2022, 1, 10), Source.PAPER, "Bestellt", icon="shopping-cart"),
    ]


def page(name: str, **context: object) -> Template:
    """Return one gallery page with the values that all of them share."""
    shared = {
        "rows": [a_device(number) for number in range(1, 22)],
        "events": some_events(),
        "bar": MoneyBar.of(*map(Decimal, ("750870.00", "611204.50", "498311.17", "441905.80"))),
        "over": MoneyBar.of(*map(Decimal, ("100000.00", "123456.78", "90000.00", "0.00"))),
        "none_yet": MoneyBar.of(Decimal(0), Decimal(0), Decimal(0), Decimal(0)),
        "coverage": ShareBar.of(
            [
                ("A vom Gerät gelesen", "A", Decimal("711204.50")),
                ("B vom Controller", "B", Decimal("48311.17")),
                ("C nur Adresse", "C", Decimal("12300.00")),
                ("D von Hand", "D", Decimal("8100.00")),
                ("kein Nachweis", "0", Decimal("4384.33")),
            ]
        ),
        "tabs": [
            Tab("Überblick", "/device", is_current=True),
            Tab("Ports", "/device/ports", count=48),
            Tab("Nachbarn", "/device/neighbours", count=2),
            Tab("Konfiguration", "/device/config"),
            Tab("Belege", "/device/vouchers", count=1204),
        ],
        "now": utcnow(),
        "errors": {},
    }
    return Template(template_name=f"gallery/{name}.html", context=shared | context)


@get("/{name:str}", opt={"public": True})
async def show(name: FromPath[str]) -> Template:
    """Return the named gallery page."""
    return page(name)


@get("/", opt={"public": True})
async def index() -> Template:
    """Return the overview page with a flash message in front."""
    return page("index")


@get("/flash", opt={"public": True})
async def with_flash() -> Template:
    """Return a page and leave a message for the next one."""
    answer = page("empty")
    answer.cookies.append(flash("Gerät MUS-GYM-22-0001 angelegt."))
    return answer


@get("/problem", opt={"public": True})
async def problem() -> Template:
    """Return the problem page."""
    context = {
        "problem": {
            "status": 409,
            "title": "Mittelabruf übersteigt die Bewilligung",
            "detail": "Der Abruf über 80.000,00 € ist höher als der offene Betrag von 12.345,67 €.",
        },
        "errors": [{"field": "Betrag", "message": "höchstens 12.345,67 €"}],
        "request_id": "3f2a9c1e7b",
    }
    return Template(template_name="web/problem.html", context=context, status_code=409)


def gallery(frame: FrameSettings = FRAME) -> Litestar:
    """Return the application that serves the gallery."""
    environment = build_environment([], frame, Assets.load())
    own = jinja2.PrefixLoader({"gallery": jinja2.FileSystemLoader(HERE / "templates")})
    assert environment.loader is not None
    environment.loader = jinja2.ChoiceLoader([environment.loader, own])
    return Litestar(
        route_handlers=[index, show, with_flash, problem, static_router()],
        template_config=TemplateConfig(instance=JinjaTemplateEngine.from_environment(environment)),
        csrf_config=CSRFConfig(secret="gallery only, not a secret of anybody"),
        middleware=[SecurityHeadersMiddleware()],
        openapi_config=None,
    )


if __name__ == "__main__":
    uvicorn.run(gallery(), host="127.0.0.1", port=8099, log_level="warning")
