"""Every table of every domain, and the way a database gets to the newest of them."""

import asyncio
import importlib
import pkgutil
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, MetaData
from sqlmodel import SQLModel

import netzwart
from netzwart.database import Database


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
    async with database.engine.connect() as connection:
        await connection.run_sync(_upgrade_over)
        await connection.commit()


def _upgrade_over(connection: Connection) -> None:
    command.upgrade(alembic_config(connection), "head")


async def is_current(database: Database) -> bool:
    """Tell whether the database is at the newest revision."""
    newest = ScriptDirectory.from_config(alembic_config()).get_current_head()
    async with database.engine.connect() as connection:
        present = await connection.run_sync(
            lambda sync: MigrationContext.configure(sync).get_current_revision()
        )
    return present == newest


def upgrade_now(database: Database) -> None:
    """Run `upgrade` from code that has no event loop."""
    asyncio.run(upgrade(database))
