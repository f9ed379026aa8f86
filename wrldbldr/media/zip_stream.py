"""A zip that is written while it is read: it never lies anywhere whole."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import BinaryIO
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

PIECE_BYTES = 256 * 1024
FIRST_YEAR, LAST_YEAR = 1980, 2107  # a zip knows no others
ORDINARY_FILE = 0o100644 << 16


@dataclass(frozen=True, slots=True)
class ZipEntry:
    """A file to pack. What is compressed already is not `packed`, only stored."""

    name: str
    content: BinaryIO
    changed_at: datetime
    packed: bool = False


class _Outlet:
    """Where the zip is written to; it cannot be gone back in."""

    def __init__(self) -> None:
        self._written = bytearray()

    def write(self, data: bytes) -> int:
        self._written += data
        return len(data)

    def flush(self) -> None:
        """All of it was taken in at once."""

    def take(self, at_least: int = 0) -> Iterator[bytes]:
        """What was written since the last time, once that is enough."""
        if self._written and len(self._written) >= at_least:
            yield bytes(self._written)
            self._written.clear()


def zip_stream(entries: Iterable[ZipEntry]) -> Iterator[bytes]:
    """The zip of these files, a piece at a time; each file is open only while it is packed. Blocks."""
    outlet = _Outlet()
    with ZipFile(outlet, "w") as archive:  # type: ignore[call-overload] - it asks for nothing but write and flush
        for entry in entries:
            with archive.open(_info(entry), "w", force_zip64=False) as packed:
                while piece := entry.content.read(PIECE_BYTES):
                    packed.write(piece)
                    yield from outlet.take(PIECE_BYTES)
    yield from outlet.take()


def _info(entry: ZipEntry) -> ZipInfo:
    year, *rest = entry.changed_at.timetuple()[:6]
    month, day, hour, minute, second = rest
    info = ZipInfo(entry.name, (min(max(year, FIRST_YEAR), LAST_YEAR), month, day, hour, minute, second))
    info.compress_type = ZIP_DEFLATED if entry.packed else ZIP_STORED
    info.external_attr = ORDINARY_FILE
    return info
