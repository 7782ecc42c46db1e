"""Papers that are ordered and made by a worker, with how far they have come."""

import sqlalchemy as sa
from alembic import op

from netzwart.database import columns

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "paper_job",
        sa.Column("id", columns.Id(), nullable=False),
        sa.Column("created_at", columns.UtcDateTime(), nullable=False),
        sa.Column("changed_at", columns.UtcDateTime(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("grant_id", columns.Id(), nullable=True),
        sa.Column("school_id", columns.Id(), nullable=True),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("ordered_by", sa.String(length=200), nullable=False),
        sa.Column("ordered_by_name", sa.String(length=200), nullable=False),
        sa.Column("user_id", columns.Id(), nullable=True),
        sa.Column(
            "state",
            sa.Enum(
                "todo",
                "doing",
                "succeeded",
                "failed",
                name="paper_job_state",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("stage", sa.String(length=100), nullable=False),
        sa.Column("percent", sa.Integer(), nullable=False),
        sa.Column("problem", sa.String(length=1000), nullable=True),
        sa.Column("document_id", columns.Id(), nullable=True),
        sa.ForeignKeyConstraint(
            ["document_id"],
            ["issued_document.id"],
            name=op.f("fk_paper_job_document_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["grant_id"],
            ["funding_grant.id"],
            name=op.f("fk_paper_job_grant_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["school_id"], ["school.id"], name=op.f("fk_paper_job_school_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user_account.id"], name=op.f("fk_paper_job_user_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_paper_job")),
    )
    with op.batch_alter_table("paper_job", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_paper_job_changed_at"), ["changed_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_paper_job_document_id"), ["document_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_paper_job_grant_id"), ["grant_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_paper_job_school_id"), ["school_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_paper_job_user_id"), ["user_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("paper_job", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_paper_job_user_id"))
        batch_op.drop_index(batch_op.f("ix_paper_job_school_id"))
        batch_op.drop_index(batch_op.f("ix_paper_job_grant_id"))
        batch_op.drop_index(batch_op.f("ix_paper_job_document_id"))
        batch_op.drop_index(batch_op.f("ix_paper_job_changed_at"))

    op.drop_table("paper_job")
