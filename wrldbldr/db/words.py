"""The words of pictures: SQLite's full text, which triggers keep true to labels, prompts and tags."""

from uuid import UUID

from sqlalchemy import ColumnElement, Integer, column, literal, table

from wrldbldr.domain.picture_query import PictureQuery

FULL_TEXT = "picturewords"
"""The table, and how the names of the tables begin in which SQLite keeps it. No model knows them."""
WORDS = table(FULL_TEXT, column("rowid", Integer), column(FULL_TEXT))
"""`rowid` is the number of a picture."""


def is_ours(name: str | None, kind: str, _: object) -> bool:
    """For whoever compares a database with the models: whether it should be in them. The full text should not."""
    return kind != "table" or name is None or not name.startswith(FULL_TEXT)


def matching(world_id: UUID, query: PictureQuery) -> ColumnElement[bool]:
    """Whether a picture of a world has all the words. Entity and type are asked for along with them: that is free."""
    subject = [f"w{world_id.hex}"]
    if query.entity_id is not None:
        subject.append(f"e{query.entity_id.hex}")
    if query.asset_type is not None:
        subject.append(query.asset_type)
    said = [f"subject : {quoted(word)}" for word in subject]
    said += [f"{{label prompt tags}} : {quoted(word)} *" for word in query.words]
    return WORDS.c[FULL_TEXT].op("MATCH", return_type=None)(literal(" AND ".join(said)))


def quoted(word: str) -> str:
    """A word as nothing but a word: between quotes nothing is an operator."""
    return '"' + word.replace('"', '""') + '"'
