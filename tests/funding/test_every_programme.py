"""Each programme loads, says where its values come from, and gives its examples' results."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml

from netzwart.funding.programmes.judging import (
    FinancingTypeMissingError,
    NoticeFigures,
    earmark_rule,
    grant_terms,
    retention_rule,
)
from netzwart.funding.programmes.law import load_law
from netzwart.funding.programmes.loading import (
    FOLDER,
    UnknownProgrammeError,
    UnknownRuleValueError,
    envelopes,
    get_programme,
    load_programme,
    load_programmes,
)
from netzwart.funding.programmes.notes import label_of, rule_notes
from netzwart.funding.programmes.reading import ProgrammeFileError
from netzwart.funding.programmes.schema import ValueStatus
from netzwart.funding.rules.dating import EarmarkEnd, EarmarkRule, EarmarkStart, RetentionStart
from netzwart.funding.rules.facts import InvoiceFacts, LineFacts, PaymentFacts, ShareFacts
from netzwart.funding.rules.settling import settle
from netzwart.funding.rules.terms import AmountBasis, CapCombination, FinancingType

KEYS = {
    *("DPS-NRW-2019", "DPS-SOFORT", "DPS-LK", "DPS-ADMIN", "REACT-EU-SCHULE", "DP2-NRW"),
    *("EFRE-NRW-2127", "DMR-NRW", "MPSC"),
}
EXAMPLES = sorted(
    path for path in FOLDER.glob("*/examples/*.yaml") if not path.stem.endswith(".expected")
)
DAY = date(2021, 6, 1)


def read(path: Path) -> dict[str, Any]:
    return yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.BaseLoader)  # noqa: S506 - BaseLoader makes texts only


def invoice_of(number: int, expense: dict[str, str]) -> InvoiceFacts:
    amount = Decimal(expense["paid"])
    key = f"{number:03d}"
    line = LineFacts(
        key=key,
        gross=amount,
        vat_rate=Decimal("0.19"),
        quantity=Decimal(expense.get("units", "1")),
        eligible=True,
        shares=(
            ShareFacts(
                amount=amount, measure=key, category=expense["category"], school=expense["school"]
            ),
        ),
    )
    payment = PaymentFacts(key=key, paid_on=DAY, amount=amount)
    return InvoiceFacts(key=key, lines=(line,), payments=(payment,))


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: f"{path.parts[-3]}-{path.stem}")
def test_example_gives_its_expected_result(path: Path):
    example, expected = read(path), read(path.with_suffix(".expected.yaml"))
    programme = load_programme(path.parents[1] / "programme.yaml")
    programme = programme.with_overrides(example["overrides"])
    terms = grant_terms(programme, NoticeFigures(awarded=Decimal(example["awarded"])))
    known = set(programme.rules.categories)
    assert {expense["category"] for expense in example["expenses"]} <= known
    invoices = [invoice_of(n, expense) for n, expense in enumerate(example["expenses"])]
    result = settle(terms, invoices, as_of=DAY)
    assert {
        "spent": str(result.totals.spent),
        "eligible": str(result.totals.eligible),
        "grant_claimed": str(result.totals.grant_claimed),
        "own_share": str(result.totals.own_share),
        "caps": {
            cap.key: {
                "limit": str(cap.limit),
                "actual": str(cap.actual),
                "excess": str(cap.excess),
            }
            for cap in result.caps
        },
    } == expected


def test_every_programme_has_an_example():
    assert {path.parts[-3] for path in EXAMPLES} == {
        path.parent.name for path in FOLDER.glob("*/programme.yaml")
    }


def test_the_nine_programmes_are_there():
    assert set(load_programmes()) == KEYS


@pytest.mark.parametrize("key", sorted(KEYS))
def test_every_value_has_a_source_and_unknown_ones_are_empty(key: str):
    for version in load_programmes()[key].versions:
        found = list(envelopes(version.rules))
        assert found
        for path, envelope in found:
            assert envelope.source, path
            assert (envelope.value is None) == (envelope.status is ValueStatus.UNKNOWN), path


@pytest.mark.parametrize("key", sorted(KEYS))
def test_every_value_has_a_german_label(key: str):
    programme = load_programmes()[key]
    for path, _ in envelopes(programme.rules):
        assert not label_of(programme, path).endswith(path.rpartition(".")[2])


def test_digitale_modellkommune_is_another_name_of_the_model_regions():
    assert get_programme("digitale modellkommune").key == "DMR-NRW"


def test_an_unknown_programme_names_the_nearest():
    with pytest.raises(UnknownProgrammeError, match="DPS-NRW-2019"):
        get_programme("DPS-NRW-2018")


def test_digitalpakt_holds_the_values_of_its_notice_text():
    rules = load_programmes()["DPS-NRW-2019"].rules
    assert rules.funding_rate.value == Decimal("0.90")
    assert rules.financing_type.value is FinancingType.SHARE
    assert rules.minimum_grant is not None
    assert rules.minimum_grant.value is None
    assert {key: cap.combination.value for key, cap in rules.caps.items() if cap.combination} == {
        "mobil20": CapCombination.ANY,
        "mobil25k": CapCombination.ANY,
    }
    assert earmark_rule(load_programmes()["DPS-NRW-2019"]) == EarmarkRule(
        years=5, start=EarmarkStart.EXECUTION_END, end=EarmarkEnd.YEAR_END
    )
    assert retention_rule(load_programmes()["DPS-NRW-2019"]) == (5, RetentionStart.PROOF_RECEIVED)


def test_an_old_notice_is_judged_by_the_version_of_its_day():
    old = get_programme("DPS-NRW-2019", date(2021, 11, 2))
    new = get_programme("DPS-NRW-2019", date(2024, 2, 1))
    assert (old.version, new.version) == ("2019-09-11", "2023-12-11")
    assert "vk_berufskolleg" not in old.rules.categories
    assert {"vk_berufskolleg", "landesweit", "it_grundstruktur"} <= set(new.rules.categories)
    assert get_programme("DPS-NRW-2019", date(2019, 1, 1)).version == "2019-09-11"
    assert get_programme("MPSC", date(2020, 1, 1)).version == "unbekannt"


def test_the_notice_overrides_any_value_and_is_remembered():
    programme = load_programmes()["DPS-NRW-2019"]
    changed = programme.with_overrides({"funding_rate": "0.85", "caps.mobil25k.value": "30000.00"})
    changed = changed.with_overrides({"deadlines.proof.due_on": "2023-06-30"})
    assert changed.rules.funding_rate.value == Decimal("0.85")
    assert changed.value("caps.mobil25k.value").value == Decimal("30000.00")
    assert changed.rules.deadlines.proof.due_on is not None
    assert changed.rules.deadlines.proof.due_on.value == date(2023, 6, 30)
    assert set(changed.overridden) == {
        *("funding_rate", "caps.mobil25k.value", "deadlines.proof.due_on"),
    }
    assert programme.rules.funding_rate.value == Decimal("0.90")
    assert not changed.at(date(2024, 1, 1)).overridden


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("foerdersatz", "0.9"),
        ("funding_rate.value", "0.9"),
        ("caps", "1"),
        ("caps.mobil99.value", "1"),
        ("funding_rate", "1.5"),
        ("funding_rate", "viel"),
        ("funding_rate", None),
        ("financing_type", "geschenk"),
        ("caps.mobil20.value", "7"),
    ],
)
def test_an_impossible_override_is_refused_in_german(path: str, value: object):
    with pytest.raises(UnknownRuleValueError) as error:
        load_programmes()["DPS-NRW-2019"].with_overrides({path: value})
    assert error.value.message.endswith(".")
    assert error.value.fields


def test_a_value_that_does_not_exist_names_the_nearest():
    with pytest.raises(UnknownRuleValueError, match="funding_rate"):
        load_programmes()["DPS-NRW-2019"].value("funding_rat")


def test_a_proof_warns_of_every_value_that_is_not_sourced():
    programme = load_programmes()["DPS-NRW-2019"]
    notes = {note.path: note for note in rule_notes(programme)}
    assert "funding_rate" not in notes
    assert notes["caps.mobil20.value"].value == "20,00\N{NO-BREAK SPACE}%"
    assert notes["caps.mobil25k.value"].value == "25.000,00\N{NO-BREAK SPACE}€"
    assert notes["caps.mobil20.basis"].value is None
    assert "Westfälische Nachrichten" in notes["caps.mobil20.value"].source
    assert notes["deadlines.starts_on"].value == "17.05.2019"
    assert notes["publicity.required"].value == "ja"
    assert notes["drawdown.mode"].message == (
        "Mittelabruf: Verfahren: Bedarf von zwei Monaten – nicht belegt (eigenes Wissen). "
        "Bitte mit dem Zuwendungsbescheid abgleichen."
    )
    settled = programme.with_overrides({"caps.mobil20.basis": "budget"})
    assert "caps.mobil20.basis" not in {note.path for note in rule_notes(settled)}


def test_notes_can_be_asked_for_other_values():
    programme = load_programmes()["DPS-NRW-2019"]
    paths = {note.path for note in rule_notes(programme, ["minimum_grant"])}
    assert "minimum_grant" in paths
    assert "drawdown.mode" not in paths


def test_an_unknown_way_of_financing_asks_for_the_notice():
    with pytest.raises(FinancingTypeMissingError, match="Zuwendungsbescheid"):
        grant_terms(load_programmes()["DP2-NRW"], NoticeFigures(awarded=Decimal(1)))


def test_terms_take_the_notice_before_the_programme():
    programme = load_programmes()["DPS-NRW-2019"]
    plain = grant_terms(programme, NoticeFigures(awarded=Decimal(1)))
    noticed = grant_terms(
        programme,
        NoticeFigures(
            awarded=Decimal(1),
            rate=Decimal("0.85"),
            execution_from=date(2020, 1, 1),
            execution_until=date(2022, 12, 31),
            approval_until=date(2023, 1, 31),
        ),
    )
    assert (plain.rate, noticed.rate) == (Decimal("0.90"), Decimal("0.85"))
    assert (plain.ordered_from, noticed.ordered_from) == (date(2019, 5, 17), date(2020, 1, 1))
    assert (plain.delivered_until, noticed.delivered_until) == (
        date(2024, 10, 31),
        date(2022, 12, 31),
    )
    assert (plain.paid_until, noticed.paid_until) == (None, date(2023, 1, 31))
    assert plain.basis is AmountBasis.GROSS


GOOD = (FOLDER / "mpsc_bund" / "programme.yaml").read_text(encoding="utf-8")


def broken(folder: Path, old: str, new: str) -> Path:
    assert old in GOOD
    target = folder / "broken_one"
    target.mkdir()
    path = target / "programme.yaml"
    path.write_text(GOOD.replace(old, new, 1), encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ('"0.65"', '"1.65"', "versions.0.rules.funding_rate.value"),
        ("status: sekundaer", "status: geraten", "status"),
        ("funding_rate:", "fuding_rate:", "fuding_rate"),
        ("value: null, status: unbekannt", "value: null, status: belegt", "unbekannt"),
        ("source: Q60b}", "source: Q99}", "Q99"),
        ("source: Q60b}", "source: Hörensagen}", "Quelle"),
        ("key: MPSC", "key: MPSC\nkey: MPSC", "zweimal"),
        ("key: MPSC", "key: [", "broken_one/programme.yaml"),
        ("netzwart/programme/1", "netzwart/programme/9", "schema"),
    ],
)
def test_a_broken_programme_names_file_and_path(tmp_path: Path, old: str, new: str, complaint: str):
    with pytest.raises(ProgrammeFileError) as error:
        load_programme(broken(tmp_path, old, new))
    assert "broken_one" in error.value.message
    assert complaint in error.value.message


def test_a_broken_value_names_its_line(tmp_path: Path):
    path = broken(tmp_path, '"0.65"', '"viel"')
    with pytest.raises(ProgrammeFileError) as error:
        load_programme(path)
    line = next(n for n, text in enumerate(GOOD.splitlines(), 1) if '"0.65"' in text)
    assert f"programme.yaml:{line}:" in error.value.message


def test_an_empty_or_missing_file_is_refused(tmp_path: Path):
    (tmp_path / "programme.yaml").write_text("", encoding="utf-8")
    with pytest.raises(ProgrammeFileError, match="leer"):
        load_programme(tmp_path / "programme.yaml")
    with pytest.raises(ProgrammeFileError):
        load_programme(tmp_path / "missing.yaml")


def test_a_cap_names_a_category_that_exists(tmp_path: Path):
    value = "{value: nirgends, status: sekundaer, source: Q60b}"
    kind = "{value: amount_total, status: sekundaer, source: Q60b}"
    amount = '{value: "1.00", status: sekundaer, source: Q60b}'
    cap = (
        f"caps: {{c: {{category: {value}, kind: {kind}, value: {amount}}}}}\n      deadlines: {{}}"
    )
    with pytest.raises(ProgrammeFileError, match="nirgends"):
        load_programme(broken(tmp_path, "deadlines: {}", cap))


def test_versions_are_in_the_order_of_their_days(tmp_path: Path):
    again = GOOD[GOOD.index("  - version: ") :]
    path = tmp_path / "programme.yaml"
    path.write_text(GOOD + again, encoding="utf-8")
    with pytest.raises(ProgrammeFileError, match="geordnet"):
        load_programme(path)


def test_two_programmes_never_share_a_name(tmp_path: Path):
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "programme.yaml").write_text(GOOD, encoding="utf-8")
    with pytest.raises(ProgrammeFileError, match="heißt schon"):
        load_programmes(tmp_path)


def test_a_cap_whose_value_is_unknown_limits_nothing():
    programme = load_programmes()["DPS-NRW-2019"]
    cap = programme.rules.caps["mobil20"]
    unknown = cap.value.model_copy(update={"value": None, "status": ValueStatus.UNKNOWN})
    caps = {"mobil20": cap.model_copy(update={"value": unknown})}
    rules = programme.rules.model_copy(update={"caps": caps})
    terms = grant_terms(replace(programme, rules=rules), NoticeFigures(awarded=Decimal(1)))
    assert terms.caps == ()


def test_broken_law_names_its_file(tmp_path: Path):
    path = tmp_path / "law.yaml"
    path.write_text("schema: netzwart/law/1\n", encoding="utf-8")
    with pytest.raises(ProgrammeFileError, match=r"law\.yaml"):
        load_law(path)
