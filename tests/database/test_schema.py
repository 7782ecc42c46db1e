import pytest
from alembic import command
from sqlalchemy import Connection, insert, select, text, update
from sqlalchemy.exc import DBAPIError

from netzwart.clock import today, utcnow
from netzwart.database import Database, table_of
from netzwart.database.messages import named_constraints, registered_constraints
from netzwart.documents.tables import Document
from netzwart.errors import ConflictError, InvalidInputError
from netzwart.evidence.tables import EvidenceClass, Sighting, SightingSource
from netzwart.schema import alembic_config, every_table, is_current
from netzwart.schools.tables import Room, School


async def test_migrations_and_tables_agree(database: Database):
    def check(connection: Connection) -> None:
        command.check(alembic_config(connection))

    async with database.engine.connect() as connection:
        await connection.run_sync(check)
    assert await is_current(database)


async def test_migrations_run_down_to_empty_and_up_again(database: Database):
    def there_and_back(connection: Connection) -> None:
        command.downgrade(alembic_config(connection), "base")
        command.upgrade(alembic_config(connection), "head")

    async with database.engine.connect() as connection:
        await connection.run_sync(there_and_back)
        await connection.commit()
    assert await is_current(database)


def test_every_sentence_belongs_to_a_constraint():
    every_table()
    assert registered_constraints() <= named_constraints()


async def test_second_school_with_a_number_is_refused_in_german(database: Database):
    async with database.session() as session:
        session.add(School(number="990001", name="Eins", short_name="E"))
    with pytest.raises(InvalidInputError) as refused:
        async with database.session() as session:
            session.add(School(number="990001", name="Zwei", short_name="Z"))
    assert refused.value.fields == {"number": "Eine Schule mit dieser Schulnummer gibt es schon."}
    with pytest.raises(InvalidInputError) as refused:
        async with database.session() as session:
            session.add(School(number="9900", name="Drei", short_name="D"))
    assert "sechs Ziffern" in refused.value.message


async def test_reference_to_nothing_is_a_conflict(database: Database):
    with pytest.raises(ConflictError):
        async with database.session() as session:
            session.add(Room(school_id=4711, number="A1"))


async def test_sightings_are_neither_changed_nor_deleted(database: Database):
    async with database.session() as session:
        await session.execute(
            insert(Sighting).values(
                fingerprint="f" * 64,
                serial="S1",
                source=SightingSource.SNMP,
                raw={},
                poller="",
                evidence_class=EvidenceClass.A,
                seen_at=utcnow(),
                version=1,
                created_at=utcnow(),
                changed_at=utcnow(),
            )
        )
    for statement in (update(Sighting).values(serial="S2"), text("DELETE FROM sighting")):
        with pytest.raises(DBAPIError, match="sighting refuses"):
            async with database.session() as session:
                await session.execute(statement)
    async with database.session(writing=False) as session:
        assert (await session.execute(select(table_of(Sighting).c.serial))).scalar_one() == "S1"


async def test_documents_are_not_deleted(database: Database):
    async with database.session() as session:
        session.add(
            Document(sha256="a" * 64, file_name="r.pdf", media_type="application/pdf",
                     size_bytes=1, retain_until=today())
        )  # fmt: skip
    with pytest.raises(DBAPIError, match="document refuses"):
        async with database.session() as session:
            await session.execute(text("DELETE FROM document"))


async def test_change_counts_the_version_up(database: Database):
    async with database.session() as session:
        session.add(School(number="990001", name="Eins", short_name="E"))
    async with database.session() as session:
        school = (await session.execute(select(School))).scalar_one()
        before = school.changed_at
        school.name = "Eins neu"
    async with database.session(writing=False) as session:
        school = (await session.execute(select(School))).scalar_one()
        assert school.version == 2
        assert school.changed_at > before
