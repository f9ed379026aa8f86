"""Finding pictures among ever so many: their words in full text, and an index for every question a gallery asks."""

import sqlalchemy as sa
from alembic import op

revision = "9c3e07f5b1d2"
down_revision = "f16c8a3d7e52"
branch_labels = None
depends_on = None

PLACE = ["created_at", "batch_index", "id"]
INDICES = {
    "ix_asset_number": (["entity_id", "asset_type", "number"], None),
    "ix_asset_newest": (["world_id", *PLACE], None),
    "ix_asset_gallery": (["world_id", "entity_id", *PLACE], None),
    "ix_asset_type": (["world_id", "asset_type", *PLACE], None),
    "ix_asset_gallery_type": (["world_id", "entity_id", "asset_type", *PLACE], None),
    "ix_asset_workflow": (["workflow_id", "world_id", *PLACE], None),
    "ix_asset_starred": (["world_id", *PLACE], "is_starred = 1"),
    "ix_asset_styled": (["world_id", *PLACE], "is_styled = 1"),
    "ix_asset_rated": (["world_id", *PLACE, "rating"], "rating != 0"),
    "ix_asset_rating": (["world_id", "rating", *PLACE], None),
}
FULL_TEXT = """
create virtual table picturewords using fts5 (
    subject, label, prompt, tags,
    content = '', columnsize = 0, prefix = '1 2 3', tokenize = 'unicode61 remove_diacritics 2'
)"""
# A full text without content of its own forgets a picture only when it is told each of its words again.
TRIGGERS = {
    "picture_words_new": """after insert on asset begin
    insert or ignore into picturenumber (asset_id) values (new.id);
    insert into picturewords (rowid, subject, label, prompt, tags) values (
        (select number from picturenumber where asset_id = new.id),
        'w' || new.world_id || ' e' || new.entity_id || ' ' || new.asset_type, new.label, new.prompt,
        (select group_concat(value, ' ') from json_each(new.tags))
    );
    end""",
    "picture_words_changed": """after update of world_id, entity_id, asset_type, label, prompt, tags on asset
    when (new.world_id, new.entity_id, new.asset_type, new.label, new.prompt, new.tags)
        <> (old.world_id, old.entity_id, old.asset_type, old.label, old.prompt, old.tags) begin
    insert into picturewords (picturewords, rowid, subject, label, prompt, tags) values (
        'delete', (select number from picturenumber where asset_id = old.id),
        'w' || old.world_id || ' e' || old.entity_id || ' ' || old.asset_type, old.label, old.prompt,
        (select group_concat(value, ' ') from json_each(old.tags))
    );
    insert into picturewords (rowid, subject, label, prompt, tags) values (
        (select number from picturenumber where asset_id = new.id),
        'w' || new.world_id || ' e' || new.entity_id || ' ' || new.asset_type, new.label, new.prompt,
        (select group_concat(value, ' ') from json_each(new.tags))
    );
    end""",
    "picture_words_gone": """before delete on asset begin
    insert into picturewords (picturewords, rowid, subject, label, prompt, tags) values (
        'delete', (select number from picturenumber where asset_id = old.id),
        'w' || old.world_id || ' e' || old.entity_id || ' ' || old.asset_type, old.label, old.prompt,
        (select group_concat(value, ' ') from json_each(old.tags))
    );
    end""",
    "picture_is_styled": """after insert on lineage begin
    update asset set is_styled = 1 where id = new.asset_id and is_styled = 0;
    end""",
}


def upgrade() -> None:
    """Apply the change."""
    op.add_column("asset", sa.Column("is_styled", sa.Boolean(), nullable=False, server_default="0"))
    op.execute("update asset set is_styled = 1 where id in (select asset_id from lineage)")
    op.drop_index("ix_asset_gallery", table_name="asset")
    op.drop_index("ix_asset_world_id", table_name="asset")
    for name, (columns, where) in INDICES.items():
        op.create_index(name, "asset", columns, sqlite_where=where and sa.text(where))
    op.create_table(
        "picturenumber",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("asset_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["asset_id"], ["asset.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("number"),
        sa.UniqueConstraint("asset_id"),
    )
    op.execute(
        "insert into picturenumber (asset_id) select id from asset order by created_at, batch_index desc, id desc"
    )
    op.execute(FULL_TEXT)
    op.execute("""
        insert into picturewords (rowid, subject, label, prompt, tags)
        select picturenumber.number, 'w' || world_id || ' e' || entity_id || ' ' || asset_type, label, prompt,
            (select group_concat(value, ' ') from json_each(tags))
        from picturenumber join asset on asset.id = picturenumber.asset_id
    """)
    for name, does in TRIGGERS.items():
        op.execute(f"create trigger {name} {does}")


def downgrade() -> None:
    """Take the change back."""
    for name in TRIGGERS:
        op.execute(f"drop trigger {name}")
    op.execute("drop table picturewords")
    op.drop_table("picturenumber")
    for name in INDICES:
        op.drop_index(name, table_name="asset")
    op.create_index("ix_asset_world_id", "asset", ["world_id"])
    op.create_index("ix_asset_gallery", "asset", ["entity_id", *PLACE])
    op.drop_column("asset", "is_styled")
