"""A school with nodes, a cycle that polls them, and what tests look at afterwards."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import SecretStr
from sqlalchemy import ColumnElement, Table, select
from sqlmodel import SQLModel

from netzwart.database import Database, table_of
from netzwart.network.credentials import store_credential
from netzwart.network.forms import CredentialForm
from netzwart.network.polling.cycle import PollCycle
from netzwart.network.polling.visits import ReportVisit, report_to_nobody
from netzwart.network.profiles.loading import Knowledge
from netzwart.network.tables import Node
from netzwart.schools.tables import School
from netzwart.secrets import SecretBox, new_key
from tests.network.simulated_switch import Switch, SwitchWire

INTERVAL_S = 300


@dataclass
class Place:
    """One school and its nodes; `switches` are what stands behind their addresses."""

    database: Database
    box: SecretBox
    school_id: int
    credential_id: int
    wire: SwitchWire

    def cycle(self, report: ReportVisit = report_to_nobody, concurrency: int = 10) -> PollCycle:
        return PollCycle.of(
            self.database,
            self.wire,
            self.box,
            Knowledge({}, {}),
            report,
            interval_s=INTERVAL_S,
            concurrency=concurrency,
        )

    async def rows(
        self, record: type[Any], *where: ColumnElement[bool]
    ) -> Sequence[Mapping[str, Any]]:
        table = table_of(record)
        async with self.database.session(writing=False) as session:
            found = await session.execute(select(table).where(*where).order_by(table.c.id))
            return [dict(row) for row in found.mappings()]

    async def rows_of(self, record: type[SQLModel]) -> Sequence[Mapping[str, Any]]:
        """Return the rows of a table without ids, in the order of its key."""
        table = table_of(record)
        async with self.database.session(writing=False) as session:
            found = await session.execute(select(table).order_by(*table.primary_key.columns))
            return [dict(row) for row in found.mappings()]

    async def node(self, node_id: int) -> Mapping[str, Any]:
        return (await self.rows(Node, table_of(Node).c.id == node_id))[0]

    async def make_due(self) -> None:
        """Let the next poll come: as if the interval had passed."""
        nodes: Table = table_of(Node)
        async with self.database.session() as session:
            await session.execute(
                nodes.update().where(nodes.c.is_enabled).values(next_poll_at=nodes.c.created_at)
            )

    async def add(self, address: str, switch: Switch | None, **values: Any) -> int:
        if switch is not None:
            self.wire.switches[f"{address}:161"] = switch
        async with self.database.session() as session:
            defaults: dict[str, Any] = {
                "name": f"node {address}",
                "school_id": self.school_id,
                "credential_id": self.credential_id,
            }
            node = Node(address=address, **(defaults | values))
            node.next_poll_at = node.created_at
            session.add(node)
            await session.flush()
            return node.id


async def a_place(database: Database) -> Place:
    box = SecretBox(new_key())
    async with database.session() as session:
        school = School(number="990001", name="Gymnasium", short_name="GYM")
        session.add(school)
        form = CredentialForm(name="lesen", kind="snmp_v2c", community=SecretStr("geheim-lesen"))
        credential = await store_credential(session, box, form)
        await session.flush()
        return Place(database, box, school.id, credential.id, SwitchWire({}))
