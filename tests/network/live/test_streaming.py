import asyncio
import time
from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from netzwart.clock import utcnow
from netzwart.database import Database
from netzwart.network.live import hub as hubs
from netzwart.network.tables import StateChange
from tests.builders import a_node, an_interface
from tests.cast import Cast, a_cast
from tests.client import Site
from tests.network.live.served import listening, serving


async def nodes(database: Database, cast: Cast) -> tuple[int, int]:
    async with database.session() as session:
        own = await a_node(session, school_id=cast.school.id, name="eigen\n\ndata: {}")
        foreign = await a_node(session, school_id=cast.other_school.id, name="fremd")
        return own.id, foreign.id


async def change(database: Database, node_id: int, after: str, *, age_s: int = 0) -> int:
    async with database.session() as session:
        port = await an_interface(session, node_id=node_id, name=f"1/{after}"[:60])
        row = StateChange(node_id=node_id, interface_id=port.id, what="oper", before="up",
                          after=after, at=utcnow() - timedelta(seconds=age_s))  # fmt: skip
        session.add(row)
        await session.flush()
        return row.id


async def test_change_is_told_in_under_a_second_to_those_who_may_see_it(
    database: Database, cast: Cast, tmp_path: Path
):
    own, foreign = await nodes(database, cast)
    await change(database, own, "alt")
    async with (
        serving(database, tmp_path) as served,
        listening(served, cast.admin) as admin,
        listening(served, cast.technician) as technician,
        listening(served, cast.poller) as poller,
    ):
        started = time.monotonic()
        first = await change(database, own, "down")
        assert await admin.hears(1)
        assert time.monotonic() - started < 1.5
        await change(database, foreign, "down")
        for ear in (admin, poller):
            assert await ear.hears(2)
            assert ear.told() == [("eigen\n\ndata: {}", "down"), ("fremd", "down")]
        await asyncio.sleep(0.6)
        assert technician.told() == [("eigen\n\ndata: {}", "down")]
        name, data = technician.events[0]
        assert name == "state_change"
        assert data["id"] == first
        assert data["school"] == {"id": cast.school.id}
        assert (data["interface"], data["what"], data["before"]) == ("1/down", "oper", "up")
        assert data["at"].endswith("Z")
        assert technician.ids == [str(first)]


async def test_who_may_not_or_asks_wrongly_is_refused(site: Site, cast: Cast):
    assert (await site.as_(cast.roleless).get("/api/v1/events")).status_code == 403
    unknown = await site.as_(None).get("/api/v1/events")
    assert unknown.status_code in {303, 401}
    answer = await site.as_(cast.admin).get("/api/v1/events?school=1")
    assert answer.status_code == 400
    assert "school" in answer.text


async def test_missed_changes_are_told_after_a_reconnection(
    database: Database, cast: Cast, tmp_path: Path
):
    own, foreign = await nodes(database, cast)
    await change(database, own, "vorher", age_s=3600)
    seen = await change(database, own, "gesehen", age_s=600)
    await change(database, own, "verpasst", age_s=60)
    await change(database, foreign, "geheim", age_s=60)
    async with serving(database, tmp_path) as served:
        async with listening(served, cast.technician, str(seen)) as ear:
            assert await ear.hears(1)
            assert [after for _, after in ear.told()] == ["verpasst"]
            await change(database, own, "neu")
            assert await ear.hears(2)
            assert ear.told()[-1][1] == "neu"
        for nonsense in ("x", "-1", "9" * 30, str(seen + 4711)):
            async with listening(served, cast.technician, nonsense) as ear:
                assert await ear.hears(1)
                assert [name for name, _ in ear.events] == ["reset"], nonsense


async def test_too_much_missed_is_a_reset(
    database: Database, cast: Cast, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("netzwart.network.live.feed.AT_ONCE", 3)
    own, _ = await nodes(database, cast)
    seen = await change(database, own, "gesehen", age_s=600)
    last = [await change(database, own, str(number), age_s=60) for number in range(5)][-1]
    async with (
        serving(database, tmp_path) as served,
        listening(served, cast.admin, str(seen)) as ear,
    ):
        assert await ear.hears(1)
        assert ear.events == [("reset", {"id": last})]
        assert ear.ids == [str(last)]


async def test_several_web_processes_tell_the_same(postgres_database: Database, tmp_path: Path):
    async with postgres_database.session() as session:
        cast = await a_cast(session)
    address = postgres_database.url.render_as_string(hide_password=False)
    others = [Database(address) for _ in range(2)]
    own, _ = await nodes(postgres_database, cast)
    async with (
        serving(others[0], tmp_path) as first,
        serving(others[1], tmp_path) as second,
        listening(first, cast.admin) as one,
        listening(second, cast.admin) as other,
    ):
        await change(postgres_database, own, "down")
        assert await one.hears(1)
        assert await other.hears(1)
        assert one.events == other.events
    for database in others:
        await database.close()


async def test_stream_ends_when_the_server_stops_and_after_its_time(
    sqlite_database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    async with sqlite_database.session() as session:
        cast = await a_cast(session)
    async with serving(sqlite_database, tmp_path) as served:
        async with listening(served, cast.admin) as ear:
            assert served.hub.count == 1
            await served.hub.close()
            await asyncio.sleep(0.2)
            assert ear.is_over
        async with httpx.AsyncClient() as client:
            answer = await client.get(
                f"{served.address}/api/v1/events",
                headers={"Authorization": f"Bearer {cast.poller.word}"},
            )
            assert answer.status_code == 503
            assert answer.headers["retry-after"] == "60"
    monkeypatch.setattr(hubs, "MAX_LISTENERS", 0)
    hub = hubs.LiveHub(sqlite_database)
    with pytest.raises(hubs.TooManyListenersError):
        hub.check_room()
    heard = [one async for one in hub.stream(None, None, heartbeat_s=0.1, longest_s=0.35)]
    assert heard[1:] == [b": still here\n\n"] * len(heard[1:])
    assert len(heard) >= 3
    assert hub.count == 0
