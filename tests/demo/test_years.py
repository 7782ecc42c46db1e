"""Two school years of a small city: exactly these cases, on these days, none by the outage."""

from datetime import date
from pathlib import Path

from sqlalchemy import func, select

from netzwart.custody.limits import limit_of
from netzwart.database import Database, table_of
from netzwart.demo.catalogue import SCHOOLS
from netzwart.demo.years.running import Years, simulate
from netzwart.demo.years.story import OUTAGE, every_day, watched_days
from netzwart.evidence.tables import Finding
from netzwart.inventory.tables import DeviceCategory
from netzwart.ledger.tables import JournalEntry
from netzwart.schools.calendar import SchoolCalendar

LOG = """\
Do 29.09.2022  Ereignis      Ein Access Point antwortet nach einem Überspannungsschaden nicht mehr.
Do 20.10.2022  Befund        MF-660 HER-GYM-22-0003 seit 5 Schultagen nicht gesehen
Do 20.10.2022  Entscheidung  Überspannung, nicht zu reparieren; die Versicherung ist informiert. \
HER-GYM-22-0003 ist ausgesondert.
Mo 16.01.2023  Ereignis      Der Uplink einer Schule fällt aus, bis zum 25.01.2023.
Mo 08.05.2023  Ereignis      Am Montag fehlt ein Tablet: am Wochenende gestohlen, niemand meldet es.
Do 08.06.2023  Befund        BP-11 HER-EKS-22-0010 seit 20 Schultagen nicht gesehen
Do 08.06.2023  Entscheidung  Seit dem Wochenende verschwunden; Anzeige ist erstattet. \
HER-EKS-22-0010 gilt als verloren.
Mo 11.09.2023  Ereignis      Ein Access Point geht als Garantiefall an den Hersteller (RMA).
Di 26.09.2023  Ereignis      Das Austauschgerät ist erfasst und hängt am Platz des alten.
Di 26.09.2023  Befund        rps-ap-02: andere Seriennummer als bisher
Di 26.09.2023  Entscheidung  Garantietausch durch den Hersteller. \
HER-RPS-22-0002-E tritt an die Stelle von HER-RPS-22-0002.
Di 20.02.2024  Ereignis      Ein Access Point wird ohne Meldung an eine andere Schule getragen.
Di 20.02.2024  Befund        HER-EKS-22-0004 hängt am Netz einer anderen Schule
Di 20.02.2024  Entscheidung  Bleibt dort; die Fördermittelstelle ist einverstanden. \
HER-EKS-22-0004 wird jetzt an der Schule geführt, die es sieht.
"""


async def test_two_years_open_exactly_these_cases_on_the_right_days(tmp_path: Path):
    years = await simulate(tmp_path, SCHOOLS[:3], days=watched_days(), is_sealed=False)
    assert "".join(f"{entry.line()}\n" for entry in years.log) == LOG
    database = Database(f"sqlite:///{tmp_path / 'years.sqlite3'}")
    async with database.session(writing=False) as session:
        c = table_of(Finding).c
        told = await session.execute(select(c.kind, c.status, c.amount).order_by(c.id))
        assert [(str(kind), str(status)) for kind, status, _ in told] == [
            ("unseen", "decided"), ("unseen", "decided"),
            ("serial_changed", "decided"), ("wrong_school", "decided"),
        ]  # fmt: skip
        j = table_of(JournalEntry).c
        first, last = (
            await session.execute(
                select(func.min(j.created_at, type_=j.created_at.type),
                       func.max(j.created_at, type_=j.created_at.type))
            )
        ).one()  # fmt: skip
    await database.close()
    assert (first.date(), last.date()) == (date(2022, 7, 31), date(2024, 2, 21)), "in UTC"


async def test_each_night_is_sealed_and_the_chain_is_whole(tmp_path: Path):
    days = [date(2022, 8, 1), date(2022, 8, 2), date(2022, 8, 3)]
    years: Years = await simulate(tmp_path, SCHOOLS[:3], days=days)
    assert years.log == []
    assert years.faults == []
    assert years.outcome is not None
    assert years.outcome.days == 4, "the first covers what was bought before"
    assert years.outcome.rows > 100


def test_outage_lasts_longer_than_a_device_may_be_missed():
    outage = [day for day in every_day() if OUTAGE.covers(day)]
    assert len(outage) == 10
    assert sum(SchoolCalendar("NW").is_school_day(day) for day in outage) == 8
    assert limit_of(DeviceCategory.SWITCH, on_the_wire=True, is_waiting=False) == 5
    assert {*outage} & {*watched_days()} == {day for day in outage if day.weekday() < 5}
