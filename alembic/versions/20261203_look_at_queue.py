"""A number for each change of a batch's status, and how to find the first rows of a long queue without reading the others."""

import sqlalchemy as sa
from alembic import op

revision = "f16c8a3d7e52"
down_revision = "f4a7d21c8e65"
branch_labels = None
depends_on = None

INDEXES = {
    "ix_batch_group": ["game_session_id", "cleared_at", "status", "rank", "id"],
    "ix_batch_ended": ["game_session_id", "cleared_at", "status", "change"],
    "ix_batch_marks": ["game_session_id", "cleared_at", "status", "entity_id"],
    "ix_batch_change": ["game_session_id", "change"],
    "ix_batch_shelf": ["world_id", "cleared_at", "status"],
}
ENDED_IN_ORDER = """
    update batch set change = ended.number
    from (
        select id, row_number() over (partition by game_session_id order by completed_at, id) as number
        from batch where cleared_at is null and completed_at is not null
    ) as ended
    where ended.id = batch.id
"""
COUNTED = """
    update gamesession set changes = coalesce(
        (select max(change) from batch where batch.game_session_id = gamesession.id), 0
    )
"""


def upgrade() -> None:
    """Apply the change. What is on a list now is numbered in the order in which it ended."""
    op.add_column("batch", sa.Column("change", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("gamesession", sa.Column("changes", sa.Integer(), nullable=False, server_default="0"))
    op.execute(ENDED_IN_ORDER)
    op.execute(COUNTED)
    with op.batch_alter_table("batch", schema=None) as batch_op:
        batch_op.alter_column("change", server_default=None)
    with op.batch_alter_table("gamesession", schema=None) as batch_op:
        batch_op.alter_column("changes", server_default=None)
    for name, columns in INDEXES.items():
        op.create_index(name, "batch", columns, unique=False)
    op.drop_index("ix_batch_world_id", table_name="batch")


def downgrade() -> None:
    """Take the change back."""
    op.create_index("ix_batch_world_id", "batch", ["world_id"], unique=False)
    for name in INDEXES:
        op.drop_index(name, table_name="batch")
    with op.batch_alter_table("gamesession", schema=None) as batch_op:
        batch_op.drop_column("changes")
    with op.batch_alter_table("batch", schema=None) as batch_op:
        batch_op.drop_column("change")
