"""The row of tabs that the pages of the administration share."""

from netzwart.accounts.actors import Actor, Right
from netzwart.web.components import Tab

_TABS = (
    ("Benutzer", "/verwaltung/benutzer", Right.MANAGE_USERS),
    ("Prüfzugänge", "/verwaltung/pruefzugaenge", Right.INVITE_AUDITORS),
    ("Token", "/verwaltung/token", Right.MANAGE_USERS),
    ("Import", "/import", Right.IMPORT_DATA),
    ("Inventarnummern", "/verwaltung/inventarnummern", Right.EDIT_SCHOOLS),
    ("Protokoll", "/verwaltung/protokoll", Right.READ_AUDIT),
    ("Siegel", "/verwaltung/siegel", Right.READ_AUDIT),
)


def administration_tabs(actor: Actor, current: str) -> list[Tab]:
    """Return the tabs the actor may open; `current` is the address of the one shown."""
    return [
        Tab(label, href, is_current=href == current)
        for label, href, right in _TABS
        if actor.may(right)
    ]
