"""What people really do, in a real browser, against the whole running demo city."""

import re
import shutil
import subprocess
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from netzwart.demo.agent_descriptions import DOWN, UP, read_descriptions, write_descriptions
from netzwart.demo.city import OLD_GRANT
from netzwart.demo.nodes import SILENT
from tests.journeys.conftest import SignIn
from tests.web.test_browser import AXE, RULES

pytestmark = pytest.mark.xdist_group("journey")

POLLED_WITHIN_S = 45

FORMS = (
    "/geraete/neu",
    "/netz/neu",
    "/netz/zugangsdaten",
    "/netz/zugangsdaten/neu",
    "/foerderung/rechnungen/neu",
    "/foerderung/bestellungen",
    "/foerderung/bestellungen/neu",
    "/foerderung/lieferungen",
    "/foerderung/rechnungen",
    "/foerderung/zahlungen",
    "/verwaltung/pruefzugaenge",
    "/verwaltung/benutzer",
    "/verwaltung/benutzer/neu",
    "/verwaltung/token",
    "/verwaltung/protokoll",
    "/konto",
    "/suche?q=gym",
    "/geraete?status=lost",
)

PARTS_OF_A_GRANT = (
    "zahlen/ausgaben",
    "abrufe/neu",
    "massnahmen/neu",
    "einnahmen/neu",
    "nachweis/pruefung",
    "nachweis/geraete",
    "nachweis/texte",
    "nachweis/vorschau",
    "nachweis/ausstellen",
)

DETAILS = {
    "/schulen": "main a[href^='/schulen/']",
    "/geraete": "main th a[href^='/geraete/']",
    "/netz": "main a[href^='/netz/knoten/']",
    "/befunde": "main a[href^='/befunde/']",
    "/foerderung": "main h2 a[href^='/foerderung/']",
}
"""Where the first row's page of each list is found."""


SWITCH, PORT = "gym-sw-01", "1/0/8"
SEEN_WITHIN_S = 6
"""Two seconds on a quiet machine; polls of the node come every 30 s and would be too late."""


def test_silent_devices_stand_on_heute_and_their_nodes_show_ports(sign_in: SignIn):
    page = sign_in("technik")
    wait_for_polls(page)
    silent = page.locator("table:has(caption:text('Netzknoten, die nicht antworten')) th a")
    assert silent.count() >= len(SILENT)
    silent.first.click()
    page.wait_for_url("**/netz/knoten/*")
    assert page.locator("main >> text=Letzte Abfrage").count() == 1
    page.goto("/netz?q=gym-sw-01")
    page.click("main a:has-text('gym-sw-01')")
    page.wait_for_url("**/netz/knoten/*")
    ports = page.locator("table:has(caption:text-is('Ports')) tbody tr")
    assert ports.count() == 49
    assert "Uplink Rathaus" in ports.last.inner_text()
    assert page.locator("main >> text=MS-4800P").count() >= 1


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


def test_device_taken_in_by_hand_is_found_by_its_serial(sign_in: SignIn):
    page = sign_in("technik")
    page.goto("/geraete")
    page.click("main a[href='/geraete/neu']")
    page.fill("input[name=inventory_number]", "HER-REISE-0001")
    page.select_option("select[name=model_id]", index=1)
    page.fill("input[name=serial]", "Reise-XY-4711")
    page.select_option("select[name=school_id]", index=1)
    page.click("main button:has-text('Anlegen')")
    page.wait_for_url(re.compile(r"/geraete/\d+$"))
    address = page.url
    page.goto("/")
    page.keyboard.press("/")
    page.keyboard.type("xy-4711")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/suche|/geraete/\d+$"))
    if "/suche" in page.url:
        page.click("main a:has-text('HER-REISE-0001')")
        page.wait_for_url(re.compile(r"/geraete/\d+$"))
    assert page.url == address
    assert "HER-REISE-0001" in page.inner_text("h1")


def test_funding_officer_issues_a_proof_and_downloads_it(sign_in: SignIn, tmp_path: Path):
    page = sign_in("foerderung")
    page.goto("/foerderung")
    page.click(f"main a:has-text('{OLD_GRANT}')")
    page.wait_for_url(re.compile(r"/foerderung/\d+$"))
    spent = page.locator("dt:text-is('Ausgaben') + dd").inner_text().replace("\xa0", " ").strip()
    assert re.fullmatch(r"[\d.]+,\d\d €", spent)
    assistant = f"{page.url}/nachweis/ausstellen"
    page.goto(assistant)
    with page.expect_response("**/nachweise/entwurf?**") as draft:
        page.click("button:has-text('Entwurf ansehen')")
    drawn = page.context.request.get(draft.value.url)
    assert drawn.headers["content-type"] == "application/pdf"
    draft_text = words_of(drawn.body(), tmp_path / "entwurf.pdf")
    assert "ENTWURF" in draft_text.upper()
    page.goto(assistant)
    page.once("dialog", lambda dialog: dialog.accept())  # something is still open, issue anyway
    page.click("button:has-text('Ausstellen')")
    page.wait_for_selector("text=ist ausgestellt und gespeichert")
    with page.expect_download() as paper:
        page.click("table:has(caption:text('Ausgestellte Papiere')) a:text-is('PDF')")
    text = words_of(paper.value.path().read_bytes(), tmp_path / "nachweis.pdf")
    assert OLD_GRANT in text
    assert spent.removesuffix(" €") in text
    assert "ENTWURF" not in text.upper()


def test_school_admin_meets_no_other_school(sign_in: SignIn):
    everything = sign_in("admin")
    theirs = addresses(everything, "/schulen", "main a[href^='/schulen/']")
    devices = addresses(everything, "/geraete?sort=-number", "main th a[href^='/geraete/']")
    nodes = addresses(everything, "/netz?q=rps", "main a[href^='/netz/knoten/']")
    page = sign_in("schule")
    own = addresses(page, "/schulen", "main a[href^='/schulen/']")
    assert len(own) == 1
    assert len(theirs) == 14
    assert "Gymnasium" in page.inner_text("main")
    foreign = [next(one for one in theirs if one not in own), devices[0], nodes[0]]
    for address in foreign:
        assert page.goto(address).status == 404, address  # pyright: ignore[reportOptionalMemberAccess]
    assert page.goto("/verwaltung").status == 403  # pyright: ignore[reportOptionalMemberAccess]
    page.goto("/suche?q=Rosa-Parks")
    assert "Nichts gefunden" in page.inner_text("main")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_page_passes_axe_and_fits_the_screen(
    sign_in: SignIn, chromium: Browser, town: str, scheme: str
):
    first = sign_in("admin")
    wait_for_polls(first)
    paths = every_path(first)
    state = first.context.storage_state()
    faults: list[str] = []
    for width in (390, 1440):
        context = chromium.new_context(
            base_url=town,
            storage_state=state,
            viewport={"width": width, "height": 844},
            color_scheme="dark" if scheme == "dark" else "light",
        )
        page = context.new_page()
        for path in paths:
            faults += [f"{path} at {width} px: {fault}" for fault in faults_of(page, path)]
        context.close()
    assert faults == []


def faults_of(page: Page, path: str) -> list[str]:
    """Return what is wrong with a page: its status, its width, WCAG."""
    answer = page.goto(path)
    if answer is None or answer.status != 200:
        return [f"answered {answer and answer.status}"]
    faults: list[str] = []
    if page.evaluate("document.documentElement.scrollWidth - innerWidth") > 0:
        faults.append("scrolls sideways")
    page.evaluate(AXE.read_text(encoding="utf-8"))
    passes, violations = page.evaluate(
        "rules => axe.run({runOnly: rules}).then(r =>"
        " [r.passes.length, r.violations.map(v => v.id + ' ' + v.nodes[0].html.slice(0, 200))])",
        RULES,
    )
    if passes < 10:
        faults.append(f"axe found only {passes} things to look at")
    return [*faults, *violations]


def every_path(page: Page) -> Sequence[str]:
    """Return the left bar's pages, the first row's page of each list, and the forms."""
    page.goto("/")
    bar = [link.get_attribute("href") or "" for link in page.locator("#menu a[href^='/']").all()]
    assert len(bar) >= 7
    paths = list(dict.fromkeys([*bar, *DETAILS, *FORMS]))
    for path, selector in DETAILS.items():
        paths.append(addresses(page, path, selector)[0])
    paths.append(addresses(page, paths[-1], "main a[href^='/foerderung/rechnungen/']")[-1])
    grant = next(path for path in paths if re.fullmatch(r"/foerderung/\d+", path))
    paths += [f"{grant}/{part}" for part in PARTS_OF_A_GRANT]
    for name in ("bestellungen", "lieferungen", "zahlungen"):
        paths.append(
            addresses(page, f"/foerderung/{name}", f"main th a[href^='/foerderung/{name}/']")[0]
        )
    school = next(path for path in paths if re.fullmatch(r"/schulen/\d+", path))
    device = next(path for path in paths if re.fullmatch(r"/geraete/\d+", path))
    verbs = ("bearbeiten", "umsetzen", "status", "notiz")
    return [*paths, f"{school}/raeume", *(f"{device}/{verb}" for verb in verbs)]


def addresses(page: Page, path: str, selector: str) -> list[str]:
    """Return the distinct addresses of a page's links that lead to one thing each."""
    page.goto(path)
    found = [link.get_attribute("href") or "" for link in page.locator(selector).all()]
    one = re.compile(r"/[a-z/]+/\d+")
    return list(dict.fromkeys(address for address in found if one.fullmatch(address)))


def wait_for_polls(page: Page) -> None:
    """Wait until every node was asked and the silent ones stand on Heute."""
    text = ""
    deadline = time.monotonic() + POLLED_WITHIN_S
    while time.monotonic() < deadline:
        page.goto("/")
        text = page.inner_text("main")
        if "Netzknoten antworten nicht" in text and "noch unbekannt" not in text:
            return
        time.sleep(0.5)
    raise AssertionError(f"not all nodes were asked:\n{text}")


def words_of(pdf: bytes, path: Path) -> str:
    """Return a PDF's text as pdftotext reads it."""
    tool = shutil.which("pdftotext")
    assert tool, "pdftotext is missing: apt-get install poppler-utils"
    path.write_bytes(pdf)
    result = subprocess.run([tool, "-layout", path, "-"], check=True, capture_output=True)
    return result.stdout.decode().replace("\xa0", " ")
