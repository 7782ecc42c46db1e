"""Named reads of lists on their way in, their rows, and saved mappings."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Select, or_, select, true
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.sql.elements import ColumnElement

from netzwart.accounts.actors import Actor, Right
from netzwart.database import table_of
from netzwart.errors import NotFoundError
from netzwart.funding.purchase_tables import Supplier
from netzwart.inventory.import_tables import ImportProfile, ImportRow, ImportRun
from netzwart.inventory.queries import DEVICE
from netzwart.schools.queries import AnyRow

RUN = table_of(ImportRun)
ROW = table_of(ImportRow)
PROFILE = table_of(ImportProfile)
SUPPLIER = table_of(Supplier)
PAGE = 100


class UnknownListError(NotFoundError):
    """No such list, or somebody else's."""


def visible_runs(actor: Actor) -> ColumnElement[bool]:
    """Return the condition that an actor may know of a list; a limited one knows their own."""
    if actor.scope(Right.IMPORT_DATA) is None:
        return true()
    return RUN.c.actor == actor.name


def _runs(actor: Actor) -> Select[*tuple[Any, ...]]:
    columns = [column for column in RUN.c if column.name != "content"]
    return select(*columns).where(visible_runs(actor))


async def list_runs(
    session: AsyncSession, actor: Actor, before_id: int | None = None, limit: int = 25
) -> Sequence[AnyRow]:
    """Return lists, newest first, without their content."""
    statement = _runs(actor).order_by(RUN.c.id.desc()).limit(limit)
    if before_id is not None:
        statement = statement.where(RUN.c.id < before_id)
    return (await session.execute(statement)).all()


async def get_run(session: AsyncSession, actor: Actor, run_id: int) -> AnyRow:
    """Return one list without its content.

    Raises:
        UnknownListError: there is none, or it is somebody else's.
    """
    found = (await session.execute(_runs(actor).where(RUN.c.id == run_id))).one_or_none()
    if found is None:
        raise UnknownListError("Diesen Import gibt es nicht.", run_id=run_id)
    return found


async def list_rows(
    session: AsyncSession,
    run_id: int,
    *,
    action: str = "",
    after_line: int = 0,
    limit: int = PAGE,
) -> Sequence[AnyRow]:
    """Return rows of a plan in the file's order: line, action, label, device, changes, faults."""
    statement = (
        select(ROW.c.line, ROW.c.action, ROW.c.label, ROW.c.device_id, ROW.c.changes, ROW.c.faults)
        .where(ROW.c.run_id == run_id, ROW.c.line > after_line)
        .order_by(ROW.c.line)
        .limit(limit)
    )
    if action:
        statement = statement.where(ROW.c.action == action)
    return (await session.execute(statement)).all()


async def list_profiles(session: AsyncSession) -> Sequence[AnyRow]:
    """Return saved mappings by name: id, name, settings, supplier."""
    statement = (
        select(
            PROFILE.c.id,
            PROFILE.c.name,
            PROFILE.c.settings,
            PROFILE.c.changed_at,
            SUPPLIER.c.name.label("supplier"),
        )
        .select_from(PROFILE.outerjoin(SUPPLIER, SUPPLIER.c.id == PROFILE.c.supplier_id))
        .order_by(PROFILE.c.name)
    )
    return (await session.execute(statement)).all()


async def find_profile(session: AsyncSession, name: str) -> ImportProfile | None:
    """Return the mapping saved under a name."""
    return await session.scalar(select(ImportProfile).where(PROFILE.c.name == name))


async def supplier_choices(session: AsyncSession) -> list[tuple[int, str]]:
    """Return (id, name) of every supplier, by name."""
    statement = select(SUPPLIER.c.id, SUPPLIER.c.name).order_by(SUPPLIER.c.name)
    return [(row.id, row.name) for row in await session.execute(statement)]


async def list_touched(session: AsyncSession, run_id: int, limit: int) -> Sequence[str]:
    """Return labels of rows whose device changed, or went, since the import wrote it."""
    statement = (
        select(ROW.c.label)
        .select_from(ROW.outerjoin(DEVICE, DEVICE.c.id == ROW.c.device_id))
        .where(
            ROW.c.run_id == run_id,
            ROW.c.action.in_(("create", "update")),
            or_(DEVICE.c.id.is_(None), DEVICE.c.version != ROW.c.version_after),
        )
        .order_by(ROW.c.line)
        .limit(limit)
    )
    return list((await session.execute(statement)).scalars())
