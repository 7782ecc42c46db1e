"""What an auditor would ask: each check looks at a settled grant and says only what is wrong.

A clean grant gives nothing. Source: `domain/funding.md`, section 11.
"""

from collections.abc import Callable, Iterable

from netzwart.funding.settlement import SettledGrant
from netzwart.proofs.checking import (
    calling_money,
    connections,
    deliveries,
    devices,
    grants,
    invoices,
    orders,
    people,
)
from netzwart.proofs.checking.catalogue import CATALOGUE, CheckEntry
from netzwart.proofs.values import CheckResult, CheckSeverity

__all__ = ["CATALOGUE", "CheckEntry", "check_grant"]

Check = Callable[[SettledGrant], Iterable[CheckResult]]

CHECKS: tuple[Check, ...] = (
    *grants.CHECKS,
    *invoices.CHECKS,
    *orders.CHECKS,
    *deliveries.CHECKS,
    *devices.CHECKS,
    *calling_money.CHECKS,
    *people.CHECKS,
    *connections.CHECKS,
)

_ORDER = (CheckSeverity.ERROR, CheckSeverity.WARNING, CheckSeverity.INFO)


def check_grant(grant: SettledGrant) -> tuple[CheckResult, ...]:
    """Return all complaints, errors first, then by check and subject."""
    found = [result for check in CHECKS for result in check(grant)]
    return tuple(
        sorted(
            found, key=lambda one: (_ORDER.index(one.severity), one.check, one.subject, one.rows)
        )
    )
