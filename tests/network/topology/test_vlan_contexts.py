"""MAC tables that a switch keeps once per VLAN: `community@vlan`, or a context in v3."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import pytest
from pydantic import SecretStr

from netzwart.network.profiles.loading import knowledge
from netzwart.network.protocols.replies import (
    Index,
    NoAnswerError,
    Oid,
    SnmpTarget,
    SnmpValue,
    SnmpVersion,
)
from netzwart.network.topology.reading import read_topology
from netzwart.network.topology.told import ToldMac
from tests.network.recorded_wire import RecordedWire
from tests.network.simulated_switch import Switch
from tests.network.topology.surroundings import bridge_ports, sees, sees_in_vlan

A, B, C = "02:00:00:00:00:0a", "02:00:00:00:00:0b", "02:00:00:00:00:0c"
V2C = SnmpTarget("10.0.0.1", community=SecretStr("lesen"))
V3 = SnmpTarget("10.0.0.1", version=SnmpVersion.V3, user="leser")
STATES = {f"1.3.6.1.4.1.9.9.46.1.3.1.1.2.1.{vlan}": 1 for vlan in (1, 10, 20, 1002)} | {
    "1.3.6.1.4.1.9.9.46.1.3.1.1.2.1.30": 2  # suspended
}
VLANS = knowledge().profiles["cisco_ios"].vlan_contexts


@dataclass
class VlanWire:
    """A switch that answers differently in each VLAN, and not at all in those it does not know."""

    plain: dict[str, SnmpValue]
    by_vlan: dict[str, dict[str, SnmpValue]]
    asked: list[str] = field(default_factory=list[str])

    def _inner(self, target: SnmpTarget) -> RecordedWire:
        word = target.community.get_secret_value() if target.community else ""
        vlan = word.partition("@")[2] or target.context.removeprefix("vlan-")
        if not vlan:
            return RecordedWire(self.plain)
        self.asked.append(vlan)
        if vlan not in self.by_vlan:
            raise NoAnswerError("no answer")
        return RecordedWire(self.by_vlan[vlan])

    async def get(self, target: SnmpTarget, oids: Sequence[Oid]) -> Mapping[Oid, SnmpValue]:
        return await self._inner(target).get(target, oids)

    async def walk(
        self, target: SnmpTarget, columns: Sequence[Oid]
    ) -> Mapping[Oid, Mapping[Index, SnmpValue]]:
        return await self._inner(target).walk(target, columns)


def wire() -> VlanWire:
    plain = Switch(more={**bridge_ports((1,)), **sees(A, 1), **STATES}).replies()
    return VlanWire(
        plain,
        {
            "1": {**bridge_ports((1,)), **sees(A, 1)},
            "10": {**bridge_ports((2,)), **sees(B, 2)},
            "20": {**bridge_ports((1, 2)), **sees(B, 1), **sees(C, 2)},
        },
    )


@pytest.mark.parametrize("target", [V2C, V3], ids=["v2c", "v3"])
async def test_every_vlan_that_is_in_use_is_asked_in_its_own_context(target: SnmpTarget):
    switch = wire()
    told = await read_topology(target, switch, vlans=VLANS)
    assert switch.asked == ["1", "10", "20"]
    assert told.macs == (
        ToldMac(A, 1, "1/1/1"),
        ToldMac(B, 10, "1/1/2"),
        ToldMac(B, 20, "1/1/1"),
        ToldMac(C, 20, "1/1/2"),
    )


async def test_agent_without_contexts_is_asked_once_and_its_plain_table_counts():
    switch = replace(wire(), by_vlan={})
    told = await read_topology(V3, switch, vlans=VLANS)
    assert switch.asked == ["1"]
    assert told.macs == (ToldMac(A, 0, "1/1/1"),)


async def test_table_that_breaks_off_half_way_is_unknown_and_nothing_vanishes():
    switch = wire()
    del switch.by_vlan["20"]
    told = await read_topology(V2C, switch, vlans=VLANS)
    assert told.macs is None


async def test_switch_that_tells_vlans_in_one_table_is_not_asked_by_vlan():
    switch = wire()
    switch.plain |= sees_in_vlan(C, 1, 20)
    told = await read_topology(V2C, switch, vlans=VLANS)
    assert switch.asked == []
    assert ToldMac(C, 20, "1/1/1") in (told.macs or ())
