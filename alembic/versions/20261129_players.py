"""Players at a table."""

import sqlalchemy as sa
from alembic import op

revision = "5e2b7c90d4f1"
down_revision = "c41d5f0be2a7"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply the change."""
    op.create_table(
        "player",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("game_session_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("secret_fingerprint", sa.String(), nullable=False),
        sa.Column("joined_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["game_session_id"], ["gamesession.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("player", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_player_game_session_id"), ["game_session_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_player_secret_fingerprint"), ["secret_fingerprint"], unique=True)


def downgrade() -> None:
    """Take the change back."""
    op.drop_table("player")
