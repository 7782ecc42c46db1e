"""Refuse to delete what the record rests on, and to change what was claimed or issued."""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

KEPT = (
    "device",
    "sighting",
    "payment",
    "issued_document",
    "audit_event",
    "device_event",
    "relocation",
    "document",
    "ledger_entry",
    "day_seal",
)
FROZEN = ("sighting", "issued_document", "audit_event", "device_event", "relocation", "day_seal")


def upgrade() -> None:
    for table in KEPT:
        _refuse(table, "DELETE")
    for table in FROZEN:
        _refuse(table, "UPDATE")


def _refuse(table: str, act: str) -> None:
    name = f"{table}_refuses_{act.lower()}"
    if op.get_bind().dialect.name == "sqlite":
        op.execute(
            f"CREATE TRIGGER {name} BEFORE {act} ON {table} "
            f"BEGIN SELECT RAISE(ABORT, '{table} refuses {act}'); END"
        )
        return
    op.execute(
        f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{table} refuses {act}'; END $$"
    )
    op.execute(
        f"CREATE TRIGGER {name} BEFORE {act} ON {table} FOR EACH ROW EXECUTE FUNCTION {name}()"
    )


def downgrade() -> None:
    postgres = op.get_bind().dialect.name != "sqlite"
    for act, tables in (("DELETE", KEPT), ("UPDATE", FROZEN)):
        for table in tables:
            name = f"{table}_refuses_{act.lower()}"
            op.execute(f"DROP TRIGGER {name} ON {table}" if postgres else f"DROP TRIGGER {name}")
            if postgres:
                op.execute(f"DROP FUNCTION {name}()")
