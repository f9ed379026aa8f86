"""Backups while the app runs: a folder that is laid out as the data folder, so that putting it back is copying it."""

import sqlite3
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from shutil import rmtree

from wrldbldr.db.backup import copy_database, is_whole, needed_files
from wrldbldr.domain.errors import WrldBldrError
from wrldbldr.media.store import MediaStore

DATABASE, MEDIA = "wrldbldr.sqlite3", "media"
UNFINISHED = ".part"
JOURNALS = ("-wal", "-shm")
"""What SQLite keeps beside a database: of another one they would be taken for news of this one."""
ROUND_LIMIT = 20


class BackupError(WrldBldrError):
    """There is no backup, or it was not put back. Nothing was changed."""

    code = "backup_failed"


@dataclass(frozen=True, slots=True)
class Backup:
    """What is in a backup: pictures, and how many of them lack a file, there as here."""

    folder: Path
    picture_count: int
    lost_count: int

    @property
    def in_words(self) -> str:
        """How much of it there is."""
        pictures = "1 picture" if self.picture_count == 1 else f"{self.picture_count:,} pictures"
        if not self.lost_count:
            return f"{pictures} with every file."
        return f"{pictures}, of which {self.lost_count:,} lacked a file before."


def back_up(database: Path, store: MediaStore, folder: Path, now: datetime) -> Backup:
    """Copy the database and every file it needs into a new folder in `folder`, named by the time (UTC). Blocks.

    On the same disk the files are linked and take no room: a stored file is never changed. Raises BackupError.
    """
    if not database.is_file():
        raise BackupError(f"There is no database at {database.absolute()}, so there is nothing to back up.")
    target = folder.absolute() / f"wrldbldr-{now:%Y-%m-%d-%H%M%S}"
    unfinished = target.with_name(f"{target.name}{UNFINISHED}")
    with _said_in_words("The backup cannot be written"):
        unfinished.mkdir(parents=True)
        try:
            backup = _fill(database, store, unfinished)
            unfinished.rename(target)
        except BaseException:
            rmtree(unfinished, ignore_errors=True)
            raise
    return replace(backup, folder=target)


def put_back(backup: Path, database: Path, media: Path) -> Backup:
    """Make a data folder of a backup, which stays. Blocks. Raises BackupError, also where there are worlds already."""
    if not (backup / DATABASE).is_file():
        raise BackupError(f"There is no backup at {backup.absolute()}: that is a folder with {DATABASE} in it.")
    journals = (database.with_name(f"{database.name}{ending}") for ending in JOURNALS)
    for taken in (database, media, *journals):
        if taken.exists():
            raise BackupError(
                f"There are worlds already: {taken.absolute()}. Stop WrldBldr, move its data folder aside, then try again."
            )
    unfinished = database.with_name(f"{database.name}{UNFINISHED}")
    with _said_in_words("The backup cannot be put back"):
        database.parent.mkdir(parents=True, exist_ok=True)
        try:
            copy_database(backup / DATABASE, unfinished)
            kept = MediaStore(backup / MEDIA)
            for content_hash in needed_files(unfinished):
                kept.copy_to(media, content_hash)
            restored = _checked(backup, unfinished, MediaStore(media))
            unfinished.rename(database)  # last: whoever starts finds all of it, or nothing
        except BaseException:
            unfinished.unlink(missing_ok=True)
            rmtree(media, ignore_errors=True)
            raise
    return restored


def _fill(database: Path, store: MediaStore, folder: Path) -> Backup:
    """The database first, then the files it names. Of those that are gone by then a newer copy may know nothing any more:
    it is made until it names none that went meanwhile. What the one before named too is lost here as well.
    """
    copy, copies = folder / DATABASE, MediaStore(folder / MEDIA)
    needed, lost = list[str](), set[str]()
    for _ in range(ROUND_LIMIT):
        copy_database(database, copy)
        needed = needed_files(copy)
        for content_hash in needed:
            store.copy_to(folder / MEDIA, content_hash)
        gone = set(copies.lost(needed))
        if gone <= lost:
            break
        lost = gone
    copies.keep_only(needed)
    return _checked(folder, copy, copies)


def _checked(folder: Path, copy: Path, copies: MediaStore) -> Backup:
    """What is in `folder`, of which `copy` is the database."""
    if not is_whole(copy):
        raise BackupError("The database is damaged, so there is no use in copying it.")
    needed = needed_files(copy)
    return Backup(folder, len(needed), len(copies.lost(needed)))


@contextmanager
def _said_in_words(what: str) -> Generator[None]:
    try:
        yield
    except (OSError, sqlite3.Error) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise BackupError(f"{what} ({reason or type(error).__name__}). Nothing was changed.") from error
