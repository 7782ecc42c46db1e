import pytest

from netzwart.proofs.serialising import as_json
from netzwart.reports.comparing import Difference, DifferenceKind, differences, lines_of
from netzwart.reports.comparison_words import FIELDS, field_words, value_words
from tests.reports.builders import a_proof


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("100000.00", "100.000,00"),
        ("-0.50", "\N{MINUS SIGN}0,50"),
        ("2022-12-31", "31.12.2022"),
        ("True", "ja"),
        ("in_service", "im Einsatz"),
        ("", "–"),
        ("HER-22-0001", "HER-22-0001"),
        ("1.5", "1.5"),
    ],
)
def test_values_are_written_as_on_paper(text: str, words: str):
    assert value_words(text) == words


def test_every_field_of_a_proof_has_a_german_name():
    lines = lines_of(as_json(a_proof(2, 2)))
    named = {field for rows in lines.values() for row in rows.values() for field in row if field}
    assert named - set(FIELDS) == set()


def test_keys_of_lists_are_made_readable():
    assert field_words("beleg_nr") == "Beleg nr"


def test_a_total_is_named_and_written_in_german():
    then, now = {"totals": {"spent": {"": "1.00"}}}, {"totals": {"spent": {"": "1200.00"}}}
    [found] = differences(then, now)
    assert found == Difference(
        section="Gesamtzahlen", line="spent", kind=DifferenceKind.CHANGED, then="1.00",
        now="1200.00",
    )  # fmt: skip
    assert found.words == {
        "line": "ausgegeben", "field": "Betrag", "then": "1,00", "now": "1.200,00",
    }  # fmt: skip
