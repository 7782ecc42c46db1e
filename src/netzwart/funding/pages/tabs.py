"""The row of tabs that the pages of funding share."""

from netzwart.web.components import Tab

_TABS = (
    ("Bewilligungen", "/foerderung"),
    ("Anträge", "/foerderung/antraege"),
    ("Bestellungen", "/foerderung/bestellungen"),
    ("Lieferungen", "/foerderung/lieferungen"),
    ("Rechnungen", "/foerderung/rechnungen"),
    ("Zahlungen", "/foerderung/zahlungen"),
    ("Anlagen", "/foerderung/anlagen"),
)


def funding_tabs(current: str) -> list[Tab]:
    """Return the tabs; `current` is the address of the one shown."""
    return [Tab(label, href, is_current=href == current) for label, href in _TABS]
