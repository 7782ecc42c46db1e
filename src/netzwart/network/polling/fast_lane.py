"""The lane for nodes that are known already: asked by the fast wire, recorded in bulk.

Each node's first visit goes the long way (`probing.py`, `identifying.py`), which also learns what
it has. From then on most polls bring nothing but counters, and those pass here without a task,
without reading the database, and without a row per port.
"""

from collections.abc import Callable
from datetime import datetime, timedelta

from netzwart.network.credentials import SealedCredential
from netzwart.network.polling.due import Claim, ClaimedNode
from netzwart.network.polling.members import Member
from netzwart.network.polling.reading import StatusReading
from netzwart.network.polling.standard_tables import Table
from netzwart.network.polling.status_sheets import PROBE_SHEET, sheet_of
from netzwart.network.protocols.fleet_agents import FleetAgent, Pace
from netzwart.network.protocols.replies import SnmpTarget
from netzwart.network.protocols.sheets import Sheet
from netzwart.network.protocols.snmp import ChoosingWire

SLOW_EVERY_S = 1800
"""Names and speeds are asked this often; a port that changes its state lets them be asked next."""
MAX_MEMBERS = 50_000


class FastLane:
    """The nodes that this worker knows; one instance belongs to one event loop."""

    def __init__(self, wire: ChoosingWire, *, slow_every_s: int = SLOW_EVERY_S) -> None:
        self._wire = wire
        self._slow_every = timedelta(seconds=slow_every_s)
        self._members: dict[int, Member] = {}

    def find(self, claim: Claim, sealed: SealedCredential | None) -> Member | None:
        """Return the node if it is known here and nothing else has written to it since."""
        member = self._members.get(claim.id)
        return member if member is not None and member.fits(claim, sealed) else None

    def poll(self, member: Member, now: datetime, ended: Callable[[FleetAgent], None]) -> None:
        """Ask a node; `ended` is called when it has answered or will not."""
        scope = member.scope(now, self._slow_every)
        self._wire.fleet.poll(member.agent, ended, scope)

    async def learn(
        self,
        node: ClaimedNode,
        sealed: SealedCredential | None,
        target: SnmpTarget,
        reading: StatusReading,
        table: Table | None,
    ) -> None:
        """Remember a node as it was just recorded; `table` is what the long way read, if it did."""
        member = self._members.get(node.id)
        if reading.reachable and table is not None:
            sheet = sheet_of(table)
            member = None if sheet is None else await self._placed(node.id, target, sheet, member)
        elif reading.reachable and reading.error is not None:
            member = None
        elif member is None or member.target != target:
            member = await self._placed(node.id, target, PROBE_SHEET, None)
        elif reading.reachable:
            member.ask_everything_next()
        if member is None:
            self._members.pop(node.id, None)
            return
        member.learn(node, sealed, reading)
        self._members.pop(node.id, None)
        self._members[node.id] = member
        if len(self._members) > MAX_MEMBERS:
            del self._members[next(iter(self._members))]

    async def _placed(
        self, node_id: int, target: SnmpTarget, sheet: Sheet, known: Member | None
    ) -> Member | None:
        """Return the member for this sheet: the one there is, if it is asked just so."""
        if known is not None and known.target == target and known.agent.is_cut_for(sheet):
            return known
        place = await self._wire.fleet_place(target)
        if place is None:
            return None
        pace = Pace(target.timeout_s, target.retries)
        agent = FleetAgent(place.endpoint, place.envelope, sheet, pace)
        return Member(node_id, target, agent)
