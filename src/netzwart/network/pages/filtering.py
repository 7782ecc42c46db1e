"""What the address of the node list says, checked."""

import base64
import binascii
import json
from dataclasses import dataclass
from urllib.parse import urlencode

from netzwart.errors import InvalidInputError
from netzwart.network.labels import CATEGORIES, STATES
from netzwart.network.queries import NodeFilter

_LONGEST_SEARCH = 100


@dataclass(frozen=True, slots=True)
class NodeListAddress:
    """The query string of the node list."""

    school: str = ""
    state: str = ""
    category: str = ""
    q: str = ""
    cursor: str = ""

    def narrowing(self) -> NodeFilter:
        """Return what the list is narrowed to.

        Raises:
            InvalidInputError: a value that no filter offers.
        """
        problems: dict[str, str] = {}
        if self.school and not (self.school.isascii() and self.school.isdigit()):
            problems["school"] = "Diese Schule gibt es nicht."
        if self.state and self.state not in STATES:
            problems["state"] = "Diesen Zustand gibt es nicht."
        if self.category and self.category not in CATEGORIES:
            problems["category"] = "Diese Art gibt es nicht."
        if len(self.q) > _LONGEST_SEARCH or len(self.school) > len(str(2**62)):
            problems["q"] = "Der Suchtext ist zu lang."
        if problems:
            raise InvalidInputError("Der Filter ist nicht zu verstehen.", problems)
        return NodeFilter(
            school_id=int(self.school) if self.school else None,
            state=self.state or None,
            category=self.category or None,
            q=self.q.strip() or None,
        )

    def after(self) -> tuple[str, int] | None:
        """Return name and id of the row before the first one wanted.

        Raises:
            InvalidInputError: this is no cursor of ours.
        """
        if not self.cursor:
            return None
        try:
            name, last_id = json.loads(base64.urlsafe_b64decode(self.cursor.encode()))
            return str(name), int(last_id)
        except (ValueError, TypeError, binascii.Error) as error:
            raise InvalidInputError(
                "Diese Seite der Liste gibt es nicht mehr.", {"cursor": "unbekannt"}
            ) from error

    def href(self, cursor: str = "") -> str:
        """Return the address of this list from a cursor on."""
        given = {
            "school": self.school,
            "state": self.state,
            "category": self.category,
            "q": self.q,
            "cursor": cursor,
        }
        query = urlencode({name: value for name, value in given.items() if value})
        return f"/netz?{query}" if query else "/netz"


def cursor_after(name: str, row_id: int) -> str:
    """Return the cursor of the rows after this one."""
    return base64.urlsafe_b64encode(json.dumps([name, row_id]).encode()).decode()


def index_after(text: str) -> int | None:
    """Return the ifIndex that the address of a node's page names; None where it names none.

    Raises:
        InvalidInputError: it is no ifIndex (RFC 2863: 1 to 2147483647).
    """
    if not text:
        return None
    if not (text.isascii() and text.isdigit()) or not 0 < int(text[:11]) < 2**31:
        raise InvalidInputError("Diese Seite der Portliste gibt es nicht.", {"after": "unbekannt"})
    return int(text)
