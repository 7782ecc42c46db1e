"""Verifies the chain of a live database, and the rows that may change against their journal."""

from collections.abc import Sequence
from datetime import date
from itertools import islice

from sqlalchemy import Connection
from sqlalchemy.ext.asyncio import AsyncSession

from netzwart.ledger.journal import differences
from netzwart.ledger.reading import Chain
from netzwart.ledger.verifier import SHOWN, Outcome, verify


async def check_chain(
    session: AsyncSession, as_of: date, roots: Sequence[str] = ()
) -> tuple[Outcome, list[str]]:
    """Return what the chain says as of a day, and the faults of chain and journal in German.

    `roots` are seals that were printed and must occur.
    """
    connection = await session.connection()
    outcome = await connection.run_sync(lambda sync: verify(Chain(sync), as_of))
    faults = [*outcome.faults, *await connection.run_sync(_of_journal)]
    faults += [
        f"Das gedruckte Siegel {root} kommt in der Kette nicht vor."
        for root in roots
        if root not in outcome.roots
    ]
    return outcome, faults[:SHOWN]


def _of_journal(connection: Connection) -> list[str]:
    return list(islice(differences(connection), SHOWN))
