"""Two days of a port as a line: coordinates for an SVG, and the same in words; pure."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from netzwart.network.history.reading import SPARKLINE_HOURS, TrafficHour
from netzwart.web.formatting import format_number, format_speed

STEP, HEIGHT = 2, 20
WIDTH = STEP * (SPARKLINE_HOURS - 1)
_LOWEST_SCALE_BPS = 1000
"""Less is noise: a line along the bottom says more than one that fills the box."""


@dataclass(frozen=True, slots=True)
class Sparkline:
    """What a template draws; a path is empty where nothing is known."""

    incoming: str
    outgoing: str
    title: str
    errors: int
    """Both directions, in the hours drawn."""


def sparkline(hours: Sequence[TrafficHour], now: datetime) -> Sparkline | None:
    """Return the line of the last 48 hours, None if none of them is known.

    An hour without an answer is a gap, not a zero.
    """
    first = now.replace(minute=0, second=0, microsecond=0) - timedelta(hours=SPARKLINE_HOURS - 1)
    placed = {
        place: hour
        for hour in hours
        if 0 <= (place := round((hour.starts_at - first) / timedelta(hours=1))) < SPARKLINE_HOURS
    }
    if not placed:
        return None
    highest = max(max(hour.in_bps, hour.out_bps) for hour in placed.values())
    scale = max(highest, _LOWEST_SCALE_BPS)

    def path(rate: Callable[[TrafficHour], int]) -> str:
        parts: list[str] = []
        for place in sorted(placed):
            y = HEIGHT - 1 - (HEIGHT - 2) * rate(placed[place]) / scale
            verb = "L" if place - 1 in placed else "M"
            # A lone hour would be a line without length, which nobody sees.
            lone = "h1" if verb == "M" and place + 1 not in placed else ""
            parts.append(f"{verb}{STEP * place} {y:.1f}{lone}")
        return "".join(parts)

    return Sparkline(
        incoming=path(lambda hour: hour.in_bps),
        outgoing=path(lambda hour: hour.out_bps),
        title=_title(list(placed.values())),
        errors=sum(hour.in_errors + hour.out_errors for hour in placed.values()),
    )


def _title(known: Sequence[TrafficHour]) -> str:
    missing = SPARKLINE_HOURS - len(known)
    text = "; ".join(
        f"{word} im Mittel {_speed(sum(rates) // len(rates))}, höchstens {_speed(max(rates))}"
        for word, rates in (
            ("herein", [hour.in_bps for hour in known]),
            ("hinaus", [hour.out_bps for hour in known]),
        )
    )
    gap = f"; {format_number(missing)} Stunden ohne Messung" if missing else ""
    return f"Letzte {SPARKLINE_HOURS} Stunden: {text}{gap}"


def _speed(bps: int) -> str:
    return format_speed(bps) if bps else "0 bit/s"


def utilisation(in_bps: int | None, out_bps: int | None, speed_bps: int | None) -> float | None:
    """Return the busier direction as a share of the port's speed; None if either is unknown."""
    rates = [rate for rate in (in_bps, out_bps) if rate is not None]
    return min(1.0, max(rates) / speed_bps) if rates and speed_bps else None
