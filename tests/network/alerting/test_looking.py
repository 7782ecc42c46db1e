import asyncio

import pytest
import structlog
from sqlalchemy.exc import SQLAlchemyError

from netzwart.network.alerting import looking
from netzwart.network.alerting.looking import DirectedPolls

FOLLOW_UP_S = 0.2


class Looks:
    def __init__(self, *, busy: int = 0, takes_s: float = 0.0) -> None:
        self.seen: list[int] = []
        self.busy = busy
        self.takes_s = takes_s

    async def __call__(self, node_id: int) -> bool:
        if self.busy:
            self.busy -= 1
            return False
        await asyncio.sleep(self.takes_s)
        self.seen.append(node_id)
        return True


async def test_one_word_gives_one_look_at_once_and_one_later():
    looks = Looks()
    polls = DirectedPolls(looks, follow_up_s=FOLLOW_UP_S)
    polls.want(7)
    await asyncio.sleep(0.05)
    assert looks.seen == [7]
    await asyncio.sleep(FOLLOW_UP_S + 0.1)
    assert looks.seen == [7, 7]
    await asyncio.sleep(FOLLOW_UP_S + 0.1)
    assert looks.seen == [7, 7], "and then it is quiet"
    await polls.close()


async def test_flood_of_words_gives_few_looks_and_the_last_is_after_the_last_word():
    looks = Looks(takes_s=0.02)
    polls = DirectedPolls(looks, follow_up_s=FOLLOW_UP_S)
    for _ in range(300):
        polls.want(7)
    await asyncio.sleep(0.01)
    polls.want(7)
    await asyncio.sleep(0.1)
    assert len(looks.seen) == 2, "the word during the look is looked after"
    await polls.close()


async def test_word_between_both_looks_is_not_kept_waiting():
    looks = Looks()
    polls = DirectedPolls(looks, follow_up_s=10)
    polls.want(7)
    await asyncio.sleep(0.05)
    polls.want(7)
    await asyncio.sleep(0.05)
    assert looks.seen == [7, 7]
    await polls.close()


async def test_busy_node_is_tried_again(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(looking, "_RETRY_S", 0.01)
    looks = Looks(busy=3)
    polls = DirectedPolls(looks, follow_up_s=FOLLOW_UP_S)
    polls.want(7)
    await asyncio.sleep(0.15)
    assert looks.seen == [7]
    await polls.close()


async def test_look_that_fails_does_not_deafen():
    async def fail(node_id: int) -> bool:
        raise SQLAlchemyError(f"no database for {node_id}")

    polls = DirectedPolls(fail, follow_up_s=0.01)
    with structlog.testing.capture_logs() as logs:
        polls.want(7)
        await asyncio.sleep(0.1)
    assert [one["event"] for one in logs] == ["directed_poll_failed"] * 2
    polls.want(7)
    await polls.close()


async def test_nodes_do_not_wait_for_one_another():
    looks = Looks(takes_s=0.05)
    polls = DirectedPolls(looks, follow_up_s=10)
    for node_id in range(10):
        polls.want(node_id)
    await asyncio.sleep(0.1)
    assert sorted(looks.seen) == list(range(10))
    await polls.close()
