"""The device list's kept views as tabs."""

from collections.abc import Sequence

from netzwart.accounts.list_queries import KeptView
from netzwart.overview.filters import DeviceFilters
from netzwart.web.components import Tab

_BASE = "/geraete"


def view_tabs(views: Sequence[KeptView], filters: DeviceFilters) -> list[Tab]:
    """Return every view as a tab, „Alle“ first; none where nobody kept one."""
    if not views:
        return []
    here = filters.query()
    every = [Tab("Alle Geräte", _BASE, is_current=not here)]
    return every + [
        Tab(view.name, _BASE + view.query, is_current=here == view.query) for view in views
    ]
