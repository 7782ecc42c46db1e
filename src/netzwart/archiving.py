"""Backup and restore: everything of an installation but its keys, in one file.

The archive is a ZIP: `tables/<name>.jsonl` with a row a line, `documents/<sha256>` with the bytes
of uploaded files, and last `manifest.json`, which knows each part's SHA-256. It is the same for
both databases, so it is also the way from the embedded one to PostgreSQL.
"""

import base64
import hashlib
import json
import os
import tempfile
import zipfile
from collections.abc import AsyncGenerator, Callable, Generator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, BinaryIO, cast

from sqlalchemy import Connection, Table, func, insert, inspect, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

import netzwart
from netzwart import schema
from netzwart.clock import utcnow
from netzwart.database import Database, table_of
from netzwart.documents.service import path_of
from netzwart.documents.tables import Document
from netzwart.errors import ConflictError, InvalidInputError
from netzwart.jobs.tables import Job

FORMAT = "netzwart-archive/1"
_BATCH = 2_000
_DECODERS: dict[type, Callable[[Any], Any]] = {
    datetime: datetime.fromisoformat,
    date: date.fromisoformat,
    Decimal: Decimal,
    bytes: base64.b64decode,
}
Progress = Callable[[str], None]


class BrokenArchiveError(InvalidInputError):
    """The file is no archive, was cut off or was changed."""


class ForeignRevisionError(ConflictError):
    """The archive's tables are those of another version."""


class NotEmptyError(ConflictError):
    """There are data already, and nobody said that they may go."""


async def write_archive(
    database: Database, documents: Path, target: Path, progress: Progress = lambda _: None
) -> int:
    """Write everything as it is at this moment and return the number of rows.

    All tables are read in one transaction, while the service goes on; the file appears under its
    name only when it is whole.

    Raises:
        BrokenArchiveError: a document's bytes are gone or are not those of its hash.
    """
    with _appearing(target) as file:
        return await _write(database, documents, file, progress)


@contextmanager
def _appearing(target: Path) -> Generator[BinaryIO]:
    """Give a file for this user alone that gets its name when nothing was raised."""
    target.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).replace(target)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


async def _write(database: Database, documents: Path, file: BinaryIO, progress: Progress) -> int:
    parts: dict[str, str] = {}
    counts: dict[str, int] = {}
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=3) as archive:
        async with _snapshot(database) as connection:
            revision = await schema.revision_of(connection)
            for table in _tables():
                progress(table.name)
                name = f"tables/{table.name}.jsonl"
                parts[name], counts[table.name] = await _write_table(
                    archive, name, connection, table
                )
            query = select(table_of(Document).c.sha256).order_by(table_of(Document).c.id)
            digests = (await connection.execute(query)).scalars().all()
        for digest in digests:
            content = _document(documents, digest)
            parts[f"documents/{digest}"] = digest
            archive.writestr(f"documents/{digest}", content)
        manifest = {
            "format": FORMAT,
            "version": netzwart.__version__,
            "revision": revision,
            "written_at": utcnow().isoformat(),
            "rows": counts,
            "parts": parts,
        }
        archive.writestr("manifest.json", json.dumps(manifest, indent=1))
    return sum(counts.values())


async def restore_archive(
    database: Database,
    documents: Path,
    source: Path,
    *,
    replace: bool = False,
    progress: Progress = lambda _: None,
) -> int:
    """Fill the database from an archive, all or nothing, and return the number of rows.

    Args:
        database: Its tables are made or, with `replace`, made anew.
        documents: Where uploaded files lie; those of the archive are added.
        source: The archive.
        replace: Whether data that are there may go.
        progress: Told the table that is being filled.

    Raises:
        BrokenArchiveError, ForeignRevisionError, NotEmptyError.
    """
    try:
        with zipfile.ZipFile(source) as archive:
            manifest = _checked_manifest(archive)
            for name in manifest["parts"]:
                if name.startswith("documents/"):
                    _keep_document(documents, name.partition("/")[2], archive.read(name))
            return await _fill(database, archive, replace=replace, progress=progress)
    except (zipfile.BadZipFile, OSError, KeyError, ValueError) as error:
        raise BrokenArchiveError(
            f"{source.name} ist keine unversehrte Sicherung ({error}). Bitte eine andere Datei "
            "nehmen; es wurde nichts verändert."
        ) from error


async def _fill(
    database: Database, archive: zipfile.ZipFile, *, replace: bool, progress: Progress
) -> int:
    rows = 0
    async with schema.rebuilding(database) as connection:
        if not await connection.run_sync(_is_empty):
            if not replace:
                raise NotEmptyError(
                    "Die Datenbank ist nicht leer. Mit --replace wird ersetzt, was darin steht."
                )
            await connection.run_sync(schema.tear_down)
        await connection.run_sync(schema.bring_up)
        async with _without_triggers(connection, is_sqlite=database.is_sqlite):
            for table in _tables():
                progress(table.name)
                for batch in _batches(archive, table):
                    await connection.execute(insert(table), batch)
                    rows += len(batch)
                if not database.is_sqlite and "id" in table.c:
                    await connection.execute(_next_number(table))
    return rows


@asynccontextmanager
async def _without_triggers(
    connection: AsyncConnection, *, is_sqlite: bool
) -> AsyncGenerator[None]:
    """Keep triggers still: what they once wrote is in the archive, and is not written twice."""
    if is_sqlite:
        kept = "SELECT {} FROM sqlite_master WHERE type = 'trigger' ORDER BY name"
        names = (await connection.exec_driver_sql(kept.format("name"))).scalars().all()
        statements = (await connection.exec_driver_sql(kept.format("sql"))).scalars().all()
        for name in names:
            await connection.exec_driver_sql(f'DROP TRIGGER "{name}"')
        yield
        for statement in statements:
            await connection.exec_driver_sql(str(statement))
        return
    names = [table.name for table in _tables()]
    for name in names:
        await connection.exec_driver_sql(f'ALTER TABLE "{name}" DISABLE TRIGGER USER')
    yield
    for name in names:
        await connection.exec_driver_sql(f'ALTER TABLE "{name}" ENABLE TRIGGER USER')


def _tables() -> Sequence[Table]:
    """Return the tables in an order in which rows may be inserted; jobs are not data."""
    jobs = table_of(Job)
    return [table for table in schema.every_table().sorted_tables if table is not jobs]


@asynccontextmanager
async def _snapshot(database: Database) -> AsyncGenerator[AsyncConnection]:
    async with database.engine.connect() as connection:
        options: dict[str, Any] = {"netzwart_writing": False}
        if not database.is_sqlite:
            options |= {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
        await connection.execution_options(**options)
        yield connection
        await connection.rollback()


async def _write_table(
    archive: zipfile.ZipFile, name: str, connection: AsyncConnection, table: Table
) -> tuple[str, int]:
    """Write a table's rows in the order of its key; returns their SHA-256 and number."""
    columns = [column.name for column in table.columns]
    digest, count = hashlib.sha256(), 0
    query = select(*table.columns).order_by(*table.primary_key.columns)
    with archive.open(name, "w", force_zip64=True) as part:
        async with connection.stream(query) as rows:
            async for batch in rows.partitions(_BATCH):
                lines = "".join(
                    _line(dict(zip(columns, row, strict=True))) for row in batch
                ).encode()
                part.write(lines)
                digest.update(lines)
                count += len(batch)
    return digest.hexdigest(), count


def _line(row: dict[str, Any]) -> str:
    # JSONB forgets the order of keys: sorted, both databases give the same line.
    return json.dumps(row, default=_plain, sort_keys=True) + "\n"


def _plain(value: object) -> str:
    """Return what JSON does not know: days, moments, decimals and bytes."""
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    return value.isoformat() if isinstance(value, date) else str(value)


def _batches(archive: zipfile.ZipFile, table: Table) -> Iterator[list[dict[str, Any]]]:
    decoders = {
        column.name: decoder
        for column in table.columns
        if (decoder := _decoder(column.type)) is not None
    }
    batch: list[dict[str, Any]] = []
    with archive.open(f"tables/{table.name}.jsonl") as part:
        for line in part:
            row: dict[str, Any] = json.loads(line)
            for name, decode in decoders.items():
                if row[name] is not None:
                    row[name] = decode(row[name])
            batch.append(row)
            if len(batch) == _BATCH:
                yield batch
                batch = []
    if batch:
        yield batch


def _decoder(kind: Any) -> Callable[[Any], Any] | None:  # noqa: ANN401 - a column's type
    try:
        return _DECODERS.get(getattr(kind, "impl", kind).python_type)
    except NotImplementedError:
        return None


def _checked_manifest(archive: zipfile.ZipFile) -> dict[str, Any]:
    """Return the manifest after each part was read once and compared with it."""
    manifest = cast("dict[str, Any]", json.loads(archive.read("manifest.json")))
    if manifest["format"] != FORMAT:
        raise ValueError("das Format ist unbekannt")
    for name, expected in manifest["parts"].items():
        digest = hashlib.sha256()
        with archive.open(name) as part:
            while chunk := part.read(1 << 20):
                digest.update(chunk)
        if digest.hexdigest() != expected:
            raise ValueError(f"{name} ist verändert")
    newest = schema.newest_revision()
    if manifest["revision"] != newest:
        raise ForeignRevisionError(
            f"Die Sicherung ist von netzwart {manifest['version']} (Tabellenstand "
            f"{manifest['revision']}), diese Installation hat den Stand {newest}. Bitte mit jener "
            "Version wiederherstellen und danach „netzwart db upgrade“ aufrufen."
        )
    return manifest


def _document(documents: Path, digest: str) -> bytes:
    try:
        content = path_of(documents, digest).read_bytes()
    except FileNotFoundError as error:
        raise BrokenArchiveError(
            f"Die Belegdatei {digest[:12]}… fehlt im Speicher; „netzwart db check“ sagt mehr."
        ) from error
    if hashlib.sha256(content).hexdigest() != digest:
        raise BrokenArchiveError(
            f"Die Belegdatei {digest[:12]}… ist verändert; „netzwart db check“ sagt mehr."
        )
    return content


def _keep_document(documents: Path, digest: str, content: bytes) -> None:
    path = path_of(documents, digest)
    if not path.exists():
        with _appearing(path) as file:
            file.write(content)


def _is_empty(connection: Connection) -> bool:
    """Tell whether no table holds a row; tables that are not there hold none."""
    present = set(inspect(connection).get_table_names())
    return not any(
        connection.execute(select(text("1")).select_from(table).limit(1)).first()
        for table in _tables()
        if table.name in present
    )


def _next_number(table: Table) -> Any:  # noqa: ANN401 - a statement
    """Return the statement after which PostgreSQL numbers new rows behind those restored."""
    sequence = func.pg_get_serial_sequence(table.name, "id")
    highest = select(func.coalesce(func.max(table.c.id), 0) + 1).scalar_subquery()
    return select(func.setval(sequence, highest, False))  # noqa: FBT003 - PostgreSQL's argument
