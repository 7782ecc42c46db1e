import json
from pathlib import Path

import pytest

from netzwart.cli import run_command_line
from netzwart.cli.identify import parse_address
from netzwart.errors import InvalidInputError
from tests.network.profiles.agent import recorded_agent

RECORDING = Path(__file__).parents[2] / "device_profiles/aruba_aoscx/recordings/6300m_10_13.snmprec"


@pytest.mark.parametrize(
    ("text", "host", "port"),
    [
        ("10.1.0.11", "10.1.0.11", 161),
        ("10.1.0.11:1161", "10.1.0.11", 1161),
        ("switch.schule.example", "switch.schule.example", 161),
        ("[::1]:10161", "::1", 10161),
        ("[fd00::11]", "fd00::11", 161),
        ("fd00::11", "fd00::11", 161),
    ],
)
def test_an_address_is_read_in_every_usual_form(text: str, host: str, port: int):
    target = parse_address(text)

    assert (target.host, target.port) == (host, port)


@pytest.mark.parametrize("text", ["", "a b", "host:", "host:0", "host:70000", "[::1", "::1]:161"])
def test_what_is_no_address_is_refused(text: str):
    with pytest.raises(InvalidInputError):
        parse_address(text)


def test_a_real_agent_is_identified_over_the_wire(capsys: pytest.CaptureFixture[str]):
    with recorded_agent(RECORDING) as port:
        code = run_command_line(
            ["identify", "--target", f"127.0.0.1:{port}", "--community", "public", "--full"]
        )

    line = json.loads(capsys.readouterr().out)
    assert code == 0
    assert line["id"] == f"127.0.0.1:{port}"
    assert (line["reachable"], line["profile"], line["serial"]) == (
        True,
        "aruba_aoscx",
        "SG00INVENT",
    )
    assert line["temperatures"] == [{"name": "1/1-CPU", "celsius": 47.25}]


def test_each_target_of_a_list_gets_its_line_and_a_silent_one_says_why(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    with recorded_agent(RECORDING) as port:
        common = {"host": "127.0.0.1", "community": "public", "timeout_s": 0.2, "retries": 0}
        targets = [
            {"id": "here", "port": port, **common},
            {"id": "silent", "port": port, **common, "community": "wrong"},
        ]
        path = tmp_path / "targets.jsonl"
        path.write_text("\n".join(map(json.dumps, targets)), encoding="utf-8")

        code = run_command_line(["identify", "--targets", str(path)])

    lines = {line["id"]: line for line in map(json.loads, capsys.readouterr().out.splitlines())}
    assert code == 0
    assert lines["here"]["model"] == "JL659A"
    assert lines["silent"]["reachable"] is False
    assert lines["silent"]["error"]


def test_a_shell_that_nobody_answers_is_unreachable_with_a_reason(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    shell = {"platform": "cisco_ios", "user": "netzwart", "password": "invented", "timeout_s": 2}
    path = tmp_path / "targets.jsonl"
    path.write_text(json.dumps({"id": "s", "host": "127.0.0.1", "port": 9, "ssh": shell}))

    assert run_command_line(["identify", "--targets", str(path)]) == 0

    line = json.loads(capsys.readouterr().out)
    assert line["reachable"] is False
    assert line["error"]


def test_a_target_without_a_community_is_refused(capsys: pytest.CaptureFixture[str]):
    assert run_command_line(["identify", "--target", "127.0.0.1"]) == 1
    assert "--community" in capsys.readouterr().err


def test_help_shows_an_example(capsys: pytest.CaptureFixture[str]):
    assert run_command_line(["identify", "--help"]) == 0
    assert "netzwart identify --target" in capsys.readouterr().out
