"""Where picture files lie: named by what is in them, written whole or not at all."""

import os
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import suppress
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from tempfile import mkstemp

from wrldbldr.domain.errors import NotFoundError
from wrldbldr.media.errors import CannotStoreError
from wrldbldr.media.pictures import THUMBNAIL_SIDES, CleanPicture

HASH = re.compile(r"[0-9a-f]{64}")
STORED = re.compile(rf"({HASH.pattern})(?:\.(?:{'|'.join(map(str, THUMBNAIL_SIDES))})\.webp)?")
UNFINISHED = ".part"
SHELVES = tuple(f"{number:02x}" for number in range(256))
"""The folders of a store: the first two digits of the hashes in them. The larger the store, the evener they are filled."""
FULL = 0


class MediaStore:
    """A folder of pictures addressed by the SHA-256 of their content; a name never comes from a user."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def keep(self, picture: CleanPicture) -> str:
        """Store a picture with its thumbnails and return its hash. Storing the same twice only makes it young. Blocks.

        Raises CannotStoreError.
        """
        content_hash = sha256(picture.content).hexdigest()
        try:
            for side, thumbnail in picture.thumbnails.items():
                self._write(self._file(content_hash, side), thumbnail)
            self._write(self._file(content_hash, FULL), picture.content)
        except OSError as error:
            raise CannotStoreError(error.strerror or type(error).__name__) from error
        return content_hash

    def path(self, content_hash: str, side: int = FULL) -> Path:
        """The file of a stored picture; `side` is FULL, 256 or 64. Raises NotFoundError."""
        if side not in (FULL, *THUMBNAIL_SIDES):
            raise NotFoundError("picture")
        file = self._file(content_hash, side)
        if not file.is_file():
            raise NotFoundError("picture")
        return file

    def remove(self, content_hashes: Iterable[str]) -> None:
        """Delete pictures with their thumbnails; one that is not there is fine. Blocks."""
        for content_hash in content_hashes:
            for side in (FULL, *THUMBNAIL_SIDES):
                self._file(content_hash, side).unlink(missing_ok=True)

    def aged(self, shelf: str, before: datetime) -> list[str]:
        """The pictures on one of `SHELVES` of which nothing was stored since `before`. Blocks."""
        newest = defaultdict[str, float](float)
        for name, stored_at in self._entries(shelf):
            stored = STORED.fullmatch(name)
            if stored and name.startswith(shelf):
                newest[stored[1]] = max(newest[stored[1]], stored_at)
        return sorted(name for name, stored_at in newest.items() if stored_at < before.timestamp())

    def remove_unfinished(self, shelf: str, before: datetime) -> None:
        """Delete what was being written on a shelf when the process ended, before `before`. Blocks."""
        for name, begun_at in list(self._entries(shelf)):
            if name.endswith(UNFINISHED) and begun_at < before.timestamp():
                (self._root / shelf / name).unlink(missing_ok=True)

    def _entries(self, shelf: str) -> Iterator[tuple[str, float]]:
        """The names of the files on a shelf, and when they were written, in seconds of the Unix epoch."""
        folder = self._root / shelf
        if not folder.is_dir():
            return
        with os.scandir(folder) as entries:
            for entry in entries:
                with suppress(FileNotFoundError):  # deleted meanwhile
                    if entry.is_file(follow_symlinks=False):
                        yield entry.name, entry.stat(follow_symlinks=False).st_mtime

    def _file(self, content_hash: str, side: int) -> Path:
        """Every name goes through here, so that none leads out of the folder."""
        if not HASH.fullmatch(content_hash):
            raise NotFoundError("picture")
        name = content_hash if side == FULL else f"{content_hash}.{side}.webp"
        return self._root / content_hash[:2] / name

    def _write(self, file: Path, content: bytes) -> None:
        with suppress(FileNotFoundError):
            os.utime(file)
            return
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
