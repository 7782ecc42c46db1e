"""A cable is pulled, and the open page says so by itself."""

import time
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from netzwart.demo.agent_descriptions import DOWN, UP, read_descriptions, write_descriptions
from tests.journeys.conftest import SignIn

pytestmark = pytest.mark.xdist_group("journey")

SWITCH, PORT = "gym-sw-01", "1/0/8"
SEEN_WITHIN_S = 6
"""Two seconds on a quiet machine; polls of the node come every 30 s and would be too late."""


def plug(folder: Path, oper: int) -> None:
    """Pull or plug the cable at one port of the switch."""
    path = folder / "demo" / "agents.json"
    changed = [
        replace(agent, interfaces=tuple(
            replace(port, oper=oper) if port.name == PORT else port for port in agent.interfaces
        )) if agent.name == SWITCH else agent
        for agent in read_descriptions(path)
    ]  # fmt: skip
    write_descriptions(path, changed)


def open_polled_switch(page: Page) -> None:
    """Open the switch's page once it has been polled."""
    page.goto(f"/netz?q={SWITCH}")
    page.click(f"main a:has-text('{SWITCH}')")
    page.wait_for_url("**/netz/knoten/*")
    deadline = time.monotonic() + 60
    while not page.locator("table:has(caption:text-is('Ports')) tbody tr").count():
        assert time.monotonic() < deadline, "the demo polls each node within half a minute"
        page.wait_for_timeout(1000)
        page.reload()


def test_pulled_cable_shows_on_the_open_page_by_a_trap(sign_in: SignIn, town_folder: Path):
    page = sign_in("technik")
    open_polled_switch(page)
    state = page.locator(f"tr:has(th:text-is('{PORT}')) td[data-label='Zustand']")
    before = state.inner_text()
    page.evaluate("window.stayed = true")

    plug(town_folder, DOWN)
    expect(state).not_to_have_text(before, timeout=SEEN_WITHIN_S * 1000)
    plug(town_folder, UP)
    expect(state).to_have_text(before, timeout=SEEN_WITHIN_S * 1000)

    assert page.evaluate("window.stayed"), "nobody reloaded the page"
