"""Pages about the network: nodes, one node, credentials."""

from netzwart.network.pages.credentials import CredentialController
from netzwart.network.pages.nodes import NodeController
from netzwart.web.frame import NavItem

CONTROLLERS = (NodeController, CredentialController)
NAV = (NavItem("Netz", "/netz", "topology-star-3", 40),)
