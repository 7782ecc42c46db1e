"""The bundle's sightings: claims of other systems and people, brought in as evidence."""

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from netzwart.database import table_of
from netzwart.evidence.rules import Claim
from netzwart.evidence.service.recording_sightings import record_sightings
from netzwart.exchange.bundle_forms import Bundle
from netzwart.exchange.service import Walk
from netzwart.exchange.upserting import Action, Outcome, PlannedRow
from netzwart.network.tables import Node
from netzwart.schools.tables import School


def sightings_walk(bundle: Bundle) -> Walk:
    """Return the walk that records a bundle's sightings; what is known already changes nothing."""

    async def walk(session: AsyncSession, outcome: Outcome) -> None:
        if not bundle.sightings:
            return
        school, node = table_of(School), table_of(Node)
        schools = {
            str(k): int(v) for k, v in await session.execute(select(school.c.number, school.c.id))
        }
        nodes = {str(k): int(v) for k, v in await session.execute(select(node.c.name, node.c.id))}
        claims: list[Claim] = []
        for index, row in enumerate(bundle.sightings):
            if row.serial is None and row.mac is None:
                outcome.fault(("sightings", index), "Eine Sichtung braucht serial oder mac.")
                continue
            if row.school is not None and row.school not in schools:
                outcome.fault(("sightings", index, "school"), f"Schule „{row.school}“ fehlt.")
                continue
            if row.seen_at.tzinfo is None:
                outcome.fault(
                    ("sightings", index, "seen_at"), "Der Zeitpunkt braucht eine Zeitzone (…Z)."
                )
                continue
            claims.append(
                Claim(
                    source=row.source,
                    seen_at=row.seen_at,
                    serial=row.serial,
                    mac=row.mac,
                    manufacturer=row.manufacturer,
                    school_id=schools.get(row.school) if row.school else None,
                    node_id=nodes.get(row.node) if row.node else None,
                    poller="import",
                )
            )
        if outcome.problems:
            return
        await record_sightings(session, claims)
        outcome.rows.append(
            PlannedRow(
                "sightings", f"{len(claims)} Sichtungen", Action.CREATE if claims else Action.SKIP
            )
        )

    return walk
