"""The log of the simulated years in German lines."""

from dataclasses import dataclass
from datetime import date

_WEEKDAYS = ("Mo", "Di", "Mi", "Do", "Fr", "Sa", "So")


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the log."""

    on: date
    what: str
    """`Ereignis`, `Befund`, `Entscheidung` or `Erledigt`."""
    text: str

    def line(self) -> str:
        """Return the entry as it is printed, and as a test pins it."""
        weekday = _WEEKDAYS[self.on.weekday()]
        return f"{weekday} {self.on:%d.%m.%Y}  {self.what:<12}  {self.text}"
