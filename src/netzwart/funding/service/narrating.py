"""What people write about a measure, block by block (Sachbericht)."""

from collections.abc import Mapping

from sqlalchemy.ext.asyncio import AsyncSession

from netzwart.accounts.actors import Actor
from netzwart.accounts.audit import record_audit
from netzwart.errors import ConflictError
from netzwart.funding.tables import Grant, Measure


class ProofSubmittedError(ConflictError):
    """The proof of use has gone out; what it says does not change any more."""


async def write_narrative(
    session: AsyncSession, measure: Measure, blocks: Mapping[str, str], actor: Actor
) -> None:
    """Store the blocks of the report on a measure; an empty block is taken out, others stay.

    The audit trail keeps which blocks changed, not the texts, which the issued proof freezes.

    Raises:
        ProofSubmittedError: when the grant's proof has been submitted.
    """
    grant = await session.get_one(Grant, measure.grant_id)
    if grant.proof_submitted_on is not None:
        raise ProofSubmittedError(
            "Der Verwendungsnachweis ist eingereicht; seine Texte ändern sich nicht mehr."
        )
    before = dict(measure.narrative)
    given = {key: text.strip() for key, text in blocks.items()}
    after = {key: text for key, text in {**before, **given}.items() if text}
    changed = sorted(key for key in {*before, *after} if before.get(key) != after.get(key))
    if not changed:
        return
    measure.narrative = after
    await session.flush()
    await record_audit(
        session,
        actor,
        "measure_changed",
        "measure",
        measure.id,
        school_id=measure.school_id,
        changes={"narrative": [None, ", ".join(changed)]},
    )
