import re
from datetime import timedelta

import pytest

from netzwart.clock import utcnow
from netzwart.database import Database
from netzwart.network.tables import Neighbour, Reachability
from netzwart.network.topology_tables import (
    AddressEntry,
    DocumentedLink,
    ForwardingEntry,
    TopologyReading,
)
from tests.api_client import Api
from tests.builders import a_node, an_interface
from tests.cast import Cast
from tests.client import Site

MAC = "02:00:00:00:00:0a"


async def a_school_network(database: Database, cast: Cast) -> dict[str, int]:
    """A core with one switch, a stranger, and a node of another school next to it."""
    now = utcnow()
    async with database.session() as session:
        up = {"reachability": Reachability.UP, "category": "switch"}
        core = await a_node(session, school_id=cast.school.id, name="gym-core", **up)
        access = await a_node(session, school_id=cast.school.id, name="gym-sw-02", **up)
        foreign = await a_node(session, school_id=cast.other_school.id, name="geheimer-nachbar")
        await an_interface(session, node_id=core.id, name="p1", admin="up", oper="up")
        await an_interface(session, node_id=access.id, name="up", admin="up", oper="up")
        for node, port, remote, name, chassis in (
            (core, "p1", access, "gym-sw-02", "02:aa"),
            (access, "up", core, "gym-core", "02:bb"),
            (core, "p7", None, "<script>alert(1)</script>", "02:cc"),
            (core, "p9", foreign, "rathaus", "02:dd"),
        ):
            session.add(
                Neighbour(
                    node_id=node.id, local_interface=port, remote_name=name,
                    remote_chassis=chassis, remote_interface="x",
                    remote_node_id=None if remote is None else remote.id, last_seen_at=now,
                )
            )  # fmt: skip
        session.add(
            TopologyReading(node_id=access.id, due_at=now, read_at=now + timedelta(seconds=1))
        )
        session.add(
            ForwardingEntry(node_id=access.id, mac=MAC, local_interface="p5", vlan=30,
                            first_seen_at=now, last_seen_at=now)
        )  # fmt: skip
        session.add(
            ForwardingEntry(node_id=core.id, mac=MAC, local_interface="p1", first_seen_at=now,
                            last_seen_at=now)
        )  # fmt: skip
        session.add(
            AddressEntry(node_id=core.id, address="10.1.0.7", mac=MAC, first_seen_at=now,
                         last_seen_at=now)
        )  # fmt: skip
        return {"core": core.id, "access": access.id, "foreign": foreign.id}


async def test_plan_shows_nodes_links_and_strangers(site: Site, cast: Cast, database: Database):
    await a_school_network(database, cast)
    page = await site.as_(cast.technician).get(f"/netz/plan/{cast.school.id}")
    assert page.status_code == 200
    for words in (
        "gym-core", "gym-sw-02", "nur gesehen", "verbunden", "&lt;script&gt;", "rathaus",
        "4 Knoten, 3 Verbindungen", "2 unbekannte Nachbarn", "So dokumentieren",
    ):  # fmt: skip
        assert words in page.text, words
    assert "<script>alert" not in page.text
    assert "geheimer-nachbar" not in page.text, "another school's node is known as heard only"
    assert page.text.count('<svg class="nz-plan"') == 2
    assert page.text.count("nz-node-stranger") == 4, "two strangers in two layouts"


async def test_whoever_may_see_both_schools_sees_the_node_next_door(
    site: Site, cast: Cast, database: Database
):
    await a_school_network(database, cast)
    page = await site.as_(cast.admin).get(f"/netz/plan/{cast.school.id}")
    assert "geheimer-nachbar" in page.text
    assert "1 unbekannter Nachbar" in page.text


async def test_plan_holds_the_school_and_the_right(site: Site, cast: Cast, database: Database):
    await a_school_network(database, cast)
    other = f"/netz/plan/{cast.other_school.id}"
    assert (await site.as_(cast.technician).get(other)).status_code == 404
    assert (await site.as_(cast.technician).get("/netz/plan")).status_code == 302
    assert (await site.as_(cast.roleless).get(other)).status_code == 403
    assert (await site.as_(None).get(other)).status_code == 303
    index = await site.as_(cast.admin).get("/netz/plan")
    assert len(re.findall(r"/netz/plan/\d+", index.text)) == 2
    page = await site.as_(cast.viewer).get(f"/netz/plan/{cast.school.id}")
    assert "So dokumentieren" not in page.text


async def test_empty_plans_say_what_to_do(site: Site, cast: Cast, database: Database):
    assert "Noch kein Netzplan" in (await site.as_(cast.admin).get("/netz/plan")).text
    async with database.session() as session:
        await a_node(session, school_id=cast.school.id, name="allein")
    page = await site.as_(cast.admin).get(f"/netz/plan/{cast.school.id}")
    assert "Keine Verbindungen bekannt" in page.text


async def test_statements_do_not_grow_with_the_links(site: Site, cast: Cast, database: Database):
    ids = await a_school_network(database, cast)
    browser = site.as_(cast.admin)
    path = f"/netz/plan/{cast.school.id}"
    before = (await browser.get(path, htmx=True)).text
    async with database.session() as session:
        for number in range(40):
            node = await a_node(session, school_id=cast.school.id, name=f"ap-{number}")
            session.add(
                Neighbour(node_id=ids["core"], local_interface=f"q{number}", remote_name="ap",
                          remote_chassis=f"02:ee:{number}", remote_node_id=node.id,
                          last_seen_at=utcnow())
            )  # fmt: skip
    after = await browser.get(path, htmx=True)
    assert "44 Knoten" not in before
    assert "43 Verbindungen" in after.text
    assert "<html" not in after.text


async def test_cable_is_documented_and_taken_out(site: Site, cast: Cast, database: Database):
    ids = await a_school_network(database, cast)
    browser, path = site.as_(cast.technician), f"/netz/plan/{cast.school.id}"
    form = {"node_id": ids["core"], "interface": "p1", "remote_node_id": ids["access"],
            "remote_interface": "up"}  # fmt: skip
    assert (await browser.post(path, form)).status_code == 303
    page = await browser.get(path)
    assert "dokumentiert und gesehen" in page.text
    again = await browser.post(path, form)
    assert again.status_code == 422
    assert "Am Port p1 von gym-core ist schon" in again.text
    found = re.search(rf"({path}/verbindungen/\d+/entfernen)", page.text)
    assert found is not None
    assert (await browser.post(found[1])).status_code == 303
    assert "dokumentiert und gesehen" not in (await browser.get(path)).text
    assert (await browser.post(found[1])).status_code == 404


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"remote_node_id": "core"}, "von einem Knoten zu einem anderen"),
        ({"remote_node_id": "foreign"}, "Diesen Knoten gibt es nicht"),
        ({"remote_node_id": 4711}, "Diesen Knoten gibt es nicht"),
        ({"remote_node_id": "9" * 30}, "Diesen Knoten gibt es nicht"),
        ({"remote_node_id": ""}, "fehlt"),
        ({"interface": "x" * 201}, "200"),
    ],
)
async def test_bad_cable_is_shown_again_with_its_mistake(
    site: Site, cast: Cast, database: Database, change: dict[str, object], sentence: str
):
    ids = await a_school_network(database, cast)
    form: dict[str, object] = {"node_id": ids["core"], "remote_node_id": ids["access"], **change}
    form = {name: ids.get(str(value), value) for name, value in form.items()}
    answer = await site.as_(cast.technician).post(f"/netz/plan/{cast.school.id}", form)
    assert answer.status_code == 422
    assert sentence in answer.text


@pytest.mark.parametrize("q", [MAC, "0200.0000.000A", "10.1.0.7"])
async def test_address_leads_to_its_port(site: Site, cast: Cast, database: Database, q: str):
    await a_school_network(database, cast)
    page = await site.as_(cast.technician).get(f"/netz/mac?q={q}")
    for words in ("Hängt an", "gym-sw-02", "p5", "direkt an diesem Port", "10.1.0.7", "30"):
        assert words in page.text, words


@pytest.mark.parametrize(
    ("q", "sentence"),
    [
        ("", "Adresse eingeben"),
        ("02:00:00:00:00:0b", "Niemand hat diese Adresse gesehen"),
        ("10.9.9.9", "Niemand hat diese Adresse gesehen"),
        ("drucker", "keine MAC- und keine IP-Adresse"),
    ],
)
async def test_address_nobody_saw(site: Site, cast: Cast, q: str, sentence: str):
    assert sentence in (await site.as_(cast.admin).get(f"/netz/mac?q={q}")).text


async def test_end_devices_are_personal_data(site: Site, cast: Cast, database: Database):
    await a_school_network(database, cast)
    for person in (cast.viewer, cast.auditor):
        assert (await site.as_(person).get(f"/netz/mac?q={MAC}")).status_code == 403
        assert (await site.as_(person).get(f"/netz/mac/ort/{MAC}")).status_code == 403


async def test_device_page_fetches_the_port_of_its_mac(site: Site, cast: Cast, database: Database):
    await a_school_network(database, cast)
    browser = site.as_(cast.technician)
    line = (await browser.get(f"/netz/mac/ort/{MAC}")).text
    assert "gym-sw-02" in line
    assert "p5" in line
    assert "kein Switch sieht" in (await browser.get("/netz/mac/ort/02:00:00:00:00:0b")).text
    assert "kein Switch sieht" in (await browser.get("/netz/mac/ort/unfug")).text


async def test_api_tells_the_port_and_keeps_links_to_both_ends(
    api: Api, cast: Cast, database: Database
):
    ids = await a_school_network(database, cast)
    caller = await api.caller()
    said = await caller.get(f"mac-addresses/{MAC}")
    assert (said["node"], said["interface"], said["vlan"]) == ("gym-sw-02", "p5", 30)
    assert (said["certainty"], said["addresses"]) == ("edge", ["10.1.0.7"])
    await caller.get("mac-addresses/unfug", 404)
    async with database.session() as session:
        session.add(DocumentedLink(node_id=ids["core"], remote_node_id=ids["foreign"]))
    everything = (await caller.get("documented-links"))["items"]
    assert [(row["node"], row["remote_node"]) for row in everything] == [
        ("gym-core", "geheimer-nachbar")
    ]
