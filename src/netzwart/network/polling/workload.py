"""How many visits are under way, and the quiet ones that wait to be recorded together."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from types import TracebackType
from typing import Any, Self

import structlog
from sqlalchemy.exc import SQLAlchemyError

from netzwart.network.polling.bulk_recording import QuietVisit

_log = structlog.get_logger()

QUICK_PER_VISIT = 8
"""A poll on the fast lane holds a few datagrams and no task: so many more may be under way."""
_GATHER_S = 0.5
"""How long the first visit of a batch waits for others: a transaction costs as much as 30 rows."""
_MOST_AT_ONCE = 500
_LOOK_S = 0.05


class Workload:
    """The visits of one run of the cycle; leaving it waits until all of them are recorded."""

    def __init__(
        self, concurrency: int, record: Callable[[Sequence[QuietVisit]], Awaitable[None]]
    ) -> None:
        """Begin with nothing under way.

        Args:
            concurrency: How many visits may be under way.
            record: Writes quiet visits, some hundred at a time.
        """
        self._most = concurrency * QUICK_PER_VISIT
        self._places = asyncio.Semaphore(concurrency)
        self._record = record
        self._tasks: set[asyncio.Task[None]] = set()
        self._quick = 0
        self._quiet: list[QuietVisit] = []
        self._changed = asyncio.Event()
        self._has_quiet = asyncio.Event()
        self._is_ending = False
        self._recorder: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        self._recorder = asyncio.create_task(self._keep_recording())
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        problem: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._is_ending = True
        while self._tasks or self._quick:
            self._changed.clear()
            await self._changed.wait()
        if self._recorder is not None:
            self._recorder.cancel()
            await asyncio.wait({self._recorder})

    @property
    def room(self) -> int:
        """Return how many more visits may begin."""
        return max(0, self._most - len(self._tasks) - self._quick)

    async def wait_for_room(self, stopping: asyncio.Task[Any] | None = None) -> None:
        """Wait until something has ended, or somebody wants to stop."""
        self._changed.clear()
        waiting = asyncio.create_task(self._changed.wait())
        await asyncio.wait(
            {waiting} if stopping is None else {waiting, stopping},
            return_when=asyncio.FIRST_COMPLETED,
        )
        waiting.cancel()

    def start(self, visit: Coroutine[Any, Any, None]) -> None:
        """Begin a visit that takes the long way, as soon as there is a place for one."""
        task = asyncio.create_task(self._placed(visit))
        self._tasks.add(task)
        task.add_done_callback(self._task_ended)

    async def _placed(self, visit: Coroutine[Any, Any, None]) -> None:
        async with self._places:
            await visit

    def _task_ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        self._changed.set()
        if not task.cancelled() and task.exception() is not None:
            _log.error("visit_failed", exc_info=task.exception())

    def quick_began(self) -> None:
        """Note that a poll began on the fast lane."""
        self._quick += 1

    def quick_ended(self) -> None:
        """Note that a poll left the fast lane for the long way."""
        self._quick -= 1
        self._changed.set()

    def add_quiet(self, visit: QuietVisit) -> None:
        """Keep a visit that ended without news until it is recorded."""
        self._quiet.append(visit)
        self._has_quiet.set()

    async def _gather(self) -> None:
        """Wait for more quiet visits, unless all that are under way have ended."""
        waited_until = asyncio.get_running_loop().time() + _GATHER_S
        while len(self._quiet) < min(self._quick, _MOST_AT_ONCE):
            left = waited_until - asyncio.get_running_loop().time()
            if left <= 0:
                return
            await asyncio.sleep(min(left, _LOOK_S))

    async def _keep_recording(self) -> None:
        """Record quiet visits in batches; what cannot be written is due again after its lease."""
        while True:
            await self._has_quiet.wait()
            await self._gather()
            batch, self._quiet = self._quiet[:_MOST_AT_ONCE], self._quiet[_MOST_AT_ONCE:]
            if not self._quiet:
                self._has_quiet.clear()
            try:
                await self._record(batch)
            except (SQLAlchemyError, OSError):
                _log.exception("quiet_visits_lost", nodes=len(batch))
            self._quick -= len(batch)
            self._changed.set()
