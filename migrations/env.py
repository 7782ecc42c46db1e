"""Alembic's entry: knows every table, runs on both databases, over a connection handed to it."""

from alembic import context
from sqlalchemy import JSON

from netzwart.schema import every_table


def _is_ours(thing, name, kind, reflected, compare_to) -> bool:
    """Leave procrastinate's tables to procrastinate."""
    return not (kind == "table" and reflected and str(name).startswith("procrastinate"))


def _name_column_type(kind, thing, autogen) -> str | bool:
    """Write our own column types as `columns.Money()` instead of their full path."""
    if kind == "type" and isinstance(thing, JSON):
        return "columns.JsonValue"
    if kind == "type" and type(thing).__module__ == "netzwart.database.columns":
        return f"columns.{type(thing).__name__}()"
    if kind == "type" and type(thing).__name__ == "AutoString":
        return f"sa.String(length={thing.length})" if thing.length else "sa.String()"
    return False


connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=every_table(),
    render_as_batch=connection.dialect.name == "sqlite",
    compare_type=True,
    render_item=_name_column_type,
    include_object=_is_ours,
)
with context.begin_transaction():
    context.run_migrations()
