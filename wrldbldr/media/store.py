"""Where picture files lie: named by what is in them, written whole or not at all."""

import os
import re
from collections.abc import Iterable
from hashlib import sha256
from pathlib import Path
from tempfile import mkstemp

from wrldbldr.domain.errors import NotFoundError, WrldBldrError
from wrldbldr.domain.failure import Failure
from wrldbldr.media.pictures import THUMBNAIL_SIDES, CleanPicture

HASH = re.compile(r"[0-9a-f]{64}")
FULL = 0


class CannotStoreError(WrldBldrError):
    """The disk is full, or the folder may not be written to."""

    status_code = 507
    code = "cannot_store"
    title = "The pictures could not be stored"
    advice = "Free some space where WrldBldr keeps its data, and see that it may write there; then retry the batch."

    def __init__(self, reason: str) -> None:
        super().__init__(f"{self.title}. {self.advice}", details={"Reason": reason})

    def to_failure(self) -> Failure:
        """The same as a batch remembers it."""
        return Failure(title=self.title, message=self.advice, details=self.details)


class MediaStore:
    """A folder of pictures addressed by the SHA-256 of their content; a name never comes from a user."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def keep(self, picture: CleanPicture) -> str:
        """Store a picture with its thumbnails and return its hash. Storing the same twice changes nothing. Blocks.

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

    def _file(self, content_hash: str, side: int) -> Path:
        """Every name goes through here, so that none leads out of the folder."""
        if not HASH.fullmatch(content_hash):
            raise NotFoundError("picture")
        name = content_hash if side == FULL else f"{content_hash}.{side}.webp"
        return self._root / content_hash[:2] / name

    def _write(self, file: Path, content: bytes) -> None:
        if file.exists():
            return
        file.parent.mkdir(parents=True, exist_ok=True)
        descriptor, name = mkstemp(dir=file.parent, prefix=".")
        try:
            with os.fdopen(descriptor, "wb") as temporary:
                temporary.write(content)
                temporary.flush()
                os.fsync(temporary.fileno())
            Path(name).replace(file)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
