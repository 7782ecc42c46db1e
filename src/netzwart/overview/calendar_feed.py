"""Deadlines as an iCalendar file that any calendar can subscribe to; pure."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from icalendar import Alarm, Calendar, Event

from netzwart.funding.deadlines import deadlines_from
from netzwart.funding.programmes.loading import FundingProgramme
from netzwart.overview.deadlines import GrantDays

_REMIND_BEFORE = timedelta(days=14)


def calendar_of(
    grants: Sequence[GrantDays], programmes: Mapping[int, FundingProgramme], now: datetime
) -> bytes:
    """Return every known day of the grants as a whole-day event, duties with a reminder.

    The same deadline keeps its identifier, so that a calendar moves it when its day changes.
    Source: RFC 5545.
    """
    calendar: Any = Calendar()  # icalendar types its properties as unknown
    calendar.add("prodid", "-//netzwart//Fristen//DE")
    calendar.add("version", "2.0")
    calendar.add("x-wr-calname", "netzwart: Fristen der Förderung")
    for grant in grants:
        for one in deadlines_from(programmes[grant.id], grant):
            event: Any = Event()
            event.add("uid", f"{one.kind.value}-{one.key or '0'}-{grant.id}@netzwart")
            event.add("dtstamp", now)
            event.add("dtstart", one.on)
            event.add("summary", f"{one.title} ({grant.number})")
            event.add("transp", "TRANSPARENT")
            if one.is_duty:
                alarm: Any = Alarm()
                alarm.add("action", "DISPLAY")
                alarm.add("description", one.title)
                alarm.add("trigger", -_REMIND_BEFORE)
                event.add_component(alarm)
            calendar.add_component(event)
    return calendar.to_ical()
