"""Makes a list of targets known to a database, so that readings taken by hand can be recorded."""

from collections.abc import Sequence

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from netzwart.clock import utcnow
from netzwart.database import table_of
from netzwart.errors import InvalidInputError
from netzwart.network.protocols.replies import SnmpTarget
from netzwart.network.tables import Node
from netzwart.schools.tables import School

_nodes = table_of(Node)
_schools = table_of(School)
_MEASURING_NUMBER = "000000"
_SHOWN = 5
_AT_ONCE = 1000


class UnknownNodesError(InvalidInputError):
    """Some targets are no nodes of a database that already holds schools."""


async def enrol(session: AsyncSession, targets: Sequence[SnmpTarget]) -> dict[tuple[str, int], int]:
    """Return the id of each target's node by address and port.

    In a database without any school the missing nodes are made, at a school that says what it is
    for; in a living one nobody guesses where a device stands.

    Raises:
        UnknownNodesError: when schools exist and a target is not among their nodes.
    """
    rows = await session.execute(select(_nodes.c.address, _nodes.c.port, _nodes.c.id))
    known = {(row.address, row.port): row.id for row in rows}
    wanted = list(dict.fromkeys((target.host, target.port) for target in targets))
    missing = [place for place in wanted if place not in known]
    if missing:
        known |= await _make_nodes(session, missing)
    return {place: known[place] for place in wanted}


async def make_due(session: AsyncSession, ids: Sequence[int]) -> None:
    """Let these nodes' next turn be now; those that somebody visits just now keep theirs."""
    for start in range(0, len(ids), _AT_ONCE):
        chosen = _nodes.c.id.in_(ids[start : start + _AT_ONCE])
        await session.execute(
            update(_nodes)
            .where(chosen, _nodes.c.claimed_until.is_(None))
            .values(next_poll_at=utcnow())
        )


async def _make_nodes(
    session: AsyncSession, places: Sequence[tuple[str, int]]
) -> dict[tuple[str, int], int]:
    school_id = await _measuring_school(session)
    if school_id is None:
        shown = ", ".join(f"{host}:{port}" for host, port in places[:_SHOWN])
        raise UnknownNodesError(
            f"{len(places)} Ziele sind keine Netzknoten dieser Datenbank: {shown}"
            f"{' …' if len(places) > _SHOWN else ''}. Legen Sie sie erst an."
        )
    # Without next_poll_at they are due only by hand: this database has no credentials for them.
    made = [
        Node(address=host, port=port, name=f"{host}:{port}", school_id=school_id)
        for host, port in places
    ]
    session.add_all(made)
    await session.flush()
    return {(node.address, node.port): node.id for node in made}


async def _measuring_school(session: AsyncSession) -> int | None:
    found = await session.scalar(
        select(_schools.c.id).where(_schools.c.number == _MEASURING_NUMBER)
    )
    if found is not None:
        return int(found)
    if await session.scalar(select(func.count()).select_from(_schools)):
        return None
    school = School(number=_MEASURING_NUMBER, name="Messung ohne Schule", short_name="Messung")
    session.add(school)
    await session.flush()
    return school.id
