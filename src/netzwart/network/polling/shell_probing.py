"""One visit to one device by SSH: the family's commands, parsed into the facts SNMP gives."""

import asyncio
import time
from collections.abc import Sequence
from itertools import chain

from netzwart.clock import utcnow
from netzwart.network.polling.probing import error_kind, error_sentence
from netzwart.network.polling.reading import StatusReading
from netzwart.network.profiles.facts import DeviceFacts
from netzwart.network.profiles.loading import Knowledge
from netzwart.network.profiles.schema import DeviceProfile
from netzwart.network.profiles.shell import families_of, read_shell
from netzwart.network.protocols.replies import (
    HostKeyError,
    NoAnswerError,
    SshTarget,
    SshWire,
    WireError,
)

VISIT_LIMIT_S = 150.0
"""Below the lease of a claimed node, so that what came late is never recorded for another visit."""
_USUAL_COMMANDS = ("show version", "show inventory")
"""For platforms without a profile."""


async def identify_over_ssh(target: SshTarget, wire: SshWire, known: Knowledge) -> DeviceFacts:
    """Return what the device says in its shell; of a silent one that it is silent, and why.

    Raises nothing.
    """
    try:
        return await _facts(target, wire, known)
    except WireError as problem:
        sentence = error_sentence(error_kind(problem))
        return DeviceFacts(reachable=False, error=f"{sentence} ({problem})")


async def probe_shell(
    target: SshTarget, wire: SshWire, known: Knowledge
) -> tuple[StatusReading, DeviceFacts | None]:
    """Return how the device is, and what it said; a silent one is data.

    Raises:
        HostKeyError: it showed a key that nobody accepted, which says nothing about how it is.
    """
    started = time.monotonic()
    facts: DeviceFacts | None = None
    problem: WireError | None = None
    try:
        async with asyncio.timeout(VISIT_LIMIT_S):
            facts = await _facts(target, wire, known)
    except TimeoutError:
        problem = NoAnswerError("the visit took too long")
    except HostKeyError:
        raise
    except WireError as caught:
        problem = caught
    kind = error_kind(problem) if problem else None
    reading = StatusReading(
        reachable=facts is not None,
        taken_at=utcnow(),
        duration_ms=round((time.monotonic() - started) * 1000),
        error=kind,
        error_text=f"{error_sentence(kind)} ({problem})" if kind else None,
        uptime_s=None if facts is None else facts.uptime_s,
        name=None if facts is None else facts.name,
    )
    return reading, facts


async def _facts(target: SshTarget, wire: SshWire, known: Knowledge) -> DeviceFacts:
    family = families_of(target.platform, known)
    outputs = await wire.run(target, _commands(family))
    return read_shell(target.platform, outputs, family)


def _commands(family: Sequence[DeviceProfile]) -> Sequence[str]:
    """Return the identity commands of all families that share the shell, each once."""
    asked = [one.ssh.identity for one in family if one.ssh is not None]
    return tuple(dict.fromkeys(chain.from_iterable(asked))) or _USUAL_COMMANDS
