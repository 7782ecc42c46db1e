import re

import pytest
from sqlalchemy import select

from netzwart.clock import utcnow
from netzwart.database import Database, table_of
from netzwart.network.discovery_tables import DiscoveredNode, DiscoveryRun
from netzwart.network.tables import Credential, CredentialKind, Node
from tests.builders import a_node
from tests.cast import Cast
from tests.client import Site

INBOX = "/netz/gefunden"


async def a_find(database: Database, school_id: int, address: str = "10.1.0.7") -> tuple[int, int]:
    """Something that was found, and the credentials that opened it."""
    now = utcnow()
    async with database.session() as session:
        credential = Credential(
            name=f"lesen-{address}", kind=CredentialKind.SNMP_V2C, secrets_encrypted=b"x"
        )
        run = DiscoveryRun(school_id=school_id, ranges="10.1.0.0/24")
        session.add_all([credential, run])
        await session.flush()
        found = DiscoveredNode(
            school_id=school_id, run_id=run.id, address=address, credential_id=credential.id,
            sys_name=f"neu {address}", model="MS-24", first_seen_at=now, last_seen_at=now,
        )  # fmt: skip
        session.add(found)
        await session.flush()
        return found.id, credential.id


async def nodes(database: Database) -> list[tuple[str, str]]:
    node = table_of(Node)
    async with database.session(writing=False) as session:
        rows = await session.execute(select(node.c.name, node.c.address).order_by(node.c.id))
        return [(row.name, row.address) for row in rows]


async def test_inbox_holds_the_school_and_the_right(site: Site, cast: Cast, database: Database):
    own, _ = await a_find(database, cast.school.id)
    foreign, _ = await a_find(database, cast.other_school.id, "10.2.0.7")
    browser = site.as_(cast.technician)
    page = await browser.get(INBOX)
    assert "neu 10.1.0.7" in page.text
    assert "10.2.0.7" not in page.text
    assert "Offen: 1" in page.text
    assert (await browser.get(f"{INBOX}/{own}")).status_code == 200
    assert (await browser.get(f"{INBOX}/{foreign}")).status_code == 404
    answer = await browser.post(f"{INBOX}/{foreign}/uebergehen", {"reason": "x"})
    assert answer.status_code == 404
    for person in (cast.viewer, cast.school_admin, cast.roleless):
        assert (await site.as_(person).get(INBOX)).status_code == 403
    assert (await site.as_(None).get(INBOX)).status_code == 303


async def test_empty_inbox_says_what_to_do(site: Site, cast: Cast):
    browser = site.as_(cast.admin)
    assert "Nichts wartet auf eine Entscheidung" in (await browser.get(INBOX)).text
    assert "Kein Fund passt" in (await browser.get(f"{INBOX}?status=ignored", htmx=True)).text
    for query in ("status=x", "school=x", "cursor=x"):
        assert (await browser.get(f"{INBOX}?{query}")).status_code == 422


async def test_accepting_makes_a_node_once(site: Site, cast: Cast, database: Database):
    found, _ = await a_find(database, cast.school.id)
    browser = site.as_(cast.technician)
    form = {"name": "gym-sw-07", "school_id": cast.school.id}
    answer = await browser.post(f"{INBOX}/{found}/aufnehmen", form)
    assert answer.status_code == 303
    assert await nodes(database) == [("gym-sw-07", "10.1.0.7")]
    assert (await browser.post(f"{INBOX}/{found}/aufnehmen", form)).status_code == 409
    assert "aufgenommen" in (await browser.get(f"{INBOX}/{found}")).text


@pytest.mark.parametrize(("moves", "address"), [("", "10.1.0.1"), ("true", "10.1.0.7")])
async def test_joining_moves_the_node_only_if_told(
    site: Site, cast: Cast, database: Database, moves: str, address: str
):
    found, _ = await a_find(database, cast.school.id)
    async with database.session() as session:
        node = await a_node(session, school_id=cast.school.id, name="alt", address="10.1.0.1")
    form = {"node_id": node.id, "takes_address": moves}
    answer = await site.as_(cast.technician).post(f"{INBOX}/{found}/zuordnen", form)
    assert answer.status_code == 303
    assert await nodes(database) == [("alt", address)]


async def test_ignoring_needs_a_reason_and_shows_it(site: Site, cast: Cast, database: Database):
    found, _ = await a_find(database, cast.school.id)
    browser = site.as_(cast.technician)
    assert (await browser.post(f"{INBOX}/{found}/uebergehen", {"reason": ""})).status_code == 422
    answer = await browser.post(f"{INBOX}/{found}/uebergehen", {"reason": "Privat <b>"})
    assert answer.status_code == 303
    assert "Privat &lt;b&gt;" in (await browser.get(f"{INBOX}/{found}")).text
    assert await nodes(database) == []


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"ranges": "8.8.8.8"}, "nicht im eigenen Netz"),
        ({"ranges": "10.0.0.0/8"}, "mehr als 4096"),
        ({"ranges": ""}, "fehlt"),
        ({"credential_ids": "4711"}, "passen hier nicht"),
        ({"credential_ids": "x"}, "Zahl"),
        ({"port": "0"}, "1"),
        ({"school_id": "foreign"}, "darfst du nicht suchen"),
    ],
)
async def test_bad_search_is_shown_again_with_its_mistake(
    site: Site, cast: Cast, database: Database, change: dict[str, str], sentence: str
):
    _, credential = await a_find(database, cast.school.id)
    form = {"school_id": str(cast.school.id), "ranges": "10.1.0.0/24", "port": "161",
            "credential_ids": str(credential), **change}  # fmt: skip
    if form["school_id"] == "foreign":
        form["school_id"] = str(cast.other_school.id)
    answer = await site.as_(cast.technician).post(f"{INBOX}/suchen", form)
    assert answer.status_code == 422
    assert sentence in answer.text


async def test_search_is_queued_shown_and_stopped(site: Site, cast: Cast, database: Database):
    _, credential = await a_find(database, cast.school.id)
    browser = site.as_(cast.technician)
    assert (await browser.get(f"{INBOX}/suchen")).status_code == 200
    form = {"school_id": cast.school.id, "ranges": "10.9.0.0/24", "port": 161,
            "credential_ids": credential}  # fmt: skip
    assert (await browser.post(f"{INBOX}/suchen", form)).status_code == 303
    page = await browser.get(INBOX)
    assert "0 von 254 Adressen" in page.text
    assert 'hx-trigger="every 2s"' in page.text
    stops = re.findall(rf"{INBOX}/laeufe/\d+/abbrechen", page.text)
    for stop in stops:
        assert (await browser.post(stop)).status_code == 303
    assert (await browser.post(stops[0])).status_code == 409
    assert 'hx-trigger="every 2s"' not in (await browser.get(f"{INBOX}/laeufe", htmx=True)).text
