"""Write a new migration from the tables: `make migration M="add drawdown"`."""

import asyncio
import sys
import tempfile
from pathlib import Path

from alembic import command
from sqlalchemy import Connection

from netzwart.database import Database
from netzwart.schema import alembic_config, migrations_directory, upgrade


def _write(connection: Connection, message: str) -> None:
    number = len(list((migrations_directory() / "versions").glob("*.py"))) + 1
    command.revision(
        alembic_config(connection), message=message, autogenerate=True, rev_id=f"{number:04d}"
    )


async def main(message: str) -> None:
    """Compare the tables with a database that has all migrations so far."""
    with tempfile.TemporaryDirectory() as folder:
        database = Database(f"sqlite:///{Path(folder) / 'empty.sqlite3'}")
        await upgrade(database)
        async with database.engine.connect() as connection:
            await connection.run_sync(_write, message)
        await database.close()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
