"""What the API shows of searches and of what they found."""

from netzwart.accounts.actors import Right
from netzwart.network.discovery_tables import DiscoveredNode, DiscoveryRun
from netzwart.network.resources import NODE
from netzwart.network.tables import Credential
from netzwart.schools.resources import SCHOOL
from netzwart.web.resources import Reference, declare

DISCOVERY_RUNS = declare(
    "discovery-runs",
    DiscoveryRun,
    read=Right.EDIT_NETWORK,
    columns=(
        "ranges port asks_silent state requested_by started_at finished_at total asked alive"
        " answered known proposed attempts error"
    ),
    references=(SCHOOL,),
    school=("school_id",),
    search=("ranges",),
    sort="-created_at",
)

DISCOVERED_NODES = declare(
    "discovered-nodes",
    DiscoveredNode,
    read=Right.EDIT_NETWORK,
    columns=(
        "address port profile category vendor model firmware serial sys_name sys_location"
        " first_seen_at last_seen_at status reason decided_by decided_at"
    ),
    references=(
        SCHOOL,
        NODE,
        Reference(
            "credential",
            Credential,
            "credential_id",
            key="name",
            shows="kind",
            right=Right.EDIT_NETWORK,
            is_open=True,
        ),
    ),
    school=("school_id",),
    search=("address", "sys_name", "serial", "model"),
    sort="-first_seen_at",
)
