"""Two schools and a few devices to be seen."""

from dataclasses import dataclass

from netzwart.accounts.actors import Actor, HeldRole
from netzwart.accounts.tables import Role
from netzwart.database import Database
from netzwart.inventory.rules import normalised_serial
from netzwart.inventory.tables import (
    Device,
    DeviceCategory,
    DeviceModel,
    DeviceStatus,
    Manufacturer,
)
from netzwart.schools.tables import School

ANNA = Actor("anna", "Anna", (HeldRole(Role.ADMIN),))


@dataclass
class Inventory:
    database: Database
    here: int
    there: int
    makers: dict[str, int]

    async def add(
        self,
        serial: str | None,
        maker: str = "Aruba",
        *,
        number: str | None = None,
        school_id: int | None = None,
        mac: str | None = None,
    ) -> int:
        async with self.database.session() as session:
            if maker not in self.makers:
                row = Manufacturer(name=maker)
                session.add(row)
                await session.flush()
                self.makers[maker] = row.id
            model = DeviceModel(
                manufacturer_id=self.makers[maker],
                name=f"Modell {number or serial or mac}",
                category=DeviceCategory.SWITCH,
            )
            session.add(model)
            await session.flush()
            device = Device(
                inventory_number=number or f"INV-{serial or mac}",
                model_id=model.id,
                manufacturer_id=self.makers[maker],
                serial=serial,
                serial_normalised=normalised_serial(serial),
                mac=mac,
                school_id=school_id or self.here,
                status=DeviceStatus.IN_SERVICE,
            )
            session.add(device)
            await session.flush()
            return device.id


async def an_inventory(database: Database) -> Inventory:
    async with database.session() as session:
        here = School(number="990001", name="Gymnasium Hier", short_name="HIER")
        there = School(number="990002", name="Schule Dort", short_name="DORT")
        session.add_all([here, there])
        await session.flush()
        return Inventory(database, here.id, there.id, {})
