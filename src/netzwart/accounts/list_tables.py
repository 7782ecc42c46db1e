"""How somebody likes their lists: filters kept under a name, and the columns they want to see."""

from typing import Any

from sqlalchemy import Column, UniqueConstraint
from sqlmodel import Field

from netzwart.database import JsonValue, Record, link, register_messages

MESSAGES = {
    "uq_saved_view_user_id_list_name_name": (
        "name",
        "Eine Ansicht mit diesem Namen gibt es schon.",
    ),
}
register_messages(MESSAGES)


class SavedView(Record, table=True):
    """A list's address kept under a name."""

    __table_args__ = (UniqueConstraint("user_id", "list_name", "name"),)

    user_id: int = link("user_account.id", index=False)
    list_name: str = Field(max_length=40)
    name: str = Field(max_length=60)
    query: str = Field(default="", max_length=1000)
    """The part of the address behind the question mark, without the page."""
    is_shared: bool = False
    """Offered to everybody who may see the list; what they see in it is theirs to see."""


class ListColumns(Record, table=True):
    """The columns somebody chose for a list."""

    __table_args__ = (UniqueConstraint("user_id", "list_name"),)

    user_id: int = link("user_account.id", index=False)
    list_name: str = Field(max_length=40)
    columns: list[Any] = Field(default_factory=list, sa_column=Column(JsonValue, nullable=False))
