"""Checks that look beyond the grant's own papers; each test breaks one thing."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from netzwart.funding.queries.records import GrantRecord
from netzwart.funding.queries.surroundings import (
    BookedAround,
    LoanAround,
    OthersAround,
    SchoolAround,
    SubmissionAround,
    Surroundings,
)
from netzwart.funding.rules.comparing import figures_of
from netzwart.funding.tables import DrawdownMode
from netzwart.inventory.tables import DeviceCategory, DeviceStatus
from netzwart.proofs.checking import CATALOGUE, check_grant
from netzwart.proofs.values import CheckResult, CheckSeverity
from tests.proofs.records import (
    AS_OF,
    a_clean_record,
    a_paid,
    a_row,
    a_share,
    an_invoice_record,
    settled,
    with_device,
    with_head,
    with_invoice,
    with_line,
    with_order,
)
from tests.proofs.test_checking import BROKEN as OF_THE_GRANT

Break = Callable[[GrantRecord], GrantRecord]
ERROR, WARNING = CheckSeverity.ERROR, CheckSeverity.WARNING
SCHOOL = SchoolAround(
    number="990001", name="Erfundenes Gymnasium", pupils=700, teachers=60, has_wlan=True
)
LOAN = LoanAround(
    number="L-1",
    device_id=1,
    borrower="Erika Erfunden",
    due_on=date(2023, 7, 31),
    returned_on=None,
    has_contract=True,
)


def around(record: GrantRecord, **changed: Any) -> GrantRecord:
    return replace(record, around=replace(record.around, **changed))


def a_surrounded_record() -> GrantRecord:
    """The clean record with a city, a school, a loan in order and a submitted proof that holds."""
    record = with_device(a_clean_record(), status=DeviceStatus.LENT)
    record = with_invoice(record, buyer="Stadt Musterstadt", stated_total=Decimal("5950.00"))
    figures = figures_of(settled(record, date(2022, 11, 1)).settlement)
    submission = SubmissionAround(
        as_of=date(2022, 11, 1), submitted_on=date(2022, 11, 15), figures=figures
    )
    return replace(
        record,
        around=Surroundings(
            operator="Stadt Musterstadt",
            schools=(SCHOOL,),
            loans=(LOAN,),
            submissions=(submission,),
        ),
    )


def _lent(**changed: Any) -> Break:
    return lambda record: around(record, loans=(replace(LOAN, **changed),))


def _tablets(record: GrantRecord) -> GrantRecord:
    devices = tuple(
        replace(device, category=DeviceCategory.TABLET, is_network=False)
        for device in record.devices
    )
    return around(replace(record, devices=devices), schools=(replace(SCHOOL, has_wlan=False),))


def _changed_after_submission(record: GrantRecord) -> GrantRecord:
    late = a_paid(id=2, receipt_number="K-2", paid_on=date(2022, 3, 1), amount=Decimal("-50.00"))
    return with_invoice(record, payments=(a_paid(), late))


def _second_final_invoice(record: GrantRecord) -> GrantRecord:
    share = a_share(amount=Decimal("595.00"))
    line = replace(
        record.invoices[0].lines[0],
        id=2, model_id=None, order_line_id=None, quantity=Decimal(1), gross=Decimal("595.00"),
        shares=(share,), text="Montage",
    )  # fmt: skip
    other = an_invoice_record(
        id=2, number="R-2", issued_on=date(2022, 3, 1), document_id=2, lines=(line,), payments=()
    )
    return replace(record, invoices=(*record.invoices, other))


def _same_sum_twice(record: GrantRecord) -> GrantRecord:
    other = replace(
        record.invoices[0], id=2, number="R 1", document_id=2, order_id=2, order="B-2", payments=()
    )
    return replace(record, invoices=(*record.invoices, other))


BROKEN: list[tuple[str, CheckSeverity, Break]] = [
    ("CHK-02", WARNING, _same_sum_twice),
    ("CHK-08", ERROR, lambda r: with_invoice(r, buyer="Kreis Musterstadt")),
    ("CHK-08", ERROR, lambda r: with_invoice(r, stated_total=Decimal("5950.01"))),
    ("CHK-13", WARNING, lambda r: replace(
        r, sources=(a_row("source", key="third_party", amount=Decimal("595.00")),))),
    ("CHK-18", WARNING, lambda r: around(r, missing_devices={1: date(2022, 10, 1)})),
    ("CHK-19", WARNING, lambda r: with_order(r, offers_requested=2)),
    ("CHK-19", WARNING, lambda r: with_order(
        with_invoice(r, ordered_on=date(2026, 1, 2)),
        ordered_on=date(2026, 1, 2), awarded_on=date(2026, 1, 1))),
    ("CHK-20", ERROR, lambda r: with_head(
        replace(r, drawdowns=(a_row("drawdown", amount=Decimal("5000.00"), number=1,
                                    day=date(2022, 2, 1), second_day=date(2022, 3, 15)),)),
        drawdown_mode=DrawdownMode.REIMBURSEMENT)),
    ("CHK-20", ERROR, lambda r: replace(
        r, tranches=(a_row("tranche", number=2022, amount=Decimal("4999.99")),))),
    ("CHK-21", WARNING, lambda r: replace(
        r, messages=(a_row("message", key="costs_changed", day=date(2022, 11, 30)),))),
    ("CHK-21", WARNING, lambda r: replace(
        r, clawbacks=(a_row("clawback", amount=Decimal("10.00"), day=date(2022, 11, 20)),))),
    ("CHK-22", WARNING, lambda r: with_device(r, labelled_on=None)),
    ("CHK-23", WARNING, _tablets),
    ("CHK-26", ERROR, lambda r: around(r, loans=())),
    ("CHK-26", ERROR, _lent(has_contract=False)),
    ("CHK-26", ERROR, _lent(due_on=date(2022, 11, 30))),
    ("CHK-26", ERROR, lambda r: with_line(r, text="Tablet für Erika Erfunden")),
    ("CHK-28", ERROR, _second_final_invoice),
    ("CHK-29", WARNING, lambda r: with_device(r, proceeds=Decimal("20.00"))),
    ("CHK-30", ERROR, lambda r: around(r, damaged_files=("Rechnung R-1",))),
    ("CHK-32", WARNING, _changed_after_submission),
]  # fmt: skip


def found_in(record: GrantRecord) -> set[tuple[str, CheckSeverity]]:
    return {(one.check, one.severity) for one in check_grant(settled(record))}


def test_grant_with_clean_surroundings_gives_no_complaint():
    assert check_grant(settled(a_surrounded_record())) == ()


@pytest.mark.parametrize(
    ("check", "severity", "break_it"),
    BROKEN,
    ids=[f"{check}-{index}" for index, (check, _, _) in enumerate(BROKEN)],
)
def test_one_broken_thing_is_named_by_its_check(
    check: str, severity: CheckSeverity, break_it: Break
):
    assert (check, severity) in found_in(break_it(a_surrounded_record()))


def _of_programme(programme: str, category: str, **measure: Any) -> GrantRecord:
    """The clean record under another programme, with what its notice must say."""
    record = a_clean_record()
    said = {"financing_type": "share", "funding_rate": "0.90", "earmark.years": "0"}
    overrides = tuple(
        a_row("override", id=number, key=key, text=value)
        for number, (key, value) in enumerate(said.items())
    )
    record = replace(
        record,
        head=replace(record.head, programme=programme),
        overrides=overrides,
        measures=(replace(record.measures[0], category=category, **measure),),
        plan=(a_row("plan", key=category, amount=Decimal("5950.00"), second=Decimal("5950.00")),),
    )
    return with_line(record, shares=(a_share(category=category),))


def _complaints(record: GrantRecord, check: str) -> list[CheckResult]:
    return [one for one in check_grant(settled(record)) if one.check == check]


def test_device_above_500_euros_is_named_in_both_readings():
    record = _of_programme("DPS-SOFORT", "endgeraet_schueler")
    [found] = _complaints(record, "CHK-10")
    assert found.severity is ERROR
    assert "950,00" in found.message
    assert any("den zuwendungsfähigen Ausgaben" in row for row in found.rows)
    assert any("der Zuwendung" in row and "355,00" in row for row in found.rows)


def test_cap_kept_in_one_reading_only_is_said():
    """500.00 in grant allows 555.55 in costs: 520.00 are too much of costs, not of grant."""
    record = _of_programme("DPS-SOFORT", "endgeraet_schueler")
    said = a_row("override", id=9, key="caps.stueck500.basis", text="grant")
    record = replace(record, overrides=(*record.overrides, said))
    amount = Decimal("5200.00")
    line = {
        "gross": amount, "unit_net": Decimal("520.00"), "vat_rate": Decimal(0),
        "shares": (a_share(category="endgeraet_schueler", amount=amount),),
    }  # fmt: skip
    record = with_invoice(with_line(record, **line), payments=(a_paid(amount=amount),))
    assert _complaints(record, "CHK-10") == []


def test_more_devices_than_pupils_are_named():
    record = _of_programme("DPS-SOFORT", "endgeraet_schueler")
    assert _complaints(around(record, schools=(replace(SCHOOL, pupils=10),)), "CHK-24") == []
    [found] = _complaints(around(record, schools=(replace(SCHOOL, pupils=9),)), "CHK-24")
    assert "10 geförderte Geräte für 9" in found.message
    assert _complaints(around(record, schools=(replace(SCHOOL, pupils=None),)), "CHK-24") == []


def test_devices_of_other_grants_at_the_same_schools_count_too():
    record = around(
        _of_programme("DPS-SOFORT", "endgeraet_schueler"), schools=(replace(SCHOOL, pupils=12),)
    )
    assert _complaints(record, "CHK-24") == []
    more = OthersAround(programme="DPS-SOFORT", category="endgeraet_schueler", devices=3)
    [found] = _complaints(around(record, others=(more,)), "CHK-24")
    assert "13 geförderte Geräte für 12" in found.message
    assert found.rows == ("aus dieser Bewilligung: 10", "aus anderen Bewilligungen: 3")
    for_teachers = OthersAround(programme="DPS-LK", category="endgeraet_lehrkraft", devices=99)
    networks = OthersAround(programme="DPS-NRW-2019", category="it_grundstruktur", devices=99)
    assert _complaints(around(record, others=(for_teachers, networks)), "CHK-24") == []


def test_assets_are_held_against_the_accountants_list():
    booked = [
        BookedAround(asset_number=f"4711-{number}", devices=1, cost=Decimal("595.00"))
        for number in range(1, 11)
    ]
    record = around(a_clean_record(), booked=tuple(booked))
    assert _complaints(record, "CHK-27") == []
    other = [replace(booked[0], cost=Decimal("500.00")), replace(booked[1], cost=None)]
    found = _complaints(around(record, booked=(*other, *booked[2:])), "CHK-27")
    assert [one.rows for one in found] == [
        ("4711-2",),
        ("4711-1: gebucht 500,00\xa0€, bezahlt 595,00\xa0€",),
    ]
    shared = [replace(booked[0], devices=3, cost=Decimal("1785.00"))]
    assert _complaints(around(record, booked=(*shared, *booked[1:])), "CHK-27") == []


def test_administration_must_serve_a_measure_of_the_digitalpakt():
    record = _of_programme("DPS-ADMIN", "dienstleister")
    [found] = _complaints(record, "CHK-25")
    assert (found.severity, found.rows) == (ERROR, ("WLAN-Ausbau",))
    assert _complaints(around(record, supported={1: ("DPS-NRW-2019",)}), "CHK-25") == []
    assert len(_complaints(around(record, supported={1: ("MPSC",)}), "CHK-25")) == 1


def test_reported_proceeds_are_no_complaint():
    record = with_device(a_clean_record(), proceeds=Decimal("20.00"))
    income = a_row("income", key="sale", amount=Decimal("20.00"), day=AS_OF, number=1)
    assert _complaints(replace(record, incomes=(income,)), "CHK-29") == []


def test_borrowers_name_is_found_but_never_shown():
    record = with_line(a_surrounded_record(), text="Tablet für Erika Erfunden")
    [found] = _complaints(record, "CHK-26")
    assert "Erika" not in f"{found.subject} {found.message} {found.rows}"


def test_paid_clawback_is_no_duty_any_more():
    row = a_row("clawback", amount=Decimal("10.00"), second=Decimal("0.55"), day=date(2022, 11, 20))
    open_one = replace(a_surrounded_record(), clawbacks=(row,))
    [found] = _complaints(open_one, "CHK-21")
    assert "10,55" in found.subject
    paid = replace(open_one, clawbacks=(replace(row, second_day=date(2022, 11, 25)),))
    assert _complaints(paid, "CHK-21") == []


def test_changed_figures_are_told_from_then_to_now():
    record = _changed_after_submission(a_surrounded_record())
    [found] = _complaints(record, "CHK-32")
    assert any(row.startswith("Ausgaben: 5.950,00") and "5.900,00" in row for row in found.rows)
    assert any("Beleg K-2, gezahlt: nicht enthalten" in row for row in found.rows)


def test_unspent_money_shows_interest_in_both_readings():
    record = with_line(a_surrounded_record(), is_eligible=False, ineligible_reason="x")
    found = [one for one in _complaints(record, "CHK-20") if "zwei Monaten" in one.message]
    assert [row.split(":")[0] for row in found[0].rows] == [
        "Zinsen ab Ablauf der zwei Monate",
        "Zinsen ab Auszahlung (§ 49a Abs. 4 VwVfG)",
    ]


def test_lines_with_a_stated_total_share_its_rounding():
    record = with_line(
        a_surrounded_record(),
        gross=Decimal("5950.01"),
        shares=(a_share(amount=Decimal("5950.01")),),
    )
    record = with_invoice(
        record, stated_total=Decimal("5950.01"), payments=(a_paid(amount=Decimal("5950.01")),)
    )
    assert _complaints(record, "CHK-08") == []


def test_all_32_checks_have_a_page_text_and_a_test_that_breaks_them():
    tested = {check for check, _, _ in [*BROKEN, *OF_THE_GRANT]}
    alone = {"CHK-10", "CHK-24", "CHK-25", "CHK-27"}
    assert sorted(CATALOGUE) == [f"CHK-{number:02}" for number in range(1, 33)]
    assert set(CATALOGUE) - tested == alone
    for entry in CATALOGUE.values():
        assert entry.meaning.endswith(".")
        assert entry.remedy.endswith(".")
        assert entry.basis
