"""Tags and a rating for pictures, and a list by tag that the database keeps from what the pictures say."""

import sqlalchemy as sa
from alembic import op

revision = "4f6a2d81c0b7"
down_revision = "e83b1c5a9d40"
branch_labels = None
depends_on = None

TRIGGERS = {
    "asset_tags_new": """after insert on asset when new.tags <> '[]' begin
    insert into assettag (asset_id, name, world_id, created_at, batch_index)
    select new.id, tag.value, new.world_id, new.created_at, new.batch_index from json_each(new.tags) as tag;
    end""",
    "asset_tags_changed": """after update of tags, world_id on asset
    when new.tags <> old.tags or new.world_id <> old.world_id begin
    delete from assettag where asset_id = new.id;
    insert into assettag (asset_id, name, world_id, created_at, batch_index)
    select new.id, tag.value, new.world_id, new.created_at, new.batch_index from json_each(new.tags) as tag;
    end""",
}


def upgrade() -> None:
    """Apply the change."""
    op.add_column("asset", sa.Column("rating", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("asset", sa.Column("tags", sa.JSON(none_as_null=True), nullable=False, server_default="[]"))
    op.create_table(
        "assettag",
        sa.Column("asset_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("world_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("batch_index", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["asset_id"], ["asset.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("asset_id", "name"),
    )
    op.create_index("ix_assettag_gallery", "assettag", ["world_id", "name", "created_at", "batch_index", "asset_id"])
    for name, does in TRIGGERS.items():
        op.execute(f"create trigger {name} {does}")


def downgrade() -> None:
    """Take the change back."""
    for name in TRIGGERS:
        op.execute(f"drop trigger {name}")
    op.drop_table("assettag")
    op.drop_column("asset", "tags")
    op.drop_column("asset", "rating")
