"""Pages about the network: nodes, one node, credentials, device profiles."""

from netzwart.network.pages.credentials import CredentialController
from netzwart.network.pages.nodes import NodeController
from netzwart.network.pages.profiles import ProfileController
from netzwart.web.frame import NavItem

CONTROLLERS = (NodeController, CredentialController, ProfileController)
NAV = (NavItem("Netz", "/netz", "topology-star-3", 40),)
