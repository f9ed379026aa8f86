"""PNG, WebP and JPEG files as the pieces they are made of: which of them are picture, and whether nothing is amiss there."""

import struct
import zlib
from collections.abc import Iterator

CHUNK_LIMIT = 100_000
"""Even 67 megapixels of noise, 64 bits each, have fewer in pieces of 8 KB, the smallest that encoders write."""
WEBP_CHUNKS = {b"VP8X", b"VP8 ", b"VP8L", b"ALPH", b"ANIM", b"ANMF"}
WEBP_METADATA_FLAGS = 0b0010_1100  # in the first byte of VP8X: colour profile, EXIF, XMP
PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"
PNG_CHUNKS = {b"IHDR", b"PLTE", b"tRNS", b"IDAT"}
PNG_END = b"\0\0\0\0IEND\xaeB`\x82"
HEADER_BYTES = 25  # an IHDR with its size, kind and checksum
CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}  # by colour type
PASSES = ((0, 0, 1, 1),)  # where the first pixel is, and how far it is to the next, across and down
ADAM7_PASSES = ((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2))
JPEG_START, JPEG_END = b"\xff\xd8", b"\xff\xd9"
JPEG_SCAN = 0xDA  # what follows it is compressed pixels, up to the next marker
JPEG_TABLES = {*range(0xC0, 0xCF + 1), 0xDB, 0xDD, JPEG_SCAN} - {0xC8}  # frames, tables, restart intervals, scans
JPEG_HEADS = {0xE0: (b"JFIF\0", 18), 0xEE: (b"Adobe", 16)}  # how its colours are meant: beginning, and bytes in all
IN_PIXELS = {0x00, *range(0xD0, 0xD7 + 1)}  # after an FF among the pixels: the FF itself, and restarts
IN_BYTES = 16 * 1024
OUT_BYTES = 256 * 1024


def bare(content: bytes) -> bytes:
    """The same file without what is not picture, where that can be told without decoding it.

    Writing it anew would take seconds for a large one, and make a lossy picture many times as large.
    Raises ValueError over a file that is cut off or damaged.
    """
    if content.startswith(PNG_SIGNATURE):
        return _bare_png(content)
    if content.startswith(JPEG_START):
        return _bare_jpeg(content)
    return _bare_webp(content) if content.startswith(b"RIFF") else content


def check_pixels(png: bytes) -> None:
    """Decompress a bare PNG, a piece at a time: exactly the pixels its header speaks of must be in it, and be whole.

    Pillow reads neither the checksum nor what comes after the last pixel.
    Raises ValueError, LookupError, struct.error, zlib.error.
    """
    left, stream = _scanline_bytes(png), zlib.decompressobj()
    for compressed in _image_data(png):
        rest = compressed
        while rest:
            left -= len(stream.decompress(rest, OUT_BYTES))
            rest = stream.unconsumed_tail
            if left < 0 or stream.unused_data:
                raise ValueError("there is more than the pixels")
    if left or not stream.eof:
        raise ValueError("pixels or their checksum are missing")


def _bare_png(content: bytes) -> bytes:
    """Without texts, times, colour profiles, further frames and anything after the end."""
    kept = bytearray(PNG_SIGNATURE)
    for index, (kind, chunk) in enumerate(_png_chunks(content)):
        if (kind == b"IHDR") != (index == 0) or (index == 0 and len(chunk) != HEADER_BYTES):
            raise ValueError("there is one header, and it comes first")
        if kind in PNG_CHUNKS:
            if zlib.crc32(chunk[4:-4]) != int.from_bytes(chunk[-4:], "big"):
                raise ValueError("a chunk is damaged")
            kept += chunk
    kept += PNG_END
    return bytes(kept)


def _png_chunks(content: bytes) -> Iterator[tuple[bytes, memoryview]]:
    """The kind of each chunk before the end, and all of it: its size, kind, data and checksum."""
    view, at = memoryview(content), len(PNG_SIGNATURE)
    for _ in range(CHUNK_LIMIT):
        if at + 12 > len(content):
            raise ValueError("the end is missing")
        size, kind = struct.unpack_from(">I4s", view, at)
        if kind == b"IEND":
            return
        yield kind, view[at : at + 12 + size]
        at += 12 + size
    raise ValueError("too many chunks")


def _image_data(png: bytes) -> Iterator[memoryview]:
    """What is compressed in a PNG, in small pieces: what is left of one after a call of zlib is copied."""
    for kind, chunk in _png_chunks(png):
        if kind == b"IDAT":
            for at in range(8, len(chunk) - 4, IN_BYTES):
                yield chunk[at : min(at + IN_BYTES, len(chunk) - 4)]


def _scanline_bytes(png: bytes) -> int:
    """How many bytes a PNG is without its compression: of each row one for its filter, and the pixels."""
    width, height, depth, colour, _, _, interlaced = struct.unpack_from(">IIBBBBB", png, len(PNG_SIGNATURE) + 8)
    bits, total = depth * CHANNELS[colour], 0
    for left, top, across, down in ADAM7_PASSES if interlaced else PASSES:
        columns, rows = (width - left + across - 1) // across, (height - top + down - 1) // down
        if columns:
            total += rows * (1 + (columns * bits + 7) // 8)
    return total


def _bare_webp(content: bytes) -> bytes:
    """Without EXIF, XMP, colour profile and anything after the end."""
    view, kept, at = memoryview(content), bytearray(), 12
    for _ in range(CHUNK_LIMIT):
        if at + 8 > len(content):
            return b"RIFF" + (len(kept) + 4).to_bytes(4, "little") + b"WEBP" + kept
        kind, size = struct.unpack_from("<4sI", view, at)
        end = at + 8 + size + size % 2
        if kind in WEBP_CHUNKS:
            flags = len(kept) + 8
            kept += view[at:end]
            if kind == b"VP8X" and len(kept) > flags:
                kept[flags] &= ~WEBP_METADATA_FLAGS & 0xFF
        at = end
    raise ValueError("too many chunks")


def _bare_jpeg(content: bytes) -> bytes:
    """Without EXIF, comments, colour profiles, further pictures and anything after the end."""
    view, kept, at = memoryview(content), bytearray(JPEG_START), len(JPEG_START)
    for _ in range(CHUNK_LIMIT):
        if content[at : at + 2] == JPEG_END:
            return bytes(kept + JPEG_END)
        if at + 4 > len(content) or content[at] != JPEG_START[0]:
            raise ValueError("the end is missing")
        marker, end = content[at + 1], at + 2 + int.from_bytes(content[at + 2 : at + 4], "big")
        if marker == JPEG_SCAN:
            end = _pixels_end(content, end)
        if marker in JPEG_TABLES or _says_how_colours_are_meant(marker, content[at:end]):
            kept += view[at:end]
        at = _next_marker(content, end)
    raise ValueError("too many chunks")


def _pixels_end(content: bytes, at: int) -> int:
    while (at := content.find(b"\xff", at)) >= 0 and at + 1 < len(content):
        if content[at + 1] not in IN_PIXELS:
            return at
        at += 2
    raise ValueError("the end is missing")


def _next_marker(content: bytes, at: int) -> int:
    """A marker may be preceded by any number of FF."""
    while content[at : at + 2] == b"\xff\xff":
        at += 1
    return at


def _says_how_colours_are_meant(marker: int, segment: bytes) -> bool:
    return marker in JPEG_HEADS and (segment[4:9], len(segment)) == JPEG_HEADS[marker]
