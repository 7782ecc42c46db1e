"""What the API shows of manufacturers, models, devices and loans."""

from netzwart.accounts.actors import Right
from netzwart.inventory.papers import INVOICE, INVOICE_LINE, MEASURE, ORDER, ORDER_LINE
from netzwart.inventory.tables import (
    Borrower,
    Device,
    DeviceModel,
    Loan,
    LoanDevice,
    Manufacturer,
)
from netzwart.schools.resources import ROOM, SCHOOL
from netzwart.web.resources import Children, Reference, declare

MANUFACTURER = Reference("manufacturer", Manufacturer, "manufacturer_id", key="name")
MODEL = Reference(
    "model",
    DeviceModel,
    "model_id",
    key="name",
    shows="part_number category useful_life_years end_of_life_on network:is_network",
    right=Right.READ_INVENTORY,
    is_open=True,
)
"""How other resources name a model: by its name, where no two manufacturers share it."""

DEVICE = Reference(
    "device",
    Device,
    "device_id",
    key="inventory_number",
    shows="serial status",
    right=Right.READ_INVENTORY,
    school=("school_id",),
    grant=("measure_id", MEASURE, "grant_id"),
)
"""How other resources name a device: by its inventory number."""

MEASURE_REFERENCE = Reference(
    "measure",
    MEASURE,
    "measure_id",
    key="key",
    shows="title",
    right=Right.READ_FUNDING,
    school=("school_id",),
    grant=("grant_id",),
)

MANUFACTURERS = declare(
    "manufacturers",
    Manufacturer,
    read=Right.READ_INVENTORY,
    columns="name",
    is_open=True,
    search=("name",),
    sort="name",
)

DEVICE_MODELS = declare(
    "device-models",
    DeviceModel,
    read=Right.READ_INVENTORY,
    columns=(
        "name part_number category useful_life_years end_of_life_on target_firmware"
        " network:is_network"
    ),
    references=(MANUFACTURER,),
    is_open=True,
    search=("name", "part_number"),
    sort="name",
)

DEVICES = declare(
    "devices",
    Device,
    read=Right.READ_INVENTORY,
    columns=(
        "inventory_number serial mac status delivered_on commissioned_on warranty_until"
        " disposed_on labelled_on asset_number note"
    ),
    references=(
        MODEL,
        MANUFACTURER,
        SCHOOL,
        ROOM,
        Reference(
            "order_line", ORDER_LINE, "order_line_id", key="number", right=Right.READ_FUNDING
        ),
        Reference(
            "order", ORDER, "order_id", key="number", via="order_line", right=Right.READ_FUNDING
        ),
        Reference(
            "invoice_line",
            INVOICE_LINE,
            "invoice_line_id",
            key="number",
            shows="text",
            right=Right.READ_FUNDING,
        ),
        Reference(
            "invoice",
            INVOICE,
            "invoice_id",
            key="number",
            via="invoice_line",
            right=Right.READ_FUNDING,
        ),
        MEASURE_REFERENCE,
        Reference(
            "predecessor",
            Device,
            "predecessor_id",
            key="inventory_number",
            shows="serial status",
            school=("school_id",),
            grant=("measure_id", MEASURE, "grant_id"),
        ),
    ),
    school=("school_id",),
    grant=("measure_id", MEASURE, "grant_id"),
    search=("search_text",),
    is_search_folded=True,
    sort="inventory_number",
)

LOANS = declare(
    "loans",
    Loan,
    read=Right.READ_LOANS,
    columns="number lent_on due_on note",
    references=(
        SCHOOL,
        Reference(
            "borrower",
            Borrower,
            "borrower_id",
            key="name",
            shows="form is_teacher",
            school=("school_id",),
        ),
    ),
    children=(
        Children(
            "devices",
            declare(
                "loan-devices",
                LoanDevice,
                read=Right.READ_LOANS,
                columns="accessories prior_damage returned_on condition",
                references=(DEVICE,),
                is_open=True,
                is_part=True,
            ),
            "loan_id",
        ),
    ),
    school=("school_id",),
    search=("number",),
    sort="-lent_on",
)
