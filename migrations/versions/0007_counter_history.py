"""counter history."""

import sqlalchemy as sa
from alembic import op

from netzwart.database import columns

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Give samples no key and no moments of their own; nothing has written any before."""
    op.drop_table("poll_sample")
    op.create_table(
        "poll_sample",
        sa.Column("node_id", columns.Id(), nullable=False),
        sa.Column("taken_at", columns.UtcDateTime(), nullable=False),
        sa.Column("packed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["node_id"], ["node.id"], name=op.f("fk_poll_sample_node_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("node_id", "taken_at", name=op.f("pk_poll_sample")),
    )
    op.create_table(
        "counter_rollup",
        sa.Column("node_id", columns.Id(), nullable=False),
        sa.Column(
            "period",
            sa.Enum(
                "hour",
                "day",
                name="rollup_period",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("starts_at", columns.UtcDateTime(), nullable=False),
        sa.Column("packed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["node_id"], ["node.id"], name=op.f("fk_counter_rollup_node_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("node_id", "period", "starts_at", name=op.f("pk_counter_rollup")),
    )


def downgrade() -> None:
    """Take the former table back, empty."""
    op.drop_table("counter_rollup")
    op.drop_table("poll_sample")
    op.create_table(
        "poll_sample",
        sa.Column("id", columns.Id(), nullable=False),
        sa.Column("created_at", columns.UtcDateTime(), nullable=False),
        sa.Column("changed_at", columns.UtcDateTime(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("node_id", columns.Id(), nullable=False),
        sa.Column("taken_at", columns.UtcDateTime(), nullable=False),
        sa.Column("packed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["node_id"], ["node.id"], name=op.f("fk_poll_sample_node_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_poll_sample")),
        sa.UniqueConstraint("node_id", "taken_at", name=op.f("uq_poll_sample_node_id_taken_at")),
    )
    op.create_index(op.f("ix_poll_sample_changed_at"), "poll_sample", ["changed_at"])
