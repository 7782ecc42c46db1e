"""Amendments, messages to the authority, submitted proofs, and what e-invoices bring along."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.types import TypeEngine

from netzwart.database import columns

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_SHARE_KEYS = "'pupils', 'rooms', 'devices', 'ports', 'equal', 'manual'"
_IS_FORMAT = "format IN ('typed', 'ubl', 'cii', 'hybrid_pdf')"
_RETAINED = (
    "CAST(retained AS NUMERIC) = 0"
    " OR (CAST(retained AS NUMERIC) > 0 AND retained_until IS NOT NULL)"
)
_COLUMNS: list[tuple[str, str, TypeEngine, str]] = [
    (
        "cost_share",
        "share_key",
        sa.String(32),
        f"CONSTRAINT ck_cost_share_share_key CHECK (share_key IN ({_SHARE_KEYS}))",
    ),
    ("cost_share", "weighted_on", sa.Date(), ""),
    ("drawdown", "basis", columns.JsonValue, "DEFAULT '{}' NOT NULL"),
    ("grant_notice", "reason", sa.String(1000), "DEFAULT '' NOT NULL"),
    ("grant_notice", "changes", columns.JsonValue, "DEFAULT '{}' NOT NULL"),
    ("invoice", "service_from", sa.Date(), ""),
    ("invoice", "stated_total", columns.Money(), ""),
    ("invoice", "retained_until", sa.Date(), ""),
    (
        "invoice",
        "retained",
        columns.Money(),
        f"DEFAULT 0 NOT NULL CONSTRAINT ck_invoice_retained CHECK ({_RETAINED})",
    ),
    (
        "invoice",
        "format",
        sa.String(32),
        f"DEFAULT 'typed' NOT NULL CONSTRAINT ck_invoice_invoice_format CHECK ({_IS_FORMAT})",
    ),
    ("invoice_line", "net", columns.Money(), ""),
]


def upgrade() -> None:
    """Add columns in place: a table made anew would lose the triggers that refuse deletion."""
    dialect = op.get_bind().dialect
    for table, name, kind, more in _COLUMNS:
        kind_text = kind.compile(dialect=dialect)
        op.execute(f"ALTER TABLE {table} ADD COLUMN {name} {kind_text} {more}".rstrip())
    _create_links()
    op.create_table(
        "proof_submission",
        sa.Column("id", columns.Id(), nullable=False),
        sa.Column("created_at", columns.UtcDateTime(), nullable=False),
        sa.Column("changed_at", columns.UtcDateTime(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("grant_id", columns.Id(), nullable=False),
        sa.Column("submitted_on", sa.Date(), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("document_sha256", sa.String(length=64), nullable=True),
        sa.Column("figures", columns.JsonValue, nullable=False),
        sa.ForeignKeyConstraint(
            ["grant_id"],
            ["funding_grant.id"],
            name=op.f("fk_proof_submission_grant_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_proof_submission")),
    )
    with op.batch_alter_table("proof_submission", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_proof_submission_changed_at"), ["changed_at"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_proof_submission_grant_id"), ["grant_id"], unique=False
        )

    op.create_table(
        "incidental_cost",
        sa.Column("id", columns.Id(), nullable=False),
        sa.Column("created_at", columns.UtcDateTime(), nullable=False),
        sa.Column("changed_at", columns.UtcDateTime(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("line_id", columns.Id(), nullable=False),
        sa.Column("device_line_id", columns.Id(), nullable=False),
        sa.CheckConstraint("line_id <> device_line_id", name=op.f("ck_incidental_cost_other_line")),
        sa.ForeignKeyConstraint(
            ["device_line_id"],
            ["invoice_line.id"],
            name=op.f("fk_incidental_cost_device_line_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["line_id"],
            ["invoice_line.id"],
            name=op.f("fk_incidental_cost_line_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_incidental_cost")),
        sa.UniqueConstraint(
            "line_id", "device_line_id", name=op.f("uq_incidental_cost_line_id_device_line_id")
        ),
    )
    with op.batch_alter_table("incidental_cost", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_incidental_cost_changed_at"), ["changed_at"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_incidental_cost_device_line_id"), ["device_line_id"], unique=False
        )

    op.create_table(
        "authority_message",
        sa.Column("id", columns.Id(), nullable=False),
        sa.Column("created_at", columns.UtcDateTime(), nullable=False),
        sa.Column("changed_at", columns.UtcDateTime(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("grant_id", columns.Id(), nullable=False),
        sa.Column(
            "occasion",
            sa.Enum(
                "other_grants",
                "costs_changed",
                "purpose_changed",
                "purpose_unreachable",
                "money_unspent",
                "object_not_used",
                name="message_occasion",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("sent_on", sa.Date(), nullable=True),
        sa.Column("text", sa.String(length=2000), nullable=False),
        sa.Column("device_id", columns.Id(), nullable=True),
        sa.Column("document_id", columns.Id(), nullable=True),
        sa.CheckConstraint(
            "due_on IS NOT NULL OR sent_on IS NOT NULL", name=op.f("ck_authority_message_order")
        ),
        sa.ForeignKeyConstraint(
            ["device_id"],
            ["device.id"],
            name=op.f("fk_authority_message_device_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["document_id"],
            ["document.id"],
            name=op.f("fk_authority_message_document_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["grant_id"],
            ["funding_grant.id"],
            name=op.f("fk_authority_message_grant_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_authority_message")),
    )
    with op.batch_alter_table("authority_message", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_authority_message_changed_at"), ["changed_at"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_authority_message_device_id"), ["device_id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_authority_message_document_id"), ["document_id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_authority_message_grant_id"), ["grant_id"], unique=False
        )


def _create_links() -> None:
    op.create_table(
        "measure_support",
        sa.Column("id", columns.Id(), nullable=False),
        sa.Column("created_at", columns.UtcDateTime(), nullable=False),
        sa.Column("changed_at", columns.UtcDateTime(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("measure_id", columns.Id(), nullable=False),
        sa.Column("supports_id", columns.Id(), nullable=False),
        sa.CheckConstraint("measure_id <> supports_id", name=op.f("ck_measure_support_other")),
        sa.ForeignKeyConstraint(
            ["measure_id"],
            ["measure.id"],
            name=op.f("fk_measure_support_measure_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["supports_id"],
            ["measure.id"],
            name=op.f("fk_measure_support_supports_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_measure_support")),
        sa.UniqueConstraint(
            "measure_id", "supports_id", name=op.f("uq_measure_support_measure_id_supports_id")
        ),
    )
    op.create_index("ix_measure_support_changed_at", "measure_support", ["changed_at"])
    op.create_index("ix_measure_support_supports_id", "measure_support", ["supports_id"])
    op.create_table(
        "order_share",
        sa.Column("id", columns.Id(), nullable=False),
        sa.Column("created_at", columns.UtcDateTime(), nullable=False),
        sa.Column("changed_at", columns.UtcDateTime(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("order_line_id", columns.Id(), nullable=False),
        sa.Column("measure_id", columns.Id(), nullable=False),
        sa.Column("weight", columns.Quantity(), nullable=False),
        sa.CheckConstraint("weight > 0", name=op.f("ck_order_share_weight")),
        sa.ForeignKeyConstraint(
            ["order_line_id"],
            ["order_line.id"],
            name=op.f("fk_order_share_order_line_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["measure_id"],
            ["measure.id"],
            name=op.f("fk_order_share_measure_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_order_share")),
        sa.UniqueConstraint(
            "order_line_id", "measure_id", name=op.f("uq_order_share_order_line_id_measure_id")
        ),
    )
    op.create_index("ix_order_share_changed_at", "order_share", ["changed_at"])
    op.create_index("ix_order_share_measure_id", "order_share", ["measure_id"])


def downgrade() -> None:
    """Forget what was added."""
    for table in (
        "authority_message",
        "incidental_cost",
        "measure_support",
        "order_share",
        "proof_submission",
    ):
        op.drop_table(table)
    for table, name, _, _ in reversed(_COLUMNS):
        op.execute(f"ALTER TABLE {table} DROP COLUMN {name}")
