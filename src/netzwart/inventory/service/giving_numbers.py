"""Gives out inventory numbers: unique, by the scheme, and never a second time."""

from collections.abc import Sequence

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from netzwart.accounts.actors import Actor
from netzwart.accounts.audit import record_audit
from netzwart.clock import utcnow
from netzwart.database import insert_into, table_of
from netzwart.errors import InvalidInputError
from netzwart.inventory.numbering_rules import (
    USUAL_SCHEME,
    NumberFacts,
    numbered,
    parts_of,
    running_number,
    scheme_fault,
)
from netzwart.inventory.numbering_tables import NumberScheme, NumberSeries
from netzwart.inventory.queries import DEVICE

_SCHEME, _SERIES = table_of(NumberScheme), table_of(NumberSeries)


class BadSchemeError(InvalidInputError):
    """The scheme gives no usable numbers."""


async def current_scheme(session: AsyncSession) -> str:
    """Return the scheme in force."""
    return await session.scalar(select(_SCHEME.c.scheme)) or USUAL_SCHEME


async def change_scheme(session: AsyncSession, actor: Actor, scheme: str) -> None:
    """Let new numbers look like this from now on; given numbers stay as they are.

    Raises:
        BadSchemeError: it has no running number, or names what is not known.
    """
    fault = scheme_fault(scheme)
    if fault is not None:
        raise BadSchemeError(fault, {"scheme": fault})
    before = await current_scheme(session)
    row = await session.get(NumberScheme, 1)
    if row is None:
        row = NumberScheme(id=1)
        session.add(row)
    row.scheme = scheme
    await session.flush()
    changes = {"scheme": [before, scheme]}
    await record_audit(session, actor, "number_scheme_changed", "number_scheme", 1, changes=changes)


async def give_numbers(session: AsyncSession, facts: NumberFacts, count: int) -> Sequence[str]:
    """Return `count` new inventory numbers; they are given even if no device comes to bear them.

    The series' row is locked until the transaction ends, so that two receipts at once wait for
    each other. Numbers that somebody gave by hand are passed over.
    """
    scheme = await current_scheme(session)
    start, _, end = parts_of(scheme, facts)
    last = await _locked_last(session, f"{start}#{end}")
    taken = await _taken(session, start, end)
    if last == 0:
        last = max(taken, default=0)
    given: list[str] = []
    while len(given) < count:
        last += 1
        if last not in taken:
            given.append(numbered(scheme, facts, last))
    await session.execute(
        update(_SERIES)
        .where(_SERIES.c.series == f"{start}#{end}")
        .values(last=last, changed_at=utcnow(), version=_SERIES.c.version + 1)
    )
    return given


async def _locked_last(session: AsyncSession, series: str) -> int:
    now = utcnow()
    fresh = (await insert_into(session, _SERIES)).values(
        series=series, last=0, created_at=now, changed_at=now, version=1
    )
    await session.execute(fresh.on_conflict_do_nothing(index_elements=["series"]))
    found = select(_SERIES.c.last).where(_SERIES.c.series == series).with_for_update()
    return (await session.execute(found)).scalar_one()


async def _taken(session: AsyncSession, start: str, end: str) -> set[int]:
    like = DEVICE.c.inventory_number.startswith(start, autoescape=True)
    found = await session.scalars(select(DEVICE.c.inventory_number).where(like))
    numbers = (running_number(text, start, end) for text in found)
    return {number for number in numbers if number is not None}
