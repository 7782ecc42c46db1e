"""The same seed draws the same devices, also without netzwart; what was off is not found."""

import subprocess
import sys
from datetime import UTC, datetime, timedelta
from math import comb
from pathlib import Path

import pytest
from sqlalchemy import select

from netzwart.clock import frozen_at
from netzwart.custody.draw_queries import get_draw, list_drawn
from netzwart.custody.forms import DrawForm
from netzwart.custody.rules.drawing import (
    Asked,
    Proven,
    drawn,
    frozen_list,
    hash_of_list,
    most_missing,
    sizes_for,
    verdict,
)
from netzwart.custody.service.drawing import (
    CannotDrawError,
    ListChangedError,
    close_draw,
    draw_sample,
    freeze_list,
    settle_draw,
)
from netzwart.database import Database, table_of
from netzwart.evidence.rules import EvidenceClass
from netzwart.inventory.tables import Device, DeviceStatus
from netzwart.network.tables import Component, Node
from tests.builders import a_node, a_presence
from tests.custody.test_watch import ANNA
from tests.custody.town import Town, a_town

SCRIPT = Path(__file__).parents[2] / "docs/draw_sample.py"
NOW = datetime(2026, 11, 20, 9, tzinfo=UTC)
LIST = frozen_list((f"HER-{number:03}", f"SN{number}" if number % 7 else None)
                   for number in range(200, 0, -1))  # fmt: skip


@pytest.mark.parametrize(("seed", "size"), [("4711-0815", 12), ("Größe §7 – »Würfel«", 1)])
def test_independent_script_draws_the_same(tmp_path: Path, seed: str, size: int):
    path = tmp_path / "liste.txt"
    path.write_bytes(LIST.encode())
    done = subprocess.run([sys.executable, "-I", str(SCRIPT), str(path), seed, str(size)],
                          capture_output=True, check=True)  # fmt: skip
    head, *rest = done.stdout.decode().splitlines()
    assert head == f"SHA-256 der Liste: {hash_of_list(LIST)}"
    ours = drawn(LIST, seed, size)
    assert rest == [f"{number}\t{line}" for number, line in enumerate(ours, start=1)]
    assert "netzwart." not in SCRIPT.read_text(encoding="utf-8"), "it imports nothing of ours"
    code = SCRIPT.read_text(encoding="utf-8").split('"""', 2)[2].strip()
    assert len(code.splitlines()) <= 30


def test_list_is_sorted_and_the_seed_and_the_list_decide():
    assert LIST.splitlines()[0] == "HER-001;SN1"
    assert "HER-007;-" in LIST
    one = drawn(LIST, "erste Losung", 30)
    assert len(set(one)) == 30
    assert drawn(LIST, "erste Losung", 10) == one[:10], "a larger sample only adds"
    assert drawn(LIST, "zweite Losung", 30) != one
    assert drawn(LIST + "HER-999;X\n", "erste Losung", 30) != one
    tally = [0] * 10
    for seed in range(300):
        for line in drawn(LIST, f"Losung {seed}", 20):
            tally[(int(line[4:7]) - 1) // 20] += 1
    assert all(520 < count < 680 for count in tally), "each tenth of the list is drawn as often"


@pytest.mark.parametrize(
    ("population", "size", "missed", "expected"),
    [
        (100, 100, 0, 0), (100, 100, 7, 7), (10, 1, 0, 9), (10, 5, 0, 3), (834, 30, 0, 77),
        (834, 30, 2, 161), (20_000, 100, 0, 588), (1, 1, 1, 1), (50, 10, 10, 50),
    ],
)  # fmt: skip
def test_bound_is_the_exact_one(population: int, size: int, missed: int, expected: int):
    bound = most_missing(population, size, missed)

    def chance(missing: int) -> float:
        ways = sum(comb(missing, k) * comb(population - missing, size - k)
                   for k in range(missed + 1))  # fmt: skip
        return ways / comb(population, size)

    assert chance(bound) >= 0.05
    if bound < population - (size - missed):
        assert chance(bound + 1) < 0.05
    assert bound == expected


def test_sentence_says_what_is_proven_and_no_more():
    assert "Mit 95 % Sicherheit fehlen weniger als 9,4 %" in Proven(834, 30, 30).sentence()
    assert "höchstens 77" in Proven(834, 30, 30).sentence()
    assert Proven(834, 30, 28).sentence().startswith("28 von 30 gezogenen Geräten gefunden.")
    assert Proven(12, 12, 11).sentence().endswith("Das sind alle Geräte der Liste.")
    assert "bis zu alle" in Proven(10, 1, 0).sentence()
    assert sizes_for(0) == []
    assert [size for size, _ in sizes_for(45)] == [10, 30, 45]


_LATER, _BEFORE = NOW + timedelta(minutes=1), NOW - timedelta(minutes=1)


@pytest.mark.parametrize(
    ("asked", "after", "expected"),
    [
        (Asked(seen=EvidenceClass.A), 1, True),
        (Asked(seen=EvidenceClass.D), 1, True),
        (Asked(seen=EvidenceClass.C, has_node=True), 1, None),
        (Asked(), 60, None),
        (Asked(has_node=True, polled_at=_BEFORE, answered_at=_BEFORE), 1, None),
        (Asked(has_node=True, polled_at=_LATER, answered_at=_BEFORE), 1, False),
        (Asked(has_node=True, polled_at=_LATER, answered_at=_LATER), 1, None),
        (Asked(has_node=True, polled_at=_LATER, answered_at=_LATER), 10, False),
        (Asked(has_node=True), 10, False),
    ],
)
def test_silent_device_is_not_found_and_an_address_is_no_proof(
    asked: Asked,
    after: int,
    expected: bool | None,  # noqa: FBT001 - a column of the table above
):
    found = verdict(asked, NOW, NOW + timedelta(minutes=after))
    assert (None if found is None else found[0]) is expected
    assert found is None or expected or found[1]


@pytest.fixture
async def town(database: Database) -> Town:
    """Four devices: two with nodes, one that only people see, one lost."""
    made = await a_town(database)
    for number in ("N1", "N2", "H1"):
        await made.buy(number)
    await made.buy("L1", status=DeviceStatus.LOST)
    async with database.session() as session:
        for device_id in made.devices[:2]:
            node = await a_node(session, school_id=made.schools[0], name=f"ap-{device_id}")
            session.add(Component(node_id=node.id, position="1", kind="chassis",
                                  serial=f"SN{device_id}", device_id=device_id,
                                  first_seen_at=_BEFORE, last_seen_at=_BEFORE))  # fmt: skip
    return made


async def _draw(town: Town, size: int = 3) -> int:
    with frozen_at(NOW):
        async with town.database.session() as session:
            frozen = await freeze_list(session, ANNA, town.grant_id)
            form = DrawForm(seed="Losung 17", size=size, list_sha256=frozen.sha256)
            return (await draw_sample(session, ANNA, town.grant_id, form)).id


async def _answer(town: Town, device_id: int, *, speaks: bool) -> None:
    """Let the node of a device be asked after the draw."""
    async with town.database.session() as session:
        c = table_of(Component).c
        part = (
            await session.execute(select(Component).where(c.device_id == device_id))
        ).scalar_one()
        node = await session.get_one(Node, part.node_id)
        node.last_polled_at = _LATER
        if speaks:
            node.last_answered_at = part.last_seen_at = _LATER
        else:
            node.last_error = "Zeit abgelaufen"


async def test_drawn_devices_are_asked_now_and_settled_once(town: Town):
    draw_id = await _draw(town)
    async with town.database.session(writing=False) as session:
        rows = (
            await session.execute(select(Node).where(table_of(Node).c.name.like("ap-%")))
        ).scalars()
        assert [node.poll_cause for node in rows] == ["person", "person"]
    on, off, by_hand = town.devices[:3]
    await _answer(town, on, speaks=True)
    await _answer(town, off, speaks=False)
    with frozen_at(NOW + timedelta(minutes=2)):
        async with town.database.session() as session:
            assert not await settle_draw(session, draw_id), "no node is waited for any more"
    await _answer(town, off, speaks=True)  # switched on again: too late for this draw
    async with town.database.session() as session:
        device = await session.get_one(Device, by_hand)
        await a_presence(session, device, evidence_class=EvidenceClass.D, last_seen_at=_LATER)
    with frozen_at(NOW + timedelta(minutes=3)):
        async with town.database.session() as session:
            await settle_draw(session, draw_id)
    async with town.database.session(writing=False) as session:
        lines = {line.device_id: line for line in await list_drawn(session, draw_id)}
        draw = await get_draw(session, draw_id, ANNA)
    told = {key: (str(line.state), line.evidence_class) for key, line in lines.items()}
    assert told == {on: ("found", "A"), off: ("not_found", None), by_hand: ("found", "D")}
    assert "antwortet nicht: Zeit abgelaufen" in lines[off].told
    assert lines[on].raw["serial"] == f"SN{on}"
    assert (draw.found, draw.population) == (2, 3)
    assert draw.closed_at is not None
    assert draw.proven.sentence().startswith("2 von 3 gezogenen Geräten gefunden.")


async def test_what_nobody_scanned_is_not_found_when_the_draw_is_ended(town: Town):
    draw_id = await _draw(town)
    for device_id in town.devices[:2]:
        await _answer(town, device_id, speaks=True)
    with frozen_at(NOW + timedelta(minutes=2)):
        async with town.database.session() as session:
            await close_draw(session, ANNA, draw_id)
            await close_draw(session, ANNA, draw_id)  # done twice, nothing changes
    async with town.database.session(writing=False) as session:
        lines = [line for line in await list_drawn(session, draw_id) if line.state == "not_found"]
        assert [line.inventory_number for line in lines] == ["H1"]
        assert "weder gescannt noch gemeldet" in lines[0].told


async def test_list_that_changed_after_its_hash_was_told_is_refused(town: Town):
    with frozen_at(NOW):
        async with town.database.session() as session:
            before = await freeze_list(session, ANNA, town.grant_id)
        await town.buy("N9")
        form = DrawForm(seed="Losung 17", size=1, list_sha256=before.sha256)
        with pytest.raises(ListChangedError):
            async with town.database.session() as session:
                await draw_sample(session, ANNA, town.grant_id, form)


@pytest.mark.parametrize(
    ("seed", "size", "field"),
    [("kurz", 1, "seed"), ("mit|Strich", 1, "seed"), ("mit\nUmbruch", 1, "seed"),
     ("Losung 17", 0, "size"), ("Losung 17", 4, "size")],
)  # fmt: skip
async def test_bad_seed_and_impossible_size_are_refused(
    town: Town, seed: str, size: int, field: str
):
    async with town.database.session() as session:
        frozen = await freeze_list(session, ANNA, town.grant_id)
        form = DrawForm(seed=seed, size=size, list_sha256=frozen.sha256)
        with pytest.raises(CannotDrawError) as refused:
            await draw_sample(session, ANNA, town.grant_id, form)
    assert list(refused.value.fields) == [field]
