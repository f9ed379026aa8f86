"""What was deleted and can still come back."""

import sqlalchemy as sa
from alembic import op

revision = "f4a7d21c8e65"
down_revision = "f47a0d92c6e3"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply the change."""
    op.create_table(
        "removal",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("world_id", sa.Uuid(), nullable=False),
        sa.Column("aside", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["world_id"], ["world.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_removal_world_id"), "removal", ["world_id"], unique=False)
    op.create_table(
        "removedfile",
        sa.Column("removal_id", sa.Uuid(), nullable=False),
        sa.Column("content_hash", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["removal_id"], ["removal.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("removal_id", "content_hash"),
    )
    op.create_index(op.f("ix_removedfile_content_hash"), "removedfile", ["content_hash"], unique=False)


def downgrade() -> None:
    """Take the change back."""
    op.drop_table("removedfile")
    op.drop_table("removal")
