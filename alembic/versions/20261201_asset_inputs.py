"""A picture keeps what was set of its workflow's inputs: its batch may be gone, or was painted elsewhere."""

import sqlalchemy as sa
from alembic import op

revision = "e83b1c5a9d40"
down_revision = "b7d20c5a914e"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply the change."""
    op.add_column("asset", sa.Column("inputs", sa.JSON(none_as_null=True), nullable=True))
    op.execute("update asset set inputs = (select batch.inputs from batch where batch.id = asset.batch_id)")


def downgrade() -> None:
    """Take the change back."""
    op.drop_column("asset", "inputs")
