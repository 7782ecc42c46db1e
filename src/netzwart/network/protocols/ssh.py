"""Shells of devices behind the `SshWire` surface; netmiko blocks, so each session has a thread.

A session is opened, used and closed by one thread alone, its lane. A lane whose device holds it up
is left to itself until it comes back, so that a stuck session costs one lane and nobody's time.
"""

import asyncio
import io
import logging
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from typing import Any, TypeVar, cast

import netmiko
import paramiko
from netmiko.exceptions import (
    NetmikoAuthenticationException,
    NetmikoBaseException,
    NetmikoTimeoutException,
    ReadException,
)

from netzwart.network.protocols.host_keys import HostKeyPolicy
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
_SLACK_S = 2.0
_GOODBYE_S = 3.0
_STEPS_TO_OPEN = 4
"""Connecting, banner, authentication and the first prompt may each take the target's patience."""

Result = TypeVar("Result")


def open_ssh_wire(max_sessions: int = _MAX_SESSIONS) -> "NetmikoWire":
    """Return the wire that this installation uses; `close()` it in the end."""
    return NetmikoWire(max_sessions)


class NetmikoWire:
    """Runs commands in up to `max_sessions` shells at once; no session is ever shared."""

    def __init__(self, max_sessions: int = _MAX_SESSIONS) -> None:
        self._idle = [
            ThreadPoolExecutor(1, thread_name_prefix=f"ssh-{number}")
            for number in range(max_sessions)
        ]
        self._all = tuple(self._idle)
        self._free = asyncio.Semaphore(max_sessions)

    @asynccontextmanager
    async def session(self, target: SshTarget) -> AsyncGenerator["NetmikoSession"]:
        """Open a shell for a round of questions, and close it at the end of the block.

        Raises:
            NoAnswerError: nothing listens, the device stopped talking, or all lanes are held up.
            HostKeyError: the device shows a key that is not known.
            AuthenticationFailedError: user, password, key or enable secret is wrong.
            RefusedError: unknown platform, or the device closed the door.
        """
        opened = NetmikoSession(target, await self._lane(target.timeout_s), self._give_back)
        try:
            await opened.open()
            yield opened
        finally:
            await opened.close()

    async def run(self, target: SshTarget, commands: Sequence[str]) -> Mapping[str, str]:
        """Return each command's output by command; one session for all of them.

        Raises:
            MalformedReplyError: an output larger than any honest one.
            WireError: as `session` does.
        """
        for command in commands:
            check_command(command)
        async with self.session(target) as opened:
            return {command: await opened.ask(command) for command in commands}

    async def close(self) -> None:
        """Wait for sessions that are ending and give the threads back."""
        for lane in self._all:
            await asyncio.to_thread(lane.shutdown, wait=True, cancel_futures=True)

    async def _lane(self, patience_s: float) -> ThreadPoolExecutor:
        try:
            async with asyncio.timeout(patience_s):
                await self._free.acquire()
        except TimeoutError as error:
            raise NoAnswerError("all sessions are in use, none became free") from error
        return self._idle.pop()

    def _give_back(self, lane: ThreadPoolExecutor) -> None:
        self._idle.append(lane)
        self._free.release()


class NetmikoSession:
    """One shell in one lane."""

    def __init__(
        self,
        target: SshTarget,
        lane: ThreadPoolExecutor,
        give_back: Callable[[ThreadPoolExecutor], None],
    ) -> None:
        self._target = target
        self._lane = lane
        self._give_back = give_back
        self._policy = HostKeyPolicy(target)
        self._connection: Any = None
        self._last: asyncio.Future[Any] | None = None
        self._is_whole = False

    async def open(self) -> None:
        """Connect, and enter enable mode where a secret is given."""
        patience_s = self._target.timeout_s
        await self._within(_STEPS_TO_OPEN * patience_s, self._open)
        if self._target.enable_secret is not None:
            await self._within(patience_s, self._enable)
        self._is_whole = True

    async def ask(self, command: str) -> str:
        """Return the command's output.

        Raises:
            WireError: it cannot be had; the session is of no use any more.
        """
        check_command(command)
        patience_s = self._target.timeout_s
        return await self._within(
            patience_s, lambda: _output(self._connection, command, patience_s)
        )

    async def close(self) -> None:
        """Say goodbye, or hang up on a device that holds us up, and give the lane back."""
        is_held_up = self._last is not None and not self._last.done()
        if not is_held_up:
            goodbye = self._say_goodbye if self._is_whole else self._hang_up
            self._last = self._start(goodbye)
            await asyncio.wait({self._last}, timeout=_GOODBYE_S)
        elif self._connection is not None:
            # The lane's thread wakes when its socket closes; closing waits, so not in our loop.
            asyncio.get_running_loop().run_in_executor(None, self._hang_up)
        lane, give_back = self._lane, self._give_back
        if self._last is not None:
            self._last.add_done_callback(lambda _: give_back(lane))

    def _start(self, act: Callable[[], Result]) -> "asyncio.Future[Result]":
        started = asyncio.wrap_future(self._lane.submit(act))
        # Whoever waited may be gone when it fails.
        started.add_done_callback(lambda done: None if done.cancelled() else done.exception())
        return started

    async def _within(self, limit_s: float, act: Callable[[], Result]) -> Result:
        self._last = started = self._start(act)
        try:
            async with asyncio.timeout(limit_s + _SLACK_S):
                return await asyncio.shield(started)
        except TimeoutError as error:
            self._is_whole = False
            raise NoAnswerError("the session is stuck") from error
        except (
            NetmikoBaseException,
            paramiko.SSHException,
            OSError,
            EOFError,
            ValueError,
            AttributeError,
        ) as problem:
            self._is_whole = False
            raise self._policy.problem or _meaning(problem) from problem
        except WireError:
            self._is_whole = False
            raise

    def _open(self) -> None:
        connection = netmiko.ConnectHandler(**_options(self._target), auto_connect=False)
        connection.key_policy = self._policy
        self._connection = connection
        connection._open()  # noqa: SLF001 # pyright: ignore[reportPrivateUsage] - netmiko has no other way between making and connecting

    def _enable(self) -> None:
        self._connection.enable()

    def _say_goodbye(self) -> None:
        self._connection.disconnect()

    def _hang_up(self) -> None:
        """Close without waiting for prompts that do not come."""
        connection = self._connection
        if connection is not None:
            connection.paramiko_cleanup()
            # It holds the password, and netmiko removes it in a polite goodbye only.
            logging.getLogger("netmiko").removeFilter(connection._secrets_filter)  # noqa: SLF001


def check_command(command: str) -> None:
    """Let a command pass that is one.

    Raises:
        RefusedError: it holds a line break or the like, and might be two.
    """
    if not command.isprintable():
        raise RefusedError("a command holds control characters")


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
        "fast_cli": target.fast_cli,
        "use_keys": False,
        "allow_agent": False,
        "ssh_strict": True,
    }
    if target.password is not None:
        options["password"] = target.password.get_secret_value()
    if target.private_key is not None:
        options["pkey"] = _private_key(target.private_key.get_secret_value())
    if target.enable_secret is not None:
        options["secret"] = target.enable_secret.get_secret_value()
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
    if isinstance(problem, NetmikoAuthenticationException | paramiko.AuthenticationException):
        return AuthenticationFailedError("user, password or key refused")
    if isinstance(problem, ValueError):
        # netmiko's only ValueErrors after the connection are a failed enable or a lost prompt.
        return AuthenticationFailedError("enable mode refused, or no prompt found")
    if isinstance(
        problem, NetmikoTimeoutException | ReadException | OSError | EOFError | AttributeError
    ):
        # netmiko trips over None where a connection was closed under it.
        return NoAnswerError("no connection, or the session fell silent")
    return RefusedError("the session was refused")
