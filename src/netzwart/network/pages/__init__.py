"""Pages about the network: nodes, credentials, profiles, the plan, what was found."""

from netzwart.network.pages.credentials import CredentialController
from netzwart.network.pages.inbox import InboxController
from netzwart.network.pages.nodes import NodeController
from netzwart.network.pages.one_node import OneNodeController
from netzwart.network.pages.profiles import ProfileController
from netzwart.network.pages.topology import MacController, TopologyController
from netzwart.web.frame import NavItem

CONTROLLERS = (
    NodeController,
    OneNodeController,
    CredentialController,
    ProfileController,
    TopologyController,
    MacController,
    InboxController,
)
NAV = (NavItem("Netz", "/netz", "topology-star-3", 40),)
