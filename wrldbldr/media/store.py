"""Where picture files lie: named by what is in them, written whole or not at all."""

import os
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from math import inf
from pathlib import Path
from shutil import copy2, rmtree
from tempfile import mkdtemp, mkstemp

from wrldbldr.domain.asset import CONTENT_HASH
from wrldbldr.domain.errors import NotFoundError
from wrldbldr.media.errors import CannotStoreError
from wrldbldr.media.pictures import THUMBNAIL_SIDES, CleanPicture

STORED = re.compile(rf"({CONTENT_HASH.pattern})(?:\.(?:{'|'.join(map(str, THUMBNAIL_SIDES))})\.webp)?")
UNFINISHED = ".part"
SHELVES = tuple(f"{number:02x}" for number in range(256))
"""The folders of a store: the first two digits of the hashes in them. The larger the store, the evener they are filled."""
FULL = 0
TRASH = ".trash"
STAGING = ".staging"


@dataclass(frozen=True, slots=True)
class StoreSizes:
    """Bytes of the pictures, of their thumbnails and whatever else lies beside them, and in the trash."""

    pictures: int = 0
    thumbnails: int = 0
    trash: int = 0

    def __add__(self, other: "StoreSizes") -> "StoreSizes":
        return StoreSizes(self.pictures + other.pictures, self.thumbnails + other.thumbnails, self.trash + other.trash)


class MediaStore:
    """A folder of pictures addressed by the SHA-256 of their content; a name never comes from a user.

    What is stored or read again comes back by itself out of the trash, a folder within with the same shelves.
    """

    def __init__(self, root: Path) -> None:
        self._root = root

    def keep(self, picture: CleanPicture) -> str:
        """Store a picture with its thumbnails and return its hash. Storing the same twice only makes it young. Blocks.

        Raises CannotStoreError.
        """
        content_hash = picture.content_hash
        try:
            for side, thumbnail in picture.thumbnails.items():
                self._write(self._file(content_hash, side), thumbnail)
            self._write(self._file(content_hash, FULL), picture.content)
        except OSError as error:
            raise CannotStoreError(error.strerror or type(error).__name__) from error
        return content_hash

    def stage(self) -> Path:
        """A new folder on the same disk, for a store of what is not sure to be kept. Blocks."""
        (self._root / STAGING).mkdir(parents=True, exist_ok=True)
        return Path(mkdtemp(dir=self._root / STAGING))

    def adopt(self, staged: Path) -> None:
        """Move in what the store in that folder has. Blocks."""
        for source in sorted(staged.glob("??/*"), reverse=True):  # as `keep` does: a picture after its thumbnails
            file = self._root / source.parent.name / source.name
            self._bring_back(file)
            with suppress(FileNotFoundError):
                os.utime(file)
                continue
            file.parent.mkdir(parents=True, exist_ok=True)
            source.replace(file)

    def remove_stale_staging(self, before: datetime) -> None:
        """Delete what was staged before `before` by a process that ended meanwhile. Blocks."""
        for folder in list((self._root / STAGING).glob("*")):
            if folder.stat().st_mtime < before.timestamp():
                rmtree(folder, ignore_errors=True)

    def path(self, content_hash: str, side: int = FULL) -> Path:
        """The file of a stored picture; `side` is FULL, 256 or 64. Raises NotFoundError."""
        if side not in (FULL, *THUMBNAIL_SIDES):
            raise NotFoundError("picture")
        file = self._file(content_hash, side)
        self._bring_back(file)
        if not file.is_file():
            raise NotFoundError("picture")
        return file

    def remove(self, content_hashes: Iterable[str]) -> None:
        """Delete pictures with their thumbnails, for good; one that is not there is fine. Blocks."""
        for file in self._files(content_hashes):
            file.unlink(missing_ok=True)
            self._trashed(file).unlink(missing_ok=True)

    def discard(self, content_hashes: Iterable[str], now: datetime) -> int:
        """Move pictures with their thumbnails into the trash, and return how many bytes; one that is not there is fine.

        Blocks.
        """
        moved = 0
        for file in self._files(content_hashes):
            with suppress(FileNotFoundError):
                os.utime(file, (now.timestamp(), now.timestamp()))  # first: nothing in the trash looks older than it is
                self._trashed(file).parent.mkdir(parents=True, exist_ok=True)
                moved += file.replace(self._trashed(file)).stat().st_size
        return moved

    def bring_back(self, content_hashes: Iterable[str]) -> None:
        """Move pictures with their thumbnails out of the trash; one that is not there is fine. Blocks."""
        for file in self._files(content_hashes):
            self._bring_back(file)

    def empty_trash(self, content_hashes: Iterable[str]) -> int:
        """Delete what the trash has of these pictures, and return how many bytes. What is on the shelves stays. Blocks."""
        deleted = 0
        for file in self._files(content_hashes):
            with suppress(FileNotFoundError):
                size = self._trashed(file).stat().st_size
                self._trashed(file).unlink()
                deleted += size
        return deleted

    def lost(self, content_hashes: Iterable[str]) -> list[str]:
        """Those of the pictures of which a file is neither here nor in the trash. Blocks."""
        return [
            content_hash
            for content_hash in content_hashes
            if not all(file.is_file() or self._trashed(file).is_file() for file in self._files([content_hash]))
        ]

    def copy_to(self, root: Path, content_hash: str) -> None:
        """Put what there is of a picture into the store at `root`: the same file on the same disk, else a copy. Blocks.

        Raises OSError.
        """
        for file in self._files([content_hash]):
            self._bring_back(file)
            copy = root / file.relative_to(self._root)
            if copy.is_file():
                continue
            copy.parent.mkdir(parents=True, exist_ok=True)
            with suppress(FileNotFoundError):  # lost, or deleted meanwhile
                _link_or_copy(file, copy)

    def keep_only(self, content_hashes: Iterable[str]) -> None:
        """Delete all other pictures for good. Blocks."""
        kept = set(content_hashes)
        for shelf in SHELVES:
            self.remove(content_hash for content_hash in self.aged(shelf) if content_hash not in kept)

    def sizes(self, shelf: str) -> StoreSizes:
        """How many bytes lie on one of `SHELVES`, and in its part of the trash. Blocks."""
        pictures = thumbnails = 0
        for name, size, _ in self._entries(self._root / shelf):
            if CONTENT_HASH.fullmatch(name):
                pictures += size
            else:
                thumbnails += size
        return StoreSizes(pictures, thumbnails, sum(size for _, size, _ in self._entries(self._root / TRASH / shelf)))

    def aged(self, shelf: str, before: datetime | None = None) -> list[str]:
        """The pictures on one of `SHELVES` of which nothing was stored since `before`, if that is said. Blocks."""
        return self._older(self._root / shelf, before)

    def discarded(self, shelf: str, before: datetime | None = None) -> list[str]:
        """The pictures of one of `SHELVES` that are in the trash, and of which nothing came there since `before`. Blocks."""
        return self._older(self._root / TRASH / shelf, before)

    def _older(self, folder: Path, before: datetime | None) -> list[str]:
        """The pictures in a folder of which nothing is younger."""
        end = inf if before is None else before.timestamp()
        newest = defaultdict[str, float](float)
        for name, _, stored_at in self._entries(folder):
            stored = STORED.fullmatch(name)
            if stored and name.startswith(folder.name):
                newest[stored[1]] = max(newest[stored[1]], stored_at)
        return sorted(name for name, stored_at in newest.items() if stored_at < end)

    def remove_unfinished(self, shelf: str, before: datetime) -> None:
        """Delete what was being written on a shelf when the process ended, before `before`. Blocks."""
        for name, _, begun_at in list(self._entries(self._root / shelf)):
            if name.endswith(UNFINISHED) and begun_at < before.timestamp():
                (self._root / shelf / name).unlink(missing_ok=True)

    def _entries(self, folder: Path) -> Iterator[tuple[str, int, float]]:
        """The files in a folder: names, bytes, and when they were written, in seconds of the Unix epoch."""
        if not folder.is_dir():
            return
        with os.scandir(folder) as entries:
            for entry in entries:
                with suppress(FileNotFoundError):  # deleted meanwhile
                    if entry.is_file(follow_symlinks=False):
                        facts = entry.stat(follow_symlinks=False)
                        yield entry.name, facts.st_size, facts.st_mtime

    def _file(self, content_hash: str, side: int) -> Path:
        """Every name goes through here, so that none leads out of the folder."""
        if not CONTENT_HASH.fullmatch(content_hash):
            raise NotFoundError("picture")
        name = content_hash if side == FULL else f"{content_hash}.{side}.webp"
        return self._root / content_hash[:2] / name

    def _files(self, content_hashes: Iterable[str]) -> Iterator[Path]:
        for content_hash in content_hashes:
            for side in (FULL, *THUMBNAIL_SIDES):
                yield self._file(content_hash, side)

    def _trashed(self, file: Path) -> Path:
        """Where a file lies when it is in the trash."""
        return self._root / TRASH / file.parent.name / file.name

    def _bring_back(self, file: Path) -> None:
        """A file that is on its shelf, or nowhere, is left alone."""
        trashed = self._trashed(file)
        if not file.is_file() and trashed.is_file():
            file.parent.mkdir(parents=True, exist_ok=True)
            with suppress(FileNotFoundError):  # brought back by somebody else, or deleted, meanwhile
                trashed.replace(file)

    def _write(self, file: Path, content: bytes) -> None:
        for _ in range(2):
            with suppress(FileNotFoundError):
                os.utime(file)
                return
            self._bring_back(file)
        file.parent.mkdir(parents=True, exist_ok=True)
        descriptor, name = mkstemp(dir=file.parent, prefix=".", suffix=UNFINISHED)
        try:
            with os.fdopen(descriptor, "wb") as temporary:
                temporary.write(content)
                temporary.flush()
                os.fsync(temporary.fileno())
            Path(name).replace(file)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise


def _link_or_copy(file: Path, copy: Path) -> None:
    try:
        copy.hardlink_to(file)
    except FileNotFoundError:
        raise
    except OSError:  # another disk, or one that knows no links
        unfinished = copy.with_name(f".{copy.name}{UNFINISHED}")
        copy2(file, unfinished)
        unfinished.replace(copy)
