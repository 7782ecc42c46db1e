"""The tables of funding that a device is tied to, as far as this floor may know them: by name.

The foreign keys in `tables.py` name them the same way; whoever knows more imports `funding`.
"""

from sqlalchemy import Integer, String, column, table

from netzwart.database import Id

MEASURE = table(
    "measure",
    column("id", Id()),
    column("key", String(80)),
    column("title", String(300)),
    column("school_id", Id()),
    column("grant_id", Id()),
)
INVOICE_LINE = table(
    "invoice_line",
    column("id", Id()),
    column("number", Integer()),
    column("text", String(500)),
    column("invoice_id", Id()),
)
INVOICE = table("invoice", column("id", Id()), column("number", String(80)))
ORDER_LINE = table(
    "order_line", column("id", Id()), column("number", Integer()), column("order_id", Id())
)
ORDER = table("purchase_order", column("id", Id()), column("number", String(80)))
