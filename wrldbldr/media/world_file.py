"""Reads the zip of a world, which may come from anybody: nothing it says of itself is believed.

Nothing is ever unpacked under a name from the file. Its description, and its pictures by their hashes, are read into
memory one at a time, each with a limit that is counted while it is read.
"""

import struct
import zlib
from collections.abc import Generator
from contextlib import contextmanager
from hashlib import sha256
from io import SEEK_CUR, SEEK_END, SEEK_SET
from stat import S_IFDIR, S_IFMT, S_IFREG
from typing import BinaryIO
from unicodedata import normalize
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, LargeZipFile, ZipFile, ZipInfo

from wrldbldr.domain.archive import DOCUMENT, NOT_A_WORLD, PICTURES, SUFFIXES, UnfitWorldFileError
from wrldbldr.media.errors import BrokenPictureError, PictureTooLargeError
from wrldbldr.media.pictures import CleanPicture, clean

FILE_LIMIT_BYTES = 4 * 2**30
ENTRY_LIMIT = 20_000
DIRECTORY_LIMIT_BYTES = 4 * 2**20  # of which that many files need half
DOCUMENT_LIMIT_BYTES = 16 * 2**20
PICTURE_LIMIT_BYTES = 256 * 2**20
RATIO_LIMIT = 200  # as often as that, text is said again only to fill a disk
RATIO_FREE_BYTES = 2**20
PIECE_BYTES = 64 * 1024
TABLETOP = "Virtual Tabletop"
ENCRYPTED = 0x1 | 0x40
DAMAGE = (
    BadZipFile,
    LargeZipFile,
    zlib.error,
    struct.error,
    EOFError,
    OSError,
    ValueError,
    NotImplementedError,  # of zipfile, for a compression it does not know
    RuntimeError,
)
NOT_WHOLE = "This file is no zip, or not all of one. Export the world again, or fetch the file again."
TOO_MANY = f"This zip holds more files than a world has: {ENTRY_LIMIT:,} at most."
BOMB = "This zip unpacks to far more than a world is."
FOREIGN_NAME = "This zip holds a file whose name leads out of its folder."


class WorldFile:
    """The zip of a world, opened and looked through. Every method blocks and raises UnfitWorldFileError."""

    def __init__(self, file: BinaryIO) -> None:
        """`file` must be open for reading, and stay so."""
        with _whole():
            self._zip = ZipFile(_Measured(file))  # it asks for nothing but read, seek and tell
        entries = self._zip.infolist()
        if len(entries) > ENTRY_LIMIT:
            raise UnfitWorldFileError(TOO_MANY)
        for entry in entries:
            _check_entry(entry)
        _check_together(entries, file)
        self._entries = {entry.filename: entry for entry in entries}
        self._pictures = {
            _hash_of(name): name for name in self._entries if name.startswith(f"{PICTURES}/") and name[-1] != "/"
        }

    def document(self) -> bytes:
        """What `world.json` says."""
        if DOCUMENT not in self._entries:
            raise UnfitWorldFileError(NOT_A_WORLD)
        return self._read(DOCUMENT, DOCUMENT_LIMIT_BYTES)

    @property
    def picture_hashes(self) -> set[str]:
        """What its pictures are called."""
        return set(self._pictures)

    def picture(self, content_hash: str) -> CleanPicture:
        """A picture, whole, and exactly as it is kept here."""
        content = self._read(self._pictures[content_hash], PICTURE_LIMIT_BYTES)
        if sha256(content).hexdigest() != content_hash:
            raise UnfitWorldFileError("A picture in this file is not the one that was exported.")
        try:
            picture = clean(content)
        except PictureTooLargeError as error:
            raise UnfitWorldFileError("A picture in this file is larger than 8,192 × 8,192 pixels.") from error
        except BrokenPictureError as error:
            raise UnfitWorldFileError("One of the pictures in this file is none, or not all of one.") from error
        if picture.content != content:
            raise UnfitWorldFileError("A picture in this file holds more than a picture.")
        return picture

    def _read(self, name: str, limit_bytes: int) -> bytes:
        entry, content = self._entries[name], bytearray()
        with _whole(), self._zip.open(entry) as packed:
            while piece := packed.read(PIECE_BYTES):
                content += piece
                free = max(RATIO_FREE_BYTES, entry.compress_size * RATIO_LIMIT)
                if len(content) > min(limit_bytes, free):
                    raise UnfitWorldFileError(BOMB)
        return bytes(content)


class _Measured:
    """A file of which nobody takes a large piece at once: zipfile reads a directory as long as the zip says it is."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._end = file.seek(0, SEEK_END)
        self.seekable = file.seekable
        self.tell = file.tell

    def seek(self, offset: int, whence: int = SEEK_SET) -> int:
        base = {SEEK_SET: 0, SEEK_CUR: self._file.tell(), SEEK_END: self._end}[whence]
        return self._file.seek(base + offset)  # ValueError below zero

    def read(self, size: int = -1) -> bytes:
        wanted = self._end - self._file.tell() if size < 0 else size
        if wanted > DIRECTORY_LIMIT_BYTES:
            raise UnfitWorldFileError(TOO_MANY)
        return self._file.read(wanted)


@contextmanager
def _whole() -> Generator[None]:
    """Whatever zipfile and its decoders raise over a file that is damaged, or pretends."""
    try:
        yield
    except DAMAGE as error:
        raise UnfitWorldFileError(NOT_WHOLE) from error


def _check_entry(entry: ZipInfo) -> None:
    """One file by itself: no link, no device, no lock, and nothing that a world does not have."""
    name = entry.orig_filename
    parts = name.removesuffix("/").split("/")
    if "\\" in name or "\0" in name or ":" in name or any(part in {"", ".", ".."} for part in parts):
        raise UnfitWorldFileError(FOREIGN_NAME)
    if S_IFMT(entry.external_attr >> 16) not in {0, S_IFREG, S_IFDIR}:
        raise UnfitWorldFileError("This zip holds a link or a device instead of a file.")
    if entry.flag_bits & ENCRYPTED:
        raise UnfitWorldFileError("This zip is locked with a password. Export the world again without one.")
    if entry.compress_type not in {ZIP_STORED, ZIP_DEFLATED}:
        raise UnfitWorldFileError("This zip is compressed in a way that WrldBldr does not read.")
    if not _is_of_a_world(name):
        raise UnfitWorldFileError("This zip holds files that are not part of an exported world.")


def _is_of_a_world(name: str) -> bool:
    folder, _, rest = name.partition("/")
    if name == DOCUMENT or (folder in {PICTURES, TABLETOP} and name.endswith("/")):
        return True
    is_picture = name.endswith(tuple(SUFFIXES.values()))
    return is_picture and (folder == TABLETOP or (folder == PICTURES and "/" not in rest))


def _check_together(entries: list[ZipInfo], file: BinaryIO) -> None:
    """All files: each name once, on every system; and no two that are the same bytes of the zip."""
    names = {normalize("NFKC", entry.filename.removesuffix("/")).casefold() for entry in entries}
    hashes = [_hash_of(entry.filename) for entry in entries if entry.filename.startswith(f"{PICTURES}/")]
    if len(names) != len(entries) or len(set(hashes)) != len(hashes):
        raise UnfitWorldFileError("This zip holds two files of the same name.")
    if sum(entry.compress_size for entry in entries) > file.seek(0, SEEK_END):
        raise UnfitWorldFileError(BOMB)


def _hash_of(name: str) -> str:
    return name.removeprefix(f"{PICTURES}/").partition(".")[0]
