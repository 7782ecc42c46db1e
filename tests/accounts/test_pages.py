"""The pages about accounts, by the people who may and may not see them."""

import pytest

from tests.cast import Cast
from tests.client import Site

ADMINISTRATION = [
    "/verwaltung/benutzer",
    "/verwaltung/benutzer/neu",
    "/verwaltung/token",
    "/verwaltung/protokoll",
]


@pytest.mark.parametrize("path", ADMINISTRATION)
async def test_administration_is_shown_to_admins(site: Site, cast: Cast, path: str):
    page = await site.as_(cast.admin).get(path)
    assert page.status_code == 200
