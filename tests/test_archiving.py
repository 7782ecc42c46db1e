"""What is saved comes back, on either database, or nothing changes."""

import asyncio
import json
import os
import signal
import sys
import zipfile
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import func, select, text

from netzwart.archiving import (
    BrokenArchiveError,
    ForeignRevisionError,
    NotEmptyError,
    restore_archive,
    write_archive,
)
from netzwart.database import Database, table_of
from netzwart.demo.loading import load_demo
from netzwart.documents.service import Upload, path_of, store_document
from netzwart.schools.tables import School
from netzwart.secrets import SecretBox, new_key
from tests.builders import a_school

PDF = b"%PDF-1.4 erfundener Beleg"


async def schools_of(database: Database) -> list[str]:
    async with database.session(writing=False) as session:
        query = select(table_of(School).c.name).order_by(table_of(School).c.id)
        return list((await session.execute(query)).scalars())


async def a_small_town(database: Database, folder: Path) -> None:
    async with database.session() as session:
        await a_school(session, name="Schule mit Ümlaut", number="990001")
        await store_document(
            session, folder, Upload("beleg.pdf", PDF), limit_mib=1, uploaded_by_id=None
        )


def parts_of(path: Path) -> dict[str, str]:
    with zipfile.ZipFile(path) as archive:
        return json.loads(archive.read("manifest.json"))["parts"]


def changed(source: Path, target: Path, name: str, content: bytes) -> Path:
    """Copy an archive with another content of one part."""
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w") as new:
        for part in old.namelist():
            new.writestr(part, content if part == name else old.read(part))
    return target


async def test_demo_city_moves_to_postgres_and_back_unchanged(
    sqlite_database: Database, postgres_database: Database, tmp_path: Path
):
    await load_demo(
        sqlite_database, SecretBox(new_key()), date(2026, 11, 27), tmp_path / "agents.json"
    )
    first, second = tmp_path / "first.zip", tmp_path / "second.zip"
    rows = await write_archive(sqlite_database, tmp_path / "documents", first)
    assert rows > 1500
    assert await restore_archive(postgres_database, tmp_path / "documents", first) == rows
    assert await write_archive(postgres_database, tmp_path / "documents", second) == rows
    assert parts_of(first) == parts_of(second)
    async with postgres_database.session() as session:
        school = await a_school(session, number="990900", name="Nach der Sicherung")
    assert school.id == 15  # numbered behind what was restored


async def test_documents_come_along(database: Database, tmp_path: Path):
    await a_small_town(database, tmp_path / "here")
    target = tmp_path / "town.zip"
    await write_archive(database, tmp_path / "here", target)
    assert target.stat().st_mode & 0o077 == 0
    assert list(tmp_path.glob(".town*")) == []
    await restore_archive(database, tmp_path / "there", target, replace=True)
    (digest,) = [name[10:] for name in parts_of(target) if name.startswith("documents/")]
    assert path_of(tmp_path / "there", digest).read_bytes() == PDF
    assert await schools_of(database) == ["Schule mit Ümlaut"]


async def test_data_that_are_there_stay_unless_they_may_go(database: Database, tmp_path: Path):
    await a_small_town(database, tmp_path)
    await write_archive(database, tmp_path, tmp_path / "town.zip")
    async with database.session() as session:
        await a_school(session, name="Danach", number="990002")
    with pytest.raises(NotEmptyError, match="--replace"):
        await restore_archive(database, tmp_path, tmp_path / "town.zip")
    assert len(await schools_of(database)) == 2
    await restore_archive(database, tmp_path, tmp_path / "town.zip", replace=True)
    assert await schools_of(database) == ["Schule mit Ümlaut"]


@pytest.mark.parametrize(
    "content", [b"", b'{"id": 1}\n', b"kein json\n"], ids=["empty", "column missing", "no json"]
)
async def test_changed_archive_is_refused_and_nothing_changes(
    database: Database, tmp_path: Path, content: bytes
):
    await a_small_town(database, tmp_path)
    await write_archive(database, tmp_path, tmp_path / "town.zip")
    bad = changed(tmp_path / "town.zip", tmp_path / "bad.zip", "tables/school.jsonl", content)
    with pytest.raises(BrokenArchiveError, match=r"school\.jsonl ist verändert"):
        await restore_archive(database, tmp_path, bad, replace=True)
    assert await schools_of(database) == ["Schule mit Ümlaut"]


async def test_file_that_is_no_archive_is_refused(sqlite_database: Database, tmp_path: Path):
    for content in (b"", b"PK\x03\x04", b"irgendwas"):
        (tmp_path / "x.zip").write_bytes(content)
        with pytest.raises(BrokenArchiveError, match="keine unversehrte Sicherung"):
            await restore_archive(sqlite_database, tmp_path, tmp_path / "x.zip")
    with pytest.raises(BrokenArchiveError, match=r"y\.zip"):
        await restore_archive(sqlite_database, tmp_path, tmp_path / "y.zip")


async def test_archive_of_another_version_names_it(sqlite_database: Database, tmp_path: Path):
    source = tmp_path / "town.zip"
    await write_archive(sqlite_database, tmp_path, source)
    with zipfile.ZipFile(source) as archive:
        manifest = json.loads(archive.read("manifest.json")) | {"revision": "0001"}
    old = changed(source, tmp_path / "old.zip", "manifest.json", json.dumps(manifest).encode())
    with pytest.raises(ForeignRevisionError, match="0001"):
        await restore_archive(sqlite_database, tmp_path, old)


async def test_lost_document_stops_the_backup(sqlite_database: Database, tmp_path: Path):
    await a_small_town(sqlite_database, tmp_path / "documents")
    (lost,) = [path for path in (tmp_path / "documents").rglob("*") if path.is_file()]
    lost.write_bytes(b"anders")
    with pytest.raises(BrokenArchiveError, match="verändert"):
        await write_archive(sqlite_database, tmp_path / "documents", tmp_path / "town.zip")
    lost.unlink()
    with pytest.raises(BrokenArchiveError, match="fehlt"):
        await write_archive(sqlite_database, tmp_path / "documents", tmp_path / "town.zip")
    assert list(tmp_path.glob("*.zip")) == []


async def test_backup_sees_one_moment(database: Database, tmp_path: Path):
    """What is written while it runs is not half in it."""
    await a_small_town(database, tmp_path)
    seen: list[str] = []

    def write_meanwhile(name: str) -> None:
        seen.append(name)
        if len(seen) == 1:
            tasks.append(asyncio.create_task(another_school()))

    async def another_school() -> None:
        async with database.session() as session:
            await a_school(session, name="Mittendrin", number="990003")

    tasks: list[asyncio.Task[None]] = []
    await write_archive(database, tmp_path, tmp_path / "town.zip", write_meanwhile)
    await asyncio.gather(*tasks)
    assert len(await schools_of(database)) == 2
    await restore_archive(database, tmp_path, tmp_path / "town.zip", replace=True)
    assert await schools_of(database) == ["Schule mit Ümlaut"]


async def test_killed_restore_leaves_what_was(sqlite_database: Database, tmp_path: Path):
    await a_small_town(sqlite_database, tmp_path / "documents")
    await write_archive(sqlite_database, tmp_path / "documents", tmp_path / "town.zip")
    async with sqlite_database.session() as session:
        await a_school(session, name="Danach", number="990002")
    await sqlite_database.close()
    script = (
        "import os, signal, sys\n"
        "from netzwart import archiving, cli\n"
        "archiving._next = archiving._batches\n"
        "def killed(archive, table):\n"
        "    if table.name == 'school': os.kill(os.getpid(), signal.SIGKILL)\n"
        "    return archiving._next(archive, table)\n"
        "archiving._batches = killed\n"
        "sys.exit(cli.run_command_line(['restore', sys.argv[1], '--replace']))\n"
    )
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", script, str(tmp_path / "town.zip")),
        env={
            "PATH": os.environ["PATH"],
            "NETZWART_DATA_DIR": str(tmp_path),
            "NETZWART_DATABASE_URL": sqlite_database.url.render_as_string(hide_password=False),
        },
    )
    assert await process.wait() == -signal.SIGKILL
    assert await schools_of(sqlite_database) == ["Schule mit Ümlaut", "Danach"]
    async with sqlite_database.session(writing=False) as session:
        assert await session.scalar(text("PRAGMA integrity_check")) == "ok"
        assert await session.scalar(select(func.count()).select_from(table_of(School))) == 2
