"""Files whose pictures were deleted are written down, until they are gone too."""

import sqlalchemy as sa
from alembic import op

revision = "f47a0d92c6e3"
down_revision = "4f6a2d81c0b7"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply the change."""
    op.create_table(
        "doomedfile", sa.Column("content_hash", sa.String(), nullable=False), sa.PrimaryKeyConstraint("content_hash")
    )


def downgrade() -> None:
    """Take the change back."""
    op.drop_table("doomedfile")
