"""A grant, two schools, devices that it bought, and days that pass."""

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from netzwart.clock import BERLIN, frozen_at
from netzwart.custody.service import run_watch
from netzwart.database import Database, table_of
from netzwart.evidence.rules import Claim, SightingSource
from netzwart.evidence.service import record_sightings
from netzwart.evidence.tables import Finding
from netzwart.inventory.tables import Device, DeviceCategory, DeviceModel
from tests.builders import (
    a_cost_share,
    a_device,
    a_grant,
    a_measure,
    a_model,
    a_node,
    a_payment,
    a_school,
    an_invoice,
    an_invoice_line,
)

START = date(2026, 9, 7)
"""A Monday, five days after the summer holidays of NRW."""


def at(day: date, hour: int = 10) -> datetime:
    return datetime.combine(day, time(hour), BERLIN)


@dataclass
class Town:
    database: Database
    schools: list[int] = field(default_factory=list[int])
    grant_id: int = 0
    measure_id: int = 0
    line_id: int = 0
    model_id: int = 0
    devices: list[int] = field(default_factory=list[int])

    async def buy(
        self, number: str, *, school: int = 0, funded: bool = True, **given: object
    ) -> int:
        async with self.database.session() as session:
            model = await session.get_one(DeviceModel, self.model_id)
            device = await a_device(
                session, inventory_number=number, serial=f"SN{number}", model_id=model.id,
                manufacturer_id=model.manufacturer_id, school_id=self.schools[school],
                measure_id=self.measure_id if funded else None,
                invoice_line_id=self.line_id if funded else None,
                **given,
            )  # fmt: skip
            self.devices.append(device.id)
            return device.id

    async def see(self, day: date, *device_ids: int) -> None:
        """Let the wire read the serial numbers of these devices on that day."""
        async with self.database.session() as session:
            for device_id in device_ids:
                device = await session.get_one(Device, device_id)
                with frozen_at(at(day)):
                    await record_sightings(session, [
                        Claim(SightingSource.SNMP, at(day), serial=device.serial,
                              school_id=device.school_id)
                    ])  # fmt: skip

    async def watch(self, day: date) -> list[tuple[str, str, str]]:
        """Run the morning's watch; returns (kind, status, cause) of all findings."""
        with frozen_at(at(day, 5)):
            async with self.database.session() as session:
                await run_watch(session)
        return await self.findings()

    async def findings(self) -> list[tuple[str, str, str]]:
        async with self.database.session(writing=False) as session:
            c = table_of(Finding).c
            rows = await session.execute(select(c.kind, c.status, c.cause).order_by(c.id))
            return [(str(row[0]), str(row[1]), row[2]) for row in rows]

    async def finding(self, cause: str) -> Finding:
        async with self.database.session(writing=False) as session:
            return await self.finding_in(session, cause)

    async def finding_in(self, session: AsyncSession, cause: str) -> Finding:
        c = table_of(Finding).c
        return (await session.execute(select(Finding).where(c.cause == cause))).scalar_one()


async def a_town(database: Database) -> Town:
    """Ten devices on one paid invoice of 5,950.00 €, at the first of two schools."""
    town = Town(database)
    async with database.session() as session:
        for _ in range(2):
            school = await a_school(session, municipality_key="05562020")
            town.schools.append(school.id)
            await a_node(session, school_id=school.id)
        grant = await a_grant(session)
        measure = await a_measure(session, grant_id=grant.id, school_id=town.schools[0])
        model = await a_model(session, category=DeviceCategory.ACCESS_POINT)
        invoice = await an_invoice(session)
        line = await an_invoice_line(session, invoice_id=invoice.id)
        await a_cost_share(session, invoice_line_id=line.id, measure_id=measure.id)
        await a_payment(session, invoice_id=invoice.id, amount=Decimal("5950.00"))
        town.grant_id, town.measure_id = grant.id, measure.id
        town.line_id, town.model_id = line.id, model.id
    return town


def school_days(first: date, count: int) -> list[date]:
    """Return so many working days from one on; none of a holiday in the autumn of the tests."""
    days: list[date] = []
    day = first
    while len(days) < count:
        if day.weekday() < 5:
            days.append(day)
        day += timedelta(days=1)
    return days
