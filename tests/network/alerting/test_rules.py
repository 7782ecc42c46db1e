import pytest

from netzwart.network.alerting.rules import LOOKS, Allowance, pause_before_look
from netzwart.network.protocols.replies import Oid


@pytest.mark.parametrize(
    ("recent", "expected"),
    [
        ([], 0),
        ([99.9], 0),
        ([95, 96, 97, 98, 99], 0),
        ([94, 95, 96, 97, 98, 99], 9),
        ([60, 61, 62, 63, 64, 85], 0),
        ([30, 31, 32, 33, 34, 35, 39.9], 0),
        ([50, 60, 70, 80, 90, 100], 10),
    ],
)
def test_first_looks_of_a_minute_are_at_once_and_then_slow(recent: list[float], expected: float):
    assert pause_before_look(recent, 100.0) == expected


def test_allowance_gives_a_burst_and_then_its_rate():
    allowance = Allowance(burst=3, per_s=2, left=3, at=0)
    assert [allowance.take(0) for _ in range(5)] == [True, True, True, False, False]
    assert [allowance.take(0.5), allowance.take(0.5)] == [True, False]
    assert [allowance.take(1000) for _ in range(4)] == [True, True, True, False]


def test_what_is_verified_is_named_and_other_kinds_are_not():
    assert LOOKS[Oid("1.3.6.1.6.3.1.1.5.3")] == "linkDown"
    assert Oid("1.3.6.1.6.3.1.1.5.5") not in LOOKS, "authenticationFailure is no change of state"
    assert Oid("1.3.6.1.4.1.9.9.599.0.4") not in LOOKS, "nor are clients of a WLAN controller"
