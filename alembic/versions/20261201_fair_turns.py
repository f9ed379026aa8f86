"""When a game master was last served, and how to find their next batch, and earlier runs, without looking at all others."""

import sqlalchemy as sa
from alembic import op

revision = "b7d20c5a914e"
down_revision = "b3a9d5c07e18"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply the change."""
    op.add_column("account", sa.Column("last_turn", sa.BigInteger(), nullable=False, server_default="0"))
    with op.batch_alter_table("account", schema=None) as batch_op:
        batch_op.alter_column("last_turn", server_default=None)
    op.create_index("ix_batch_line", "batch", ["status", "requested_by", "rank", "id"], unique=False)
    op.create_index("ix_batch_list", "batch", ["game_session_id", "cleared_at", "rank", "id"], unique=False)
    op.create_index(
        "ix_batch_runs",
        "batch",
        ["workflow_id", "width", "height", "completed_at"],
        unique=False,
        sqlite_where=sa.text("status = 'ready'"),
    )
    op.drop_index("ix_batch_status", table_name="batch")
    op.drop_index("ix_batch_game_session_id", table_name="batch")


def downgrade() -> None:
    """Take the change back."""
    op.create_index("ix_batch_game_session_id", "batch", ["game_session_id"], unique=False)
    op.create_index("ix_batch_status", "batch", ["status"], unique=False)
    op.drop_index("ix_batch_runs", table_name="batch")
    op.drop_index("ix_batch_list", table_name="batch")
    op.drop_index("ix_batch_line", table_name="batch")
    with op.batch_alter_table("account", schema=None) as batch_op:
        batch_op.drop_column("last_turn")
