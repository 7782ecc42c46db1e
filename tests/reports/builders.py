"""Proofs to draw: valid by default, so that a test names only the matter at hand. All invented."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from netzwart.money import ZERO, apportion, cents, total
from netzwart.proofs import assembling
from netzwart.proofs.values import (
    NO_EVIDENCE,
    CapRow,
    Confirmations,
    CoverageKey,
    Evidence,
    EvidenceLetter,
    ExpenditureRow,
    Expense,
    NoticeRow,
    Party,
    ProofOfUse,
    ProofTotals,
    ProvenDevice,
    ReceivedMoney,
    SchoolRow,
)
from tests.reports.texts import a_narrative, some_checks, some_deadlines, some_notes

GRANT = "48.02-DP-2021-001"
AS_OF = date(2024, 4, 30)
RATE = Decimal("0.90")
LABELS = {
    "it_grundstruktur": "IT-Grundstruktur",
    "arbeitsgeraete": "Digitale Arbeitsgeräte",
    "mobile_endgeraete": "Schulgebundene mobile Endgeräte",
}
SCHOOLS = (
    ("990001", "Städtisches Gymnasium Herten"),
    ("990002", "Rosa-Parks-Schule"),
    ("990003", "Erich-Klausener-Schule"),
    ("990004", "Martin-Luther-Schule"),
    ("990005", "Barbaraschule"),
)
GOODS = (
    ("it_grundstruktur", "Access Point", "Aruba AP-635", Decimal("618.80")),
    ("it_grundstruktur", "Switch", "Aruba 6300M 48G PoE", Decimal("4331.60")),
    ("arbeitsgeraete", "Interaktives Display 86 Zoll", "Promethean ActivPanel 9", Decimal(3927)),
    ("mobile_endgeraete", "Tablet", "Apple iPad 9. Generation", Decimal("428.40")),
)
SUPPLIERS = ("Muster Systemhaus GmbH", "Beispiel Netztechnik AG", "Erfundene Medientechnik KG")


def an_expense(index: int = 0, **changes: object) -> Expense:
    """One line; numbers and running totals are set by the list."""
    category, goods, model, price = GOODS[index % len(GOODS)]
    school, name = SCHOOLS[index % len(SCHOOLS)]
    count = 2 + index % 7
    gross = cents(price * count)
    discount = cents(gross * Decimal("0.02")) if index % 3 == 0 else ZERO
    paid = gross - discount
    ineligible = Decimal("119.00") if index % 9 == 4 else ZERO
    numbers = tuple(f"HER-{school[-2:]}-22-{index * 10 + step:04d}" for step in range(count))
    line = Expense(
        number=0,
        receipt_number=f"K-{4711 + index}",
        category=category,
        school=school,
        school_name=name,
        supplier=SUPPLIERS[index % len(SUPPLIERS)],
        invoice=f"R-2022-{815 + index:04d}",
        invoiced_on=date(2022, 2, 10) + timedelta(days=index % 300),
        service_from=date(2022, 2, 1) + timedelta(days=index % 300),
        service_until=date(2022, 2, 4) + timedelta(days=index % 300),
        order=f"B-2022-{17 + index // 4}",
        ordered_on=date(2022, 1, 10),
        procedure="Öffentliche Ausschreibung" if index % 2 else "Verhandlungsvergabe",
        purpose=f"{count} × {goods} {model}",
        invoice_gross=gross,
        discount=discount,
        paid=paid,
        paid_on=date(2022, 2, 20) + timedelta(days=index % 300),
        eligible=paid - ineligible,
        ineligible=ineligible,
        ineligible_reason="Garantieverlängerung, nicht zuwendungsfähig nach Nr. 2.3 der Richtlinie"
        if ineligible
        else None,
        vat_rate=Decimal("0.19"),
        devices=numbers,
        device_span=assembling.device_span(numbers),
        note="Teilrechnung" if index % 11 == 5 else None,
        paid_so_far=ZERO,
        eligible_so_far=ZERO,
        ineligible_so_far=ZERO,
    )
    return replace(line, **changes)  # pyright: ignore[reportArgumentType] - a test names fields


def a_device(index: int = 0, **changes: object) -> ProvenDevice:
    category, goods, model, price = GOODS[index % len(GOODS)]
    school, name = SCHOOLS[index % len(SCHOOLS)]
    serial = f"CNXX{index:06d}"
    device = ProvenDevice(
        inventory_number=f"HER-{school[-2:]}-22-{index:04d}",
        description=goods,
        category=LABELS[category],
        model=model,
        serial=serial,
        school=school,
        school_name=name,
        room=f"A{100 + index % 40}",
        delivered_on=date(2022, 2, 1),
        commissioned_on=date(2022, 3, 1),
        invoice=f"R-2022-{815 + index % 30:04d}",
        receipt_number=f"K-{4711 + index % 30}",
        cost=price,
        eligible_cost=price,
        grant_share=cents(price * RATE),
        notice_number=GRANT,
        earmarked_until=date(2027, 12, 31),
        status="lent" if index % len(GOODS) == 3 else "in_service",
        has_label=index % 13 != 7,
        evidence=an_evidence("AABCAADA0A"[index % 10], serial),
        cost_so_far=ZERO,
        eligible_cost_so_far=ZERO,
        grant_share_so_far=ZERO,
    )
    return replace(device, **changes)  # pyright: ignore[reportArgumentType] - a test names fields


def an_evidence(letter: str, serial: str | None = "CNXX000001") -> Evidence:
    letters: dict[str, tuple[EvidenceLetter, str, str | None]] = {
        "A": ("A", "snmp", serial),
        "B": ("B", "controller", serial),
        "C": ("C", "lldp", None),
        "D": ("D", "scan", None),
    }
    if letter not in letters:
        return NO_EVIDENCE
    found, source, read = letters[letter]
    seen_at = datetime(2024, 4, 29, 6, 15, tzinfo=UTC)
    return Evidence(letter=found, seen_at=seen_at, source=source, serial_read=read)


def a_proof(
    expenses: Sequence[Expense] | int = 26,
    devices: Sequence[ProvenDevice] | int = 58,
    **changes: object,
) -> ProofOfUse:
    """A whole proof over these rows; every sum follows from them."""
    lines = (
        [an_expense(index) for index in range(expenses)] if isinstance(expenses, int) else expenses
    )
    things = [a_device(index) for index in range(devices)] if isinstance(devices, int) else devices
    listed = assembling.expense_list(LABELS, lines)
    grant = cents(listed.eligible * RATE)
    received = cents(grant * Decimal("0.95"))
    planned = {"it_grundstruktur": "600000.00", "arbeitsgeraete": "180000.00"}
    plan = {key: Decimal(planned.get(key, "54300.00")) for key in LABELS}
    spending = assembling.expenditure(
        [
            ExpenditureRow(
                category=key,
                label=label,
                planned_total=plan[key],
                planned_eligible=plan[key],
                actual_total=total([line.paid for line in lines if line.category == key]),
                actual_eligible=total([line.eligible for line in lines if line.category == key]),
            )
            for key, label in LABELS.items()
        ]
    )
    proof = ProofOfUse(
        number="VN-2024-0001",
        grant=GRANT,
        lucom_number="LUC-0815-4711",
        programme="DPS-NRW-2019",
        programme_name="DigitalPakt Schule 2019–2024",
        as_of=AS_OF,
        form="nach ANBest-G",
        purpose="Ausbau der digitalen Infrastruktur an 14 Schulen der Stadt Herten: WLAN, "
        "Anzeige- und Interaktionsgeräte, schulgebundene mobile Endgeräte",
        place="Herten",
        recipient=Party(
            name="Stadt Herten",
            address=("Kurt-Schumacher-Str. 2", "45699 Herten"),
            phone="02366 303-0",
        ),
        authority=Party(name="Bezirksregierung Münster", address=("Dezernat 48", "48128 Münster")),
        notices=(
            NoticeRow(
                authority="Bezirksregierung Münster",
                issued_on=date(2021, 11, 2),
                number=GRANT,
                amount=Decimal("750870.00"),
            ),
        ),
        approved_amount=Decimal("750870.00"),
        received_amount=received,
        approval_from=date(2019, 5, 17),
        approval_until=date(2022, 12, 31),
        conditions="ANBest-G in der Fassung der VV vom 10.06.2020",
        funding_rate=RATE,
        totals=ProofTotals(
            spent=listed.paid,
            eligible=listed.eligible,
            ineligible=listed.ineligible,
            grant_claimed=grant,
            own_share=listed.eligible - grant,
            received=received,
            open=grant - received,
        ),
        narrative=(a_narrative(),),
        income=(
            income := assembling.income_statement(
                [
                    ("Eigenanteil", Decimal("83430.00"), listed.paid - grant),
                    ("Leistungen Dritter (ohne öffentliche Förderung)", ZERO, ZERO),
                    ("Zuwendung des Landes", Decimal("750870.00"), grant),
                ]
            )
        ),
        expenditure=spending,
        result=assembling.financial_result(income, spending),
        caps=some_caps(spending.rows[-1].actual_eligible, listed.eligible),
        by_school=_by_school(lines),
        confirmations=Confirmations(
            sentences=(
                (
                    "die Allgemeinen und Besonderen Nebenbestimmungen des Zuwendungsbescheids "
                    "beachtet wurden,"
                ),
                (
                    "die Ausgaben notwendig waren, wirtschaftlich und sparsam verfahren worden ist "
                    "und die Angaben im Verwendungsnachweis mit den Büchern und Belegen "
                    "übereinstimmen,"
                ),
                (
                    "die geförderten Gegenstände bis zum Ende der Zweckbindung zweckentsprechend "
                    "verwendet werden,"
                ),
            ),
            deducts_input_tax=False,
            has_own_audit_office=True,
        ),
        expenses=listed,
        received=assembling.received_list(
            [
                ReceivedMoney(
                    received_on=date(2022, 3, 15),
                    payer="Bezirksregierung Münster",
                    reason="Mittelabruf 1",
                    amount=received,
                )
            ]
        ),
        devices=assembling.device_list(things),
        coverage=assembling.coverage(30, _coverage(listed.eligible, things)),
        checks=some_checks(),
        rule_notes=some_notes(),
        deadlines=some_deadlines(),
        is_draft=False,
        is_demo=False,
        generator_version="0.1.0",
        rule_version="2021-03",
        signature_note="mit dem Schlüssel dieser Installation, kein Zertifikat eingerichtet",
    )
    return replace(proof, **changes)  # pyright: ignore[reportArgumentType] - a test names fields


def some_caps(mobile: Decimal, eligible: Decimal) -> tuple[CapRow, ...]:
    limit = cents(eligible * Decimal("0.20"))
    return (
        CapRow(
            key="mobil20",
            label="Mobile Endgeräte: höchstens 20 % der Gesamtsumme",
            limit=limit,
            actual=mobile,
            excess=max(ZERO, mobile - limit),
            ok=mobile <= limit,
        ),
    )


def _by_school(lines: Sequence[Expense]) -> tuple[SchoolRow, ...]:
    found = sorted({(line.school, line.school_name) for line in lines}, key=str)
    eligible = [
        total([line.eligible for line in lines if line.school == number]) for number, _ in found
    ]
    grant = cents(total(eligible) * RATE)
    shares = apportion(grant, eligible)
    return tuple(
        SchoolRow(
            school=number,
            name=name or "Ohne Schule",
            spent=total([line.paid for line in lines if line.school == number]),
            eligible=amount,
            grant_share=share,
        )
        for (number, name), amount, share in zip(found, eligible, shares, strict=True)
    )


def _coverage(
    eligible: Decimal, devices: Sequence[ProvenDevice]
) -> dict[CoverageKey, tuple[Decimal, int]]:
    """Divide the eligible costs by evidence, as if devices had cost all but a tenth."""
    keys: dict[EvidenceLetter, CoverageKey] = {"A": "A", "B": "B", "C": "C", "D": "D", "0": "none"}
    counts: dict[CoverageKey, int] = {}
    for device in devices:
        key = keys[device.evidence.letter]
        counts[key] = counts.get(key, 0) + 1
    no_device = cents(eligible / 10) if devices else eligible
    parts = apportion(eligible - no_device, list(counts.values())) if devices else []
    found: dict[CoverageKey, tuple[Decimal, int]] = {}
    found |= {key: (part, counts[key]) for key, part in zip(counts, parts, strict=True)}
    found["no_device"] = (no_device, 0)
    return found
