"""A copy of the database while others write, and what it takes to be sure of it. Every function blocks."""

import sqlite3
from contextlib import closing
from pathlib import Path

from wrldbldr.db.stored_files import UNPAINTED
from wrldbldr.domain.asset import CONTENT_HASH

WAIT_SECONDS = 60.0
STYLES_TO_COME = (
    "select distinct style from batch where style is not null and cleared_at is null"  # noqa: S608 - question marks only
    f" and status in ({', '.join('?' * len(UNPAINTED))})"
)
STYLE_COLUMNS = {"style", "cleared_at"}  # of batches; the first version had none


def copy_database(file: Path, copy: Path) -> None:
    """Write all that is committed now into `copy`, as one file. Nobody who writes is held up.

    Raises sqlite3.Error, OSError.
    """
    copy.unlink(missing_ok=True)
    with closing(_opened(file)) as source, closing(sqlite3.connect(copy)) as target:
        source.backup(target)  # in one go: it is one moment, however long it takes
        target.execute("PRAGMA journal_mode=DELETE")  # all of it in this file


def is_whole(copy: Path) -> bool:
    """Whether nothing in it is damaged and nothing refers to what is not there."""
    try:
        with closing(_opened(copy)) as connection:
            is_intact = connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
            return is_intact and not connection.execute("PRAGMA foreign_key_check").fetchall()
    except sqlite3.DatabaseError:
        return False


def needed_files(copy: Path) -> list[str]:
    """The stored files of its pictures, of deletions to be undone, and of the styles of batches that may yet be painted.

    Any earlier version will do. Raises sqlite3.Error.
    """
    with closing(_opened(copy)) as connection:
        needed = {content_hash for (content_hash,) in connection.execute("select distinct content_hash from asset")}
        if connection.execute("pragma table_info(removedfile)").fetchall():
            needed.update(
                content_hash for (content_hash,) in connection.execute("select content_hash from removedfile")
            )
        columns = {row[1] for row in connection.execute("pragma table_info(batch)")}
        if columns >= STYLE_COLUMNS:
            styles = connection.execute(STYLES_TO_COME, UNPAINTED)
            needed.update(content_hash for (style,) in styles for content_hash in CONTENT_HASH.findall(style))
    return sorted(needed)


def _opened(file: Path) -> sqlite3.Connection:
    """A file that must be there."""
    return sqlite3.connect(f"{file.resolve().as_uri()}?mode=rw", uri=True, timeout=WAIT_SECONDS)
