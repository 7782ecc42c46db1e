from collections.abc import Mapping, Sequence

import pytest
from pydantic import SecretStr

from netzwart.network.polling.probing import probe_status
from netzwart.network.polling.reading import InterfaceState, PollError
from netzwart.network.profiles.facts import ComponentKind
from netzwart.network.protocols.replies import (
    AuthenticationFailedError,
    MalformedReplyError,
    NoAnswerError,
    Oid,
    RefusedError,
    SnmpTarget,
    SnmpValue,
    WireError,
)
from netzwart.network.protocols.udp_wire import UdpSnmpWire
from tests.network.conftest import Snmpd, StartAgent
from tests.network.recorded_wire import RecordedWire

TARGET = SnmpTarget("127.0.0.1", community=SecretStr("public"))
IF = "1.3.6.1.2.1.2.2.1"
IFX = "1.3.6.1.2.1.31.1.1.1"
ENT = "1.3.6.1.2.1.47.1.1.1.1"

SYSTEM: dict[str, SnmpValue] = {
    "1.3.6.1.2.1.1.1.0": b"Muster 6300",
    "1.3.6.1.2.1.1.2.0": Oid("1.3.6.1.4.1.99999.1"),
    "1.3.6.1.2.1.1.3.0": 123_456,
    "1.3.6.1.2.1.1.5.0": b"gym-sw-01",
}
PORT: dict[str, SnmpValue] = {
    f"{IF}.3.7": 6,
    f"{IF}.6.7": bytes.fromhex("02de00000007"),
    f"{IF}.7.7": 1,
    f"{IF}.8.7": 7,
    f"{IF}.14.7": 3,
    f"{IF}.20.7": 4,
    f"{IFX}.1.7": b"1/1/7",
    f"{IFX}.6.7": 2**63,
    f"{IFX}.10.7": 12,
    f"{IFX}.15.7": 10_000,
    f"{IFX}.18.7": "Saal Süd".encode(),
}


async def read(*parts: Mapping[str, SnmpValue], with_components: bool = False):
    replies = {oid: value for part in parts for oid, value in part.items()}
    return await probe_status(TARGET, RecordedWire(replies), with_components=with_components)


async def test_switch_port_is_read_with_64_bit_counters():
    reading = await read(SYSTEM, PORT)
    assert (reading.reachable, reading.error) == (True, None)
    assert (reading.uptime_s, reading.name) == (1234, "gym-sw-01")
    assert (reading.object_id, reading.description) == ("1.3.6.1.4.1.99999.1", "Muster 6300")
    assert reading.interfaces is not None
    (port,) = reading.interfaces
    assert (port.index, port.name, port.alias, port.type) == (7, "1/1/7", "Saal Süd", 6)
    assert (port.admin, port.oper) == (InterfaceState.UP, InterfaceState.LOWER_LAYER_DOWN)
    assert (port.in_octets, port.out_octets, port.counter_bits) == (2**63, 12, 64)
    assert (port.in_errors, port.out_errors) == (3, 4)
    assert (port.speed_bps, port.mac) == (10_000_000_000, "02:de:00:00:00:07")
    assert reading.components is None
    assert reading.value_count > 12


async def test_old_agent_is_read_by_its_32_bit_counters():
    old = {oid: value for oid, value in PORT.items() if oid.startswith(IF)}
    more: dict[str, SnmpValue] = {
        f"{IF}.2.7": b"Port 7",
        f"{IF}.5.7": 100_000_000,
        f"{IF}.10.7": 5,
        f"{IF}.16.7": 6,
    }
    reading = await read(SYSTEM, old, more)
    assert reading.interfaces is not None
    (port,) = reading.interfaces
    assert (port.name, port.speed_bps) == ("Port 7", 100_000_000)
    assert (port.in_octets, port.out_octets, port.counter_bits) == (5, 6, 32)


async def test_full_gauge_is_no_speed():
    slow = {**PORT, f"{IFX}.15.7": 0, f"{IF}.5.7": 2**32 - 1}
    reading = await read(SYSTEM, slow)
    assert reading.interfaces is not None
    assert reading.interfaces[0].speed_bps is None


@pytest.mark.parametrize("impossible", [-1, 2**64, b"text", Oid("1.3")])
async def test_impossible_numbers_are_unknown(impossible: SnmpValue):
    columns = (f"{IF}.14.7", f"{IFX}.6.7", f"{IFX}.15.7", f"{IF}.8.7")
    reading = await read(SYSTEM, PORT, dict.fromkeys(columns, impossible))
    assert reading.interfaces is not None
    port = reading.interfaces[0]
    assert (port.in_errors, port.in_octets, port.speed_bps) == (None, None, None)
    assert port.oper is InterfaceState.UNKNOWN


async def test_hostile_text_is_cleaned_and_bounded():
    hostile = b"<script>alert(1)</script>\x00\x1b[31m\r\n\xff" + b"A" * 5000
    reading = await read(SYSTEM, PORT, {"1.3.6.1.2.1.1.5.0": hostile, f"{IFX}.18.7": hostile})
    assert reading.name is not None
    assert reading.name.startswith("<script>alert(1)</script> [31m")
    assert reading.name.isprintable()
    assert len(reading.name) == 255
    assert reading.interfaces is not None
    assert len(reading.interfaces[0].alias) <= 255


async def test_uptime_beyond_497_days_comes_from_the_engine():
    days_600 = 600 * 86_400
    reading = await read(SYSTEM, {"1.3.6.1.6.3.10.2.1.3.0": days_600})
    assert reading.uptime_s == days_600


async def test_parts_with_serials_are_kept_each_at_its_own_place():
    rows: dict[str, SnmpValue] = {}
    table = [
        (1, 3, b"Chassis", b"DEMO1", b"6300M"),
        (2, 6, b"PSU", b"DEMO2", b"PS"),
        (3, 6, b"PSU", b"DEMO3", b"PS"),
        (4, 8, b"Temp", b"", b""),
        (5, 10, b"1/1/49", b"DEMO4", b"SFP+"),
        (6, 9, b"", b"n/a", b""),
    ]
    for index, kind, name, serial, model in table:
        rows |= {
            f"{ENT}.2.{index}": b"Beschreibung",
            f"{ENT}.5.{index}": kind,
            f"{ENT}.7.{index}": name,
            f"{ENT}.11.{index}": serial,
            f"{ENT}.12.{index}": b"Muster",
            f"{ENT}.13.{index}": model,
        }
    reading = await read(SYSTEM, rows, with_components=True)
    assert reading.components is not None
    assert [(part.position, part.serial) for part in reading.components] == [
        ("Chassis", "DEMO1"),
        ("PSU", "DEMO2"),
        ("PSU (3)", "DEMO3"),
        ("1/1/49", "DEMO4"),
        ("Beschreibung", None),
    ]
    assert reading.components[3].kind is ComponentKind.TRANSCEIVER
    assert reading.components[0].manufacturer == "Muster"


class FailingWire(RecordedWire):
    """Fails at the n-th question with a given error."""

    def __init__(self, error: WireError, at: int) -> None:
        super().__init__({**SYSTEM, **PORT})
        self.error, self.at = error, at

    async def get(self, target: SnmpTarget, oids: Sequence[Oid]) -> Mapping[Oid, SnmpValue]:
        found = await super().get(target, oids)
        self._fail()
        return found

    async def walk(self, target: SnmpTarget, columns: Sequence[Oid]):
        found = await super().walk(target, columns)
        self._fail()
        return found

    def _fail(self) -> None:
        if self.asked == self.at:
            raise self.error


@pytest.mark.parametrize(
    ("error", "kind", "words"),
    [
        (NoAnswerError("no answer within 1 s"), PollError.NO_ANSWER, "Keine Antwort"),
        (RefusedError("genErr"), PollError.REFUSED, "Abfrage abgelehnt"),
        (AuthenticationFailedError("unknown user"), PollError.AUTHENTICATION_FAILED, "Zugangs"),
        (MalformedReplyError("not BER"), PollError.MALFORMED_REPLY, "Unlesbare Antwort"),
    ],
)
async def test_error_becomes_a_reading_that_says_why(error: WireError, kind: PollError, words: str):
    reading = await probe_status(TARGET, FailingWire(error, 1), with_components=True)
    assert not reading.reachable
    assert reading.error is kind
    assert (reading.error_text or "").startswith(words)
    assert str(error) in (reading.error_text or "")
    assert reading.interfaces is None


async def test_silence_half_way_is_no_vanished_port():
    wire = FailingWire(NoAnswerError("no answer"), 2)
    reading = await probe_status(TARGET, wire, with_components=True)
    assert reading.reachable
    assert reading.error is PollError.NO_ANSWER
    assert reading.name == "gym-sw-01"
    assert reading.interfaces is None
    assert reading.components is None


async def test_net_snmp_is_read_by_v1_v2c_and_v3(snmpd: Snmpd, wire: UdpSnmpWire):
    for target in (snmpd.v1(), snmpd.v2c(), snmpd.v3("sha256aes"), snmpd.v2c("::1")):
        reading = await probe_status(target, wire, with_components=True)
        assert reading.error is None
        assert reading.name == "netzwart-test"
        assert reading.interfaces is not None
        loopback = next(row for row in reading.interfaces if row.name == "lo")
        assert loopback.oper is InterfaceState.UP
        assert loopback.type == 24
        assert loopback.in_octets is not None


async def test_silent_device_gives_unreachable_reading(
    wire: UdpSnmpWire, scripted_agent: StartAgent
):
    port, _ = await scripted_agent(lambda _: [])
    silent = SnmpTarget("127.0.0.1", port, community=SecretStr("public"), timeout_s=0.1, retries=1)
    reading = await probe_status(silent, wire, with_components=True)
    assert not reading.reachable
    assert reading.error is PollError.NO_ANSWER
    assert reading.duration_ms >= 200
