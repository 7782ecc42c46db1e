"""What roles and acts are called on the screen."""

from collections.abc import Mapping

from netzwart.accounts.tables import Role

ROLE_LABELS: Mapping[Role, str] = {
    Role.ADMIN: "Verwaltung",
    Role.TECHNICIAN: "Technik",
    Role.SCHOOL_ADMIN: "Schul-IT",
    Role.FUNDING_OFFICER: "Förderung",
    Role.AUDITOR: "Prüfung",
    Role.POLLER: "Abfrage (nur Token)",
    Role.VIEWER: "Lesen",
}


def all_roles() -> list[tuple[str, str]]:
    """Return (role, label) pairs for a choice."""
    return [(role.value, label) for role, label in ROLE_LABELS.items()]


def person_roles() -> list[tuple[str, str]]:
    """Return the roles a person may hold, as (role, label) pairs."""
    return [(role.value, label) for role, label in ROLE_LABELS.items() if role is not Role.POLLER]
