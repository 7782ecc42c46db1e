"""Checks across grants and time: administration's link, money that came in, submitted proofs."""

from collections.abc import Iterable

from netzwart.funding.programmes.judging import served_programmes
from netzwart.funding.rules.comparing import Difference, differences, figures_of
from netzwart.funding.settlement import SettledGrant, settle_grant
from netzwart.inventory.tables import DeviceCategory, DeviceStatus
from netzwart.money import format_euro
from netzwart.proofs.checking.saying import error, warning
from netzwart.proofs.values import CheckResult

_MOBILE = frozenset({DeviceCategory.TABLET, DeviceCategory.NOTEBOOK})
_GONE = frozenset({DeviceStatus.LOST, DeviceStatus.DISPOSED})
_FIGURES = {
    "totals.spent": "Ausgaben",
    "totals.eligible": "zuwendungsfähige Ausgaben",
    "totals.grant_claimed": "beanspruchte Zuwendung",
    "totals.received": "ausgezahlte Zuwendung",
}


def mobile_devices_have_wlan(grant: SettledGrant) -> Iterable[CheckResult]:
    """CHK-23: where mobile devices are funded, an access point is in service."""
    schools = {school.number: school for school in grant.record.around.schools}
    without = {
        f"{school.number} {school.name}"
        for device in grant.record.devices
        if device.category in _MOBILE
        and device.status not in _GONE
        and (school := schools.get(device.school or "")) is not None
        and not school.has_wlan
    }
    if without:
        yield warning(
            "CHK-23",
            "Mobile Endgeräte",
            "An diesen Schulen ist kein Access Point im Einsatz.",
            sorted(without),
        )


def administration_serves_something(grant: SettledGrant) -> Iterable[CheckResult]:
    """CHK-25: administration money serves a measure of the programmes it is meant for."""
    allowed = served_programmes(grant.programme)
    if not allowed:
        return
    spent = {
        portion.measure for expense in grant.settlement.expenses for portion in expense.portions
    }
    loose = sorted(
        measure.title
        for measure in grant.record.measures
        if measure.key in spent
        and not set(grant.record.around.supported.get(measure.id, ())) & set(allowed)
    )
    if loose:
        yield error(
            "CHK-25",
            "Administration",
            f"Ohne Verbindung zu einer Maßnahme aus {', '.join(allowed)}.",
            loose,
        )


def proceeds_are_reported(grant: SettledGrant) -> Iterable[CheckResult]:
    """CHK-29: what a funded thing brought in when it went is an income of the grant."""
    reported = {row.number for row in grant.record.incomes if row.number is not None}
    silent = [
        f"{device.inventory_number}: {format_euro(device.proceeds)}"
        for device in grant.record.devices
        if device.proceeds > 0 and device.id not in reported
    ]
    if silent:
        yield warning(
            "CHK-29",
            "Erlöse",
            "Diese Erlöse aus Verkauf oder Versicherung stehen nicht bei den Einnahmen.",
            silent,
        )


def submitted_proof_still_holds(grant: SettledGrant) -> Iterable[CheckResult]:
    """CHK-32: what the last submitted proof shows is what the data says for the same day."""
    submissions = grant.record.around.submissions
    last = max(submissions, key=lambda one: (one.submitted_on, one.as_of), default=None)
    if last is None:
        return
    today = settle_grant(grant.record, last.as_of)
    found = differences(last.figures, figures_of(today.settlement))
    if found:
        yield warning(
            "CHK-32",
            "Eingereichter Nachweis",
            f"Seit der Einreichung am {last.submitted_on:%d.%m.%Y} haben sich {len(found)} Zahlen "
            f"geändert, die der Nachweis zum {last.as_of:%d.%m.%Y} zeigt.",
            [_told(grant, one) for one in found],
        )


def _told(grant: SettledGrant, one: Difference) -> str:
    area, _, rest = one.name.partition(".")
    key, _, what = rest.rpartition(".")
    word = {"paid": "gezahlt", "eligible": "zuwendungsfähig"}.get(what, what)
    if area == "payment":
        receipts = {
            f"{payment.id:012d}": payment.receipt_number
            for invoice in grant.record.invoices
            for payment in invoice.payments
        }
        label = f"Beleg {receipts.get(key, key)}, {word}"
    else:
        names = {"category": "Förderbereich", "school": "Schule"}
        label = _FIGURES.get(one.name) or f"{names.get(area, area)} {key}, {word}"
    then = "nicht enthalten" if one.then is None else format_euro(one.then)
    now = "nicht mehr enthalten" if one.now is None else format_euro(one.now)
    return f"{label}: {then} → {now}"


CHECKS = (
    mobile_devices_have_wlan,
    administration_serves_something,
    proceeds_are_reported,
    submitted_proof_still_holds,
)
