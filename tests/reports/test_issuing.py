"""What was issued stays as it was issued; a failed commit leaves nothing."""

import io
import json
import zipfile
from datetime import date

import pytest
from sqlalchemy import func, select

from netzwart.accounts.actors import SYSTEM, Actor, HeldRole
from netzwart.accounts.tables import Role
from netzwart.database import Database, table_of
from netzwart.errors import NotFoundError
from netzwart.proofs.compiling import compile_proof_of_use
from netzwart.reports.compiling import PaperOrder
from netzwart.reports.downloading import file_names, stored_file
from netzwart.reports.issuing import (
    DraftNotIssuableError,
    get_issued,
    issue,
    zip_of,
)
from netzwart.reports.pdf_a import attached_files
from netzwart.reports.register import list_issued
from netzwart.reports.tables import IssuedDocument
from tests.builders import a_grant
from tests.proofs.test_compiling import a_scene
from tests.reports.signing import a_signer

AS_OF = date(2022, 12, 31)
SIGNER = a_signer()


def an_order(grant_id: int) -> PaperOrder:
    return PaperOrder(as_of=AS_OF, grant_id=grant_id)


async def test_issued_paper_carries_its_number_and_replaces_the_one_before(database: Database):
    async with database.session() as session:
        grant_id = (await a_scene(session)).grant.id
        proof = await compile_proof_of_use(session, grant_id, AS_OF, SYSTEM, is_draft=False)
        first = await issue(session, proof, an_order(grant_id), SYSTEM, SIGNER)
        second = await issue(session, proof, an_order(grant_id), SYSTEM, SIGNER)
        assert second.supersedes_id == first.id
        assert first.number.endswith("-0001")
        assert second.number.endswith("-0002")
    async with database.session(writing=False) as session:
        kept = await get_issued(session, first.id, SYSTEM)
        assert kept.pdf == first.pdf
        content = json.loads(stored_file(kept, "nachweis.json"))
        assert (content["number"], content["draft"]) == (first.number, False)
        assert content["sha256"] == kept.content_sha256
        assert attached_files(kept.pdf)["nachweis.json"] == stored_file(kept, "nachweis.json")
        assert file_names(kept)[0] == "verwendungsnachweis.pdf"
        assert content["signature_note"] == SIGNER.note
        assert content["check_address"] == "http://127.0.0.1:8000/pruefen"
        rows, _ = await list_issued(session, SYSTEM)
        assert [(row.supersedes, row.superseded_by) for row in rows] == [
            (first.number, None),
            (None, second.number),
        ]
        with pytest.raises(NotFoundError):
            stored_file(kept, "../../etc/passwd")


async def test_draft_is_never_stored(database: Database):
    async with database.session() as session:
        grant_id = (await a_scene(session)).grant.id
        draft = await compile_proof_of_use(session, grant_id, AS_OF, SYSTEM)
        with pytest.raises(DraftNotIssuableError):
            await issue(session, draft, an_order(grant_id), SYSTEM, SIGNER)


async def test_failed_commit_leaves_no_document(database: Database):
    async def issue_and_fail() -> None:
        async with database.session() as session:
            grant_id = (await a_scene(session)).grant.id
            proof = await compile_proof_of_use(session, grant_id, AS_OF, SYSTEM, is_draft=False)
            await issue(session, proof, an_order(grant_id), SYSTEM, SIGNER)
            raise ConnectionError

    with pytest.raises(ConnectionError):
        await issue_and_fail()
    async with database.session(writing=False) as session:
        rows = table_of(IssuedDocument)
        assert await session.scalar(select(func.count()).select_from(rows)) == 0


async def test_auditor_of_another_grant_gets_no_paper(database: Database):
    async with database.session() as session:
        grant_id = (await a_scene(session)).grant.id
        other = await a_grant(session, programme="DPS-SOFORT")
        proof = await compile_proof_of_use(session, grant_id, AS_OF, SYSTEM, is_draft=False)
        document = await issue(session, proof, an_order(grant_id), SYSTEM, SIGNER)
        limited = Actor("a", "a", (HeldRole(Role.AUDITOR, grant_id=other.id),))
        assert await list_issued(session, limited) == ([], None)
        with pytest.raises(NotFoundError):
            await get_issued(session, document.id, limited)


def test_same_files_give_the_same_archive():
    files = {"b.csv": b"2", "a.json": b"1"}
    archive = zip_of(files)
    assert archive == zip_of(dict(reversed(files.items())))
    with zipfile.ZipFile(io.BytesIO(archive)) as opened:
        assert opened.namelist() == ["a.json", "b.csv"]
