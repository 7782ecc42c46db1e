"""Gives the demo city some documented cables, one of them wrong, and a search that finds things."""

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from netzwart.accounts.actors import SYSTEM
from netzwart.database import table_of
from netzwart.demo.newcomers import RANGE, SCHOOL
from netzwart.demo.nodes import ACCESS_POINT_CREDENTIAL, PORT, SWITCH_CREDENTIAL
from netzwart.network.discovery.service import DiscoveryForm, start_discovery
from netzwart.network.tables import Credential, Node
from netzwart.network.topology.service import LinkForm, document_link
from netzwart.schools.tables import School

_nodes = table_of(Node)
_schools = table_of(School)
_credentials = table_of(Credential)
WRONG_PORT = "1/0/12"
"""Where the second access point's cable is said to be; the switch sees it elsewhere."""


async def relate_demo(session: AsyncSession, port: int = PORT) -> None:
    """Document the cables of one school's access points and queue a search of its range."""
    school_id = await session.scalar(
        select(_schools.c.id).where(_schools.c.number == SCHOOL.number)
    )
    if school_id is None:
        return
    rows = await session.execute(
        select(_nodes.c.name, _nodes.c.id)
        .where(_nodes.c.school_id == school_id)
        .order_by(_nodes.c.name)
    )
    ids: dict[str, int] = {row.name: row.id for row in rows}
    short = SCHOOL.short.lower()
    core = ids[f"{short}-sw-01"]
    for number, far in enumerate(("1/0/1", WRONG_PORT, "1/0/3"), start=1):
        point = ids.get(f"{short}-ap-{number:02d}")
        if point is not None:
            form = LinkForm(
                node_id=core,
                interface=far,
                remote_node_id=point,
                remote_interface="eth0",
                note=f"Patchfeld A, Dose {number}",
            )
            await document_link(session, SYSTEM, form)
    found = await session.execute(
        select(_credentials.c.name, _credentials.c.id).where(
            _credentials.c.name.in_((SWITCH_CREDENTIAL, ACCESS_POINT_CREDENTIAL))
        )
    )
    credentials: dict[str, int] = {row.name: row.id for row in found}
    search = DiscoveryForm(
        school_id=school_id,
        ranges=RANGE,
        port=port,
        credential_ids=[credentials[SWITCH_CREDENTIAL], credentials[ACCESS_POINT_CREDENTIAL]],
    )
    await start_discovery(session, SYSTEM, search)
