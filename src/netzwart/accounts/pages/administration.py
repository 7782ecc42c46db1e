"""The start of the administration, and the audit trail."""

from litestar import Controller, get
from litestar.params import FromQuery
from litestar.plugins.htmx import HTMXRequest
from litestar.response import Redirect, Template

from netzwart.accounts import queries
from netzwart.accounts.actors import Right
from netzwart.accounts.audit_labels import action_label, subject_choices, subject_label
from netzwart.accounts.authentication import CurrentActor
from netzwart.accounts.guards import requires_administration, requires_audit_reader
from netzwart.accounts.pages.tabs import administration_tabs
from netzwart.database import DbSession
from netzwart.web.requests import go_to

_PAGE = 50


class AdministrationController(Controller):
    """Where the administration begins."""

    path = "/verwaltung"

    @get(guards=[requires_administration])
    async def index(self, actor: CurrentActor) -> Redirect:
        """Go to the first page the actor may see."""
        return go_to(administration_tabs(actor, "")[0].href)

    @get("/protokoll", guards=[requires_audit_reader])
    async def audit(
        self,
        request: HTMXRequest,
        session: DbSession,
        actor: CurrentActor,
        vor: FromQuery[int | None] = None,
        was: FromQuery[str] = "",
        wer: FromQuery[str] = "",
    ) -> Template:
        """List who did what, newest first."""
        names_shown = actor.may(Right.MANAGE_USERS)
        filters = {"subject_type": was, "actor": wer if names_shown else ""}
        events = await queries.list_audit_events(
            session, actor, before_id=vor, limit=_PAGE + 1, filters=filters
        )
        context = {
            "events": events[:_PAGE],
            "names_shown": names_shown,
            "next_id": events[_PAGE - 1].id if len(events) > _PAGE else None,
            "is_first": vor is None,
            "was": was,
            "subjects": subject_choices(),
            "action_label": action_label,
            "subject_label": subject_label,
            "wer": wer,
            "tabs": administration_tabs(actor, "/verwaltung/protokoll"),
        }
        name = "accounts/_audit_table.html" if request.htmx else "accounts/audit.html"
        return Template(name, context=context)
