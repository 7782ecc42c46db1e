"""Section II, the financial statement, section III, the result, and the breakdowns behind them."""

from typing import Final

from netzwart.proofs.values import CapRow, ProofOfUse
from netzwart.reports.formats import NOTHING, amount, day, euro
from netzwart.reports.grid import STATEMENT, Column, Group, Part, Row, Table, cell
from netzwart.reports.proof_of_use.section import Section
from netzwart.reports.sheet import DANGER, OK, SOFT

INCOME_COLUMNS: Final = (
    Column(("Art der Einnahmen",), 69),
    Column(("Lt. Zuwendungsbescheid", "EUR"), 32, "right"),
    Column(("v. H.",), 16, "right"),
    Column(("Lt. Abrechnung", "EUR"), 32, "right"),
    Column(("v. H.",), 16, "right"),
)
EXPENDITURE_COLUMNS: Final = (
    Column(("Ausgabengliederung wie Finanzierungsplan",), 53),
    Column(("Lt. Bescheid", "insgesamt EUR"), 28, "right"),
    Column(("Lt. Bescheid", "zuwendungsfähig EUR"), 28, "right"),
    Column(("Lt. Abrechnung", "insgesamt EUR"), 28, "right"),
    Column(("Lt. Abrechnung", "zuwendungsfähig EUR"), 28, "right"),
)
RESULT_COLUMNS: Final = (
    Column(("",), 85),
    Column(("Lt. Bescheid/Finanzierungsplan", "zuwendungsfähig EUR"), 42, "right"),
    Column(("Ist-Ergebnis", "lt. Abrechnung EUR"), 38, "right"),
)
RECEIVED_COLUMNS: Final = (
    Column(("Tag",), 24),
    Column(("Einzahler",), 52),
    Column(("Grund",), 57),
    Column(("Betrag EUR",), 32, "right"),
)
SCHOOL_COLUMNS: Final = (
    Column(("Nr.",), 17),
    Column(("Schule",), 55),
    Column(("Ausgaben EUR",), 31, "right"),
    Column(("zuwendungsfähig EUR",), 31, "right"),
    Column(("Zuwendung EUR",), 31, "right"),
)
CAP_COLUMNS: Final = (
    Column(("Obergrenze",), 66),
    Column(("Grenze EUR",), 26, "right"),
    Column(("Ist EUR",), 26, "right"),
    Column(("darüber EUR",), 24, "right"),
    Column(("Ergebnis",), 23),
)


def draw_statements(section: Section, proof: ProofOfUse) -> None:
    """Draw sections II and III."""
    section.title("statement", "II", "Zahlenmäßiger Nachweis")
    section.heading("1. Einnahmen")
    section.table(_income(proof))
    section.skip(10)
    section.heading("2. Ausgaben")
    section.table(_expenditure(proof))
    section.skip(16)
    section.title("result", "III", "Ist-Ergebnis")
    section.table(_result(proof))
    deviation = proof.result.eligible_deviation
    word = "Mehrausgaben" if deviation > 0 else "Minderausgaben"
    section.note(
        "Zuwendungsfähige Ausgaben gegenüber dem Finanzierungsplan: "
        + (f"{word} {euro(abs(deviation))}." if deviation else "keine Abweichung.")
    )


def draw_breakdowns(section: Section, proof: ProofOfUse, number: str) -> None:
    """Draw the annex with income list, schools and caps."""
    section.title("breakdowns", number, "Einnahmenliste, Schulen, Obergrenzen")
    section.heading("Einnahmenliste")
    section.table(_received(proof))
    section.skip(8)
    section.heading("Ausgaben nach Schulen")
    section.table(_schools(proof))
    if proof.caps:
        section.skip(8)
        section.heading("Obergrenzen der Förderung")
        section.table(_caps(proof))


def _income(proof: ProofOfUse) -> Table:
    income = proof.income
    rows = [
        Row(
            (
                cell(row.label),
                cell(amount(row.planned)),
                cell(amount(row.planned_percent)),
                cell(amount(row.actual)),
                cell(amount(row.actual_percent)),
            )
        )
        for row in income.rows
    ]
    return Table(
        columns=INCOME_COLUMNS,
        groups=(Group(rows),),
        style=STATEMENT,
        summed=(1, 2, 3, 4),
        total_label="Insgesamt",
        totals=(
            amount(income.planned),
            amount(income.planned_percent),
            amount(income.actual),
            amount(income.actual_percent),
        ),
    )


def _expenditure(proof: ProofOfUse) -> Table:
    spent = proof.expenditure
    rows = [
        Row(
            (
                cell(row.label),
                cell(amount(row.planned_total)),
                cell(amount(row.planned_eligible)),
                cell(amount(row.actual_total)),
                cell(amount(row.actual_eligible)),
            )
        )
        for row in spent.rows
    ]
    return Table(
        columns=EXPENDITURE_COLUMNS,
        groups=(Group(rows),),
        style=STATEMENT,
        summed=(1, 2, 3, 4),
        total_label="Insgesamt",
        totals=(
            amount(spent.planned_total),
            amount(spent.planned_eligible),
            amount(spent.actual_total),
            amount(spent.actual_eligible),
        ),
    )


def _result(proof: ProofOfUse) -> Table:
    result = proof.result
    return Table(
        columns=RESULT_COLUMNS,
        groups=(
            Group(
                [
                    Row(
                        (
                            cell("Ausgaben (II.2)"),
                            cell(amount(result.planned_expenditure)),
                            cell(amount(result.actual_expenditure)),
                        )
                    ),
                    Row(
                        (
                            cell("Einnahmen (II.1)"),
                            cell(amount(result.planned_income)),
                            cell(amount(result.actual_income)),
                        )
                    ),
                ]
            ),
        ),
        style=STATEMENT,
        summed=(1, 2),
        total_label="Mehrausgaben (+) / Minderausgaben (\N{MINUS SIGN})",
        totals=(amount(result.planned_difference), amount(result.actual_difference)),
    )


def _received(proof: ProofOfUse) -> Table:
    rows = [
        Row(
            (
                cell(day(row.received_on)),
                cell(row.payer),
                cell(row.reason),
                cell(amount(row.amount)),
            )
        )
        for row in proof.received.rows
    ]
    return Table(
        columns=RECEIVED_COLUMNS,
        groups=(Group(rows),),
        style=STATEMENT,
        summed=(3,),
        total_label="Eingegangen insgesamt",
        totals=(amount(proof.received.amount),),
    )


def _schools(proof: ProofOfUse) -> Table:
    rows = [
        Row(
            (
                cell(Part(row.school or NOTHING, SOFT)),
                cell(row.name),
                cell(amount(row.spent)),
                cell(amount(row.eligible)),
                cell(amount(row.grant_share)),
            )
        )
        for row in proof.by_school
    ]
    totals = proof.totals
    return Table(
        columns=SCHOOL_COLUMNS,
        groups=(Group(rows),),
        style=STATEMENT,
        summed=(2, 3, 4),
        total_label="Insgesamt",
        totals=(amount(totals.spent), amount(totals.eligible), amount(totals.grant_claimed)),
    )


def _caps(proof: ProofOfUse) -> Table:
    return Table(
        columns=CAP_COLUMNS,
        groups=(Group([_cap(row) for row in proof.caps]),),
        style=STATEMENT,
    )


def _cap(row: CapRow) -> Row:
    verdict = Part("eingehalten", OK) if row.ok else Part("überschritten", DANGER, strong=True)
    return Row(
        (
            cell(row.label),
            cell(amount(row.limit)),
            cell(amount(row.actual)),
            cell(amount(row.excess) if row.excess else NOTHING),
            cell(verdict),
        )
    )
