"""Trying credentials: asked for on a page, made by the worker's task, shown on the page."""

import re
from collections.abc import AsyncGenerator
from dataclasses import dataclass, replace

import pytest
from pydantic import SecretStr
from sqlalchemy import update

from netzwart.database import Database, table_of
from netzwart.network.credentials import store_credential
from netzwart.network.forms import CredentialForm
from netzwart.network.polling.access_checking import AccessChecker
from netzwart.network.profiles.loading import Knowledge
from netzwart.network.protocols.ssh import NetmikoWire, open_ssh_wire
from netzwart.network.tables import AccessCheck, HostKey, Node
from netzwart.secrets import SecretBox, new_key
from tests.cast import Cast
from tests.client import Site
from tests.network.place import Place
from tests.network.shells import ENABLE, OUTPUTS, PASSWORD, USER, DeviceShell
from tests.network.simulated_switch import Switch, SwitchWire

LIST = "/netz/zugangsdaten"


@dataclass
class Bench:
    place: Place
    shell: NetmikoWire
    device: DeviceShell
    ssh_id: int

    async def work(self) -> str:
        """Make the checks that are open, and return what the last one came to."""
        checker = AccessChecker(self.place.database, self.place.box, Knowledge({}, {}),
                                self.place.wire, lambda: self.shell)  # fmt: skip
        for row in await self.place.rows(AccessCheck):
            if row["outcome"] is None:
                await checker.run(row["id"])
        return str((await self.place.rows(AccessCheck))[-1]["outcome"])


@pytest.fixture
async def bench(database: Database, cast: Cast) -> AsyncGenerator[Bench]:
    box, device, shell = SecretBox(new_key()), DeviceShell(OUTPUTS), open_ssh_wire(2)
    await device.start()
    snmp = CredentialForm(name="lesen", kind="snmp_v2c", community=SecretStr("geheim-lesen"))
    ssh = CredentialForm(name="shell", kind="ssh", user_name=USER, password=SecretStr(PASSWORD),
                         enable_secret=SecretStr(ENABLE))  # fmt: skip
    async with database.session() as session:
        first = await store_credential(session, box, snmp)
        second = await store_credential(session, box, ssh)
    place = Place(database, box, cast.school.id, first.id, SwitchWire({}))
    yield Bench(place, shell, device, second.id)
    await shell.close()
    await device.close()


async def test_snmp_access_is_tried_and_told(bench: Bench, site: Site, cast: Cast):
    browser, switch = site.as_(cast.admin), Switch(name="gym <b>")
    credential_id = bench.place.credential_id
    assert (await browser.post(f"{LIST}/{credential_id}/pruefen")).status_code == 409
    await bench.place.add("10.0.0.1", switch)
    assert (await browser.post(f"{LIST}/{credential_id}/pruefen")).status_code == 303
    assert (await browser.post(f"{LIST}/{credential_id}/pruefen")).status_code == 303
    assert len(await bench.place.rows(AccessCheck)) == 1, "clicking twice tries once"
    assert "läuft" in (await browser.get(LIST)).text
    assert await bench.work() == "opened"
    page = (await browser.get(LIST)).text
    assert "Zugang funktioniert" in page
    assert "meldet sich als gym &lt;b&gt;" in page
    for make_it, outcome, words in (
        ({"refuses": True}, "authentication_failed", "Zugangsdaten abgelehnt"),
        ({"is_silent": True}, "no_answer", "Keine Antwort"),
    ):
        bench.place.wire.switches["10.0.0.1:161"] = replace(switch, **make_it)
        await browser.post(f"{LIST}/{credential_id}/pruefen")
        assert await bench.work() == outcome
        assert words in (await browser.get(LIST)).text


async def test_ssh_key_is_shown_accepted_and_then_opens(bench: Bench, site: Site, cast: Cast):
    browser, place = site.as_(cast.admin), bench.place
    node_id = await place.add("127.0.0.1", None, ssh_port=bench.device.port,
                              ssh_credential_id=bench.ssh_id, credential_id=None)  # fmt: skip
    await browser.post(f"{LIST}/{bench.ssh_id}/pruefen")
    assert await bench.work() == "not_usable", "nobody said which platform"
    nodes = table_of(Node)
    async with place.database.session() as session:
        await session.execute(
            update(nodes).where(nodes.c.id == node_id).values(ssh_platform="cisco_ios")
        )
    await browser.post(f"{LIST}/{bench.ssh_id}/pruefen")
    assert await bench.work() == "host_key_unknown"
    assert bench.device.sessions == 0, "no password was sent"
    page = (await browser.get(LIST)).text
    assert bench.device.host_key.get_fingerprint() in page
    accept = re.search(rf'action="({LIST}/schluessel/\d+)"', page)
    assert accept is not None
    assert (await site.as_(cast.technician).post(accept[1])).status_code == 403
    assert (await browser.post(accept[1])).status_code == 303
    await browser.post(f"{LIST}/{bench.ssh_id}/pruefen")
    assert await bench.work() == "opened"
    keys = await place.rows(HostKey)
    assert [(row["accepted_by"], row["line"]) for row in keys] == [
        ("admin", bench.device.key_line())
    ]
    async with place.database.session() as session:
        await session.execute(update(table_of(HostKey)).values(line="ssh-ed25519 AAAA"))
    await browser.post(f"{LIST}/{bench.ssh_id}/pruefen")
    assert await bench.work() == "host_key_changed"
    assert "einen anderen Schlüssel als den angenommenen" in (await browser.get(LIST)).text
    assert PASSWORD not in (await browser.get(LIST)).text


async def test_checks_are_for_those_who_edit_credentials(bench: Bench, site: Site, cast: Cast):
    await bench.place.add("10.0.0.1", Switch())
    for person in (cast.technician, cast.viewer):
        answer = await site.as_(person).post(f"{LIST}/{bench.place.credential_id}/pruefen")
        assert answer.status_code == 403
    browser = site.as_(cast.admin)
    assert (await browser.post(f"{LIST}/4711/pruefen")).status_code == 404
    assert (await browser.post(f"{LIST}/schluessel/4711")).status_code == 404
