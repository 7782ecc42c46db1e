"""relate nodes, discover ranges."""

import sqlalchemy as sa
from alembic import op

from netzwart.database import columns

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Keep neighbours with their history; add slow tables, documented links and discovery."""
    op.create_table(
        "discovery_run",
        sa.Column("id", columns.Id(), nullable=False),
        sa.Column("created_at", columns.UtcDateTime(), nullable=False),
        sa.Column("changed_at", columns.UtcDateTime(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("school_id", columns.Id(), nullable=False),
        sa.Column("ranges", sa.String(length=1000), nullable=False),
        sa.Column("port", sa.Integer(), nullable=False),
        sa.Column("credential_ids", columns.JsonValue, nullable=False),
        sa.Column("asks_silent", sa.Boolean(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "waiting",
                "running",
                "finished",
                "cancelled",
                "failed",
                name="discovery_state",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("requested_by", sa.String(length=120), nullable=False),
        sa.Column("started_at", columns.UtcDateTime(), nullable=True),
        sa.Column("finished_at", columns.UtcDateTime(), nullable=True),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("asked", sa.Integer(), nullable=False),
        sa.Column("alive", sa.Integer(), nullable=False),
        sa.Column("answered", sa.Integer(), nullable=False),
        sa.Column("known", sa.Integer(), nullable=False),
        sa.Column("proposed", sa.Integer(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("error", sa.String(length=300), nullable=True),
        sa.ForeignKeyConstraint(
            ["school_id"],
            ["school.id"],
            name=op.f("fk_discovery_run_school_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_discovery_run")),
    )
    with op.batch_alter_table("discovery_run", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_discovery_run_changed_at"), ["changed_at"], unique=False
        )
        batch_op.create_index(
            "ix_discovery_run_school_id_created_at", ["school_id", "created_at"], unique=False
        )

    op.create_table(
        "address_entry",
        sa.Column("id", columns.Id(), nullable=False),
        sa.Column("created_at", columns.UtcDateTime(), nullable=False),
        sa.Column("changed_at", columns.UtcDateTime(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("node_id", columns.Id(), nullable=False),
        sa.Column("address", sa.String(length=45), nullable=False),
        sa.Column("mac", sa.String(length=17), nullable=False),
        sa.Column("local_interface", sa.String(length=200), nullable=False),
        sa.Column("first_seen_at", columns.UtcDateTime(), nullable=False),
        sa.Column("last_seen_at", columns.UtcDateTime(), nullable=False),
        sa.Column("is_gone", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["node_id"], ["node.id"], name=op.f("fk_address_entry_node_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_address_entry")),
        sa.UniqueConstraint("node_id", "address", name=op.f("uq_address_entry_node_id_address")),
    )
    with op.batch_alter_table("address_entry", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_address_entry_address"), ["address"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_address_entry_changed_at"), ["changed_at"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_address_entry_mac"), ["mac"], unique=False)

    op.create_table(
        "discovered_node",
        sa.Column("id", columns.Id(), nullable=False),
        sa.Column("created_at", columns.UtcDateTime(), nullable=False),
        sa.Column("changed_at", columns.UtcDateTime(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("school_id", columns.Id(), nullable=False),
        sa.Column("run_id", columns.Id(), nullable=False),
        sa.Column("address", sa.String(length=45), nullable=False),
        sa.Column("port", sa.Integer(), nullable=False),
        sa.Column("credential_id", columns.Id(), nullable=True),
        sa.Column("profile", sa.String(length=80), nullable=True),
        sa.Column("category", sa.String(length=40), nullable=True),
        sa.Column("vendor", sa.String(length=120), nullable=True),
        sa.Column("model", sa.String(length=200), nullable=True),
        sa.Column("firmware", sa.String(length=120), nullable=True),
        sa.Column("serial", sa.String(length=120), nullable=True),
        sa.Column("serial_normalised", sa.String(length=120), nullable=True),
        sa.Column("sys_name", sa.String(length=255), nullable=True),
        sa.Column("sys_location", sa.String(length=255), nullable=True),
        sa.Column("first_seen_at", columns.UtcDateTime(), nullable=False),
        sa.Column("last_seen_at", columns.UtcDateTime(), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "open",
                "accepted",
                "joined",
                "ignored",
                name="proposal_status",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("decided_by", sa.String(length=120), nullable=False),
        sa.Column("decided_at", columns.UtcDateTime(), nullable=True),
        sa.Column("node_id", columns.Id(), nullable=True),
        sa.ForeignKeyConstraint(
            ["credential_id"],
            ["credential.id"],
            name=op.f("fk_discovered_node_credential_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["node_id"], ["node.id"], name=op.f("fk_discovered_node_node_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["run_id"],
            ["discovery_run.id"],
            name=op.f("fk_discovered_node_run_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["school_id"],
            ["school.id"],
            name=op.f("fk_discovered_node_school_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_discovered_node")),
        sa.UniqueConstraint("address", "port", name=op.f("uq_discovered_node_address_port")),
    )
    with op.batch_alter_table("discovered_node", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_discovered_node_changed_at"), ["changed_at"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_discovered_node_credential_id"), ["credential_id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_discovered_node_node_id"), ["node_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_discovered_node_run_id"), ["run_id"], unique=False)
        batch_op.create_index(
            "ix_discovered_node_school_id_status", ["school_id", "status"], unique=False
        )

    op.create_table(
        "documented_link",
        sa.Column("id", columns.Id(), nullable=False),
        sa.Column("created_at", columns.UtcDateTime(), nullable=False),
        sa.Column("changed_at", columns.UtcDateTime(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("node_id", columns.Id(), nullable=False),
        sa.Column("interface", sa.String(length=200), nullable=False),
        sa.Column("remote_node_id", columns.Id(), nullable=False),
        sa.Column("remote_interface", sa.String(length=200), nullable=False),
        sa.Column("note", sa.String(length=300), nullable=False),
        sa.CheckConstraint("node_id <> remote_node_id", name=op.f("ck_documented_link_ends")),
        sa.ForeignKeyConstraint(
            ["node_id"], ["node.id"], name=op.f("fk_documented_link_node_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["remote_node_id"],
            ["node.id"],
            name=op.f("fk_documented_link_remote_node_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_documented_link")),
        sa.UniqueConstraint(
            "node_id",
            "interface",
            "remote_node_id",
            "remote_interface",
            name="uq_documented_link_ends",
        ),
    )
    with op.batch_alter_table("documented_link", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_documented_link_changed_at"), ["changed_at"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_documented_link_remote_node_id"), ["remote_node_id"], unique=False
        )

    op.create_table(
        "forwarding_entry",
        sa.Column("id", columns.Id(), nullable=False),
        sa.Column("created_at", columns.UtcDateTime(), nullable=False),
        sa.Column("changed_at", columns.UtcDateTime(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("node_id", columns.Id(), nullable=False),
        sa.Column("mac", sa.String(length=17), nullable=False),
        sa.Column("vlan", sa.Integer(), nullable=False),
        sa.Column("local_interface", sa.String(length=200), nullable=False),
        sa.Column("first_seen_at", columns.UtcDateTime(), nullable=False),
        sa.Column("last_seen_at", columns.UtcDateTime(), nullable=False),
        sa.Column("is_gone", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["node_id"], ["node.id"], name=op.f("fk_forwarding_entry_node_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_forwarding_entry")),
        sa.UniqueConstraint(
            "node_id", "mac", "vlan", name=op.f("uq_forwarding_entry_node_id_mac_vlan")
        ),
    )
    with op.batch_alter_table("forwarding_entry", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_forwarding_entry_changed_at"), ["changed_at"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_forwarding_entry_mac"), ["mac"], unique=False)

    op.create_table(
        "topology_reading",
        sa.Column("id", columns.Id(), nullable=False),
        sa.Column("created_at", columns.UtcDateTime(), nullable=False),
        sa.Column("changed_at", columns.UtcDateTime(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("node_id", columns.Id(), nullable=False),
        sa.Column("due_at", columns.UtcDateTime(), nullable=False),
        sa.Column("read_at", columns.UtcDateTime(), nullable=True),
        sa.Column("duration_ms", sa.Integer(), nullable=True),
        sa.Column("chassis", sa.String(length=120), nullable=True),
        sa.Column("bridge_mac", sa.String(length=17), nullable=True),
        sa.Column("error", sa.String(length=300), nullable=True),
        sa.ForeignKeyConstraint(
            ["node_id"], ["node.id"], name=op.f("fk_topology_reading_node_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_topology_reading")),
        sa.UniqueConstraint("node_id", name=op.f("uq_topology_reading_node_id")),
    )
    with op.batch_alter_table("topology_reading", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_topology_reading_changed_at"), ["changed_at"], unique=False
        )
        batch_op.create_index("ix_topology_reading_due_at", ["due_at"], unique=False)

    with op.batch_alter_table("interface", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_interface_mac"), ["mac"], unique=False)

    with op.batch_alter_table("neighbour", schema=None) as batch_op:
        batch_op.add_column(sa.Column("first_seen_at", columns.UtcDateTime(), nullable=True))
        batch_op.add_column(sa.Column("is_gone", sa.Boolean(), nullable=True))
    op.execute("UPDATE neighbour SET first_seen_at = created_at, is_gone = false")
    with op.batch_alter_table("neighbour", schema=None) as batch_op:
        batch_op.alter_column("first_seen_at", nullable=False)
        batch_op.alter_column("is_gone", nullable=False)
        batch_op.drop_constraint(
            batch_op.f("uq_neighbour_node_id_local_interface_remote_chassis"), type_="unique"
        )
        batch_op.create_unique_constraint(
            batch_op.f("uq_neighbour_node_id_local_interface_remote_chassis_remote_name"),
            ["node_id", "local_interface", "remote_chassis", "remote_name"],
        )


def downgrade() -> None:
    """Forget all of it; neighbours are read anew."""
    op.execute("DELETE FROM neighbour")
    with op.batch_alter_table("neighbour", schema=None) as batch_op:
        batch_op.drop_constraint(
            batch_op.f("uq_neighbour_node_id_local_interface_remote_chassis_remote_name"),
            type_="unique",
        )
        batch_op.create_unique_constraint(
            batch_op.f("uq_neighbour_node_id_local_interface_remote_chassis"),
            ["node_id", "local_interface", "remote_chassis"],
        )
        batch_op.drop_column("is_gone")
        batch_op.drop_column("first_seen_at")

    with op.batch_alter_table("interface", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_interface_mac"))

    with op.batch_alter_table("topology_reading", schema=None) as batch_op:
        batch_op.drop_index("ix_topology_reading_due_at")
        batch_op.drop_index(batch_op.f("ix_topology_reading_changed_at"))

    op.drop_table("topology_reading")
    with op.batch_alter_table("forwarding_entry", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_forwarding_entry_mac"))
        batch_op.drop_index(batch_op.f("ix_forwarding_entry_changed_at"))

    op.drop_table("forwarding_entry")
    with op.batch_alter_table("documented_link", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_documented_link_remote_node_id"))
        batch_op.drop_index(batch_op.f("ix_documented_link_changed_at"))

    op.drop_table("documented_link")
    with op.batch_alter_table("discovered_node", schema=None) as batch_op:
        batch_op.drop_index("ix_discovered_node_school_id_status")
        batch_op.drop_index(batch_op.f("ix_discovered_node_run_id"))
        batch_op.drop_index(batch_op.f("ix_discovered_node_node_id"))
        batch_op.drop_index(batch_op.f("ix_discovered_node_credential_id"))
        batch_op.drop_index(batch_op.f("ix_discovered_node_changed_at"))

    op.drop_table("discovered_node")
    with op.batch_alter_table("address_entry", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_address_entry_mac"))
        batch_op.drop_index(batch_op.f("ix_address_entry_changed_at"))
        batch_op.drop_index(batch_op.f("ix_address_entry_address"))

    op.drop_table("address_entry")
    with op.batch_alter_table("discovery_run", schema=None) as batch_op:
        batch_op.drop_index("ix_discovery_run_school_id_created_at")
        batch_op.drop_index(batch_op.f("ix_discovery_run_changed_at"))

    op.drop_table("discovery_run")
