"""What a forger could do to the file, and that each of it is found without netzwart."""

import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from netzwart.accounts.tables import AuditEvent
from netzwart.checking import check_database
from netzwart.clock import frozen_at
from netzwart.database import Database
from netzwart.ledger import verifier
from netzwart.ledger.exporting import export_chain
from netzwart.ledger.sealing import seal_days
from tests.builders import a_device, a_finding, a_sighting

FIRST = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
DAYS = 4
AS_OF = date(2026, 11, 24)
VERIFIER = Path(verifier.__file__)


async def a_chain(database: Database) -> None:
    for number in range(DAYS):
        at = FIRST + timedelta(days=number)
        with frozen_at(at):
            async with database.session() as session:
                device = await a_device(session)
                await a_sighting(session, device, seen_at=at, raw={"n": number})
                await a_finding(session, title="ä")
                session.add_all(
                    AuditEvent(at=at, actor="anna", action=f"act_{number}_{one}",
                               subject_type="x", changes={"a": [None, one]})
                    for one in range(3)
                )  # fmt: skip
        await seal_days(database, at + timedelta(days=1))


def unguarded(path: Path) -> sqlite3.Connection:
    """Open the file as a forger would: the triggers are no protection against its owner."""
    connection = sqlite3.connect(path)
    names = connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall()
    for (name,) in names:
        connection.execute(f"DROP TRIGGER {name}")
    return connection


@pytest.fixture
async def chain(sqlite_database: Database, tmp_path: Path) -> Path:
    await a_chain(sqlite_database)
    await sqlite_database.close()
    path = tmp_path / "copy.sqlite3"
    source = sqlite3.connect(str(sqlite_database.url.database))
    target = sqlite3.connect(path)
    source.backup(target)
    target.close()
    source.close()
    return path


def verified(path: Path, *more: str, as_of: date = AS_OF) -> tuple[int, str]:
    """Run the one file as its own program, without netzwart on its path."""
    alone = path.parent / "alone"
    alone.mkdir(exist_ok=True)
    script = shutil.copy(VERIFIER, alone / "verifier.py")
    done = subprocess.run(
        [sys.executable, "-I", str(script), str(path), "--as-of", str(as_of), *more],
        capture_output=True, text=True, check=False, cwd=alone,
    )  # fmt: skip
    assert done.stderr == ""
    return done.returncode, done.stdout


def test_untouched_chain_is_whole_for_a_stranger(chain: Path):
    code, told = verified(chain)
    assert (code, "unversehrt" in told) == (0, True)
    assert f"{DAYS} Tage" in told


def forge_byte(file: sqlite3.Connection) -> None:
    file.execute("UPDATE sighting SET serial = substr(serial, 1, 7) || 'Y' WHERE id = 2")


def forge_money(file: sqlite3.Connection) -> None:
    file.execute("UPDATE finding SET reason = 'anders' WHERE id = 1")


def take_money(file: sqlite3.Connection) -> None:
    file.execute("DELETE FROM finding WHERE id = 1")


def forge_raw(file: sqlite3.Connection) -> None:
    file.execute("""UPDATE sighting SET raw = '{"n": 9}' WHERE id = 2""")


def delete_row(file: sqlite3.Connection) -> None:
    file.execute("DELETE FROM audit_event WHERE id = 5")


def swap_rows(file: sqlite3.Connection) -> None:
    for old, new in ((4, -1), (5, 4), (-1, 5)):
        file.execute("UPDATE audit_event SET id = ? WHERE id = ?", (new, old))


def insert_between(file: sqlite3.Connection) -> None:
    columns = "created_at, changed_at, version, actor, action, subject_type, changes, at"
    file.execute("UPDATE audit_event SET id = id + 100 WHERE id > 9")
    file.execute(f"INSERT INTO audit_event (id, {columns}) SELECT 10, {columns} FROM audit_event"
                 " WHERE id = 9")  # fmt: skip


def drop_a_day(file: sqlite3.Connection) -> None:
    file.execute("DELETE FROM day_seal WHERE day = '2026-11-21'")


def drop_the_last_day(file: sqlite3.Connection) -> None:
    for table in ("day_seal", "ledger_segment"):
        file.execute(f"DELETE FROM {table} WHERE day = '2026-11-23'")


def drop_the_last_day_and_its_rows(file: sqlite3.Connection) -> None:
    drop_the_last_day(file)
    for table in ("audit_event", "sighting", "journal_entry"):
        file.execute(f"DELETE FROM {table} WHERE created_at >= '2026-11-22 23:00'")


def rewrite_a_segment(file: sqlite3.Connection) -> None:
    file.execute("UPDATE ledger_segment SET columns = replace(columns, ' reason', '')"
                 " WHERE subject = 'audit_event' AND day = '2026-11-21'")  # fmt: skip


def rewrite_a_seal(file: sqlite3.Connection) -> None:
    file.execute("UPDATE day_seal SET root_sha256 = 'aa' || substr(root_sha256, 3)"
                 " WHERE day = '2026-11-21'")  # fmt: skip


@pytest.mark.parametrize(
    ("forge", "says"),
    [
        (forge_byte, "2026-11-21: sighting 2 wurde verändert"),
        (forge_raw, "2026-11-21: sighting 2 wurde verändert"),
        (delete_row, "2026-11-21: audit_event 5 fehlt"),
        (swap_rows, "2026-11-21: audit_event 4 wurde verändert"),
        (insert_between, "audit_event 10 wurde verändert"),
        (drop_a_day, "2026-11-21: das Siegel des Tages fehlt"),
        (drop_the_last_day, "bis 2026-11-23 fehlen Siegel"),
        (drop_the_last_day_and_its_rows, "bis 2026-11-23 fehlen Siegel"),
        (rewrite_a_segment, "passt nicht zu dem, was es deckt"),
        (rewrite_a_seal, "schließt nicht an das vorige an"),
        (forge_money, "finding 1 wurde am Journal vorbei verändert"),
        (take_money, "finding 1 fehlt"),
    ],
)
def test_forgery_is_found(chain: Path, forge: Callable[[sqlite3.Connection], None], says: str):
    file = unguarded(chain)
    forge(file)
    file.commit()
    file.close()
    code, told = verified(chain)
    assert code == 1
    assert says in told


async def test_the_live_check_finds_the_same(chain: Path):
    file = unguarded(chain)
    forge_byte(file)
    file.commit()
    file.close()
    database = Database(f"sqlite:///{chain}")
    async with database.session(writing=False) as session:
        with frozen_at(FIRST + timedelta(days=DAYS)):
            faults = await check_database(session)
    await database.close()
    assert [fault for fault in faults if "sighting 2 wurde verändert" in fault]


def test_flipped_byte_in_the_file_itself_is_found(chain: Path):
    content = bytearray(chain.read_bytes())
    file = sqlite3.connect(chain)
    told = file.execute("SELECT fingerprint, serial FROM sighting WHERE id = 3").fetchone()
    file.close()
    # The record of the row, not an index: it carries fingerprint and serial number together.
    place = content.index("".join(told).encode())
    content[place + 70] ^= 1
    chain.write_bytes(content)
    code, said = verified(chain)
    assert code == 1
    assert "sighting 3 wurde verändert" in said


def test_printed_root_must_occur(chain: Path):
    file = sqlite3.connect(chain)
    root = file.execute("SELECT root_sha256 FROM day_seal WHERE day = '2026-11-22'").fetchone()[0]
    file.close()
    assert verified(chain, "--root", root)[0] == 0
    code, told = verified(chain, "--root", "f" * 64)
    assert (code, "kommt in der Kette nicht vor" in told) == (1, True)


def test_file_that_is_none_is_said_to_be_unreadable(tmp_path: Path):
    path = tmp_path / "x.sqlite3"
    path.write_bytes(b"no database" * 100)
    code, told = verified(path)
    assert (code, told.startswith("FEHLER Die Datei ist nicht lesbar")) == (1, True)


async def test_export_of_either_database_is_verified_without_it(database: Database, tmp_path: Path):
    await a_chain(database)
    path = tmp_path / "kette.jsonl.gz"
    async with database.session(writing=False) as session:
        connection = await session.connection()
        rows = await connection.run_sync(export_chain, path)
    assert rows >= DAYS * 4
    code, told = verified(path)
    assert (code, f"{rows} Einträge" in told) == (0, True)
    assert verified(path, as_of=AS_OF + timedelta(days=2))[0] == 1, "the last days are missing"


async def test_money_changed_behind_the_journal_is_found(chain: Path):
    file = unguarded(chain)
    file.execute("INSERT INTO finding (cause, kind, status, severity, title, detail, facts,"
                 " opened_at, created_at, changed_at, version, priority, effect) VALUES ('c',"
                 " 'unseen', 'open', 'error', 't', '', '{}', '2026-11-20 12:00:00.000000',"
                 " '2026-11-20 12:00:00.000000', '2026-11-20 12:00:00.000000', 1, 0, '')"
                 )  # fmt: skip
    file.commit()
    file.close()
    database = Database(f"sqlite:///{chain}")
    async with database.session(writing=False) as session:
        with frozen_at(FIRST + timedelta(days=DAYS)):
            faults = await check_database(session)
    await database.close()
    assert faults == ["Siegelkette: finding 5 steht nicht im Journal."]
