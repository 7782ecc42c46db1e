import json
from pathlib import Path

import pytest

from netzwart.network.protocols.replies import (
    AuthProtocol,
    PrivacyProtocol,
    SnmpTarget,
    SnmpVersion,
    SshTarget,
)
from netzwart.network.targets import UnusableTargetsError, parse_targets, read_targets


def line(**changes: object) -> str:
    known: dict[str, object] = {"id": "t1", "host": "127.0.0.1", "community": "public"}
    return json.dumps({key: value for key, value in (known | changes).items() if value is not None})


def refused(*lines: str) -> str:
    with pytest.raises(UnusableTargetsError) as caught:
        parse_targets(lines)
    return caught.value.message


def test_community_line_becomes_a_target():
    (listed,) = parse_targets([line(port=10161, version="2c")])
    assert listed.id == "t1"
    assert isinstance(listed.target, SnmpTarget)
    assert listed.target.port == 10161
    assert listed.target.version is SnmpVersion.V2C
    assert listed.target.community is not None
    assert listed.target.community.get_secret_value() == "public"


def test_v3_line_becomes_a_target():
    text = line(
        version="3",
        community=None,
        user="leser",
        auth="sha256",
        auth_key="auth-geheim",
        privacy="aes128",
        privacy_key="priv-geheim",
    )
    target = parse_targets([text])[0].target
    assert isinstance(target, SnmpTarget)
    assert (target.auth, target.privacy) == (AuthProtocol.SHA256, PrivacyProtocol.AES128)
    assert "geheim" not in repr(target)


def test_ssh_line_becomes_a_target():
    shell = {"platform": "cisco_ios", "user": "leser", "password": "geheim"}
    target = parse_targets([line(community=None, ssh=shell)])[0].target
    assert isinstance(target, SshTarget)
    assert (target.port, target.platform) == (22, "cisco_ios")


def test_unknown_name_is_refused_with_the_nearest_one():
    assert refused(line(), line(id="t2", comunity="x")) == (
        "Zeile 2: comunity: unbekannter Name, gemeint ist vielleicht community."
    )
    shell = {"platform": "linux", "user": "a", "pasword": "x"}
    assert "ssh.pasword: unbekannter Name, gemeint ist vielleicht password" in refused(
        line(community=None, ssh=shell)
    )


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("{", "kein gültiges JSON"),
        ("[]", "erwartete Form"),
        (line(host=None), "host: fehlt"),
        (line(host="a b"), "host"),
        (line(port=0), "port: außerhalb"),
        (line(port="161"), "port: hat nicht"),
        (line(version="4"), "version: erlaubt ist '1', '2c' oder '3'"),
        (line(community=None), "brauchen community"),
        (line(version="3"), "Version 3 braucht user"),
        (line(version="3", user="u", auth="sha1"), "auth und auth_key"),
        (line(version="3", user="u", privacy="des", privacy_key="x"), "privacy braucht auth"),
        (line(ssh={"platform": "linux", "user": "a", "password": "x"}), "neben ssh"),
        (line(community=None, ssh={"platform": "linux", "user": "a"}), "password oder"),
    ],
)
def test_wrong_line_is_refused_with_its_number(text: str, reason: str):
    message = refused("", line(id="gut"), text)
    assert message.startswith("Zeile 3: ")
    assert reason in message


def test_id_twice_is_refused_and_names_both_lines():
    assert refused(line(), line()) == "Zeile 2: Die id steht schon in Zeile 1."


def test_refusal_shows_no_secret():
    assert "sehr-geheim" not in refused(line(community=["sehr-geheim"]))
    assert "sehr-geheim" not in refused('{"id": "a", "community": "sehr-geheim"')


def test_empty_missing_and_binary_files_are_refused(tmp_path: Path):
    assert refused() == "Die Liste enthält kein Ziel."
    with pytest.raises(UnusableTargetsError, match="nicht lesen"):
        read_targets(tmp_path / "fehlt.jsonl")
    (tmp_path / "binär.jsonl").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(UnusableTargetsError, match="UTF-8"):
        read_targets(tmp_path / "binär.jsonl")


def test_file_with_byte_order_mark_is_read(tmp_path: Path):
    path = tmp_path / "ziele.jsonl"
    path.write_text(f"\ufeff{line()}\n", encoding="utf-8")
    assert [listed.id for listed in read_targets(path)] == ["t1"]
