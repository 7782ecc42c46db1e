"""Notifications in the numbers for Prometheus."""

import gc

from netzwart.network.alerting.counting import follow, notification_counts
from netzwart.web.telemetry import Telemetry


class Listener:
    def __init__(self, **counts: int) -> None:
        self.counts = counts


def test_all_listeners_of_a_process_count_until_they_are_gone():
    gc.collect()
    before = notification_counts()
    assert before["unknown_sender"] >= 0, "told with zero too, so that a rate can be computed"
    first, second = Listener(accepted=3), Listener(accepted=2, too_many=1)
    follow(first)
    follow(second)
    now = notification_counts()
    assert (now["accepted"] - before["accepted"], now["too_many"] - before["too_many"]) == (5, 1)
    del first, second
    gc.collect()
    assert notification_counts() == before


def test_numbers_are_read_at_each_scrape():
    counts = {"accepted": 1}
    telemetry = Telemetry()
    telemetry.count_by("demo", "A text.", "outcome", lambda: counts)
    assert b'demo_total{outcome="accepted"} 1.0' in telemetry.exposition()
    counts["accepted"] = 2
    assert b'demo_total{outcome="accepted"} 2.0' in telemetry.exposition()
