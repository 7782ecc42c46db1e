import asyncio
from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest
from pydantic import SecretStr

from netzwart.network.protocols import ber, messages
from netzwart.network.protocols.replies import (
    AuthenticationFailedError,
    Index,
    MalformedReplyError,
    NoAnswerError,
    Oid,
    RefusedError,
    SnmpTarget,
)
from netzwart.network.protocols.udp_wire import UdpSnmpWire
from tests.network.conftest import Answer, Snmpd, StartAgent

SYS_DESCR = Oid("1.3.6.1.2.1.1.1.0")
SYS_OBJECT_ID = Oid("1.3.6.1.2.1.1.2.0")
SYS_UPTIME = Oid("1.3.6.1.2.1.1.3.0")
SYS_NAME = Oid("1.3.6.1.2.1.1.5.0")
MISSING = Oid("1.3.6.1.2.1.1.99.0")
IF_DESCR = Oid("1.3.6.1.2.1.2.2.1.2")
IF_INDEX = Oid("1.3.6.1.2.1.2.2.1.1")
SYSTEM = Oid("1.3.6.1.2.1.1")
LOCALHOST = "127.0.0.1"

MakeBindings = Callable[[messages.Pdu], Sequence[tuple[str, bytes]]]


def target_at(port: int, host: str = LOCALHOST) -> SnmpTarget:
    return SnmpTarget(host, port, community=SecretStr("public"), timeout_s=0.3, retries=0)


async def test_v1_agent_answers_and_what_it_lacks_is_absent(snmpd: Snmpd, wire: UdpSnmpWire):
    values = await wire.get(snmpd.v1(), [SYS_NAME, MISSING, SYS_UPTIME])
    assert values[SYS_NAME] == b"netzwart-test"
    assert isinstance(values[SYS_UPTIME], int)
    assert MISSING not in values


async def test_v2c_agent_answers_with_plain_values(snmpd: Snmpd, wire: UdpSnmpWire):
    values = await wire.get(snmpd.v2c(), [SYS_DESCR, SYS_OBJECT_ID, SYS_UPTIME, MISSING])
    assert values[SYS_DESCR] == b"Netzwart test agent"
    assert str(values[SYS_OBJECT_ID]).startswith("1.3.6.1.4.1.8072.")
    assert isinstance(values[SYS_UPTIME], int)
    assert MISSING not in values


async def test_ipv6_agent_answers(snmpd: Snmpd, wire: UdpSnmpWire):
    assert (await wire.get(snmpd.v2c("::1"), [SYS_NAME]))[SYS_NAME] == b"netzwart-test"
    secure = snmpd.v3("sha256aes", host="::1")
    assert (await wire.get(secure, [SYS_NAME]))[SYS_NAME] == b"netzwart-test"


async def test_host_name_is_resolved(snmpd: Snmpd, wire: UdpSnmpWire):
    target = snmpd.v2c("localhost")
    assert (await wire.get(target, [SYS_NAME]))[SYS_NAME] == b"netzwart-test"


@pytest.mark.parametrize(
    "user",
    [
        "md5des",
        "sha1aes",
        "sha224aes",
        "sha256aes",
        "sha384aes192",
        "sha512aes256",
        "sha1aes256",
        "sha256only",
    ],
)
async def test_v3_agent_answers_every_protocol(snmpd: Snmpd, wire: UdpSnmpWire, user: str):
    values = await wire.get(snmpd.v3(user), [SYS_NAME, SYS_UPTIME])
    assert values[SYS_NAME] == b"netzwart-test"


async def test_walk_gives_the_same_by_every_version(snmpd: Snmpd, wire: UdpSnmpWire):
    targets = (snmpd.v1(), snmpd.v2c(), snmpd.v3("sha256aes"))
    tables = [await wire.walk(target, [IF_INDEX, IF_DESCR]) for target in targets]
    assert tables[0] == tables[1] == tables[2]
    indexes = list(tables[0][IF_INDEX])
    assert indexes == [str(value) for value in tables[0][IF_INDEX].values()]
    assert b"lo" in tables[0][IF_DESCR].values()


async def test_walk_of_a_subtree_reads_all_of_it_and_nothing_else(snmpd: Snmpd, wire: UdpSnmpWire):
    table = await wire.walk(snmpd.v2c(), [SYSTEM, Oid("1.3.6.1.2.1.99")])
    assert table[SYSTEM][Index("5.0")] == b"netzwart-test"
    assert len(table[SYSTEM]) > 20  # sysORTable is longer than one packet
    assert table[Oid("1.3.6.1.2.1.99")] == {}


async def test_hundred_oids_are_split_over_packets(snmpd: Snmpd, wire: UdpSnmpWire):
    wanted = [SYS_NAME] + [Oid(f"1.3.6.1.2.1.1.200.{number}") for number in range(100)]
    assert list(await wire.get(snmpd.v2c(), wanted)) == [SYS_NAME]
    assert list(await wire.get(snmpd.v1(), wanted[:30])) == [SYS_NAME]


async def test_many_questions_at_once_find_their_answers(snmpd: Snmpd, wire: UdpSnmpWire):
    targets = [snmpd.v2c(), snmpd.v3("sha256aes"), snmpd.v3("md5des")] * 20
    answers = await asyncio.gather(*(wire.get(target, [SYS_NAME]) for target in targets))
    assert [answer[SYS_NAME] for answer in answers] == [b"netzwart-test"] * 60


async def test_wrong_community_is_silence(snmpd: Snmpd, wire: UdpSnmpWire):
    with pytest.raises(NoAnswerError, match="2 attempts"):
        await wire.get(snmpd.v2c(community="falsch"), [SYS_NAME])


async def test_closed_port_is_silence(wire: UdpSnmpWire, scripted_agent: StartAgent):
    port, _ = await scripted_agent(lambda _: [])
    with pytest.raises(NoAnswerError):
        await wire.get(target_at(port), [SYS_NAME])


async def test_unknown_host_name_is_silence(wire: UdpSnmpWire):
    with pytest.raises(NoAnswerError, match="no address"):
        await wire.get(target_at(161, host="gibt.es.invalid"), [SYS_NAME])


async def test_wrong_authentication_key_is_told_apart(snmpd: Snmpd, wire: UdpSnmpWire):
    with pytest.raises(AuthenticationFailedError, match="authentication key"):
        await wire.get(snmpd.v3("sha256aes", auth_key="falscher-schluessel"), [SYS_NAME])


async def test_unknown_user_is_told_apart(snmpd: Snmpd, wire: UdpSnmpWire):
    with pytest.raises(AuthenticationFailedError, match="unknown user"):
        await wire.get(snmpd.v3("niemand"), [SYS_NAME])


@pytest.mark.parametrize("user", ["md5des", "sha256aes", "sha1aes256"])
async def test_wrong_privacy_key_is_told_apart(snmpd: Snmpd, wire: UdpSnmpWire, user: str):
    with pytest.raises(AuthenticationFailedError, match="privacy key"):
        await wire.get(snmpd.v3(user, privacy_key="falscher-schluessel"), [SYS_NAME])


async def test_too_low_security_level_is_told_apart(snmpd: Snmpd, wire: UdpSnmpWire):
    target = replace(snmpd.v3("sha256aes"), privacy=None, privacy_key=None)
    with pytest.raises((AuthenticationFailedError, RefusedError)):
        await wire.get(target, [SYS_NAME])


async def test_same_user_name_with_other_keys_does_not_disturb(snmpd: Snmpd, wire: UdpSnmpWire):
    good = snmpd.v3("sha256aes")
    bad = snmpd.v3("sha256aes", auth_key="falscher-schluessel")
    for _ in range(2):
        assert await wire.get(good, [SYS_NAME])
        with pytest.raises(AuthenticationFailedError):
            await wire.get(bad, [SYS_NAME])


async def test_error_text_holds_no_secret(snmpd: Snmpd, wire: UdpSnmpWire):
    with pytest.raises(AuthenticationFailedError) as caught:
        await wire.get(snmpd.v3("sha256aes", auth_key="sehr-geheim-123"), [SYS_NAME])
    assert "sehr-geheim" not in repr(caught.value)
    with pytest.raises(NoAnswerError) as silent:
        await wire.get(snmpd.v2c(community="sehr-geheim-123"), [SYS_NAME])
    assert "sehr-geheim" not in repr(silent.value)


def answer_with(make: MakeBindings, status: int = 0, index: int = 0) -> Answer:
    """Return an agent's function that answers each question with the bindings `make` gives."""

    def answer(data: bytes) -> Sequence[bytes]:
        question = messages.decode_message(data)
        assert isinstance(question, messages.CommunityMessage)
        bindings = b"".join(
            ber.encode_tlv(ber.SEQUENCE, ber.encode_oid(name) + value)
            for name, value in make(question.pdu)
        )
        pdu = messages.encode_pdu(
            messages.RESPONSE, question.pdu.request_id, status, index, bindings
        )
        return [messages.encode_community_message(1, b"public", pdu)]

    return answer


async def test_agent_that_does_not_increase_ends_its_column(
    wire: UdpSnmpWire, scripted_agent: StartAgent
):
    names = [f"{IF_DESCR}.{index}" for index in (1, 2, 5, 5, 4, 6)]
    port, agent = await scripted_agent(
        answer_with(lambda _: [(name, ber.encode_octets(b"x")) for name in names])
    )
    table = await wire.walk(target_at(port), [IF_DESCR])
    assert list(table[IF_DESCR]) == ["1", "2", "5"]
    assert agent.asked == 1


async def test_agent_whose_table_never_ends_is_left(
    wire: UdpSnmpWire, scripted_agent: StartAgent, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("netzwart.network.protocols.walking.MAX_VALUES", 500)

    def endless(pdu: messages.Pdu) -> list[tuple[str, bytes]]:
        last = ber.decode_oid(pdu.varbinds[0][0])
        start = int(last.rsplit(".", 1)[1]) + 1 if last != IF_DESCR else 1
        return [
            (f"{IF_DESCR}.{index}", ber.encode_integer(index)) for index in range(start, start + 60)
        ]

    port, agent = await scripted_agent(answer_with(endless))
    with pytest.raises(MalformedReplyError, match="does not end"):
        await wire.walk(target_at(port), [IF_DESCR])
    assert agent.asked < 20


async def test_too_big_is_answered_with_a_smaller_question(
    wire: UdpSnmpWire, scripted_agent: StartAgent
):
    sizes: list[int] = []

    def answer(data: bytes) -> Sequence[bytes]:
        question = messages.decode_message(data)
        assert isinstance(question, messages.CommunityMessage)
        pdu = question.pdu
        sizes.append(pdu.error_index * len(pdu.varbinds))
        if sizes[-1] > 8:
            return answer_with(lambda _: [], status=1)(data)
        return answer_with(lambda _: [("1.3.9.1", ber.encode_integer(1))] * len(pdu.varbinds))(data)

    port, _ = await scripted_agent(answer)
    assert await wire.walk(target_at(port), [IF_INDEX, IF_DESCR]) == {IF_INDEX: {}, IF_DESCR: {}}
    assert sizes[0] > 8 >= sizes[-1]


async def test_refusal_names_the_status(wire: UdpSnmpWire, scripted_agent: StartAgent):
    port, _ = await scripted_agent(answer_with(lambda _: [], status=16))
    with pytest.raises(RefusedError, match="authorizationError"):
        await wire.get(target_at(port), [SYS_NAME])
    with pytest.raises(RefusedError, match="authorizationError"):
        await wire.walk(target_at(port), [IF_DESCR])


async def test_empty_answer_ends_the_walk(wire: UdpSnmpWire, scripted_agent: StartAgent):
    port, agent = await scripted_agent(answer_with(lambda _: []))
    assert await wire.walk(target_at(port), [IF_DESCR]) == {IF_DESCR: {}}
    assert agent.asked == 1


async def test_garbage_is_silence_and_unfit_values_are_malformed(
    wire: UdpSnmpWire, scripted_agent: StartAgent
):
    port, _ = await scripted_agent(lambda data: [b"", b"\x30\x84\xff\xff\xff\xff", data[:9], data])
    with pytest.raises(MalformedReplyError):  # our own question sent back is no response
        await wire.get(target_at(port), [SYS_NAME])
    huge = ber.encode_tlv(ber.INTEGER, bytes(40))
    port, _ = await scripted_agent(answer_with(lambda _: [(SYS_NAME, huge)]))
    with pytest.raises(MalformedReplyError):
        await wire.get(target_at(port), [SYS_NAME])


async def test_answer_from_another_address_does_not_count(wire: UdpSnmpWire):
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
        await wire.get(target_at(port), [SYS_NAME])
    relay.close()
    forger.close()
    await asyncio.sleep(0)


async def test_unasked_values_are_ignored(wire: UdpSnmpWire, scripted_agent: StartAgent):
    pairs = [(SYS_NAME, ber.encode_octets(b"a")), (SYS_DESCR, ber.encode_octets(b"b"))]
    port, _ = await scripted_agent(answer_with(lambda _: pairs))
    assert await wire.get(target_at(port), [SYS_NAME]) == {SYS_NAME: b"a"}
