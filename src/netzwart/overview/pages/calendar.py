"""The deadlines of funding as a calendar to subscribe to, at an address that carries a token."""

from litestar import Controller, Response, get
from litestar.params import FromQuery

from netzwart.accounts.actors import Actor, Right
from netzwart.accounts.queries import find_by_token
from netzwart.accounts.secret_words import digest
from netzwart.clock import utcnow
from netzwart.database import DbSession
from netzwart.errors import NotFoundError
from netzwart.overview.calendar_feed import calendar_of
from netzwart.overview.queries.due_dates import judged_grants


class CalendarController(Controller):
    """A calendar program sends no header, so the token stands in the address.

    Only a token that can do nothing but read is taken: an address is copied, kept and shown.
    """

    path = "/kalender"

    @get("/fristen.ics", opt={"public": True})
    async def deadlines(self, session: DbSession, token: FromQuery[str]) -> Response[bytes]:
        """Give the deadlines of the grants that the token reaches."""
        found = await find_by_token(session, digest(token), utcnow())
        if found is None or not _only_reads(found.actor):
            raise NotFoundError("Diesen Kalender gibt es nicht.")
        judged = await judged_grants(session, found.actor)
        return Response(
            calendar_of(judged.grants, judged.programmes, utcnow()),
            media_type="text/calendar; charset=utf-8",
            headers={"Cache-Control": "private, max-age=3600"},
        )


def _only_reads(actor: Actor) -> bool:
    return actor.may(Right.READ_FUNDING) and not actor.may(Right.EDIT_FUNDING)
