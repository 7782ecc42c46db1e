"""Three hundred readings whose truth is known: not one may count for a device that it is not.

`golden_inventory.csv` has sixty devices in the makers' formats, with invented numbers;
`golden_lines.csv` has what a wire could say of them, made by rule: `truth` is the device's number,
`-` for none of them, `?` for a number that must be called ambiguous. The truth was written down
when the line was made, not by the code under test.
"""

import csv
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

from netzwart.database import Database
from netzwart.evidence.rules import Claim, EvidenceClass, SightingSource
from netzwart.evidence.service import record_sightings
from tests.evidence.inventory import an_inventory

HERE = Path(__file__).parent
NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
LINES = 300


def table(name: str) -> list[dict[str, str]]:
    with (HERE / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


async def test_no_reading_counts_for_a_device_that_it_is_not(database: Database):
    inventory = await an_inventory(database)
    numbers: dict[int, str] = {}
    for row in table("golden_inventory.csv"):
        device_id = await inventory.add(row["serial"], row["manufacturer"], number=row["number"])
        numbers[device_id] = row["number"]
    lines = table("golden_lines.csv")
    assert len(lines) == LINES
    claims = [
        Claim(SightingSource.SNMP, NOON, serial=line["serial"], position=line["line"],
              manufacturer=line["manufacturer"] or None)
        for line in lines
    ]  # fmt: skip
    async with database.session() as session:
        recognised = await record_sightings(session, claims)
    by_line = {one.claim.position: one for one in recognised}
    false_a: list[str] = []
    missed: Counter[str] = Counter()
    for line in lines:
        one = by_line.get(line["line"])
        said = "-"
        if one is not None and one.device is not None:
            assert one.evidence_class is EvidenceClass.A
            said = numbers[one.device.device_id]
        elif one is not None and one.is_ambiguous:
            said = "?"
        if said not in {line["truth"], "-", "?"}:
            false_a.append(f"{line['line']} ({line['made_by']}): {line['serial']} → {said}")
        if said != line["truth"]:
            missed[line["made_by"]] += 1
    assert false_a == [], "a false class A"
    assert missed == Counter(), "a reading was not recognised, or not called ambiguous"
