"""What sysObjectID and sysDescr alone must tell, for devices of many makers and ages."""

from pathlib import Path

import pytest
import yaml

from netzwart.network.profiles.identifying import identify
from netzwart.network.profiles.loading import knowledge
from netzwart.network.protocols.replies import Oid, SnmpTarget
from tests.network.recorded_wire import RecordedWire

CASES: list[dict[str, str]] = yaml.safe_load(
    Path(__file__).with_name("descriptions.yaml").read_text(encoding="utf-8")
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["description"][:40])
async def test_the_system_group_alone_tells_the_family(case: dict[str, str]):
    wire = RecordedWire(
        {
            "1.3.6.1.2.1.1.1.0": case["description"].encode(),
            "1.3.6.1.2.1.1.2.0": Oid(f"1.3.6.1.4.1.{case['object_id']}"),
        }
    )

    facts = await identify(SnmpTarget("192.0.2.1"), wire, knowledge(), full=True)

    assert (facts.profile, facts.model, facts.firmware) == (
        case["profile"],
        case["model"],
        case["firmware"],
    )
