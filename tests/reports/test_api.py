"""Papers over the API: issued at once or by a job, downloaded, compared, verified."""

import asyncio
from datetime import date
from typing import Any

from sqlalchemy import select, update

from netzwart.accounts.actors import SYSTEM
from netzwart.database import Database, table_of
from netzwart.funding.purchase_tables import Payment
from netzwart.funding.tables import PlanPosition
from netzwart.reports import ordering
from netzwart.reports.compiling import PaperOrder
from netzwart.reports.kinds import KINDS, PaperKind
from netzwart.reports.ordering import make_paper, order_paper
from netzwart.reports.tables import IssuedDocument, PaperJob, PaperJobState
from tests.api_client import Api
from tests.proofs.test_compiling import a_scene
from tests.reports.signing import a_signer

DAY = date(2022, 12, 31)


async def a_grant_number(api: Api) -> str:
    async with api.database.session() as session:
        return (await a_scene(session)).grant.number


async def test_small_paper_is_issued_at_once_and_comes_back_as_stored(api: Api):
    number = await a_grant_number(api)
    officer = await api.caller()
    issued = await officer.call("POST", "proofs", {"grant": number, "as_of": "2022-12-31"})
    assert issued.status_code == 201, issued.text
    paper = issued.json()
    assert issued.headers["location"].endswith(f"/proofs/{paper['id']}")
    names = [one["name"] for one in (await officer.get(f"proofs/{paper['id']}/files"))["items"]]
    assert names[0] == "verwendungsnachweis.pdf"
    pdf = await officer.call("GET", f"proofs/{paper['id']}/files/{names[0]}")
    assert pdf.headers["content-type"] == "application/pdf"
    missing = await officer.call("GET", f"proofs/{paper['id']}/files/x.pdf")
    assert missing.status_code == 404
    verdict = await officer.client.post(
        "/api/v1/proofs/verify",
        content=pdf.content,
        headers={"Authorization": f"Bearer {officer.word}", "Content-Type": "application/pdf"},
    )
    assert verdict.status_code == 200, verdict.text
    assert verdict.json()["verdict"] == "genuine"
    assert verdict.json()["paper"]["number"] == paper["number"]


async def test_issued_paper_differs_from_today_once_something_is_corrected(api: Api):
    number = await a_grant_number(api)
    officer = await api.caller()
    issued = await officer.call("POST", "proofs", {"grant": number, "as_of": "2022-12-31"})
    where = f"proofs/{issued.json()['id']}/comparison"
    assert (await officer.get(where))["differences"] == []
    async with api.database.session() as session:
        position = table_of(PlanPosition)
        await session.execute(update(position).values(total=position.c.total + 1))
        payment = table_of(Payment)
        receipt = await session.scalar(select(payment.c.receipt_number))
        await session.execute(update(payment).values(receipt_number=f"{receipt}-neu"))
    found = (await officer.get(where))["differences"]
    told = {(one["section"], one["kind"]) for one in found}
    assert ("Förderbereiche", "changed") in told
    assert ("Belegliste", "added") in told
    assert ("Belegliste", "removed") in told
    changed = next(one for one in found if one["kind"] == "changed" and one["field"] == "planned")
    assert (changed["then"], changed["now"]) == ("100000.00", "100001.00")


async def test_long_paper_is_queued_and_its_job_tells_how_far_it_is(api: Api, monkeypatch: Any):
    monkeypatch.setattr(ordering, "LARGEST_AT_ONCE", 0)
    number = await a_grant_number(api)
    officer = await api.caller()
    queued = await officer.call("POST", "proofs", {"grant": number, "as_of": "2022-12-31"})
    assert queued.status_code == 202, queued.text
    job = queued.json()
    where = queued.headers["location"].removeprefix("/api/v1/")
    assert (await officer.get(where))["status"] == "todo"
    await make_paper(api.database, job["job"], a_signer())
    done = await officer.get(where)
    assert (done["status"], done["percent"], done["stage"]) == ("succeeded", 100, "ausgestellt")
    assert (await officer.get(f"proofs/{done['proof']}"))["number"].startswith("VN-")
    await make_paper(api.database, job["job"], a_signer())
    assert (await officer.get(where))["proof"] == done["proof"]


async def test_wrong_orders_are_refused_with_the_field(api: Api):
    number = await a_grant_number(api)
    officer = await api.caller()
    for body, field in (
        ({"grant": number, "as_of": "2999-01-01"}, "as_of"),
        ({"as_of": "2022-12-31"}, "grant"),
        ({"grant": "gibtesnicht", "as_of": "2022-12-31"}, "grant"),
        ({"kind": "inventory_list", "as_of": "2022-12-31"}, "school"),
        ({"kind": "council_statement", "grant": number, "as_of": "2022-12-31"}, "grant"),
        ({"kind": "poem", "as_of": "2022-12-31"}, "kind"),
    ):
        refused = await officer.call("POST", "proofs", body)
        assert refused.status_code in {400, 422}, refused.text
        assert field in {error["field"] for error in refused.json()["errors"]}, refused.text


async def test_every_kind_is_issued_under_its_own_numbers(api: Api):
    async with api.database.session() as session:
        scene = await a_scene(session)
        number, school = scene.grant.number, scene.devices[0].school_id
    officer = await api.caller()
    for kind, facts in KINDS.items():
        about = {"grant": {"grant": number}, "school": {"school_id": school}}
        body = {"kind": kind.value, "as_of": "2022-12-31", **about.get(facts.scope.value, {})}
        if facts.scope.value == "all":
            queued = await officer.call("POST", "proofs", body)
            assert queued.status_code == 202, queued.text
            continue
        issued = await officer.call("POST", "proofs", body)
        if kind is PaperKind.AUDIT_DRAW:
            assert issued.status_code == 404, "nothing was drawn yet"
            assert "keine Stichprobe abgeschlossen" in issued.json()["detail"]
            continue
        assert issued.status_code == 201, issued.text
        assert issued.json()["number"].startswith(f"{facts.prefix}-")


async def test_two_jobs_at_once_get_two_numbers(database: Database):
    async with database.session() as session:
        order = PaperOrder(as_of=DAY, grant_id=(await a_scene(session)).grant.id)
        jobs = [(await order_paper(session, order, SYSTEM)).id for _ in range(2)]
    await asyncio.gather(*(make_paper(database, job, a_signer()) for job in jobs))
    async with database.session(writing=False) as session:
        document = table_of(IssuedDocument)
        numbers = list(await session.scalars(select(document.c.number).order_by(document.c.id)))
        assert len(set(numbers)) == 2
        states = await session.scalars(select(table_of(PaperJob).c.state))
        assert set(states) == {PaperJobState.SUCCEEDED}


async def test_refusal_of_the_trade_ends_the_job_with_its_sentence(database: Database):
    async with database.session() as session:
        scene = await a_scene(session, programme="DP2-NRW", funding_rate=None)
        order = PaperOrder(kind=PaperKind.EARMARK_LIST, as_of=DAY, grant_id=scene.grant.id)
        job = (await order_paper(session, order, SYSTEM)).id
    await make_paper(database, job, a_signer())
    async with database.session(writing=False) as session:
        kept = await session.get_one(PaperJob, job)
        assert kept.state is PaperJobState.FAILED
        assert kept.problem
        assert kept.document_id is None
