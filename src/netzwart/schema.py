"""Every table of every domain, and the way a database gets to the newest of them."""

import asyncio
import importlib
import pkgutil
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import cast

import aiosqlite
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, MetaData
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlmodel import SQLModel

import netzwart
from netzwart.database import Database
from netzwart.errors import ConflictError
from netzwart.ledger.journal import keep_journal


class BrokenLinksError(ConflictError):
    """A foreign key would point nowhere."""


def every_table() -> MetaData:
    """Import each `tables.py` and `*_tables.py` and return the metadata they fill."""
    root = Path(netzwart.__file__).parent
    for package in pkgutil.iter_modules([str(root)]):
        if not package.ispkg:
            continue
        for module in pkgutil.iter_modules([str(root / package.name)]):
            if module.name == "tables" or module.name.endswith("_tables"):
                importlib.import_module(f"netzwart.{package.name}.{module.name}")
    return SQLModel.metadata


def migrations_directory() -> Path:
    """Return the folder of Alembic's scripts, in a wheel or in a checkout."""
    packaged = Path(netzwart.__file__).parent / "_migrations"
    return packaged if packaged.is_dir() else Path(netzwart.__file__).parents[2] / "migrations"


def alembic_config(connection: Connection | None = None) -> Config:
    """Return Alembic's configuration; it has no ini file."""
    config = Config()
    config.set_main_option("script_location", str(migrations_directory()))
    config.set_main_option("path_separator", "os")
    if connection is not None:
        config.attributes["connection"] = connection
    return config


async def upgrade(database: Database) -> None:
    """Bring the database to the newest revision; does nothing if it is there already."""
    async with rebuilding(database) as connection:
        await connection.run_sync(bring_up)


@asynccontextmanager
async def rebuilding(database: Database) -> AsyncGenerator[AsyncConnection]:
    """Give a connection on which tables may be made anew; committed if nothing was raised.

    SQLite cannot alter most of a table: it is copied, dropped and renamed, which its foreign keys
    would forbid as soon as there are rows. So they are off meanwhile and checked before the commit.

    Raises:
        BrokenLinksError: when rows would refer to rows that are not there.
    """
    async with database.engine.connect() as connection:
        if not database.is_sqlite:
            yield connection
            await connection.commit()
            return
        # Inside a transaction the pragma does nothing, and SQLAlchemy begins one by itself.
        driver = cast(
            "aiosqlite.Connection", (await connection.get_raw_connection()).driver_connection
        )
        await driver.execute("PRAGMA foreign_keys=OFF")
        try:
            yield connection
            broken = (
                (await connection.exec_driver_sql("PRAGMA foreign_key_check")).scalars().first()
            )
            if broken is not None:
                raise BrokenLinksError(
                    f"Zeilen von „{broken}“ verweisen auf andere, die es nicht gibt. "
                    "Es wurde nichts verändert."
                )
            await connection.commit()
        finally:
            await connection.rollback()
            await driver.execute("PRAGMA foreign_keys=ON")


def bring_up(connection: Connection) -> None:
    """Make or change the tables up to the newest revision; the caller commits."""
    before = MigrationContext.configure(connection).get_current_revision()
    command.upgrade(alembic_config(connection), "head")
    if before != MigrationContext.configure(connection).get_current_revision():
        keep_journal(connection)


def tear_down(connection: Connection) -> None:
    """Remove every table and all that is in them; the caller commits, or thinks better of it."""
    command.downgrade(alembic_config(connection), "base")


def newest_revision() -> str | None:
    """Return the revision that this version's tables have."""
    return ScriptDirectory.from_config(alembic_config()).get_current_head()


async def revision_of(connection: AsyncConnection) -> str | None:
    """Return the revision that a database's tables have; None when there are none."""
    return await connection.run_sync(
        lambda sync: MigrationContext.configure(sync).get_current_revision()
    )


async def is_current(database: Database) -> bool:
    """Tell whether the database is at the newest revision."""
    async with database.engine.connect() as connection:
        return await revision_of(connection) == newest_revision()


def upgrade_now(database: Database) -> None:
    """Run `upgrade` from code that has no event loop."""
    asyncio.run(upgrade(database))
