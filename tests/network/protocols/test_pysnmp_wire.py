"""pysnmp's wire against a real snmpd: the same answers and the same errors as our own codec's."""

import asyncio
import logging
from collections.abc import AsyncGenerator, Sequence
from dataclasses import replace

import pytest
from pydantic import SecretStr

from netzwart.network.protocols import ber, messages, pysnmp_engine, pysnmp_wire
from netzwart.network.protocols.pysnmp_wire import PysnmpWire
from netzwart.network.protocols.replies import (
    AuthenticationFailedError,
    EndlessTableError,
    Index,
    MalformedReplyError,
    NoAnswerError,
    Oid,
    RefusedError,
    SnmpTarget,
    SnmpVersion,
)
from netzwart.network.protocols.udp_wire import UdpSnmpWire
from tests.network.conftest import USERS, Snmpd, StartAgent
from tests.network.protocols.test_udp_wire import (
    IF_DESCR,
    IF_INDEX,
    LOCALHOST,
    MISSING,
    SYS_DESCR,
    SYS_NAME,
    SYS_OBJECT_ID,
    SYS_UPTIME,
    SYSTEM,
    answer_with,
    target_at,
)

SYS_OR_ID = Oid("1.3.6.1.2.1.1.9.1.2")
IF_TYPE = Oid("1.3.6.1.2.1.2.2.1.3")
IF_SPEED = Oid("1.3.6.1.2.1.2.2.1.5")
IF_PHYS_ADDRESS = Oid("1.3.6.1.2.1.2.2.1.6")
IP_ADDRESS = Oid("1.3.6.1.2.1.4.20.1.1")
NOWHERE = Oid("1.3.6.1.2.1.99")
LEVELS = [SnmpVersion.V1, SnmpVersion.V2C, *USERS]


@pytest.fixture
async def legacy() -> AsyncGenerator[PysnmpWire]:
    opened = PysnmpWire()
    yield opened
    await opened.close()


def target_of(snmpd: Snmpd, level: str) -> SnmpTarget:
    if level == SnmpVersion.V1:
        return snmpd.v1()
    return snmpd.v2c() if level == SnmpVersion.V2C else snmpd.v3(level)


@pytest.mark.parametrize("level", LEVELS)
async def test_both_wires_read_the_same_from_net_snmp(
    snmpd: Snmpd, wire: UdpSnmpWire, legacy: PysnmpWire, level: str
):
    target = target_of(snmpd, level)
    wanted = [SYS_DESCR, SYS_OBJECT_ID, SYS_NAME, MISSING]
    ours = await wire.get(target, wanted)
    theirs = await legacy.get(target, wanted)
    assert dict(theirs) == dict(ours)
    assert theirs[SYS_NAME] == b"netzwart-test"
    assert isinstance((await legacy.get(target, [SYS_UPTIME]))[SYS_UPTIME], int)
    columns = [IF_INDEX, IF_DESCR, IF_TYPE, IF_SPEED, IF_PHYS_ADDRESS, IP_ADDRESS, SYS_OR_ID]
    walked = await legacy.walk(target, [*columns, NOWHERE])
    assert walked == await wire.walk(target, [*columns, NOWHERE])
    assert b"lo" in walked[IF_DESCR].values()
    assert bytes((127, 0, 0, 1)) in walked[IP_ADDRESS].values()
    assert walked[NOWHERE] == {}


async def test_walk_of_a_subtree_reads_all_of_it(snmpd: Snmpd, legacy: PysnmpWire):
    for target in (snmpd.v1(), snmpd.v3("md5des")):
        table = await legacy.walk(target, [SYSTEM])
        assert table[SYSTEM][Index("5.0")] == b"netzwart-test"
        assert len(table[SYSTEM]) > 20


async def test_ipv6_agent_answers(snmpd: Snmpd, legacy: PysnmpWire):
    for target in (replace(snmpd.v1(), host="::1"), snmpd.v3("md5des", host="::1")):
        assert (await legacy.get(target, [SYS_NAME]))[SYS_NAME] == b"netzwart-test"


async def test_v1_leaves_out_what_is_missing_among_many(snmpd: Snmpd, legacy: PysnmpWire):
    wanted = [Oid(f"1.3.6.1.2.1.1.200.{number}") for number in range(30)]
    assert list(await legacy.get(snmpd.v1(), [*wanted, SYS_NAME])) == [SYS_NAME]


async def test_many_questions_at_once_find_their_answers(snmpd: Snmpd, legacy: PysnmpWire):
    targets = [snmpd.v1(), snmpd.v3("md5des"), snmpd.v2c("::1")] * 10
    answers = await asyncio.gather(*(legacy.get(target, [SYS_NAME]) for target in targets))
    assert [answer[SYS_NAME] for answer in answers] == [b"netzwart-test"] * 30


async def test_silence_is_told(legacy: PysnmpWire, snmpd: Snmpd, scripted_agent: StartAgent):
    port, agent = await scripted_agent(lambda _: [])
    for version in (SnmpVersion.V1, SnmpVersion.V2C):
        target = replace(target_at(port), version=version, retries=1)
        with pytest.raises(NoAnswerError, match="2 attempts"):
            await legacy.get(target, [SYS_NAME])
    assert agent.asked == 4
    with pytest.raises(NoAnswerError):
        await legacy.get(replace(snmpd.v3("md5des"), port=port, timeout_s=0.2), [SYS_NAME])
    with pytest.raises(NoAnswerError, match="no address"):
        await legacy.get(target_at(161, host="gibt.es.invalid"), [SYS_NAME])


async def test_wrong_keys_are_told_apart(snmpd: Snmpd, legacy: PysnmpWire):
    wrong = "falscher-schluessel"
    with pytest.raises(AuthenticationFailedError, match="authentication key") as caught:
        await legacy.get(snmpd.v3("md5des", auth_key=wrong), [SYS_NAME])
    assert wrong not in repr(caught.value)
    with pytest.raises(AuthenticationFailedError, match="privacy key"):
        await legacy.get(snmpd.v3("md5des", privacy_key=wrong), [SYS_NAME])
    with pytest.raises(AuthenticationFailedError, match="unknown user"):
        await legacy.get(replace(snmpd.v3("md5des"), user="niemand"), [SYS_NAME])
    low = replace(snmpd.v3("md5des"), privacy=None, privacy_key=None)
    with pytest.raises((AuthenticationFailedError, RefusedError)):
        await legacy.get(low, [SYS_NAME])


async def test_missing_credential_is_told(legacy: PysnmpWire):
    with pytest.raises(AuthenticationFailedError, match="no community"):
        await legacy.get(replace(target_at(161), community=None), [SYS_NAME])
    with pytest.raises(AuthenticationFailedError, match="no user"):
        await legacy.get(replace(target_at(161), version=SnmpVersion.V3), [SYS_NAME])


async def test_same_user_name_with_other_keys_does_not_disturb(snmpd: Snmpd, legacy: PysnmpWire):
    good = snmpd.v3("md5des")
    bad = snmpd.v3("md5des", auth_key="falscher-schluessel")
    for _ in range(2):
        assert await legacy.get(good, [SYS_NAME])
        with pytest.raises(AuthenticationFailedError):
            await legacy.get(bad, [SYS_NAME])


async def test_engines_are_bounded_and_replaced(
    snmpd: Snmpd, legacy: PysnmpWire, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(pysnmp_wire, "_MAX_ENGINES", 2)
    monkeypatch.setattr(pysnmp_engine, "_MAX_PLACES", 2)
    made: list[pysnmp_engine.PysnmpEngine] = []

    class Counted(pysnmp_engine.PysnmpEngine):
        def __init__(self, credential: pysnmp_engine.Credential) -> None:
            super().__init__(credential)
            made.append(self)

    monkeypatch.setattr(pysnmp_wire, "PysnmpEngine", Counted)
    targets = [snmpd.v1(), snmpd.v2c(), snmpd.v3("md5des")]
    answers = await asyncio.gather(*(legacy.get(target, [SYS_NAME]) for target in targets))
    assert [answer[SYS_NAME] for answer in answers] == [b"netzwart-test"] * 3
    assert [engine.is_closed for engine in made] == [True, False, False]
    for host in (LOCALHOST, "::1", LOCALHOST, "::1"):
        assert await legacy.get(snmpd.v2c(host), [SYS_NAME])
    assert len(made) == 4
    await legacy.close()
    assert all(engine.is_closed for engine in made)


async def test_agent_that_does_not_increase_ends_its_column(
    legacy: PysnmpWire, scripted_agent: StartAgent
):
    names = [f"{IF_DESCR}.{index}" for index in (1, 2, 5, 5, 4, 6)]
    port, agent = await scripted_agent(
        answer_with(lambda _: [(name, ber.encode_octets(b"x")) for name in names])
    )
    table = await legacy.walk(target_at(port), [IF_DESCR])
    assert list(table[IF_DESCR]) == ["1", "2", "5"]
    assert agent.asked == 1


async def test_agent_whose_table_never_ends_is_left(
    legacy: PysnmpWire, scripted_agent: StartAgent, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("netzwart.network.protocols.walking.MAX_VALUES", 200)

    def endless(pdu: messages.Pdu) -> list[tuple[str, bytes]]:
        last = ber.decode_oid(pdu.varbinds[0][0])
        start = int(last.rsplit(".", 1)[1]) + 1 if last != IF_DESCR else 1
        return [
            (f"{IF_DESCR}.{index}", ber.encode_integer(index)) for index in range(start, start + 60)
        ]

    port, agent = await scripted_agent(answer_with(endless))
    with pytest.raises(EndlessTableError):
        await legacy.walk(target_at(port), [IF_DESCR])
    assert agent.asked == 4


async def test_whole_call_has_a_deadline(
    legacy: PysnmpWire, scripted_agent: StartAgent, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("netzwart.network.protocols.walking.MAX_SECONDS", 0.3)
    port, _ = await scripted_agent(lambda _: [])
    with pytest.raises(NoAnswerError, match="not finished"):
        await legacy.get(replace(target_at(port), timeout_s=60), [SYS_NAME])


async def test_refusal_names_the_status(legacy: PysnmpWire, scripted_agent: StartAgent):
    port, _ = await scripted_agent(answer_with(lambda _: [], status=16))
    with pytest.raises(RefusedError, match="authorizationError"):
        await legacy.get(target_at(port), [SYS_NAME])


async def test_octets_that_pysnmp_crashes_on_are_malformed_and_not_logged(
    legacy: PysnmpWire, scripted_agent: StartAgent, caplog: pytest.LogCaptureFixture
):
    def counter64_by_v1(data: bytes) -> Sequence[bytes]:
        question = messages.decode_message(data)
        assert isinstance(question, messages.CommunityMessage)
        binding = ber.encode_tlv(
            ber.SEQUENCE, ber.encode_oid(SYS_NAME) + ber.encode_integer(1, ber.COUNTER64)
        )
        pdu = messages.encode_pdu(messages.RESPONSE, question.pdu.request_id, 0, 0, binding)
        return [messages.encode_community_message(messages.VERSION_1, b"public", pdu)]

    garbage = [b"", b"\x30\x84\xff\xff\xff\xff", b"\x30" * 4000, bytes(300)]
    with caplog.at_level(logging.DEBUG):
        for answer in (counter64_by_v1, lambda data: [*garbage, data[:9]]):
            port, _ = await scripted_agent(answer)
            target = replace(target_at(port), version=SnmpVersion.V1)
            with pytest.raises(MalformedReplyError):
                await legacy.get(target, [SYS_NAME])
            good, _ = await scripted_agent(
                answer_with(lambda _: [(SYS_NAME, ber.encode_octets(b"a"))])
            )
            assert await legacy.get(target_at(good), [SYS_NAME]) == {SYS_NAME: b"a"}
    assert "public" not in caplog.text


async def test_answer_from_another_address_does_not_count(legacy: PysnmpWire):
    loop = asyncio.get_running_loop()
    forger, _ = await loop.create_datagram_endpoint(
        asyncio.DatagramProtocol, local_addr=(LOCALHOST, 0)
    )

    class Relay(asyncio.DatagramProtocol):
        def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
            reply = answer_with(lambda _: [(SYS_NAME, ber.encode_octets(b"forged"))])(data)[0]
            forger.sendto(reply, addr)

    relay, _ = await loop.create_datagram_endpoint(Relay, local_addr=(LOCALHOST, 0))
    port = relay.get_extra_info("sockname")[1]
    with pytest.raises(NoAnswerError):
        await legacy.get(target_at(port), [SYS_NAME])
    relay.close()
    forger.close()
    await asyncio.sleep(0)


async def test_unasked_values_are_ignored(legacy: PysnmpWire, scripted_agent: StartAgent):
    pairs = [(SYS_NAME, ber.encode_octets(b"a")), (SYS_DESCR, ber.encode_octets(b"b"))]
    port, _ = await scripted_agent(answer_with(lambda _: pairs))
    assert await legacy.get(target_at(port), [SYS_NAME]) == {SYS_NAME: b"a"}


async def test_community_of_any_letters_is_sent_as_it_is(
    legacy: PysnmpWire, scripted_agent: StartAgent
):
    heard: list[bytes] = []

    def answer(data: bytes) -> Sequence[bytes]:
        question = messages.decode_message(data)
        assert isinstance(question, messages.CommunityMessage)
        heard.append(question.community)
        return []

    port, _ = await scripted_agent(answer)
    with pytest.raises(NoAnswerError):
        await legacy.get(replace(target_at(port), community=SecretStr("schlüssel ")), [SYS_NAME])
    assert heard == ["schlüssel ".encode()]
