"""The fast wire against agents that behave and agents that do not; values as pysnmp reads them."""

import asyncio
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence

import pytest
from pydantic import SecretStr

from netzwart.network.polling.probing import probe_with_table
from netzwart.network.polling.standard_tables import INTERFACE_COLUMNS
from netzwart.network.polling.status_sheets import SCALARS, sheet_of
from netzwart.network.protocols import ber
from netzwart.network.protocols.fleet_agents import FleetAgent, Outcome, Pace, Scope
from netzwart.network.protocols.pysnmp_wire import PysnmpWire
from netzwart.network.protocols.replies import Index, Oid, SnmpTarget
from netzwart.network.protocols.sheets import Block, Sheet
from netzwart.network.protocols.snmp import ChoosingWire, open_snmp_wire
from tests.network.conftest import Snmpd
from tests.network.odd_agent import COUNTER64, IF, IFX, OddAgent, start_odd_agent, switch_values

QUICK = Pace(timeout_s=0.3, retries=1, deadline_s=3.0)


@pytest.fixture
async def wire() -> AsyncGenerator[ChoosingWire]:
    opened = open_snmp_wire()
    yield opened
    await opened.close()


StartOdd = Callable[..., Awaitable[OddAgent]]


@pytest.fixture
async def odd() -> AsyncGenerator[StartOdd]:
    agents: list[OddAgent] = []

    async def start(**manners: object) -> OddAgent:
        agents.append(await start_odd_agent(**manners))  # type: ignore[arg-type]
        return agents[-1]

    yield start
    for agent in agents:
        agent.transport.close()
    await asyncio.sleep(0)


def target_of(agent: OddAgent, host: str = "127.0.0.1") -> SnmpTarget:
    return SnmpTarget(host, agent.port, community=SecretStr("public"), timeout_s=0.3)


async def learned(wire: ChoosingWire, target: SnmpTarget, pace: Pace = QUICK) -> FleetAgent:
    """Return the agent as the general wire learns it."""
    reading, table = await probe_with_table(target, wire, with_components=False)
    assert reading.error is None, reading.error_text
    assert table is not None
    sheet, place = sheet_of(table), await wire.fleet_place(target)
    assert sheet is not None
    assert place is not None
    return FleetAgent(place.endpoint, place.envelope, sheet, pace)


async def expect_same_as_pysnmp(agent: FleetAgent, target: SnmpTarget) -> None:
    oracle = PysnmpWire()
    try:
        scalars = await oracle.get(target, SCALARS)
        columns = [column for block in agent.sheet.blocks for column in block.columns]
        table = await oracle.walk(target, columns)
    finally:
        await oracle.close()
    assert agent.scalars() == scalars
    own = agent.table()
    assert own == table
    assert [list(own[column]) for column in own] == [list(table[column]) for column in own]


async def test_values_are_those_that_pysnmp_reads(wire: ChoosingWire, odd: StartOdd):
    switch = await odd()
    target = target_of(switch)
    agent = await learned(wire, target)
    for step in range(4):
        assert await wire.fleet.ask(agent) is Outcome.ANSWERED
        assert agent.has_news == (step in {0, 2})
        await expect_same_as_pysnmp(agent, target)
        switch.values[f"{IFX}.6.3"] = (COUNTER64, 10**12 + 500 * step)
        if step == 1:
            switch.values[f"{IF}.8.7"] = (ber.INTEGER, 1)
    assert agent.values == 52 * 10 + len(SCALARS)


@pytest.mark.parametrize("user", ["sha1aes", "sha224aes", "sha256aes", "sha384aes192"])
async def test_v3_values_are_those_of_the_general_wire(wire: ChoosingWire, snmpd: Snmpd, user: str):
    await expect_v3(wire, snmpd.v3(user))


@pytest.mark.parametrize("user", ["sha512aes256", "sha1aes256", "sha256only"])
async def test_v3_with_long_and_no_privacy_keys(wire: ChoosingWire, snmpd: Snmpd, user: str):
    await expect_v3(wire, snmpd.v3(user))


async def test_v3_and_v2c_over_ipv6(wire: ChoosingWire, snmpd: Snmpd):
    await expect_v3(wire, snmpd.v3("sha256aes", host="::1"))
    await expect_v3(wire, snmpd.v2c("::1"))


async def expect_v3(wire: ChoosingWire, target: SnmpTarget) -> None:
    assert await wire.fleet_place(target) is None or target.user is None
    agent = await learned(wire, target)
    for _ in range(3):
        assert await wire.fleet.ask(agent) is Outcome.ANSWERED
    assert agent.scalars()[Oid("1.3.6.1.2.1.1.5.0")] == b"netzwart-test"
    table = await wire.walk(target, INTERFACE_COLUMNS)
    steady = Oid(IF + ".8"), Oid(IFX + ".1")
    assert [agent.table()[column] for column in steady] == [table[column] for column in steady]
    assert wire.fleet.counts.forged == 0


async def test_v3_clock_and_engine_are_found_again(wire: ChoosingWire, snmpd: Snmpd):
    target = snmpd.v3("sha256aes")
    agent = await learned(wire, target)
    place = await wire.fleet_place(target)
    assert place is not None
    engine = wire._own.engine_at(place.endpoint)  # type: ignore[attr-defined]
    assert engine is not None
    engine.boots -= 1
    sent = wire.fleet.counts.sent
    assert await wire.fleet.ask(agent) is Outcome.ANSWERED
    assert wire.fleet.counts.sent > sent + len(agent.questions), "asked again in the right time"
    engine.engine_id = b"\x80\x00\x1f\x88\x04another"
    broken = FleetAgent(place.endpoint, place.envelope, agent.sheet, QUICK)
    assert await wire.fleet.ask(broken) is Outcome.REFUSED
    again = await learned(wire, target)
    assert await wire.fleet.ask(again) is Outcome.ANSWERED, "the general wire met the new engine"


async def test_fewer_columns_are_asked_usually(wire: ChoosingWire, odd: StartOdd):
    switch = await odd()
    agent = await learned(wire, target_of(switch))
    await wire.fleet.ask(agent, Scope.USUAL)
    everything = switch.asked
    switch.asked = 0
    await wire.fleet.ask(agent, Scope.USUAL)
    assert 0 < switch.asked < everything
    switch.asked = 0
    await wire.fleet.ask(agent, Scope.PROBE)
    assert switch.asked == 1


@pytest.mark.parametrize("is_too_big", [True, False])
async def test_agent_that_fits_less_is_asked_for_less(
    wire: ChoosingWire, odd: StartOdd, *, is_too_big: bool
):
    switch = await odd(most_octets=1400)
    target = target_of(switch)
    agent = await learned(wire, target)
    switch.most_octets, switch.is_too_big = 460, is_too_big
    assert await wire.fleet.ask(agent) is Outcome.ANSWERED
    await expect_same_as_pysnmp(agent, target)
    switch.asked = 0
    assert await wire.fleet.ask(agent) is Outcome.ANSWERED
    assert switch.asked == len(agent.questions), "what fits is remembered"


async def test_agent_that_renumbers_must_be_learned_anew(wire: ChoosingWire, odd: StartOdd):
    switch = await odd()
    target = target_of(switch)
    agent = await learned(wire, target)
    assert await wire.fleet.ask(agent) is Outcome.ANSWERED
    switch.values = switch_values(52, first=101)
    assert await wire.fleet.ask(agent) is Outcome.RENUMBERED
    again = await learned(wire, target)
    assert await wire.fleet.ask(again) is Outcome.ANSWERED
    await expect_same_as_pysnmp(again, target)
    del switch.values[f"{IFX}.6.110"]
    assert await wire.fleet.ask(again) is Outcome.RENUMBERED


async def test_lost_answers_are_asked_for_again(wire: ChoosingWire, odd: StartOdd):
    def lose(answer: bytes, number: int) -> Sequence[bytes]:
        return [] if number % 3 == 0 else [answer]

    switch = await odd()
    agent = await learned(wire, target_of(switch), Pace(0.3, 3))
    switch.spoil = lose
    assert await wire.fleet.ask(agent) is Outcome.ANSWERED
    assert wire.fleet.counts.repeated > 0


async def test_silent_agent_ends_after_its_attempts(wire: ChoosingWire, odd: StartOdd):
    switch = await odd()
    agent = await learned(wire, target_of(switch))
    switch.is_silent = True
    started = time.monotonic()
    assert await wire.fleet.ask(agent) is Outcome.SILENT
    assert 0.5 < time.monotonic() - started < 2
    assert await wire.fleet.ask(agent, Scope.PROBE) is Outcome.SILENT
    switch.is_silent = False
    assert await wire.fleet.ask(agent) is Outcome.ANSWERED


async def test_agent_that_breaks_off_is_incomplete(wire: ChoosingWire, odd: StartOdd):
    switch = await odd()
    agent = await learned(wire, target_of(switch))
    switch.asked = 0
    switch.spoil = lambda answer, number: [answer] if number <= 3 else []
    assert await wire.fleet.ask(agent) is Outcome.INCOMPLETE


async def test_twice_late_and_forged_answers_do_not_count(wire: ChoosingWire, odd: StartOdd):
    switch = await odd()
    target = target_of(switch)
    agent = await learned(wire, target)
    liar = await odd()
    sender: list[tuple[str, int]] = []

    def spoil(answer: bytes, number: int) -> Sequence[bytes]:
        if sender:
            liar.transport.sendto(answer.replace(b"gym-sw-01", b"gelogen!!"), sender[0])
        return [answer, answer]

    await wire.fleet.ask(agent)
    outlet = next(iter(wire.fleet._sockets.values()))
    sender.append(("127.0.0.1", outlet.getsockname()[1]))
    switch.spoil = spoil
    switch.delay_s = 0.05
    assert await wire.fleet.ask(agent) is Outcome.ANSWERED
    await asyncio.sleep(0.2)
    assert wire.fleet.counts.forged >= len(agent.questions)
    assert wire.fleet.counts.late > 0
    await expect_same_as_pysnmp(agent, target)


async def test_wrong_numbers_truncated_and_foreign_answers_are_refused(
    wire: ChoosingWire, odd: StartOdd
):
    switch = await odd()
    agent = await learned(wire, target_of(switch))
    spoilers: list[Callable[[bytes, int], Sequence[bytes]]] = [
        lambda answer, _: [answer[: len(answer) // 2]],
        lambda answer, _: [answer.replace(b"public", b"secret")],
        lambda answer, _: [answer + b"\x00"],
        lambda _, __: [b"", b"\x30", b"\x30\x84\xff\xff\xff\xff", bytes(9)],
        lambda answer, _: [_with_another_number(answer)],
    ]
    for spoil in spoilers:
        switch.spoil = spoil
        assert await wire.fleet.ask(agent) in {Outcome.SILENT, Outcome.REFUSED}
    switch.spoil = None
    assert await wire.fleet.ask(agent) is Outcome.ANSWERED


def _with_another_number(answer: bytes) -> bytes:
    place = answer.index(b"\x02\x04") + 2
    return answer[:place] + bytes((answer[place] ^ 1,)) + answer[place + 1 :]


async def test_answers_at_the_last_moment_end_at_the_deadline(wire: ChoosingWire, odd: StartOdd):
    switch = await odd(values=switch_values(400))
    agent = await learned(wire, target_of(switch), Pace(0.3, 1, deadline_s=1.0))
    switch.delay_s = 0.2
    started = time.monotonic()
    assert await wire.fleet.ask(agent) is Outcome.INCOMPLETE
    assert time.monotonic() - started < 1.6
    switch.delay_s = 0.0
    agent.pace = Pace(3.0, 1)
    assert await wire.fleet.ask(agent) is Outcome.ANSWERED


async def test_ten_thousand_interfaces_are_one_poll(wire: ChoosingWire, odd: StartOdd):
    switch = await odd(values=switch_values(10_000))
    place = await wire.fleet_place(target_of(switch))
    assert place is not None
    rows = tuple(Index(str(number)) for number in range(1, 10_001))
    block = Block((Oid(f"{IFX}.6"), Oid(f"{IFX}.10")), rows, value_octets=14)
    agent = FleetAgent(place.endpoint, place.envelope, Sheet(SCALARS, (block,)), Pace(3, 2, 60))
    for _ in range(2):
        assert await wire.fleet.ask(agent) is Outcome.ANSWERED
    _, counters = agent.running()
    assert counters[::2] == [10**12 + index for index in range(1, 10_001)]


async def test_strings_as_long_as_a_datagram_are_read_whole(wire: ChoosingWire, odd: StartOdd):
    switch = await odd(values=switch_values(4), most_octets=65_400)
    switch.values["1.3.6.1.2.1.1.1.0"] = (ber.OCTET_STRING, bytes(range(256)) * 250)
    switch.values[f"{IFX}.18.3"] = (ber.OCTET_STRING, b"<script>\x00\x1b[2J" * 4_000)
    target = target_of(switch)
    agent = await learned(wire, target, Pace(3.0))
    for _ in range(2):
        assert await wire.fleet.ask(agent) is Outcome.ANSWERED
    await expect_same_as_pysnmp(agent, target)
    assert len(agent.scalars()[Oid("1.3.6.1.2.1.1.1.0")]) == 64_000  # type: ignore[arg-type]


async def test_too_many_at_once_wait_for_their_turn(wire: ChoosingWire, odd: StartOdd):
    switch = await odd(values=switch_values(4), delay_s=0.05)
    first = await learned(wire, target_of(switch))
    wire.fleet._most_polls = 3
    agents = [FleetAgent(first.endpoint, first.envelope, first.sheet, QUICK) for _ in range(20)]
    most = 0

    async def watch() -> None:
        nonlocal most
        while True:
            most = max(most, wire.fleet.polling)
            await asyncio.sleep(0.005)

    watching = asyncio.create_task(watch())
    outcomes = await asyncio.gather(*(wire.fleet.ask(agent) for agent in agents))
    watching.cancel()
    assert set(outcomes) == {Outcome.ANSWERED}, "waiting does not count as silence"
    assert most == 3


async def test_answers_that_came_in_time_count_though_nobody_had_time_to_read_them(
    wire: ChoosingWire, snmpd: Snmpd
):
    agent = await learned(wire, snmpd.v2c())
    asking = asyncio.create_task(wire.fleet.ask(agent))
    for _ in range(3):
        await asyncio.sleep(0)
    assert wire.fleet.polling == 1
    time.sleep(0.7)  # noqa: ASYNC251 - the process is busy with something else
    wire.fleet._look_at_clock()
    assert await asking is Outcome.ANSWERED
    assert wire.fleet.counts.repeated == 0


async def test_many_agents_at_once_do_not_mix(wire: ChoosingWire, odd: StartOdd):
    switches = [await odd(values=switch_values(8, first=1 + 10 * number)) for number in range(20)]
    agents = [await learned(wire, target_of(switch), Pace(3.0)) for switch in switches]
    outcomes = await asyncio.gather(*(wire.fleet.ask(agent) for agent in agents))
    assert set(outcomes) == {Outcome.ANSWERED}
    for number, agent in enumerate(agents):
        rows = list(agent.table()[Oid(f"{IFX}.1")])
        assert rows == [str(1 + 10 * number + port) for port in range(8)]
