"""The browser of device profiles: for readers, within their schools, with evidence."""

import pytest

from netzwart.clock import utcnow
from netzwart.database import Database
from netzwart.network import labels
from netzwart.network.pages.profiles import rows_of
from netzwart.network.profiles.loading import knowledge
from netzwart.network.profiles.schema import Read
from tests.builders import a_node
from tests.cast import Cast
from tests.client import Site


async def test_families_are_listed_with_their_nodes_within_the_schools(
    site: Site, cast: Cast, database: Database
):
    async with database.session() as session:
        for number, school in enumerate((cast.school, cast.other_school, cast.other_school)):
            await a_node(session, school_id=school.id, name=f"sw-{number}",
                         address=f"10.0.0.{number}", profile="aruba_aoscx",
                         identified_at=utcnow())  # fmt: skip

    page = await site.as_(cast.technician).get("/netz/profile/aruba_aoscx")
    assert page.status_code == 200
    assert "sw-0" in page.text
    assert "sw-1" not in page.text
    assert "1.3.6.1.4.1.47196.4.1.1.1" in page.text
    assert "6300m_10_13" in page.text, "the recording it is checked with"
    assert "arubaWiredTempSensorTemperature" in page.text, "the MIB's name of an object"

    everything = await site.as_(cast.admin).get("/netz/profile?q=aoscx")
    assert "1 Familie<" in everything.text.replace("\n", "")
    assert 'data-label="Knoten" class="nz-num">3<' in everything.text


async def test_whoever_may_not_read_the_network_sees_no_profiles(site: Site, cast: Cast):
    for path in ("/netz/profile", "/netz/profile/aruba_aoscx"):
        assert (await site.as_(cast.roleless).get(path)).status_code == 403


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/netz/profile/gibt_es_nicht", 404),
        ("/netz/profile/..%2F..%2Fpyproject", 404),
        ("/netz/profile?category=toaster", 422),
        (f"/netz/profile?q={'x' * 101}", 422),
    ],
)
async def test_what_does_not_exist_is_refused(site: Site, cast: Cast, path: str, status: int):
    assert (await site.as_(cast.admin).get(path)).status_code == status


async def test_a_search_without_a_hit_says_what_to_do(site: Site, cast: Cast):
    page = await site.as_(cast.admin).get("/netz/profile?q=gibt-es-nicht")

    assert "netzwart capture" in page.text


def test_the_list_narrows_by_word_and_kind():
    known = knowledge()

    printers = rows_of(known, {}, "", "printer")
    assert {row.category for row in printers} == {"printer"}
    assert [row.name for row in rows_of(known, {"linux": 4}, "linux", "server")] == ["linux"]
    assert "net_snmp" not in {row.name for row in rows_of(known, {}, "", "")}


def test_every_family_has_a_title_of_its_own():
    titles = [profile.title for profile in knowledge().profiles.values()]

    assert None not in titles
    assert len(titles) == len(set(titles))


def test_every_quantity_has_a_german_word():
    assert set(Read.model_fields) <= set(labels.QUANTITIES)
