"""index device lists and search."""

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_NEW = {
    "ix_device_school_id_inventory_number": ["school_id", "inventory_number", "id"],
    "ix_device_search": ["inventory_number", "id", "school_id", "search_text"],
}
_OLD = {
    "ix_device_school_id": ["school_id"],
    "ix_device_search_text": ["search_text", "id"],
}


def upgrade() -> None:
    """Answer a school's list and the search from one index each, without the rows."""
    for name in _OLD:
        op.drop_index(name, "device")
    for name, columns in _NEW.items():
        op.create_index(name, "device", columns)


def downgrade() -> None:
    """Take the former indexes back."""
    for name in _NEW:
        op.drop_index(name, "device")
    for name, columns in _OLD.items():
        op.create_index(name, "device", columns)
