"""A real Chromium looks at each component: WCAG, the content policy, no sideways scroll."""

import shutil
import socket
import threading
import time
from collections.abc import Generator
from pathlib import Path

import pytest
import uvicorn
from playwright.sync_api import Browser, Page, sync_playwright

from tests.web.gallery.application import gallery

ROOT = Path(__file__).resolve().parents[2]
AXE = ROOT / "node_modules/axe-core/axe.min.js"
FLAGS = [
    "--no-sandbox",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
PAGES = ["", "devices", "device", "form", "empty", "sign-in"]


@pytest.fixture(scope="module")
def address() -> Generator[str]:
    listener = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(gallery(), log_level="error"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    deadline = time.monotonic() + 10
    while not server.started and time.monotonic() < deadline:
        time.sleep(0.02)
    assert server.started
    yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    server.should_exit = True
    thread.join(10)
    listener.close()


@pytest.fixture(scope="module")
def browser() -> Generator[Browser]:
    found = shutil.which("chromium") or shutil.which("chromium-browser")
    assert found, "Chromium is missing: apt-get install chromium"
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=found, args=FLAGS)
        yield opened
        opened.close()


def opened_page(
    browser: Browser, width: int, scheme: str = "light", *, script: bool = True
) -> Page:
    context = browser.new_context(
        viewport={"width": width, "height": 844},
        color_scheme="dark" if scheme == "dark" else "light",
        java_script_enabled=script,
    )
    return context.new_page()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1024, 1440])
def test_pages_pass_axe_and_fit_the_screen(
    browser: Browser, address: str, width: int, scheme: str
) -> None:
    page = opened_page(browser, width, scheme)
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    for name in PAGES:
        page.goto(f"{address}/{name}")
        assert page.evaluate("document.documentElement.dataset.bsTheme") == scheme
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, name
        page.evaluate(AXE.read_text())
        result = page.evaluate(
            "rules => axe.run({runOnly: rules}).then(r =>"
            " [r.passes.length, r.violations.map(v => v.id + ' ' + v.nodes[0].html)])",
            RULES,
        )
        assert result[0] > 15, name
        assert result[1] == [], name
    assert complaints == []
    page.context.close()


def test_theme_choice_survives_a_reload(browser: Browser, address: str) -> None:
    page = opened_page(browser, 1440)
    page.goto(address)
    page.click(".nz-user > summary")
    page.click("text=Dunkel")
    page.reload()
    assert page.evaluate("document.documentElement.dataset.bsTheme") == "dark"
    page.context.close()


def test_filter_fetches_the_list_and_becomes_the_address(browser: Browser, address: str) -> None:
    page = opened_page(browser, 1440)
    page.goto(f"{address}/devices")
    with page.expect_request(lambda request: "category=switch" in request.url) as asked:
        page.select_option("select[name=category]", "switch")
    assert asked.value.headers["hx-request"] == "true"
    page.wait_for_url("**/devices?school=1&category=switch")
    page.context.close()


def test_slash_finds_the_search_and_escape_closes_a_menu(browser: Browser, address: str) -> None:
    page = opened_page(browser, 1440)
    page.goto(address)
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.name") == "q"
    page.click(".nz-user > summary")
    page.keyboard.press("Escape")
    assert page.get_attribute(".nz-user", "open") is None
    page.context.close()


def test_phone_menu_and_filters_work_without_scripts(browser: Browser, address: str) -> None:
    page = opened_page(browser, 390, script=False)
    page.goto(f"{address}/devices")
    assert not page.is_visible("#menu")
    page.click(".nz-thumb >> text=Mehr")
    assert page.is_visible("#menu >> text=Verwaltung")
    page.click("text=Schließen")
    assert not page.is_visible("#menu")
    page.select_option("select[name=category]", "switch")
    page.click("text=Anwenden")
    assert "category=switch" in page.url
    page.context.close()
