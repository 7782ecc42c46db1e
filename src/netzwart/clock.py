"""The one place that knows what time it is, so that tests can stop it."""

from collections.abc import Generator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

BERLIN = ZoneInfo("Europe/Berlin")

_frozen: ContextVar[datetime | None] = ContextVar("frozen_now", default=None)


def utcnow() -> datetime:
    """Return the present moment, aware, in UTC; the frozen one inside `frozen_at`."""
    return _frozen.get() or datetime.now(UTC)


def today() -> date:
    """Return the present day as the city reads it from its calendar (Europe/Berlin)."""
    return utcnow().astimezone(BERLIN).date()


@contextmanager
def frozen_at(moment: datetime) -> Generator[None]:
    """Make `utcnow` return `moment` inside the block."""
    token = _frozen.set(moment)
    try:
        yield
    finally:
        _frozen.reset(token)
