"""Directed polls: a node that sent word is visited at once, however often it repeats itself."""

import asyncio
import contextlib
import time
from collections import deque
from collections.abc import Awaitable, Callable

import structlog
from sqlalchemy.exc import SQLAlchemyError

from netzwart.network.alerting.rules import FOLLOW_UP_S, pause_before_look

_log = structlog.get_logger()

Look = Callable[[int], Awaitable[bool]]
"""Visits a node; False if somebody else visits it just now, whose visit may be too early."""

_RETRY_S = 0.25
_SLOWEST_RETRY_S = 2.0
_GIVE_UP_S = 200.0
"""Longer than a visit may take; then the schedule has been there anyway."""
_AT_ONCE = 16


class DirectedPolls:
    """At most one look per node is under way or waiting; `want` is cheap and may come in floods."""

    def __init__(self, look: Look, *, follow_up_s: float = FOLLOW_UP_S) -> None:
        self._look = look
        self._follow_up_s = follow_up_s
        self._looks = asyncio.Semaphore(_AT_ONCE)
        self._tasks: dict[int, asyncio.Task[None]] = {}
        self._wanted: dict[int, asyncio.Event] = {}
        self._recent: dict[int, deque[float]] = {}

    def want(self, node_id: int) -> None:
        """Look at this node soon; if a look is under way, once more after it."""
        if node_id not in self._tasks:
            self._wanted[node_id] = asyncio.Event()
            task = asyncio.create_task(self._follow(node_id), name=f"directed polls {node_id}")
            self._tasks[node_id] = task
            task.add_done_callback(lambda _: self._forget(node_id))
        self._wanted[node_id].set()

    async def close(self) -> None:
        """Stop; looks that did not begin are left to the schedule."""
        tasks = list(self._tasks.values())
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks)

    async def _follow(self, node_id: int) -> None:
        """Look until nobody wants more, and once more after a while."""
        wanted = self._wanted[node_id]
        is_quiet = False
        while not is_quiet or wanted.is_set():
            await asyncio.sleep(self._pause(node_id))
            is_quiet = not wanted.is_set()
            wanted.clear()
            async with self._looks:
                await self._look_patiently(node_id)
            if not is_quiet:
                await self._listen(wanted)

    async def _listen(self, wanted: asyncio.Event) -> None:
        """Wait for another word, but not longer than until the second look."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(self._follow_up_s):
                await wanted.wait()

    def _pause(self, node_id: int) -> float:
        return pause_before_look(self._recent.get(node_id, ()), time.monotonic())

    async def _look_patiently(self, node_id: int) -> None:
        started, pause = time.monotonic(), _RETRY_S
        self._recent.setdefault(node_id, deque(maxlen=16)).append(started)
        try:
            while not await self._look(node_id):
                if time.monotonic() - started > _GIVE_UP_S:
                    return
                await asyncio.sleep(pause)
                pause = min(2 * pause, _SLOWEST_RETRY_S)
        except (SQLAlchemyError, OSError):  # the database is away; the schedule looks again
            _log.exception("directed_poll_failed", node_id=node_id)

    def _forget(self, node_id: int) -> None:
        """Keep nothing of a node that is quiet, but the looks of the last minutes."""
        del self._tasks[node_id], self._wanted[node_id]
        now = time.monotonic()
        for other in [one for one, at in self._recent.items() if now - at[-1] > _GIVE_UP_S]:
            del self._recent[other]
