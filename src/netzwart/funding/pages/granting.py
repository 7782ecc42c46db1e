"""A grant typed by hand, with plan, sources and tranches."""

from typing import Any, Final

from litestar import Controller, get, post
from litestar.plugins.htmx import HTMXRequest
from litestar.response import Redirect, Template

from netzwart.accounts.authentication import CurrentActor
from netzwart.accounts.guards import requires_funding_editor
from netzwart.database import DbSession
from netzwart.funding import service
from netzwart.funding.labels import SOURCE_CHOICES
from netzwart.funding.pages.drawdowns import MODES
from netzwart.funding.pages.grant_forms import GrantEntryForm, part_field, part_rows
from netzwart.funding.programmes.loading import load_programmes
from netzwart.funding.rules.terms import GrantRounding
from netzwart.web.requests import Entered, enter, go_to, nothing_entered

ROUNDINGS: Final = {
    GrantRounding.CENT.value: "auf den Cent",
    GrantRounding.EURO_DOWN.value: "auf volle Euro ab",
}


class GrantEntryController(Controller):
    """The form for a new grant."""

    path = "/foerderung"
    guards = [requires_funding_editor]  # noqa: RUF012 - Litestar reads a plain attribute

    @get("/neu")
    async def new(self) -> Template:
        """Show the form."""
        return _page(nothing_entered())

    @post()
    async def create(
        self, request: HTMXRequest, session: DbSession, actor: CurrentActor
    ) -> Template | Redirect:
        """Record a grant as its notice awards it."""
        entered = await enter(
            request,
            session,
            GrantEntryForm,
            lambda form: service.record_grant(session, form, actor),
        )
        if entered.errors:
            return _page(entered)
        return go_to(f"/foerderung/{entered.made.id}", "Die Bewilligung ist erfasst.")


def _page(entered: Entered[Any]) -> Template:
    programmes = load_programmes()
    categories: dict[str, str] = {}
    for programme in programmes.values():
        for key, one in programme.rules.categories.items():
            categories.setdefault(key, one.name.value or key)
    context = {
        "programmes": [(key, one.name) for key, one in programmes.items()],
        "categories": list(categories.items()),
        "source_kinds": list(SOURCE_CHOICES.items()),
        "roundings": list(ROUNDINGS.items()),
        "modes": [(mode.value, label) for mode, label in MODES.items()],
        "rows": part_rows(entered.values),
        "values": entered.values,
        "errors": {part_field(path): text for path, text in entered.errors.items()},
    }
    return Template("funding/new_grant.html", context=context, status_code=entered.status)
