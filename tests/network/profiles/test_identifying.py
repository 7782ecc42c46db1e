import json
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from netzwart.network.profiles import matching
from netzwart.network.profiles.facts import DeviceFacts
from netzwart.network.profiles.identifying import identify, tables
from netzwart.network.profiles.loading import knowledge, load_profile
from netzwart.network.protocols.replies import (
    Index,
    NoAnswerError,
    Oid,
    RefusedError,
    SnmpTarget,
    SnmpValue,
)
from tests.network.recorded_wire import RecordedWire, SilentWire

TARGET = SnmpTarget("192.0.2.1")
DESCR = "1.3.6.1.2.1.1.1.0"
OBJECT_ID = "1.3.6.1.2.1.1.2.0"
NAME = "1.3.6.1.2.1.1.5.0"
IF_DESCR = "1.3.6.1.2.1.2.2.1.2"
IF_NAME = "1.3.6.1.2.1.31.1.1.1.1"
LLDP = "1.0.8802.1.1.2.1"


async def asked(replies: Mapping[str, SnmpValue], *, full: bool = True) -> DeviceFacts:
    return await identify(TARGET, RecordedWire(replies), knowledge(), full=full)


async def test_a_silent_device_is_data():
    facts = await identify(TARGET, SilentWire(), knowledge(), full=True)

    assert facts == DeviceFacts(reachable=False, error="no answer within 1.5 s")


async def test_a_device_without_a_profile_still_yields_what_the_standards_say():
    facts = await asked(
        {
            DESCR: b"Gizmo 24 Switch, Version 3.2.1",
            OBJECT_ID: Oid("1.3.6.1.4.1.8072.9999.1"),
            "1.3.6.1.2.1.1.3.0": 360_000,
            f"{IF_DESCR}.1": b"port1",
            "1.3.6.1.2.1.2.2.1.6.1": bytes.fromhex("020000000001"),
            "1.3.6.1.2.1.25.3.3.1.2.1": 12,
            "1.3.6.1.2.1.47.1.1.1.1.5.1": 3,
            "1.3.6.1.2.1.47.1.1.1.1.12.1": b"Gizmo Works",
        }
    )

    assert facts.reachable
    assert facts.profile is None
    assert facts.vendor == "Gizmo Works"
    assert facts.model == "Gizmo 24 Switch"
    assert facts.firmware == "3.2.1"
    assert facts.serial is None
    assert facts.uptime_s == 3600
    assert facts.interfaces[0].mac == "02:00:00:00:00:01"
    assert facts.health.cpu_percent == (12.0,)


async def test_an_agent_that_says_nothing_at_all_is_reachable_and_unknown():
    facts = await asked({})

    assert facts.reachable
    assert (facts.vendor, facts.model, facts.serial, facts.interfaces) == (None, None, None, ())


async def test_hostile_strings_come_out_clean_and_bounded():
    facts = await asked(
        {
            DESCR: b"\xff\xfe\x00RouterOS \x1b[31mRB\r\n" + b"A" * 70_000,
            OBJECT_ID: Oid("1.3.6.1.4.1.14988.1"),
            NAME: "<script>alert(1)</script>\u202egnp.exe\x00\x07\ttab\n".encode(),
            "1.3.6.1.2.1.1.6.0": b"Geb\xe4ude " + b"x" * 65_536,
            f"{IF_DESCR}.1": b"\x00\x01\x02",
            f"{IF_DESCR}.2": b"eth\xc3\xbc",
        }
    )

    assert facts.name == "<script>alert(1)</script> gnp.exe tab"
    assert facts.location is not None
    assert facts.location.startswith("Gebäude xxx")
    assert len(facts.location) == 255
    assert len(facts.model or "") <= 255
    assert [port.name for port in facts.interfaces] == [None, "ethü"]
    line = json.dumps(facts.as_line("t1", full=True))
    assert not any(f"\\u00{code:02x}" in line for code in range(0x20))


async def test_an_object_id_that_is_no_object_id_does_no_harm():
    facts = await asked({DESCR: b"x", OBJECT_ID: b'1.3"},"name":"evil', NAME: b"n"})

    assert facts.reachable
    assert facts.name == "n"


async def test_a_device_that_falls_silent_half_way_gives_what_it_gave():
    class Tired(RecordedWire):
        async def walk(
            self, target: SnmpTarget, columns: Sequence[Oid]
        ) -> Mapping[Oid, Mapping[Index, SnmpValue]]:
            del target, columns
            raise NoAnswerError("no answer within 1.5 s")

    wire = Tired({DESCR: b"RouterOS RB4011", OBJECT_ID: Oid("1.3.6.1.4.1.14988.1")})

    facts = await identify(TARGET, wire, knowledge(), full=False)

    assert facts.reachable
    assert facts.model == "RB4011"
    assert facts.error == "no answer within 1.5 s"


async def test_one_lost_table_is_asked_again_and_nothing_is_missing():
    class Lossy(RecordedWire):
        lost = 0

        async def walk(
            self, target: SnmpTarget, columns: Sequence[Oid]
        ) -> Mapping[Oid, Mapping[Index, SnmpValue]]:
            if Oid(IF_DESCR) in columns and not self.lost:
                self.lost += 1
                raise NoAnswerError("no answer within 1.5 s")
            return await super().walk(target, columns)

    wire = Lossy({DESCR: b"x", f"{IF_DESCR}.1": b"port1"})

    facts = await identify(TARGET, wire, knowledge(), full=False)

    assert [port.name for port in facts.interfaces] == ["port1"]
    assert facts.error is None


async def test_a_table_that_the_agent_refuses_does_not_hide_the_others():
    class Picky(RecordedWire):
        async def walk(
            self, target: SnmpTarget, columns: Sequence[Oid]
        ) -> Mapping[Oid, Mapping[Index, SnmpValue]]:
            if Oid(IF_DESCR) in columns:
                raise RefusedError("genErr")
            return await super().walk(target, columns)

    wire = Picky({DESCR: b"x", f"{IF_NAME}.1": b"port1"})

    facts = await identify(TARGET, wire, knowledge(), full=False)

    assert [port.name for port in facts.interfaces] == ["port1"]
    assert facts.error == "genErr"


async def test_health_is_asked_only_when_it_is_wanted():
    replies: dict[str, SnmpValue] = {
        DESCR: b"x",
        OBJECT_ID: Oid("1.3.6.1.4.1.99999"),
        "1.3.6.1.2.1.25.3.3.1.2.1": 12,
    }

    brief, full = await asked(replies, full=False), await asked(replies)

    assert "cpu_percent" not in brief.as_line("t1", full=False)
    assert full.as_line("t1", full=True)["cpu_percent"] == (12.0,)


async def test_the_line_has_exactly_the_keys_of_the_contract():
    line = (await asked({DESCR: b"x"})).as_line("t1", full=False)

    assert list(line) == [
        "id",
        "reachable",
        "profile",
        "category",
        "vendor",
        "model",
        "firmware",
        "serial",
        "name",
        "location",
        "uptime_s",
        "components",
        "interfaces",
        "neighbours",
        "error",
    ]


async def test_a_neighbour_is_found_behind_the_lldp_port_s_own_name():
    facts = await asked(
        {
            f"{IF_NAME}.10101": b"Gi1/0/1",
            f"{IF_DESCR}.10101": b"GigabitEthernet1/0/1",
            f"{IF_NAME}.10102": b"Gi1/0/2",
            f"{LLDP}.3.7.1.2.1": 5,
            f"{LLDP}.3.7.1.3.1": b"GigabitEthernet1/0/1",
            f"{LLDP}.4.1.1.4.0.1.7": 4,
            f"{LLDP}.4.1.1.5.0.1.7": bytes.fromhex("0200000000aa"),
            f"{LLDP}.4.1.1.6.0.1.7": 3,
            f"{LLDP}.4.1.1.7.0.1.7": bytes.fromhex("0200000000ab"),
            f"{LLDP}.4.1.1.8.0.1.7": b"uplink",
            f"{LLDP}.4.1.1.9.0.1.7": b"gym-core-01",
            "1.3.6.1.4.1.9.9.23.1.2.1.1.6.10101.1": b"gym-core-01.schule.example",
            "1.3.6.1.4.1.9.9.23.1.2.1.1.7.10101.1": b"Te1/1",
        },
        full=False,
    )

    (neighbour,) = facts.neighbours
    assert neighbour.local_interface == "Gi1/0/1"
    assert neighbour.remote_name == "gym-core-01"
    assert neighbour.remote_interface == "uplink"
    assert neighbour.remote_port_id == "02:00:00:00:00:ab"
    assert neighbour.remote_chassis == "02:00:00:00:00:aa"


async def test_the_second_edition_of_lldp_points_at_an_ifindex():
    remote = "1.3.111.2.802.1.1.13.1.4.1.1"
    row = "0.7.1.128.194.0.0.14.1"
    facts = await asked(
        {
            f"{IF_NAME}.7": b"ge-0/0/7",
            f"{remote}.5.{row}": 4,
            f"{remote}.6.{row}": bytes.fromhex("0200000000aa"),
            f"{remote}.7.{row}": 5,
            f"{remote}.8.{row}": b"1/1/1",
            f"{remote}.10.{row}": b"gym-core-01",
        },
        full=False,
    )

    (neighbour,) = facts.neighbours
    assert neighbour.local_interface == "ge-0/0/7"
    assert neighbour.remote_name == "gym-core-01"
    assert neighbour.remote_interface == "1/1/1"
    assert neighbour.remote_chassis == "02:00:00:00:00:aa"


async def test_ten_thousand_interfaces_are_read_in_a_moment():
    replies: dict[str, SnmpValue] = {DESCR: b"x"}
    for number in range(1, 10_001):
        replies[f"{IF_DESCR}.{number}"] = f"port{number}".encode()
        replies[f"1.3.6.1.2.1.2.2.1.6.{number}"] = number.to_bytes(6, "big")
    wire = RecordedWire(replies)

    started = time.process_time()
    facts = await identify(TARGET, wire, knowledge(), full=True)

    assert len(facts.interfaces) == 10_000
    assert time.process_time() - started < 5


async def test_a_lldp_port_without_a_name_is_a_bridge_port_before_it_is_an_ifindex():
    facts = await asked(
        {
            f"{IF_NAME}.1": b"mgmt",
            f"{IF_NAME}.49": b"1/1",
            "1.3.6.1.2.1.17.1.4.1.2.1": 49,
            f"{LLDP}.4.1.1.9.0.1.1": b"ap-1",
            f"{LLDP}.4.1.1.9.0.49.1": b"ap-2",
        },
        full=False,
    )

    assert [(n.local_interface, n.remote_name) for n in facts.neighbours] == [
        ("1/1", "ap-1"),
        ("1/1", "ap-2"),
    ]


async def test_a_fast_port_s_speed_is_not_cut_at_four_gigabit():
    facts = await asked(
        {
            f"{IF_DESCR}.1": b"te1",
            "1.3.6.1.2.1.2.2.1.5.1": 2**32 - 1,
            "1.3.6.1.2.1.31.1.1.1.15.1": 10_000,
            f"{IF_DESCR}.2": b"te2",
            "1.3.6.1.2.1.2.2.1.5.2": 2**32 - 1,
            f"{IF_DESCR}.3": b"fa3",
            "1.3.6.1.2.1.2.2.1.5.3": 100_000_000,
        },
        full=False,
    )

    assert [port.speed_bps for port in facts.interfaces] == [10_000_000_000, None, 100_000_000]


async def test_a_sensor_that_is_broken_or_absurd_is_left_out():
    sensor = "1.3.6.1.2.1.99.1.1.1"
    rows = {
        "1": (8, 9, 0, 45, 1),
        "2": (8, 9, 0, 45, 2),
        "3": (8, 9, 0, 9999, 1),
        "4": (4, 9, 0, 1, 1),
    }
    replies: dict[str, SnmpValue] = {
        f"{sensor}.{column}.{row}": value
        for row, values in rows.items()
        for column, value in enumerate(values, start=1)
    }

    facts = await asked(replies)

    assert [reading.celsius for reading in facts.health.temperatures] == [45.0]


async def test_one_get_and_one_walk_a_table_are_enough():
    wire = RecordedWire({DESCR: b"RouterOS RB4011", OBJECT_ID: Oid("1.3.6.1.4.1.14988.1")})

    await identify(TARGET, wire, knowledge(), full=True)

    assert wire.asked <= 32


def test_columns_are_asked_table_by_table():
    columns = [Oid("1.2.1.5"), Oid("1.3.1.1"), Oid("1.2.1.2")]

    assert tables(columns) == [(Oid("1.2.1.5"), Oid("1.2.1.2")), (Oid("1.3.1.1"),)]


def test_own_objects_are_asked_below_the_device_s_own_object_id(tmp_path: Path):
    path = tmp_path / "profile.yaml"
    path.write_text(
        "name: own\ncategory: switch\nsources: [x]\nread: {cpu_percent: [{oid: ~.12.7.0}]}\n"
    )
    profile = load_profile(path)

    settled = matching.settled(profile, "1.3.6.1.4.1.890.1.5.8.55")
    hostile = matching.settled(profile, '1.3", "evil": "')

    assert settled.read.cpu_percent[0].oid == "1.3.6.1.4.1.890.1.5.8.55.12.7.0"
    assert hostile.read.cpu_percent[0].oid == "0.0.12.7.0"
