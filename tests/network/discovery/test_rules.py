from itertools import pairwise

import pytest

from netzwart.network.discovery.liveness import Liveness, Look, liveness_of
from netzwart.network.discovery.rules import MOST_CREDENTIALS, Candidate, reopens, to_try
from netzwart.network.discovery_tables import ProposalStatus
from netzwart.network.protocols.replies import SnmpVersion

V3, V2 = Candidate(1, SnmpVersion.V3), Candidate(2, SnmpVersion.V2C)


@pytest.mark.parametrize(
    ("look", "expected"),
    [
        (Look("answered", tcp=False), Liveness.SPEAKS_SNMP),
        (Look("refused", tcp=True), Liveness.NO_SNMP),
        (Look("silent", tcp=True), Liveness.ALIVE),
        (Look("silent", tcp=False), Liveness.SILENT),
    ],
)
def test_what_two_looks_mean(look: Look, expected: Liveness):
    assert liveness_of(look) is expected


@pytest.mark.parametrize(
    ("liveness", "asks", "expected"),
    [
        (Liveness.SPEAKS_SNMP, "", (V3, V2)),
        (Liveness.ALIVE, "", (V2,)),
        (Liveness.NO_SNMP, "silent", ()),
        (Liveness.SILENT, "", ()),
        (Liveness.SILENT, "silent", (V2,)),
    ],
)
def test_no_secret_is_told_where_nobody_listens(
    liveness: Liveness, asks: str, expected: tuple[Candidate, ...]
):
    assert to_try(liveness, [V3, V2], asks_silent=asks == "silent") == expected


def test_attempts_are_bounded_and_each_door_is_tried_once():
    many = [Candidate(number, SnmpVersion.V2C) for number in range(20)]
    tried = to_try(Liveness.ALIVE, [*many[:2], *many], asks_silent=True)
    assert len(tried) == MOST_CREDENTIALS
    assert all(one != other for one, other in pairwise(sorted(tried, key=lambda one: one.id)))


@pytest.mark.parametrize(
    ("status", "before", "now", "expected"),
    [
        (ProposalStatus.OPEN, "A", "B", "stays"),
        (ProposalStatus.IGNORED, "A", "A", "stays"),
        (ProposalStatus.IGNORED, "A", None, "stays"),
        (ProposalStatus.IGNORED, None, "A", "stays"),
        (ProposalStatus.IGNORED, "A", "B", "opens"),
        (ProposalStatus.JOINED, "A", "A", "stays"),
        (ProposalStatus.JOINED, "A", "B", "opens"),
        (ProposalStatus.ACCEPTED, "A", "A", "opens"),
    ],
)
def test_decision_holds_until_another_device_answers(
    status: ProposalStatus, before: str | None, now: str | None, expected: str
):
    assert reopens(status, before, now) is (expected == "opens")
