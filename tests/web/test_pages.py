"""The frame, the macros and the headers, through a real application and real templates."""

import re
from collections.abc import Generator
from html.parser import HTMLParser

import jinja2
import pytest
from litestar import Litestar
from litestar.testing import TestClient

from netzwart.web.assets import Assets
from netzwart.web.flash import FLASH_COOKIE
from netzwart.web.frame import FrameSettings, FrameUser, NavItem
from netzwart.web.headers import CONTENT_SECURITY_POLICY
from netzwart.web.templating import build_environment
from tests.web.gallery.application import FRAME, NAV, gallery

PAGES = ["/", "/devices", "/device", "/form", "/empty", "/sign-in", "/problem"]


class Elements(HTMLParser):
    """Collects every start tag with its attributes."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


@pytest.fixture(scope="module")
def client() -> Generator[TestClient[Litestar]]:
    with TestClient(gallery()) as opened:
        yield opened


@pytest.mark.parametrize("path", PAGES)
def test_pages_hold_nothing_the_content_policy_forbids(
    client: TestClient[Litestar], path: str
) -> None:
    text = client.get(path).text
    elements = Elements(text).found
    assert len(elements) > 20
    for tag, attributes in elements:
        assert tag != "style"
        assert "style" not in attributes
        assert not [name for name in attributes if re.fullmatch(r"on[a-z]+|hx-on.*", name)]
        if tag == "script":
            assert (attributes["src"] or "").startswith("/static/")
    assert "https://" not in text


@pytest.mark.parametrize("path", PAGES)
def test_ids_are_unique_and_labels_and_hints_point_at_something(
    client: TestClient[Litestar], path: str
) -> None:
    elements = Elements(client.get(path).text).found
    ids = [attributes["id"] for _, attributes in elements if attributes.get("id")]
    assert len(ids) == len(set(ids))
    for _, attributes in elements:
        named = f"{attributes.get('for') or ''} {attributes.get('aria-describedby') or ''}".split()
        assert set(named) <= set(ids)


@pytest.mark.parametrize("path", PAGES)
def test_static_addresses_on_a_page_answer_and_may_be_kept(
    client: TestClient[Litestar], path: str
) -> None:
    addresses = set(re.findall(r'(?:src|href)="(/static/[^"#]+)', client.get(path).text))
    assert len(addresses) > 8
    for address in addresses:
        answer = client.get(address)
        assert answer.status_code == 200, address
        assert "immutable" in answer.headers["cache-control"]


def test_every_answer_carries_the_security_headers(client: TestClient[Litestar]) -> None:
    for path in ["/", "/problem", "/static/theme.js"]:
        headers = client.get(path).headers
        assert headers["content-security-policy"] == CONTENT_SECURITY_POLICY
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "same-origin"
    assert "unsafe" not in CONTENT_SECURITY_POLICY
    assert "frame-ancestors 'none'" in CONTENT_SECURITY_POLICY


def test_pages_are_not_kept_and_strict_transport_needs_https() -> None:
    with TestClient(gallery()) as plain:
        answer = plain.get("/")
        assert answer.headers["cache-control"] == "no-store"
        assert "strict-transport-security" not in answer.headers
    with TestClient(gallery(), base_url="https://city.example") as secure:
        assert "max-age=31536000" in secure.get("/").headers["strict-transport-security"]


def test_a_message_is_shown_once(client: TestClient[Litestar]) -> None:
    client.get("/flash")
    assert "MUS-GYM-22-0001 angelegt." in client.get("/empty").text
    assert FLASH_COOKIE not in client.cookies
    assert "angelegt." not in client.get("/empty").text


@pytest.mark.parametrize("value", ["%%%", "bnVsbA==", "WyJvayJd", "WyJuby10b25lIiwieCJd", "ü"])
def test_a_forged_message_is_ignored(client: TestClient[Litestar], value: str) -> None:
    raw = f"{FLASH_COOKIE}={value}".encode()
    answer = client.get("/empty", headers={b"cookie": raw})  # type: ignore[dict-item]
    assert answer.status_code == 200
    assert "nz-notice" not in answer.text


def test_navigation_shows_what_the_role_may_see_and_marks_the_longest_match() -> None:
    viewer = FrameUser("Vera Viewer", "Ansicht", frozenset({"viewer"}))
    with TestClient(gallery(FrameSettings(nav=NAV, user_of=lambda _: viewer))) as client:
        text = client.get("/devices").text
    assert "Verwaltung" not in text
    assert "Demodaten" not in text
    current = [a["href"] for _, a in Elements(text).found if a.get("aria-current") == "page"]
    assert set(current) == {"/devices"}


def test_without_a_person_there_is_no_menu_but_a_way_to_sign_in() -> None:
    with TestClient(gallery(FrameSettings(nav=NAV, is_demo=True))) as client:
        text = client.get("/empty").text
    assert "Hauptmenü" not in text
    assert 'href="/sign-in"' in text
    assert "Demodaten – alles erfunden" in text


def test_post_forms_carry_the_token(client: TestClient[Litestar]) -> None:
    text = client.get("/device").text
    forms = re.findall(r'<form[^>]*method="post".*?</form>', text, flags=re.DOTALL)
    assert len(forms) == 3
    for form in forms:
        assert re.search(r'name="_csrf_token" value="[0-9a-f]{32,}"', form)


def test_navigation_item_covers_its_own_tree_only() -> None:
    item = NavItem("Netz", "/network", "network", 40)
    assert item.covers("/network")
    assert item.covers("/network/7")
    assert not item.covers("/networks")
    assert not NavItem("Heute", "/", "home", 10).covers("/network")


@pytest.fixture(scope="module")
def environment() -> jinja2.Environment:
    return build_environment(["netzwart.clock"], FRAME, Assets.load())


def rendered(environment: jinja2.Environment, source: str, **context: object) -> str:
    start = '{% import "web/components/ui.html" as ui %}'
    return environment.from_string(start + source).render(**context).strip()


def test_unknown_names_and_icons_fail_loudly(environment: jinja2.Environment) -> None:
    with pytest.raises(jinja2.UndefinedError):
        rendered(environment, "{{ devce.name }}")
    with pytest.raises(KeyError, match="not in web/icons"):
        rendered(environment, '{{ ui.icon("no-such-icon") }}')


def test_hostile_text_is_escaped_everywhere(environment: jinja2.Environment) -> None:
    evil = "\"><script>alert('x')</script>"
    source = """
      {{ ui.badge(x) }}{{ ui.text(x) }}{{ ui.field("a", x, x, hint=x, error=x) }}
      {{ ui.select("b", x, [(x, x)], value=x) }}{{ ui.textarea("c", x, x) }}{{ ui.fact(x, x) }}
      {{ ui.button(x, href=x, attrs={"data-confirm": x}) }}{{ ui.notice(x) }}{{ ui.tile(x, x, x) }}
      {{ ui.empty(x, x) }}{{ ui.device_status(x) }}{{ ui.node_state(x) }}{{ ui.crumbs([(x, x)]) }}
      {{ ui.filter_search("q", x) }}{{ ui.error_summary({x: x}, {x: x}) }}"""
    text = rendered(environment, source, x=evil)
    assert "<script" not in text
    assert text.count("&lt;script&gt;") > 25


def test_unknown_values_are_dashes_not_guesses(environment: jinja2.Environment) -> None:
    source = "{{ ui.money(n) }}{{ ui.day(n) }}{{ ui.moment(n) }}{{ ui.since(n) }}{{ ui.text(n) }}"
    assert rendered(environment, source, n=None).count(">–<") == 5
    assert "nie" in rendered(environment, "{{ ui.ago(n) }}", n=None)
    assert "kein Nachweis" in rendered(environment, "{{ ui.evidence(n) }}", n=None)


@pytest.mark.parametrize("tone", ["ok", "warning", "danger", "info", "neutral", "muted"])
def test_each_tone_has_an_icon_beside_its_colour(
    environment: jinja2.Environment, tone: str
) -> None:
    assert "<svg" in rendered(environment, "{{ ui.badge('x', tone) }}", tone=tone)
    assert "<svg" in rendered(environment, "{{ ui.notice('x', tone=tone) }}", tone=tone)
