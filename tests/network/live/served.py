"""Web processes for tests that listen: real servers, since a test client hears an end only."""

import asyncio
import json
import socket
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import uvicorn

from netzwart.app import LIVE, create_app
from netzwart.database import Database
from netzwart.network.live.hub import LiveHub
from netzwart.secrets import SecretBox, new_key
from netzwart.settings import Settings
from tests.cast import Person


@dataclass
class Served:
    """One web process's address and hub."""

    address: str
    hub: LiveHub


@asynccontextmanager
async def serving(database: Database, folder: Path) -> AsyncGenerator[Served]:
    app = create_app(Settings(data_dir=folder), database, secret_box=SecretBox(new_key()))
    listener = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(app, log_level="error"))
    running = asyncio.create_task(server.serve(sockets=[listener]))
    async with asyncio.timeout(10):
        while not server.started:  # noqa: ASYNC110 - uvicorn tells nobody
            await asyncio.sleep(0.01)
    hub = app.state[LIVE]
    try:
        yield Served(f"http://127.0.0.1:{listener.getsockname()[1]}", hub)
    finally:
        await hub.close()
        server.should_exit = True
        await running
        listener.close()


@dataclass
class Ear:
    """Listens, and remembers what it heard."""

    events: list[tuple[str, Any]] = field(default_factory=list[tuple[str, Any]])
    ids: list[str] = field(default_factory=list[str])
    comments: list[str] = field(default_factory=list[str])
    is_over: bool = False

    async def listen(self, address: str, person: Person, last_id: str | None) -> None:
        headers = {"Cookie": f"netzwart_session={person.word}"}
        if person.is_program:
            headers = {"Authorization": f"Bearer {person.word}"}
        if last_id is not None:
            headers["Last-Event-ID"] = last_id
        name = ""
        async with (
            httpx.AsyncClient(timeout=30) as client,
            client.stream("GET", f"{address}/api/v1/events", headers=headers) as answer,
        ):
            assert answer.status_code == 200
            assert answer.headers["content-type"].startswith("text/event-stream")
            async for line in answer.aiter_lines():
                kind, _, value = line.partition(":")
                value = value.removeprefix(" ")
                if kind == "event":
                    name = value
                elif kind == "data":
                    self.events.append((name, json.loads(value)))
                elif kind == "id":
                    self.ids.append(value)
                elif line.startswith(":"):
                    self.comments.append(value)
        self.is_over = True

    def told(self) -> list[tuple[str, str]]:
        return [(data["node"]["name"], data["after"]) for name, data in self.events
                if name == "state_change"]  # fmt: skip

    async def hears(self, count: int) -> bool:
        for _ in range(200):
            if len(self.events) >= count:
                return True
            await asyncio.sleep(0.02)
        return False


@asynccontextmanager
async def listening(
    served: Served, person: Person, last_id: str | None = None
) -> AsyncGenerator[Ear]:
    ear = Ear()
    task = asyncio.create_task(ear.listen(served.address, person, last_id))
    async with asyncio.timeout(10):
        while not ear.comments and not task.done():  # noqa: ASYNC110 - the ear is a plain value
            await asyncio.sleep(0.01)
    try:
        yield ear
    finally:
        task.cancel()
        await asyncio.wait({task})
