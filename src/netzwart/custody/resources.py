"""What the API shows of auditors' draws."""

from netzwart.accounts.actors import Right
from netzwart.custody.tables import AuditDraw, AuditDrawLine
from netzwart.funding.resources import GRANT
from netzwart.inventory.resources import DEVICE
from netzwart.network.resources import NODE
from netzwart.web.resources import Children, declare

DRAWS = declare(
    "draws",
    AuditDraw,
    read=Right.READ_FUNDING,
    columns="seed list_sha256 population size drawn_at closed_at",
    references=(GRANT,),
    children=(
        Children(
            "lines",
            declare(
                "draw-lines",
                AuditDrawLine,
                read=Right.READ_FUNDING,
                columns="position inventory_number serial state evidence_class seen_at told raw",
                references=(DEVICE, NODE),
                is_open=True,
                is_part=True,
            ),
            "draw_id",
        ),
    ),
    grant=("grant_id",),
    sort="-drawn_at",
)
