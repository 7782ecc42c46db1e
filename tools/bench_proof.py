"""Time and memory of one large proof, from the database to the signed file.

Five thousand payments and twenty thousand devices are written into a fresh SQLite database, then
the paper is ordered and made as a worker makes it: compiled, drawn, signed, stored. Figures are of
this process after the data was written; see `docs/benchmarks.md`.
"""

import argparse
import asyncio
import json
import multiprocessing
import os
import sys
import tempfile
import threading
import time
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from sqlalchemy import insert, select

from netzwart import schema
from netzwart.accounts.actors import SYSTEM
from netzwart.database import Database, table_of
from netzwart.evidence.rules import EvidenceClass, SightingSource
from netzwart.evidence.tables import Sighting
from netzwart.funding.purchase_tables import CostShare, Invoice, InvoiceKind, InvoiceLine, Payment
from netzwart.inventory.tables import Device, DeviceStatus
from netzwart.reports.compiling import PaperOrder
from netzwart.reports.ordering import make_paper, order_paper
from netzwart.reports.signing import open_signer
from netzwart.reports.tables import IssuedDocument, PaperJob
from netzwart.secrets import SecretBox, new_key
from netzwart.settings import Settings

sys.path.insert(0, str(Path(__file__).parents[1]))

from tests import builders

DAY = date(2022, 12, 31)
AT = datetime(2022, 12, 20, 8, tzinfo=UTC)
LIMIT_S, LIMIT_MIB = 20, 400


async def fill(database: Database, payments: int, devices: int) -> int:
    """Write one grant with that many payments and devices; return its id."""
    per_line = max(1, devices // payments)
    async with database.session() as session:
        grant = await builders.a_grant(session, approved_amount=Decimal(90_000_000))
        schools = [
            await builders.a_school(session, name=f"Erfundene Schule {n}") for n in range(14)
        ]
        measures = [
            await builders.a_measure(session, grant_id=grant.id, school_id=school.id)
            for school in schools
        ]
        model = await builders.a_model(session)
        supplier = await builders.a_supplier(session)
        price = Decimal("618.80")
        gross = price * per_line

        async def write(record: type[Any], rows: list[dict[str, Any]]) -> None:
            now = {"created_at": AT, "changed_at": AT, "version": 1}
            for start in range(0, len(rows), 2000):
                part = [{**row, **now} for row in rows[start : start + 2000]]
                await session.execute(insert(table_of(record)), part)

        numbers = range(1, payments + 1)
        await write(Invoice, [
            {"id": n, "number": f"R-{n:06d}", "supplier_id": supplier.id,
             "issued_on": date(2022, 2, 10), "delivered_on": date(2022, 2, 1),
             "kind": InvoiceKind.INVOICE, "currency": "EUR"}
            for n in numbers
        ])  # fmt: skip
        await write(InvoiceLine, [
            {"id": n, "invoice_id": n, "number": 1, "model_id": model.id,
             "text": "Access Point AP-635", "quantity": Decimal(per_line),
             "unit_net": Decimal(520), "vat_rate": Decimal("0.19"),
             "gross": gross, "is_eligible": True, "eligible_part": Decimal(1)}
            for n in numbers
        ])  # fmt: skip
        await write(CostShare, [
            {"invoice_line_id": n, "measure_id": measures[n % 14].id, "amount": gross}
            for n in numbers
        ])  # fmt: skip
        await write(Payment, [
            {"invoice_id": n, "receipt_number": f"K-{n:06d}", "paid_on": date(2022, 2, 20),
             "amount": gross, "discount": Decimal(0)}
            for n in numbers
        ])  # fmt: skip
        await write(Device, [
            {"id": n, "inventory_number": f"HER-22-{n:06d}", "model_id": model.id,
             "manufacturer_id": model.manufacturer_id, "serial": f"CNXX{n:06d}",
             "serial_normalised": f"CNXX{n:06d}", "status": DeviceStatus.IN_SERVICE,
             "invoice_line_id": (n - 1) % payments + 1, "delivered_on": date(2022, 2, 1),
             "measure_id": measures[((n - 1) % payments + 1) % 14].id,
             "school_id": schools[((n - 1) % payments + 1) % 14].id, "note": "", "search_text": ""}
            for n in range(1, devices + 1)
        ])  # fmt: skip
        await write(Sighting, [
            {"device_id": n, "source": SightingSource.SNMP, "seen_at": AT,
             "evidence_class": EvidenceClass.A, "serial": f"CNXX{n:06d}",
             "serial_normalised": f"CNXX{n:06d}", "fingerprint": f"{n:064x}", "raw": {}}
            for n in range(1, devices + 1)
        ])  # fmt: skip
        return grant.id


def _peak(stop: threading.Event, found: list[int]) -> None:
    """Keep the largest resident size seen, MiB; the kernel's own mark includes the filling."""
    while not stop.wait(0.05):
        pages = int(Path("/proc/self/statm").read_text().split()[1])
        found[0] = max(found[0], pages * os.sysconf("SC_PAGE_SIZE") // 2**20)


async def make(folder: Path, grant_id: int) -> dict[str, object]:
    """Order the paper and make it as a worker does."""
    database = Database(f"sqlite:///{folder / 'bench.sqlite3'}")
    signer = open_signer(Settings(), SecretBox(new_key()))
    async with database.session() as session:
        order = PaperOrder(as_of=DAY, grant_id=grant_id)
        job = (await order_paper(session, order, SYSTEM)).id
    stop, peak = threading.Event(), [0]
    watcher = threading.Thread(target=_peak, args=(stop, peak))
    watcher.start()
    wall, cpu = time.monotonic(), time.process_time()
    await make_paper(database, job, signer)
    wall, cpu = time.monotonic() - wall, time.process_time() - cpu
    stop.set()
    watcher.join()
    async with database.session(writing=False) as session:
        kept = await session.get_one(PaperJob, job)
        document = table_of(IssuedDocument)
        row = (await session.execute(select(document.c.pdf, document.c.content))).one()
    await database.close()
    return {
        "state": kept.state.value,
        "problem": kept.problem,
        "seconds": round(wall, 1),
        "cpu_seconds": round(cpu, 1),
        "peak_rss_mib": peak[0],
        "pdf_mib": round(len(row.pdf) / 2**20, 1),
        "twins_mib": round(len(row.content) / 2**20, 1),
        "load": os.getloadavg()[0],
    }


async def prepare(folder: Path, payments: int, devices: int) -> int:
    """Make the database and return the grant's id."""
    database = Database(f"sqlite:///{folder / 'bench.sqlite3'}")
    await schema.upgrade(database)
    grant_id = await fill(database, payments, devices)
    await database.close()
    return grant_id


def _fill(folder: Path, payments: int, devices: int) -> None:
    asyncio.run(prepare(folder, payments, devices))


def main() -> int:
    """Print one JSON line; 1 if a limit is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--payments", type=int, default=5_000)
    parser.add_argument("--devices", type=int, default=20_000)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        # Filled by a child, so that its memory is not counted as the proof's.
        filling = multiprocessing.get_context("spawn").Process(
            target=_fill, args=(folder, arguments.payments, arguments.devices)
        )
        filling.start()
        filling.join()
        if filling.exitcode:
            return 1
        found = asyncio.run(make(folder, 1))
    print(json.dumps({"payments": arguments.payments, "devices": arguments.devices, **found}))
    fits = (
        float(str(found["cpu_seconds"])) <= LIMIT_S and int(str(found["peak_rss_mib"])) <= LIMIT_MIB
    )
    return 0 if found["state"] == "succeeded" and fits else 1


if __name__ == "__main__":
    sys.exit(main())
