from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from netzwart.network.profiles.facts import NeighbourProtocol
from netzwart.network.profiles.schema import NeighbourSource
from netzwart.network.protocols.replies import (
    Index,
    MalformedReplyError,
    NoAnswerError,
    Oid,
    SnmpTarget,
    SnmpValue,
    SnmpWire,
    WireError,
)
from netzwart.network.topology.reading import read_topology
from netzwart.network.topology.told import ToldAddress, ToldMac, TopologyTables
from tests.network.recorded_wire import RecordedWire
from tests.network.simulated_switch import Switch
from tests.network.topology.surroundings import (
    bridge_ports,
    chassis,
    hears,
    knows,
    mac,
    sees,
    sees_in_vlan,
)

A, B, C = "02:00:00:00:00:0a", "02:00:00:00:00:0b", "02:00:00:00:00:0c"
TARGET = SnmpTarget("10.0.0.1")


async def read(
    more: Mapping[str, SnmpValue], own: Sequence[NeighbourSource] = ()
) -> TopologyTables:
    switch = Switch(more={**bridge_ports((1, 2)), **more})
    return await read_topology(TARGET, RecordedWire(switch.replies()), own)


async def test_device_without_any_such_table_tells_nothing_and_is_complete():
    told = await read({})
    assert (told.neighbours, told.macs, told.addresses) == ((), (), ())
    assert told.is_complete
    assert told.error is None


async def test_neighbour_is_told_with_the_local_port_s_name():
    told = await read(chassis(A) | hears(1, B, "gym-ap-01", "eth0"))
    assert told.chassis == A
    (one,) = list(told.neighbours or ())
    assert (one.local_interface, one.remote_name, one.remote_interface) == (
        "1/1/1",
        "gym-ap-01",
        "eth0",
    )
    assert (one.remote_chassis, one.protocol) == (B, NeighbourProtocol.LLDP)


async def test_profile_s_own_table_of_neighbours_is_read_too():
    own = NeighbourSource.model_validate(
        {"name": "1.3.6.1.4.1.99999.7.1", "interface": "1.3.6.1.4.1.99999.7.2", "protocol": "cdp"}
    )
    rows: dict[str, SnmpValue] = {
        "1.3.6.1.4.1.99999.7.1.2.1": b"nachbar",
        "1.3.6.1.4.1.99999.7.2.2.1": b"Gi0/1",
    }
    told = await read(rows, [own])
    (one,) = list(told.neighbours or ())
    assert (one.local_interface, one.remote_name) == ("1/1/2", "nachbar")


MACS: list[tuple[str, dict[str, SnmpValue], list[ToldMac]]] = [
    ("bridge mib", sees(A, 1), [ToldMac(A, 0, "1/1/1")]),
    ("vlan by its database", sees_in_vlan(A, 2, 7) | {"1.3.6.1.2.1.17.7.1.4.2.1.3.0.30": 7},
     [ToldMac(A, 30, "1/1/2")]),
    ("database that is the vlan", sees_in_vlan(A, 2, 30), [ToldMac(A, 30, "1/1/2")]),
    ("both mibs say it", sees(A, 1) | sees_in_vlan(A, 1, 5), [ToldMac(A, 5, "1/1/1")]),
    ("in two vlans", sees_in_vlan(A, 1, 5) | sees_in_vlan(A, 1, 6),
     [ToldMac(A, 5, "1/1/1"), ToldMac(A, 6, "1/1/1")]),
    ("database of no vlan", sees_in_vlan(A, 1, 70_000), [ToldMac(A, 0, "1/1/1")]),
    ("own address", sees(A, 1, status=4), []),
    ("aged out", sees(A, 1, status=2), []),
    ("set by hand", sees(A, 1, status=5), [ToldMac(A, 0, "1/1/1")]),
    ("port not known", sees(A, 0), []),
    ("group address", sees("03:00:00:00:00:0a", 1), []),
    ("nobody's address", sees("00:00:00:00:00:00", 1), []),
    ("short index", {"1.3.6.1.2.1.17.4.3.1.2.2.0.0.0.0": 101}, []),
    ("octet too large", {"1.3.6.1.2.1.17.4.3.1.2.2.0.0.0.0.300": 101}, []),
    ("text as port", {"1.3.6.1.2.1.17.4.3.1.2.2.0.0.0.0.10": b"1"}, []),
    ("bridge port without an interface", sees(A, 77), [ToldMac(A, 0, "177")]),
]  # fmt: skip


@pytest.mark.parametrize(("case", "rows", "expected"), MACS, ids=[case[0] for case in MACS])
async def test_mac_table(case: str, rows: dict[str, SnmpValue], expected: list[ToldMac]):
    told = await read(rows)
    assert list(told.macs or ()) == expected


_ND = "1.3.6.1.2.1.4.35.1"
_V6 = "2.16.254.128.0.0.0.0.0.0.0.0.0.0.0.0.0.10"
ADDRESSES: list[tuple[str, dict[str, SnmpValue], list[ToldAddress]]] = [
    ("arp", knows("10.1.0.7", A), [ToldAddress("10.1.0.7", A, "1/1/1")]),
    ("invalid", knows("10.1.0.7", A, kind=2), []),
    ("multicast", knows("224.0.0.1", A), []),
    ("broadcast mac", knows("10.1.0.255", "ff:ff:ff:ff:ff:ff"), []),
    ("no address", knows("10.1.0", A), []),
    ("address too large", knows("10.1.0.700", A), []),
    ("newer table", {f"{_ND}.4.2.1.4.10.1.0.7": mac(A)}, [ToldAddress("10.1.0.7", A, "1/1/2")]),
    ("ipv6", {f"{_ND}.4.1.{_V6}": mac(B)}, [ToldAddress("fe80::a", B, "1/1/1")]),
    ("own address", {f"{_ND}.4.1.{_V6}": mac(B), f"{_ND}.6.1.{_V6}": 5}, []),
    ("ipv6 cut short", {f"{_ND}.4.1.2.16.254.128": mac(B)}, []),
    ("ipv6 with a wrong octet", {f"{_ND}.4.1.{_V6[:-2]}999": mac(B)}, []),
    ("both tables", {f"{_ND}.4.2.1.4.10.1.0.7": mac(A)} | knows("10.1.0.7", C),
     [ToldAddress("10.1.0.7", A, "1/1/2")]),
    ("unknown interface", knows("10.1.0.7", A, port=99), [ToldAddress("10.1.0.7", A, "")]),
]  # fmt: skip


@pytest.mark.parametrize(("case", "rows", "expected"), ADDRESSES, ids=[c[0] for c in ADDRESSES])
async def test_address_table(case: str, rows: dict[str, SnmpValue], expected: list[ToldAddress]):
    told = await read(rows)
    assert list(told.addresses or ()) == expected


class BrokenWire:
    """Answers, except tables that begin with one of `fails`."""

    def __init__(self, inner: SnmpWire, fails: Sequence[str], error: WireError) -> None:
        self.inner, self.fails, self.error = inner, tuple(fails), error
        self.questions = 0

    async def get(self, target: SnmpTarget, oids: Sequence[Oid]) -> Mapping[Oid, SnmpValue]:
        self.questions += 1
        return await self.inner.get(target, oids)

    async def walk(
        self, target: SnmpTarget, columns: Sequence[Oid]
    ) -> Mapping[Oid, Mapping[Index, SnmpValue]]:
        self.questions += 1
        if any(column.startswith(self.fails) for column in columns):
            raise self.error
        return await self.inner.walk(target, columns)


async def broken(fails: Sequence[str], error: WireError) -> tuple[TopologyTables, BrokenWire]:
    rows: dict[str, Any] = {**bridge_ports((1, 2)), **sees(A, 1), **hears(1, B, "ap", "eth0")}
    wire = BrokenWire(RecordedWire(Switch(more=rows).replies()), fails, error)
    return await read_topology(TARGET, wire), wire


async def test_table_that_fails_is_unknown_and_the_others_count():
    told, _ = await broken(["1.3.6.1.2.1.17"], MalformedReplyError("no table"))
    assert told.macs is None, "half a table would make things vanish"
    assert told.neighbours is None, "their local ports need dot1dBasePortTable"
    assert told.addresses == ()
    assert told.error == "no table"
    assert not told.is_complete


async def test_node_that_falls_silent_is_left_alone():
    told, wire = await broken(["1"], NoAnswerError("no answer"))
    assert (told.neighbours, told.macs, told.addresses) == (None, None, None)
    assert wire.questions <= 3, "two silences are enough"
