"""ComfyUI's address and settings, and whether the queue is paused."""

import sqlalchemy as sa
from alembic import op

revision = "c41d5f0be2a7"
down_revision = "a7e78ab7aa9b"
branch_labels = None
depends_on = None

COLUMNS = (
    "comfyui_url",
    "environment_url",
    "comfyui_headers",
    "environment_headers",
    "verify_tls",
    "uses_simulator",
    "config",
    "is_queue_paused",
)
CONFIG = (
    '{"max_retries": 3, "base_delay_seconds": 5, "queue_timeout_seconds": 30, "history_timeout_seconds": 10, '
    '"image_timeout_seconds": 60, "stall_timeout_seconds": 900}'
)


def upgrade() -> None:
    """Apply the change. The row that may be there needs values; later ones get theirs from the model."""
    with op.batch_alter_table("servermemory", schema=None) as batch_op:
        batch_op.add_column(sa.Column("comfyui_url", sa.String(), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("environment_url", sa.String(), nullable=False, server_default=""))
        batch_op.add_column(
            sa.Column("comfyui_headers", sa.JSON(none_as_null=True), nullable=False, server_default="{}")
        )
        batch_op.add_column(
            sa.Column("environment_headers", sa.JSON(none_as_null=True), nullable=False, server_default="[]")
        )
        batch_op.add_column(sa.Column("verify_tls", sa.Boolean(), nullable=False, server_default=sa.true()))
        batch_op.add_column(sa.Column("uses_simulator", sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.add_column(sa.Column("config", sa.JSON(none_as_null=True), nullable=False, server_default=CONFIG))
        batch_op.add_column(sa.Column("is_queue_paused", sa.Boolean(), nullable=False, server_default=sa.false()))
    with op.batch_alter_table("servermemory", schema=None) as batch_op:
        for column in COLUMNS:
            batch_op.alter_column(column, server_default=None)


def downgrade() -> None:
    """Take the change back."""
    with op.batch_alter_table("servermemory", schema=None) as batch_op:
        for column in COLUMNS:
            batch_op.drop_column(column)
