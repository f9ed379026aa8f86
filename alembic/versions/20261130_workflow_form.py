"""The size a workflow paints in, and which of its inputs are shown."""

import sqlalchemy as sa
from alembic import op

revision = "8c14d6e7f2b3"
down_revision = "5e2b7c90d4f1"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply the change."""
    op.create_table(
        "workflowform",
        sa.Column("workflow_id", sa.Uuid(), nullable=False),
        sa.Column("width", sa.Integer(), nullable=True),
        sa.Column("height", sa.Integer(), nullable=True),
        sa.Column("shown", sa.JSON(none_as_null=True), nullable=False),
        sa.ForeignKeyConstraint(["workflow_id"], ["workflow.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("workflow_id"),
    )


def downgrade() -> None:
    """Take the change back."""
    op.drop_table("workflowform")
