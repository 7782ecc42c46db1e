"""Runs the watch: once a day over everything, each hour over the cables."""

from collections.abc import Mapping
from datetime import time
from typing import Any

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from netzwart.custody.service.differing import (
    find_double_funding,
    find_other_models,
    find_quantities,
)
from netzwart.custody.service.looking import look
from netzwart.custody.service.missing import find_missing
from netzwart.custody.service.using import find_ends_of_life, find_idle
from netzwart.evidence.service import (
    judge_places,
    settle_watch,
    sync_presence,
    witness_neighbours,
)
from netzwart.jobs import Daily, Every, JobContext, Task

_log = structlog.get_logger()


async def run_watch(session: AsyncSession) -> int:
    """Look at everything that public money binds; returns how many findings opened.

    Running it again changes nothing: each cause has one finding, and what is right closes its own.
    """
    await sync_presence(session)
    opened = await judge_places(session)
    sight = await look(session)
    found = {
        "unseen": await find_missing(session, sight),
        "model_differs": await find_other_models(session, sight),
        "quantity_mismatch": await find_quantities(session, sight),
        "double_funding": await find_double_funding(session, sight),
        "idle_purchase": await find_idle(session, sight),
        "end_of_life": find_ends_of_life(sight),
    }
    for prefix, wrong in found.items():
        opened += await settle_watch(session, prefix, wrong, sight.at)
    _log.info(
        "custody_watched", devices=len(sight.heads), opened=opened,
        wrong={prefix: len(wrong) for prefix, wrong in found.items() if wrong},
    )  # fmt: skip
    return opened


async def _watch(context: JobContext, arguments: Mapping[str, Any]) -> None:
    """Run the daily watch in one transaction."""
    del arguments
    async with context.database.session() as session:
        await run_watch(session)


async def _witness(context: JobContext, arguments: Mapping[str, Any]) -> None:
    """Turn neighbours into sightings, and judge who hangs where."""
    del arguments
    async with context.database.session() as session:
        await sync_presence(session)
        await witness_neighbours(session)
        await judge_places(session)


WATCH_CUSTODY = Task("watch_custody", _watch, max_attempts=3, timetable=Daily(time(5, 30)))
"""Before the first lesson, when the day before is over."""
WITNESS_CABLES = Task("witness_cables", _witness, max_attempts=2, timetable=Every(3600))


async def _sync(context: JobContext, arguments: Mapping[str, Any]) -> None:
    """Move the last moments on; one statement."""
    del arguments
    async with context.database.session() as session:
        await sync_presence(session)


SYNC_PRESENCE = Task("sync_presence", _sync, timetable=Every(60))
