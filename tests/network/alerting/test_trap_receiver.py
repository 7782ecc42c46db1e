import asyncio
import random
import socket
from collections.abc import AsyncGenerator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from pydantic import SecretStr

from netzwart.network.protocols.replies import AuthProtocol, PrivacyProtocol
from netzwart.network.protocols.trap_receiver import ACCEPTED, EngineIdentity, TrapReceiver
from netzwart.network.protocols.traps import Notification, Refusal, TrapSender, TrapUser
from tests.network.alerting.net_snmp import COLD_START, LINK_DOWN, LINK_UP, send, v3

ENGINE = "0x8000000001020304"
KEYS = (SecretStr("invented-auth-1"), SecretStr("invented-priv-1"))
USERS = (
    TrapUser("sha1", AuthProtocol.SHA1, KEYS[0], PrivacyProtocol.AES128, KEYS[1]),
    TrapUser("sha256", AuthProtocol.SHA256, KEYS[0], PrivacyProtocol.AES128, KEYS[1]),
    TrapUser("sha1aes256", AuthProtocol.SHA1, KEYS[0], PrivacyProtocol.AES256, KEYS[1]),
    TrapUser("md5des", AuthProtocol.MD5, KEYS[0], PrivacyProtocol.DES, KEYS[1]),
)


@dataclass
class Ear:
    """An open receiver and what it heard."""

    receiver: TrapReceiver
    port: int
    folder: Path
    heard: list[Notification] = field(default_factory=list[Notification])

    async def hears(self, kind: str) -> bool:
        for _ in range(100):
            if any(one.kind == kind for one in self.heard):
                return True
            await asyncio.sleep(0.02)
        return False

    async def counts(self, what: str, number: int = 1) -> bool:
        for _ in range(100):
            if self.receiver.counts[what] >= number:
                return True
            await asyncio.sleep(0.02)
        return False


@pytest.fixture
async def ear(tmp_path: Path) -> AsyncGenerator[Ear]:
    heard: list[Notification] = []
    receiver = TrapReceiver(EngineIdentity(bytes.fromhex("8000000005aabbccdd"), 3), heard.append)
    receiver.senders = {"127.0.0.1": TrapSender(frozenset({b"geheim"}), USERS)}
    opened = Ear(receiver, receiver.open("127.0.0.1", 0), tmp_path, heard)
    yield opened
    receiver.close()
    await asyncio.sleep(0)


async def test_traps_of_v1_and_v2c_are_heard(ear: Ear):
    await send(ear.folder, "snmptrap", ["-v2c", "-c", "geheim"], ear.port, "", LINK_DOWN)
    assert await ear.hears(LINK_DOWN)
    await send(ear.folder, "snmptrap", ["-v1", "-c", "geheim"], ear.port,
               "1.3.6.1.4.1.8072", "127.0.0.1", "3", "0", "")  # fmt: skip
    assert await ear.hears(LINK_UP)
    assert {one.sender for one in ear.heard} == {"127.0.0.1"}


async def test_inform_is_confirmed(ear: Ear):
    code = await send(ear.folder, "snmpinform", ["-v2c", "-c", "geheim"], ear.port, "", COLD_START)
    assert code == 0, "snmpinform got its answer"
    assert await ear.hears(COLD_START)


@pytest.mark.parametrize(
    ("user", "auth", "privacy"),
    [
        ("sha1", "SHA", "AES"),
        ("sha256", "SHA-256", "AES"),
        ("sha1aes256", "SHA", "AES-256"),
        ("md5des", "MD5", "DES"),
    ],
)
async def test_v3_traps_and_informs_are_heard(ear: Ear, user: str, auth: str, privacy: str):
    await send(ear.folder, "snmptrap", v3(user, auth, privacy, ENGINE), ear.port, "", LINK_DOWN)
    assert await ear.hears(LINK_DOWN)
    code = await send(ear.folder, "snmpinform", v3(user, auth, privacy), ear.port, "", LINK_UP)
    assert code == 0, "snmpinform found our engine and got its answer"
    assert await ear.hears(LINK_UP)


async def test_wrong_keys_and_users_are_counted_and_ignored(ear: Ear):
    await send(ear.folder, "snmptrap", ["-v2c", "-c", "falsch"], ear.port, "", LINK_DOWN)
    assert await ear.counts(Refusal.WRONG_COMMUNITY)
    await send(ear.folder, "snmptrap", v3("fremd", engine=ENGINE), ear.port, "", LINK_DOWN)
    assert await ear.counts(Refusal.WRONG_USER)
    wrong = [one.replace("invented-auth-1", "another-auth-1") for one in v3("sha1", engine=ENGINE)]
    await send(ear.folder, "snmptrap", wrong, ear.port, "", LINK_DOWN)
    assert await ear.counts(Refusal.WRONG_USER, 2)
    wrong = [one.replace("invented-priv-1", "another-priv-1") for one in v3("sha1", engine=ENGINE)]
    await send(ear.folder, "snmptrap", wrong, ear.port, "", LINK_DOWN)
    assert await ear.counts(Refusal.WRONG_USER, 3)
    lower = ["-v3", "-u", "sha1", "-l", "noAuthNoPriv", "-e", ENGINE]
    await send(ear.folder, "snmptrap", lower, ear.port, "", LINK_DOWN)
    assert await ear.counts(Refusal.WRONG_USER, 4), "not below the level of the credentials"
    assert ear.heard == []


async def test_stranger_is_not_heard_even_with_the_right_community(ear: Ear):
    ear.receiver.senders = {"127.0.0.2": TrapSender(frozenset({b"geheim"}))}
    await send(ear.folder, "snmptrap", ["-v2c", "-c", "geheim"], ear.port, "", LINK_DOWN)
    assert await ear.counts(Refusal.UNKNOWN_SENDER)
    assert ear.heard == []


async def test_changed_key_is_used_from_then_on(ear: Ear):
    await send(ear.folder, "snmptrap", v3("sha1", engine=ENGINE), ear.port, "", LINK_DOWN)
    assert await ear.hears(LINK_DOWN)
    changed = TrapUser("sha1", AuthProtocol.SHA1, SecretStr("changed-auth-1"),
                       PrivacyProtocol.AES128, KEYS[1])  # fmt: skip
    ear.receiver.senders = {"127.0.0.1": TrapSender(users=(changed,))}
    await send(ear.folder, "snmptrap", v3("sha1", engine=ENGINE), ear.port, "", LINK_UP)
    assert await ear.counts(Refusal.WRONG_USER)
    new = [one.replace("invented-auth-1", "changed-auth-1") for one in v3("sha1", engine=ENGINE)]
    await send(ear.folder, "snmptrap", new, ear.port, "", LINK_UP)
    assert await ear.hears(LINK_UP)


async def caught(folder: Path, arguments: list[str], *said: str) -> bytes:
    """Return a datagram of net-snmp's, as it went over the wire."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as net:
        net.bind(("127.0.0.1", 0))
        net.settimeout(5)
        await send(folder, "snmptrap", arguments, net.getsockname()[1], *said)
        return net.recv(65_535)


def mutated(genuine: bytes, chance: random.Random) -> bytes:
    octets = bytearray(genuine)
    for _ in range(chance.randrange(1, 5)):
        octets[chance.randrange(2, len(octets))] = chance.randrange(256)
    return bytes(octets)


async def test_hostile_packets_are_survived(ear: Ear):
    chance = random.Random(4711)  # noqa: S311 - repeatable
    genuine = [
        await caught(ear.folder, ["-v2c", "-c", "geheim"], "", LINK_DOWN, "1.3.6.1.2.1.1.5.0", "s",
                     "x" * 200),
        await caught(ear.folder, ["-v1", "-c", "geheim"], "1.3.6.1.4.1.1", "127.0.0.1", "2", "0",
                     ""),
        await caught(ear.folder, v3("sha1", engine=ENGINE), "", LINK_DOWN),
    ]  # fmt: skip
    packets = [packet[:cut] for packet in genuine for cut in range(len(packet))]
    packets += [mutated(packet, chance) for packet in genuine for _ in range(300)]
    packets += [chance.randbytes(chance.randrange(1, 1400)) for _ in range(200)]
    packets += [b"\x30\x84\xff\xff\xff\xff" + bytes(100), b"\x30\x80" * 700, b""]
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        for packet in packets:
            sender.sendto(packet, ("127.0.0.1", ear.port))
            await asyncio.sleep(0)
        assert await ear.counts(Refusal.MALFORMED, 500)
        accepted = ear.receiver.counts[ACCEPTED]
        for packet in genuine:
            sender.sendto(packet, ("127.0.0.1", ear.port))
        assert await ear.counts(ACCEPTED, accepted + len(genuine)), "still listening"
    assert ear.receiver.counts.total() == len(packets) + len(genuine), "each counted once"


async def test_flood_is_cut_off(tmp_path: Path):
    heard: list[Notification] = []
    passes = iter([True, True, False, False, True])
    receiver = TrapReceiver(
        EngineIdentity(b"\x80\x00\x00\x00\x05aaaa", 1), heard.append, lambda _: next(passes)
    )
    receiver.senders = {"127.0.0.1": TrapSender(frozenset({b"geheim"}))}
    ear = Ear(receiver, receiver.open("127.0.0.1", 0), tmp_path, heard)
    for _ in range(5):
        await send(tmp_path, "snmptrap", ["-v2c", "-c", "geheim"], ear.port, "", LINK_DOWN)
    assert await ear.counts(ACCEPTED, 3)
    assert receiver.counts[Refusal.TOO_MANY] == 2
    receiver.close()
    await asyncio.sleep(0)


async def test_v6_socket_hears_both_families(tmp_path: Path):
    heard: list[Notification] = []
    receiver = TrapReceiver(EngineIdentity(b"\x80\x00\x00\x00\x05aaaa", 1), heard.append)
    receiver.senders = {"127.0.0.1": TrapSender(frozenset({b"geheim"}))}
    ear = Ear(receiver, receiver.open("::", 0), tmp_path, heard)
    code = await send(tmp_path, "snmpinform", ["-v2c", "-c", "geheim"], ear.port, "", LINK_DOWN)
    assert code == 0
    assert [one.sender for one in heard] == ["127.0.0.1"]
    receiver.close()
    await asyncio.sleep(0)
