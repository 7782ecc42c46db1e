"""What the API shows of documented links; observed ones are the neighbours."""

from sqlalchemy import and_, select
from sqlalchemy.sql.elements import ColumnElement

from netzwart.accounts.actors import Right
from netzwart.database import table_of
from netzwart.network.resources import NODE
from netzwart.network.tables import Node
from netzwart.network.topology_tables import DocumentedLink
from netzwart.web.resources import Reference, Test, declare

_LINK, _NODE = table_of(DocumentedLink), table_of(Node)


def _at_both_ends(test: Test) -> ColumnElement[bool]:
    """A link is seen by whoever may see both its ends."""
    near = select(_NODE.c.id).where(test(_NODE.c.school_id))
    return and_(_LINK.c.node_id.in_(near), _LINK.c.remote_node_id.in_(near))


DOCUMENTED_LINKS = declare(
    "documented-links",
    DocumentedLink,
    read=Right.READ_NETWORK,
    columns="interface remote_interface note",
    references=(
        NODE,
        Reference(
            "remote_node",
            Node,
            "remote_node_id",
            key="name",
            shows="address port",
            right=Right.READ_NETWORK,
            school=("school_id",),
        ),
    ),
    school=_at_both_ends,
    search=("interface", "remote_interface", "note"),
)
