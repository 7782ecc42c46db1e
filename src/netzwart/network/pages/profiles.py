"""What netzwart knows about device families, and what each piece of that knowledge rests on."""

from dataclasses import dataclass

from litestar import Controller, get
from litestar.params import FromPath, FromQuery
from litestar.plugins.htmx import HTMXRequest
from litestar.response import Template

from netzwart.accounts.actors import Right
from netzwart.accounts.authentication import CurrentActor
from netzwart.accounts.guards import requires_network_reader
from netzwart.database import DbSession
from netzwart.errors import InvalidInputError, NotFoundError
from netzwart.network import labels, queries
from netzwart.network.profiles import evidence
from netzwart.network.profiles.loading import Knowledge, knowledge
from netzwart.network.profiles.schema import DeviceProfile

_LONGEST_SEARCH = 100
_NODES_SHOWN = 20


@dataclass(frozen=True, slots=True)
class ProfileRow:
    """One family in the list."""

    name: str
    title: str
    category: str
    quantities: int
    recordings: int
    has_shell: bool
    nodes: int


class ProfileController(Controller):
    """The profiles of this installation; they are files, so they are only read here."""

    path = "/netz/profile"
    guards = [requires_network_reader]  # noqa: RUF012 - Litestar reads a plain attribute

    @get()
    async def index(
        self,
        request: HTMXRequest,
        session: DbSession,
        actor: CurrentActor,
        q: FromQuery[str] = "",
        category: FromQuery[str] = "",
    ) -> Template:
        """List the families that are recognised, with how many nodes each has."""
        known = knowledge()
        nodes = await queries.count_nodes_by_profile(session, actor.scope(Right.READ_NETWORK))
        rows = rows_of(known, nodes, q, category)
        context = {
            "rows": rows,
            "q": q,
            "category": category,
            "categories": labels.CATEGORIES,
            "category_choices": _categories(known),
            "makers": len(known.enterprises),
        }
        fragment = "network/_profile_table.html" if request.htmx else "network/profiles.html"
        return Template(fragment, context=context)

    @get("/{name:str}")
    async def show(self, session: DbSession, actor: CurrentActor, name: FromPath[str]) -> Template:
        """Show how a family is recognised, what is read of it, and on which recordings."""
        profile = get_profile(knowledge(), name)
        scope = actor.scope(Right.READ_NETWORK)
        context = {
            "profile": profile,
            "title": profile.title or name,
            "quantity_words": [labels.QUANTITIES[one] for one in evidence.quantities_of(profile)],
            "recordings": evidence.recordings_of(name),
            "text": evidence.text_of_profile(name),
            "nodes": await queries.list_nodes_of_profile(session, scope, name, _NODES_SHOWN),
            "words": labels.QUANTITIES,
            "categories": labels.CATEGORIES,
        }
        return Template("network/profile.html", context=context)


def rows_of(known: Knowledge, nodes: dict[str, int], q: str, category: str) -> list[ProfileRow]:
    """Return the families that fit the filter, by name.

    Raises:
        InvalidInputError: a value that no filter offers.
    """
    if category and category not in dict(_categories(known)):
        raise InvalidInputError("Der Filter ist nicht zu verstehen.", {"category": "unbekannt"})
    if len(q) > _LONGEST_SEARCH:
        raise InvalidInputError("Der Filter ist nicht zu verstehen.", {"q": "zu lang"})
    wanted = q.strip().lower()
    rows = [
        _row(profile, nodes)
        for profile in known.profiles.values()
        if profile.match and (not category or profile.category == category)
    ]
    return sorted(
        (row for row in rows if wanted in f"{row.title} {row.name}".lower()),
        key=lambda row: row.title.lower(),
    )


def _row(profile: DeviceProfile, nodes: dict[str, int]) -> ProfileRow:
    return ProfileRow(
        name=profile.name,
        title=profile.title or profile.name,
        category=profile.category,
        quantities=len(evidence.quantities_of(profile)),
        recordings=len(evidence.recordings_of(profile.name)),
        has_shell=profile.ssh is not None,
        nodes=nodes.get(profile.name, 0),
    )


def _categories(known: Knowledge) -> list[tuple[str, str]]:
    used = {profile.category.value for profile in known.profiles.values() if profile.match}
    return [(name, word) for name, word in labels.CATEGORIES.items() if name in used]


def get_profile(known: Knowledge, name: str) -> DeviceProfile:
    """Return a profile by its name.

    Raises:
        NotFoundError: there is none.
    """
    if name not in known.profiles:
        raise NotFoundError("Dieses Geräteprofil gibt es nicht.")
    return known.profiles[name]
