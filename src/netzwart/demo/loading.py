"""Fills an empty installation with the demo city and its people."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from pydantic import SecretStr
from sqlalchemy import func, select, update

from netzwart.accounts.actors import SYSTEM
from netzwart.accounts.service.managing_users import add_user
from netzwart.accounts.tables import Role
from netzwart.database import Database, table_of
from netzwart.demo.agent_descriptions import write_descriptions
from netzwart.demo.city import demo_bundle
from netzwart.demo.network import (
    COMMUNITY,
    TRAP_COMMUNITY,
    V3_AUTH_KEY,
    V3_PRIVACY_KEY,
    V3_USER,
    describe_network,
    describe_newcomers,
)
from netzwart.demo.nodes import (
    ACCESS_POINT_CREDENTIAL,
    PORT,
    SWITCH_CREDENTIAL,
    simulated_nodes,
)
from netzwart.demo.relating import relate_demo
from netzwart.exchange.importing import walk_of
from netzwart.exchange.service import apply_import
from netzwart.exchange.validating import bundle_from
from netzwart.network.credentials import store_credential
from netzwart.network.discovery_tables import DiscoveredNode
from netzwart.network.forms import CredentialForm
from netzwart.network.protocols.replies import AuthProtocol, PrivacyProtocol
from netzwart.network.tables import Node
from netzwart.schools.tables import School, SchoolOperator
from netzwart.secrets import SecretBox

PASSWORD = "gruene-wiese-am-kanal"  # noqa: S105 - printed on the demo's own sign-in page
POLL_INTERVAL_S = 30


@dataclass(frozen=True, slots=True)
class DemoUser:
    """Somebody who signs in to the demo; called by role, nobody real."""

    name: str
    display_name: str
    role: Role
    school: str | None = None


USERS = (
    DemoUser("admin", "Administration (Demo)", Role.ADMIN),
    DemoUser("technik", "Technik (Demo)", Role.TECHNICIAN),
    DemoUser("schule", "Schul-IT Gymnasium (Demo)", Role.SCHOOL_ADMIN, "990001"),
    DemoUser("foerderung", "Fördermittel (Demo)", Role.FUNDING_OFFICER),
    DemoUser("pruefung", "Rechnungsprüfung (Demo)", Role.AUDITOR),
    DemoUser("lesen", "Lesezugang (Demo)", Role.VIEWER),
)


async def load_demo(
    database: Database,
    box: SecretBox,
    today: date,
    agents_file: Path,
    agent_port: int = PORT,
    trap_port: int = 0,
) -> bool:
    """Fill an empty database with the demo city; returns False if there are schools already.

    The description of the simulated agents is written in any case, and the nodes of an earlier
    start are taken along to `agent_port`.
    """
    bundle = demo_bundle(today, agent_port)
    nodes = simulated_nodes(bundle, agent_port)
    agents = [
        replace(agent, trap_port=trap_port, trap_community=TRAP_COMMUNITY)
        for agent in (*describe_network(nodes), *describe_newcomers(nodes))
    ]
    write_descriptions(agents_file, agents)
    async with database.session(writing=False) as session:
        present = await session.scalar(select(func.count()).select_from(table_of(School)))
    if present:
        await _move_nodes(database, [agent.host for agent in agents], agent_port)
        return False
    async with database.session() as session:
        for form in _credentials():
            await store_credential(session, box, form)
    checked, read = bundle_from(bundle)
    await apply_import(database, walk_of(checked), read, box.derive("import plan"), SYSTEM)
    async with database.session() as session:
        await session.execute(update(table_of(SchoolOperator)).values(is_demo=True))
        await session.execute(update(table_of(Node)).values(poll_interval_s=POLL_INTERVAL_S))
        for user in USERS:
            school_id = None
            if user.school is not None:
                query = select(table_of(School).c.id).where(
                    table_of(School).c.number == user.school
                )
                school_id = await session.scalar(query)
            await add_user(
                session,
                SYSTEM,
                name=user.name,
                display_name=user.display_name,
                password=SecretStr(PASSWORD),
                role=user.role,
                school_id=school_id,
            )
        await relate_demo(session, agent_port)
    return True


async def _move_nodes(database: Database, addresses: Sequence[str], port: int) -> None:
    async with database.session() as session:
        for table in (table_of(Node), table_of(DiscoveredNode)):
            moving = update(table).where(table.c.address.in_(addresses), table.c.port != port)
            await session.execute(moving.values(port=port))


def _credentials() -> Sequence[CredentialForm]:
    return (
        CredentialForm(
            name=SWITCH_CREDENTIAL,
            kind="snmp_v3",
            user_name=V3_USER,
            auth=AuthProtocol.SHA1,
            auth_key=SecretStr(V3_AUTH_KEY),
            privacy=PrivacyProtocol.AES128,
            privacy_key=SecretStr(V3_PRIVACY_KEY),
            note="Nur für die Demo",
        ),
        CredentialForm(
            name=ACCESS_POINT_CREDENTIAL,
            kind="snmp_v2c",
            community=SecretStr(COMMUNITY),
            note="Nur für die Demo",
        ),
    )
