"""One reader of changes per web process, and everybody who listens to it."""

import asyncio
import contextlib
import time
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager

import structlog
from sqlalchemy.exc import SQLAlchemyError

from netzwart.accounts.actors import Scope
from netzwart.database import Database
from netzwart.errors import UnavailableError
from netzwart.network.live.events import HEARTBEAT, OPENING, StateEvent, reset
from netzwart.network.live.feed import ChangeFeed, newest_id, since

_log = structlog.get_logger()

LOOK_S = 0.4
"""Between two looks at the change table while somebody listens."""
HEARTBEAT_S = 15.0
LONGEST_S = 300.0
"""Then the client connects anew, and its rights are looked at anew."""
WAITING = 256
"""Events that may wait for a slow client; one more, and it is told to read the state anew."""
MAX_LISTENERS = 1000


class TooManyListenersError(UnavailableError):
    """This web process tells as many as it can."""


class Listener:
    """One client's queue; never longer than `WAITING`."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope
        self._queue: asyncio.Queue[bytes | None] = asyncio.Queue(WAITING)

    def tell(self, event: StateEvent) -> None:
        """Queue an event, if this client may know of it."""
        if event.is_within(self._scope):
            self._put(event.lines(), event.id)

    def dismiss(self) -> None:
        """End the stream after what is queued."""
        self._put(None, 0)

    def _put(self, lines: bytes | None, event_id: int) -> None:
        if self._queue.full():
            while not self._queue.empty():
                self._queue.get_nowait()
            lines = None if lines is None else reset(event_id)
        self._queue.put_nowait(lines)

    async def hear(self, heartbeat_s: float, longest_s: float) -> AsyncIterator[bytes]:
        """Give events as they come, and a heartbeat where none comes for long."""
        ending = time.monotonic() + longest_s
        while (left := ending - time.monotonic()) > 0:
            try:
                async with asyncio.timeout(min(heartbeat_s, left)):
                    lines = await self._queue.get()
            except TimeoutError:
                lines = HEARTBEAT
            if lines is None:
                return
            yield lines


class LiveHub:
    """Reads while somebody listens; with several web processes each has one of its own."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._listeners: set[Listener] = set()
        self._reading: asyncio.Task[None] | None = None
        self._is_standing = asyncio.Event()
        self._is_closed = False

    @property
    def count(self) -> int:
        """Return how many listen."""
        return len(self._listeners)

    async def stream(
        self,
        scope: Scope,
        last_id: int | None,
        *,
        heartbeat_s: float = HEARTBEAT_S,
        longest_s: float = LONGEST_S,
    ) -> AsyncGenerator[bytes]:
        """Give the lines of an event stream: what was missed since `last_id`, then what comes.

        Events may come twice around a reconnection, and never get lost; a client that missed too
        much gets one `reset` instead.
        """
        async with self._listening(scope) as listener:
            yield OPENING
            async for lines in self._missed(scope, last_id):
                yield lines
            async for lines in listener.hear(heartbeat_s, longest_s):
                yield lines

    def check_room(self) -> None:
        """Let one more in.

        Raises:
            TooManyListenersError: there is no room.
        """
        if self._is_closed or len(self._listeners) >= MAX_LISTENERS:
            raise TooManyListenersError(
                "Zu viele Verbindungen für Live-Meldungen; bitte später noch einmal.",
                retry_after_s=60,
            )

    async def close(self) -> None:
        """End all streams, so that the server can stop."""
        self._is_closed = True
        for listener in self._listeners:
            listener.dismiss()
        await self._stop_reading()

    @asynccontextmanager
    async def _listening(self, scope: Scope) -> AsyncGenerator[Listener]:
        listener = Listener(scope)
        self._listeners.add(listener)
        try:
            if self._reading is None or self._reading.done():
                self._is_standing.clear()
                self._reading = asyncio.create_task(self._read(), name="live changes")
            # From here on nothing is missed: what is older is read from the table.
            await self._is_standing.wait()
            yield listener
        finally:
            self._listeners.discard(listener)
            if not self._listeners:
                await self._stop_reading()

    async def _missed(self, scope: Scope, last_id: int | None) -> AsyncIterator[bytes]:
        if last_id is None:
            return
        async with self._database.session(writing=False) as session:
            missed = await since(session, last_id)
            newest = await newest_id(session) if missed is None else 0
        if missed is None:
            yield reset(newest)
        for event in missed or ():
            if event.is_within(scope):
                yield event.lines()

    async def _stop_reading(self) -> None:
        reading, self._reading = self._reading, None
        if reading is not None:
            reading.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await reading

    async def _read(self) -> None:
        """Tell changes until nobody listens; without a database everybody is sent away for now."""
        try:
            await self._tell_changes(ChangeFeed())
        except (SQLAlchemyError, OSError):
            _log.exception("live_changes_unreadable")
            for listener in self._listeners:
                listener.dismiss()
        finally:
            self._is_standing.set()

    async def _tell_changes(self, feed: ChangeFeed) -> None:
        async with self._database.session(writing=False) as session:
            await feed.start(session)
        self._is_standing.set()
        while True:
            async with self._database.session(writing=False) as session:
                events = await feed.news(session, time.monotonic())
            for event in events:
                for listener in self._listeners:
                    listener.tell(event)
            await asyncio.sleep(LOOK_S)
