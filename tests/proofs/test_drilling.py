"""Every figure of a grant opens to rows that add up to it, to the cent."""

from datetime import date
from decimal import Decimal

import pytest

from netzwart.funding.settlement import SettledGrant
from netzwart.money import total
from netzwart.proofs.comparing import category_rows, school_rows
from netzwart.proofs.compiling import coverage_of, proof_of
from netzwart.proofs.drilling import (
    ALL,
    NOBODY,
    Figure,
    FigureDoesNotAddUpError,
    FigureRow,
    Narrowing,
    OpenedFigure,
    UnknownFigureError,
    figure_href,
    open_figure,
)
from tests.proofs.records import a_clean_record, settled

NARROWABLE = (Figure.SPENT, Figure.ELIGIBLE, Figure.INELIGIBLE, Figure.GRANT_CLAIMED)


@pytest.fixture
def grant() -> SettledGrant:
    return settled(a_clean_record())


@pytest.mark.parametrize("figure", list(Figure))
def test_rows_of_every_figure_add_up_to_what_the_page_shows(grant: SettledGrant, figure: Figure):
    totals, record = grant.settlement.totals, grant.record
    covered = {row.key: row.amount for row in coverage_of(grant).rows}
    shown = {
        Figure.APPROVED: record.head.approved_amount,
        Figure.COMMITTED: grant.funded(grant.committed),
        Figure.PAID: grant.funded(totals.spent),
        Figure.PROVEN: grant.funded(grant.proven),
        Figure.PLANNED: total([row.amount for row in record.plan]),
        Figure.PLANNED_ELIGIBLE: total([row.second for row in record.plan]),
        Figure.SOURCES: total([row.amount for row in record.sources]),
        Figure.SPENT: totals.spent,
        Figure.ELIGIBLE: totals.eligible,
        Figure.INELIGIBLE: totals.ineligible,
        Figure.GRANT_CLAIMED: totals.grant_claimed,
        Figure.OWN_SHARE: totals.own_share,
        Figure.CALLED: total([row.amount for row in record.drawdowns]),
        Figure.RECEIVED: totals.received,
        Figure.OPEN: totals.open,
        Figure.INCOME: total([row.amount for row in record.incomes]),
        Figure.COVERED_A: covered["A"],
        Figure.COVERED_B: covered["B"],
        Figure.COVERED_C: covered["C"],
        Figure.COVERED_D: covered["D"],
        Figure.UNSEEN: covered["none"],
        Figure.NO_DEVICE: covered["no_device"],
    }
    opened = open_figure(grant, figure)
    assert opened.amount == shown[figure]
    assert total([row.amount for row in opened.rows]) == shown[figure]
    assert opened.title
    assert opened.explanation.endswith(".")


def test_a_clean_grant_has_money_in_the_figures_that_matter(grant: SettledGrant):
    for figure in (Figure.SPENT, Figure.ELIGIBLE, Figure.GRANT_CLAIMED, Figure.OWN_SHARE):
        assert open_figure(grant, figure).amount > 0
        assert open_figure(grant, figure).rows


@pytest.mark.parametrize("figure", NARROWABLE)
def test_parts_by_category_and_school_add_up_to_the_whole(grant: SettledGrant, figure: Figure):
    whole = open_figure(grant, figure).amount
    categories = [Narrowing(category=row.key) for row in category_rows(grant)]
    schools = [Narrowing(school=row.key) for row in school_rows(grant)]
    for parts in (categories, schools):
        assert total([open_figure(grant, figure, part).amount for part in parts]) == whole


def test_printed_breakdowns_are_the_opened_ones(grant: SettledGrant):
    proof = proof_of(grant, None, is_draft=True)
    for row in proof.by_school:
        part = Narrowing(school=row.school or NOBODY)
        assert open_figure(grant, Figure.SPENT, part).amount == row.spent
        assert open_figure(grant, Figure.GRANT_CLAIMED, part).amount == row.grant_share
    for line in proof.expenditure.rows:
        part = Narrowing(category=line.category or NOBODY)
        assert open_figure(grant, Figure.ELIGIBLE, part).amount == line.actual_eligible


def test_measures_can_be_opened_but_their_share_of_the_grant_is_printed_nowhere(
    grant: SettledGrant,
):
    measure = grant.record.measures[0].key
    part = Narrowing(measure=measure)
    opened = open_figure(grant, Figure.SPENT, part)
    assert grant.record.measures[0].title in opened.title
    with pytest.raises(UnknownFigureError):
        open_figure(grant, Figure.GRANT_CLAIMED, part)


def test_what_is_no_sum_of_payments_cannot_be_narrowed(grant: SettledGrant):
    with pytest.raises(UnknownFigureError):
        open_figure(grant, Figure.APPROVED, Narrowing(school="000000"))
    assert open_figure(grant, Figure.SPENT, Narrowing(school="000000")).rows == ()


def test_rows_that_do_not_add_up_are_never_shown():
    with pytest.raises(FigureDoesNotAddUpError):
        OpenedFigure(
            figure=Figure.SPENT,
            title="x",
            explanation="x.",
            amount=Decimal("1.00"),
            rows=(FigureRow("x", Decimal("0.99"), day=date(2022, 1, 1)),),
        )


def test_addresses_name_figure_and_part():
    assert figure_href(7, Figure.SPENT) == figure_href(7, Figure.SPENT, ALL)
    part = Narrowing(category="it_grundstruktur", school=NOBODY)
    assert (
        figure_href(7, Figure.SPENT, part)
        == "/foerderung/7/zahlen/ausgaben?foerderbereich=it_grundstruktur&schule=-"
    )
