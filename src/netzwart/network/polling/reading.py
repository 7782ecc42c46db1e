"""What one status poll of one node gave, as plain values: no wire and no database in here."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from netzwart.network.profiles.facts import ComponentKind, PortState

InterfaceState = PortState
"""ifAdminStatus and ifOperStatus in the contract's words; one enum for identify and poll."""


class PollError(StrEnum):
    """Why a poll gave nothing or not everything; the kinds of `WireError`."""

    NO_ANSWER = "no_answer"
    REFUSED = "refused"
    AUTHENTICATION_FAILED = "authentication_failed"
    MALFORMED_REPLY = "malformed_reply"


@dataclass(frozen=True, slots=True)
class InterfaceStatus:
    """One row of ifTable and ifXTable; what the agent does not say is None.

    Octets and errors are the agent's running counters, not rates. `counter_bits` says where
    `in_octets` and `out_octets` wrap.
    """

    index: int
    name: str
    alias: str
    type: int | None
    """IANAifType as number."""
    mac: str | None
    speed_bps: int | None
    admin: InterfaceState
    oper: InterfaceState
    in_octets: int | None
    out_octets: int | None
    in_errors: int | None
    out_errors: int | None
    counter_bits: int = 64


@dataclass(frozen=True, slots=True)
class ComponentReading:
    """One part with an identity of its own; `position` is unique within a reading."""

    position: str
    kind: ComponentKind
    model: str | None = None
    serial: str | None = None
    firmware: str | None = None
    manufacturer: str | None = None


@dataclass(frozen=True, slots=True)
class StatusReading:
    """One visit to one node.

    `interfaces` and `components` are None where they were not asked or could not be read to the
    end: half a table must not look like vanished ports. A node that answered the first question
    and then fell silent is reachable, and `error` says what is missing.
    """

    reachable: bool
    taken_at: datetime
    duration_ms: int
    error: PollError | None = None
    error_text: str | None = None
    """German sentence with the technical reason in brackets; safe to show, free of secrets."""
    uptime_s: int | None = None
    name: str | None = None
    object_id: str | None = None
    description: str | None = None
    interfaces: tuple[InterfaceStatus, ...] | None = None
    components: tuple[ComponentReading, ...] | None = None

    @property
    def value_count(self) -> int:
        """Return how many values the agent gave."""
        system = (self.uptime_s, self.name, self.object_id, self.description)
        interfaces = sum(
            value is not None
            for row in self.interfaces or ()
            for value in (
                row.type,
                row.mac,
                row.speed_bps,
                row.admin,
                row.oper,
                row.in_octets,
                row.out_octets,
                row.in_errors,
                row.out_errors,
                row.name or None,
                row.alias or None,
            )
        )
        components = sum(
            value is not None
            for part in self.components or ()
            for value in (part.kind, part.model, part.serial, part.firmware, part.manufacturer)
        )
        return sum(value is not None for value in system) + interfaces + components
