"""Holds every stored file against its hash each night, so that checks need not read disks."""

import asyncio
import hashlib
from collections.abc import Mapping, Sequence
from datetime import time
from pathlib import Path
from typing import Any

import structlog
from sqlalchemy import Row, select, update

from netzwart.clock import utcnow
from netzwart.database import Database, table_of
from netzwart.documents.service import path_of
from netzwart.documents.tables import Document
from netzwart.jobs import Daily, JobContext, Task

CHECK_FILES = "documents.check_files"
_log = structlog.get_logger()
_DOCUMENT = table_of(Document)
_BATCH = 200
_BLOCK = 1024 * 1024
"""Octets read at once: a scan of a hundred pages does not go through memory as a whole."""


async def check_files(database: Database, folder: Path) -> int:
    """Note of every file whether its bytes are there and unchanged; return how many are not.

    Each batch is a transaction of its own; no lock is held while the disk is read.
    """
    last, damaged = 0, 0
    while True:
        async with database.session(writing=False) as session:
            rows = (
                await session.execute(
                    select(_DOCUMENT.c.id, _DOCUMENT.c.sha256)
                    .where(_DOCUMENT.c.id > last)
                    .order_by(_DOCUMENT.c.id)
                    .limit(_BATCH)
                )
            ).all()
        if not rows:
            return damaged
        last = rows[-1].id
        broken = await asyncio.to_thread(_broken, folder, rows)
        damaged += len(broken)
        await _note(database, [row.id for row in rows], broken)


def _broken(folder: Path, rows: Sequence[Row[int, str]]) -> list[int]:
    return [row.id for row in rows if _digest(path_of(folder, row.sha256)) != row.sha256]


def _digest(path: Path) -> str | None:
    """Return the hash of a file, None when it cannot be read."""
    found = hashlib.sha256()
    try:
        with path.open("rb") as file:
            while block := file.read(_BLOCK):
                found.update(block)
    except OSError:
        return None
    return found.hexdigest()


async def _note(database: Database, seen: Sequence[int], broken: Sequence[int]) -> None:
    async with database.session() as session:
        await session.execute(
            update(_DOCUMENT)
            .where(_DOCUMENT.c.id.in_(seen))
            .values(checked_at=utcnow(), is_damaged=_DOCUMENT.c.id.in_(broken))
        )


def watch_files(folder: Path) -> Task:
    """Return the task that looks through the files of this folder every night."""

    async def run(context: JobContext, arguments: Mapping[str, Any]) -> None:
        del arguments
        damaged = await check_files(context.database, folder)
        _log.info("files_checked", damaged=damaged)

    return Task(CHECK_FILES, run, timetable=Daily(time(2, 30)))
