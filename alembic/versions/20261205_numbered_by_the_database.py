"""The database numbers the changes of batches by itself, whoever makes them."""

from alembic import op

revision = "2d7be41c9a06"
down_revision = "9c3e07f5b1d2"
branch_labels = None
depends_on = None

NUMBER = """begin
    update gamesession set changes = changes + 1 where id = new.game_session_id;
    update batch set change = (select changes from gamesession where id = new.game_session_id) where id = new.id;
    end"""
TRIGGERS = {
    "batch_new": f"after insert on batch {NUMBER}",
    "batch_changed": f"after update of status on batch when new.status <> old.status {NUMBER}",
}


def upgrade() -> None:
    """Apply the change."""
    for name, does in TRIGGERS.items():
        op.execute(f"create trigger {name} {does}")


def downgrade() -> None:
    """Take the change back."""
    for name in TRIGGERS:
        op.execute(f"drop trigger {name}")
