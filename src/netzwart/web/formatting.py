"""How netzwart writes days, moments, spans and numbers for German readers.

Every function answers `None` with an en dash, because an unknown value is shown, never guessed.
"""

from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal

from netzwart.clock import BERLIN, utcnow

NOTHING = "–"
NO_BREAK_SPACE = "\u00a0"

_MINUTE_S = 60
_HOUR_S = 60 * _MINUTE_S
_DAY_S = 24 * _HOUR_S
_MONTHS_FROM_DAYS = 60
_DAYS_A_MONTH = Decimal("30.44")
_YEARS_FROM_DAYS = 730
_DAYS_A_YEAR = Decimal("365.25")
_WEEKDAYS = ("Mo", "Di", "Mi", "Do", "Fr", "Sa", "So")
_SPEED_UNITS = ((10**9, "Gbit/s"), (10**6, "Mbit/s"), (10**3, "kbit/s"))
_SIZE_UNITS = ((2**40, "TiB"), (2**30, "GiB"), (2**20, "MiB"), (2**10, "KiB"))


def format_day(value: date | None) -> str:
    """Return `21.11.2026`; a moment gives the day it has in Berlin."""
    if value is None:
        return NOTHING
    return f"{_local_day(value):%d.%m.%Y}"


def format_weekday(value: date | None) -> str:
    """Return `Sa, 21.11.2026`."""
    if value is None:
        return NOTHING
    day = _local_day(value)
    return f"{_WEEKDAYS[day.weekday()]}, {day:%d.%m.%Y}"


def format_moment(value: datetime | None) -> str:
    """Return `21.11.2026, 09:15` as clocks in Berlin show it."""
    if value is None:
        return NOTHING
    return f"{value.astimezone(BERLIN):%d.%m.%Y, %H:%M}"


def format_moment_exact(value: datetime | None) -> str:
    """Return `21.11.2026, 09:15:42 Uhr`, for tooltips and protocols."""
    if value is None:
        return NOTHING
    return f"{value.astimezone(BERLIN):%d.%m.%Y, %H:%M:%S} Uhr"


def format_number(value: float | Decimal | None, places: int = 0) -> str:
    """Return `12.345,6` with `places` digits after the comma, rounded half up."""
    if value is None:
        return NOTHING
    exact = value if isinstance(value, Decimal) else Decimal(str(value))
    rounded = exact.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)
    return _german(f"{rounded:,f}")


def format_pieces(quantity: Decimal | int | None) -> str:
    """Return a quantity with only the places it needs: `40`, `2,5`, `1.250`."""
    if quantity is None:
        return NOTHING
    exponent = Decimal(quantity).normalize().as_tuple().exponent
    places = -exponent if isinstance(exponent, int) and exponent < 0 else 0
    return format_number(Decimal(quantity), places)


def format_percent(share: float | Decimal | None, places: int = 0) -> str:
    """Return `97,3 %` for a share of 0.973."""
    if share is None:
        return NOTHING
    exact = share if isinstance(share, Decimal) else Decimal(str(share))
    return f"{format_number(exact * 100, places)}{NO_BREAK_SPACE}%"


def format_speed(speed_bps: int | None) -> str:
    """Return `1 Gbit/s` for 1,000,000,000 bits per second."""
    if not speed_bps:
        return NOTHING
    return _with_unit(speed_bps, _SPEED_UNITS, "bit/s")


def format_size(size_bytes: int | None) -> str:
    """Return `4,2 MiB` for a number of bytes."""
    if size_bytes is None:
        return NOTHING
    return _with_unit(size_bytes, _SIZE_UNITS, "Byte")


def format_duration(seconds: float | timedelta | None) -> str:
    """Return a span in its largest fitting unit: `42 Sek.`, `3 Min.`, `5 Std.`, `12 Tage`.

    Takes seconds or a `timedelta`; a negative span counts as zero.
    """
    if seconds is None:
        return NOTHING
    total = seconds.total_seconds() if isinstance(seconds, timedelta) else seconds
    whole = max(int(total), 0)
    if whole >= _DAY_S:
        return _format_days(whole // _DAY_S)
    if whole >= _HOUR_S:
        return _join(whole // _HOUR_S, "Std.")
    if whole >= _MINUTE_S:
        return _join(whole // _MINUTE_S, "Min.")
    return _join(whole, "Sek.")


def format_ago(value: datetime | None) -> str:
    """Return `vor 3 Min.`, `gerade eben`, or `in 5 Std.` for a moment to come."""
    if value is None:
        return NOTHING
    passed_s = (utcnow() - value).total_seconds()
    if abs(passed_s) < _MINUTE_S:
        return "gerade eben"
    word = "vor" if passed_s > 0 else "in"
    return f"{word}{NO_BREAK_SPACE}{_dative(format_duration(abs(passed_s)))}"


def format_since(value: datetime | None) -> str:
    """Return `seit 3 Min.`, `seit eben`, `seit 12 Tagen`."""
    if value is None:
        return NOTHING
    passed_s = (utcnow() - value).total_seconds()
    if passed_s < _MINUTE_S:
        return "seit eben"
    return f"seit{NO_BREAK_SPACE}{_dative(format_duration(passed_s))}"


def _local_day(value: date) -> date:
    return value.astimezone(BERLIN).date() if isinstance(value, datetime) else value


def _format_days(days: int) -> str:
    if days >= _YEARS_FROM_DAYS:
        return _join(int(days / _DAYS_A_YEAR), "Jahre")
    if days >= _MONTHS_FROM_DAYS:
        return _join(int(days / _DAYS_A_MONTH), "Monate")
    return _join(days, "Tag" if days == 1 else "Tage")


def _dative(span: str) -> str:
    """Give `Tage`, `Monate` and `Jahre` the ending that *vor* and *seit* ask for."""
    return f"{span}n" if span.endswith("e") else span


def _with_unit(value: int, units: tuple[tuple[int, str], ...], smallest: str) -> str:
    for size, name in units:
        if value >= size:
            scaled = Decimal(value) / size
            places = 0 if scaled == scaled.to_integral_value() else 1
            return f"{format_number(scaled, places)}{NO_BREAK_SPACE}{name}"
    return _join(value, smallest)


def _join(count: int, unit: str) -> str:
    return f"{count}{NO_BREAK_SPACE}{unit}"


def _german(english: str) -> str:
    return english.translate(str.maketrans({",": ".", ".": ","}))
