import re

import httpx
import pytest
from sqlalchemy import select, text

from netzwart.clock import utcnow
from netzwart.database import Database, table_of
from netzwart.network.tables import (
    Component,
    Credential,
    Incident,
    IncidentKind,
    Neighbour,
    Node,
    Reachability,
    StateChange,
)
from tests.builders import a_device, a_node, an_interface
from tests.cast import Cast
from tests.client import Site


async def the_node(database: Database, school_id: int, **given: object) -> int:
    async with database.session() as session:
        return (await a_node(session, school_id=school_id, **given)).id


def names(page: httpx.Response) -> list[str]:
    return re.findall(r'<a href="/netz/knoten/\d+">([^<]+)</a>', page.text)


async def test_list_shows_nodes_with_state_and_counts(site: Site, cast: Cast, database: Database):
    now = utcnow()
    await the_node(database, cast.school.id, name="b-sw", reachability=Reachability.UP,
                   reachability_since=now)  # fmt: skip
    await the_node(database, cast.school.id, name="a-sw", reachability=Reachability.DOWN,
                   reachability_since=now, last_error="Keine Antwort")  # fmt: skip
    await the_node(database, cast.other_school.id, name="c-sw", is_enabled=False)
    page = await site.as_(cast.admin).get("/netz")
    assert page.status_code == 200
    assert names(page) == ["a-sw", "b-sw", "c-sw"]
    for words in ("3 Knoten", "1 erreichbar", "1 ausgefallen", "1 Abfrage aus", "Keine Antwort"):
        assert words in page.text


async def test_list_and_page_hold_the_school(site: Site, cast: Cast, database: Database):
    own = await the_node(database, cast.school.id, name="eigen")
    foreign = await the_node(database, cast.other_school.id, name="fremd-sw")
    browser = site.as_(cast.technician)
    page = await browser.get("/netz")
    assert names(page) == ["eigen"]
    assert "1 Knoten" in page.text
    assert cast.other_school.name not in page.text, "not even in a filter"
    assert (await browser.get(f"/netz/knoten/{own}")).status_code == 200
    assert (await browser.get(f"/netz/knoten/{foreign}")).status_code == 404
    assert (await browser.post(f"/netz/knoten/{foreign}/abfragen")).status_code == 404
    assert (await browser.get(f"/netz/knoten/{foreign}/bearbeiten")).status_code == 404
    assert (await browser.get("/netz/knoten/4711")).status_code == 404


@pytest.mark.parametrize("path", ["/netz", "/netz/knoten/1", "/netz/neu", "/netz/zugangsdaten"])
async def test_whoever_has_no_right_is_refused(site: Site, cast: Cast, path: str):
    assert (await site.as_(cast.roleless).get(path)).status_code == 403
    assert (await site.as_(None).get(path)).status_code == 303


@pytest.mark.parametrize("path", ["/netz/neu", "/netz/zugangsdaten", "/netz/zugangsdaten/neu"])
async def test_reader_may_not_open_forms(site: Site, cast: Cast, path: str):
    assert (await site.as_(cast.viewer).get(path)).status_code == 403


async def test_empty_list_says_what_to_do(site: Site, cast: Cast):
    assert 'href="/netz/neu"' in (await site.as_(cast.admin).get("/netz")).text
    page = await site.as_(cast.viewer).get("/netz")
    assert "Noch keine Netzknoten" in page.text
    assert 'href="/netz/neu"' not in page.text
    page = await site.as_(cast.admin).get("/netz?q=nichts")
    assert "Kein Knoten passt zum Filter" in page.text


@pytest.mark.parametrize(
    "query", ["state=krank", "school=abc", "category=x", "cursor=%25%25", "cursor=WzFd",
              "school=" + "9" * 40, "q=" + "x" * 101],
)  # fmt: skip
async def test_address_nobody_offered_is_refused(site: Site, cast: Cast, query: str):
    assert (await site.as_(cast.admin).get(f"/netz?{query}")).status_code == 422


async def test_filters_narrow_list_and_counts(site: Site, cast: Cast, database: Database):
    await the_node(database, cast.school.id, name="sw-1", category="switch",
                   reachability=Reachability.UP, model="6300M 100%")  # fmt: skip
    await the_node(database, cast.school.id, name="ap-1", category="access_point",
                   reachability=Reachability.DOWN, serial="CN0815")  # fmt: skip
    await the_node(database, cast.other_school.id, name="aus", is_enabled=False)
    browser = site.as_(cast.admin)
    for query, expected in {
        "state=down": ["ap-1"],
        "state=disabled": ["aus"],
        "category=switch": ["sw-1"],
        f"school={cast.other_school.id}": ["aus"],
        "q=cn08": ["ap-1"],
        "q=100%25": ["sw-1"],
        "q=%25": ["sw-1"],
        "state=&school=&category=&q=": ["ap-1", "aus", "sw-1"],
    }.items():
        page = await browser.get(f"/netz?{query}")
        assert names(page) == expected, query
        assert f"{len(expected)} Knoten" in page.text, query


async def test_list_goes_on_by_key_and_refreshes_itself(site: Site, cast: Cast, database: Database):
    async with database.session() as session:
        for number in range(53):
            await a_node(session, school_id=cast.school.id, name=f"n{number // 2:03}")
    browser = site.as_(cast.admin)
    page = await browser.get("/netz?q=n", htmx=True)
    assert "<html" not in page.text
    assert 'hx-trigger="nz:live, every 30s"' in page.text
    first = re.findall(r"/netz/knoten/(\d+)", page.text)
    following = re.search(r'href="(/netz\?[^"]*cursor=[^"]+)"', page.text)
    assert following is not None
    page = await browser.get(following[1].replace("&amp;", "&"), htmx=True)
    second = re.findall(r"/netz/knoten/(\d+)", page.text)
    assert len(first) == 50
    assert len(second) == 3
    assert not set(first) & set(second)
    assert "cursor=" in re.findall(r'hx-get="([^"]+)"', page.text)[0], "refreshes this very page"


async def a_full_node(database: Database, cast: Cast) -> int:
    now = utcnow()
    async with database.session() as session:
        device = await a_device(session, school_id=cast.school.id, inventory_number="INV-77")
        node = await a_node(
            session,
            school_id=cast.school.id,
            name="gym-sw-01",
            reachability=Reachability.UP,
            reachability_since=now,
            category="switch",
            readings={"cpu_percent": [7.5], "poe": {"used_watts": 80.0, "budget_watts": 370}},
        )
        foreign = await a_node(session, school_id=cast.other_school.id, name="geheimer-nachbar")
        port = await an_interface(session, node_id=node.id, name="1/1/1", alias="Uplink",
                                  admin="up", oper="up", speed_bps=10**10)  # fmt: skip
        await an_interface(session, node_id=node.id, name="1/1/2", admin="up", oper="down")
        await an_interface(session, node_id=node.id, name="1/1/3", is_gone=True)
        session.add_all(
            [
                Component(node_id=node.id, position="Chassis", kind="chassis", serial="CN01",
                          serial_normalised="CN01", device_id=device.id, first_seen_at=now,
                          last_seen_at=now),
                Component(node_id=node.id, position="Chassis 2", kind="chassis", serial="CN02",
                          serial_normalised="CN02", first_seen_at=now, last_seen_at=now),
                Neighbour(node_id=node.id, local_interface="1/1/1", remote_name="nachbar",
                          remote_chassis="x", remote_node_id=foreign.id, last_seen_at=now),
                Incident(node_id=node.id, interface_id=port.id, school_id=cast.school.id,
                         kind=IncidentKind.PORT_DOWN, started_at=now, text="Port 1/1/1"),
                StateChange(node_id=node.id, interface_id=port.id, at=now, what="oper",
                            before="up", after="down"),
            ]
        )  # fmt: skip
        return node.id


async def test_page_shows_ports_parts_neighbours_and_history(
    site: Site, cast: Cast, database: Database
):
    node_id = await a_full_node(database, cast)
    browser = site.as_(cast.technician)
    for end, words in {
        "": ("gym-sw-01", "erreichbar", "2 Ports, 1 aktiv", "Uplink", "kein Link", "verschwunden",
             "Port ohne Verbindung", "dauert an", "7,5 %", "80 von 370 W", "Jetzt abfragen",
             "Bearbeiten", f'data-live="node-{node_id}"'),
        "/teile": ("INV-77", "nicht erfasst", "nachbar"),
        "/verlauf": ("Verbindung", "Port ohne Verbindung", "Noch keine Abfrage"),
    }.items():  # fmt: skip
        page = await browser.get(f"/netz/knoten/{node_id}{end}")
        assert page.status_code == 200
        for word in words:
            assert word in page.text, word
        assert "geheimer-nachbar" not in page.text, "another school's node does not exist here"
        assert (
            await site.as_(cast.outsider).get(f"/netz/knoten/{node_id}{end}")
        ).status_code == 404


async def test_page_of_a_new_node_says_what_comes(site: Site, cast: Cast, database: Database):
    node_id = await the_node(database, cast.school.id, name="neu", last_error="Kaputt <b>")
    page = await site.as_(cast.viewer).get(f"/netz/knoten/{node_id}")
    for words in (
        "Noch keine Ports",
        "noch nicht abgefragt",
        "Kaputt &lt;b&gt;",
    ):
        assert words in page.text
    assert "Jetzt abfragen" not in page.text, "a reader cannot poll"


async def test_poll_now_makes_the_node_due_and_queues_one_visit(
    site: Site, cast: Cast, database: Database
):
    node_id = await the_node(database, cast.school.id, next_poll_at=None)
    browser = site.as_(cast.technician)
    for _ in range(2):
        answer = await browser.post(f"/netz/knoten/{node_id}/abfragen")
        assert answer.status_code == 303
        assert answer.headers["location"] == f"/netz/knoten/{node_id}"
    async with database.session(writing=False) as session:
        due = (await session.execute(select(table_of(Node).c.next_poll_at))).scalar_one()
        table = "job" if database.is_sqlite else "procrastinate_jobs"
        jobs = (await session.execute(text(f"SELECT count(*) FROM {table}"))).scalar_one()
    assert due <= utcnow()
    assert jobs == 1
    disabled = await the_node(database, cast.school.id, is_enabled=False)
    assert (await browser.post(f"/netz/knoten/{disabled}/abfragen")).status_code == 409


async def test_new_node_is_recorded_and_due_within_seconds(
    site: Site, cast: Cast, database: Database
):
    browser = site.as_(cast.technician)
    assert (await browser.get("/netz/neu")).status_code == 200
    form = {"name": "gym-sw-02", "address": "10.9.8.7", "port": "161", "ssh_port": "22",
            "school_id": str(cast.school.id), "credential_id": "", "ssh_credential_id": "",
            "poll_interval_s": "", "is_enabled": "true"}  # fmt: skip
    answer = await browser.post("/netz", form)
    assert answer.status_code == 303
    async with database.session(writing=False) as session:
        node = (await session.execute(select(table_of(Node)))).mappings().one()
    assert (node["name"], node["address"], node["poll_interval_s"]) == (
        "gym-sw-02", "10.9.8.7", None,
    )  # fmt: skip
    assert 0 <= (node["next_poll_at"] - node["created_at"]).total_seconds() < 21
    again = await browser.post("/netz", form)
    assert again.status_code == 422
    assert "Diese Adresse mit diesem Port gibt es schon." in again.text
    assert 'value="gym-sw-02"' in again.text, "what was typed is still there"


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"address": "http://x/y"}, "Schreibweise"),
        ({"port": "99999"}, "Höchstens 65535"),
        ({"name": ""}, "fehlt"),
        ({"poll_interval_s": "5"}, "Mindestens 30"),
        ({"credential_id": "4711"}, "passen hier nicht"),
        ({"unbekannt": "x"}, "gibt es nicht"),
    ],
)
async def test_bad_node_is_shown_again_with_its_mistake(
    site: Site, cast: Cast, change: dict[str, str], sentence: str
):
    form = {"name": "n", "address": "10.0.0.1", "school_id": str(cast.school.id)} | change
    answer = await site.as_(cast.admin).post("/netz", form)
    assert answer.status_code == 422
    assert sentence in answer.text


async def test_node_cannot_be_put_into_another_school(site: Site, cast: Cast, database: Database):
    browser = site.as_(cast.technician)
    form = {"name": "n", "address": "10.0.0.1", "school_id": str(cast.other_school.id)}
    assert (await browser.post("/netz", form)).status_code == 422
    node_id = await the_node(database, cast.school.id)
    assert (await browser.post(f"/netz/knoten/{node_id}", form)).status_code == 422


async def test_node_is_changed_and_switched_off(site: Site, cast: Cast, database: Database):
    node_id = await the_node(database, cast.school.id, name="alt", address="10.0.0.1")
    browser = site.as_(cast.technician)
    page = await browser.get(f"/netz/knoten/{node_id}/bearbeiten")
    assert 'value="alt"' in page.text
    form = {"name": "neu", "address": "10.0.0.1", "school_id": str(cast.school.id),
            "is_enabled": "false"}  # fmt: skip
    assert (await browser.post(f"/netz/knoten/{node_id}", form)).status_code == 303
    async with database.session(writing=False) as session:
        node = (await session.execute(select(table_of(Node)))).mappings().one()
    assert (node["name"], node["is_enabled"], node["next_poll_at"]) == ("neu", False, None)


async def test_credentials_are_sealed_and_never_shown(site: Site, cast: Cast, database: Database):
    browser = site.as_(cast.admin)
    page = await browser.get("/netz/zugangsdaten")
    assert "Noch keine Zugangsdaten" in page.text
    assert (await browser.get("/netz/zugangsdaten/neu")).status_code == 200
    form = {"name": "gym-v3", "kind": "snmp_v3", "user_name": "netzwart", "auth": "sha256",
            "auth_key": "ganz-geheim-1", "privacy": "aes128",
            "privacy_key": "ganz-geheim-2"}  # fmt: skip
    assert (await browser.post("/netz/zugangsdaten", form)).status_code == 303
    page = await browser.get("/netz/zugangsdaten")
    assert "gym-v3" in page.text
    assert "SHA256 · AES128" in page.text
    assert "ganz-geheim" not in page.text
    async with database.session(writing=False) as session:
        row = (await session.execute(select(table_of(Credential)))).mappings().one()
    assert b"ganz-geheim" not in row["secrets_encrypted"]
    again = await browser.post("/netz/zugangsdaten", form)
    assert again.status_code == 422
    assert "Zugangsdaten mit diesem Namen gibt es schon." in again.text
    assert "ganz-geheim" not in again.text


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"kind": "snmp_v2c"}, "brauchen eine Community"),
        ({"user_name": ""}, "Bitte einen Benutzernamen angeben"),
        ({"auth_key": "kurz"}, "SNMPv3 haben mindestens acht Zeichen"),
        ({"auth": ""}, "gehören zusammen"),
        ({"kind": "ssh"}, "SSH braucht"),
        ({"kind": "telnet"}, "Schreibweise"),
    ],
)
async def test_credentials_that_cannot_work_are_refused(
    site: Site, cast: Cast, change: dict[str, str], sentence: str
):
    form = {"name": "x", "kind": "snmp_v3", "user_name": "u", "auth": "sha256",
            "auth_key": "lang-genug"} | change  # fmt: skip
    answer = await site.as_(cast.admin).post("/netz/zugangsdaten", form)
    assert answer.status_code == 422
    assert sentence in answer.text
    assert "lang-genug" not in answer.text
