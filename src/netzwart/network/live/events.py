"""One state change as it travels to browsers and programs, and the lines it travels in; pure."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from netzwart.accounts.actors import Scope

RETRY_MS = 3000
"""How long a client waits before it asks again (HTML, 9.2.6)."""
HEARTBEAT = b": still here\n\n"
"""A comment, for proxies that cut silent connections."""
OPENING = f"retry: {RETRY_MS}\n: netzwart\n\n".encode()


@dataclass(frozen=True, slots=True)
class StateEvent:
    """One row of `state_change` with the names that belong to it."""

    id: int
    at: datetime
    node_id: int
    node_name: str
    school_id: int
    interface: str | None
    what: str
    before: str | None
    after: str | None

    def is_within(self, scope: Scope) -> bool:
        """Tell whether somebody with this scope may know of it."""
        return scope is None or self.school_id in scope

    def lines(self) -> bytes:
        """Return the event as the lines of an event stream."""
        return _event("state_change", self._as_json(), event_id=self.id)

    def _as_json(self) -> Mapping[str, Any]:
        return {
            "id": self.id,
            "at": self.at.isoformat().replace("+00:00", "Z"),
            "node": {"id": self.node_id, "name": self.node_name},
            "school": {"id": self.school_id},
            "interface": self.interface,
            "what": self.what,
            "before": self.before,
            "after": self.after,
        }


def reset(last_id: int) -> bytes:
    """Return the event that says: too much happened to tell, read the present state anew."""
    return _event("reset", {"id": last_id}, event_id=last_id)


def _event(name: str, data: Mapping[str, Any], *, event_id: int) -> bytes:
    # JSON escapes line breaks, so a name that holds some cannot end the event.
    text = json.dumps(data, ensure_ascii=False)
    return f"id: {event_id}\nevent: {name}\ndata: {text}\n\n".encode()


def last_event_id(header: str | None) -> int | None:
    """Return what a client says it has seen last; None where it says nothing, -1 for nonsense."""
    if header is None or not header.strip():
        return None
    said = header.strip()
    is_number = said.isascii() and said.isdigit() and len(said) < len(str(2**63))
    return int(said) if is_number else -1
