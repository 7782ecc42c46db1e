from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from netzwart.network.polling.reading import (
    InterfaceState,
    InterfaceStatus,
    PollError,
    StatusReading,
)
from netzwart.network.rules import (
    Change,
    IncidentEnd,
    IncidentKind,
    KnownInterface,
    KnownNode,
    Reachability,
    first_poll_at,
    gone,
    judge_interface,
    judge_node,
    needs_identification,
    next_poll_at,
    rate,
    serial_changes,
)

NOW = datetime(2026, 11, 20, 8, 0, tzinfo=UTC)
BEFORE = NOW - timedelta(minutes=5)
UP = KnownNode(
    reachability=Reachability.UP,
    reachability_since=NOW - timedelta(days=3),
    last_polled_at=BEFORE,
    booted_at=NOW - timedelta(days=9),
    identified_at=NOW - timedelta(hours=1),
    sys_name="sw1",
    object_id="1.2.3",
    sys_description="Schalter 1.0",
)
ANSWER = StatusReading(
    reachable=True,
    taken_at=NOW,
    duration_ms=12,
    uptime_s=9 * 86_400,
    name="sw1",
    object_id="1.2.3",
    description="Schalter 1.0",
)
SILENCE = StatusReading(
    reachable=False,
    taken_at=NOW,
    duration_ms=3000,
    error=PollError.NO_ANSWER,
    error_text="Keine Antwort",
)


def test_first_answer_makes_a_node_reachable_since_then():
    verdict = judge_node(KnownNode(), ANSWER)
    assert verdict.reachability is Reachability.UP
    assert verdict.reachability_since == NOW
    assert verdict.booted_at == NOW - timedelta(days=9)
    assert verdict.changes == (Change("reachability", "unknown", "up"),)
    assert verdict.starts == ()


def test_unchanged_answer_changes_nothing():
    verdict = judge_node(UP, ANSWER)
    assert verdict.changes == ()
    assert verdict.starts == verdict.ends == ()
    assert verdict.reachability_since == UP.reachability_since


def test_one_silent_poll_is_verified_before_it_counts():
    verdict = judge_node(UP, SILENCE)
    assert verdict.reachability is Reachability.UP
    assert verdict.needs_verification
    assert verdict.failed_polls == 1
    assert verdict.starts == verdict.changes == ()


def test_second_silent_poll_is_an_incident_since_the_first():
    verdict = judge_node(replace(UP, failed_polls=1), SILENCE)
    assert verdict.reachability is Reachability.DOWN
    assert verdict.reachability_since == BEFORE
    assert [start.kind for start in verdict.starts] == [IncidentKind.UNREACHABLE]
    assert verdict.starts[0].since == BEFORE
    assert not verdict.needs_verification


def test_node_that_stays_silent_makes_no_second_incident():
    down = replace(UP, reachability=Reachability.DOWN, reachability_since=BEFORE, failed_polls=7)
    verdict = judge_node(down, SILENCE)
    assert verdict.starts == verdict.changes == ()
    assert verdict.reachability_since == BEFORE
    assert verdict.failed_polls == 8


def test_refused_credentials_are_their_own_incident():
    refusal = replace(SILENCE, error=PollError.AUTHENTICATION_FAILED)
    verdict = judge_node(replace(UP, failed_polls=1), refusal)
    assert [start.kind for start in verdict.starts] == [IncidentKind.CREDENTIAL_REFUSED]


def test_node_that_is_back_ends_its_incidents():
    down = replace(UP, reachability=Reachability.DOWN, failed_polls=7)
    verdict = judge_node(down, ANSWER)
    assert verdict.reachability is Reachability.UP
    assert verdict.failed_polls == 0
    assert IncidentEnd(IncidentKind.UNREACHABLE) in verdict.ends
    assert IncidentEnd(IncidentKind.CREDENTIAL_REFUSED) in verdict.ends


def test_uptime_that_went_back_is_a_restart():
    verdict = judge_node(UP, replace(ANSWER, uptime_s=60))
    assert verdict.is_restarted
    assert verdict.booted_at == NOW - timedelta(seconds=60)
    assert [(start.kind, start.is_over) for start in verdict.starts] == [
        (IncidentKind.RESTARTED, True)
    ]
    assert [change.what for change in verdict.changes] == ["restarted"]


def test_uptime_counter_that_wrapped_after_497_days_is_no_restart():
    old = replace(UP, booted_at=NOW - timedelta(seconds=2**32 / 100 + 120))
    verdict = judge_node(old, replace(ANSWER, uptime_s=120))
    assert not verdict.is_restarted
    assert verdict.booted_at == old.booted_at


def test_clock_that_drifts_a_little_is_no_restart():
    verdict = judge_node(UP, replace(ANSWER, uptime_s=9 * 86_400 - 30))
    assert not verdict.is_restarted


def test_node_without_uptime_keeps_what_was_known():
    verdict = judge_node(UP, replace(ANSWER, uptime_s=None))
    assert verdict.booted_at == UP.booted_at


def test_new_name_is_a_change_and_a_missing_one_is_none():
    verdict = judge_node(UP, replace(ANSWER, name="sw2", description=None))
    assert verdict.changes == (Change("sys_name", "sw1", "sw2"),)


@pytest.mark.parametrize(
    ("known", "reading", "wanted"),
    [
        (UP, ANSWER, False),
        (UP, SILENCE, False),
        (replace(UP, identified_at=None), ANSWER, True),
        (replace(UP, identified_at=NOW - timedelta(hours=24)), ANSWER, True),
        (replace(UP, reachability=Reachability.DOWN), ANSWER, True),
        (UP, replace(ANSWER, uptime_s=5), True),
        (UP, replace(ANSWER, object_id="9.9"), True),
        (UP, replace(ANSWER, description="Schalter 2.0"), True),
        (UP, replace(ANSWER, description=None), False),
    ],
)
def test_identification_is_asked_for_when_it_may_have_changed(
    known: KnownNode, reading: StatusReading, *, wanted: bool
):
    assert needs_identification(known, reading, NOW) is wanted


OLD = KnownInterface("1/1/1", "Uplink", 10**9, "up", "up", 1_000_000, 2_000_000)
ROW = InterfaceStatus(
    index=1,
    name="1/1/1",
    alias="Uplink",
    type=6,
    mac=None,
    speed_bps=10**9,
    admin=InterfaceState.UP,
    oper=InterfaceState.UP,
    in_octets=1_000_000,
    out_octets=2_000_000,
    in_errors=0,
    out_errors=0,
)


def judged(known: KnownInterface, status: InterfaceStatus, seconds: float | None = 10):
    return judge_interface(known, status, taken_at=NOW, seconds=seconds)


def test_unchanged_port_is_no_news():
    verdict = judged(OLD, ROW)
    assert verdict.changes == ()
    assert verdict.start is verdict.end is None
    assert (verdict.rates.in_bps, verdict.rates.out_bps) == (0, 0)


def test_port_that_was_up_and_lost_its_link_is_an_incident():
    verdict = judged(OLD, replace(ROW, oper=InterfaceState.DOWN))
    assert verdict.start is not None
    assert verdict.start.kind is IncidentKind.PORT_DOWN
    assert "1/1/1 (Uplink)" in verdict.start.text
    assert verdict.is_oper_changed
    unnamed = judged(replace(OLD, alias=""), replace(ROW, alias="", oper=InterfaceState.DOWN))
    assert unnamed.start is not None
    assert "()" not in unnamed.start.text


@pytest.mark.parametrize(
    ("known", "status"),
    [
        (replace(OLD, oper="down"), replace(ROW, oper=InterfaceState.DOWN)),
        (replace(OLD, oper="unknown"), replace(ROW, oper=InterfaceState.DOWN)),
        (OLD, replace(ROW, admin=InterfaceState.DOWN, oper=InterfaceState.DOWN)),
        (OLD, replace(ROW, oper=InterfaceState.DORMANT)),
    ],
)
def test_port_that_was_not_up_or_is_switched_off_is_no_incident(
    known: KnownInterface, status: InterfaceStatus
):
    assert judged(known, status).start is None


@pytest.mark.parametrize(
    "status",
    [ROW, replace(ROW, admin=InterfaceState.DOWN, oper=InterfaceState.DOWN)],
)
def test_port_that_is_right_again_ends_its_incident(status: InterfaceStatus):
    verdict = judged(replace(OLD, oper="down"), status)
    assert verdict.end == IncidentEnd(IncidentKind.PORT_DOWN, 1)


def test_port_with_a_new_name_is_another_port():
    verdict = judged(OLD, replace(ROW, name="1/1/9", oper=InterfaceState.DOWN, in_octets=9))
    assert [change.what for change in verdict.changes] == ["name"]
    assert verdict.start is None
    assert verdict.rates.in_bps is None


def test_port_that_came_back_into_the_table_counts_as_changed():
    assert judged(replace(OLD, is_gone=True), ROW).is_oper_changed


def test_changed_speed_alias_and_admin_are_changes():
    verdict = judged(
        replace(OLD, speed_bps=None),
        replace(ROW, alias="Neu", admin=InterfaceState.DOWN, oper=InterfaceState.DOWN),
    )
    assert {change.what for change in verdict.changes} == {"oper", "admin", "alias", "speed_bps"}


def test_counters_after_a_restart_give_no_rate():
    assert judged(OLD, ROW, seconds=None).rates.in_bps is None
    assert judged(OLD, ROW, seconds=0).rates.in_bps is None


@pytest.mark.parametrize(
    ("before", "after", "bits", "speed", "expected"),
    [
        (1000, 2000, 64, None, 800),
        (1000, 2000, 64, 10**9, 800),
        (None, 2000, 64, None, None),
        (1000, None, 64, None, None),
        (2000, 1000, 64, 10**9, None),
        (2**32 - 500, 500, 32, 10**6, 800),
        (2**32 - 500, 500, 32, None, None),
        (3_000_000_000, 0, 32, 10**6, None),
        (0, 10**12, 64, 10**6, None),
    ],
)
def test_rate_over_ten_seconds(
    before: int | None, after: int | None, bits: int, speed: int | None, expected: int | None
):
    assert rate(before, after, 10, bits=bits, speed_bps=speed) == expected


def test_no_time_gives_no_rate():
    assert rate(1, 2, 0, bits=64, speed_bps=None) is None


def test_ports_that_are_not_listed_any_more_are_gone():
    assert gone([1, 2, 3], [ROW]) == {2, 3}


def test_serial_changes_name_place_and_both_numbers():
    before = {"Chassis": "AAA", "Modul 1": "BBB", "Modul 2": None}
    after = {"Chassis": "ZZZ", "Modul 1": "BBB", "Modul 2": "CCC", "Modul 3": "DDD"}
    assert serial_changes(before, after) == {"Chassis": ("AAA", "ZZZ")}


def test_turns_are_kept_and_spread():
    turns = [next_poll_at(node, 300, NOW) for node in range(1, 400)]
    offsets = [(turn - NOW).total_seconds() for turn in turns]
    assert all(150 <= offset <= 450 for offset in offsets)
    buckets = {int(offset) // 30 for offset in offsets}
    assert len(buckets) >= 10, "the nodes are spread over the whole interval"
    for node in (1, 77):
        first = next_poll_at(node, 300, NOW)
        assert next_poll_at(node, 300, first) == first + timedelta(seconds=300)
        assert next_poll_at(node, 300, first + timedelta(seconds=9)) == first + timedelta(
            seconds=300
        )


def test_first_polls_are_spread_and_soon():
    firsts = {first_poll_at(f"10.1.0.{n}", 161, NOW) for n in range(100)}
    assert len(firsts) > 50
    assert all(NOW <= first < NOW + timedelta(seconds=20) for first in firsts)
