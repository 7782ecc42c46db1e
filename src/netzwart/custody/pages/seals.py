"""The seals, and the program that verifies them without netzwart."""

from datetime import date
from pathlib import Path

from litestar import Controller, get
from litestar.params import FromQuery
from litestar.response import Response, Template

from netzwart.accounts.authentication import CurrentActor
from netzwart.accounts.guards import requires_audit_reader
from netzwart.accounts.pages.tabs import administration_tabs
from netzwart.database import DbSession
from netzwart.ledger import verifier
from netzwart.ledger.queries import entries_by_subject, list_seals

_SEALS = 60
_SUBJECTS = {
    "audit_event": "Protokoll",
    "device_event": "Geschichte der Geräte",
    "erased_row": "Gelöschtes nach Fristende",
    "issued_document": "Ausgestellte Dokumente",
    "journal_entry": "Geld und Entscheidungen",
    "relocation": "Umsetzungen",
    "sighting": "Sichtungen",
}


class SealController(Controller):
    """The seals, and the program that verifies them without netzwart."""

    path = "/verwaltung/siegel"
    guards = [requires_audit_reader]  # noqa: RUF012 - Litestar reads a plain attribute

    @get()
    async def index(
        self, session: DbSession, actor: CurrentActor, before: FromQuery[date | None] = None
    ) -> Template:
        """List the sealed days, newest first."""
        rows = await list_seals(session, before=before, limit=_SEALS + 1)
        counts = await entries_by_subject(session)
        context = {
            "rows": rows[:_SEALS],
            "next_href": f"?before={rows[_SEALS - 1].day}" if len(rows) > _SEALS else None,
            "first_href": "/verwaltung/siegel" if before else None,
            "counts": [(_SUBJECTS.get(name, name), count) for name, count in counts],
            "tabs": administration_tabs(actor, "/verwaltung/siegel"),
        }
        return Template("custody/seals.html", context=context)

    @get("/verifier.py", sync_to_thread=False)
    def program(self) -> Response[bytes]:
        """Give the stand-alone verifier, which is its own description of the format."""
        return Response(
            Path(verifier.__file__).read_bytes(),
            media_type="text/x-python; charset=utf-8",
            headers={"Content-Disposition": 'attachment; filename="verifier.py"'},
        )
