"""What is on the stage of a game session, and which seats see it."""

import sqlalchemy as sa
from alembic import op

revision = "b3a9d5c07e18"
down_revision = "d2a94f60b7c8"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply the change."""
    op.create_table(
        "stagepiece",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("game_session_id", sa.Uuid(), nullable=False),
        sa.Column("asset_id", sa.Uuid(), nullable=False),
        sa.Column("part", sa.String(length=32), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("is_for_all", sa.Boolean(), nullable=False),
        sa.Column("put_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["game_session_id"], ["gamesession.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["asset_id"], ["asset.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("game_session_id", "part", "asset_id", name="uq_stagepiece_picture"),
    )
    with op.batch_alter_table("stagepiece", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_stagepiece_asset_id"), ["asset_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_stagepiece_game_session_id"), ["game_session_id"], unique=False)
    op.create_table(
        "stagesight",
        sa.Column("piece_id", sa.Uuid(), nullable=False),
        sa.Column("player_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["piece_id"], ["stagepiece.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["player_id"], ["player.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("piece_id", "player_id"),
    )
    with op.batch_alter_table("stagesight", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_stagesight_player_id"), ["player_id"], unique=False)


def downgrade() -> None:
    """Take the change back."""
    op.drop_table("stagesight")
    op.drop_table("stagepiece")
