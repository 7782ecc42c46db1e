"""An issued paper against today's data, as a person sees it."""

import re

from sqlalchemy import update

from netzwart.database import Database, table_of
from netzwart.funding.tables import PlanPosition
from tests.cast import Cast
from tests.client import Site
from tests.proofs.test_compiling import a_scene


async def test_page_tells_what_changed_in_german(site: Site, cast: Cast, database: Database):
    async with database.session() as session:
        grant = (await a_scene(session)).grant
    browser = site.as_(cast.funding_officer)
    order = {"papier": "proof_of_use", "bewilligung": str(grant.id), "schule": "",
             "stichtag": "2022-12-31", "art": "ausstellen"}  # fmt: skip
    assert (await browser.post("/nachweise", order)).status_code == 303
    found = re.search(r"/nachweise/\d+/vergleich", (await browser.get("/nachweise")).text)
    assert found is not None
    same = await browser.get(found[0], statements_at_most=20)
    assert "Keine Abweichung" in same.text
    async with database.session() as session:
        position = table_of(PlanPosition)
        await session.execute(update(position).values(total=position.c.total + 1))
    changed = await browser.get(found[0], statements_at_most=20)
    assert "Ansatz" in changed.text
    assert "100.000,00" in changed.text
    assert "100.001,00" in changed.text
    assert "Berichtigung ausstellen" in changed.text
    seen = await site.as_(cast.auditor).get(found[0], statements_at_most=20)
    assert "100.001,00" in seen.text
    assert "Berichtigung ausstellen" not in seen.text
