"""What needs attention now: findings, silent nodes, incidents; each is one statement."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import case, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from netzwart.accounts.actors import Scope
from netzwart.clock import utcnow
from netzwart.database import table_of
from netzwart.evidence.tables import Finding, FindingStatus
from netzwart.inventory.queries import DEVICE
from netzwart.network.rules import Reachability
from netzwart.network.tables import Incident, Node
from netzwart.schools.queries import SCHOOL, AnyRow, at_schools

FINDING = table_of(Finding)
NODE = table_of(Node)
INCIDENT = table_of(Incident)

SHOWN_FINDINGS = 6
SHOWN_INCIDENTS = 8
SHOWN_NODES = 60
RECENT = timedelta(hours=24)

_SEVERITIES = ("critical", "error", "warning", "info")
_RANK = case(
    {severity: rank for rank, severity in enumerate(_SEVERITIES)},
    value=FINDING.c.severity,
    else_=len(_SEVERITIES),
)


@dataclass(frozen=True, slots=True)
class NodeCounts:
    """How many polled nodes are in which state, and when one of them was last asked."""

    up: int
    down: int
    unknown: int
    last_polled_at: datetime | None

    @property
    def total(self) -> int:
        """Return the number of polled nodes."""
        return self.up + self.down + self.unknown


@dataclass(frozen=True, slots=True)
class OpenFindings:
    """The findings to decide first, how many are open, and how many of those are grave."""

    rows: Sequence[AnyRow]
    total: int
    grave: int


NO_FINDINGS = OpenFindings((), 0, 0)


async def most_severe_findings(
    session: AsyncSession, scope: Scope, school_id: int | None = None
) -> OpenFindings:
    """Return the open findings to decide first: most severe, then dearest, then oldest."""
    statement = (
        select(
            FINDING.c.id,
            FINDING.c.title,
            FINDING.c.severity,
            FINDING.c.opened_at,
            FINDING.c.amount,
            SCHOOL.c.short_name.label("school"),
            SCHOOL.c.name.label("school_name"),
            DEVICE.c.inventory_number,
            func.count().over().label("total"),
            func.count().filter(FINDING.c.severity.in_(_SEVERITIES[:2])).over().label("grave"),
        )
        .select_from(
            FINDING.outerjoin(SCHOOL, SCHOOL.c.id == FINDING.c.school_id).outerjoin(
                DEVICE, DEVICE.c.id == FINDING.c.device_id
            )
        )
        .where(
            FINDING.c.status == FindingStatus.OPEN,
            at_schools(FINDING.c.school_id, scope),
            *([] if school_id is None else [FINDING.c.school_id == school_id]),
        )
        .order_by(_RANK, FINDING.c.priority.desc(), FINDING.c.opened_at, FINDING.c.id)
        .limit(SHOWN_FINDINGS)
    )
    rows = (await session.execute(statement)).all()
    return OpenFindings(rows, rows[0].total, rows[0].grave) if rows else NO_FINDINGS


async def node_counts(
    session: AsyncSession, scope: Scope, school_id: int | None = None
) -> NodeCounts:
    """Return how many nodes answer; switched-off polling does not count."""
    statement = select(
        func.count().filter(NODE.c.reachability == Reachability.UP),
        func.count().filter(NODE.c.reachability == Reachability.DOWN),
        func.count().filter(NODE.c.reachability == Reachability.UNKNOWN),
        func.max(NODE.c.last_polled_at, type_=NODE.c.last_polled_at.type),
    ).where(
        NODE.c.is_enabled.is_(True),
        at_schools(NODE.c.school_id, scope),
        *([] if school_id is None else [NODE.c.school_id == school_id]),
    )
    row = (await session.execute(statement)).one()
    return NodeCounts(row[0], row[1], row[2], row[3])


async def silent_nodes(session: AsyncSession, scope: Scope) -> Sequence[AnyRow]:
    """Return the nodes that do not answer, by school, longest silence first."""
    statement = (
        select(
            NODE.c.id,
            NODE.c.name,
            NODE.c.address,
            NODE.c.category,
            NODE.c.reachability_since,
            NODE.c.last_error,
            NODE.c.school_id,
            SCHOOL.c.name.label("school"),
        )
        .join(SCHOOL, SCHOOL.c.id == NODE.c.school_id)
        .where(
            NODE.c.is_enabled.is_(True),
            NODE.c.reachability == Reachability.DOWN,
            at_schools(NODE.c.school_id, scope),
        )
        .order_by(func.lower(SCHOOL.c.name), NODE.c.reachability_since, NODE.c.id)
        .limit(SHOWN_NODES)
    )
    return (await session.execute(statement)).all()


async def recent_incidents(session: AsyncSession, scope: Scope) -> Sequence[AnyRow]:
    """Return what began or ended in the last 24 hours, newest first."""
    since = utcnow() - RECENT
    moment = func.coalesce(
        INCIDENT.c.ended_at, INCIDENT.c.started_at, type_=INCIDENT.c.started_at.type
    )
    statement = (
        select(
            INCIDENT.c.id,
            INCIDENT.c.kind,
            INCIDENT.c.started_at,
            INCIDENT.c.ended_at,
            INCIDENT.c.text,
            INCIDENT.c.node_id,
            NODE.c.name.label("node"),
            SCHOOL.c.short_name.label("school"),
            SCHOOL.c.name.label("school_name"),
        )
        .join(NODE, NODE.c.id == INCIDENT.c.node_id)
        .join(SCHOOL, SCHOOL.c.id == INCIDENT.c.school_id)
        .where(moment >= since, at_schools(INCIDENT.c.school_id, scope))
        .order_by(INCIDENT.c.started_at.desc(), INCIDENT.c.id.desc())
        .limit(SHOWN_INCIDENTS)
    )
    return (await session.execute(statement)).all()
