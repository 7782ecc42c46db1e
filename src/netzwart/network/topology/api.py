"""Documented links and the place of a MAC address under `/api/v1`."""

from typing import Any

from litestar import Controller, get
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler

from netzwart.accounts.actors import Right
from netzwart.accounts.authentication import CurrentActor
from netzwart.accounts.guards import requires_endpoints_reader
from netzwart.accounts.resources import (
    API,
    Act,
    ApiRequest,
    Values,
    Writing,
    filled,
    refuse_query,
    resource_controller,
)
from netzwart.database import DbSession
from netzwart.errors import NotFoundError
from netzwart.inventory.rules import normalised_mac
from netzwart.network.topology import mac_queries, service
from netzwart.network.topology.resources import DOCUMENTED_LINKS
from netzwart.network.topology.service import LinkForm
from netzwart.network.topology_tables import DocumentedLink
from netzwart.web.resources.documenting import answer_operation


async def _create(act: Act, values: Values) -> DocumentedLink:
    return await service.document_link(act.session, act.actor, filled(LinkForm, values))


async def _remove(act: Act, link: DocumentedLink) -> None:
    await service.forget_link(act.session, act.actor, link.id)


class MacAddressController(Controller):
    """Where a MAC address hangs."""

    path = f"{API}/mac-addresses"

    @get(
        "/{mac:str}",
        tags=["nodes"],
        guards=[requires_endpoints_reader],
        operation_class=answer_operation(
            {
                "mac": {"type": "string"},
                "node_id": {"type": "integer"},
                "node": {"type": "string"},
                "interface": {"type": "string"},
                "vlan": {"type": ["integer", "null"]},
                "certainty": {"type": "string", "enum": ["edge", "behind", "uplink"]},
                "behind": {"type": ["string", "null"]},
                "is_present": {"type": "boolean"},
                "first_seen_at": {"type": "string", "format": "date-time"},
                "last_seen_at": {"type": "string", "format": "date-time"},
                "addresses": {"type": "array", "items": {"type": "string"}},
            }
        ),
        operation_id="locate_mac_address",
        summary="Tell which switch port a MAC address hangs on",
    )
    async def show(
        self, request: ApiRequest, session: DbSession, actor: CurrentActor, mac: FromPath[str]
    ) -> dict[str, Any]:
        """Give the edge port, and the IP addresses that go with it."""
        refuse_query(request)
        wanted = normalised_mac(mac) or ""
        found = await mac_queries.locate(session, actor.scope(Right.READ_ENDPOINTS), wanted)
        if found.place is None or found.seer is None:
            raise NotFoundError("Diese MAC-Adresse hat kein Netzknoten gesehen.")
        sight, neighbour = found.place.sight, found.place.neighbour
        return {
            "mac": wanted,
            "node_id": found.seer.id,
            "node": found.seer.name,
            "interface": sight.port,
            "vlan": sight.vlan or None,
            "certainty": found.place.certainty,
            "behind": neighbour.name if neighbour is not None else None,
            "is_present": not sight.is_gone,
            "first_seen_at": sight.first_seen_at,
            "last_seen_at": sight.last_seen_at,
            "addresses": list(dict.fromkeys(row.address for row in found.addresses)),
        }


CONTROLLERS: list[ControllerRouterHandler] = [
    resource_controller(
        DOCUMENTED_LINKS,
        Writing(
            DOCUMENTED_LINKS,
            Right.EDIT_NETWORK,
            "node interface remote_node remote_interface note",
            create=_create,
            remove=_remove,
            may_patch=False,
            may_delete=True,
            audits_itself=True,
        ),
    ),
    MacAddressController,
]
