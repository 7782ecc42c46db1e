"""Which visit does what: when the dead are asked, and which polls also read parts and health."""

from datetime import datetime

from netzwart.network.rules import FAILURES_UNTIL_DOWN

COMPONENTS_EVERY_S = 3600
"""Parts are read hourly, each node at its own turn."""

READINGS_EVERY_S = 1800
BACK_OFF_EVERY = 5
"""After so many silent polls the interval is doubled, and so on."""
LONGEST_BACK_OFF_S = 900


def backed_off_s(interval_s: int, failed_polls: int) -> int:
    """Return the interval of a node that has not answered so many times in a row.

    Who is off for a night or for the holidays is asked less and less, but within a quarter of an
    hour, so that it is seen soon when it is back.
    """
    doubled = max(0, (failed_polls - FAILURES_UNTIL_DOWN) // BACK_OFF_EVERY)
    return max(interval_s, min(interval_s * 2 ** min(doubled, 8), LONGEST_BACK_OFF_S))


def is_component_turn(node_id: int, interval_s: int, now: datetime) -> bool:
    """Tell whether this poll also reads the parts; each node has its own turn."""
    turns = max(1, COMPONENTS_EVERY_S // interval_s)
    return (int(now.timestamp()) // interval_s + node_id) % turns == 0


def is_readings_turn(node_id: int, interval_s: int, now: datetime) -> bool:
    """Tell whether this poll also reads health, which costs more and changes slowly."""
    turns = max(1, READINGS_EVERY_S // interval_s)
    return (int(now.timestamp()) // interval_s + node_id) % turns == 0
