"""`GET /api/v1/events`: state changes as a stream of server-sent events."""

from typing import Any

from litestar import Controller, get
from litestar.di import NamedDependency
from litestar.response import Stream

from netzwart.accounts.actors import Right
from netzwart.accounts.authentication import CurrentActor
from netzwart.accounts.guards import requires_network_reader
from netzwart.accounts.resources import API, ApiRequest, refuse_query
from netzwart.network.live.events import last_event_id
from netzwart.network.live.hub import LiveHub
from netzwart.web.resources.documenting import stream_operation

_EVENT: dict[str, Any] = {
    "id": {"type": "integer"},
    "at": {"type": "string", "format": "date-time"},
    "node": {
        "type": "object",
        "properties": {"id": {"type": "integer"}, "name": {"type": "string"}},
    },
    "school": {"type": "object", "properties": {"id": {"type": "integer"}}},
    "interface": {"type": ["string", "null"]},
    "what": {"type": "string", "description": "reachability, oper, admin, firmware, serial, …"},
    "before": {"type": ["string", "null"]},
    "after": {"type": ["string", "null"]},
}


class EventsController(Controller):
    """What browsers and programs listen to."""

    path = API

    @get(
        "/events",
        tags=["events"],
        guards=[requires_network_reader],
        operation_class=stream_operation(_EVENT),
        operation_id="listen_to_events",
        summary="Listen to state changes (server-sent events)",
    )
    async def listen(
        self, request: ApiRequest, actor: CurrentActor, live: NamedDependency[LiveHub]
    ) -> Stream:
        """Give `state_change` events as they happen, and `reset` where too many were missed.

        `Last-Event-ID` continues where a connection broke; an event may then come twice. The
        stream ends after five minutes, and a client connects again.
        """
        refuse_query(request)
        live.check_room()
        seen = last_event_id(request.headers.get("last-event-id"))
        lines = live.stream(actor.scope(Right.READ_NETWORK), seen)
        # nginx would hold lines back until its buffer is full.
        return Stream(lines, media_type="text/event-stream", headers={"x-accel-buffering": "no"})
