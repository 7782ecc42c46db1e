import csv
import io
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from python_calamine import CalamineWorkbook

from netzwart.evidence.rules import EvidenceClass, SightingSource
from netzwart.inventory.tables import DeviceCategory, DeviceStatus
from netzwart.network.tables import Component
from netzwart.overview.queries import device_list
from tests.builders import (
    a_cost_share,
    a_device,
    a_grant,
    a_measure,
    a_model,
    a_node,
    a_payment,
    a_presence,
    a_room,
    a_sighting,
    an_invoice,
    an_invoice_line,
    an_order,
)
from tests.cast import Cast
from tests.client import Site


async def test_list_pages_by_key_and_costs_the_same_on_each_page(site: Site, cast: Cast) -> None:
    async with site.database.session() as session:
        model = await a_model(session)
        for number in range(60):
            await a_device(
                session,
                school_id=cast.school.id,
                model_id=model.id,
                inventory_number=f"EGY-{number:03}",
            )
    browser = site.as_(cast.technician)
    first = await browser.get("/geraete")
    before = len(browser.statements)
    assert "60 Geräte" in first.text
    assert "EGY-049" in first.text
    assert "EGY-050" not in first.text
    following = first.text.split('rel="next" href="')[1].split('"')[0].replace("&amp;", "&")
    second = await browser.get(following)
    assert "EGY-050" in second.text
    assert "EGY-049" not in second.text
    assert "Zum Anfang" in second.text
    assert len(browser.statements) == before


@pytest.mark.parametrize(
    "sort", ["number", "-number", "model", "-model", "school", "-school", "changed", "-changed"]
)
async def test_every_order_shows_each_device_once(site: Site, cast: Cast, sort: str) -> None:
    async with site.database.session() as session:
        for number in range(55):
            school_id = [cast.school.id, cast.other_school.id, None][number % 3]
            await a_device(session, school_id=school_id, inventory_number=f"GER-{number:03}")
    browser = site.as_(cast.admin)
    found: list[str] = []
    path = f"/geraete?sort={sort}"
    for _ in range(3):
        page = await browser.get(path)
        found += [f"GER-{number:03}" for number in range(55) if f"GER-{number:03}" in page.text]
        if 'rel="next"' not in page.text:
            break
        path = page.text.split('rel="next" href="')[1].split('"')[0].replace("&amp;", "&")
    assert sorted(found) == [f"GER-{number:03}" for number in range(55)]


async def test_each_filter_narrows_the_list(site: Site, cast: Cast) -> None:
    async with site.database.session() as session:
        grant = await a_grant(session)
        measure = await a_measure(session, grant_id=grant.id, school_id=cast.school.id)
        room = await a_room(session, school_id=cast.school.id)
        model = await a_model(session, category=DeviceCategory.PANEL)
        wanted = await a_device(
            session,
            inventory_number="GESUCHT-1",
            school_id=cast.school.id,
            room_id=room.id,
            model_id=model.id,
            measure_id=measure.id,
            status=DeviceStatus.IN_REPAIR,
            serial="XYZ987654",
        )
        await a_presence(session, wanted, evidence_class=EvidenceClass.B)
        await a_presence(session, wanted, evidence_class=EvidenceClass.C)
        other = await a_device(
            session, inventory_number="ANDERES-1", school_id=cast.other_school.id
        )
        await a_presence(session, other, evidence_class=EvidenceClass.A)
        await a_device(session, inventory_number="NIE-GESEHEN", school_id=cast.other_school.id)
    browser = site.as_(cast.admin)
    for query in (
        f"school={cast.school.id}",
        f"school={cast.school.id}&room={room.id}",
        "category=panel",
        f"model={model.id}",
        "status=in_repair",
        "evidence=B",
        f"grant={grant.id}",
        "q=z9876",
        "q=gesucht+XYZ",
    ):
        page = await browser.get(f"/geraete?{query}")
        assert "1 Gerät gefunden" in page.text, query
        assert "GESUCHT-1" in page.text, query
    for query, number in (("evidence=A", "ANDERES-1"), ("evidence=0", "NIE-GESEHEN")):
        page = await browser.get(f"/geraete?{query}")
        assert number in page.text
        assert "GESUCHT-1" not in page.text
    page = await browser.get("/geraete?evidence=C")
    assert "Nichts gefunden" in page.text


async def test_empty_parameters_count_as_not_given(site: Site, cast: Cast) -> None:
    async with site.database.session() as session:
        await a_device(session, school_id=cast.school.id)
    page = await site.as_(cast.admin).get("/geraete?q=&school=&category=&status=&grant=&model=")
    assert "1 Gerät<" in page.text


@pytest.mark.parametrize(
    "query",
    [
        "school=abc",
        "school=99999999999999999999",
        "category=zebra",
        "status=kaputt",
        "evidence=E",
        "sort=price",
        "cursor=nonsense",
        "farbe=blau",
        "q=%00",
        "model=-1",
        "school=%C2%B2",
    ],
)
async def test_unknown_filter_values_are_told_and_no_fault_of_ours(
    site: Site, cast: Cast, query: str
) -> None:
    answer = await site.as_(cast.admin).get(f"/geraete?{query}")
    assert answer.status_code == 400
    assert "Filter" in answer.text or "Seite" in answer.text


async def test_grants_one_may_not_see_filter_nothing_out(site: Site, cast: Cast) -> None:
    async with site.database.session() as session:
        measure = await a_measure(session, school_id=cast.school.id)
        await a_device(session, school_id=cast.school.id, measure_id=measure.id)
    page = await site.as_(cast.technician).get(f"/geraete?grant={measure.grant_id}")
    assert "Nichts gefunden" in page.text
    assert 'name="grant"' not in page.text


async def test_devices_of_other_schools_and_of_none_do_not_exist(site: Site, cast: Cast) -> None:
    async with site.database.session() as session:
        foreign = await a_device(session, school_id=cast.school.id)
        homeless = await a_device(session, school_id=None)
    browser = site.as_(cast.outsider)
    listed = await browser.get("/geraete")
    assert "Noch keine Geräte" in listed.text
    assert "0 Geräte" in listed.text
    narrowed = await browser.get(f"/geraete?school={cast.school.id}")
    assert "0 Geräte gefunden" in narrowed.text
    for device in (foreign, homeless):
        answer = await browser.get(f"/geraete/{device.id}")
        assert answer.status_code == 404
    exported = await browser.get("/geraete/export.csv")
    assert len(exported.text.splitlines()) == 1


async def test_htmx_gets_the_table_alone(site: Site, cast: Cast) -> None:
    page = await site.as_(cast.admin).get("/geraete", htmx=True)
    assert "<html" not in page.text
    assert "<form" not in page.text


async def test_exports_hold_the_filtered_list_and_no_formulas(site: Site, cast: Cast) -> None:
    async with site.database.session() as session:
        await a_device(session, inventory_number="=CMD()", serial="+49", school_id=cast.school.id)
        await a_device(session, inventory_number="@SUM", school_id=cast.school.id)
        await a_device(session, inventory_number="FREMD", school_id=cast.other_school.id)
    browser = site.as_(cast.admin)
    answer = await browser.get(f"/geraete/export.csv?school={cast.school.id}")
    assert answer.headers["content-disposition"].startswith("attachment")
    assert answer.content.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig")), delimiter=";"))
    assert rows[0][0] == "Inventarnummer"
    assert sorted(row[0] for row in rows[1:]) == ["'=CMD()", "'@SUM"]
    assert "'+49" in rows[1]
    xlsx = await browser.get(f"/geraete/export.xlsx?school={cast.school.id}")
    sheet = CalamineWorkbook.from_filelike(io.BytesIO(xlsx.content)).get_sheet_by_index(0)
    cells = sheet.to_python()
    assert sorted(str(row[0]) for row in cells[1:]) == ["=CMD()", "@SUM"]


async def test_export_of_more_than_one_part_is_whole(site: Site, cast: Cast) -> None:
    async with site.database.session() as session:
        model = await a_model(session)
        for number in range(25):
            await a_device(
                session,
                model_id=model.id,
                school_id=cast.school.id,
                inventory_number=f"N-{number:02}",
            )
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(device_list, "EXPORT_PAGE", 10)
        browser = site.as_(cast.admin)
        answer = await browser.get("/geraete/export.csv")
    assert [line.split(";")[0] for line in answer.text.splitlines()[1:]] == [
        f"N-{number:02}" for number in range(25)
    ]


async def test_device_page_joins_paper_wire_and_people(site: Site, cast: Cast) -> None:
    async with site.database.session() as session:
        order = await an_order(session, number="B-2022-17")
        invoice = await an_invoice(session, number="R-2022-0815", order_id=order.id)
        line = await an_invoice_line(session, invoice_id=invoice.id)
        measure = await a_measure(session, school_id=cast.school.id)
        await a_cost_share(session, invoice_line_id=line.id, measure_id=measure.id)
        await a_payment(
            session, invoice_id=invoice.id, receipt_number="K-4711", amount=Decimal("5950.00")
        )
        device = await a_device(
            session,
            school_id=cast.school.id,
            invoice_line_id=line.id,
            measure_id=measure.id,
            serial="CNXX0001",
        )
        seen_at = datetime(2026, 11, 20, 8, tzinfo=UTC)
        await a_presence(session, device, last_seen_at=seen_at)
        for day in range(1, 21):
            await a_sighting(session, device, seen_at=datetime(2026, 11, day, 8, tzinfo=UTC))
        await a_sighting(
            session,
            device,
            seen_at=datetime(2026, 10, 5, 8, tzinfo=UTC),
            school_id=cast.other_school.id,
        )
        node = await a_node(session, school_id=cast.school.id, name="egy-ap-01")
        session.add(
            Component(
                node_id=node.id,
                position="1",
                kind="chassis",
                device_id=device.id,
                first_seen_at=seen_at,
                last_seen_at=seen_at,
            )
        )
    path = f"/geraete/{device.id}"
    page = await site.as_(cast.admin).get(path, statements_at_most=9)
    for wanted in (
        "B-2022-17",
        "Rechnung R-2022-0815",
        "K-4711",
        "20 Sichtungen durch SNMP",
        "Im Oktober 2026 gesehen – an anderer Schule",
        "595,00\u00a0€",
        "31.12.2027",
        "egy-ap-01",
        "Jetzt abfragen",
        "Zum ersten Mal gesehen",
    ):
        assert wanted in page.text, wanted
    without_money = await site.as_(cast.technician).get(path, statements_at_most=9)
    assert without_money.status_code == 200
    assert "R-2022-0815" not in without_money.text
    assert "595,00" not in without_money.text
    assert "20 Sichtungen durch SNMP" in without_money.text
    reader = await site.as_(cast.viewer).get(path, statements_at_most=9)
    assert "Bearbeiten" not in reader.text
    assert "Jetzt abfragen" not in reader.text


async def test_new_device_has_a_short_life(site: Site, cast: Cast) -> None:
    async with site.database.session() as session:
        device = await a_device(
            session, school_id=None, delivered_on=None, commissioned_on=None, serial=None
        )
    page = await site.as_(cast.admin).get(f"/geraete/{device.id}")
    assert "Noch nichts geschehen" in page.text
    assert "kein Nachweis" in page.text
    assert "zu keiner Zuwendung" in page.text


async def test_hand_scans_are_not_shown_as_wire(site: Site, cast: Cast) -> None:
    async with site.database.session() as session:
        device = await a_device(session, school_id=cast.school.id)
        await a_presence(
            session, device, evidence_class=EvidenceClass.D, source=SightingSource.SCAN
        )
    page = await site.as_(cast.viewer).get(f"/geraete/{device.id}")
    assert "von Hand erfasst" in page.text
    assert "vom Gerät gelesen" not in page.text
