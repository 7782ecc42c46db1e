from datetime import UTC, date, datetime, timedelta

from netzwart.evidence.rules import EvidenceClass, SightingSource
from netzwart.inventory.tables import DeviceEventKind
from netzwart.overview.timeline import (
    DeviceLife,
    Happening,
    MonthOfSightings,
    Move,
    Outage,
    Paper,
    timeline_of,
)
from netzwart.web.components import Source, Tone

DAY = date(2022, 2, 1)
MOMENT = datetime(2022, 3, 1, 9, tzinfo=UTC)


def titles(life: DeviceLife) -> list[str]:
    return [entry.title for entry in timeline_of(life)]


def paper(kind: str, day: date = DAY, number: str = "X-1") -> Paper:
    return Paper(kind=kind, day=day, number=number, text="Muster GmbH")


def happening(kind: DeviceEventKind, text: str = "") -> Happening:
    return Happening(at=MOMENT, kind=kind, actor="admin", text=text)


def test_unknown_device_has_no_life() -> None:
    assert timeline_of(DeviceLife()) == []


def test_one_day_keeps_the_order_of_a_purchase() -> None:
    kinds = ("payment", "order", "invoice", "delivery")
    life = DeviceLife(papers=[paper(kind) for kind in kinds], commissioned_on=DAY)
    assert titles(life) == [
        "In Betrieb genommen",
        "Bezahlt",
        "Rechnung X-1",
        "Geliefert",
        "Bestellt",
    ]


def test_paper_and_wire_are_one_line_of_time() -> None:
    life = DeviceLife(
        papers=[paper("order", date(2022, 1, 10)), paper("payment", date(2022, 4, 1))],
        first_seen_at=MOMENT,
        first_seen_class=EvidenceClass.A,
    )
    assert titles(life) == ["Bezahlt", "Zum ersten Mal gesehen", "Bestellt"]


def test_delivery_note_speaks_for_the_day_of_delivery() -> None:
    noted = DeviceLife(papers=[paper("delivery", number="LS-9")], delivered_on=DAY)
    assert titles(noted) == ["Geliefert"]
    assert "LS-9" in timeline_of(noted)[0].detail
    assert titles(DeviceLife(delivered_on=DAY)) == ["Geliefert"]


def test_events_do_not_repeat_what_paper_wire_and_moves_tell() -> None:
    life = DeviceLife(
        papers=[paper(kind) for kind in ("order", "delivery", "invoice")],
        commissioned_on=DAY,
        disposed_on=date(2026, 1, 1),
        first_seen_at=MOMENT,
        moves=[Move(at=MOMENT, old="GYM, Raum A1", new="GYM, Raum A2", reason="Umbau")],
        happenings=[happening(kind) for kind in DeviceEventKind],
    )
    told = titles(life)
    assert told.count("Bestellt") == told.count("Geliefert") == told.count("Ausgesondert") == 1
    assert "Umgesetzt" not in told
    assert "Umgesetzt nach GYM, Raum A2" in told
    assert "Getauscht" in told


def test_every_kind_of_event_can_be_told() -> None:
    life = DeviceLife(happenings=[happening(kind, "Text") for kind in DeviceEventKind])
    assert len(timeline_of(life)) == len(DeviceEventKind)
    assert all(entry.detail == "Text · admin" for entry in timeline_of(life))


def test_month_elsewhere_is_a_warning() -> None:
    seen = MonthOfSightings(
        first_at=MOMENT,
        last_at=MOMENT,
        number=1,
        evidence_class=EvidenceClass.A,
        source=SightingSource.SNMP,
        school="GES",
        is_elsewhere=True,
    )
    (entry,) = timeline_of(DeviceLife(sightings=[seen]))
    assert entry.title == "Im März 2022 gesehen – an anderer Schule"
    assert entry.detail == "1 Sichtung durch SNMP an GES, Klasse A"
    assert entry.tone is Tone.WARNING


def test_scan_by_hand_is_told_as_a_person() -> None:
    seen = MonthOfSightings(
        first_at=MOMENT - timedelta(days=3),
        last_at=MOMENT,
        number=2,
        evidence_class=EvidenceClass.D,
        source=SightingSource.SCAN,
    )
    (entry,) = timeline_of(DeviceLife(sightings=[seen]))
    assert entry.source is Source.PERSON
    assert entry.detail == "2 Sichtungen durch Scan, Klasse D, seit 26.02.2022"


def test_outages_say_how_long_or_that_they_last() -> None:
    life = DeviceLife(
        outages=[
            Outage(started_at=MOMENT, ended_at=MOMENT + timedelta(minutes=42)),
            Outage(started_at=MOMENT + timedelta(days=1), ended_at=None),
        ]
    )
    assert titles(life) == ["Antwortet nicht", "Ausfall von 42\u00a0Min."]
