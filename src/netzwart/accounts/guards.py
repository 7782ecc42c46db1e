"""Guards: each route has one, or says `opt={"public": True}`.

A guard knows rights, not places: which school's rows somebody may see is the query's part, by
`actor.scope(right)`, so that what one may not see does not exist.
"""

from collections.abc import Awaitable, Callable
from typing import Any

from litestar.connection import ASGIConnection
from litestar.exceptions import NotAuthorizedException
from litestar.handlers import BaseRouteHandler

from netzwart.accounts.actors import Actor, Right
from netzwart.accounts.authentication import actor_of
from netzwart.errors import ForbiddenError

Guard = Callable[[ASGIConnection[Any, Any, Any, Any], BaseRouteHandler], Awaitable[None]]

GUARDS: list[Guard] = []
"""Every guard there is, for the test that walks the routes."""


class MissingRightError(ForbiddenError):
    """The actor is known, but no role of theirs has the right."""


async def requires_signed_in(
    connection: ASGIConnection[Any, Any, Any, Any], handler: BaseRouteHandler
) -> None:
    """Let in everybody who is known.

    Raises:
        NotAuthorizedException: nobody is signed in.
    """
    del handler
    _known(connection)


GUARDS.append(requires_signed_in)


def requires(*rights: Right) -> Guard:
    """Return a guard that lets in whoever holds one of the rights, anywhere."""

    # Asynchronous, since Litestar sends plain functions through a thread.
    async def guard(
        connection: ASGIConnection[Any, Any, Any, Any], handler: BaseRouteHandler
    ) -> None:
        del handler
        actor = _known(connection)
        if not any(actor.may(right) for right in rights):
            raise MissingRightError(
                "Dafür fehlt dir das Recht.", rights=[right.value for right in rights]
            )

    guard.__name__ = guard.__qualname__ = "requires_" + "_or_".join(rights)
    GUARDS.append(guard)
    return guard


def _known(connection: ASGIConnection[Any, Any, Any, Any]) -> Actor:
    actor = actor_of(connection)
    if actor is None:
        raise NotAuthorizedException
    return actor


requires_schools_reader = requires(Right.READ_SCHOOLS)
requires_schools_editor = requires(Right.EDIT_SCHOOLS)
requires_inventory_reader = requires(Right.READ_INVENTORY)
requires_inventory_editor = requires(Right.EDIT_INVENTORY)
requires_loans_reader = requires(Right.READ_LOANS)
requires_loans_editor = requires(Right.EDIT_LOANS)
requires_network_reader = requires(Right.READ_NETWORK)
requires_network_editor = requires(Right.EDIT_NETWORK)
requires_network_recorder = requires(Right.RECORD_NETWORK)
requires_endpoints_reader = requires(Right.READ_ENDPOINTS)
requires_credentials_editor = requires(Right.EDIT_CREDENTIALS)
requires_evidence_reader = requires(Right.READ_EVIDENCE)
requires_findings_decider = requires(Right.DECIDE_FINDINGS)
requires_funding_reader = requires(Right.READ_FUNDING)
requires_funding_editor = requires(Right.EDIT_FUNDING)
requires_proof_issuer = requires(Right.ISSUE_PROOFS)
requires_rollout_reader = requires(Right.READ_ROLLOUT)
requires_rollout_editor = requires(Right.EDIT_ROLLOUT)
requires_data_importer = requires(Right.IMPORT_DATA)
requires_list_changer = requires(Right.IMPORT_DATA, Right.EDIT_INVENTORY)
requires_user_manager = requires(Right.MANAGE_USERS)
requires_auditor_inviter = requires(Right.INVITE_AUDITORS)
requires_audit_reader = requires(Right.READ_AUDIT)
requires_administration = requires(Right.MANAGE_USERS, Right.INVITE_AUDITORS, Right.READ_AUDIT)
