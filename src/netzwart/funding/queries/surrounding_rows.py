"""The selects behind `Surroundings`: short rows, so that they cost no statement of their own."""

import json
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, Protocol

from sqlalchemy import Select, String, and_, cast, func, select

from netzwart.database import table_of
from netzwart.documents.tables import Document
from netzwart.evidence.tables import Stocktake, StocktakeLine, StocktakeState
from netzwart.funding.purchase_tables import CostShare, Invoice, InvoiceLine
from netzwart.funding.queries.booked_rows import BOOKED, UNBOOKED, booked_from, booked_rows
from netzwart.funding.queries.statements import GRANT, small
from netzwart.funding.queries.surroundings import (
    ApplicationAround,
    LoanAround,
    OthersAround,
    SchoolAround,
    SubmissionAround,
    Surroundings,
)
from netzwart.funding.tables import (
    GrantApplication,
    GrantNotice,
    Measure,
    MeasureSupport,
    ProofSubmission,
)
from netzwart.inventory.tables import (
    Borrower,
    Device,
    DeviceCategory,
    DeviceModel,
    DeviceStatus,
    Loan,
    LoanDevice,
)
from netzwart.schools.tables import School, SchoolOperator

_MEASURE = table_of(Measure)
_SUPPORT = table_of(MeasureSupport)
_SUBMISSION = table_of(ProofSubmission)
_NOTICE = table_of(GrantNotice)
_APPLICATION = table_of(GrantApplication)
_SCHOOL = table_of(School)
_OPERATOR = table_of(SchoolOperator)
_DEVICE = table_of(Device)
_MODEL = table_of(DeviceModel)
_LOAN = table_of(Loan)
_LENT = table_of(LoanDevice)
_BORROWER = table_of(Borrower)
_DOCUMENT, _INVOICE = table_of(Document), table_of(Invoice)
_LINE, _SHARE = table_of(InvoiceLine), table_of(CostShare)
_STOCKTAKE = table_of(Stocktake)
_COUNTED = table_of(StocktakeLine)

_PUPILS, _TEACHERS, _WLAN = "around_pupils", "around_teachers", "around_wlan"
_SIGNED, _UNSIGNED = "around_loan", "around_loan_without_contract"
_OPERATOR_ROW, _MISSING = "around_operator", "around_missing"
_SUPPORTED, _SUBMITTED = "around_support", "around_submission"
_DAMAGED, _OTHERS = "around_damaged", "around_others"
_CHANGED, _APPLIED = "around_notice", "around_application"


class ShortRow(Protocol):
    """What is read of a short row."""

    @property
    def key(self) -> str: ...  # noqa: D102
    @property
    def text(self) -> str: ...  # noqa: D102
    @property
    def amount(self) -> Decimal: ...  # noqa: D102
    @property
    def day(self) -> date | None: ...  # noqa: D102
    @property
    def second_day(self) -> date | None: ...  # noqa: D102
    @property
    def number(self) -> int | None: ...  # noqa: D102


def surrounding_rows(ids: Sequence[int], as_of: date) -> list[Select[*tuple[Any, ...]]]:
    """Return the selects of what lies around these grants on a day."""
    return [
        *_schools(ids),
        *_loans(ids),
        _stocktakes(ids, as_of),
        *_papers(ids),
        _other_devices(ids),
        *booked_rows(ids),
    ]


def _other_devices(ids: Sequence[int]) -> Select[*tuple[Any, ...]]:
    """Return how many devices other grants paid for at the same schools, by programme and category.

    A device that a successor replaced is counted by its successor.
    """
    places = (
        select(_MEASURE.c.grant_id, _MEASURE.c.school_id)
        .where(_MEASURE.c.grant_id.in_(ids), _MEASURE.c.school_id.is_not(None))
        .distinct()
        .subquery("own_places")
    )
    other, other_grant = _MEASURE.alias("other_measure"), GRANT.alias("other_grant")
    successor = _DEVICE.alias("successor")
    replaced = select(successor.c.id).where(successor.c.predecessor_id == _DEVICE.c.id).exists()
    return (
        small(
            _OTHERS,
            other,
            row_id=func.min(other.c.id),
            owner=places.c.grant_id,
            key=other_grant.c.programme,
            text=other.c.category,
            number=func.count(_DEVICE.c.id),
        )
        .select_from(
            places.join(other, other.c.school_id == places.c.school_id)
            .join(other_grant, other_grant.c.id == other.c.grant_id)
            .join(_DEVICE, _DEVICE.c.measure_id == other.c.id)
        )
        .where(
            other.c.grant_id != places.c.grant_id,
            _DEVICE.c.status.not_in((DeviceStatus.LOST, DeviceStatus.DISPOSED)),
            ~replaced,
        )
        .group_by(places.c.grant_id, other_grant.c.programme, other.c.category)
    )


def _schools(ids: Sequence[int]) -> list[Select[*tuple[Any, ...]]]:
    at_school = and_(_MEASURE.c.school_id == _SCHOOL.c.id, _MEASURE.c.grant_id.in_(ids))
    access_point = (
        select(_DEVICE.c.id)
        .join(_MODEL, _MODEL.c.id == _DEVICE.c.model_id)
        .where(
            _DEVICE.c.school_id == _SCHOOL.c.id,
            _MODEL.c.category == DeviceCategory.ACCESS_POINT,
            _DEVICE.c.status == DeviceStatus.IN_SERVICE,
        )
        .exists()
    )

    def rows(kind: str, number: Any) -> Select[*tuple[Any, ...]]:  # noqa: ANN401 - a column
        return small(
            kind,
            _SCHOOL,
            owner=_MEASURE.c.grant_id,
            key=_SCHOOL.c.number,
            text=_SCHOOL.c.name,
            number=number,
        ).select_from(_SCHOOL.join(_MEASURE, at_school))

    return [
        rows(_PUPILS, _SCHOOL.c.pupils),
        rows(_TEACHERS, _SCHOOL.c.teachers),
        rows(_WLAN, None).where(access_point),
    ]


def _loans(ids: Sequence[int]) -> list[Select[*tuple[Any, ...]]]:
    joined = (
        _LENT.join(_LOAN, _LOAN.c.id == _LENT.c.loan_id)
        .join(_DEVICE, _DEVICE.c.id == _LENT.c.device_id)
        .join(_MEASURE, _MEASURE.c.id == _DEVICE.c.measure_id)
        .outerjoin(_BORROWER, _BORROWER.c.id == _LOAN.c.borrower_id)
    )

    def rows(kind: str) -> Select[*tuple[Any, ...]]:
        return (
            small(
                kind,
                _LENT,
                owner=_MEASURE.c.grant_id,
                key=_LOAN.c.number,
                text=_BORROWER.c.name,
                day=_LOAN.c.due_on,
                second_day=_LENT.c.returned_on,
                number=_LENT.c.device_id,
            )
            .select_from(joined)
            .where(_MEASURE.c.grant_id.in_(ids))
        )

    return [
        rows(_SIGNED).where(_LOAN.c.contract_document_id.is_not(None)),
        rows(_UNSIGNED).where(_LOAN.c.contract_document_id.is_(None)),
    ]


def _stocktakes(ids: Sequence[int], as_of: date) -> Select[*tuple[Any, ...]]:
    """Return the devices that the last closed stocktake of their school did not find."""
    last = (
        select(func.max(_STOCKTAKE.c.id))
        .where(_STOCKTAKE.c.is_closed, _STOCKTAKE.c.ended_on <= as_of)
        .group_by(_STOCKTAKE.c.school_id)
    )
    return (
        small(
            _MISSING,
            _COUNTED,
            owner=_MEASURE.c.grant_id,
            day=_STOCKTAKE.c.ended_on,
            number=_COUNTED.c.device_id,
        )
        .select_from(
            _COUNTED.join(_STOCKTAKE, _STOCKTAKE.c.id == _COUNTED.c.stocktake_id)
            .join(_DEVICE, _DEVICE.c.id == _COUNTED.c.device_id)
            .join(_MEASURE, _MEASURE.c.id == _DEVICE.c.measure_id)
        )
        .where(
            _COUNTED.c.state == StocktakeState.MISSING,
            _STOCKTAKE.c.id.in_(last),
            _STOCKTAKE.c.school_id == _DEVICE.c.school_id,
            _MEASURE.c.grant_id.in_(ids),
        )
    )


def _papers(ids: Sequence[int]) -> list[Select[*tuple[Any, ...]]]:
    served = _MEASURE.alias("served")
    served_grant = GRANT.alias("served_grant")
    supports = (
        small(
            _SUPPORTED,
            _SUPPORT,
            owner=_MEASURE.c.grant_id,
            key=served_grant.c.programme,
            number=_SUPPORT.c.measure_id,
        )
        .select_from(
            _SUPPORT.join(_MEASURE, _MEASURE.c.id == _SUPPORT.c.measure_id)
            .join(served, served.c.id == _SUPPORT.c.supports_id)
            .join(served_grant, served_grant.c.id == served.c.grant_id)
        )
        .where(_MEASURE.c.grant_id.in_(ids))
    )
    submissions = small(
        _SUBMITTED,
        _SUBMISSION,
        text=cast(_SUBMISSION.c.figures, String()),
        day=_SUBMISSION.c.as_of,
        second_day=_SUBMISSION.c.submitted_on,
    ).where(_SUBMISSION.c.grant_id.in_(ids))
    changes = small(
        _CHANGED, _NOTICE, text=cast(_NOTICE.c.changes, String()), number=_NOTICE.c.id
    ).where(_NOTICE.c.grant_id.in_(ids))
    applications = small(
        _APPLIED,
        _APPLICATION,
        text=_APPLICATION.c.reference,
        amount=_APPLICATION.c.requested,
        day=_APPLICATION.c.applied_on,
    ).where(_APPLICATION.c.grant_id.in_(ids))
    operator = (
        small(_OPERATOR_ROW, _OPERATOR, owner=GRANT.c.id, text=_OPERATOR.c.name)
        .select_from(_OPERATOR.join(GRANT, GRANT.c.id.in_(ids)))
        .where(_OPERATOR.c.id == select(func.min(_OPERATOR.c.id)).scalar_subquery())
    )
    return [supports, submissions, changes, applications, operator, *_damaged(ids)]


def _damaged(ids: Sequence[int]) -> list[Select[*tuple[Any, ...]]]:
    """Return the files of invoices and notices that were gone or changed when looked at."""
    mine = _SHARE.join(_MEASURE, _MEASURE.c.id == _SHARE.c.measure_id)
    invoiced = (
        small(
            _DAMAGED,
            _DOCUMENT,
            owner=_MEASURE.c.grant_id,
            key=_INVOICE.c.number,
            text=_DOCUMENT.c.file_name,
        )
        .select_from(
            mine.join(_LINE, _LINE.c.id == _SHARE.c.invoice_line_id)
            .join(_INVOICE, _INVOICE.c.id == _LINE.c.invoice_id)
            .join(_DOCUMENT, _DOCUMENT.c.id == _INVOICE.c.document_id)
        )
        .where(_DOCUMENT.c.is_damaged.is_(True), _MEASURE.c.grant_id.in_(ids))
    )
    noticed = (
        small(
            _DAMAGED,
            _DOCUMENT,
            owner=_NOTICE.c.grant_id,
            key=_NOTICE.c.notice_number,
            text=_DOCUMENT.c.file_name,
        )
        .select_from(_DOCUMENT.join(_NOTICE, _NOTICE.c.document_id == _DOCUMENT.c.id))
        .where(_DOCUMENT.c.is_damaged.is_(True), _NOTICE.c.grant_id.in_(ids))
    )
    return [invoiced, noticed]


def surroundings_from(kinds: Mapping[str, Sequence[ShortRow]]) -> Surroundings:
    """Return what the short rows of one grant say, by kind."""

    def of(kind: str) -> Sequence[ShortRow]:
        return kinds.get(kind, ())

    pupils = {row.key: row.number for row in of(_PUPILS)}
    teachers = {row.key: row.number for row in of(_TEACHERS)}
    with_wlan = {row.key for row in of(_WLAN)}
    names = {row.key: row.text for row in of(_PUPILS)}
    supported: dict[int, list[str]] = {}
    for row in of(_SUPPORTED):
        supported.setdefault(row.number or 0, []).append(row.key)
    return Surroundings(
        operator=next((row.text for row in of(_OPERATOR_ROW)), None),
        schools=tuple(
            SchoolAround(
                number=number,
                name=names[number],
                pupils=pupils[number],
                teachers=teachers.get(number),
                has_wlan=number in with_wlan,
            )
            for number in sorted(names)
        ),
        loans=tuple(
            LoanAround(
                number=row.key,
                device_id=row.number or 0,
                borrower=row.text,
                due_on=row.day,
                returned_on=row.second_day,
                has_contract=kind == _SIGNED,
            )
            for kind in (_SIGNED, _UNSIGNED)
            for row in of(kind)
        ),
        missing_devices={
            row.number: row.day
            for row in of(_MISSING)
            if row.number is not None and row.day is not None
        },
        supported={measure: tuple(keys) for measure, keys in supported.items()},
        others=tuple(
            OthersAround(programme=row.key, category=row.text, devices=row.number or 0)
            for row in of(_OTHERS)
        ),
        booked=booked_from(of(BOOKED), of(UNBOOKED)),
        damaged_files=tuple(sorted({f"{row.key}: {row.text}" for row in of(_DAMAGED)})),
        changes={row.number: json.loads(row.text) for row in of(_CHANGED) if row.number},
        applications=tuple(
            ApplicationAround(applied_on=row.day, requested=row.amount, reference=row.text)
            for row in of(_APPLIED)
            if row.day is not None
        ),
        submissions=tuple(
            SubmissionAround(
                as_of=row.day, submitted_on=row.second_day, figures=json.loads(row.text)
            )
            for row in of(_SUBMITTED)
            if row.day is not None and row.second_day is not None
        ),
    )
