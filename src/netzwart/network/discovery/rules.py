"""What follows from an address that was asked; pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from netzwart.network.discovery.liveness import Liveness
from netzwart.network.discovery_tables import ProposalStatus
from netzwart.network.protocols.replies import SnmpVersion

MOST_CREDENTIALS = 5
"""So many doors may be tried at one address, each once."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """Credentials that a search may try."""

    id: int
    version: SnmpVersion


def to_try(
    liveness: Liveness, candidates: Sequence[Candidate], *, asks_silent: bool
) -> tuple[Candidate, ...]:
    """Return the credentials to try at an address, in their order, each at most once.

    Nothing is told to an address where nobody speaks SNMP, or nobody is. SNMPv3 is tried only where
    an engine answered: every SNMPv3 agent does.
    """
    bounded = tuple(dict.fromkeys(candidates))[:MOST_CREDENTIALS]
    if liveness is Liveness.SPEAKS_SNMP:
        return bounded
    if liveness is Liveness.ALIVE or (liveness is Liveness.SILENT and asks_silent):
        return tuple(one for one in bounded if one.version is not SnmpVersion.V3)
    return ()


def reopens(status: ProposalStatus, serial_before: str | None, serial_now: str | None) -> bool:
    """Tell whether something found again is a new question to a person.

    What was ignored stays ignored, unless another device answers there now. What was accepted is a
    node; if the search met it all the same, the node has gone elsewhere.
    """
    is_another = serial_before != serial_now and None not in (serial_before, serial_now)
    match status:
        case ProposalStatus.OPEN:
            return False
        case ProposalStatus.ACCEPTED:
            return True
        case ProposalStatus.IGNORED | ProposalStatus.JOINED:
            return is_another
