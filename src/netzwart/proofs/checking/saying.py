"""How a check says what it found."""

from collections.abc import Iterable

from netzwart.proofs.values import CheckResult, CheckSeverity


def error(check: str, subject: str, message: str, rows: Iterable[str] = ()) -> CheckResult:
    """Return what must be put right before the proof goes out."""
    return CheckResult(
        check=check,
        severity=CheckSeverity.ERROR,
        subject=subject,
        message=message,
        rows=tuple(rows),
    )


def warning(check: str, subject: str, message: str, rows: Iterable[str] = ()) -> CheckResult:
    """Return what somebody should look at."""
    return CheckResult(
        check=check,
        severity=CheckSeverity.WARNING,
        subject=subject,
        message=message,
        rows=tuple(rows),
    )


def info(check: str, subject: str, message: str, rows: Iterable[str] = ()) -> CheckResult:
    """Return what a reader should know."""
    return CheckResult(
        check=check,
        severity=CheckSeverity.INFO,
        subject=subject,
        message=message,
        rows=tuple(rows),
    )
