"""Records what a device says, as raw material for a profile; nothing secret leaves this module."""

from collections.abc import Iterable, Sequence

from netzwart.network.profiles.answers import SYS_DESCR, SYS_OBJECT_ID, is_below
from netzwart.network.profiles.redacting import Redactor
from netzwart.network.profiles.schema import Redaction
from netzwart.network.protocols.replies import Oid, SnmpTarget, SnmpValue, SnmpWire, WireError

_STANDARD_TREES = (
    "1.3.6.1.2.1.1",
    "1.3.6.1.2.1.2",
    "1.3.6.1.2.1.16.19",
    "1.3.6.1.2.1.17",
    "1.3.6.1.2.1.25",
    "1.3.6.1.2.1.31",
    "1.3.6.1.2.1.33",
    "1.3.6.1.2.1.43",
    "1.3.6.1.2.1.47",
    "1.3.6.1.2.1.99",
    "1.3.6.1.2.1.105",
    "1.3.6.1.2.1.131",
    "1.0.8802.1.1.2",
    "1.3.111.2.802.1.1.13",
    "1.2.840.10036",
    "1.3.6.1.4.1.2021",
    "1.3.6.1.4.1.9.9.23",
)
"""SNMPv2, IF, RMON2, BRIDGE, HOST-RESOURCES, UPS, Printer, ENTITY, ENTITY-SENSOR, POWER-ETHERNET,
ENTITY-STATE, LLDP in both editions, IEEE 802.11, UCD-SNMP and CDP."""

_ENTERPRISES = "1.3.6.1.4.1"


async def capture(
    target: SnmpTarget,
    wire: SnmpWire,
    rules: Redaction,
    *,
    more: Sequence[Oid] = (),
    secrets: Sequence[str] = (),
) -> tuple[dict[Oid, SnmpValue], tuple[str, ...]]:
    """Return the device's answers, redacted, and what could not be read.

    Args:
        target: The device.
        wire: How to ask it.
        rules: What must not be given away.
        more: Subtrees to record beside the standard ones and the maker's own.
        secrets: Texts that must not appear; the community is always one of them.

    Raises:
        WireError: The device does not answer at all.
    """
    system = await wire.get(target, (SYS_DESCR, SYS_OBJECT_ID))
    community = target.community.get_secret_value() if target.community else None
    unsaid = tuple(secret for secret in (community, *secrets) if secret)
    redactor = Redactor(rules, unsaid)
    answers: dict[Oid, SnmpValue] = {}
    problems: list[str] = []
    for tree in _trees(str(system.get(SYS_OBJECT_ID, "")), more):
        if redactor.is_skipped(tree):
            continue
        try:
            found = await wire.walk(target, (tree,))
        except WireError as problem:
            problems.append(f"{tree}: {problem}")
            continue
        for index, value in found.get(tree, {}).items():
            answers[Oid(f"{tree}.{index}" if index else tree)] = value
    return redactor.redacted(answers), tuple(problems)


def _trees(object_id: str, more: Iterable[Oid]) -> list[Oid]:
    """Return the subtrees to walk, each once, none inside another."""
    wanted = [*_STANDARD_TREES, *more]
    arcs = object_id.lstrip(".").split(".")
    if is_below(".".join(arcs), _ENTERPRISES) and len(arcs) > len(_ENTERPRISES.split(".")):
        wanted.append(f"{_ENTERPRISES}.{arcs[6]}")
    return [
        Oid(tree)
        for tree in dict.fromkeys(wanted)
        if not any(tree != other and is_below(tree, other) for other in wanted)
    ]
