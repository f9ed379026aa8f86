"""What was set of a workflow's inputs, the words prompts begin with, and which workflows somebody chose."""

import sqlalchemy as sa
from alembic import op

revision = "d2a94f60b7c8"
down_revision = "b2f09c5d17ae"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply the change. What came along paints whatever nobody chose another workflow for."""
    op.create_table(
        "prompttemplate",
        sa.Column("asset_type", sa.String(), nullable=False),
        sa.Column("template", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("asset_type"),
    )
    op.add_column("batch", sa.Column("inputs", sa.JSON(none_as_null=True), nullable=True))
    op.add_column("workflowdefault", sa.Column("is_chosen", sa.Boolean(), nullable=False, server_default=sa.true()))
    op.execute(
        sa.text(
            "update workflowdefault set is_chosen = false "
            "where workflow_id in (select id from workflow where is_built_in)"
        )
    )
    with op.batch_alter_table("workflowdefault", schema=None) as batch_op:
        batch_op.alter_column("is_chosen", server_default=None)


def downgrade() -> None:
    """Take the change back."""
    op.drop_column("workflowdefault", "is_chosen")
    op.drop_column("batch", "inputs")
    op.drop_table("prompttemplate")
