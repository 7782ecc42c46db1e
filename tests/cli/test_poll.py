import json
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from netzwart.cli import run_command_line
from netzwart.demo.agent_descriptions import (
    AgentComponent,
    AgentDescription,
    AgentInterface,
    write_descriptions,
)
from tests.ports import free_udp_port

KEYS = [
    "targets",
    "rounds",
    "polls_ok",
    "polls_failed",
    "seconds",
    "polls_per_second",
    "cpu_seconds",
    "peak_rss_mib",
    "values",
    "late",
]


@pytest.fixture
def targets(tmp_path: Path, running_agents: list[AgentDescription]) -> Path:
    path = tmp_path / "ziele.jsonl"
    lines = [
        {
            "id": one.name,
            "host": one.host,
            "port": one.port,
            "community": one.community,
            "timeout_s": 0.3,
            "retries": 0,
        }
        for one in running_agents
    ]
    path.write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
    return path


def test_summary_has_the_contracts_words(targets: Path, capsys: pytest.CaptureFixture[str]):
    assert run_command_line(["poll", "--targets", str(targets), "--rounds", "3", "--json"]) == 0
    summary = json.loads(capsys.readouterr().out)
    assert list(summary) == KEYS
    assert (summary["targets"], summary["rounds"]) == (3, 3)
    assert (summary["polls_ok"], summary["polls_failed"]) == (6, 3)
    assert summary["values"] > 6 * 10
    assert summary["cpu_seconds"] > 0
    assert summary["peak_rss_mib"] > 1
    assert summary["late"] == 0


def test_store_records_what_was_read(
    targets: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    database = tmp_path / "messung.db"
    command = ["poll", "--targets", str(targets), "--store", f"sqlite:///{database}", "--json"]
    assert run_command_line(command) == 0
    assert run_command_line(command) == 0
    capsys.readouterr()
    with sqlite3.connect(database) as connection:
        nodes = connection.execute(
            "SELECT sys_name, reachability FROM node ORDER BY address"
        ).fetchall()
        serials = connection.execute("SELECT serial FROM component ORDER BY serial").fetchall()
        ports = connection.execute("SELECT count(*) FROM interface").fetchone()
    connection.close()
    assert nodes[0] == ("agent-1", "up")
    assert nodes[2][0] is None
    assert nodes[2][1] != "up"
    assert serials == [("DEMO1",), ("DEMO2",)]
    assert ports == (8,)


def test_wrong_list_is_told_with_its_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    path = tmp_path / "ziele.jsonl"
    path.write_text('{"id": "a"}', encoding="utf-8")
    assert run_command_line(["poll", "--targets", str(path)]) == 1
    assert "Zeile 1: host: fehlt" in capsys.readouterr().err


def test_wrong_usage_ends_with_two(capsys: pytest.CaptureFixture[str]):
    assert run_command_line(["poll"]) == 2
    assert run_command_line(["poll", "--targets", "x", "--rounds", "0"]) == 2
    assert run_command_line(["poll", "--help"]) == 0
    assert "Beispiele:" in capsys.readouterr().out


def test_ssh_targets_are_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    path = tmp_path / "ziele.jsonl"
    shell = {"platform": "linux", "user": "a", "password": "x"}
    path.write_text(json.dumps({"id": "s1", "host": "127.0.0.1", "ssh": shell}), encoding="utf-8")
    assert run_command_line(["poll", "--targets", str(path)]) == 1
    assert "s1" in capsys.readouterr().err


@pytest.fixture
def running_agents(tmp_path: Path) -> Iterator[list[AgentDescription]]:
    """Three agents in a process of their own, since the command has an event loop of its own."""
    port = free_udp_port()
    descriptions = [
        AgentDescription(
            host=f"127.88.2.{number}",
            port=port,
            name=f"agent-{number}",
            community="demo-lesen",
            interfaces=tuple(AgentInterface(n, f"1/1/{n}") for n in range(1, 5)),
            components=(AgentComponent(1, "Chassis", serial=f"DEMO{number}"),),
            is_silent=number == 3,
        )
        for number in (1, 2, 3)
    ]
    path = tmp_path / "agents.json"
    write_descriptions(path, descriptions)
    with subprocess.Popen(
        [sys.executable, "-m", "netzwart.demo.agents", "--config", str(path), "--with-parent"],
        stdout=subprocess.PIPE,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"agents_ready count=3\n"
        yield descriptions
        process.terminate()
