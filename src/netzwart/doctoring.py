"""What a healthy installation looks like, and where this one differs."""

import os
import platform
import shutil
import stat
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from sqlalchemy import func, select, text
from sqlalchemy.exc import SQLAlchemyError

import netzwart
from netzwart import schema
from netzwart.clock import utcnow
from netzwart.database import Database, table_of
from netzwart.jobs import queue_health
from netzwart.network.tables import Node, Reachability
from netzwart.settings import Settings

FREE_MIB = 1024
CLOCK_DRIFT = timedelta(seconds=5)
LATE = timedelta(minutes=15)


class Verdict(StrEnum):
    """How bad it is."""

    OK = "ok"
    WARNING = "warning"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class Examination:
    """One thing looked at; the text holds no secret, name or address."""

    subject: str
    verdict: Verdict
    text: str


async def examine(settings: Settings, database: Database) -> Sequence[Examination]:
    """Return what was found, in a fixed order."""
    results = [_version(settings), _folder(settings), _disk(settings)]
    try:
        results += await _database(database)
    except (SQLAlchemyError, OSError) as error:
        kind = type(error).__name__
        results.append(Examination("Datenbank", Verdict.ERROR, f"nicht erreichbar ({kind})"))
    return results


def _version(settings: Settings) -> Examination:
    kind = "SQLite, eingebettet" if settings.is_embedded else "PostgreSQL"
    words = f"netzwart {netzwart.__version__}, Python {platform.python_version()}, {kind}"
    return Examination("Version", Verdict.OK, words)


def _folder(settings: Settings) -> Examination:
    folder = settings.data_dir
    if not os.access(folder, os.W_OK):
        return Examination("Datenordner", Verdict.ERROR, "nicht beschreibbar")
    if stat.S_IMODE(folder.stat().st_mode) & 0o077:
        hint = "auch für andere lesbar; bitte: chmod 700 auf den Datenordner"
        return Examination("Datenordner", Verdict.WARNING, hint)
    return Examination("Datenordner", Verdict.OK, "beschreibbar, nur für diesen Benutzer")


def _disk(settings: Settings) -> Examination:
    free = shutil.disk_usage(settings.data_dir).free // 2**20
    verdict = Verdict.OK if free >= FREE_MIB else Verdict.ERROR
    return Examination("Platte", verdict, f"{free} MiB frei")


async def _database(database: Database) -> Sequence[Examination]:
    if not await schema.is_current(database):
        hint = "Tabellen nicht auf Stand; bitte: netzwart db upgrade"
        return [Examination("Datenbank", Verdict.ERROR, hint)]
    return [
        Examination("Datenbank", Verdict.OK, "erreichbar, Tabellen auf Stand"),
        await _clock(database),
        await _queue(database),
        await _nodes(database),
    ]


async def _clock(database: Database) -> Examination:
    """Compare our clock with the database's, which may be another machine."""
    async with database.session(writing=False) as session:
        if database.is_sqlite:
            return Examination("Uhr", Verdict.OK, "eine Maschine, eine Uhr")
        there: datetime = (await session.execute(text("SELECT clock_timestamp()"))).scalar_one()
    drift = abs(there.astimezone(UTC) - utcnow())
    verdict = Verdict.OK if drift <= CLOCK_DRIFT else Verdict.WARNING
    words = f"{drift.total_seconds():.1f} s Abstand zur Datenbank"
    return Examination("Uhr", verdict, words)


async def _queue(database: Database) -> Examination:
    async with database.session(writing=False) as session:
        health = await queue_health(session)
    words = f"{health.waiting} warten, {health.doing} laufen, {health.failed} gescheitert"
    if health.heartbeat_at is None:
        return Examination("Warteschlange", Verdict.WARNING, f"{words}; noch nie lief ein Worker")
    age = utcnow() - health.heartbeat_at
    if age > LATE or health.overdue:
        words += f"; {health.overdue} überfällig, letzter Herzschlag vor {age.seconds // 60} min"
        return Examination("Warteschlange", Verdict.WARNING, words)
    return Examination("Warteschlange", Verdict.OK, words)


async def _nodes(database: Database) -> Examination:
    node = table_of(Node)
    async with database.session(writing=False) as session:
        rows = await session.execute(
            select(node.c.reachability, func.count())
            .where(node.c.is_enabled)
            .group_by(node.c.reachability)
        )
        counts = {str(name): int(number) for name, number in rows}
        overdue = await session.scalar(
            select(func.count())
            .select_from(node)
            .where(node.c.is_enabled, node.c.next_poll_at < utcnow() - LATE)
        )
    up = counts.get(Reachability.UP, 0)
    down = counts.get(Reachability.DOWN, 0)
    verdict = Verdict.WARNING if overdue else Verdict.OK
    words = f"{up} erreichbar, {down} still, {sum(counts.values()) - up - down} ungefragt"
    return Examination("Netz", verdict, f"{words}, {overdue} überfällig")
