import pytest

from netzwart.network.labels import CONDITIONS, health_facts
from netzwart.network.profiles.facts import Condition


@pytest.mark.parametrize(
    ("readings", "facts"),
    [
        ({}, []),
        (
            {"fans": [{"name": "Fan 1", "state": "ok", "rpm": 4200.0}]},
            [("Fan 1", "in Ordnung, 4200 U/min")],
        ),
        (
            {"power_supplies": [{"name": None, "state": "critical", "watts": None}]},
            [("Netzteil", "gestört")],
        ),
        (
            {"disks": [{"name": "/", "state": None, "percent": 37.5}]},
            [("/", "37,5 %")],
        ),
        ({"disks": [{"name": "x", "state": None, "percent": None}]}, [("x", "–")]),
    ],
)
def test_parts_are_told_in_words_and_figures(
    readings: dict[str, object], facts: list[tuple[str, str]]
):
    assert health_facts(readings) == facts


def test_every_condition_has_a_german_word():
    assert set(CONDITIONS) == set(Condition)
