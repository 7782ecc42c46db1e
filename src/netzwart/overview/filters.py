"""What a reader of the device list asked for: from an address to checked values, and back."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from urllib.parse import urlencode

from netzwart.errors import InvalidInputError
from netzwart.evidence.rules import EvidenceClass
from netzwart.inventory.tables import DeviceCategory, DeviceStatus

SORTS = ("number", "-number", "changed", "-changed", "model", "-model", "school", "-school")
LONGEST_SEARCH = 200
MOST_WORDS = 6
_LARGEST_ID = 2**63 - 1


class BadFilterError(InvalidInputError):
    """The address asks for something that this list does not know."""

    status = 400


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceFilters:
    """The device list's filters; None is not given."""

    q: str = ""
    school: int | None = None
    room: int | None = None
    category: DeviceCategory | None = None
    status: DeviceStatus | None = None
    model: int | None = None
    evidence: EvidenceClass | None = None
    grant: int | None = None
    sort: str = "number"
    cursor: str | None = None

    @property
    def words(self) -> tuple[str, ...]:
        """Return what to search for, in lower case."""
        return tuple(self.q.lower().split()[:MOST_WORDS])

    @property
    def is_narrowed(self) -> bool:
        """Return whether any filter is set."""
        return any(
            getattr(self, each.name) not in {None, ""}
            for each in fields(self)
            if each.name not in {"sort", "cursor"}
        )

    def query(self, **changes: object) -> str:
        """Return the query string of this list with some parts changed, `?…` or nothing.

        Changing anything starts at the first page.
        """
        changed = replace(self, **{"cursor": None, **changes})  # pyright: ignore[reportArgumentType] - names are checked by replace
        pairs = [
            (each.name, str(value))
            for each in fields(changed)
            if (value := getattr(changed, each.name)) not in {None, ""}
            and (each.name, value) != ("sort", "number")
        ]
        return f"?{urlencode(pairs)}" if pairs else ""


def read_filters(pairs: Iterable[tuple[str, str]]) -> DeviceFilters:
    """Return the filters an address asks for; empty parameters count as not given.

    Raises:
        BadFilterError: names every parameter that is unknown or has an unknown value.
    """
    given = {name: value.strip() for name, value in pairs}
    known = {each.name for each in fields(DeviceFilters)}
    errors = {
        name: f"Den Filter „{name[:40]}“ gibt es nicht."
        for name, value in given.items()
        if value and name not in known
    }
    values: dict[str, object] = {}
    for name, read in _READERS.items():
        text = given.get(name, "")
        if not text:
            continue
        try:
            values[name] = read(text)
        except ValueError:
            errors[name] = f"Der Filter „{_LABELS[name]}“ kennt den Wert „{text[:40]}“ nicht."
    if errors:
        raise BadFilterError("Diese Filter passen nicht zur Geräteliste.", errors)
    return DeviceFilters(**values)  # pyright: ignore[reportArgumentType] - each reader gives its field's type


def _id(text: str) -> int:
    if not (text.isascii() and text.isdigit()) or len(text) > 19 or int(text) > _LARGEST_ID:  # noqa: PLR2004 - digits of 2**63
        raise ValueError(text)
    return int(text)


def _search(text: str) -> str:
    if "\x00" in text or len(text) > LONGEST_SEARCH:
        raise ValueError(text)
    return text


def _sort(text: str) -> str:
    if text not in SORTS:
        raise ValueError(text)
    return text


_READERS = {
    "q": _search,
    "school": _id,
    "room": _id,
    "category": DeviceCategory,
    "status": DeviceStatus,
    "model": _id,
    "evidence": EvidenceClass,
    "grant": _id,
    "sort": _sort,
    "cursor": str,
}
_LABELS: Mapping[str, str] = {
    "q": "Suchen",
    "school": "Schule",
    "room": "Raum",
    "category": "Art",
    "status": "Status",
    "model": "Modell",
    "evidence": "Nachweis",
    "grant": "Zuwendung",
    "sort": "Sortierung",
    "cursor": "Seite",
}


_API_NAMES: Mapping[str, str] = {"school": "school_id", "room": "room_id", "model": "model_id"}
_API_SORTS: Mapping[str, str] = {
    "changed": "changed_at", "number": "inventory_number", "model": "", "school": "",
}  # fmt: skip
_API_KNOWS = ("q", "school", "room", "model", "status")


def api_query(filters: DeviceFilters) -> str:
    """Return the same question for `/api/v1/devices`, `?…` or nothing.

    What the API does not know (kind, evidence, grant) is left out, so that it may give more.
    """
    pairs = [
        (_API_NAMES.get(name, name), str(value))
        for name in _API_KNOWS
        if (value := getattr(filters, name)) not in {None, ""}
    ]
    direction = "-" if filters.sort.startswith("-") else ""
    if sort := _API_SORTS[filters.sort.removeprefix("-")]:
        pairs.append(("sort", f"{direction}{sort}"))
    return f"?{urlencode(pairs)}" if pairs else ""


def sort_head(filters: DeviceFilters, base: str, label: str, key: str) -> Mapping[str, object]:
    """Return a table heading that sorts by `key`, and turns the order when it does already."""
    is_up, is_down = filters.sort == key, filters.sort == f"-{key}"
    wanted = f"-{key}" if is_up else key
    head: dict[str, object] = {"label": label, "sort_href": base + filters.query(sort=wanted)}
    if is_up or is_down:
        head["sorted"] = "ascending" if is_up else "descending"
    return head


def count_text(number: int, most: int, *, is_narrowed: bool) -> str:
    """Return how many devices a list has, in words; above `most` nobody counted."""
    if number > most:
        return f"mehr als {most:,} Geräte".replace(",", ".")
    word = "Gerät" if number == 1 else "Geräte"
    shown = f"{number:,}".replace(",", ".")
    return f"{shown} {word} gefunden" if is_narrowed else f"{shown} {word}"


def choice_label(choices: Sequence[tuple[object, str]], value: object) -> str | None:
    """Return the words of the chosen value, None if nothing is chosen."""
    return next((label for key, label in choices if key == value), None)
