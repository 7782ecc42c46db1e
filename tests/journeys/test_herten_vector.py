"""The Herten vector: 834,300.00 eligible, 750,870.00 grant, 83,430.00 own share, all the way.

One bundle file goes in; the same three figures come out of the rules, the API, the page of the
grant and the text of the PDF. How they split over schools and categories is invented.
"""

import json
import re
from datetime import date
from decimal import Decimal
from typing import Any

import yaml

from netzwart.accounts.actors import SYSTEM
from netzwart.database import Database
from netzwart.funding import service
from netzwart.funding.queries import load_grants
from netzwart.funding.settlement import settle_grant
from netzwart.money import total
from tests.cast import Cast
from tests.client import Site
from tests.exchange.test_import import _apply
from tests.reports.reading import text_of

DAY = date(2022, 12, 31)
NUMBER = "48.02-DP-2021-001"
ELIGIBLE, GRANT, OWN = Decimal("834300.00"), Decimal("750870.00"), Decimal("83430.00")
LINES = {
    "it_grundstruktur": ("Netz und WLAN", "539841.1765", "642411.00"),
    "arbeitsgeraete": ("Digitale Arbeitsgeräte", "105163.8655", "125145.00"),
    "mobile_endgeraete": ("Schulgebundene mobile Endgeräte", "56087.3949", "66744.00"),
}
"""Category → text, net price and gross at 19 %."""


def herten_bundle() -> dict[str, Any]:
    """Return the bundle: 14 schools, an invoice of three lines split by pupils, paid, called."""
    schools = [
        {"number": f"9900{place:02}", "name": f"Schule {place}", "short_name": f"S{place}",
         "pupils": 300 + 37 * place}
        for place in range(1, 15)
    ]  # fmt: skip
    measures = [
        {"key": f"{category}-{school['number']}", "grant": NUMBER, "school": school["number"],
         "category": category, "title": text}
        for category, (text, _, _) in LINES.items()
        for school in schools
    ]  # fmt: skip
    lines = [
        {"number": number, "text": text, "quantity": "1", "unit_net": net, "vat_rate": "0.19",
         "eligible": True, "reason": "laut Bescheid",
         "shares": [{"measure": f"{category}-{school['number']}", "weight": school["pupils"]}
                    for school in schools]}
        for number, (category, (text, net, _)) in enumerate(LINES.items(), 1)
    ]  # fmt: skip
    supplier, invoice = "Muster Systemhaus GmbH", "R-2022-0815"
    return {
        "netzwart": "bundle/1",
        "operator": {"name": "Stadt Herten", "municipality_key": "05562020"},
        "schools": schools,
        "suppliers": [{"name": supplier}],
        "grants": [{
            "number": NUMBER, "programme": "DPS-NRW-2019", "authority": "Bezirksregierung Münster",
            "issued_on": "2021-11-02", "final_on": "2021-12-02", "awarded": "750870.00",
            "eligible_planned": "834300.00", "rate": "0.90", "execution_from": "2019-05-17",
            "execution_until": "2022-12-31", "approval_until": "2022-12-31",
            "plan": [{"category": category, "total": gross, "eligible": gross}
                     for category, (_, _, gross) in LINES.items()],
            "sources": [{"kind": "own_share", "label": "Eigenanteil", "amount": "83430.00"}],
        }],
        "measures": measures,
        "orders": [{"number": "B-1", "supplier": supplier, "ordered_on": "2022-01-10",
                    "procedure": "open", "awarded_on": "2021-12-20", "offers_received": 3}],
        "invoices": [{"number": invoice, "supplier": supplier, "order": "B-1",
                      "issued_on": "2022-05-10", "delivered_on": "2022-05-01", "lines": lines}],
        "payments": [{"invoice": invoice, "supplier": supplier, "receipt_number": "K-4711",
                      "paid_on": "2022-06-01", "amount": "834300.00"}],
        "drawdowns": [{"grant": NUMBER, "number": 1, "requested_on": "2022-06-02",
                       "amount": "750000.00", "received_on": "2022-06-20"}],
    }  # fmt: skip


async def test_herten_vector_from_bundle_to_paper(site: Site, cast: Cast, database: Database):
    plan = await _apply(database, yaml.safe_dump(herten_bundle(), allow_unicode=True).encode())
    assert plan.counts()["conflict"] == 0
    async with database.session(writing=False) as session:
        [record] = await load_grants(session, SYSTEM, DAY)
        proposal = await service.get_proposal(session, record.head.id, DAY, SYSTEM)
    settled = settle_grant(record, DAY).settlement
    assert (settled.totals.eligible, settled.totals.grant_claimed) == (ELIGIBLE, GRANT)
    assert (settled.totals.own_share, settled.totals.spent) == (OWN, ELIGIBLE)
    assert total([row.grant_share for row in settled.by_school]) == GRANT
    assert len(settled.by_school) == 14
    assert [row.spent for row in settled.by_category if row.category == "mobile_endgeraete"] == [
        Decimal("66744.00")
    ]
    assert all(cap.reduction == 0 for cap in settled.caps)
    assert proposal.maximum.amount == Decimal("870.00")
    officer = site.as_(cast.funding_officer)
    await _api_says_so(officer)
    page = _plain((await officer.get(f"/foerderung/{record.head.id}", statements_at_most=11)).text)
    for label, amount in (
        ("davon zuwendungsfähig", "834.300,00 €"),
        ("Zuwendung", "750.870,00 €"),
        ("Eigenanteil", "83.430,00 €"),
        ("Offen", "870,00 €"),
    ):
        assert f"{label} {amount}" in page, label
    address = f"/nachweise/entwurf?bewilligung={record.head.id}&tag={DAY}"
    draft = await officer.get(address, statements_at_most=12)
    assert draft.headers["content-type"] == "application/pdf"
    paper = re.sub(r"\s+", " ", text_of(draft.content, layout=True))
    for amount in ("834.300,00", "750.870,00", "83.430,00"):
        assert amount in paper, amount


async def _api_says_so(officer: Any) -> None:
    """The grant and, after issuing, `nachweis.json` give the figures as decimal strings."""
    listed = json.loads((await officer.get(f"/api/v1/grants?number={NUMBER}")).text)
    [grant] = listed["items"]
    assert (grant["awarded"], grant["eligible_planned"]) == ("750870.00", "834300.00")
    form = {"papier": "proof_of_use", "bewilligung": str(grant["id"]), "stichtag": str(DAY)}
    issued = await officer.post("/nachweise", {**form, "art": "ausstellen"})
    assert issued.status_code == 303
    [proof] = json.loads((await officer.get("/api/v1/proofs")).text)["items"]
    files = await officer.get(f"/api/v1/proofs/{proof['id']}/files/nachweis.json")
    totals = json.loads(files.text)["totals"]
    assert totals == {
        "spent": "834300.00", "eligible": "834300.00", "ineligible": "0.00",
        "grant_claimed": "750870.00", "own_share": "83430.00", "received": "750000.00",
        "open": "870.00",
    }  # fmt: skip


def _plain(html: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html).replace("\xa0", " "))
