"""The bundle's documented cables, between nodes that are named by address and port."""

from sqlalchemy.ext.asyncio import AsyncSession

from netzwart.exchange.bundle_forms import Bundle, LinkRow
from netzwart.exchange.exporting_rows import Rows, Source, picked
from netzwart.exchange.references import References, named
from netzwart.exchange.upserting import Outcome, Wanted, upsert
from netzwart.network.tables import Node
from netzwart.network.topology_tables import DocumentedLink

_KEY = ["node_id", "interface", "remote_node_id", "remote_interface"]
_SAME_NODE = "Eine Verbindung führt von einem Knoten zu einem anderen."


async def place_links(
    session: AsyncSession, bundle: Bundle, refs: References, outcome: Outcome
) -> None:
    """Bring documented cables to what the bundle says; one may be written from either end."""
    if not bundle.links:
        return
    await refs.load("node", Node, ["address", "port"])
    known = {
        tuple(int(row[name]) if name.endswith("id") else row[name] for name in _KEY)
        for row in await Source(session).rows(DocumentedLink)
    }
    wanted: list[Wanted] = []
    for index, row in enumerate(bundle.links):
        path = ("links", index)
        ends = [
            refs.find("node", (address, port), (*path, field), "Den Knoten")
            for field, address, port in (
                ("address", row.address, row.port),
                ("remote_address", row.remote_address, row.remote_port),
            )
        ]
        near, far = ends
        if near is None or far is None:
            continue
        if near == far:
            outcome.fault((*path, "remote_address"), _SAME_NODE)
            continue
        key = (near, row.interface, far, row.remote_interface)
        turned = (far, row.remote_interface, near, row.interface)
        if turned in known:
            key = turned
        values = dict(zip(_KEY, key, strict=True)) | named(row, {"note": "note"})
        wanted.append(Wanted("links", path, _label(row), key, values))
    await upsert(session, DocumentedLink, _KEY, wanted, outcome)


def _label(row: LinkRow) -> str:
    ends = (
        f"{address} {port}".strip()
        for address, port in (
            (row.address, row.interface),
            (row.remote_address, row.remote_interface),
        )
    )
    return " – ".join(ends)


async def exported_links(source: Source) -> Rows:
    """Return every documented cable with its ends by address."""
    nodes = await source.by_id(Node)
    return [
        _end(nodes[int(row["node_id"])], "", row["interface"])
        | _end(nodes[int(row["remote_node_id"])], "remote_", row["remote_interface"])
        | picked(row, ("note",))
        for row in await source.rows(DocumentedLink)
    ]


def _end(node: dict[str, object], prefix: str, interface: str) -> dict[str, object]:
    return {
        f"{prefix}address": node["address"],
        f"{prefix}port": node["port"],
        f"{prefix}interface": interface,
    }
