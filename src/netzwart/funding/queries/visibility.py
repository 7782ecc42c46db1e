"""Which grants somebody may know of."""

from sqlalchemy import ColumnElement, false, or_, true

from netzwart.accounts.actors import Actor, Right
from netzwart.database import table_of
from netzwart.funding.tables import Grant

_GRANT = table_of(Grant)


def visible_grants(actor: Actor) -> ColumnElement[bool]:
    """Return the condition on `funding_grant` that leaves what the actor may see."""
    if not actor.may(Right.READ_FUNDING):
        return false()
    scope = actor.grant_scope()
    if scope is None:
        return true()
    return or_(_GRANT.c.id.in_(scope), _GRANT.c.programme.in_(actor.programme_scope()))
