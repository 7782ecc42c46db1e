"""What the lists of purchases show around their rows."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from litestar.plugins.htmx import HTMXRequest
from sqlalchemy.ext.asyncio import AsyncSession

from netzwart.accounts.actors import Actor, Right
from netzwart.funding.pages.tabs import funding_tabs
from netzwart.funding.queries import list_grant_choices, list_suppliers
from netzwart.funding.queries.listing import PurchaseFilters, read_purchase_filters


def filters_of(request: HTMXRequest, missing: Mapping[str, str]) -> PurchaseFilters:
    """Return the filters of the address."""
    return read_purchase_filters(request.query_params.multi_items(), missing)


def list_context(
    base: str, actor: Actor, filters: PurchaseFilters, found: tuple[Sequence[Any], str | None]
) -> dict[str, Any]:
    """Return what the table of a list needs."""
    rows, cursor = found
    return {
        "rows": rows,
        "filters": filters,
        "base": base,
        "next_href": base + filters.query(cursor=cursor) if cursor else None,
        "first_href": base + filters.query() if filters.cursor else None,
        "may_edit": actor.may(Right.EDIT_FUNDING),
        "sorted_by": partial(_head, base, filters),
    }


async def filter_context(
    session: AsyncSession, actor: Actor, base: str, missing: Mapping[str, str]
) -> dict[str, Any]:
    """Return what the whole page needs beside its table: tabs and the choices of the filters."""
    return {
        "tabs": funding_tabs(base),
        "supplier_choices": await list_suppliers(session),
        "grant_choices": await list_grant_choices(session, actor),
        "missing_choices": list(missing.items()),
    }


def _head(base: str, filters: PurchaseFilters, label: str, key: str) -> dict[str, object]:
    is_up, is_down = filters.sort == key, filters.sort == f"-{key}"
    wanted = f"-{key}" if is_up else key
    head: dict[str, object] = {"label": label, "sort_href": base + filters.query(sort=wanted)}
    if is_up or is_down:
        head["sorted"] = "ascending" if is_up else "descending"
    return head
