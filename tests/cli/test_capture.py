"""`netzwart capture` against a real snmpd, which has a contact, a place, users and a community."""

import asyncio
from pathlib import Path

import pytest

from netzwart.cli import run_command_line
from netzwart.network.profiles.identifying import identify
from netzwart.network.profiles.loading import knowledge
from netzwart.network.protocols.replies import SnmpTarget
from tests.network.conftest import Snmpd, snmpd
from tests.network.recorded_wire import RecordedWire

__all__ = ["snmpd"]


def test_a_real_agent_is_recorded_without_its_secrets(
    snmpd: Snmpd, capsys: pytest.CaptureFixture[str]
):
    code = run_command_line(["capture", f"127.0.0.1:{snmpd.port}", "--community", "geheim-lesen"])

    said = capsys.readouterr()
    assert code == 0
    lines = said.out.splitlines()
    assert len(lines) > 50
    assert any(line.startswith("1.3.6.1.2.1.1.1.0|4") for line in lines)
    assert any(line.startswith("1.3.6.1.2.1.2.2.1.") for line in lines)
    for secret in ("geheim-lesen", "netzwart-test", "Serverraum", "script"):
        assert secret not in said.out
    for subtree in ("1.3.6.1.6.3.", "1.3.6.1.2.1.4.", "1.3.6.1.2.1.25.4."):
        assert not any(line.startswith(subtree) for line in lines)
    assert "Bitte vor dem Weitergeben durchsehen" in said.err


async def test_a_recording_identifies_as_the_device_does(
    snmpd: Snmpd, capsys: pytest.CaptureFixture[str], tmp_path: Path
):
    arguments = ["capture", f"127.0.0.1:{snmpd.port}", "--community", "geheim-lesen"]
    assert await asyncio.to_thread(run_command_line, arguments) == 0
    recording = tmp_path / "own.snmprec"
    recording.write_text(capsys.readouterr().out, encoding="ascii")

    facts = await identify(
        SnmpTarget("192.0.2.1"), RecordedWire.of(recording), knowledge(), full=True
    )

    assert facts.profile == "linux"
    assert facts.name == "geraet-1"
    assert {port.name for port in facts.interfaces} >= {"lo"}


def test_a_silent_device_and_a_bad_subtree_are_refused_in_german(
    capsys: pytest.CaptureFixture[str],
):
    assert run_command_line(["capture", "127.0.0.1:9", "--community", "c"]) == 1
    assert "antwortet nicht" in capsys.readouterr().err
    arguments = ["capture", "127.0.0.1:9", "--community", "c", "--tree", "sysDescr"]
    assert run_command_line(arguments) == 1
    assert "ist kein Teilbaum" in capsys.readouterr().err
    assert run_command_line(["capture", "127.0.0.1"]) == 2
