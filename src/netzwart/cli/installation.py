"""What every command that needs the database opens first."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from netzwart import schema
from netzwart.database import Database
from netzwart.logs import configure_logs
from netzwart.secrets import SecretBox, open_secret_box
from netzwart.settings import Settings, read_settings


@dataclass(frozen=True, slots=True)
class Installation:
    """Settings, database and keys of this installation."""

    settings: Settings
    database: Database
    secret_box: SecretBox
    signing_key: bytes
    """Signs import plans."""


@asynccontextmanager
async def open_installation(*, upgrade: bool = True) -> AsyncGenerator[Installation]:
    """Open the installation that the environment names; brings its tables up to date."""
    settings = read_settings()
    configure_logs(as_json=settings.log_json, level="warning")
    settings.data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    database = Database(settings.database_address)
    try:
        if upgrade:
            await schema.upgrade(database)
        box = open_secret_box(settings.secret_key, settings.data_dir)
        yield Installation(settings, database, box, box.derive("import plan"))
    finally:
        await database.close()
