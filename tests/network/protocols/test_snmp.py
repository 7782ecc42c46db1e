"""Which wire asks which agent, seen by what each of them was asked."""

from collections.abc import AsyncGenerator, Mapping, Sequence
from dataclasses import replace

import pytest
from pyasn1.codec.ber import encoder
from pyasn1.type import univ

from netzwart.network.protocols import ber, snmp
from netzwart.network.protocols.datagrams import Endpoint
from netzwart.network.protocols.engines import Engine
from netzwart.network.protocols.pysnmp_wire import PysnmpWire
from netzwart.network.protocols.replies import (
    AuthenticationFailedError,
    AuthProtocol,
    EndlessTableError,
    Index,
    MalformedReplyError,
    NoAnswerError,
    Oid,
    PrivacyProtocol,
    SnmpTarget,
    SnmpValue,
    SnmpVersion,
    WireError,
)
from netzwart.network.protocols.snmp import ChoosingWire, ClosableSnmpWire, open_snmp_wire
from netzwart.network.protocols.udp_wire import UdpSnmpWire
from tests.network.conftest import Snmpd, StartAgent
from tests.network.protocols.test_udp_wire import (
    IF_DESCR,
    SYS_NAME,
    SYS_OBJECT_ID,
    answer_with,
    target_at,
)

HUGE = Oid("1.3.6.1.4.1.99999.18446744073709551615")
HOUR = 3600.0


class WatchedWire:
    """A wire that keeps account of whom it asked; `failure` is raised instead, if given."""

    def __init__(self, inner: ClosableSnmpWire, failure: WireError | None = None) -> None:
        self.inner = inner
        self.failure = failure
        self.asked: list[SnmpTarget] = []
        self.is_closed = False

    def engine_at(self, endpoint: Endpoint) -> Engine | None:
        del endpoint
        return None

    async def get(self, target: SnmpTarget, oids: Sequence[Oid]) -> Mapping[Oid, SnmpValue]:
        self.note(target)
        return await self.inner.get(target, oids)

    async def walk(
        self, target: SnmpTarget, columns: Sequence[Oid]
    ) -> Mapping[Oid, Mapping[Index, SnmpValue]]:
        self.note(target)
        return await self.inner.walk(target, columns)

    async def close(self) -> None:
        self.is_closed = True
        await self.inner.close()

    def note(self, target: SnmpTarget) -> None:
        self.asked.append(target)
        if self.failure is not None:
            raise self.failure


class Watch:
    """A choosing wire between two watched ones, with a clock that stands until it is set."""

    def __init__(self) -> None:
        self.now = 0.0
        self.own = WatchedWire(UdpSnmpWire())
        self.pysnmp = WatchedWire(PysnmpWire())
        self.opened = 0
        self.wire = ChoosingWire(self.own, self._open, lambda: self.now)

    def _open(self) -> ClosableSnmpWire:
        self.opened += 1
        return self.pysnmp

    def asked(self) -> tuple[int, int]:
        """Return how often our codec and pysnmp were asked since the last time."""
        counts = len(self.own.asked), len(self.pysnmp.asked)
        self.own.asked.clear()
        self.pysnmp.asked.clear()
        return counts


@pytest.fixture
async def watch() -> AsyncGenerator[Watch]:
    watch = Watch()
    yield watch
    await watch.wire.close()
    await watch.pysnmp.close()


async def with_huge_object_id(start: StartAgent) -> SnmpTarget:
    """Start an agent whose sysObjectID no RFC allows: pysnmp reads it, our codec refuses."""
    port, _ = await start(
        answer_with(lambda _: [(SYS_OBJECT_ID, encoder.encode(univ.ObjectIdentifier(HUGE)))])
    )
    return target_at(port)


async def test_old_versions_and_ciphers_are_asked_by_pysnmp(snmpd: Snmpd, watch: Watch):
    md5des = snmpd.v3("md5des")
    old = [snmpd.v1(), md5des, replace(snmpd.v1(), host="::1"), replace(md5des, host="::1")]
    for target in old:
        assert (await watch.wire.get(target, [SYS_NAME]))[SYS_NAME] == b"netzwart-test"
        assert b"lo" in (await watch.wire.walk(target, [IF_DESCR]))[IF_DESCR].values()
        assert watch.asked() == (0, 2)
    assert watch.opened == 1


async def test_everything_else_is_asked_by_our_own_codec(snmpd: Snmpd, watch: Watch):
    new = [snmpd.v2c(), snmpd.v2c("::1"), snmpd.v3("sha256aes"), snmpd.v3("sha256only")]
    for target in new:
        assert (await watch.wire.get(target, [SYS_NAME]))[SYS_NAME] == b"netzwart-test"
        assert b"lo" in (await watch.wire.walk(target, [IF_DESCR]))[IF_DESCR].values()
        assert watch.asked() == (2, 0)
    assert watch.opened == 0


def test_what_counts_as_legacy():
    v3 = SnmpTarget("10.0.0.1", version=SnmpVersion.V3, user="u", auth=AuthProtocol.SHA256)
    assert not snmp.is_legacy(v3)
    assert snmp.is_legacy(replace(v3, auth=AuthProtocol.MD5))
    assert snmp.is_legacy(replace(v3, privacy=PrivacyProtocol.DES))
    assert not snmp.is_legacy(SnmpTarget("fe80::1%eth0", version=SnmpVersion.V1))


async def test_silence_and_wrong_keys_are_told_by_either_wire(
    snmpd: Snmpd, watch: Watch, scripted_agent: StartAgent
):
    port, _ = await scripted_agent(lambda _: [])
    for version, counts in ((SnmpVersion.V1, (0, 1)), (SnmpVersion.V2C, (1, 0))):
        with pytest.raises(NoAnswerError):
            await watch.wire.get(replace(target_at(port), version=version), [SYS_NAME])
        assert watch.asked() == counts
    for user, counts in (("md5des", (0, 1)), ("sha256aes", (1, 0))):
        with pytest.raises(AuthenticationFailedError, match="authentication key"):
            await watch.wire.get(snmpd.v3(user, auth_key="falscher-schluessel"), [SYS_NAME])
        assert watch.asked() == counts


async def test_agent_that_our_codec_refuses_is_read_by_pysnmp_for_an_hour(
    watch: Watch, scripted_agent: StartAgent
):
    target = await with_huge_object_id(scripted_agent)
    with pytest.raises(MalformedReplyError):
        await watch.own.inner.get(target, [SYS_OBJECT_ID])
    for counts in ((1, 1), (0, 1), (0, 1)):
        assert await watch.wire.get(target, [SYS_OBJECT_ID]) == {SYS_OBJECT_ID: HUGE}
        assert watch.asked() == counts
    watch.now = HOUR + 1
    assert await watch.wire.get(target, [SYS_OBJECT_ID]) == {SYS_OBJECT_ID: HUGE}
    assert watch.asked() == (1, 1)


async def test_fallback_is_of_one_port_only(snmpd: Snmpd, watch: Watch, scripted_agent: StartAgent):
    await watch.wire.get(await with_huge_object_id(scripted_agent), [SYS_OBJECT_ID])
    watch.asked()
    await watch.wire.get(snmpd.v2c(), [SYS_NAME])
    assert watch.asked() == (1, 0)


async def test_length_of_indefinite_form_is_read_by_pysnmp(
    watch: Watch, scripted_agent: StartAgent
):
    def answer(data: bytes) -> Sequence[bytes]:
        definite = answer_with(lambda _: [(SYS_NAME, ber.encode_octets(b"a"))])(data)[0]
        assert definite[1] < 0x80
        return [b"\x30\x80" + definite[2:] + b"\x00\x00"]

    port, _ = await scripted_agent(answer)
    assert await watch.wire.get(target_at(port), [SYS_NAME]) == {SYS_NAME: b"a"}
    assert watch.asked() == (1, 1)


async def test_agent_that_nobody_can_read_is_asked_once_by_pysnmp(
    watch: Watch, scripted_agent: StartAgent
):
    huge = ber.encode_tlv(ber.INTEGER, bytes(40))
    port, _ = await scripted_agent(answer_with(lambda _: [(SYS_NAME, huge)]))
    watch.pysnmp.failure = NoAnswerError("not to be seen")
    for counts in ((1, 1), (1, 0)):
        with pytest.raises(MalformedReplyError):
            await watch.wire.get(target_at(port), [SYS_NAME])
        assert watch.asked() == counts


async def test_garbage_is_malformed_and_not_silence(watch: Watch, scripted_agent: StartAgent):
    port, _ = await scripted_agent(lambda data: [data[:9]])
    with pytest.raises(MalformedReplyError, match="not readable"):
        await watch.wire.get(target_at(port), [SYS_NAME])
    assert watch.asked() == (1, 1)


async def test_endless_table_is_not_read_twice(watch: Watch, snmpd: Snmpd):
    watch.own.failure = EndlessTableError("the table does not end")
    with pytest.raises(EndlessTableError):
        await watch.wire.walk(snmpd.v2c(), [IF_DESCR])
    assert watch.asked() == (1, 0)


async def test_memory_of_odd_agents_is_bounded(
    watch: Watch, monkeypatch: pytest.MonkeyPatch, scripted_agent: StartAgent
):
    monkeypatch.setattr(snmp, "_MAX_REMEMBERED", 2)
    targets = [await with_huge_object_id(scripted_agent) for _ in range(3)]
    for target in targets:
        await watch.wire.get(target, [SYS_OBJECT_ID])
    watch.asked()
    await watch.wire.get(targets[2], [SYS_OBJECT_ID])
    assert watch.asked() == (0, 1)
    await watch.wire.get(targets[0], [SYS_OBJECT_ID])
    assert watch.asked() == (1, 1)


async def test_the_door_opens_both_and_closes_both(snmpd: Snmpd):
    wire = open_snmp_wire()
    assert (await wire.get(snmpd.v2c(), [SYS_NAME]))[SYS_NAME] == b"netzwart-test"
    assert (await wire.get(snmpd.v1(), [SYS_NAME]))[SYS_NAME] == b"netzwart-test"
    await wire.close()
    watched = WatchedWire(UdpSnmpWire())
    other = WatchedWire(PysnmpWire())
    chooser = ChoosingWire(watched, lambda: other)
    await chooser.close()
    assert watched.is_closed
    assert not other.is_closed  # nobody needed it, so nobody opened it
    await other.close()
