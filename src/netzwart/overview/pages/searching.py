"""Suche: one box for every number; the only hit is jumped to."""

from litestar import Controller, get
from litestar.params import FromQuery
from litestar.response import Redirect, Template

from netzwart.accounts.authentication import CurrentActor
from netzwart.accounts.guards import requires_signed_in
from netzwart.database import DbSession
from netzwart.overview.queries.searching import only_hit, search


class SearchController(Controller):
    """The page behind the search box."""

    path = "/suche"
    guards = [requires_signed_in]  # noqa: RUF012 - Litestar's way to say it

    @get()
    async def index(
        self, session: DbSession, actor: CurrentActor, q: FromQuery[str] = ""
    ) -> Template | Redirect:
        """Jump to what is meant, or list what could be."""
        groups = await search(session, actor, q)
        meant = only_hit(groups)
        if meant is not None:
            return Redirect(meant.href)
        return Template("overview/search.html", context={"q": q.strip(), "groups": groups})
