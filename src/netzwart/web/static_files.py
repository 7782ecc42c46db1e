"""Serves the package's own static files; their addresses carry a hash, so browsers keep them."""

from litestar import Router
from litestar.datastructures import CacheControlHeader
from litestar.static_files import (
    create_static_files_router,  # pyright: ignore[reportUnknownVariableType] - bare PathLike
)

from netzwart.web.assets import STATIC_DIR, STATIC_URL

_ONE_YEAR_S = 31_536_000


def static_router() -> Router:
    """Return the router for `/static`; it is public, since the sign-in page needs it too."""
    return create_static_files_router(
        path=STATIC_URL,
        directories=[STATIC_DIR],
        cache_control=CacheControlHeader(public=True, max_age=_ONE_YEAR_S, immutable=True),
        opt={"public": True},
        name="static",
    )
