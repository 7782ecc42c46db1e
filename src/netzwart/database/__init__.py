"""Engine, sessions, one-transaction rule, column types and the words for broken constraints."""

from netzwart.database.columns import (
    Id,
    JsonValue,
    Money,
    Quantity,
    Rate,
    Record,
    UnitPrice,
    UtcDateTime,
    choice,
    json_object,
    link,
    table_of,
)
from netzwart.database.engine import Database, DbSession, provide_session
from netzwart.database.messages import explain, register_messages
from netzwart.database.upserting import insert_into

__all__ = [
    "Database",
    "DbSession",
    "Id",
    "JsonValue",
    "Money",
    "Quantity",
    "Rate",
    "Record",
    "UnitPrice",
    "UtcDateTime",
    "choice",
    "explain",
    "insert_into",
    "json_object",
    "link",
    "provide_session",
    "register_messages",
    "table_of",
]
