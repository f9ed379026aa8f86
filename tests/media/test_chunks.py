"""A PNG or WebP that is kept as it came is without a fault, and one made to take our time or memory is refused."""

import struct
import tracemalloc
import zlib
from threading import Event, Thread

import pytest

from tests.media.pictures import decoded, drawing, encoded, png
from wrldbldr.media.chunks import ADAM7_PASSES, CHUNK_LIMIT
from wrldbldr.media.errors import BrokenPictureError
from wrldbldr.media.pictures import clean, decoding

MILLIONS = 2_000_000
GREY = 0
ROWS = b"".join(bytes([0, row, row, row]) for row in range(4))  # three pixels wide, after the filter of each row
PIXELS = zlib.compress(ROWS)
EMPTY = png((b"IDAT", b""))[8:-12]


def header(*, height: int = 4, width: int = 3, depth: int = 8, interlaced: bool = False) -> tuple[bytes, bytes]:
    """A grey picture's."""
    return b"IHDR", struct.pack(">IIBBBBB", width, height, depth, GREY, 0, 0, interlaced)


def with_wrong_checksum(content: bytes, kind: bytes) -> bytes:
    """The same with another byte in the checksum of the first chunk of a kind."""
    at = content.index(kind) + 4 + int.from_bytes(content[content.index(kind) - 4 : content.index(kind)], "big")
    return content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :]


def refuse(content: bytes) -> None:
    with pytest.raises(BrokenPictureError):
        clean(content)


WHOLE = png(header(), (b"tEXt", b"a\0b"), (b"IDAT", PIXELS[:9]), (b"IDAT", b""), (b"IDAT", PIXELS[9:]))


def test_a_png_in_several_pieces_is_kept() -> None:
    assert decoded(clean(WHOLE).content).tobytes() == bytes([0, 0, 0, 1, 1, 1, 2, 2, 2, 3, 3, 3])


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(with_wrong_checksum(WHOLE, b"IDAT"), id="a_wrong_checksum_of_a_piece"),
        pytest.param(with_wrong_checksum(WHOLE, b"IHDR"), id="a_wrong_checksum_of_the_header"),
        pytest.param(png(header(), (b"IDAT", PIXELS[:-4])), id="no_checksum_of_the_pixels"),
        pytest.param(png(header(), (b"IDAT", PIXELS[:-1] + b"x")), id="a_wrong_checksum_of_the_pixels"),
        pytest.param(png(header(), (b"IDAT", PIXELS + b"secret")), id="words_after_the_pixels"),
        pytest.param(png(header(), (b"IDAT", PIXELS), (b"IDAT", b"secret")), id="a_piece_after_the_pixels"),
        pytest.param(png(header(), (b"IDAT", zlib.compress(ROWS + b"secret"))), id="words_below_the_last_row"),
        pytest.param(png(header(height=5), (b"IDAT", PIXELS)), id="a_row_too_few"),
        pytest.param(png(header(height=9), header(), (b"IDAT", PIXELS)), id="two_headers"),
        pytest.param(png((b"tEXt", b"a\0b"), header(), (b"IDAT", PIXELS)), id="a_header_that_is_not_first"),
        pytest.param(png((b"IHDR", header()[1] + b"secret"), (b"IDAT", PIXELS)), id="a_header_that_is_too_long"),
        pytest.param(png((b"IHDR", header()[1][:-1]), (b"IDAT", PIXELS)), id="a_header_that_is_too_short"),
        pytest.param(png((b"IDAT", PIXELS)), id="no_header"),
        pytest.param(png(header()), id="no_pixels"),
    ],
)
def test_a_png_with_any_fault_is_refused(content: bytes) -> None:
    refuse(content)


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "I;16"])
@pytest.mark.parametrize("width", [1, 7, 8, 9])
def test_a_png_of_any_kind_and_width_is_kept(mode: str, width: int) -> None:
    source = drawing("RGBA" if mode == "LA" else "RGB", (64, 40)).crop((20, 0, 20 + width, 40))
    original = source.convert(mode) if mode != "I;16" else source.convert("L").convert("I").convert("I;16")

    assert decoded(clean(encoded(original, "PNG")).content).tobytes() == original.tobytes()


@pytest.mark.parametrize("depth", [1, 8, 16])
@pytest.mark.parametrize("size", [(1, 1), (2, 3), (4, 5), (5, 4), (8, 8), (9, 17)])
def test_a_png_that_appears_bit_by_bit_is_kept(size: tuple[int, int], depth: int) -> None:
    width, height = size
    rows: list[bytes] = []
    for left, top, across, down in ADAM7_PASSES:
        columns = len(range(left, width, across))
        rows += [bytes(1 + (columns * depth + 7) // 8) for _ in range(top, height, down) if columns]
    original = png(
        header(width=width, height=height, depth=depth, interlaced=True), (b"IDAT", zlib.compress(b"".join(rows)))
    )

    assert clean(original).content == original


def test_a_png_of_millions_of_pieces_is_refused_before_they_are_gathered() -> None:
    content = WHOLE[:-12] + EMPTY * MILLIONS + WHOLE[-12:]
    tracemalloc.start()
    try:
        refuse(content)
        assert tracemalloc.get_traced_memory()[1] < 4_000_000
    finally:
        tracemalloc.stop()


def test_a_webp_of_millions_of_pieces_is_refused() -> None:
    refuse(encoded(drawing(), "WEBP") + b"ALPH\0\0\0\0" * MILLIONS)


def test_as_many_pieces_as_any_encoder_makes_are_kept() -> None:
    assert clean(WHOLE[:-12] + EMPTY * (CHUNK_LIMIT - 10) + WHOLE[-12:]).width == 3


def test_pixels_that_grow_a_thousandfold_are_refused_without_the_memory() -> None:
    pixels = zlib.compress(bytes(30_000_000))
    tracemalloc.start()
    try:
        refuse(png(header(), (b"IDAT", pixels)))
        assert tracemalloc.get_traced_memory()[1] < 2_000_000
    finally:
        tracemalloc.stop()


def test_pieces_are_looked_at_by_one_at_a_time_however_many_arrive_at_once() -> None:
    done = Event()

    def bring() -> None:
        refuse(WHOLE[:-1])
        done.set()

    thread = Thread(target=bring)
    with decoding:
        thread.start()
        assert not done.wait(0.2)
    thread.join()

    assert done.is_set()
