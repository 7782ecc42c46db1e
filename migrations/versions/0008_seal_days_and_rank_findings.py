"""seal days, journal money and decisions, rank findings."""

import sqlalchemy as sa
from alembic import op

from netzwart.database import columns
from netzwart.ledger.journal import keep_journal, stop_journal

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_ADDED = ("journal_entry", "ledger_segment", "erased_row")


def upgrade() -> None:
    """Make the ledger's tables and let the database keep the journal."""
    op.drop_table("ledger_entry")
    _make_tables()
    for table in _ADDED:
        _refuse(table, "DELETE")
        _refuse(table, "UPDATE")
    _allow_erasing_sightings()
    with op.batch_alter_table("finding") as batch:
        batch.add_column(sa.Column("amount", columns.Money(), nullable=True))
        batch.add_column(
            sa.Column("priority", sa.BigInteger(), nullable=False, server_default=sa.text("0"))
        )
        batch.add_column(
            sa.Column("effect", sa.String(length=500), nullable=False, server_default="")
        )
        batch.create_index("ix_finding_status_priority", ["status", "priority", "id"])
    op.add_column(
        "device_model", sa.Column("target_firmware", sa.String(length=120), nullable=True)
    )
    keep_journal(op.get_bind())


def _make_tables() -> None:
    op.create_table(
        "journal_entry",
        *_record(),
        sa.Column("subject", sa.String(length=60), nullable=False),
        sa.Column("row_id", sa.Integer(), nullable=False),
        sa.Column("act", sa.String(length=10), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_journal_entry"),
    )
    op.create_index("ix_journal_entry_changed_at", "journal_entry", ["changed_at"])
    op.create_index("ix_journal_entry_subject_row_id", "journal_entry", ["subject", "row_id", "id"])
    op.create_table(
        "ledger_segment",
        *_record(),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("subject", sa.String(length=60), nullable=False),
        sa.Column("part", sa.Integer(), nullable=False),
        sa.Column("columns", sa.String(length=2000), nullable=False),
        sa.Column("first_id", sa.Integer(), nullable=False),
        sa.Column("last_id", sa.Integer(), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("ids", sa.Text(), nullable=False),
        sa.Column("leaves", sa.LargeBinary(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_ledger_segment"),
        sa.UniqueConstraint("day", "subject", "part", name="uq_ledger_segment_day_subject_part"),
    )
    op.create_index("ix_ledger_segment_changed_at", "ledger_segment", ["changed_at"])
    op.create_table(
        "erased_row",
        *_record(),
        sa.Column("subject", sa.String(length=60), nullable=False),
        sa.Column("row_id", sa.Integer(), nullable=False),
        sa.Column("leaf_sha256", sa.String(length=64), nullable=False),
        sa.Column("retained_until", sa.Date(), nullable=False),
        sa.Column("reason", sa.String(length=300), nullable=False),
        sa.Column("erased_at", columns.UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_erased_row"),
        sa.UniqueConstraint("subject", "row_id", name="uq_erased_row_subject_row_id"),
    )
    op.create_index("ix_erased_row_changed_at", "erased_row", ["changed_at"])


def _record() -> list[sa.Column]:
    return [
        sa.Column("id", columns.Id(), nullable=False),
        sa.Column("created_at", columns.UtcDateTime(), nullable=False),
        sa.Column("changed_at", columns.UtcDateTime(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
    ]


def _is_sqlite() -> bool:
    return op.get_bind().dialect.name == "sqlite"


def _refuse(table: str, act: str) -> None:
    name = f"{table}_refuses_{act.lower()}"
    if _is_sqlite():
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


def _allow_erasing_sightings() -> None:
    """Let a sighting go whose hash stays behind: its last retention period has ended."""
    known = "EXISTS (SELECT 1 FROM erased_row WHERE subject = 'sighting' AND row_id = OLD.id)"
    if _is_sqlite():
        op.execute("DROP TRIGGER sighting_refuses_delete")
        op.execute(
            f"CREATE TRIGGER sighting_refuses_delete BEFORE DELETE ON sighting WHEN NOT {known} "
            "BEGIN SELECT RAISE(ABORT, 'sighting refuses DELETE'); END"
        )
        return
    op.execute(
        "CREATE OR REPLACE FUNCTION sighting_refuses_delete() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN IF {known} THEN RETURN OLD; END IF; "
        "RAISE EXCEPTION 'sighting refuses DELETE'; END $$"
    )


def downgrade() -> None:
    """Take the ledger away again."""
    stop_journal(op.get_bind())
    op.drop_column("device_model", "target_firmware")
    with op.batch_alter_table("finding") as batch:
        batch.drop_index("ix_finding_status_priority")
        for name in ("effect", "priority", "amount"):
            batch.drop_column(name)
    for table in _ADDED:
        op.drop_table(table)
        if not _is_sqlite():
            op.execute(f"DROP FUNCTION {table}_refuses_delete()")
            op.execute(f"DROP FUNCTION {table}_refuses_update()")
    _forbid_erasing_sightings()
    op.create_table(
        "ledger_entry",
        *_record(),
        sa.Column("at", columns.UtcDateTime(), nullable=False),
        sa.Column("subject_type", sa.String(length=60), nullable=False),
        sa.Column("subject_id", sa.Integer(), nullable=False),
        sa.Column("content_sha256", sa.String(length=64), nullable=False),
        sa.Column("sealed_on", sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_ledger_entry"),
        sa.UniqueConstraint(
            "subject_type",
            "subject_id",
            "content_sha256",
            name="uq_ledger_entry_subject_type_subject_id_content_sha256",
        ),
    )
    op.create_index("ix_ledger_entry_changed_at", "ledger_entry", ["changed_at"])
    op.create_index("ix_ledger_entry_sealed_on", "ledger_entry", ["sealed_on"])
    _restore_triggers_of_ledger_entry()


def _forbid_erasing_sightings() -> None:
    if _is_sqlite():
        op.execute("DROP TRIGGER sighting_refuses_delete")
        op.execute(
            "CREATE TRIGGER sighting_refuses_delete BEFORE DELETE ON sighting "
            "BEGIN SELECT RAISE(ABORT, 'sighting refuses DELETE'); END"
        )
        return
    op.execute(
        "CREATE OR REPLACE FUNCTION sighting_refuses_delete() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'sighting refuses DELETE'; END $$"
    )


def _restore_triggers_of_ledger_entry() -> None:
    if _is_sqlite():
        _refuse("ledger_entry", "DELETE")
        return
    # Its function outlived the table.
    op.execute(
        "CREATE TRIGGER ledger_entry_refuses_delete BEFORE DELETE ON ledger_entry "
        "FOR EACH ROW EXECUTE FUNCTION ledger_entry_refuses_delete()"
    )
