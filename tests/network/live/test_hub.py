"""Order, loss and floods, without a server."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import insert

from netzwart.clock import utcnow
from netzwart.database import Database, table_of
from netzwart.network.live.events import StateEvent, last_event_id
from netzwart.network.live.feed import ChangeFeed, since
from netzwart.network.live.hub import WAITING, Listener, LiveHub
from netzwart.network.tables import StateChange
from tests.builders import a_node
from tests.cast import Cast

EVENT = StateEvent(1, datetime(2026, 11, 27, tzinfo=UTC), 7, "sw", 3, None, "oper", "up", "down")


@pytest.mark.parametrize(
    ("header", "expected"),
    [(None, None), ("", None), (" 12 ", 12), ("0", 0), ("-1", -1), ("1.5", -1), ("x", -1),
     ("9" * 40, -1), ("١", -1)],
)  # fmt: skip
def test_what_a_client_saw_last_is_a_number_or_nonsense(header: str | None, expected: int | None):
    assert last_event_id(header) == expected


@pytest.mark.parametrize(
    ("scope", "expected"), [(None, True), (frozenset({3, 4}), True), (frozenset(), False)]
)
def test_scope_decides(scope: frozenset[int] | None, expected: bool):  # noqa: FBT001 - a case
    assert EVENT.is_within(scope) is expected


async def test_slow_client_gets_a_reset_and_then_goes_on():
    listener = Listener(None)
    for number in range(WAITING + 1):
        listener.tell(StateEvent(number, EVENT.at, 7, "sw", 3, None, "oper", "up", "down"))
    listener.tell(StateEvent(9999, EVENT.at, 7, "sw", 3, None, "oper", "up", "down"))
    heard = [lines async for lines in listener.hear(0.05, 0.1)]
    assert heard[0].startswith(b"id: 256\nevent: reset\n")
    assert heard[1].startswith(b"id: 9999\nevent: state_change\n")
    assert all(lines.startswith(b":") for lines in heard[2:])


async def write(database: Database, node_id: int, *ids: int) -> None:
    now = utcnow()
    async with database.session() as session:
        await session.execute(
            insert(table_of(StateChange)),
            [{"id": one, "node_id": node_id, "at": now, "what": "oper", "created_at": now,
              "changed_at": now, "version": 1} for one in ids],
        )  # fmt: skip


@pytest.fixture
async def node_id(database: Database, cast: Cast) -> int:
    async with database.session() as session:
        node = await a_node(session, school_id=cast.school.id)
        return node.id


async def told(feed: ChangeFeed, database: Database, now: float) -> list[int]:
    async with database.session(writing=False) as session:
        return [event.id for event in await feed.news(session, now)]


async def test_row_that_was_committed_late_is_told_once(database: Database, node_id: int):
    feed = ChangeFeed()
    await write(database, node_id, 10)
    async with database.session(writing=False) as session:
        await feed.start(session)
    assert await told(feed, database, 0) == []
    await write(database, node_id, 11, 14)
    assert await told(feed, database, 0) == [11, 14]
    await write(database, node_id, 12)
    assert await told(feed, database, 1) == [12]
    assert await told(feed, database, 2) == []
    await write(database, node_id, 13, 15)
    assert await told(feed, database, 100) == [15], "13 would have come within 30 s, or never"


async def test_flood_comes_in_pieces_and_whole(
    database: Database, node_id: int, monkeypatch: pytest.MonkeyPatch
):
    feed = ChangeFeed()
    async with database.session(writing=False) as session:
        await feed.start(session)
    await write(database, node_id, *range(1, 1201))
    pieces = [await told(feed, database, 0) for _ in range(4)]
    assert [len(piece) for piece in pieces] == [500, 500, 200, 0]
    assert [one for piece in pieces for one in piece] == list(range(1, 1201))
    async with database.session(writing=False) as session:
        assert await since(session, 1) is None, "too many: the state says it shorter"
        assert await since(session, 999_999) is None


async def test_database_that_goes_away_ends_the_streams(
    sqlite_database: Database, monkeypatch: pytest.MonkeyPatch
):
    async def fails(*given: object) -> None:
        raise OSError("gone")

    monkeypatch.setattr(ChangeFeed, "news", fails)
    hub = LiveHub(sqlite_database)
    heard = [one async for one in hub.stream(None, None, longest_s=10)]
    assert len(heard) == 1
    assert hub.count == 0
