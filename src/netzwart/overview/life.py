"""A device's life from the rows that the domains keep; pure."""

from collections.abc import Sequence

from netzwart.evidence.queries import Presence
from netzwart.evidence.rules import EvidenceClass, SightingSource
from netzwart.inventory.labels import STATUS_LABELS
from netzwart.inventory.tables import DeviceEventKind
from netzwart.overview.timeline import (
    DeviceLife,
    Happening,
    MonthOfSightings,
    Move,
    Outage,
    Paper,
)
from netzwart.schools.queries import AnyRow

Rows = Sequence[AnyRow]
UNEXPLAINED = "Status geändert"
"""What an event of a changed state says where nobody gave a reason."""


def life_of(
    device: AnyRow,
    *,
    presences: Sequence[Presence],
    months: Rows,
    outages: Rows,
    events: Rows,
    moves: Rows,
    papers: Rows,
    names_people: bool = True,
) -> DeviceLife:
    """Return what a timeline is drawn from; each argument is what one query returned.

    Without `names_people` it says what was done, not by whom.
    """
    first = min(presences, key=lambda one: one.first_seen_at, default=None)
    return DeviceLife(
        papers=[
            Paper(
                kind=row.kind,
                day=row.day,
                number=row.number,
                text=row.text,
                amount=row.amount,
                invoice_id=row.link,
            )
            for row in papers
        ],
        sightings=[_month(row, device.school_id) for row in months],
        moves=[
            Move(
                at=row.at,
                old=_place(row.from_school, row.from_room),
                new=_place(row.to_school, row.to_room),
                reason=row.reason,
            )
            for row in moves
        ],
        happenings=[
            Happening(
                at=row.at,
                kind=DeviceEventKind(row.kind),
                actor=row.actor if names_people else "",
                text=_words_of(row),
            )
            for row in events
        ],
        outages=[
            Outage(started_at=row.started_at, ended_at=row.ended_at, text=row.text)
            for row in outages
        ],
        delivered_on=device.delivered_on,
        commissioned_on=device.commissioned_on,
        disposed_on=device.disposed_on,
        first_seen_at=first.first_seen_at if first else None,
        first_seen_class=first.evidence_class if first else None,
    )


def _month(row: AnyRow, home: int | None) -> MonthOfSightings:
    return MonthOfSightings(
        first_at=row.first_at,
        last_at=row.last_at,
        number=row.number,
        evidence_class=EvidenceClass(row.evidence_class),
        source=SightingSource(row.source),
        school=row.school,
        is_elsewhere=row.school_id is not None and row.school_id != home,
    )


def _place(school: str | None, room: str | None) -> str:
    if school and room:
        return f"{school}, Raum {room}"
    return school or room or "ohne Ort"


def _words_of(event: AnyRow) -> str:
    """Return what an event says; a change of state says from what to what."""
    if event.kind != DeviceEventKind.STATUS_CHANGED or "after" not in event.data:
        return event.text
    before, after = (
        STATUS_LABELS.get(event.data.get(name), event.data.get(name))
        for name in ("before", "after")
    )
    reason = "" if event.text == UNEXPLAINED else f": {event.text}"
    return f"{before} → {after}{reason}"
