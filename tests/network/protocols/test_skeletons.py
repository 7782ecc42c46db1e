"""A skeleton lifts what a full decoding finds, or says that it cannot; on mutated answers too."""

import random

import pytest

from netzwart.network.protocols import ber, messages
from netzwart.network.protocols.ber import BerError
from netzwart.network.protocols.skeletons import Skeleton, is_news, locate, numbers_at
from tests.network.odd_agent import COUNTER64, OddAgent, switch_values

COLUMNS = ("1.3.6.1.2.1.31.1.1.1.6", "1.3.6.1.2.1.31.1.1.1.10", "1.3.6.1.2.1.2.2.1.8")


def a_body(agent: OddAgent) -> bytes:
    names = [(ber.encode_oid_content(oid), 5, b"") for oid in COLUMNS]
    answer = agent.answer(messages.Pdu(messages.GET_BULK, 0x40000001, 0, 10, names))
    return answer[answer.index(b"\x02\x04\x40") + 6 :]


def test_numbers_are_lifted_and_nothing_else_may_differ():
    agent = OddAgent(switch_values(12))
    body = a_body(agent)
    skeleton = Skeleton(body, locate(body)[2])
    agent.values[f"{COLUMNS[0]}.3"] = (COUNTER64, 10**12 + 77)
    later = a_body(agent)
    assert skeleton.lift(later) == numbers_at(later, locate(later)[2])
    assert skeleton.lift(later) != numbers_at(body, locate(body)[2])
    assert not is_news(later, locate(later)[2], body)
    agent.values[f"{COLUMNS[2]}.3"] = (ber.INTEGER, 7)
    changed = a_body(agent)
    assert skeleton.lift(changed) is None
    assert is_news(changed, locate(changed)[2], body)
    agent.values[f"{COLUMNS[0]}.3"] = (COUNTER64, 2**63)
    longer = a_body(agent)
    assert skeleton.lift(longer) is None, "a longer number is another layout"


def test_mutated_answers_are_read_alike_or_not_at_all():
    chance = random.Random(1)  # noqa: S311 - the same mutations each time
    body = a_body(OddAgent(switch_values(12)))
    skeleton = Skeleton(body, locate(body)[2])
    lifted = 0
    for _ in range(6000):
        mutated = bytearray(body)
        for _ in range(chance.randint(1, 3)):
            mutated[chance.randrange(len(mutated))] = chance.randrange(256)
        if chance.random() < 0.1:
            del mutated[chance.randrange(len(mutated)) :]
        numbers = skeleton.lift(bytes(mutated))
        if numbers is None:
            continue
        lifted += 1
        assert numbers == numbers_at(bytes(mutated), locate(bytes(mutated))[2])
        assert not is_news(bytes(mutated), locate(bytes(mutated))[2], body)
    assert lifted > 100


@pytest.mark.parametrize(
    "spoil",
    [
        lambda body: body[:-1],
        lambda body: body + b"\x00",
        lambda _: b"",
        lambda _: b"\x02\x01\x00\x02\x01\x00\x30\x80",
        lambda _: b"\x02\x01\x00\x02\x01\x00\x30\x05\x30\x03\x06\x01\x2b",
        lambda _: b"\x02\x01\x00\x02\x01\x00\x30\x07\x30\x05\x06\x01\x2b\x46\x00",
    ],
)
def test_what_is_no_body_is_refused(spoil):  # noqa: ANN001 - a function of the table above
    with pytest.raises(BerError):
        locate(spoil(a_body(OddAgent(switch_values(12)))))
