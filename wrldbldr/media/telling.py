"""A stored picture with texts put into it on its way out: the file on disk has none, and stays as it is."""

import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from io import BufferedReader, RawIOBase
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from wrldbldr.media.parameters import FOR_OTHERS
from wrldbldr.media.texts import EXIF, HEADER_END, USER_COMMENT, text_chunks

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

START_BYTES = HEADER_END  # of a WebP these are RIFF, its size, WEBP, and the first chunk's header
VP8X_END = 30
SEGMENT_BYTES = 65_533
PIECE_BYTES = 256 * 1024
WEBP_EXIF, WEBP_ALPHA = 0x08, 0x10


@dataclass(frozen=True, slots=True)
class TellingFile:
    """What stands before and after the file, of which the first `skip` bytes are left out."""

    path: Path
    head: bytes = b""
    skip: int = 0
    tail: bytes = b""

    @property
    def byte_size(self) -> int:
        """How long it is. Blocks."""
        return len(self.head) + self.path.stat().st_size - self.skip + len(self.tail)

    def opened(self) -> BinaryIO:
        """All of it, to be read like a file."""
        return BufferedReader(Reading(self.pieces()), PIECE_BYTES)

    def pieces(self) -> Iterator[bytes]:
        """All of it. Blocks."""
        yield self.head
        with self.path.open("rb") as file:
            file.seek(self.skip)
            while piece := file.read(PIECE_BYTES):
                yield piece
        yield self.tail


class Reading(RawIOBase):
    """The pieces of a telling file, to be read like a file."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        super().__init__()
        self._pieces = pieces
        self._rest = b""

    def readable(self) -> bool:
        """Nothing else can be done with it."""
        return True

    def readinto(self, buffer: "WriteableBuffer") -> int:
        """As much as there is room for. Blocks."""
        while not self._rest:
            piece = next(self._pieces, None)
            if piece is None:
                return 0
            self._rest = piece
        room = memoryview(buffer).cast("B")
        size = min(len(room), len(self._rest))
        room[:size], self._rest = self._rest[:size], self._rest[size:]
        return size


def telling(path: Path, media_type: str, size: tuple[int, int], texts: Mapping[str, str]) -> TellingFile:
    """A stored picture of `size` pixels with `texts` in it, as far as its format has room for them. Blocks.

    In a PNG each has a chunk of its own. JPEG and WebP have one comment, in their EXIF: it takes the text for others.
    """
    with path.open("rb") as file:
        start = file.read(START_BYTES)
    match media_type:
        case "image/png":
            return TellingFile(path, start + text_chunks(texts), HEADER_END)
        case "image/jpeg":
            exif = b"Exif\0\0" + _exif(texts[FOR_OTHERS])
            if len(exif) > SEGMENT_BYTES:
                return TellingFile(path)
            return TellingFile(path, start[:2] + b"\xff\xe1" + struct.pack(">H", len(exif) + 2) + exif, 2)
        case "image/webp":
            return _webp(path, start, size, _exif(texts[FOR_OTHERS]))
        case _:
            return TellingFile(path)


def _webp(path: Path, start: bytes, size: tuple[int, int], exif: bytes) -> TellingFile:
    """With the chunk that says which others there are: a plain WebP does without it, until it has an EXIF."""
    if start[12:16] == b"VP8X":
        flags, canvas, skip = start[20] | WEBP_EXIF, start[21:VP8X_END], VP8X_END
    else:
        has_alpha = start[12:16] == b"VP8L" and bool(start[24] & 0x10)
        flags, skip = WEBP_EXIF | (WEBP_ALPHA if has_alpha else 0), 12
        canvas = b"\0\0\0" + b"".join((side - 1).to_bytes(3, "little") for side in size)
    extended = b"VP8X" + struct.pack("<IB", 10, flags) + canvas
    tail = b"EXIF" + struct.pack("<I", len(exif)) + exif + b"\0" * (len(exif) % 2)
    riff_bytes = 4 + len(extended) + path.stat().st_size - skip + len(tail)
    return TellingFile(path, b"RIFF" + struct.pack("<I", riff_bytes) + b"WEBP" + extended, skip, tail)


def _exif(comment: str) -> bytes:
    """An EXIF that holds nothing but a comment: a list of one that leads to a list of one, and what that one is."""
    data = b"UNICODE\0" + comment.encode("utf-16-be")
    to_exif = struct.pack(">HHHIII", 1, EXIF, 4, 1, 26, 0)
    to_comment = struct.pack(">HHHIII", 1, USER_COMMENT, 7, len(data), 44, 0)
    return b"MM\0*" + struct.pack(">I", 8) + to_exif + to_comment + data
