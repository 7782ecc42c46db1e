"""The node's page with what polling stored: lines, polls, and very many ports."""

import re
from datetime import timedelta

import pytest
from pydantic import SecretStr
from sqlalchemy import insert, update

from netzwart.clock import utcnow
from netzwart.database import Database, table_of
from netzwart.network.credentials import store_credential
from netzwart.network.forms import CredentialForm
from netzwart.network.history.reading import TrafficHour
from netzwart.network.pages.sparklines import sparkline, utilisation
from netzwart.network.poll_log import PollCause, PollEntry, with_entry
from netzwart.network.polling.reading import PollError
from netzwart.network.tables import Interface, Node
from netzwart.secrets import SecretBox, new_key
from tests.builders import a_node
from tests.cast import Cast
from tests.client import Site
from tests.network.place import Place
from tests.network.simulated_switch import Port, Switch, SwitchWire

NOW = utcnow().replace(minute=30, second=0, microsecond=0)


def hour(ago: int, in_bps: int, out_bps: int = 0, errors: int = 0) -> TrafficHour:
    start = NOW.replace(minute=0) - timedelta(hours=ago)
    return TrafficHour(start, in_bps, out_bps, in_bps, out_bps, 1.0, errors, 0)


def test_line_has_gaps_where_nothing_was_measured():
    line = sparkline([hour(47, 10_000), hour(46, 20_000), hour(3, 0), hour(0, 5000)], NOW)
    assert line is not None
    assert line.incoming == "M0 10.0L2 1.0M88 19.0h1M94 14.5h1"
    assert line.outgoing == "M0 19.0L2 19.0M88 19.0h1M94 19.0h1"
    assert line.title.replace("\N{NO-BREAK SPACE}", " ") == (
        "Letzte 48 Stunden: herein im Mittel 8,8 kbit/s, höchstens 20 kbit/s; "
        "hinaus im Mittel 0 bit/s, höchstens 0 bit/s; 44 Stunden ohne Messung"
    )


def test_line_of_nothing_and_of_long_ago_is_none():
    assert sparkline([], NOW) is None
    assert sparkline([hour(48, 1), hour(-1, 1)], NOW) is None


def test_errors_are_those_of_the_line():
    line = sparkline([hour(60, 1, errors=9), hour(5, 1, errors=2), hour(4, 1, errors=1)], NOW)
    assert line is not None
    assert line.errors == 3


@pytest.mark.parametrize(
    ("rates", "speed", "expected"),
    [((10, 50), 100, 0.5), ((None, 25), 100, 0.25), ((None, None), 100, None),
     ((5, 5), None, None), ((5, 5), 0, None), ((130, 0), 100, 1.0)],
)  # fmt: skip
def test_load_is_the_busier_direction(
    rates: tuple[int | None, int | None], speed: int | None, expected: float | None
):
    assert utilisation(*rates, speed) == expected


async def test_polled_node_shows_lines_rates_and_its_polls(
    site: Site, cast: Cast, database: Database
):
    box = SecretBox(new_key())
    form = CredentialForm(name="lesen", kind="snmp_v2c", community=SecretStr("geheim-lesen"))
    async with database.session() as session:
        credential = await store_credential(session, box, form)
    place = Place(database, box, cast.school.id, credential.id, SwitchWire({}))
    switch = Switch(ports={1: Port("1/1/1", "Uplink <b>")})
    node_id = await place.add("10.0.0.1", switch)
    await place.cycle().run_once()
    nodes = table_of(Node)
    async with database.session() as session:
        silent = PollEntry(utcnow(), 3000, 0, is_reachable=False, error=PollError.NO_ANSWER,
                           cause=PollCause.TRAP)  # fmt: skip
        before = (await place.node(node_id))["poll_log"]
        await session.execute(
            update(nodes).where(nodes.c.id == node_id).values(poll_log=with_entry(before, silent))
        )
    browser = site.as_(cast.admin)
    page = (await browser.get(f"/netz/knoten/{node_id}")).text
    assert "Uplink &lt;b&gt;" in page
    page = (await browser.get(f"/netz/knoten/{node_id}/verlauf")).text
    for words in ("die letzten 2", "beantwortet", "keine Antwort", "3.000 ms", "Takt",
                  "Meldung des Geräts"):  # fmt: skip
        assert words in page, words


async def test_ten_thousand_ports_are_paged(site: Site, cast: Cast, database: Database):
    now = utcnow()
    async with database.session() as session:
        node = await a_node(session, school_id=cast.school.id)
        row = {"node_id": node.id, "alias": "", "admin": "up", "oper": "up", "is_gone": False,
               "created_at": now, "changed_at": now, "version": 1}  # fmt: skip
        await session.execute(
            insert(table_of(Interface)),
            [row | {"index": index, "name": f"port-{index}"} for index in range(1, 10_001)],
        )
    browser = site.as_(cast.technician)
    page = await browser.get(f"/netz/knoten/{node.id}")
    assert "10.000 Ports, 10.000 aktiv" in page.text
    assert len(re.findall(r"port-\d+", page.text)) == 100
    following = re.search(rf'href="(/netz/knoten/{node.id}\?after=100)"', page.text)
    assert following is not None
    page = await browser.get(following[1], htmx=True)
    assert "<html" not in page.text
    assert 'hx-swap-oob="true"' in page.text
    assert re.findall(r"port-\d+", page.text)[0] == "port-101"
    for wrong in ("x", "-1", "0", "9" * 40, "%00"):
        assert (await browser.get(f"/netz/knoten/{node.id}?after={wrong}")).status_code == 422
