"""Resources that the domain's own acts write: how such a controller is made."""

from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from litestar.types import ControllerRouterHandler
from pydantic import BaseModel
from sqlalchemy.ext.asyncio import AsyncSession

from netzwart.accounts.actors import Actor, Right
from netzwart.accounts.resources import (
    Act,
    Form,
    Values,
    Writing,
    filled,
    refuse_removal,
    resource_controller,
)
from netzwart.accounts.resources.writing import Create, Remove, Update
from netzwart.database import Record
from netzwart.web.resources import Resource

EDIT = Right.EDIT_FUNDING

Made = TypeVar("Made", bound=BaseModel)


def through(
    form: type[Made], record: Callable[[AsyncSession, Made, Actor], Awaitable[Record]]
) -> Create:
    """Return a function that writes through one of the domain's acts."""

    async def create(act: Act, values: Values) -> Record:
        return await record(act.session, filled(form, values), act.actor)

    return create


def recorded(  # noqa: PLR0913 - a declaration has many parts, each named
    resource: Resource,
    fields: str,
    form: type[Made],
    record: Callable[[AsyncSession, Made, Actor], Awaitable[Any]],
    *,
    parts: type[Form] | None = None,
    patched: str | None = None,
    update: Update | None = None,
    may_patch: bool = True,
    is_deletable: bool = False,
) -> ControllerRouterHandler:
    """Return the controller of rows that the domain's own acts write; most are never deleted."""
    return acted(
        resource,
        fields,
        through(form, record),
        parts=parts,
        patched=patched,
        update=update,
        may_patch=may_patch,
        remove=None if is_deletable else refuse_removal,
    )


def acted(
    resource: Resource,
    fields: str,
    create: Create,
    *,
    parts: type[Form] | None = None,
    patched: str | None = None,
    update: Update | None = None,
    may_patch: bool = True,
    remove: Remove | None = refuse_removal,
) -> ControllerRouterHandler:
    """Return the controller of rows whose writing needs more than a form."""
    return resource_controller(
        resource,
        Writing(
            resource,
            EDIT,
            fields,
            patched=patched,
            form=parts,
            create=create,
            update=update,
            may_patch=may_patch,
            may_delete=True,
            remove=remove,
            audits_itself=True,
        ),
    )
