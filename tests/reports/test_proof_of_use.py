import re
from dataclasses import replace
from decimal import Decimal
from functools import cache

import pytest

from netzwart.proofs.serialising import content_sha256
from netzwart.proofs.values import InterimProofOfUse, ProofOfUse
from netzwart.reports.formats import amount, hash_groups
from netzwart.reports.proof_of_use import draw_proof_of_use
from tests.reports.builders import AS_OF, a_device, a_proof, an_evidence, an_expense
from tests.reports.reading import amounts_after, outline_of, text_of

FORM_IN_ORDER = (
    "Bezirksregierung Münster",
    "Verwendungsnachweis",
    "Zuwendungszweck",
    "Zur Finanzierung der Maßnahme insgesamt bewilligt",
    "Es wurden insgesamt ausgezahlt",
    "Sachbericht",
    "Ausgangslage",
    "Zahlenmäßiger Nachweis",
    "1. Einnahmen",
    "Eigenanteil",
    "2. Ausgaben",
    "IT-Grundstruktur",
    "Ist-Ergebnis",
    "Bestätigungen",
    "Rechtsverbindliche Unterschrift",
    "Prüfvermerk der örtlichen Rechnungsprüfung",
    "Prüfung durch die Bewilligungsbehörde",
    "Belegliste",
    "Einnahmenliste",
    "Inventarliste",
    "Bestandsnachweis",
    "Prüfbericht",
    "Mit dem Zuwendungsbescheid abzugleichen",
    "Fristen",
    "Echtheit",
)


@cache
def drawn() -> bytes:
    return draw_proof_of_use(a_proof())


def test_sections_stand_in_the_order_of_the_form():
    text = text_of(drawn())
    place = 0
    for words in FORM_IN_ORDER:
        found = text.find(words, place)
        assert found >= 0, f"{words!r} is missing or out of order"
        place = found


def test_bookmarks_name_every_section_and_its_page():
    assert outline_of(drawn()) == [
        ("Verwendungsnachweis", 1),
        ("I Sachbericht", 2),
        ("II Zahlenmäßiger Nachweis", 3),
        ("III Ist-Ergebnis", 3),
        ("IV Bestätigungen", 4),
        ("V Prüfung durch die Bewilligungsbehörde", 4),
        ("Anlage 1 Belegliste", 5),
        ("Anlage 2 Einnahmenliste, Schulen, Obergrenzen", 8),
        ("Anlage 3 Inventarliste", 9),
        ("Anlage 4 Bestandsnachweis: Euro-Abdeckung", 15),
        ("Anlage 5 Prüfbericht", 15),
        ("Anlage 6 Regelwerte, Fristen, Echtheit", 15),
    ]


@pytest.mark.parametrize("rows", [1, 26, 60])
def test_sums_on_paper_equal_the_sums_of_the_value(rows: int):
    proof = a_proof(rows, rows)
    text = text_of(draw_proof_of_use(proof), layout=True)
    listed, devices, spent = proof.expenses, proof.devices, proof.expenditure
    assert amounts_after(text, "Ausgaben insgesamt") == [
        listed.invoice_gross,
        listed.paid,
        listed.eligible,
        listed.ineligible,
    ]
    assert amounts_after(text, "Geräte insgesamt") == [
        devices.cost,
        devices.eligible_cost,
        devices.grant_share,
    ]
    for group in listed.groups:
        assert amounts_after(text, f"Summe {group.label}") == [
            group.invoice_gross,
            group.paid,
            group.eligible,
            group.ineligible,
        ]
    statement = text[text.index("2. Ausgaben") : text.index("Ist-Ergebnis", text.index("2. Ausg"))]
    assert amounts_after(statement, "Insgesamt") == [
        spent.planned_total,
        spent.planned_eligible,
        spent.actual_total,
        spent.actual_eligible,
    ]
    assert amounts_after(text, "insgesamt ausgezahlt") == [proof.received_amount]


def test_percent_columns_add_up_to_one_hundred_on_paper():
    text = text_of(drawn(), layout=True)
    income = text[text.index("1. Einnahmen") : text.index("2. Ausgaben")]
    shares = [
        amounts_after(income, label)
        for label in ("Eigenanteil", "öffentliche Förderung)", "Zuwendung des Landes")
    ]
    assert sum(row[1] for row in shares) == Decimal(100)
    assert sum(row[3] for row in shares) == Decimal(100)
    assert amounts_after(income, "Insgesamt")[1::2] == [Decimal(100), Decimal(100)]


def test_sums_are_carried_over_a_page_break():
    proof = a_proof(60, 1)
    pdf = draw_proof_of_use(proof)
    pages = dict(outline_of(pdf))
    first = pages["Anlage 1 Belegliste"]
    last = pages["Anlage 2 Einnahmenliste, Schulen, Obergrenzen"] - 1
    assert last > first
    for number in range(first, last):
        foot = amounts_after(
            text_of(pdf, layout=True, pages=(number, number)), "Übertrag auf die nächste Seite"
        )
        head = amounts_after(
            text_of(pdf, layout=True, pages=(number + 1, number + 1)),
            "Übertrag von der vorigen Seite",
        )
        assert foot == head
        assert foot in [
            [line.paid_so_far, line.eligible_so_far, line.ineligible_so_far]
            for line in proof.expenses.expenses
        ]


def test_every_expense_and_device_is_printed_once():
    proof = a_proof(60, 60)
    words = text_of(draw_proof_of_use(proof)).split()
    for line in proof.expenses.expenses:
        assert line.receipt_number in words
    for device in proof.devices.devices:
        assert words.count(device.serial or "") == 1


def test_two_thousand_rows_fit_with_right_sums():
    proof = a_proof(2000, 2000)
    text = text_of(draw_proof_of_use(proof), layout=True)
    assert amounts_after(text, "Ausgaben insgesamt")[1] == proof.expenses.paid
    assert amounts_after(text, "Geräte insgesamt")[0] == proof.devices.cost
    assert proof.expenses.expenses[-1].receipt_number in text


def test_every_page_says_its_number_its_day_and_its_hash():
    proof = a_proof()
    pages = text_of(draw_proof_of_use(proof)).split("\f")[:-1]
    for number, page in enumerate(pages, start=1):
        assert f"Seite {number} von {len(pages)}" in page
        assert f"Stand {AS_OF:%d.%m.%Y} · Az. {proof.grant}" in page
        assert hash_groups(content_sha256(proof)) in page
        assert "netzwart 0.1.0" in page
        assert "DEMODATEN" not in page
        assert "ENTWURF" not in page


def test_draft_and_demo_are_marked_on_every_page():
    pages = text_of(draw_proof_of_use(a_proof(is_draft=True, is_demo=True, number=None)))
    for page in pages.split("\f")[:-1]:
        assert "DEMODATEN – erfunden" in page
        assert "E" in page
    marked = draw_proof_of_use(a_proof(is_draft=True))
    assert len(marked) > len(draw_proof_of_use(a_proof()))


def test_same_value_gives_the_same_bytes():
    assert draw_proof_of_use(a_proof()) == drawn()


def test_one_changed_cent_changes_the_hash():
    proof = a_proof()
    changed = replace(proof, notices=(replace(proof.notices[0], amount=Decimal("750870.01")),))
    assert content_sha256(changed) != content_sha256(proof)


def test_hostile_markup_is_printed_and_not_obeyed():
    hostile = '<b>&amp; <para bg="red">{0} %s</para> \\)Tj ET'
    proof = a_proof(
        [an_expense(0, supplier=hostile, purpose="<script>")],
        [a_device(0, description=hostile[:20], serial="<i>1</i>")],
        purpose=hostile,
    )
    text = text_of(draw_proof_of_use(proof))
    assert hostile in " ".join(text.split())
    assert "<script>" in text
    assert "<i>1</i>" in text


def test_signs_that_the_typeface_lacks_become_squares():
    proof = a_proof(
        [an_expense(0, supplier="漢字 \u202eevil\x07Ağaç")], [a_device(0)], place="He\u00adrten"
    )
    text = text_of(draw_proof_of_use(proof))
    assert "■■ evil Ağaç" in text
    assert "Herten, Datum" in text


def test_very_long_names_stay_inside_their_columns():
    long = "Donaudampfschifffahrtsgesellschaftskapitänsmützenfabrikation" * 3
    proof = a_proof(
        [an_expense(0, supplier=f"{long} GmbH & Co. KG", school_name="Schule " + "am See " * 30)],
        [a_device(0, serial="S" * 120, model=long, room="Raum " * 40)],
        purpose=long,
    )
    pdf = draw_proof_of_use(proof)
    text = text_of(pdf, layout=True)
    assert "Donaudampfschifffahrts" in text
    assert amounts_after(text, "Geräte insgesamt")[0] == proof.devices.cost


@pytest.mark.parametrize(
    ("letter", "words"),
    [
        ("A", "A · Seriennummer am Gerät gelesen"),
        ("B", "B · Seriennummer von Controller/MDM gemeldet"),
        ("C", "C · nur Netzadresse oder Name gesehen"),
        ("D", "D · vor Ort von einer Person erfasst"),
        ("0", "0 · keine Sichtung"),
    ],
)
def test_evidence_class_is_printed_in_its_own_words(letter: str, words: str):
    proof = a_proof(1, [a_device(0, evidence=an_evidence(letter))])
    pdf = draw_proof_of_use(proof)
    page = dict(outline_of(pdf))["Anlage 3 Inventarliste"]
    text = " ".join(text_of(pdf, pages=(page, page)).split())
    assert words in text
    assert ("am Gerät gelesen" in text) is (letter == "A")


def test_serial_read_that_differs_is_printed_beside_the_record():
    device = a_device(
        0, serial="NEW1", earlier_serials=("OLD1", "OLD2"), evidence=an_evidence("A", "OTHER9")
    )
    text = text_of(draw_proof_of_use(a_proof(1, [device])))
    assert "gelesen: OTHER9" in text
    assert "zuvor OLD1 → OLD2" in text


def test_expense_list_can_be_left_out():
    pdf = draw_proof_of_use(a_proof(includes_expense_list=False))
    titles = [title for title, _ in outline_of(pdf)]
    assert "Anlage 1 Einnahmenliste, Schulen, Obergrenzen" in titles
    assert not any("Belegliste" in title for title in titles)


def test_no_checks_and_no_notes_are_said_in_words():
    text = text_of(draw_proof_of_use(a_proof(checks=(), rule_notes=(), narrative=(), caps=())))
    assert "keine Feststellungen" in text
    assert "noch kein Sachbericht" in text
    assert "abzugleichen" not in text


def test_exceeded_cap_and_too_much_money_are_named():
    proof = a_proof()
    cap = replace(proof.caps[0], ok=False, excess=Decimal("12.34"))
    totals = replace(proof.totals, received=proof.totals.grant_claimed + 5, open=Decimal("-5.00"))
    text = text_of(
        draw_proof_of_use(
            replace(proof, caps=(cap,), totals=totals, received_amount=totals.received)
        )
    )
    assert "überschritten" in text
    assert "zu viel ausgezahlt" in text
    assert amount(Decimal("-5.00")) in text


def test_interim_proof_has_its_own_title_and_period():
    proof = a_proof()
    fields = {name: getattr(proof, name) for name in ProofOfUse.__dataclass_fields__}
    for name in ("title", "kind"):
        fields.pop(name, None)
    interim = InterimProofOfUse(**fields, period_from=AS_OF.replace(month=1), period_until=AS_OF)
    text = text_of(draw_proof_of_use(interim))
    assert text.count("Zwischennachweis") > 3
    assert "Zeitraum 30.01.2024 – 30.04.2024" in text


def test_full_cover_goes_without_its_list_of_contents():
    proof = a_proof()
    notices = tuple(replace(proof.notices[0], number=f"Az. {index}") for index in range(12))
    pdf = draw_proof_of_use(replace(proof, notices=notices))
    assert "Az. 11" in text_of(pdf, pages=(1, 2))


def test_unknown_facts_are_dashes_and_absent_blocks_are_left_out():
    proof = a_proof(
        [
            an_expense(
                0,
                service_from=None,
                service_until=None,
                invoiced_on=None,
                order=None,
                ordered_on=None,
                procedure=None,
                vat_rate=None,
                school=None,
                school_name=None,
                devices=(),
                device_span=None,
            )
        ],
        [
            a_device(
                0,
                serial=None,
                status="disposed",
                status_on=AS_OF,
                status_reason="Diebstahl, angezeigt",
                earmarked_until=None,
                evidence=an_evidence("0"),
            )
        ],
        approval_until=None,
        lucom_number=None,
    )
    quiet = replace(
        proof,
        recipient=replace(proof.recipient, phone=None),
        confirmations=replace(
            proof.confirmations, has_own_audit_office=False, deducts_input_tax=True
        ),
    )
    text = text_of(draw_proof_of_use(quiet))
    assert "Telefon" not in text
    assert "Lucom" not in text
    assert "Prüfvermerk" not in text
    assert "Bewilligungszeitraum" not in text.split("\f")[0]
    assert "USt gemischt" in text
    assert "ohne Seriennummer" in text
    assert "ausgesondert seit" in text
    assert "ohne Umsatzsteuer" in " ".join(text.split())


def test_check_that_names_hundreds_says_how_many_more_there_are():
    rows = tuple(f"HER-22-{number:06d}" for number in range(200))
    check = replace(a_proof().checks[0], rows=rows)
    text = " ".join(text_of(draw_proof_of_use(a_proof(1, 1, checks=(check,)))).split())
    found = re.search(r"(HER-22-\d{6}) und (\d+) weitere, siehe pruefbericht.json", text)
    assert found is not None
    assert int(found[1].removeprefix("HER-22-")) + 1 + int(found[2]) == 200
