"""Texts in PNG files: found in each of the three ways to write them, and never a danger."""

import io
import struct
import tracemalloc
import zlib

import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from wrldbldr.media.texts import PNG_SIGNATURE, is_png, png_texts

LIMIT = 10_000


KEYWORDS = ("a", "b")


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def picture(*chunks: bytes) -> bytes:
    return PNG_SIGNATURE + chunk(b"IHDR", b"\0" * 13) + b"".join(chunks) + chunk(b"IEND", b"")


def texts(*chunks: bytes) -> dict[str, str]:
    return png_texts(picture(*chunks), KEYWORDS, limit_bytes=LIMIT)


def test_texts_as_pillow_writes_them_are_found() -> None:
    hidden = PngInfo()
    hidden.add_text("prompt", "a lamp")
    hidden.add_text("workflow", "eine Lampe – schön", zip=True)
    hidden.add_itxt("note", "ランプ", zip=True)
    file = io.BytesIO()
    Image.new("RGB", (2, 2)).save(file, "PNG", pnginfo=hidden)

    found = png_texts(file.getvalue(), ("prompt", "workflow", "note"), limit_bytes=LIMIT)

    assert is_png(file.getvalue())
    assert found == {"prompt": "a lamp", "workflow": "eine Lampe – schön", "note": "ランプ"}


def test_text_in_the_wrong_encoding_is_read_as_what_it_is() -> None:
    assert texts(chunk(b"tEXt", b"a\0" + "schön".encode()), chunk(b"tEXt", b"b\0" + "schön".encode("latin-1"))) == {
        "a": "schön", "b": "schön",
    }  # fmt: skip


def test_of_several_texts_with_one_keyword_the_first_counts() -> None:
    assert texts(chunk(b"tEXt", b"a\x001"), chunk(b"tEXt", b"a\x002")) == {"a": "1"}


@pytest.mark.parametrize(
    "odd",
    [
        chunk(b"tEXt", b"no end of the keyword"),
        chunk(b"tEXt", b"\0no keyword"),
        chunk(b"tEXt", b"a\0" + b"x" * (LIMIT + 1)),
        chunk(b"zTXt", b"a\0\0not packed"),
        chunk(b"zTXt", b"a\0\7" + zlib.compress(b"packed in no known way")),
        chunk(b"zTXt", b"a\0\0" + zlib.compress(b"x" * 50_000_000)),
        chunk(b"zTXt", b"a\0\0" + zlib.compress(b"cut off")[:-3]),
        chunk(b"iTXt", b"a\0\1\0\0\0" + zlib.compress(b"x" * (LIMIT + 1))),
        chunk(b"iTXt", b"a\0\1\7\0\0" + zlib.compress(b"x")),
        chunk(b"iTXt", b"a\0"),
    ],
)
def test_a_text_that_cannot_be_trusted_is_left_out_and_the_others_are_read(odd: bytes) -> None:
    found = texts(odd, chunk(b"tEXt", b"b\0fine"))

    assert found.get("a", "") == ""
    assert found["b"] == "fine"


@pytest.mark.parametrize("cut", [0, 4, 8, 20, 33, 40, 50, 60, 66, 71])
def test_a_file_that_is_cut_off_has_the_texts_that_are_whole(cut: int) -> None:
    whole = picture(chunk(b"tEXt", b"a\0fine"), chunk(b"tEXt", b"b\0cut off"))

    assert set(png_texts(whole[:cut], KEYWORDS, limit_bytes=LIMIT)) <= {"a"}


def test_thousands_of_texts_that_nobody_asked_for_are_not_even_unpacked() -> None:
    packed = zlib.compress(b"x" * (LIMIT - 1))
    others = [chunk(b"zTXt", b"other %d\0\0" % number + packed) for number in range(20_000)]
    same = [chunk(b"zTXt", b"a\0\0" + packed) for _ in range(20_000)]
    file = picture(*others, *same)

    tracemalloc.start()
    found = png_texts(file, KEYWORDS, limit_bytes=LIMIT)
    _, peak_bytes = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert found == {"a": "x" * (LIMIT - 1)}
    assert peak_bytes < 100 * LIMIT


def test_a_chunk_that_claims_to_be_huge_ends_the_reading() -> None:
    lie = struct.pack(">I", 0xFFFFFFFF) + b"tEXt"

    assert texts(chunk(b"tEXt", b"a\0fine"), lie) == {"a": "fine"}
