"""Ask shells beside SNMP: when, with which patience, and which parts only they name."""

import sqlalchemy as sa
from alembic import op

from netzwart.database import columns

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "shell_reading",
        sa.Column("id", columns.Id(), nullable=False),
        sa.Column("created_at", columns.UtcDateTime(), nullable=False),
        sa.Column("changed_at", columns.UtcDateTime(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("node_id", columns.Id(), nullable=False),
        sa.Column("due_at", columns.UtcDateTime(), nullable=False),
        sa.Column("read_at", columns.UtcDateTime(), nullable=True),
        sa.Column("duration_ms", sa.Integer(), nullable=True),
        sa.Column("error", sa.String(length=300), nullable=True),
        sa.ForeignKeyConstraint(
            ["node_id"], ["node.id"], name=op.f("fk_shell_reading_node_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shell_reading")),
        sa.UniqueConstraint("node_id", name=op.f("uq_shell_reading_node_id")),
    )
    with op.batch_alter_table("shell_reading", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_shell_reading_changed_at"), ["changed_at"], unique=False
        )
        batch_op.create_index("ix_shell_reading_due_at", ["due_at"], unique=False)

    with op.batch_alter_table("component", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("source", sa.String(length=10), nullable=False, server_default="snmp")
        )

    with op.batch_alter_table("credential", schema=None) as batch_op:
        batch_op.add_column(sa.Column("read_timeout_s", sa.Integer(), nullable=True))
        batch_op.add_column(
            sa.Column("fast_cli", sa.Boolean(), nullable=False, server_default=sa.true())
        )

    # Rows that were there have their values; new ones say theirs.
    with op.batch_alter_table("component", schema=None) as batch_op:
        batch_op.alter_column("source", server_default=None)
    with op.batch_alter_table("credential", schema=None) as batch_op:
        batch_op.alter_column("fast_cli", server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("credential", schema=None) as batch_op:
        batch_op.drop_column("fast_cli")
        batch_op.drop_column("read_timeout_s")

    with op.batch_alter_table("component", schema=None) as batch_op:
        batch_op.drop_column("source")

    with op.batch_alter_table("shell_reading", schema=None) as batch_op:
        batch_op.drop_index("ix_shell_reading_due_at")
        batch_op.drop_index(batch_op.f("ix_shell_reading_changed_at"))

    op.drop_table("shell_reading")
