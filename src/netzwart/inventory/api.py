"""Manufacturers, models, devices and loans under `/api/v1`."""

from netzwart.accounts.actors import Right
from netzwart.accounts.resources import (
    Act,
    Values,
    Writing,
    refuse_removal,
    resource_controller,
)
from netzwart.inventory import service
from netzwart.inventory.resources import DEVICE_MODELS, DEVICES, LOANS, MANUFACTURERS
from netzwart.inventory.tables import Device


async def _record_device(act: Act, values: Values) -> Device:
    return await service.record_device(act.session, act.actor, values)


async def _update_device(act: Act, device: Device, values: Values) -> None:
    await service.update_device(act.session, act.actor, device, values)


CONTROLLERS = [
    resource_controller(
        MANUFACTURERS,
        Writing(MANUFACTURERS, Right.EDIT_INVENTORY, "name", may_delete=True),
    ),
    resource_controller(
        DEVICE_MODELS,
        Writing(
            DEVICE_MODELS,
            Right.EDIT_INVENTORY,
            "manufacturer name part_number category useful_life_years end_of_life_on"
            " target_firmware network",
            may_delete=True,
        ),
    ),
    resource_controller(
        DEVICES,
        Writing(
            DEVICES,
            Right.EDIT_INVENTORY,
            "inventory_number model serial mac school room status predecessor order_line"
            " invoice_line measure delivered_on commissioned_on warranty_until labelled_on"
            " asset_number note",
            create=_record_device,
            update=_update_device,
            may_delete=True,
            remove=refuse_removal,
        ),
    ),
    resource_controller(LOANS),
]
