"""One life of a device out of paper, wire and people; pure.

2026-11-20  wire    Im November 2026 gesehen: 20 Sichtungen, SNMP, Klasse A
2022-03-01  person  In Betrieb genommen
2022-02-20  paper   Bezahlt: Beleg K-4711
2022-02-10  paper   Rechnung R-2022-0815
2022-02-01  paper   Geliefert: Lieferschein LS-9
2022-01-10  paper   Bestellt: B-2022-17
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal

from netzwart.clock import BERLIN
from netzwart.evidence.rules import EvidenceClass, SightingSource
from netzwart.inventory.tables import DeviceEventKind
from netzwart.money import format_euro
from netzwart.overview.labels import SOURCE_LABELS
from netzwart.web.components import Source, TimelineEntry, Tone
from netzwart.web.formatting import format_day, format_duration

_MONTHS = (
    "Januar", "Februar", "März", "April", "Mai", "Juni",
    "Juli", "August", "September", "Oktober", "November", "Dezember",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """One thing that was written about a device."""

    kind: str
    """order, delivery, invoice or payment."""
    day: date
    number: str
    text: str
    amount: Decimal | None = None
    invoice_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthOfSightings:
    """What one source saw in one month at one place."""

    first_at: datetime
    last_at: datetime
    number: int
    evidence_class: EvidenceClass
    source: SightingSource
    school: str | None = None
    is_elsewhere: bool = False
    """True if that is not the school the device belongs to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """A relocation, with places in words."""

    at: datetime
    old: str
    new: str
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Happening:
    """A recorded event that is neither on paper nor on the wire."""

    at: datetime
    kind: DeviceEventKind
    actor: str
    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outage:
    """A time in which the device's node did not answer."""

    started_at: datetime
    ended_at: datetime | None
    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceLife:
    """Everything known about a device, from all sources."""

    papers: Sequence[Paper] = ()
    sightings: Sequence[MonthOfSightings] = ()
    moves: Sequence[Move] = ()
    happenings: Sequence[Happening] = ()
    outages: Sequence[Outage] = ()
    delivered_on: date | None = None
    commissioned_on: date | None = None
    disposed_on: date | None = None
    first_seen_at: datetime | None = None
    first_seen_class: EvidenceClass | None = None


_PAPER = {
    "order": (1, "Bestellt", "shopping-cart"),
    "delivery": (2, "Geliefert", "package"),
    "invoice": (3, "Rechnung", "file-invoice"),
    "payment": (4, "Bezahlt", "receipt-euro"),
}
_HAPPENINGS: dict[DeviceEventKind, tuple[str, str, Tone]] = {
    DeviceEventKind.LABELLED: ("Beschriftet", "tag", Tone.NEUTRAL),
    DeviceEventKind.ACCEPTED: ("Abgenommen", "clipboard-check", Tone.OK),
    DeviceEventKind.STATUS_CHANGED: ("Status geändert", "status-change", Tone.NEUTRAL),
    DeviceEventKind.LENT: ("Verliehen", "user-check", Tone.INFO),
    DeviceEventKind.RETURNED: ("Zurückgegeben", "arrow-back-up", Tone.NEUTRAL),
    DeviceEventKind.SWAPPED: ("Getauscht", "replace", Tone.INFO),
    DeviceEventKind.REPAIRED: ("Repariert", "tool", Tone.NEUTRAL),
    DeviceEventKind.CHANGED: ("Angaben geändert", "pencil", Tone.MUTED),
    DeviceEventKind.NOTED: ("Notiz", "note", Tone.NEUTRAL),
    DeviceEventKind.MOVED: ("Umgesetzt", "transfer", Tone.NEUTRAL),
    DeviceEventKind.ORDERED: ("Bestellt", "shopping-cart", Tone.NEUTRAL),
    DeviceEventKind.DELIVERED: ("Geliefert", "package", Tone.NEUTRAL),
    DeviceEventKind.INVOICED: ("Rechnung", "file-invoice", Tone.NEUTRAL),
    DeviceEventKind.COMMISSIONED: ("In Betrieb genommen", "circle-check", Tone.OK),
    DeviceEventKind.FIRST_SEEN: ("Zum ersten Mal gesehen", "eye", Tone.OK),
    DeviceEventKind.DISPOSED: ("Ausgesondert", "archive", Tone.MUTED),
}

_Placed = tuple[datetime, int, TimelineEntry]


def timeline_of(life: DeviceLife) -> list[TimelineEntry]:
    """Return a device's life, newest first; on one day what comes later in a purchase is above.

    What paper or the wire tells is not told again by an event of the same kind.
    """
    placed = [
        *_papers(life),
        *_milestones(life),
        *_sightings(life.sightings),
        *(_outage(outage) for outage in life.outages),
        *(_move(move) for move in life.moves),
        *_happenings(life),
    ]
    placed.sort(key=lambda entry: (entry[0], entry[1]), reverse=True)
    return [entry for _, _, entry in placed]


def _place(at: date, rank: int, entry: TimelineEntry) -> _Placed:
    moment = at if isinstance(at, datetime) else datetime.combine(at, time(), BERLIN)
    return moment, rank, entry


def _papers(life: DeviceLife) -> Iterable[_Placed]:
    for paper in life.papers:
        rank, word, icon = _PAPER[paper.kind]
        is_invoice = paper.kind == "invoice"
        detail = {
            "order": f"{paper.number} bei {paper.text}",
            "delivery": f"Lieferschein {paper.number} zu Bestellung {paper.text}",
            "invoice": paper.text,
            "payment": f"Beleg {paper.number} zu Rechnung {paper.text}",
        }[paper.kind]
        if paper.amount is not None:
            detail += f", zusammen {format_euro(paper.amount)}"
        href = None if paper.invoice_id is None else f"/foerderung/rechnungen/{paper.invoice_id}"
        yield _place(
            paper.day,
            rank,
            TimelineEntry(
                at=paper.day,
                source=Source.PAPER,
                title=f"{word} {paper.number}" if is_invoice else word,
                detail=detail,
                href=href,
                icon=icon,
            ),
        )


def _milestones(life: DeviceLife) -> Iterable[_Placed]:
    if life.delivered_on is not None and not any(p.kind == "delivery" for p in life.papers):
        entry = TimelineEntry(life.delivered_on, Source.PAPER, "Geliefert", icon="package")
        yield _place(life.delivered_on, 2, entry)
    if life.commissioned_on is not None:
        entry = TimelineEntry(
            life.commissioned_on,
            Source.PERSON,
            "In Betrieb genommen",
            icon="circle-check",
            tone=Tone.OK,
        )
        yield _place(life.commissioned_on, 5, entry)
    if life.disposed_on is not None:
        entry = TimelineEntry(
            life.disposed_on, Source.PERSON, "Ausgesondert", icon="archive", tone=Tone.MUTED
        )
        yield _place(life.disposed_on, 9, entry)
    if life.first_seen_at is not None:
        letter = life.first_seen_class or EvidenceClass.NONE
        entry = TimelineEntry(
            life.first_seen_at,
            _origin(letter),
            "Zum ersten Mal gesehen",
            f"Nachweisklasse {letter}",
            icon="eye",
            tone=Tone.OK,
        )
        yield _place(life.first_seen_at, 6, entry)


def _origin(letter: EvidenceClass) -> Source:
    return Source.PERSON if letter is EvidenceClass.D else Source.WIRE


def _sightings(months: Sequence[MonthOfSightings]) -> Iterable[_Placed]:
    for seen in months:
        local = seen.last_at.astimezone(BERLIN)
        place = f" an {seen.school}" if seen.school else ""
        word = "Sichtung" if seen.number == 1 else "Sichtungen"
        detail = (
            f"{seen.number} {word} durch {SOURCE_LABELS[seen.source]}{place}, "
            f"Klasse {seen.evidence_class}"
        )
        if seen.number > 1:
            detail += f", seit {format_day(seen.first_at)}"
        title = f"Im {_MONTHS[local.month - 1]} {local.year} gesehen"
        entry = TimelineEntry(
            at=seen.last_at,
            source=_origin(seen.evidence_class),
            title=f"{title} – an anderer Schule" if seen.is_elsewhere else title,
            detail=detail,
            icon="map-pin" if seen.is_elsewhere else "activity",
            tone=Tone.WARNING if seen.is_elsewhere else Tone.NEUTRAL,
        )
        yield _place(seen.last_at, 7, entry)


def _outage(outage: Outage) -> _Placed:
    if outage.ended_at is None:
        entry = TimelineEntry(
            outage.started_at, Source.WIRE, "Antwortet nicht", outage.text, tone=Tone.DANGER
        )
        return _place(outage.started_at, 8, entry)
    lasted = format_duration(outage.ended_at - outage.started_at)
    entry = TimelineEntry(
        outage.started_at,
        Source.WIRE,
        f"Ausfall von {lasted}",
        outage.text,
        icon="plug-connected-x",
        tone=Tone.WARNING,
    )
    return _place(outage.started_at, 8, entry)


def _move(move: Move) -> _Placed:
    detail = f"von {move.old}" + (f": {move.reason}" if move.reason else "")
    entry = TimelineEntry(
        move.at, Source.PERSON, f"Umgesetzt nach {move.new}", detail, icon="transfer"
    )
    return _place(move.at, 8, entry)


def _happenings(life: DeviceLife) -> Iterable[_Placed]:
    told = _told_already(life)
    for one in life.happenings:
        if one.kind in told:
            continue
        title, icon, tone = _HAPPENINGS[one.kind]
        detail = " · ".join(part for part in (one.text, one.actor) if part)
        entry = TimelineEntry(one.at, Source.PERSON, title, detail, icon=icon, tone=tone)
        yield _place(one.at, 8, entry)


def _told_already(life: DeviceLife) -> set[DeviceEventKind]:
    kinds = {paper.kind for paper in life.papers}
    told = {
        DeviceEventKind.ORDERED: "order" in kinds,
        DeviceEventKind.DELIVERED: "delivery" in kinds or life.delivered_on is not None,
        DeviceEventKind.INVOICED: "invoice" in kinds,
        DeviceEventKind.COMMISSIONED: life.commissioned_on is not None,
        DeviceEventKind.FIRST_SEEN: life.first_seen_at is not None,
        DeviceEventKind.DISPOSED: life.disposed_on is not None,
        DeviceEventKind.MOVED: bool(life.moves),
    }
    return {kind for kind, is_told in told.items() if is_told}
