"""What happens in the two years, on which day, and what people decide about it.

The cases are drawn so that a naive count would be wrong: the access point dies two days before the
autumn holidays, the outage is longer than a device may be missed, the tablet is stolen over
Ascension, Whitsun and Corpus Christi.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from netzwart.evidence.rules import Decision, FindingKind

FIRST_DAY = date(2022, 8, 1)
LAST_DAY = date(2024, 7, 31)
"""School years 2022/23 and 2023/24; the summer holidays of NRW end on 9 August 2022."""


class Happening(StrEnum):
    """What can happen to a device."""

    DIES = "dies"
    STOLEN = "stolen"
    SENT_IN = "sent_in"
    """It is defective and goes back to its maker (RMA); its place stays empty."""
    REPLACED = "replaced"
    """The maker's new one is recorded, and answers in the old one's place."""
    CARRIED = "carried"
    """Somebody takes it to another school and plugs it in there."""


@dataclass(frozen=True, slots=True)
class Chapter:
    """One thing that happens: to which device of a school, counted by model."""

    on: date
    what: Happening
    school: int
    """Place in the list of schools, from 0."""
    category: str
    number: int
    text: str
    target: int = 0
    """The other school of a device that is carried."""


@dataclass(frozen=True, slots=True)
class Outage:
    """Days on which nothing of a school can be reached; both count."""

    school: int
    first: date
    last: date

    def covers(self, day: date) -> bool:
        """Tell whether the day lies in it."""
        return self.first <= day <= self.last


@dataclass(frozen=True, slots=True)
class Answer:
    """What is decided about a case of a kind, on the morning it opens."""

    decision: Decision
    reason: str


STORY: tuple[Chapter, ...] = (
    Chapter(date(2022, 9, 29), Happening.DIES, 0, "access_point", 2,
            "Ein Access Point antwortet nach einem Überspannungsschaden nicht mehr."),
    Chapter(date(2023, 5, 8), Happening.STOLEN, 2, "tablet", 4,
            "Am Montag fehlt ein Tablet: am Wochenende gestohlen, niemand meldet es."),
    Chapter(date(2023, 9, 11), Happening.SENT_IN, 1, "access_point", 1,
            "Ein Access Point geht als Garantiefall an den Hersteller (RMA)."),
    Chapter(date(2023, 9, 26), Happening.REPLACED, 1, "access_point", 1,
            "Das Austauschgerät ist erfasst und hängt am Platz des alten."),
    Chapter(date(2024, 2, 20), Happening.CARRIED, 2, "access_point", 3,
            "Ein Access Point wird ohne Meldung an eine andere Schule getragen.", target=0),
)  # fmt: skip

OUTAGE = Outage(1, date(2023, 1, 16), date(2023, 1, 25))
"""Ten days without uplink, eight of them school days; five are what a switch may be missed."""

ANSWERS = {
    (FindingKind.UNSEEN, "access_point"): Answer(
        Decision.DISPOSE, "Überspannung, nicht zu reparieren; die Versicherung ist informiert."
    ),
    (FindingKind.UNSEEN, "tablet"): Answer(
        Decision.ACCEPT_REALITY, "Seit dem Wochenende verschwunden; Anzeige ist erstattet."
    ),
    (FindingKind.SERIAL_CHANGED, "access_point"): Answer(
        Decision.SWAP, "Garantietausch durch den Hersteller."
    ),
    (FindingKind.WRONG_SCHOOL, "access_point"): Answer(
        Decision.MOVE, "Bleibt dort; die Fördermittelstelle ist einverstanden."
    ),
}

_WATCHED = (
    (date(2022, 9, 26), date(2022, 9, 30)),
    (date(2022, 10, 17), date(2022, 10, 24)),
    (date(2023, 1, 12), date(2023, 1, 31)),
    (date(2023, 5, 4), date(2023, 6, 12)),
    (date(2023, 9, 8), date(2023, 9, 12)),
    (date(2023, 9, 25), date(2023, 9, 28)),
    (date(2024, 2, 19), date(2024, 2, 23)),
)


def every_day() -> Iterator[date]:
    """Give each day of the two years."""
    return (FIRST_DAY + timedelta(days=n) for n in range((LAST_DAY - FIRST_DAY).days + 1))


def watched_days() -> Iterator[date]:
    """Give the weekdays on which a clock runs, and of the other weeks the Mondays: for the test.

    The log is the same. A school of which nothing is seen stands still for a while, so that a week
    without polls makes nobody missed; while a clock runs each day must be played.
    """
    for day in every_day():
        is_watched = any(first <= day <= last for first, last in _WATCHED)
        if day.weekday() == 0 or (is_watched and day.weekday() < 5):  # noqa: PLR2004 - Saturday
            yield day
