"""The trade of signing in: how long guessers wait, what passwords must be, where one may go."""

from datetime import UTC, date, datetime, time, timedelta
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

FREE_FAILURES_BY_NAME = 5
FREE_FAILURES_BY_ADDRESS = 20
LONGEST_WAIT = timedelta(minutes=15)
FAILURES_COUNT_FOR = timedelta(hours=1)
"""A failure older than this slows nobody down any more."""

SHORTEST_PASSWORD = 12
LONGEST_PASSWORD = 200
"""Longer ones only burn the server's time; RFC 9106 sets no limit of its own."""

TOUCH_AFTER = timedelta(minutes=5)
"""How stale the last use of a session or token may be before it is written again."""

_FIRST_WAIT_S = 2
_BERLIN = ZoneInfo("Europe/Berlin")


def waiting_time(failures: int, free_failures: int) -> timedelta:
    """Return how long after the last failure the next attempt is taken.

    Nothing while there are free failures, then 2 s, 4 s, 8 s … up to a quarter of an hour.
    """
    beyond = failures - free_failures
    if beyond < 0:
        return timedelta()
    # The exponent is capped first, since 2 ** 100000 would keep the server busy.
    return min(timedelta(seconds=_FIRST_WAIT_S * 2 ** min(beyond, 20)), LONGEST_WAIT)


def password_problem(password: str, name: str) -> str | None:
    """Return the German sentence that says why a password is refused, or None.

    Length and nothing else, as BSI ORP.4 and NIST SP 800-63B advise: no forced digits or signs.
    """
    if len(password) < SHORTEST_PASSWORD:
        return f"Das Passwort hat mindestens {SHORTEST_PASSWORD} Zeichen."
    if len(password) > LONGEST_PASSWORD:
        return f"Das Passwort hat höchstens {LONGEST_PASSWORD} Zeichen."
    if name and name.casefold() in password.casefold():
        return "Das Passwort darf den Anmeldenamen nicht enthalten."
    if len(set(password)) < SHORTEST_PASSWORD // 3:
        return "Das Passwort wiederholt zu wenige Zeichen."
    return None


def local_path(wanted: str | None, default: str = "/") -> str:
    """Return `wanted` if it is a path of this site, otherwise `default`.

    Refuses `//elsewhere`, backslashes and control characters, which browsers read as an address.
    """
    if not wanted or not wanted.startswith("/") or wanted.startswith("//"):
        return default
    if "\\" in wanted or any(ord(sign) < ord(" ") for sign in wanted):
        return default
    parts = urlsplit(wanted)
    return default if parts.scheme or parts.netloc else wanted


def end_of_day(last_on: date | None) -> datetime | None:
    """Return the moment after the last second of a day in Berlin, in UTC."""
    if last_on is None:
        return None
    return datetime.combine(last_on + timedelta(days=1), time(), _BERLIN).astimezone(UTC)


def last_day(expires_at: datetime | None) -> date | None:
    """Return the last day that is over by this moment: what `end_of_day` was made of."""
    if expires_at is None:
        return None
    return (expires_at - timedelta(seconds=1)).astimezone(_BERLIN).date()
