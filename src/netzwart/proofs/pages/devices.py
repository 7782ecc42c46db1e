"""A funded device as the grant sees it: its money, its place, and when it was seen by what.

Auditors of single grants read here; nothing on the page names a person.
"""

from litestar import Controller, get
from litestar.response import Template

from netzwart.accounts.actors import Right
from netzwart.accounts.authentication import CurrentActor
from netzwart.accounts.guards import requires_funding_reader
from netzwart.clock import today
from netzwart.database import DbSession
from netzwart.errors import NotFoundError
from netzwart.funding.queries import load_grant
from netzwart.funding.settlement import can_be_settled, settle_grant
from netzwart.proofs.listing import devices_of
from netzwart.proofs.queries import list_device_sightings
from netzwart.web.addresses import RowId


class FundedDeviceController(Controller):
    """One funded device."""

    path = "/foerderung/{grant_id:int}/geraete/{device_id:int}"
    guards = [requires_funding_reader]  # noqa: RUF012 - Litestar reads a plain attribute

    @get()
    async def show(
        self, session: DbSession, actor: CurrentActor, grant_id: RowId, device_id: RowId
    ) -> Template:
        """Show the device's row of the inventory list, its voucher and its sightings."""
        record = await load_grant(session, grant_id, actor, today())
        device = next((one for one in record.devices if one.id == device_id), None)
        if device is None or not can_be_settled(record):
            raise NotFoundError("Dieses Gerät gehört nicht zu dieser Bewilligung.")
        rows = {one.inventory_number: one for one in devices_of(settle_grant(record, today()))}
        invoices = {line.id: invoice for invoice in record.invoices for line in invoice.lines}
        context = {
            "head": record.head,
            "device": device,
            "proven": rows[device.inventory_number],
            "invoice": invoices.get(device.invoice_line_id or 0),
            "sightings": await list_device_sightings(session, device_id),
            "may_read_inventory": actor.scope(Right.READ_INVENTORY) is None,
        }
        return Template("proofs/device.html", context=context)
