import json
from pathlib import Path

import pytest

from netzwart.cli import run_command_line
from netzwart.network.profiles.loading import knowledge
from netzwart.network.profiles.shell import families_of, parse_rows, read_shell
from netzwart.network.profiles.shell_tables import Table, neutral_rows, table_of

STATUS = """
Port      Name               Status       Vlan       Duplex  Speed Type
Gi1/0/1   Demo uplink        connected    trunk      a-full a-1000 10/100/1000BaseTX
Gi1/0/2                      notconnect   1            auto   auto 10/100/1000BaseTX
Gi1/0/3                      err-disabled 1            auto   auto 10/100/1000BaseTX
"""


@pytest.mark.parametrize(
    ("command", "table"),
    [
        ("show lldp neighbors detail", Table.NEIGHBOURS),
        ("show power inline", Table.POE),
        ("show mac address-table", Table.MAC_TABLE),
        ("show interfaces status", Table.INTERFACES),
        ("display arp all", Table.ARP),
        ("show vlans", Table.VLANS),
        ("display device manuinfo", Table.INVENTORY),
        ("show ap database long", Table.ACCESS_POINTS),
        ("gibberish", None),
    ],
)
def test_a_command_s_words_tell_what_it_lists(command: str, table: Table | None):
    assert table_of(command, []) is table


@pytest.mark.parametrize(
    ("row", "table"),
    [
        ({"neighbor_name": "x", "local_interface": "1"}, Table.NEIGHBOURS),
        ({"sn": "x", "pid": "y"}, Table.INVENTORY),
        ({"mac_address": "x", "vlan_id": "1"}, Table.MAC_TABLE),
        ({"colour": "red"}, None),
    ],
)
def test_else_the_fields_of_a_row_tell(row: dict[str, str], table: Table | None):
    assert table_of("show everything", [row]) is table


def test_a_table_comes_out_in_neutral_words():
    rows = parse_rows("cisco_ios", "show interfaces status", STATUS)

    assert neutral_rows(Table.INTERFACES, rows) == [
        {"name": "Gi1/0/1", "oper": "up", "description": "Demo uplink"},
        {"name": "Gi1/0/2", "oper": "down"},
        {"name": "Gi1/0/3", "oper": "down"},
    ]


def test_output_that_a_template_refuses_is_no_error():
    assert parse_rows("ubiquiti_edgeswitch", "show arp", "All ARPs: 3, maximum: 9") == []
    assert read_shell("ruckus_fastiron", {"show version": "\x00" * 50}).reachable


def test_a_shell_goes_by_either_name():
    known = knowledge()

    assert families_of("huawei_vrp", known) == families_of("huawei", known)
    assert [one.name for one in families_of("cisco_wlc_ssh", known)] == ["cisco_wlc"]
    assert families_of("gibt_es_nicht", known) == []


def test_the_command_says_what_it_understood(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    output = tmp_path / "ausgabe.txt"
    output.write_text(STATUS, encoding="utf-8")
    targets = tmp_path / "liste.jsonl"
    line = {
        "id": "a1",
        "platform": "cisco_ios",
        "command": "show interfaces status",
        "path": str(output),
    }
    targets.write_text(json.dumps(line) + "\n", encoding="utf-8")

    assert run_command_line(["parse", "--targets", str(targets)]) == 0

    said = json.loads(capsys.readouterr().out)
    assert (said["id"], said["vendor"], said["table"]) == ("a1", "Cisco", "interfaces")
    assert len(said["rows"]) == 3


def test_a_bad_list_and_a_missing_file_are_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    targets = tmp_path / "liste.jsonl"
    targets.write_text('{"id": "a1"}\n', encoding="utf-8")

    assert run_command_line(["parse", "--targets", str(targets)]) == 1
    assert "Zeile 1" in capsys.readouterr().err
    arguments = ["parse", "--platform", "linux", "--command", "uname -a", str(tmp_path / "fehlt")]
    assert run_command_line(arguments) == 1
    assert "nicht lesbar" in capsys.readouterr().err
    assert run_command_line(["parse"]) == 1
