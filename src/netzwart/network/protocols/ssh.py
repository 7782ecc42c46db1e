"""Shells of devices behind the `SshWire` surface; netmiko blocks, so each session has a thread."""

import asyncio
import io
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, cast

import netmiko
import paramiko
from netmiko.exceptions import (
    NetmikoAuthenticationException,
    NetmikoBaseException,
    NetmikoTimeoutException,
    ReadException,
)

from netzwart.network.protocols.replies import (
    AuthenticationFailedError,
    MalformedReplyError,
    NoAnswerError,
    RefusedError,
    SshTarget,
    WireError,
)

_MAX_SESSIONS = 16
"""Threads beyond some twenty per core only wait for one another."""
_MAX_OUTPUT_CHARACTERS = 5_000_000
_KEY_TYPES = (paramiko.Ed25519Key, paramiko.ECDSAKey, paramiko.RSAKey)
_HOST_KEY_WORDS = ("not found in known_hosts", "host key for server", "Host key")


def open_ssh_wire(max_sessions: int = _MAX_SESSIONS) -> "NetmikoWire":
    """Return the wire that this installation uses; `close()` it in the end."""
    return NetmikoWire(max_sessions)


class NetmikoWire:
    """Runs commands in up to `max_sessions` shells at once; no session is ever shared."""

    def __init__(self, max_sessions: int = _MAX_SESSIONS) -> None:
        self._threads = ThreadPoolExecutor(max_sessions, thread_name_prefix="ssh")

    async def run(self, target: SshTarget, commands: Sequence[str]) -> Mapping[str, str]:
        """Return each command's output by command; one session for all of them.

        Raises:
            NoAnswerError: nothing listens, or the device stopped talking.
            AuthenticationFailedError: user, password, key or enable secret is wrong, or the
                device shows another host key than the known one.
            RefusedError: unknown platform, or the device closed the door.
            MalformedReplyError: an output larger than any honest one.
        """
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._threads, _run, target, tuple(commands))

    async def close(self) -> None:
        """Wait for running sessions to end and give the threads back."""
        await asyncio.to_thread(self._threads.shutdown, wait=True, cancel_futures=True)


def _run(target: SshTarget, commands: Sequence[str]) -> dict[str, str]:
    if any(not command.isprintable() for command in commands):
        raise RefusedError("a command holds control characters")
    options = _options(target)
    try:
        connection = netmiko.ConnectHandler(**options)
        try:
            if target.enable_secret is not None:
                connection.enable()
            outputs = {
                command: _output(connection, command, target.timeout_s) for command in commands
            }
        except BaseException:
            # A polite goodbye would wait for prompts that do not come.
            connection.paramiko_cleanup()
            raise
        connection.disconnect()
    except (NetmikoBaseException, paramiko.SSHException, OSError, EOFError, ValueError) as problem:
        raise _meaning(problem) from problem
    return outputs


def _output(connection: Any, command: str, timeout_s: float) -> str:  # noqa: ANN401 -- netmiko's class is chosen at run time
    output = connection.send_command(command, read_timeout=timeout_s)
    if not isinstance(output, str) or len(output) > _MAX_OUTPUT_CHARACTERS:
        raise MalformedReplyError("output of unusable size or kind")
    return output.strip("\r\n")


def _options(target: SshTarget) -> dict[str, Any]:
    """Return netmiko's arguments: no agent, no key files of the account that runs netzwart."""
    is_shell = not target.platform.endswith(("_telnet", "_serial", "autodetect"))
    known = cast("list[str]", netmiko.platforms)  # pyright: ignore[reportUnknownMemberType]
    if target.platform not in known or not is_shell:
        raise RefusedError(f"unknown platform {target.platform!r}")
    options: dict[str, Any] = {
        "device_type": target.platform,
        "host": target.host,
        "port": target.port,
        "username": target.user,
        "conn_timeout": target.timeout_s,
        "auth_timeout": target.timeout_s,
        "banner_timeout": target.timeout_s,
        "blocking_timeout": target.timeout_s,
        "fast_cli": True,
        "use_keys": False,
        "allow_agent": False,
    }
    if target.password is not None:
        options["password"] = target.password.get_secret_value()
    if target.private_key is not None:
        options["pkey"] = _private_key(target.private_key.get_secret_value())
    if target.enable_secret is not None:
        options["secret"] = target.enable_secret.get_secret_value()
    if target.known_hosts is not None:
        options |= {"ssh_strict": True, "alt_host_keys": True, "alt_key_file": target.known_hosts}
    return options


def _private_key(text: str) -> paramiko.PKey:
    for kind in _KEY_TYPES:
        try:
            return kind.from_private_key(io.StringIO(text))
        except (paramiko.SSHException, ValueError):
            continue
    raise AuthenticationFailedError("the private key is not readable")


def _meaning(problem: Exception) -> WireError:
    """Return what an exception of netmiko, paramiko or the socket means; without its text.

    Their texts name hosts and settings over many lines, and are not meant for a status column.
    """
    text = str(problem)
    if isinstance(problem, NetmikoAuthenticationException | paramiko.AuthenticationException):
        return AuthenticationFailedError("user, password or key refused")
    if isinstance(problem, paramiko.BadHostKeyException) or any(
        word in text for word in _HOST_KEY_WORDS
    ):
        return AuthenticationFailedError("the device's host key is not the known one")
    if isinstance(problem, ValueError):
        # netmiko's only ValueErrors after the connection are a failed enable or a lost prompt.
        return AuthenticationFailedError("enable mode refused, or no prompt found")
    if isinstance(problem, NetmikoTimeoutException | ReadException | OSError | EOFError):
        return NoAnswerError("no connection, or the session fell silent")
    return RefusedError("the session was refused")
