"""add access checks and poll log."""

import sqlalchemy as sa
from alembic import op

from netzwart.database import columns

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Remember checks of access, SSH keys that nodes showed, and the last polls."""
    op.create_table(
        "access_check",
        sa.Column("id", columns.Id(), nullable=False),
        sa.Column("created_at", columns.UtcDateTime(), nullable=False),
        sa.Column("changed_at", columns.UtcDateTime(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("node_id", columns.Id(), nullable=False),
        sa.Column("credential_id", columns.Id(), nullable=False),
        sa.Column("requested_by", sa.String(length=120), nullable=False),
        sa.Column("finished_at", columns.UtcDateTime(), nullable=True),
        sa.Column(
            "outcome",
            sa.Enum(
                "opened",
                "no_answer",
                "refused",
                "authentication_failed",
                "malformed_reply",
                "host_key_unknown",
                "host_key_changed",
                "not_usable",
                name="access_outcome",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=True,
        ),
        sa.Column("detail", sa.String(length=500), nullable=False),
        sa.Column("duration_ms", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["credential_id"],
            ["credential.id"],
            name=op.f("fk_access_check_credential_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["node_id"], ["node.id"], name=op.f("fk_access_check_node_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_access_check")),
    )
    with op.batch_alter_table("access_check", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_access_check_changed_at"), ["changed_at"], unique=False
        )
        batch_op.create_index(
            "ix_access_check_credential_id", ["credential_id", "id"], unique=False
        )
        batch_op.create_index("ix_access_check_node_id", ["node_id", "id"], unique=False)

    op.create_table(
        "host_key",
        sa.Column("id", columns.Id(), nullable=False),
        sa.Column("created_at", columns.UtcDateTime(), nullable=False),
        sa.Column("changed_at", columns.UtcDateTime(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("node_id", columns.Id(), nullable=False),
        sa.Column("line", sa.String(length=3000), nullable=False),
        sa.Column("fingerprint", sa.String(length=60), nullable=False),
        sa.Column("last_seen_at", columns.UtcDateTime(), nullable=False),
        sa.Column("accepted_at", columns.UtcDateTime(), nullable=True),
        sa.Column("accepted_by", sa.String(length=80), nullable=True),
        sa.ForeignKeyConstraint(
            ["node_id"], ["node.id"], name=op.f("fk_host_key_node_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_host_key")),
        sa.UniqueConstraint("node_id", "line", name=op.f("uq_host_key_node_id_line")),
    )
    with op.batch_alter_table("host_key", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_host_key_changed_at"), ["changed_at"], unique=False)

    with op.batch_alter_table("node", schema=None) as batch_op:
        batch_op.add_column(sa.Column("ssh_platform", sa.String(length=80), nullable=True))
        batch_op.add_column(sa.Column("readings_at", columns.UtcDateTime(), nullable=True))
        batch_op.add_column(sa.Column("poll_cause", sa.String(length=12), nullable=True))
        batch_op.add_column(sa.Column("poll_log", sa.LargeBinary(), nullable=True))


def downgrade() -> None:
    """Forget them."""
    with op.batch_alter_table("node", schema=None) as batch_op:
        batch_op.drop_column("poll_log")
        batch_op.drop_column("poll_cause")
        batch_op.drop_column("readings_at")
        batch_op.drop_column("ssh_platform")

    with op.batch_alter_table("host_key", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_host_key_changed_at"))

    op.drop_table("host_key")
    with op.batch_alter_table("access_check", schema=None) as batch_op:
        batch_op.drop_index("ix_access_check_node_id")
        batch_op.drop_index("ix_access_check_credential_id")
        batch_op.drop_index(batch_op.f("ix_access_check_changed_at"))

    op.drop_table("access_check")
