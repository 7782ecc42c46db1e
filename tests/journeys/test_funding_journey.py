"""A purchase by the keyboard alone: ordered, delivered, invoiced, paid, called, proven."""

import re

import pytest
from playwright.sync_api import Page

from netzwart.demo.city import OLD_GRANT
from tests.journeys.conftest import SignIn

pytestmark = pytest.mark.xdist_group("journey")

MOST_TABS = 120


def reach(page: Page, selector: str) -> None:
    """Press Tab until the element has the focus; whoever has no mouse must get there."""
    for _ in range(MOST_TABS):
        if page.evaluate("wanted => document.activeElement.matches(wanted)", selector):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"{selector} cannot be reached by Tab on {page.url}")


def type_into(page: Page, name: str, text: str) -> None:
    """Type into a field as a person does, over what stands there."""
    reach(page, f"[name='{name}']")
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.type(text)


def press(page: Page, selector: str) -> None:
    """Go to a button or link, press Enter and wait for the page it leads to."""
    reach(page, selector)
    with page.expect_navigation(timeout=60_000):
        page.keyboard.press("Enter")


def set_day(page: Page, name: str, day: str) -> None:
    """Set a date field; Chromium's own parts depend on its language, so the value is set."""
    reach(page, f"input[name='{name}']")
    page.eval_on_selector(f"input[name='{name}']", "(field, day) => { field.value = day }", day)


def shown(page: Page, selector: str) -> str:
    return page.locator(selector).inner_text().replace("\xa0", " ").strip()


def test_order_becomes_an_issued_proof_by_keyboard(sign_in: SignIn):
    page = sign_in("foerderung")
    page.goto("/foerderung")
    page.click(f"main h2 a:has-text('{OLD_GRANT}')")
    page.wait_for_url(re.compile(r"/foerderung/\d+$"))
    grant = page.url
    order = enter_order(page)
    assert "2 von 2 nicht geliefert" in shown(page, ".nz-page-title")
    enter_delivery(page)
    assert "geliefert, aber keine Rechnung" in shown(page, ".nz-page-title")
    invoice = enter_invoice(page, order)
    enter_payment(page, invoice)
    page.goto(order)
    assert "noch nicht bezahlt" not in shown(page, ".nz-page-title")
    enter_drawdown(page, grant)
    assert "noch nicht eingegangen" in shown(page, ".nz-page-title")
    walk_to_the_proof(page, grant)


def enter_order(page: Page) -> str:
    """Type an order of two things and their mounting; return its address."""
    page.goto("/foerderung/bestellungen/neu")
    type_into(page, "number", "B-REISE-1")
    set_day(page, "ordered_on", "2022-06-01")
    type_into(page, "supplier", "Muster Systemhaus GmbH")
    type_into(page, "text_1", "Access Point MF-660, Reise")
    reach(page, "select[name='model_id_1']")
    page.select_option("select[name='model_id_1']", index=1)
    type_into(page, "quantity_1", "2")
    type_into(page, "unit_net_1", "500,00")
    assert shown(page, "[data-sum='gross']") == "1.190,00 €"
    type_into(page, "text_3", "Montage")
    type_into(page, "quantity_3", "1")
    type_into(page, "unit_net_3", "100")
    assert page.locator("[name='text_4']").count() == 1, "a fourth row appears while one types"
    assert shown(page, "[data-sum='gross']") == "1.309,00 €"
    reach(page, "select[name='procedure']")
    page.keyboard.type("Direkt")
    press(page, "main form button[type='submit']")
    page.wait_for_url(re.compile(r"/bestellungen/\d+$"))
    return page.url


def enter_delivery(page: Page) -> None:
    """Type the delivery note with two serial numbers, one of them wrong at first."""
    press(page, "a[href$='/lieferungen/neu']")
    type_into(page, "note_number", "LS-REISE-1")
    set_day(page, "received_on", "2022-06-10")
    assert page.input_value("[name='quantity_1']") == "2"
    reach(page, "textarea[name='serials_1']")
    page.keyboard.type("REISE-SN-1\nREISE-SN-1")
    assert "steht zweimal da" in shown(page, "#count-1")
    page.keyboard.press("Backspace")
    page.keyboard.type("2")
    assert shown(page, "#count-1") == "2 von 2 Seriennummern"
    press(page, "main form button[type='submit']")
    page.wait_for_url(re.compile(r"/lieferungen/\d+$"))


def enter_payment(page: Page, invoice: str) -> None:
    """Pay the invoice; what stays open is said while one types."""
    press(page, "main a[href$='/zahlungen/neu']")
    type_into(page, "receipt_number", "K-REISE-1")
    set_day(page, "paid_on", "2022-07-01")
    proposed = page.input_value("[name='amount']")
    assert proposed in {"1.190,00", "1.309,00"}  # with the mounting where the order proposed it
    assert shown(page, "[data-rest]") == "0,00 €"
    type_into(page, "amount", "190,00")
    assert shown(page, "[data-rest]") in {"1.000,00 €", "1.119,00 €"}
    type_into(page, "amount", proposed)
    press(page, "main form button[type='submit']")
    page.wait_for_url(invoice)


def enter_drawdown(page: Page, grant: str) -> None:
    """Call a euro of what the assistant proposes."""
    page.goto(f"{grant}/abrufe/neu")
    type_into(page, "amount", "1,00")
    press(page, "form[action$='/abrufe'] button[type='submit']")
    page.wait_for_url(re.compile(r"/abrufe/\d+$"))


def walk_to_the_proof(page: Page, grant: str) -> None:
    """Go on from step to step until the proof is issued."""
    page.goto(f"{grant}/nachweis")
    walked: list[str] = []
    while not page.url.endswith("/ausstellen"):
        walked.append(page.url.rpartition("/")[2])
        press(page, "main .nz-form-verbs a.nz-button-primary")
    assert walked[-1] == "vorschau"
    page.once("dialog", lambda dialog: dialog.accept())
    press(page, "button[value='ausstellen']")
    page.wait_for_selector("text=/VN-\\d{4}-\\d{4}/", timeout=60_000)


def enter_invoice(page: Page, order: str) -> str:
    """Type the invoice of the order; return its address."""
    page.goto(f"/foerderung/rechnungen/neu?bestellung={order.rpartition('/')[2]}")
    reach(page, "select[name='supplier_id']")
    page.select_option("select[name='supplier_id']", label="Muster Systemhaus GmbH")
    type_into(page, "number", "R-REISE-1")
    set_day(page, "issued_on", "2022-06-15")
    type_into(page, "text_1", "Access Point MF-660, Reise")
    type_into(page, "quantity_1", "2")
    type_into(page, "unit_net_1", "500,00")
    press(page, "main form button[type='submit'].nz-button-primary")
    page.wait_for_url(re.compile(r"/rechnungen/\d+$"))
    return page.url
