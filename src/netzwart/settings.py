"""How an installation is told what it is: `NETZWART_…` in the environment, nothing else."""

import difflib
import os
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

PREFIX = "NETZWART_"


class Settings(BaseSettings):
    """Values that differ between installations; the defaults are right for production."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, frozen=True, extra="forbid")

    data_dir: Path = Path("var")
    """Folder of database, documents and keys; made on first use for this user alone."""

    database_url: SecretStr | None = None
    """`postgresql://…`; None is the embedded SQLite in the data folder."""

    host: str = "127.0.0.1"
    """Address the web service listens on."""

    port: int = Field(default=8000, ge=1, le=65535)
    """TCP port the web service listens on."""

    base_url: str | None = None
    """Outside address (`https://netzwart.example.de`); https makes cookies secure."""

    poll_interval_s: int = Field(default=300, ge=30, le=86_400)
    """Seconds between two polls of a node that names no interval of its own."""

    poll_concurrency: int = Field(default=50, ge=1, le=2_000)
    """Nodes asked at the same time by one worker."""

    trap_address: str | None = None
    """Address where the worker hears SNMP traps and informs (`0.0.0.0`, `::`); None does not."""

    trap_port: int = Field(default=162, ge=1, le=65_535)
    """UDP port for traps and informs; below 1024 the system must allow it to this user."""

    trap_community: SecretStr | None = None
    """Community that every known node may send traps with, beside the one it is polled with."""

    session_hours: int = Field(default=12, ge=1, le=168)
    """Hours without use after which a browser is signed out."""

    upload_limit_mib: int = Field(default=20, ge=1, le=500)
    """Largest accepted upload, MiB."""

    earmark_unseen_school_days: int = Field(default=10, ge=1, le=200)
    """School days without a sighting after which a funded network device becomes a finding."""

    secret_key: SecretStr | None = None
    """Key that encrypts credentials (32 bytes, base64); None keeps one in the data folder."""

    signing_certificate: Path | None = None
    """PKCS#12 file of the certificate that signs papers; None signs with a key of our own."""

    signing_password: SecretStr | None = None
    """Opens that file."""

    timestamp_url: str | None = Field(default=None, pattern=r"^https?://")
    """Time-stamp service (RFC 3161) asked for every signature; None asks nobody."""

    log_json: bool = True
    """One JSON object per log line; False is coloured text for a terminal."""

    log_level: str = "info"
    """debug, info, warning or error."""

    @cached_property
    def database_address(self) -> str:
        """Return the SQLAlchemy address of the database in use."""
        if self.database_url is not None:
            return self.database_url.get_secret_value()
        return f"sqlite:///{(self.data_dir / 'netzwart.sqlite3').absolute()}"

    @property
    def is_embedded(self) -> bool:
        """Tell whether the database is the embedded SQLite."""
        return self.database_address.startswith("sqlite")

    @property
    def documents_dir(self) -> Path:
        """Return the folder of stored files."""
        return self.data_dir / "documents"


class UnknownSettingError(Exception):
    """A `NETZWART_…` variable that no setting is named after."""


def read_settings(environment: Mapping[str, str] | None = None) -> Settings:
    """Return the settings of this process.

    Raises:
        UnknownSettingError: a variable with our prefix is not a setting; names the nearest one.
    """
    known = {f"{PREFIX}{name.upper()}" for name in Settings.model_fields}
    for name in os.environ if environment is None else environment:
        if name.startswith(PREFIX) and name not in known:
            nearest = difflib.get_close_matches(name, known, n=1, cutoff=0.5)
            hint = f" Gemeint ist vielleicht {nearest[0]}." if nearest else ""
            raise UnknownSettingError(f"{name} ist keine Einstellung von netzwart.{hint}")
    return Settings()
