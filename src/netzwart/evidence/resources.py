"""What the API shows of sightings, findings and stocktakes."""

from netzwart.accounts.actors import Right
from netzwart.accounts.tables import UserAccount
from netzwart.evidence.tables import Finding, Sighting, Stocktake, StocktakeLine
from netzwart.inventory.papers import MEASURE
from netzwart.inventory.resources import DEVICE
from netzwart.inventory.tables import Device
from netzwart.network.resources import NODE
from netzwart.schools.resources import ROOM, SCHOOL
from netzwart.web.resources import Children, Reference, declare

_GRANT_OF_DEVICE = ("device_id", Device, "measure_id", MEASURE, "grant_id")

SIGHTINGS = declare(
    "sightings",
    Sighting,
    read=Right.READ_EVIDENCE,
    columns=(
        "fingerprint serial serial_normalised manufacturer mac source evidence_class seen_at"
        " position poller"
    ),
    references=(SCHOOL, NODE, DEVICE),
    school=("school_id",),
    grant=_GRANT_OF_DEVICE,
    search=("serial", "mac"),
    sort="-seen_at",
)

FINDINGS = declare(
    "findings",
    Finding,
    read=Right.READ_EVIDENCE,
    columns=("kind status severity title detail opened_at closed_at decision reason ignored_until"),
    references=(
        SCHOOL,
        DEVICE,
        NODE,
        Reference(
            "decided_by",
            UserAccount,
            "decided_by_id",
            key="name",
            right=Right.DECIDE_FINDINGS,
            is_open=True,
        ),
    ),
    school=("school_id",),
    grant=_GRANT_OF_DEVICE,
    search=("title",),
    sort="-opened_at",
)

STOCKTAKES = declare(
    "stocktakes",
    Stocktake,
    read=Right.READ_INVENTORY,
    columns="title started_on ended_on is_closed",
    references=(SCHOOL,),
    children=(
        Children(
            "lines",
            declare(
                "stocktake-lines",
                StocktakeLine,
                read=Right.READ_INVENTORY,
                columns="state scanned_at evidence_class",
                references=(DEVICE, ROOM),
                is_open=True,
                is_part=True,
            ),
            "stocktake_id",
        ),
    ),
    school=("school_id",),
    search=("title",),
    sort="-started_on",
)
