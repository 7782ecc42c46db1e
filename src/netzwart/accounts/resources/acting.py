"""What an actor's roles mean for a resource: where each right holds."""

from netzwart.accounts.actors import RIGHTS, Actor, Right
from netzwart.web.resources import Reach, Resource
from netzwart.web.resources.viewing import View


def reach(actor: Actor, right: Right) -> Reach:
    """Return where the actor holds the right; a role limited to a grant holds there only."""
    held = [role for role in actor.roles if right in RIGHTS[role.role]]
    limited = [role for role in held if role.grant_id is not None or role.programme is not None]
    placed = [role for role in held if role not in limited]
    return Reach(
        everywhere=any(role.school_id is None for role in placed),
        schools=frozenset(role.school_id for role in placed if role.school_id is not None),
        grants=frozenset(role.grant_id for role in limited if role.grant_id is not None),
        programmes=frozenset(
            role.programme
            for role in limited
            if role.programme is not None and role.grant_id is None
        ),
    )


def view_of(resource: Resource, actor: Actor) -> View:
    """Return the resource as this actor may see it."""
    known: dict[str, Reach] = {}

    def reach_of(right: str) -> Reach:
        if right not in known:
            known[right] = reach(actor, Right(right))
        return known[right]

    return View(resource, reach_of)
