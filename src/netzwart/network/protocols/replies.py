"""The one surface between netzwart and a wire: targets in, plain values out.

Whatever speaks SNMP (netzwart's own codec, pysnmp, a recording in the tests) implements
`SnmpWire`; whatever opens a shell implements `SshWire`. Above this file nobody knows which one.
"""

from collections.abc import Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from enum import StrEnum
from typing import NewType, Protocol

from pydantic import SecretStr

Oid = NewType("Oid", str)
"""Dotted decimal without a leading dot: `1.3.6.1.2.1.1.3.0`."""

Index = NewType("Index", str)
"""What follows a column's OID in an instance, dotted, no leading dot: `1` or `4.10.0.0.1`."""

SnmpValue = int | bytes | Oid
"""INTEGER, Counter, Gauge and TimeTicks as int; OCTET STRING, Opaque and IpAddress (4 bytes) as
bytes; OBJECT IDENTIFIER as `Oid` (str). noSuchObject, noSuchInstance and endOfMibView never appear:
what a device does not have is absent."""


class SnmpVersion(StrEnum):
    """The message versions of RFC 1157, RFC 1901 and RFC 3412, as the contract writes them."""

    V1 = "1"
    V2C = "2c"
    V3 = "3"


class AuthProtocol(StrEnum):
    """usmAuthProtocols of RFC 3414 and RFC 7860."""

    MD5 = "md5"
    SHA1 = "sha1"
    SHA224 = "sha224"
    SHA256 = "sha256"
    SHA384 = "sha384"
    SHA512 = "sha512"


class PrivacyProtocol(StrEnum):
    """usmPrivProtocols of RFC 3414 and RFC 3826, and the vendors' longer AES keys."""

    DES = "des"
    AES128 = "aes128"
    AES192 = "aes192"
    AES256 = "aes256"


@dataclass(frozen=True, slots=True)
class SnmpTarget:
    """One agent and what it takes to ask it; `host` is an IPv4 or IPv6 address or a name."""

    host: str
    port: int = 161
    version: SnmpVersion = SnmpVersion.V2C
    community: SecretStr | None = None
    user: str | None = None
    auth: AuthProtocol | None = None
    auth_key: SecretStr | None = None
    privacy: PrivacyProtocol | None = None
    privacy_key: SecretStr | None = None
    context: str = ""
    timeout_s: float = 1.5
    retries: int = 1


@dataclass(frozen=True, slots=True)
class SshTarget:
    """One shell; `platform` is netmiko's device type."""

    host: str
    platform: str
    user: str
    port: int = 22
    password: SecretStr | None = None
    private_key: SecretStr | None = None
    enable_secret: SecretStr | None = None
    host_keys: frozenset[str] = frozenset()
    """Keys that the device may show, type and base64 each; beside those of `known_hosts`."""
    known_hosts: str | None = None
    """Path of a known_hosts file; one that is not there knows nobody."""
    accepts_new_host: bool = False
    """Take any key of a device of which none is known; for `identify` by hand only."""
    timeout_s: float = 20.0
    fast_cli: bool = True
    """False pauses between steps, for devices that swallow what comes too soon."""


class WireError(Exception):
    """The wire gave no usable answer; the message is English, technical, and free of secrets."""


class NoAnswerError(WireError):
    """Nothing came back in time."""


class RefusedError(WireError):
    """The agent answered with an error-status, a report PDU, or closed the door."""


class AuthenticationFailedError(WireError):
    """Wrong user, key or password."""


class HostKeyError(AuthenticationFailedError):
    """The device showed an SSH key that is not one of the known ones; nothing was sent to it."""

    def __init__(self, line: str, fingerprint: str, *, is_changed: bool) -> None:
        what = "is not the known one" if is_changed else "is not known"
        super().__init__(f"the device's host key {fingerprint} {what}")
        self.line = line
        self.fingerprint = fingerprint
        self.is_changed = is_changed


class MalformedReplyError(WireError):
    """Bytes came back that no protocol allows."""


class EndlessTableError(MalformedReplyError):
    """Readable answers came, but more of them than any honest table has."""


class SnmpWire(Protocol):
    """Asks SNMP agents; every method may raise a `WireError`."""

    async def get(self, target: SnmpTarget, oids: Sequence[Oid]) -> Mapping[Oid, SnmpValue]:
        """Return the instances the agent has, of those asked; any number, split as needed."""
        ...

    async def walk(
        self, target: SnmpTarget, columns: Sequence[Oid]
    ) -> Mapping[Oid, Mapping[Index, SnmpValue]]:
        """Return each column's (or subtree's) instances by index, in the agent's order.

        Columns are fetched together. An agent that stops half-way gives what it gave; an OID that
        does not increase ends its column (RFC 3416, 4.2.3).
        """
        ...


class SshSession(Protocol):
    """One open shell, kept for a round of questions; of one task at a time."""

    async def ask(self, command: str) -> str:
        """Return the command's output; may raise a `WireError`."""
        ...


class SshWire(Protocol):
    """Runs read-only commands in a device's shell; every method may raise a `WireError`."""

    def session(self, target: SshTarget) -> AbstractAsyncContextManager[SshSession]:
        """Open a shell for a round of questions, and close it at the end of the block."""
        ...

    async def run(self, target: SshTarget, commands: Sequence[str]) -> Mapping[str, str]:
        """Return each command's output by command; one session for all of them."""
        ...
