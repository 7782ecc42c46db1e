"""Runs the web application, and beside it whatever must stop with it."""

import asyncio
import signal
import socket
from collections.abc import Awaitable, Callable, Generator
from contextlib import contextmanager

import uvicorn
from litestar import Litestar
from sqlalchemy import select

from netzwart.app import LIVE, create_app
from netzwart.database import Database, table_of
from netzwart.errors import UnavailableError
from netzwart.network.live.hub import LiveHub
from netzwart.schools.tables import SchoolOperator
from netzwart.secrets import SecretBox
from netzwart.settings import Settings

Companion = Callable[[asyncio.Event], Awaitable[None]]
"""Works until the event is set."""

GRACE_S = 10.0


class PortTakenError(UnavailableError):
    """Something else listens there, or this user may not."""


def listen(host: str, port: int) -> socket.socket:
    """Return a listening socket.

    Raises:
        PortTakenError: the address cannot be had.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family)
    except OSError as error:
        raise PortTakenError(
            f"Adresse {host}:{port} ist nicht frei ({error.strerror}). "
            f"Bitte mit --port einen anderen Port wählen."
        ) from error


class _Server(uvicorn.Server):
    """Uvicorn that tells when it answers, and ends live streams before it waits for answers."""

    def __init__(self, config: uvicorn.Config, on_ready: Callable[[], None], live: LiveHub) -> None:
        super().__init__(config)
        self._on_ready = on_ready
        self._live = live

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start to listen, then tell."""
        await super().startup(sockets)
        if self.started:
            self._on_ready()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """End what never ends by itself, then wait for the rest."""
        await self._live.close()
        await super().shutdown(sockets)

    @contextmanager
    def capture_signals(self) -> Generator[None]:
        """Leave the signals to `serve_until_stopped`.

        Uvicorn would raise them again when it is done, and so end the process before the
        companion and the database have.
        """
        yield


async def build_app(settings: Settings, database: Database, box: SecretBox) -> Litestar:
    """Return the web application under the name of the city that the database knows."""
    operator = table_of(SchoolOperator)
    async with database.session(writing=False) as session:
        query = select(operator.c.name, operator.c.is_demo).order_by(operator.c.id).limit(1)
        found = (await session.execute(query)).one_or_none()
    name, is_demo = found or ("", False)
    return create_app(
        settings, database, secret_box=box, operator_name=str(name), is_demo=bool(is_demo)
    )


async def serve_until_stopped(
    app: Litestar,
    listening: socket.socket,
    *,
    companion: Companion | None = None,
    on_ready: Callable[[], None] = lambda: None,
) -> None:
    """Serve until SIGTERM or Ctrl-C, then stop the companion as well; its errors are raised.

    A second signal does not wait for requests that are still open.
    """
    config = uvicorn.Config(
        app, log_level="warning", access_log=False, server_header=False,
        timeout_graceful_shutdown=5,
    )  # fmt: skip
    server = _Server(config, on_ready, app.state[LIVE])
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, server.handle_exit, number, None)
    serving = asyncio.create_task(server.serve(sockets=[listening]))
    tasks = {serving}
    if companion is not None:
        tasks.add(asyncio.create_task(_run(companion, stopping)))
    ending = set(tasks)
    try:
        while not serving.done():
            done, ending = await asyncio.wait(ending, return_when=asyncio.FIRST_COMPLETED)
            if any(task.exception() for task in done):
                break
    finally:
        stopping.set()
        server.should_exit = True
        if ending:
            await asyncio.wait(ending, timeout=GRACE_S)
    for task in tasks:
        if task.done() and (error := task.exception()) is not None:
            raise error


async def _run(companion: Companion, stopping: asyncio.Event) -> None:
    await companion(stopping)
