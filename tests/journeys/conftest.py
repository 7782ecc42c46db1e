"""One demo city and one Chromium for all journeys, and people who are signed in to it."""

import shutil
from collections.abc import Callable, Generator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from netzwart.demo.loading import PASSWORD
from tests.journeys.town import running_demo
from tests.web.test_browser import FLAGS

SignIn = Callable[[str], Page]


@pytest.fixture(scope="module")
def town_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the running demo city keeps its data."""
    return tmp_path_factory.mktemp("town")


@pytest.fixture(scope="module")
def town(town_folder: Path) -> Generator[str]:
    """The address of a running demo city."""
    with running_demo(town_folder) as address:
        yield address


@pytest.fixture(scope="module")
def chromium() -> Generator[Browser]:
    found = shutil.which("chromium") or shutil.which("chromium-browser")
    assert found, "Chromium is missing: apt-get install chromium"
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=found, args=FLAGS)
        yield opened
        opened.close()


@pytest.fixture
def sign_in(town: str, chromium: Browser) -> Generator[SignIn]:
    """Sign somebody in by the form; every page they open must be free of script complaints."""
    pages: list[Page] = []
    complaints: list[str] = []

    def enter(name: str) -> Page:
        context = chromium.new_context(base_url=town, viewport={"width": 1440, "height": 900})
        page = context.new_page()
        page.set_default_timeout(10_000)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto("/anmelden")
        page.fill("input[name=name]", name)
        page.fill("input[name=password]", PASSWORD)
        page.click("button:has-text('Anmelden')")
        page.wait_for_url(f"{town}/")
        pages.append(page)
        return page

    yield enter
    for page in pages:
        page.context.close()
    assert complaints == []
