"""keep invoiced serials."""

import sqlalchemy as sa
from alembic import op

from netzwart.database import columns

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Keep the serial numbers that e-invoices name for their pieces."""
    op.create_table(
        "invoiced_serial",
        sa.Column("id", columns.Id(), nullable=False),
        sa.Column("created_at", columns.UtcDateTime(), nullable=False),
        sa.Column("changed_at", columns.UtcDateTime(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("invoice_line_id", columns.Id(), nullable=False),
        sa.Column("serial", sa.String(length=120), nullable=False),
        sa.Column("serial_normalised", sa.String(length=120), nullable=True),
        sa.ForeignKeyConstraint(
            ["invoice_line_id"],
            ["invoice_line.id"],
            name=op.f("fk_invoiced_serial_invoice_line_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invoiced_serial")),
        sa.UniqueConstraint(
            "invoice_line_id", "serial", name=op.f("uq_invoiced_serial_invoice_line_id_serial")
        ),
    )
    with op.batch_alter_table("invoiced_serial", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_invoiced_serial_changed_at"), ["changed_at"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_invoiced_serial_serial_normalised"), ["serial_normalised"], unique=False
        )


def downgrade() -> None:
    """Forget them."""
    with op.batch_alter_table("invoiced_serial", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_invoiced_serial_serial_normalised"))
        batch_op.drop_index(batch_op.f("ix_invoiced_serial_changed_at"))
    op.drop_table("invoiced_serial")
