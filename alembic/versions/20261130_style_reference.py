"""Style references: what a batch takes its style from, what a picture took it from, and whose is whose by default."""

import sqlalchemy as sa
from alembic import op

revision = "b2f09c5d17ae"
down_revision = "8c14d6e7f2b3"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply the change."""
    op.create_table(
        "lineage",
        sa.Column("asset_id", sa.Uuid(), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("source_id", sa.Uuid(), nullable=True),
        sa.Column("label", sa.String(), nullable=False),
        sa.Column("use", sa.String(length=32), nullable=False),
        sa.Column("taker", sa.String(), nullable=False),
        sa.Column("strength", sa.Float(), nullable=True),
        sa.ForeignKeyConstraint(["asset_id"], ["asset.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["source_id"], ["asset.id"], ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("asset_id", "ordinal"),
    )
    with op.batch_alter_table("lineage", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_lineage_source_id"), ["source_id"], unique=False)
    with op.batch_alter_table("batch", schema=None) as batch_op:
        batch_op.add_column(sa.Column("style", sa.JSON(none_as_null=True), nullable=True))
    for table in ("character", "location"):
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.add_column(sa.Column("style_reference_id", sa.Uuid(), nullable=True))
            batch_op.create_foreign_key(
                f"fk_{table}_style_reference", "asset", ["style_reference_id"], ["id"], ondelete="SET NULL"
            )


def downgrade() -> None:
    """Take the change back."""
    for table in ("location", "character"):
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.drop_constraint(f"fk_{table}_style_reference", type_="foreignkey")
            batch_op.drop_column("style_reference_id")
    with op.batch_alter_table("batch", schema=None) as batch_op:
        batch_op.drop_column("style")
    op.drop_table("lineage")
