"""Agents that keep tables in another SNMP context, and devices that no profile knows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import pytest
from pydantic import SecretStr

from netzwart.network.profiles.facts import Supply
from netzwart.network.profiles.identifying import identify, within
from netzwart.network.profiles.loading import knowledge
from netzwart.network.protocols.replies import (
    Index,
    NoAnswerError,
    Oid,
    SnmpTarget,
    SnmpValue,
    SnmpVersion,
)
from tests.network.recorded_wire import RecordedWire

TARGET = SnmpTarget("192.0.2.1", community=SecretStr("public"))
PRINTER: dict[str, SnmpValue] = {
    "1.3.6.1.2.1.1.1.0": b"HP ETHERNET MULTI-ENVIRONMENT,PID:HP LaserJet 400",
    "1.3.6.1.2.1.1.2.0": Oid("1.3.6.1.4.1.11.2.3.9.1"),
}
SUPPLIES: dict[str, SnmpValue] = {
    "1.3.6.1.2.1.43.11.1.1.6.1.1": b"Black Cartridge",
    "1.3.6.1.2.1.43.11.1.1.8.1.1": 100,
    "1.3.6.1.2.1.43.11.1.1.9.1.1": 61,
}


@dataclass
class ContextWire:
    """Answers by community; one that it does not know meets silence."""

    by_community: dict[str, RecordedWire]
    asked: list[str] = field(default_factory=list[str])

    def _wire(self, target: SnmpTarget) -> RecordedWire:
        community = target.community.get_secret_value() if target.community else ""
        self.asked.append(community)
        if community not in self.by_community:
            raise NoAnswerError("no answer")
        return self.by_community[community]

    async def get(self, target: SnmpTarget, oids: Sequence[Oid]) -> Mapping[Oid, SnmpValue]:
        return await self._wire(target).get(target, oids)

    async def walk(
        self, target: SnmpTarget, columns: Sequence[Oid]
    ) -> Mapping[Oid, Mapping[Index, SnmpValue]]:
        return await self._wire(target).walk(target, columns)


async def test_a_table_in_another_context_is_found():
    wire = ContextWire(
        {"public": RecordedWire(PRINTER), "public@Jetdirect": RecordedWire(SUPPLIES)}
    )

    facts = await identify(TARGET, wire, knowledge(), full=True)

    assert facts.health.supplies == (Supply("Black Cartridge", 61.0),)
    assert facts.error is None


async def test_no_context_is_asked_where_the_table_is_already_there():
    wire = ContextWire({"public": RecordedWire(PRINTER | SUPPLIES)})

    facts = await identify(TARGET, wire, knowledge(), full=True)

    assert facts.health.supplies == (Supply("Black Cartridge", 61.0),)
    assert set(wire.asked) == {"public"}


async def test_an_agent_without_that_context_is_no_failure():
    wire = ContextWire({"public": RecordedWire(PRINTER)})

    facts = await identify(TARGET, wire, knowledge(), full=True)

    assert "public@Jetdirect" in wire.asked
    assert (facts.error, facts.health.supplies) == (None, ())


def test_version_three_names_the_context_and_keeps_its_user():
    target = SnmpTarget("192.0.2.1", version=SnmpVersion.V3, user="netz")

    assert within(target, "Jetdirect").context == "Jetdirect"
    assert within(target, "Jetdirect").community is None


@pytest.mark.parametrize(
    ("description", "maker"),
    [
        ("Canon MF240 Series /P", "Canon"),
        ("D-Link DGS-1210-28", "D-Link"),
        ('"Cisco Something"', "Cisco"),
        ("Cisco Meraki MS", "Cisco Meraki"),
        ("Linux canon 5.10", None),
        ("Ricohsaurus 1", None),
        ("", None),
    ],
)
def test_a_description_that_begins_with_a_maker_names_it(description: str, maker: str | None):
    assert knowledge().maker_in(description) == maker


@pytest.mark.parametrize(
    ("description", "model", "firmware"),
    [
        ("Gizmo GX-24, revision RA.16.02.0012, ROM RA.15", "Gizmo GX-24", "RA.16.02.0012"),
        ("GX-24P, 5.43.18.1248, Linux 3.6.5", "GX-24P", "5.43.18.1248"),
        ("GizmoOS (MODEL: G225), Version 8.4.0.0", "G225", "8.4.0.0"),
        ("; GIZMO Q1656; Camera; 10.12.240; Jun 03", "GIZMO Q1656", "10.12.240"),
        ("GX100 GizmoOS v2.11", "GX100 GizmoOS", "2.11"),
        ("Gizmo G-1700B 10.72.0484RU6 / 10.11.2023 40063", "Gizmo G-1700B", "10.72.0484RU6"),
        ("G-8404 (5.1.1.1)", "G-8404", "5.1.1.1"),
        ("OpenBSD gate.example 7.1 GENERIC.MP#465 amd64", None, "7.1"),
        ("Linux box 5.10.0-23-amd64 #1 SMP", None, None),
    ],
)
async def test_what_a_description_gives_away(
    description: str, model: str | None, firmware: str | None
):
    replies: dict[str, SnmpValue] = {
        "1.3.6.1.2.1.1.1.0": description.encode(),
        "1.3.6.1.2.1.1.2.0": Oid("1.3.6.1.4.1.8072.9999.1"),
    }

    facts = await identify(TARGET, RecordedWire(replies), knowledge(), full=False)

    assert facts.profile is None
    assert (facts.model, facts.firmware) == (model, firmware)
