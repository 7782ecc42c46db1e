"""Stored files are held against their hash each night; what is gone or changed is said."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy import select

from netzwart.accounts.actors import SYSTEM
from netzwart.database import Database
from netzwart.documents.service import Upload, path_of, store_document
from netzwart.documents.tables import Document
from netzwart.documents.watching import check_files, watch_files
from netzwart.funding.queries import load_grants
from netzwart.funding.settlement import settle_grant
from netzwart.funding.tables import GrantNotice
from netzwart.proofs.checking import check_grant
from tests import builders

DAY = date(2022, 12, 31)


async def _stored(database: Database, folder: Path, word: str) -> Document:
    async with database.session() as session:
        upload = Upload(f"{word}.pdf", b"%PDF-1.7 " + word.encode())
        return await store_document(session, folder, upload, limit_mib=1, uploaded_by_id=None)


async def _states(database: Database) -> dict[str, bool]:
    async with database.session(writing=False) as session:
        rows = (await session.scalars(select(Document))).all()
        assert all(row.checked_at is not None for row in rows)
        return {row.file_name: row.is_damaged for row in rows}


async def test_gone_and_changed_files_are_noted_and_healed_when_they_are_back(
    database: Database, tmp_path: Path
):
    await _stored(database, tmp_path, "ganz")
    gone = await _stored(database, tmp_path, "weg")
    changed = await _stored(database, tmp_path, "anders")
    kept = path_of(tmp_path, gone.sha256).read_bytes()
    path_of(tmp_path, gone.sha256).unlink()
    path_of(tmp_path, changed.sha256).write_bytes(b"%PDF-1.7 gefaelscht")
    assert await check_files(database, tmp_path) == 2
    assert await _states(database) == {"ganz.pdf": False, "weg.pdf": True, "anders.pdf": True}
    path_of(tmp_path, gone.sha256).write_bytes(kept)
    assert await check_files(database, tmp_path) == 1
    assert (await _states(database))["weg.pdf"] is False


async def test_more_files_than_a_batch_are_all_looked_at(
    sqlite_database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("netzwart.documents.watching._BATCH", 2)
    for number in range(5):
        await _stored(sqlite_database, tmp_path, f"datei-{number}")
    assert await check_files(sqlite_database, tmp_path) == 0
    assert len(await _states(sqlite_database)) == 5


async def test_damaged_files_of_invoices_and_notices_are_named_by_their_grant(
    database: Database, tmp_path: Path
):
    receipt = await _stored(database, tmp_path, "beleg")
    paper = await _stored(database, tmp_path, "bescheid")
    async with database.session() as session:
        grant = await builders.a_grant(session)
        measure = await builders.a_measure(session, grant_id=grant.id)
        invoice = await builders.an_invoice(session, number="R-1", document_id=receipt.id)
        line = await builders.an_invoice_line(session, invoice_id=invoice.id)
        await builders.a_cost_share(session, invoice_line_id=line.id, measure_id=measure.id)
        session.add(
            GrantNotice(
                grant_id=grant.id, notice_number="N-1", issued_on=DAY, amount=Decimal(1),
                document_id=paper.id,
            )
        )  # fmt: skip
    for document in (receipt, paper):
        path_of(tmp_path, document.sha256).unlink()
    await check_files(database, tmp_path)
    async with database.session(writing=False) as session:
        [record] = await load_grants(session, SYSTEM, DAY)
    assert record.around.damaged_files == ("N-1: bescheid.pdf", "R-1: beleg.pdf")
    found = [one for one in check_grant(settle_grant(record, DAY)) if one.check == "CHK-30"]
    assert record.around.damaged_files in {one.rows for one in found}


def test_files_are_looked_at_every_night():
    task = watch_files(Path("unbenutzt"))
    assert (task.name, task.timetable is not None) == ("documents.check_files", True)
