"""What each check means and what to do about it, for whoever meets its number."""

from litestar import Controller, get
from litestar.params import FromPath
from litestar.response import Template

from netzwart.accounts.guards import requires_funding_reader
from netzwart.errors import NotFoundError
from netzwart.proofs.checking import CATALOGUE


class CheckHelpController(Controller):
    """The pages of the 32 checks."""

    path = "/foerderung/pruefungen"
    guards = [requires_funding_reader]  # noqa: RUF012 - Litestar reads a plain attribute

    @get()
    async def index(self) -> Template:
        """List all checks."""
        return Template("proofs/checks.html", context={"catalogue": CATALOGUE})

    @get("/{check:str}")
    async def show(self, check: FromPath[str]) -> Template:
        """Explain one check."""
        entry = CATALOGUE.get(check.upper())
        if entry is None:
            raise NotFoundError("Diese Prüfung gibt es nicht.")
        return Template("proofs/check.html", context={"check": check.upper(), "entry": entry})
