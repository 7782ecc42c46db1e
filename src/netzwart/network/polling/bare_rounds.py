"""Polls a list of targets over and over without a database: the wire's own cost and no more."""

import asyncio
import time
from collections.abc import Callable, Sequence

from netzwart.network.polling.probing import probe_with_table
from netzwart.network.polling.status_sheets import sheet_of
from netzwart.network.protocols.fleet_agents import FleetAgent, Outcome, Pace
from netzwart.network.protocols.replies import SnmpTarget
from netzwart.network.protocols.snmp import ChoosingWire

_QUICK_PER_TASK = 8


class BareRounds:
    """Asks the long way first, then by the fast wire as long as an agent is as it was."""

    def __init__(
        self,
        wire: ChoosingWire,
        targets: Sequence[SnmpTarget],
        concurrency: int,
        tally: Callable[[bool, int, float], None],
    ) -> None:
        """Prepare the rounds.

        Args:
            wire: Both wires.
            targets: Whom to ask.
            concurrency: How many of them at the same time.
            tally: Is told of each poll: did all of it come, how many values, how many seconds.
        """
        self._wire = wire
        self._targets = targets
        self._concurrency = concurrency
        self._tally = tally
        self._agents: dict[SnmpTarget, FleetAgent] = {}

    async def run(self) -> None:
        """Poll each target once."""
        waiting = iter(self._targets)

        async def work() -> None:
            for target in waiting:
                await self._poll(target)

        workers = self._concurrency * (_QUICK_PER_TASK if self._agents else 1)
        async with asyncio.TaskGroup() as group:
            for _ in range(min(workers, len(self._targets))):
                group.create_task(work())

    async def _poll(self, target: SnmpTarget) -> None:
        started = time.monotonic()
        agent = self._agents.get(target)
        if agent is not None and await self._wire.fleet.ask(agent) is Outcome.ANSWERED:
            self._tally(True, agent.values, time.monotonic() - started)  # noqa: FBT003 - a `Tally`
            return
        reading, table = await probe_with_table(
            target, self._wire, with_components=not self._agents
        )
        self._tally(reading.error is None, reading.value_count, time.monotonic() - started)
        sheet = None if table is None else sheet_of(table)
        place = await self._wire.fleet_place(target) if sheet is not None else None
        if sheet is None or place is None:
            self._agents.pop(target, None)
            return
        pace = Pace(target.timeout_s, target.retries)
        self._agents[target] = FleetAgent(place.endpoint, place.envelope, sheet, pace)
