"""Simulated agents tell of their loose cables, and the receiver by pysnmp hears it."""

import asyncio

from netzwart.demo.agent_descriptions import AgentDescription, AgentInterface
from netzwart.demo.agent_traps import LINK_DOWN, LINK_UP
from netzwart.demo.agents import SimulatedAgent
from netzwart.network.protocols.trap_receiver import EngineIdentity, TrapReceiver
from netzwart.network.protocols.traps import Notification, TrapSender

QUIET, LOOSE = AgentInterface(1, "1/1/1"), AgentInterface(24, "1/1/24", flips_every_s=1)


async def heard_of(agent: SimulatedAgent, seconds: float) -> None:
    """Let the agent run for so long."""
    await agent.start()
    for _ in range(round(seconds / 0.1)):
        agent.tell()
        await asyncio.sleep(0.1)
    agent.close()


async def test_port_that_flips_is_told_once_each_time():
    heard: list[Notification] = []
    receiver = TrapReceiver(EngineIdentity(bytes.fromhex("8000000005aabbccdd"), 1), heard.append)
    receiver.senders = {"127.0.0.1": TrapSender(frozenset({b"melden"}), ())}
    port = receiver.open("127.0.0.1", 0)
    agent = SimulatedAgent(
        AgentDescription(interfaces=(QUIET, LOOSE), trap_port=port, trap_community="melden")
    )
    await heard_of(agent, 2.6)
    receiver.close()
    await asyncio.sleep(0)
    assert [one.kind for one in heard] == [LINK_DOWN, LINK_UP]


async def test_agent_without_a_place_to_tell_says_nothing():
    await heard_of(SimulatedAgent(AgentDescription(interfaces=(LOOSE,))), 1.2)
