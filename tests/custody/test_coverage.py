"""Classes sum to the eligible total to the cent, whatever was split, credited or half delivered."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from netzwart.custody.coverage import KEYS, by_category, by_key, by_school, covered
from netzwart.evidence.rules import EvidenceClass
from netzwart.funding.purchase_tables import InvoiceKind
from netzwart.funding.queries.records import GrantRecord, SeenDevice, ShareRecord
from netzwart.funding.settlement import SettledGrant, settle_grant
from netzwart.money import ZERO, apportion, total
from netzwart.proofs.compiling import coverage_of
from tests.proofs.records import a_clean_record

AS_OF = date(2026, 11, 20)
SCHOOLS = ("990001", "990002", None)


@st.composite
def records(draw: st.DrawFn) -> GrantRecord:
    """Lines split over schools and a foreign grant, half delivered, credited, half paid."""
    clean = a_clean_record()
    bill, model = clean.invoices[0], clean.devices[0]
    line, share, payment = bill.lines[0], bill.lines[0].shares[0], bill.payments[0]
    invoices, devices = [], []
    for number in range(1, draw(st.integers(1, 3)) + 1):
        quantity = draw(st.integers(1, 7))
        gross = Decimal(draw(st.integers(1, 90_000))) / 100
        weights = draw(st.lists(st.integers(1, 5), min_size=1, max_size=3))
        schools = draw(st.permutations(SCHOOLS))
        foreign = draw(st.booleans()) and len(weights) > 1
        parts = apportion(gross, weights)
        shares = tuple(
            replace(share, measure=f"m{index}", school=schools[index], amount=part,
                    grant_id=share.grant_id + (1 if foreign and index == 0 else 0))
            for index, part in enumerate(parts)
        )  # fmt: skip
        here = replace(line, id=number * 10, quantity=Decimal(quantity), gross=gross, shares=shares)
        paid = gross if draw(st.booleans()) else (gross / 2).quantize(Decimal("0.01"))
        invoices.append(
            replace(bill, id=number, number=f"R{number}", cancels_id=None, lines=(here,),
                    payments=(replace(payment, id=number, amount=paid, discount=ZERO),))
        )  # fmt: skip
        if draw(st.booleans()):  # a credit note for a part of it, set off or paid back
            back = -(gross / 3).quantize(Decimal("0.01"))
            credit = replace(here, id=number * 10 + 1, quantity=Decimal(1), gross=back,
                             shares=_split(shares, apportion(back, weights)))  # fmt: skip
            repaid = draw(st.booleans())
            invoices.append(
                replace(bill, id=100 + number, number=f"G{number}", kind=InvoiceKind.CREDIT_NOTE,
                        cancels_id=number, lines=(credit,),
                        payments=(replace(payment, id=100 + number, amount=back, discount=ZERO),)
                        if repaid else ())
            )  # fmt: skip
        devices += [
            replace(model, id=number * 100 + one, inventory_number=f"D{number}-{one}",
                    invoice_line_id=here.id, school=draw(st.sampled_from(SCHOOLS)))
            for one in range(draw(st.integers(0, quantity)))
        ]  # fmt: skip
    evidence = {
        device.id: SeenDevice(letter=EvidenceClass(letter), source="snmp", serial_read="S",
                              seen_at=datetime(2026, 11, 1, tzinfo=UTC), school_id=None)
        for device in devices
        if (letter := draw(st.sampled_from(["A", "B", "C", "D", ""])))
    }  # fmt: skip
    return replace(clean, invoices=tuple(invoices), devices=tuple(devices), evidence=evidence)


def _split(shares: tuple[ShareRecord, ...], amounts: list[Decimal]) -> tuple[ShareRecord, ...]:
    pairs = zip(shares, amounts, strict=True)
    return tuple(replace(one, amount=amount) for one, amount in pairs)


@settings(max_examples=120, deadline=None)
@given(records())
def test_classes_sum_to_the_eligible_total_to_the_cent(record: GrantRecord):
    grant = settle_grant(record, AS_OF)
    amounts, eligible = covered(grant), grant.settlement.totals.eligible
    assert total(list(by_key(amounts).values())) == eligible
    lines = by_school(amounts, {})
    assert total([line.total for line in lines]) == eligible
    assert {line.school: line.total for line in lines if line.total} == {
        row.school: row.eligible for row in grant.settlement.by_school if row.eligible
    }, "each school's classes sum to that school's eligible costs"
    assert total([line.total for line in by_category(amounts, {})]) == eligible
    proof = coverage_of(grant)
    assert proof.amount == eligible, "and the proof says the same"
    told = {row.key: row.amount for row in proof.rows}
    assert all(by_key(amounts)[key] == told[key] for key in KEYS), (by_key(amounts), told)


def _seen_since(record: GrantRecord, ages: dict[int, int], window: int, day: date) -> SettledGrant:
    """Settle with the sightings that lie within the window before the day."""
    first = datetime(2026, 6, 1, tzinfo=UTC)
    evidence = {
        device.id: record.evidence[device.id]
        for device in record.devices
        if device.id in record.evidence
        and day - timedelta(days=window) < (first + timedelta(days=ages[device.id])).date() <= day
    }
    return settle_grant(replace(record, evidence=evidence), AS_OF)


@settings(max_examples=40, deadline=None)
@given(records(), st.data())
def test_coverage_falls_only_when_time_passes_without_sightings(
    record: GrantRecord, data: st.DataObject
):
    ages = {device.id: data.draw(st.integers(0, 60)) for device in record.devices}
    last = date(2026, 7, 31)  # nothing is seen after this day
    proven = []
    for later in (0, 10, 30, 60, 120):
        keys = by_key(covered(_seen_since(record, ages, 90, last + timedelta(days=later))))
        proven.append(keys["A"] + keys["B"] + keys["C"] + keys["D"])
    assert proven == sorted(proven, reverse=True), "time alone proves nothing"
    if record.devices:
        again = {device.id: record.evidence.get(device.id) or SeenDevice(
            letter=EvidenceClass.A, seen_at=datetime(2026, 11, 1, tzinfo=UTC), source="snmp",
            serial_read="S", school_id=None) for device in record.devices}  # fmt: skip
        keys = by_key(covered(settle_grant(replace(record, evidence=again), AS_OF)))
        assert keys["A"] + keys["B"] + keys["C"] + keys["D"] >= proven[0], "a sighting takes none"
