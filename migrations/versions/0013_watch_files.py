"""watch files, keep the accountants' assets."""

import sqlalchemy as sa
from alembic import op

from netzwart.database import columns

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Not by batch: SQLite would rebuild the table and lose the trigger that refuses deletion.
    op.add_column("document", sa.Column("checked_at", columns.UtcDateTime(), nullable=True))
    op.add_column(
        "document", sa.Column("is_damaged", sa.Boolean(), nullable=False, server_default=sa.false())
    )
    if op.get_bind().dialect.name == "postgresql":
        op.alter_column("document", "is_damaged", server_default=None)
    op.create_table(
        "asset_booking",
        sa.Column("id", columns.Id(), nullable=False),
        sa.Column("created_at", columns.UtcDateTime(), nullable=False),
        sa.Column("changed_at", columns.UtcDateTime(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("asset_number", sa.String(length=60), nullable=False),
        sa.Column("label", sa.String(length=300), nullable=False),
        sa.Column("cost", columns.Money(), nullable=False),
        sa.Column("booked_on", sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_asset_booking")),
        sa.UniqueConstraint("asset_number", name=op.f("uq_asset_booking_asset_number")),
    )
    with op.batch_alter_table("asset_booking", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_asset_booking_changed_at"), ["changed_at"])


def downgrade() -> None:
    op.drop_table("asset_booking")
    op.execute("ALTER TABLE document DROP COLUMN is_damaged")
    op.execute("ALTER TABLE document DROP COLUMN checked_at")
