"""What the API shows of nodes, what they consist of, how they are, and what changed."""

from sqlalchemy import and_, or_, select
from sqlalchemy.sql.elements import ColumnElement

from netzwart.accounts.actors import Right
from netzwart.database import table_of
from netzwart.inventory.papers import MEASURE
from netzwart.inventory.resources import DEVICE
from netzwart.inventory.tables import Device
from netzwart.network.tables import (
    Component,
    Configuration,
    Credential,
    Incident,
    Interface,
    MaintenanceWindow,
    Neighbour,
    Node,
)
from netzwart.schools.resources import SCHOOL
from netzwart.web.resources import Reference, Test, declare

NODE = Reference(
    "node",
    Node,
    "node_id",
    key="name",
    shows="address port",
    right=Right.READ_NETWORK,
    school=("school_id",),
)
"""How other resources name a node: by its name, where no two share it."""

_OF_NODE = ("node_id", Node, "school_id")

CREDENTIALS = declare(
    "credentials",
    Credential,
    read=Right.EDIT_CREDENTIALS,
    columns="name kind user_name auth privacy read_timeout_s fast_cli note",
    references=(SCHOOL,),
    school=("school_id",),
    search=("name", "note"),
    sort="name",
)

NODES = declare(
    "nodes",
    Node,
    read=Right.READ_NETWORK,
    columns=(
        "address port name ssh_port is_enabled poll_interval_s next_poll_at profile category"
        " vendor model firmware serial sys_name sys_location sys_description object_id"
        " identified_at reachability reachability_since last_error last_polled_at"
        " last_answered_at last_duration_ms booted_at failed_polls readings"
    ),
    references=(
        SCHOOL,
        Reference(
            "credential",
            Credential,
            "credential_id",
            key="name",
            shows="kind",
            right=Right.EDIT_NETWORK,
            is_open=True,
        ),
        Reference(
            "ssh_credential",
            Credential,
            "ssh_credential_id",
            key="name",
            shows="kind",
            right=Right.EDIT_NETWORK,
            is_open=True,
        ),
    ),
    school=("school_id",),
    search=("name", "address", "sys_name", "serial", "model"),
    sort="name",
)

COMPONENTS = declare(
    "components",
    Component,
    read=Right.READ_NETWORK,
    columns="position kind manufacturer model serial firmware first_seen_at last_seen_at is_gone",
    references=(NODE, DEVICE),
    school=_OF_NODE,
    grant=("device_id", Device, "measure_id", MEASURE, "grant_id"),
    search=("serial", "model"),
)

INTERFACES = declare(
    "interfaces",
    Interface,
    read=Right.READ_NETWORK,
    columns=(
        "index name alias type mac speed_bps admin oper oper_since in_octets out_octets in_errors"
        " out_errors is_gone"
    ),
    references=(NODE,),
    school=_OF_NODE,
    search=("name", "alias", "mac"),
)

NEIGHBOURS = declare(
    "neighbours",
    Neighbour,
    read=Right.READ_NETWORK,
    columns=(
        "local_interface remote_name remote_interface remote_chassis protocol first_seen_at"
        " last_seen_at is_gone"
    ),
    references=(
        NODE,
        Reference(
            "remote_node",
            Node,
            "remote_node_id",
            key="name",
            shows="address port",
            school=("school_id",),
        ),
    ),
    school=_OF_NODE,
    search=("remote_name", "remote_chassis"),
)

INCIDENTS = declare(
    "incidents",
    Incident,
    read=Right.READ_NETWORK,
    columns="kind started_at ended_at text",
    references=(
        NODE,
        SCHOOL,
        Reference("interface", Interface, "interface_id", key="name", school=_OF_NODE),
    ),
    school=("school_id",),
    search=("text",),
    sort="-started_at",
)

_WINDOW, _NODE = table_of(MaintenanceWindow), table_of(Node)


def _window_school(test: Test) -> ColumnElement[bool]:
    """A window belongs to the school it names, or else to its node's."""
    near = select(_NODE.c.id).where(test(_NODE.c.school_id))
    return or_(
        test(_WINDOW.c.school_id),
        and_(_WINDOW.c.school_id.is_(None), _WINDOW.c.node_id.in_(near)),
    )


MAINTENANCE_WINDOWS = declare(
    "maintenance-windows",
    MaintenanceWindow,
    read=Right.READ_NETWORK,
    columns="starts_at ends_at reason",
    references=(SCHOOL, NODE),
    school=_window_school,
    search=("reason",),
    sort="-starts_at",
)

CONFIGURATIONS = declare(
    "configurations",
    Configuration,
    read=Right.EDIT_NETWORK,
    columns="taken_at sha256 lines",
    references=(NODE,),
    school=_OF_NODE,
    sort="-taken_at",
)
