"""bring in lists, keep views."""

import sqlalchemy as sa
from alembic import op

from netzwart.database import columns

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "import_profile",
        sa.Column("id", columns.Id(), nullable=False),
        sa.Column("created_at", columns.UtcDateTime(), nullable=False),
        sa.Column("changed_at", columns.UtcDateTime(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("supplier_id", columns.Id(), nullable=True),
        sa.Column("settings", columns.JsonValue, nullable=False),
        sa.ForeignKeyConstraint(
            ["supplier_id"],
            ["supplier.id"],
            name=op.f("fk_import_profile_supplier_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_profile")),
        sa.UniqueConstraint("name", name=op.f("uq_import_profile_name")),
    )
    with op.batch_alter_table("import_profile", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_import_profile_changed_at"), ["changed_at"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_import_profile_supplier_id"), ["supplier_id"], unique=False
        )

    op.create_table(
        "import_run",
        sa.Column("id", columns.Id(), nullable=False),
        sa.Column("created_at", columns.UtcDateTime(), nullable=False),
        sa.Column("changed_at", columns.UtcDateTime(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "list",
                "bulk",
                name="import_kind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("file_name", sa.String(length=200), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("sheet", columns.JsonValue, nullable=False),
        sa.Column("settings", columns.JsonValue, nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "mapping",
                "planning",
                "planned",
                "broken",
                "applying",
                "applied",
                "undoing",
                "undone",
                name="import_state",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("stage", sa.String(length=100), nullable=False),
        sa.Column("percent", sa.Integer(), nullable=False),
        sa.Column("plan_id", sa.String(length=32), nullable=True),
        sa.Column("counts", columns.JsonValue, nullable=False),
        sa.Column("problems", columns.JsonValue, nullable=False),
        sa.Column("scope", columns.JsonValue, nullable=False),
        sa.Column("user_id", columns.Id(), nullable=True),
        sa.Column("actor", sa.String(length=200), nullable=False),
        sa.Column("actor_name", sa.String(length=200), nullable=False),
        sa.Column("applied_at", columns.UtcDateTime(), nullable=True),
        sa.Column("undone_at", columns.UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["user_account.id"],
            name=op.f("fk_import_run_user_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_run")),
    )
    with op.batch_alter_table("import_run", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_import_run_changed_at"), ["changed_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_import_run_state"), ["state"], unique=False)
        batch_op.create_index(batch_op.f("ix_import_run_user_id"), ["user_id"], unique=False)

    op.create_table(
        "list_columns",
        sa.Column("id", columns.Id(), nullable=False),
        sa.Column("created_at", columns.UtcDateTime(), nullable=False),
        sa.Column("changed_at", columns.UtcDateTime(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("user_id", columns.Id(), nullable=False),
        sa.Column("list_name", sa.String(length=40), nullable=False),
        sa.Column("columns", columns.JsonValue, nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["user_account.id"],
            name=op.f("fk_list_columns_user_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_list_columns")),
        sa.UniqueConstraint("user_id", "list_name", name=op.f("uq_list_columns_user_id_list_name")),
    )
    with op.batch_alter_table("list_columns", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_list_columns_changed_at"), ["changed_at"], unique=False
        )

    op.create_table(
        "saved_view",
        sa.Column("id", columns.Id(), nullable=False),
        sa.Column("created_at", columns.UtcDateTime(), nullable=False),
        sa.Column("changed_at", columns.UtcDateTime(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("user_id", columns.Id(), nullable=False),
        sa.Column("list_name", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("query", sa.String(length=1000), nullable=False),
        sa.Column("is_shared", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["user_account.id"],
            name=op.f("fk_saved_view_user_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_view")),
        sa.UniqueConstraint(
            "user_id", "list_name", "name", name=op.f("uq_saved_view_user_id_list_name_name")
        ),
    )
    with op.batch_alter_table("saved_view", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_saved_view_changed_at"), ["changed_at"], unique=False)

    op.create_table(
        "import_row",
        sa.Column("id", columns.Id(), nullable=False),
        sa.Column("created_at", columns.UtcDateTime(), nullable=False),
        sa.Column("changed_at", columns.UtcDateTime(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("run_id", columns.Id(), nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("action", sa.String(length=10), nullable=False),
        sa.Column("label", sa.String(length=200), nullable=False),
        sa.Column("device_id", columns.Id(), nullable=True),
        sa.Column("changes", columns.JsonValue, nullable=False),
        sa.Column("faults", columns.JsonValue, nullable=False),
        sa.Column("before", columns.JsonValue, nullable=False),
        sa.Column("version_after", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["run_id"], ["import_run.id"], name=op.f("fk_import_row_run_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_row")),
        sa.UniqueConstraint("run_id", "line", name=op.f("uq_import_row_run_id_line")),
    )
    with op.batch_alter_table("import_row", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_import_row_changed_at"), ["changed_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_import_row_device_id"), ["device_id"], unique=False)
        batch_op.create_index(
            "ix_import_row_run_id_action_line", ["run_id", "action", "line"], unique=False
        )
    _let_undone_devices_go()


def _let_undone_devices_go() -> None:
    """Let a device be deleted by undoing the import that created it, if nothing changed it since.

    Foreign keys refuse whatever something refers to; decision 0056.
    """
    undone = (
        "EXISTS (SELECT 1 FROM import_row JOIN import_run ON import_run.id = import_row.run_id"
        " WHERE import_row.device_id = OLD.id AND import_row.action = 'create'"
        " AND import_run.state = 'undoing' AND import_row.version_after = OLD.version)"
    )
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TRIGGER device_refuses_delete")
        op.execute(
            f"CREATE TRIGGER device_refuses_delete BEFORE DELETE ON device WHEN NOT {undone} "
            "BEGIN SELECT RAISE(ABORT, 'device refuses DELETE'); END"
        )
        return
    op.execute(
        "CREATE OR REPLACE FUNCTION device_refuses_delete() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN IF {undone} THEN RETURN OLD; END IF; "
        "RAISE EXCEPTION 'device refuses DELETE'; END $$"
    )


def _keep_every_device() -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TRIGGER device_refuses_delete")
        op.execute(
            "CREATE TRIGGER device_refuses_delete BEFORE DELETE ON device "
            "BEGIN SELECT RAISE(ABORT, 'device refuses DELETE'); END"
        )
        return
    op.execute(
        "CREATE OR REPLACE FUNCTION device_refuses_delete() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'device refuses DELETE'; END $$"
    )


def downgrade() -> None:
    _keep_every_device()
    with op.batch_alter_table("import_row", schema=None) as batch_op:
        batch_op.drop_index("ix_import_row_run_id_action_line")
        batch_op.drop_index(batch_op.f("ix_import_row_device_id"))
        batch_op.drop_index(batch_op.f("ix_import_row_changed_at"))

    op.drop_table("import_row")
    with op.batch_alter_table("saved_view", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_saved_view_changed_at"))

    op.drop_table("saved_view")
    with op.batch_alter_table("list_columns", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_list_columns_changed_at"))

    op.drop_table("list_columns")
    with op.batch_alter_table("import_run", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_import_run_user_id"))
        batch_op.drop_index(batch_op.f("ix_import_run_state"))
        batch_op.drop_index(batch_op.f("ix_import_run_changed_at"))

    op.drop_table("import_run")
    with op.batch_alter_table("import_profile", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_import_profile_supplier_id"))
        batch_op.drop_index(batch_op.f("ix_import_profile_changed_at"))

    op.drop_table("import_profile")
