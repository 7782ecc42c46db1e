"""Who is asking, what they may do, and where: pure values that every guard and query uses.

A right without a place is no right: whoever lists, counts or searches asks `actor.scope(right)` and
filters by it, so that what one may not see does not exist.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from netzwart.accounts.tables import Role

Scope = frozenset[int] | None
"""School ids, or None for every school."""


class Right(StrEnum):
    """One thing a role may do."""

    READ_SCHOOLS = "read_schools"
    EDIT_SCHOOLS = "edit_schools"
    READ_INVENTORY = "read_inventory"
    EDIT_INVENTORY = "edit_inventory"
    READ_LOANS = "read_loans"
    EDIT_LOANS = "edit_loans"
    READ_NETWORK = "read_network"
    EDIT_NETWORK = "edit_network"
    RECORD_NETWORK = "record_network"
    READ_ENDPOINTS = "read_endpoints"
    """Where which MAC address hangs: of a pupil's own device that is personal data."""
    EDIT_CREDENTIALS = "edit_credentials"
    READ_EVIDENCE = "read_evidence"
    DECIDE_FINDINGS = "decide_findings"
    READ_FUNDING = "read_funding"
    EDIT_FUNDING = "edit_funding"
    ISSUE_PROOFS = "issue_proofs"
    READ_ROLLOUT = "read_rollout"
    EDIT_ROLLOUT = "edit_rollout"
    IMPORT_DATA = "import_data"
    MANAGE_USERS = "manage_users"
    READ_AUDIT = "read_audit"
    READ_NAMES = "read_names"
    """See who did something; auditors see that it was done, by how many, and when."""
    INVITE_AUDITORS = "invite_auditors"


_THINGS = frozenset(
    {
        Right.READ_SCHOOLS,
        Right.READ_INVENTORY,
        Right.READ_NETWORK,
        Right.READ_EVIDENCE,
        Right.READ_ROLLOUT,
    }
)
_READING = _THINGS | {Right.READ_NAMES}

RIGHTS: Mapping[Role, frozenset[Right]] = {
    Role.ADMIN: frozenset(Right),
    Role.TECHNICIAN: _READING
    | {
        Right.EDIT_INVENTORY,
        Right.READ_LOANS,
        Right.EDIT_LOANS,
        Right.EDIT_NETWORK,
        Right.RECORD_NETWORK,
        Right.READ_ENDPOINTS,
        Right.DECIDE_FINDINGS,
        Right.EDIT_ROLLOUT,
    },
    Role.SCHOOL_ADMIN: _READING
    | {
        Right.EDIT_INVENTORY,
        Right.READ_LOANS,
        Right.EDIT_LOANS,
        Right.READ_ENDPOINTS,
        Right.DECIDE_FINDINGS,
    },
    Role.FUNDING_OFFICER: _READING
    | {
        Right.READ_FUNDING,
        Right.EDIT_FUNDING,
        Right.ISSUE_PROOFS,
        Right.INVITE_AUDITORS,
        Right.DECIDE_FINDINGS,
        Right.IMPORT_DATA,
        Right.EDIT_ROLLOUT,
    },
    Role.AUDITOR: _THINGS | {Right.READ_FUNDING, Right.READ_AUDIT},
    Role.POLLER: frozenset(
        {Right.READ_SCHOOLS, Right.READ_NETWORK, Right.RECORD_NETWORK, Right.READ_EVIDENCE}
    ),
    Role.VIEWER: _READING,
}


@dataclass(frozen=True, slots=True)
class HeldRole:
    """A role as somebody holds it."""

    role: Role
    school_id: int | None = None
    """None means everywhere."""
    grant_id: int | None = None
    programme: str | None = None

    @property
    def is_limited(self) -> bool:
        """Tell whether the role holds for single grants or programmes only (an auditor's)."""
        return self.grant_id is not None or self.programme is not None


@dataclass(frozen=True, slots=True)
class Actor:
    """Whoever sent this request: a signed-in person, a token, or the system itself."""

    name: str
    """Sign-in or token name, for the audit trail."""
    display_name: str
    roles: tuple[HeldRole, ...]
    user_id: int | None = None
    token_id: int | None = None
    session_id: int | None = None
    """The browser session, where a person signed in."""
    csrf_token: str = field(default="", repr=False)

    def may(self, right: Right) -> bool:
        """Tell whether the actor has the right anywhere."""
        return any(right in RIGHTS[held.role] for held in self.roles)

    def scope(self, right: Right) -> Scope:
        """Return the schools the right holds for; the empty set where it holds nowhere.

        An auditor of single grants holds nothing at a school: what their grants bought they read
        on the pages of those grants.
        """
        places = [
            held.school_id
            for held in self.roles
            if right in RIGHTS[held.role] and not held.is_limited
        ]
        if None in places:
            return None
        return frozenset(place for place in places if place is not None)

    def may_at(self, right: Right, school_id: int | None) -> bool:
        """Tell whether the right holds there; a thing without a school needs it everywhere."""
        scope = self.scope(right)
        return scope is None or (school_id is not None and school_id in scope)

    def grant_scope(self) -> frozenset[int] | None:
        """Return the grants an auditor is limited to; None without such a limit."""
        limited = [held for held in self.roles if Right.READ_FUNDING in RIGHTS[held.role]]
        if any(held.grant_id is None and held.programme is None for held in limited):
            return None
        return frozenset(held.grant_id for held in limited if held.grant_id is not None)

    def programme_scope(self) -> frozenset[str]:
        """Return the programmes an auditor may read in addition to `grant_scope`."""
        return frozenset(held.programme for held in self.roles if held.programme is not None)


SYSTEM = Actor(name="system", display_name="netzwart", roles=(HeldRole(Role.ADMIN),))
"""What the worker and the command line act as."""
