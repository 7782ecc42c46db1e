"""Documented cables travel in bundles and come out as they went in."""

from datetime import date

import pytest
import yaml

from netzwart.accounts.actors import SYSTEM
from netzwart.database import Database, table_of
from netzwart.exchange.exporting import export_bundle
from netzwart.exchange.importing import prepare_import
from netzwart.exchange.service import BrokenImportError, ImportPlan, apply_import
from netzwart.network.tables import Node
from netzwart.network.topology_tables import DocumentedLink

SCHOOLS = [
    {"number": "168269", "name": "Gymnasium", "short_name": "GYM"},
    {"number": "168270", "name": "Realschule", "short_name": "RS"},
]
NODES = [
    {"address": "10.1.0.1", "name": "gym-sw-01", "school": "168269"},
    {"address": "10.1.0.2", "name": "gym-sw-02", "school": "168269"},
    {"address": "10.2.0.1", "name": "rs-sw-01", "school": "168270"},
]
LINKS = [
    {"address": "10.1.0.1", "interface": "48", "remote_address": "10.1.0.2",
     "remote_interface": "1", "note": "LWL, Keller"},
    {"address": "10.1.0.1", "remote_address": "10.2.0.1"},
]  # fmt: skip


async def brought_in(database: Database, links: list[dict[str, str]]) -> ImportPlan:
    bundle = {"netzwart": "bundle/1", "schools": SCHOOLS, "nodes": NODES, "links": links}
    walk, read = prepare_import(
        yaml.safe_dump(bundle).encode(), "x.yaml", municipality_key="05562020",
        operator_number=None, retrieved_on=date(2026, 1, 1),
    )  # fmt: skip
    return await apply_import(database, walk, read, b"k" * 32, SYSTEM)


async def test_links_come_out_as_they_went_in_and_change_nothing_again(database: Database):
    assert (await brought_in(database, LINKS)).counts()["create"] == 7
    again = await brought_in(database, LINKS)
    assert again.counts() == {"create": 0, "update": 0, "skip": 7, "conflict": 0}
    async with database.session(writing=False) as session:
        exported = yaml.safe_load(await export_bundle(session))["links"]
        of_school = yaml.safe_load(await export_bundle(session, "168269"))["links"]
    assert exported[0] == LINKS[0] | {"port": 161, "remote_port": 161}
    assert exported[1]["remote_address"] == "10.2.0.1"
    assert of_school == exported[:1], "the other school is none of this file's business"


async def test_cable_written_from_its_other_end_is_the_same_cable(database: Database):
    await brought_in(database, LINKS[:1])
    turned = {"address": "10.1.0.2", "interface": "1", "remote_address": "10.1.0.1",
              "remote_interface": "48", "note": "neu gezogen"}  # fmt: skip
    assert (await brought_in(database, [turned])).counts()["update"] == 1
    async with database.session(writing=False) as session:
        rows = (await session.execute(table_of(DocumentedLink).select())).mappings().all()
    assert [(row["interface"], row["note"]) for row in rows] == [("48", "neu gezogen")]


@pytest.mark.parametrize(
    ("link", "sentence"),
    [
        ({"address": "10.1.0.1", "remote_address": "10.1.0.1"}, "von einem Knoten zu einem"),
        ({"address": "10.1.0.1", "remote_address": "10.9.9.9"}, "Den Knoten „10.9.9.9, 161“"),
    ],
)
async def test_cable_to_nowhere_keeps_everything_out(
    sqlite_database: Database, link: dict[str, str], sentence: str
):
    with pytest.raises(BrokenImportError) as refused:
        await brought_in(sqlite_database, [link])
    (problem,) = refused.value.problems
    assert sentence in problem.message
    async with sqlite_database.session(writing=False) as session:
        assert (await session.execute(table_of(Node).select())).first() is None
