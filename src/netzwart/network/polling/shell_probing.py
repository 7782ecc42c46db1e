"""One visit to one device by SSH: the family's commands, parsed into the facts SNMP gives."""

from collections.abc import Sequence
from itertools import chain

from netzwart.network.polling.probing import error_kind, error_sentence
from netzwart.network.profiles.facts import DeviceFacts
from netzwart.network.profiles.loading import Knowledge
from netzwart.network.profiles.schema import DeviceProfile
from netzwart.network.profiles.shell import families_of, read_shell
from netzwart.network.protocols.replies import SshTarget, SshWire, WireError

_USUAL_COMMANDS = ("show version", "show inventory")
"""For platforms without a profile."""


async def identify_over_ssh(target: SshTarget, wire: SshWire, known: Knowledge) -> DeviceFacts:
    """Return what the device says in its shell; of a silent one that it is silent, and why.

    Raises nothing.
    """
    family = families_of(target.platform, known)
    try:
        outputs = await wire.run(target, _commands(family))
    except WireError as problem:
        sentence = error_sentence(error_kind(problem))
        return DeviceFacts(reachable=False, error=f"{sentence} ({problem})")
    return read_shell(target.platform, outputs, family)


def _commands(family: Sequence[DeviceProfile]) -> Sequence[str]:
    """Return the identity commands of all families that share the shell, each once."""
    asked = [one.ssh.identity for one in family if one.ssh is not None]
    return tuple(dict.fromkeys(chain.from_iterable(asked))) or _USUAL_COMMANDS
