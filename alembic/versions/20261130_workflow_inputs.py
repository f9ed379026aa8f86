"""What was set of a workflow's inputs, and the words prompts begin with."""

import sqlalchemy as sa
from alembic import op

revision = "d2a94f60b7c8"
down_revision = "b2f09c5d17ae"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply the change."""
    op.create_table(
        "prompttemplate",
        sa.Column("asset_type", sa.String(), nullable=False),
        sa.Column("template", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("asset_type"),
    )
    op.add_column("batch", sa.Column("inputs", sa.JSON(none_as_null=True), nullable=True))


def downgrade() -> None:
    """Take the change back."""
    op.drop_column("batch", "inputs")
    op.drop_table("prompttemplate")
