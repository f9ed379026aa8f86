"""The texts a picture carries beside its pixels, which is where programs leave what they painted it from."""

import io
import struct
import zlib
from collections.abc import Collection, Iterator, Mapping

from PIL import Image

PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"
CHUNK_LIMIT = 100_000
KEYWORD_BYTES = 79  # as the format has it
HEADER_END = 33  # the signature and IHDR, after which texts may stand
EXIF, USER_COMMENT = 0x8769, 0x9286
COMMENT_CODES = {b"UNICODE\0": "utf-16-be", b"ASCII\0\0\0": "ascii"}


def is_png(content: bytes) -> bool:
    """Whether a file begins as a PNG does."""
    return content.startswith(PNG_SIGNATURE)


def png_texts(content: bytes, keywords: Collection[str], *, limit_bytes: int) -> dict[str, str]:
    """Those of the tEXt, zTXt and iTXt texts of a PNG that go by these keywords; of several with one keyword the first.

    A text that is damaged, or longer than `limit_bytes` once it is unpacked, is left out: the picture may be fine all the
    same. What is cut off in a file is not there.
    """
    found: dict[str, str] = {}
    for kind, data in _chunks(content):
        keyword, _, rest = data.partition(b"\0")
        if kind not in _READERS or not 0 < len(keyword) <= KEYWORD_BYTES:
            continue
        name = keyword.decode("latin-1")
        if name not in keywords or name in found:  # not even unpacked: thousands of them would fill the memory
            continue
        text = _READERS[kind](rest, limit_bytes)
        if text is not None:
            found[name] = text
    return found


def text_chunks(texts: Mapping[str, str]) -> bytes:
    """The chunks of a PNG that hold these texts by keyword, to be put in at HEADER_END: tEXt where Latin-1 will do."""
    return b"".join(_chunk(keyword.encode("latin-1"), text) for keyword, text in texts.items())


def _chunk(keyword: bytes, text: str) -> bytes:
    try:
        kind, data = b"tEXt", keyword + b"\0" + text.encode("latin-1")
    except UnicodeEncodeError:
        kind, data = b"iTXt", keyword + b"\0\0\0\0\0" + text.encode()
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def comment_of(content: bytes, *, limit_bytes: int) -> str:
    """The comment in the EXIF of a JPEG or WebP, where a PNG would have `parameters`. Empty where there is none to read.

    Raises what Pillow raises over damaged files.
    """
    with Image.open(io.BytesIO(content), formats=("JPEG", "WEBP")) as opened:
        comment: object = opened.getexif().get_ifd(EXIF).get(USER_COMMENT)
    if not isinstance(comment, bytes) or len(comment) > limit_bytes:
        return ""
    return comment[8:].decode(COMMENT_CODES.get(comment[:8], "utf-8"), errors="replace").strip("\0")


def _chunks(content: bytes) -> Iterator[tuple[bytes, bytes]]:
    """The kind and the data of each text chunk before the end."""
    at = len(PNG_SIGNATURE)
    for _ in range(CHUNK_LIMIT):
        if at + 12 > len(content):
            return
        size, kind = struct.unpack_from(">I4s", content, at)
        if kind == b"IEND" or at + 12 + size > len(content):
            return
        if kind in _READERS:
            yield kind, content[at + 8 : at + 8 + size]
        at += 12 + size


def _plain(rest: bytes, limit_bytes: int) -> str | None:
    return _decoded(rest) if len(rest) <= limit_bytes else None


def _packed(rest: bytes, limit_bytes: int) -> str | None:
    return None if rest[:1] != b"\0" else _unpacked(rest[1:], limit_bytes)


def _international(rest: bytes, limit_bytes: int) -> str | None:
    """After the keyword: whether and how it is packed, the language, and the keyword in that language."""
    is_packed, way, (_, _, rest) = rest[:1] == b"\1", rest[1:2], rest[2:].partition(b"\0")
    _, _, text = rest.partition(b"\0")
    if is_packed:
        return _unpacked(text, limit_bytes) if way == b"\0" else None
    return _plain(text, limit_bytes)


def _unpacked(packed: bytes, limit_bytes: int) -> str | None:
    stream = zlib.decompressobj()
    try:
        data = stream.decompress(packed, limit_bytes + 1)
    except zlib.error:
        return None
    return _decoded(data) if stream.eof and len(data) <= limit_bytes else None


def _decoded(data: bytes) -> str:
    """UTF-8, which many write where the format wants Latin-1; any bytes are text in the latter."""
    try:
        return data.decode()
    except UnicodeDecodeError:
        return data.decode("latin-1")


_READERS = {b"tEXt": _plain, b"zTXt": _packed, b"iTXt": _international}
