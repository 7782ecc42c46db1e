"""The inbox of things found in address ranges, and the searches that find them."""

import base64
import binascii
import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from litestar import Controller, get, post
from litestar.params import FromPath, FromQuery
from litestar.plugins.htmx import HTMXRequest
from litestar.response import Redirect, Template
from sqlalchemy.ext.asyncio import AsyncSession

from netzwart.accounts.actors import Actor, Right
from netzwart.accounts.authentication import CurrentActor
from netzwart.accounts.guards import requires_network_editor
from netzwart.database import DbSession
from netzwart.errors import InvalidInputError
from netzwart.network import labels, queries
from netzwart.network.discovery import labels as words
from netzwart.network.discovery import queries as inbox
from netzwart.network.discovery import service
from netzwart.network.discovery.ranges import MOST_ADDRESSES
from netzwart.network.discovery.service import AcceptForm, DiscoveryForm, IgnoreForm, JoinForm
from netzwart.network.discovery_tables import DiscoveryState, ProposalStatus
from netzwart.network.tables import CredentialKind
from netzwart.schools.queries import AnyRow
from netzwart.web.requests import Entered, go_to, nothing_entered, read_form

_INBOX = "/netz/gefunden"
_PAGE = 50
_SNMP = (CredentialKind.SNMP_V3, CredentialKind.SNMP_V2C, CredentialKind.SNMP_V1)
_SEARCH_FIELDS = {
    "school_id": "Schule",
    "ranges": "Adressbereiche",
    "port": "SNMP-Port",
    "credential_ids": "Zugangsdaten",
}
_FIELDS = {"name": "Name", "school_id": "Schule", "node_id": "Knoten", "reason": "Grund"}


@dataclass(frozen=True, slots=True)
class InboxAddress:
    """The query string of the inbox."""

    status: str = "open"
    school: str = ""
    cursor: str = ""

    def narrowing(self) -> tuple[ProposalStatus | None, int | None]:
        """Return status and school.

        Raises:
            InvalidInputError: a value that no filter offers.
        """
        problems: dict[str, str] = {}
        if self.status and self.status not in words.STATUSES:
            problems["status"] = "Diesen Wert gibt es nicht."
        if self.school and not (self.school.isascii() and self.school.isdigit()):
            problems["school"] = "Diese Schule gibt es nicht."
        if problems:
            raise InvalidInputError("Der Filter ist nicht zu verstehen.", problems)
        status = ProposalStatus(self.status) if self.status else None
        return status, int(self.school[:18]) if self.school else None

    def after(self) -> tuple[datetime, int] | None:
        """Return moment and id of the row before the first one wanted.

        Raises:
            InvalidInputError: this is no cursor of ours.
        """
        if not self.cursor:
            return None
        try:
            moment, last_id = json.loads(base64.urlsafe_b64decode(self.cursor.encode()))
            at = datetime.fromisoformat(str(moment))
            if at.tzinfo is not None:
                return at, int(last_id)
        except (ValueError, TypeError, binascii.Error):
            pass
        raise InvalidInputError(
            "Diese Seite der Liste gibt es nicht mehr.", {"cursor": "unbekannt"}
        )

    def href(self, after: AnyRow | None = None) -> str:
        """Return the address of this list, from the row after this one on."""
        query = {"status": self.status, "school": self.school}
        if after is not None:
            place = json.dumps([after.first_seen_at.isoformat(), after.id])
            query["cursor"] = base64.urlsafe_b64encode(place.encode()).decode()
        return f"{_INBOX}?{urlencode({k: v for k, v in query.items() if v or k == 'status'})}"


class InboxController(Controller):
    """What answers somewhere and is no node yet."""

    path = _INBOX
    guards = [requires_network_editor]  # noqa: RUF012 - Litestar reads a plain attribute

    @get()
    async def index(
        self,
        request: HTMXRequest,
        session: DbSession,
        actor: CurrentActor,
        status: FromQuery[str] = "open",
        school: FromQuery[str] = "",
        cursor: FromQuery[str] = "",
    ) -> Template:
        """List what was found, newest first, below the searches; the list alone for HTMX."""
        scope = actor.scope(Right.EDIT_NETWORK)
        address = InboxAddress(status, school, cursor)
        wanted, school_id = address.narrowing()
        rows = await inbox.list_proposals(
            session,
            scope,
            status=wanted,
            school_id=school_id,
            after=address.after(),
            limit=_PAGE + 1,
        )
        shown = rows[:_PAGE]
        context: dict[str, Any] = {
            "rows": shown,
            "hints": await inbox.hints(session, scope, shown),
            "open_count": await inbox.count_open(session, scope),
            "address": address,
            "next_href": address.href(after=shown[-1]) if len(rows) > len(shown) else None,
            "statuses": words.STATUSES,
            "categories": labels.CATEGORIES,
        }
        if request.htmx:
            return Template("network/_inbox_table.html", context=context)
        context |= await _runs(session, actor) | {
            "schools": await queries.school_choices(session, scope),
        }
        return Template("network/inbox.html", context=context)

    @get("/suchen")
    async def new(
        self, session: DbSession, actor: CurrentActor, school: FromQuery[str] = ""
    ) -> Template:
        """Show the form for a search."""
        entered = nothing_entered()
        entered.values["school_id"] = school
        return await _search_form(session, actor, entered)

    @post("/suchen")
    async def start(
        self, request: HTMXRequest, session: DbSession, actor: CurrentActor
    ) -> Template | Redirect:
        """Queue a search."""
        entered = await read_form(request, DiscoveryForm)
        if entered.form is not None:
            async with entered.attempt(session):
                await service.start_discovery(session, actor, entered.form)
        if entered.errors:
            return await _search_form(session, actor, entered)
        return go_to(_INBOX, "Die Suche läuft. Was sie findet, erscheint hier von selbst.")

    @get("/laeufe")
    async def runs(self, session: DbSession, actor: CurrentActor) -> Template:
        """Show how the searches stand, for the page to fetch while one runs."""
        return Template("network/_discovery_runs.html", context=await _runs(session, actor))

    @post("/laeufe/{run_id:int}/abbrechen")
    async def cancel(
        self, session: DbSession, actor: CurrentActor, run_id: FromPath[int]
    ) -> Redirect:
        """Stop a search."""
        await service.cancel_discovery(session, actor, run_id)
        return go_to(_INBOX, "Suche abgebrochen. Was sie gefunden hat, bleibt.")

    @get("/{found_id:int}")
    async def show(
        self, session: DbSession, actor: CurrentActor, found_id: FromPath[int]
    ) -> Template:
        """Show one thing found, with the three ways to decide."""
        return await _page(session, actor, found_id, nothing_entered())

    @post("/{found_id:int}/aufnehmen")
    async def accept(
        self,
        request: HTMXRequest,
        session: DbSession,
        actor: CurrentActor,
        found_id: FromPath[int],
    ) -> Template | Redirect:
        """Make a node of it."""
        entered = await read_form(request, AcceptForm)
        form, node_id = entered.form, None
        if form is not None:
            async with entered.attempt(session):
                node_id = (await service.accept(session, actor, found_id, form)).node_id
        if entered.errors:
            return await _page(session, actor, found_id, entered)
        return go_to(f"/netz/knoten/{node_id}", "Aufgenommen. Die erste Abfrage läuft gleich an.")

    @post("/{found_id:int}/zuordnen")
    async def join(
        self,
        request: HTMXRequest,
        session: DbSession,
        actor: CurrentActor,
        found_id: FromPath[int],
    ) -> Template | Redirect:
        """Say which node it is."""
        entered = await read_form(request, JoinForm)
        if entered.form is not None:
            async with entered.attempt(session):
                await service.join(session, actor, found_id, entered.form)
        if entered.errors:
            return await _page(session, actor, found_id, entered)
        return go_to(_INBOX, "Zugeordnet.")

    @post("/{found_id:int}/uebergehen")
    async def ignore(
        self,
        request: HTMXRequest,
        session: DbSession,
        actor: CurrentActor,
        found_id: FromPath[int],
    ) -> Template | Redirect:
        """Leave it alone, with a reason."""
        entered = await read_form(request, IgnoreForm)
        if entered.form is not None:
            async with entered.attempt(session):
                await service.ignore(session, actor, found_id, entered.form)
        if entered.errors:
            return await _page(session, actor, found_id, entered)
        return go_to(_INBOX, "Übergangen. Der Grund steht beim Fund.")


async def _runs(session: AsyncSession, actor: Actor) -> dict[str, Any]:
    rows = await inbox.list_runs(session, actor.scope(Right.EDIT_NETWORK), limit=5)
    busy = (DiscoveryState.WAITING, DiscoveryState.RUNNING)
    return {
        "runs": rows,
        "run_states": words.RUN_STATES,
        "busy": busy,
        "is_busy": any(row.state in busy for row in rows),
    }


async def _search_form(
    session: AsyncSession, actor: Actor, entered: Entered[DiscoveryForm]
) -> Template:
    scope = actor.scope(Right.EDIT_NETWORK)
    chosen: Any = entered.values["credential_ids"]
    context: dict[str, Any] = {
        "values": entered.values,
        "errors": entered.errors,
        "fields": _SEARCH_FIELDS,
        "schools": await queries.school_choices(session, scope),
        "credentials": await queries.credential_choices(session, scope, _SNMP),
        "chosen": chosen if isinstance(chosen, list) else [chosen],
        "most": MOST_ADDRESSES,
    }
    return Template("network/discovery_form.html", context=context, status_code=entered.status)


async def _page(
    session: AsyncSession, actor: Actor, found_id: int, entered: Entered[Any]
) -> Template:
    scope = actor.scope(Right.EDIT_NETWORK)
    row = await inbox.get_proposal(session, scope, found_id)
    context = {
        "row": row,
        "hint": (await inbox.hints(session, scope, [row]))[row.id],
        "values": entered.values,
        "errors": entered.errors,
        "fields": _FIELDS,
        "schools": await queries.school_choices(session, scope),
        "nodes": await queries.node_choices(session, scope, row.school_id),
        "statuses": words.STATUSES,
        "categories": labels.CATEGORIES,
    }
    return Template("network/proposal.html", context=context, status_code=entered.status)
