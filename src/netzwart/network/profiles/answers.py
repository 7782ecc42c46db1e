"""What was asked of a device and what it answered, so that reading the answers needs no wire."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from netzwart.network.profiles.cleaning import (
    DESCRIPTION_LIMIT,
    integer_of,
    text_of,
    whole_index,
)
from netzwart.network.protocols.replies import Index, Oid, SnmpValue

SYSTEM = "1.3.6.1.2.1.1"
SYS_DESCR = Oid(f"{SYSTEM}.1.0")
SYS_OBJECT_ID = Oid(f"{SYSTEM}.2.0")
SYS_UP_TIME = Oid(f"{SYSTEM}.3.0")
SYS_NAME = Oid(f"{SYSTEM}.5.0")
SYS_LOCATION = Oid(f"{SYSTEM}.6.0")
SYSTEM_SCALARS = (SYS_DESCR, SYS_OBJECT_ID, SYS_UP_TIME, SYS_NAME, SYS_LOCATION)
"""Source: SNMPv2-MIB (RFC 3418)."""

_NOTHING: Mapping[Index, SnmpValue] = {}


@dataclass(frozen=True, slots=True)
class Questions:
    """Instances to get and columns to walk, each once, in the order first asked."""

    scalars: tuple[Oid, ...] = ()
    columns: tuple[Oid, ...] = ()

    @classmethod
    def joined(cls, several: Iterable["Questions"]) -> "Questions":
        """Return all questions of several askers without repeating one."""
        scalars: dict[Oid, None] = {}
        columns: dict[Oid, None] = {}
        for questions in several:
            scalars |= dict.fromkeys(questions.scalars)
            columns |= dict.fromkeys(questions.columns)
        return cls(tuple(scalars), tuple(columns))


@dataclass(frozen=True, slots=True)
class Answers:
    """A device's replies: instances by OID, columns by OID and index."""

    scalars: Mapping[Oid, SnmpValue] = field(default_factory=dict[Oid, SnmpValue])
    columns: Mapping[Oid, Mapping[Index, SnmpValue]] = field(
        default_factory=dict[Oid, Mapping[Index, SnmpValue]]
    )

    def scalar(self, oid: str) -> SnmpValue | None:
        """Return one instance's value, or None if the device has it not."""
        return self.scalars.get(Oid(oid))

    def column(self, oid: str) -> Mapping[Index, SnmpValue]:
        """Return one column's values by index; empty if the device has it not."""
        return self.columns.get(Oid(oid), _NOTHING)

    def text(self, oid: str) -> str | None:
        """Return one instance as clean text."""
        return text_of(self.scalar(oid))

    def rows(self, *columns: str) -> list[Index]:
        """Return the indexes that any of the columns has, in numeric order."""
        seen: dict[Index, None] = {}
        for column in columns:
            seen |= dict.fromkeys(self.column(column))
        return sorted(seen, key=whole_index)

    def cell(self, column: str, index: Index) -> SnmpValue | None:
        """Return one value of a table."""
        return self.column(column).get(index)

    def cell_text(self, column: str, index: Index) -> str | None:
        """Return one value of a table as clean text."""
        return text_of(self.cell(column, index))

    def cell_integer(self, column: str, index: Index) -> int | None:
        """Return one value of a table if it is an integer."""
        return integer_of(self.cell(column, index))

    @property
    def description(self) -> str:
        """Return sysDescr as one line."""
        return text_of(self.scalar(SYS_DESCR), DESCRIPTION_LIMIT) or ""

    @property
    def object_id(self) -> str:
        """Return sysObjectID without a leading dot."""
        return str(self.scalar(SYS_OBJECT_ID) or "").lstrip(".")

    @property
    def system_name(self) -> str | None:
        """Return sysName."""
        return self.text(SYS_NAME)


def is_below(oid: str, prefix: str) -> bool:
    """Return whether an OID is the prefix or lies in its subtree."""
    return oid == prefix or oid.startswith(f"{prefix}.")
