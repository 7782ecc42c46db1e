"""The journal of rows that may change: the database writes it itself, by triggers.

A trigger misses no way of writing: not the ORM's, not a bulk statement's, not a hand at the
database's own prompt. What is at fault shows as a row that is not what its last entry says.
"""

# ruff: noqa: S608 - names come from the catalogue below and from the database's own tables

from collections.abc import Iterator, Sequence
from typing import Final

from sqlalchemy import Connection, inspect, text

from netzwart.ledger.verifier import LAST_ENTRIES, journal_faults, sqlite_object

JOURNALED = (
    "funding_grant",
    "grant_notice",
    "rule_override",
    "grant_tranche",
    "plan_position",
    "funding_source",
    "measure",
    "purchase_order",
    "order_line",
    "delivery",
    "delivery_line",
    "delivered_serial",
    "invoice",
    "invoice_line",
    "invoiced_serial",
    "cost_share",
    "payment",
    "drawdown",
    "income",
    "clawback",
    "disposal",
    "finding",
)
"""Money, what proves it was delivered, and what people decided."""

_ACTS = (("insert", "NEW"), ("update", "NEW"), ("delete", "OLD"))
_CHUNK = 5000
_SQLITE_NOW: Final = "strftime('%Y-%m-%d %H:%M:%f', 'now') || '000'"
_POSTGRES_NOW: Final = "clock_timestamp()"
_POSTGRES_FUNCTION: Final = """
CREATE OR REPLACE FUNCTION keep_journal() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'UPDATE' AND NEW IS NOT DISTINCT FROM OLD THEN
    RETURN NULL;
  END IF;
  INSERT INTO journal_entry (subject, row_id, act, content, created_at, changed_at, version)
  SELECT TG_TABLE_NAME, row.id, lower(TG_OP), row.content, {now}, {now}, 1
  FROM (SELECT CASE WHEN TG_OP = 'DELETE' THEN OLD.id ELSE NEW.id END AS id,
               CASE WHEN TG_OP = 'DELETE' THEN to_jsonb(OLD) ELSE to_jsonb(NEW) END::text
               AS content) AS row;
  RETURN NULL;
END $$
"""


def keep_journal(connection: Connection, now: str | None = None) -> None:
    """Let the database journal every table anew, and note rows that differ from their last entry.

    Runs with each upgrade: a migration may have added columns, and on SQLite it rebuilds tables,
    which loses their triggers.

    Args:
        connection: The database.
        now: The SQL that says what time it is; None is the database's own clock, and so it is in
            every installation. Only a simulation, whose database is its own, brings another.
    """
    is_sqlite = connection.dialect.name == "sqlite"
    told = now or (_SQLITE_NOW if is_sqlite else _POSTGRES_NOW)
    if not is_sqlite:
        connection.exec_driver_sql(_POSTGRES_FUNCTION.replace("{now}", told))
    present = set(inspect(connection).get_table_names())
    subjects = [subject for subject in JOURNALED if subject in present]
    for subject in subjects:
        if is_sqlite:
            _trigger_sqlite(connection, subject, told)
        else:
            _trigger_postgres(connection, subject)
    act = "begin" if _is_empty(connection) else "migration"
    for subject in subjects:
        _catch_up(connection, subject, act, told)


def stop_journal(connection: Connection) -> None:
    """Take the triggers away, for a downgrade."""
    for subject in JOURNALED:
        if connection.dialect.name == "sqlite":
            for act, _ in _ACTS:
                connection.execute(text(f"DROP TRIGGER IF EXISTS journal_{subject}_{act}"))
        else:
            connection.execute(text(f"DROP TRIGGER IF EXISTS journal_{subject} ON {subject}"))
    if connection.dialect.name != "sqlite":
        connection.execute(text("DROP FUNCTION IF EXISTS keep_journal()"))


def differences(connection: Connection) -> Iterator[str]:
    """Say in German which rows are not what the journal says they are."""
    for subject in JOURNALED:
        present = told_rows(connection, subject)
        entries = connection.execute(text(LAST_ENTRIES), {"subject": subject})
        yield from journal_faults(subject, present, map(tuple, entries))


def told_rows(connection: Connection, subject: str) -> dict[int, str]:
    """Return each row of a table as JSON in the database's own words, by id."""
    if connection.dialect.name == "sqlite":
        told = sqlite_object(_columns(connection, subject), "t")
    else:
        told = "to_jsonb(t)::text"
    found = connection.execute(text(f"SELECT t.id, {told} FROM {subject} t"))
    return {row[0]: row[1] for row in found}


def _columns(connection: Connection, subject: str) -> Sequence[str]:
    return [column["name"] for column in inspect(connection).get_columns(subject)]


def _trigger_sqlite(connection: Connection, subject: str, now: str) -> None:
    columns = _columns(connection, subject)
    new, old = sqlite_object(columns, "NEW"), sqlite_object(columns, "OLD")
    for act, row in _ACTS:
        name = f"journal_{subject}_{act}"
        content = new if row == "NEW" else old
        changed = f"WHEN {new} IS NOT {old} " if act == "update" else ""
        connection.execute(text(f"DROP TRIGGER IF EXISTS {name}"))
        connection.exec_driver_sql(
            f"CREATE TRIGGER {name} AFTER {act.upper()} ON {subject} {changed}BEGIN "
            "INSERT INTO journal_entry"
            " (subject, row_id, act, content, created_at, changed_at, version)"
            f" VALUES ('{subject}', {row}.id, '{act}', {content}, {now}, {now}, 1); END"
        )


def _trigger_postgres(connection: Connection, subject: str) -> None:
    connection.execute(text(f"DROP TRIGGER IF EXISTS journal_{subject} ON {subject}"))
    connection.execute(
        text(
            f"CREATE TRIGGER journal_{subject} AFTER INSERT OR UPDATE OR DELETE ON {subject} "
            "FOR EACH ROW EXECUTE FUNCTION keep_journal()"
        )
    )


def _is_empty(connection: Connection) -> bool:
    return connection.execute(text("SELECT 1 FROM journal_entry LIMIT 1")).first() is None


def _catch_up(connection: Connection, subject: str, act: str, now: str) -> None:
    known = {row[0]: row[2] for row in connection.execute(text(LAST_ENTRIES), {"subject": subject})}
    rows = [
        {"subject": subject, "row_id": row_id, "act": act, "content": told}
        for row_id, told in told_rows(connection, subject).items()
        if known.get(row_id) != told
    ]
    statement = text(
        "INSERT INTO journal_entry (subject, row_id, act, content, created_at, changed_at, version)"
        f" VALUES (:subject, :row_id, :act, :content, {now}, {now}, 1)"
    )
    for start in range(0, len(rows), _CHUNK):
        connection.execute(statement, rows[start : start + _CHUNK])
