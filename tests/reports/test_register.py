"""The register of issued papers: filtered by the address, page by page, only what one may see."""

import re
from datetime import UTC, date, datetime

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from netzwart.accounts.actors import SYSTEM, Actor, HeldRole
from netzwart.accounts.tables import Role
from netzwart.database import Database
from netzwart.reports import register
from netzwart.reports.compiling import PaperOrder
from netzwart.reports.kinds import PaperKind
from netzwart.reports.ordering import make_paper, order_paper
from netzwart.reports.register import (
    BadRegisterFilterError,
    RegisterFilters,
    list_issued,
    list_open_jobs,
    read_register_filters,
)
from netzwart.reports.tables import IssuedDocument
from tests.builders import a_grant, a_school
from tests.cast import Cast
from tests.client import Site
from tests.reports.signing import a_signer

DAY = date(2022, 12, 31)


async def an_issued(session: AsyncSession, number: int, **about: int | str | None) -> int:
    """Put an empty paper into the register."""
    document = IssuedDocument(
        number=f"VN-2026-{number:04d}",
        title="Verwendungsnachweis",
        as_of=DAY,
        issued_at=datetime(2026, 11, 27, tzinfo=UTC),
        issued_by="Anna",
        sha256="0" * 64,
        content_sha256="0" * 64,
        pdf=b"",
        content=b"",
        **{"kind": "proof_of_use", "grant_id": None, **about},  # type: ignore[arg-type]
    )
    session.add(document)
    await session.flush()
    return document.id


@pytest.mark.parametrize(
    ("pairs", "field"),
    [
        ([("grant", "abc")], "grant"),
        ([("grant", "0")], "grant"),
        ([("grant", "99999999999999999999")], "grant"),
        ([("kind", "poem")], "kind"),
        ([("before", "-1")], "before"),
        ([("farbe", "rot")], "farbe"),
    ],
)
def test_filters_nobody_knows_are_named(pairs: list[tuple[str, str]], field: str):
    with pytest.raises(BadRegisterFilterError) as refused:
        read_register_filters(pairs)
    assert set(refused.value.fields) == {field}


def test_what_fills_the_form_filters_nothing():
    given = [("papier", "earmark_list"), ("bewilligung", "3"), ("kind", ""), ("school", "7")]
    assert read_register_filters(given) == RegisterFilters(school=7)


def test_next_page_keeps_the_filters():
    filters = RegisterFilters(kind=PaperKind.EARMARK_LIST, grant=3)
    assert filters.query(before=12) == "?kind=earmark_list&grant=3&before=12"
    assert RegisterFilters(before=12).query() == ""


async def test_pages_meet_without_gap_and_filters_narrow(
    database: Database, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(register, "PAGE", 2)
    async with database.session(keeping=False) as session:
        grant, other = await a_grant(session), await a_grant(session)
        school = await a_school(session)
        ids = [await an_issued(session, n, grant_id=grant.id) for n in range(1, 4)]
        listed = await an_issued(session, 4, kind="inventory_list", school_id=school.id)
        first, before = await list_issued(session, SYSTEM)
        assert ([row.id for row in first], before) == ([listed, ids[2]], ids[2])
        second, end = await list_issued(session, SYSTEM, RegisterFilters(before=before))
        assert ([row.id for row in second], end) == ([ids[1], ids[0]], None)
        for filters, wanted in (
            (RegisterFilters(grant=grant.id, before=ids[1]), [ids[0]]),
            (RegisterFilters(grant=other.id), []),
            (RegisterFilters(school=school.id), [listed]),
            (RegisterFilters(kind=PaperKind.INVENTORY_LIST), [listed]),
        ):
            rows, _ = await list_issued(session, SYSTEM, filters)
            assert [row.id for row in rows] == wanted
        limited = Actor("a", "a", (HeldRole(Role.AUDITOR, grant_id=other.id),))
        assert await list_issued(session, limited) == ([], None)


async def test_page_filters_pages_and_says_when_nothing_fits(
    site: Site, cast: Cast, database: Database, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(register, "PAGE", 1)
    async with database.session() as session:
        grant = await a_grant(session)
        _, newest = [await an_issued(session, n, grant_id=grant.id) for n in (1, 2)]
    browser = site.as_(cast.funding_officer)
    page = (await browser.get(f"/nachweise?grant={grant.id}&papier=earmark_list")).text
    assert "VN-2026-0002" in page
    assert "VN-2026-0001" not in page
    assert re.search('<option value="earmark_list"[^>]* selected', page)
    part = await browser.get(f"/nachweise?grant={grant.id}&before={newest}", htmx=True)
    assert "<html" not in part.text
    assert "VN-2026-0001" in part.text
    assert "Nichts gefunden" in (await browser.get("/nachweise?kind=earmark_list")).text
    assert (await browser.get("/nachweise?kind=poem")).status_code == 400


async def test_job_page_follows_a_paper_from_order_to_download(
    site: Site, cast: Cast, database: Database
):
    async with database.session() as session:
        school = await a_school(session)
        order = PaperOrder(kind=PaperKind.INVENTORY_LIST, as_of=DAY, school_id=school.id)
        job = (await order_paper(session, order, SYSTEM)).id
        assert [one.id for one in await list_open_jobs(session, SYSTEM)] == [job]
    browser = site.as_(cast.funding_officer)
    where = f"/nachweise/auftraege/{job}"
    assert f'href="{where}"' in (await browser.get("/nachweise")).text
    page = await browser.get(where)
    assert "Inventarliste der Schule wird gebaut" in page.text
    assert f'hx-get="{where}" hx-trigger="every 2s"' in page.text
    await make_paper(database, job, a_signer())
    done = await browser.get(where, htmx=True)
    assert "hx-trigger" not in done.text
    assert "Das Papier ist ausgestellt" in done.text
    assert "In Arbeit" not in (await browser.get("/nachweise")).text
    table = {"papier": "inventory_list", "schule": str(school.id), "stichtag": "2022-12-31"}
    answer = await browser.post("/nachweise", table | {"art": "tabelle"})
    file = await browser.get(answer.headers["location"])
    assert file.headers["content-type"].startswith("text/csv")
    assert file.content.startswith(b"\xef\xbb\xbf")
