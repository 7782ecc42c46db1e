"""How far an order has come, where its invoice came from a file and names no order lines."""

from datetime import date
from decimal import Decimal

from tests.builders import (
    a_device,
    a_model,
    a_supplier,
    an_invoice,
    an_invoice_line,
    an_order,
    an_order_line,
)

from netzwart.accounts.actors import SYSTEM
from netzwart.database import Database
from netzwart.funding.queries.orders import get_order_progress


async def test_model_or_text_says_which_position_is_billed_within_its_own_order(
    database: Database,
):
    async with database.session() as session:
        supplier = await a_supplier(session)
        models = [await a_model(session) for _ in range(2)]
        orders = [await an_order(session, supplier_id=supplier.id) for _ in range(2)]
        for order in orders:
            for number, model in enumerate(models, 1):
                await an_order_line(
                    session, order_id=order.id, number=number, model_id=model.id,
                    quantity=Decimal(2),
                )  # fmt: skip
            await an_order_line(
                session, order_id=order.id, number=3, text="Montage", quantity=Decimal(1)
            )
        invoice = await an_invoice(
            session, supplier_id=supplier.id, order_id=orders[1].id, issued_on=date(2022, 2, 1)
        )
        for number, model in enumerate(models, 1):
            line = await an_invoice_line(
                session, invoice_id=invoice.id, number=number, model_id=model.id,
                quantity=Decimal(number), order_line_id=None,
            )  # fmt: skip
            await a_device(session, model_id=model.id, invoice_line_id=line.id)
        await an_invoice_line(
            session, invoice_id=invoice.id, number=3, text="Montage", quantity=Decimal(1),
            order_line_id=None,
        )  # fmt: skip
        found = [await get_order_progress(session, order.id, SYSTEM) for order in orders]
    assert [line.invoiced for line in found[0].lines] == [0, 0, 0]
    assert [line.invoiced for line in found[1].lines] == [1, 2, 1]
    assert [line.devices for line in found[1].lines] == [1, 1, 0]
