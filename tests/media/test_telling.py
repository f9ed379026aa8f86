"""Texts that are put into a picture on its way out."""

import io
from pathlib import Path

import pytest
from PIL import Image

from tests.media.pictures import decoded, drawing, encoded
from wrldbldr.media.pictures import clean
from wrldbldr.media.telling import telling
from wrldbldr.media.texts import comment_of, png_texts

TEXTS = {"parameters": "a lamp – ランプ\nSeed: 7, Size: 96x128, Version: WrldBldr", "wrldbldr": '{"version": 1}'}
LIMIT = 100_000


def told(folder: Path, content: bytes) -> bytes:
    """The file as it goes out. It is as long as it says, and the one on disk is untouched."""
    picture, path = clean(content), folder / "picture"
    path.write_bytes(picture.content)
    file = telling(path, picture.media_type, (picture.width, picture.height), TEXTS)
    sent = b"".join(file.pieces())
    assert len(sent) == file.byte_size
    assert path.read_bytes() == picture.content
    return sent


def test_a_png_has_both_texts_and_the_same_pixels(tmp_path: Path) -> None:
    before = encoded(drawing("RGBA"), "PNG")

    sent = told(tmp_path, before)

    assert png_texts(sent, TEXTS, limit_bytes=LIMIT) == TEXTS
    assert decoded(sent).tobytes() == decoded(before).tobytes()
    assert Image.open(io.BytesIO(sent)).info["parameters"] == TEXTS["parameters"]


@pytest.mark.parametrize(
    ("mode", "file_format", "options"),
    [
        ("RGB", "JPEG", {}),
        ("RGB", "WEBP", {}),
        ("RGBA", "WEBP", {}),
        ("RGB", "WEBP", {"lossless": True}),
        ("RGBA", "WEBP", {"lossless": True}),
    ],
)
def test_jpeg_and_webp_have_the_text_for_others_as_their_comment_and_the_same_pixels(
    tmp_path: Path, mode: str, file_format: str, options: dict[str, bool]
) -> None:
    before = encoded(drawing(mode), file_format, **options)

    sent = told(tmp_path, before)

    assert comment_of(sent, limit_bytes=LIMIT) == TEXTS["parameters"]
    assert decoded(sent).convert("RGBA").tobytes() == decoded(clean(before).content).convert("RGBA").tobytes()
    assert comment_of(clean(sent).content, limit_bytes=LIMIT) == "", "and it is gone when the file is brought back"


def test_a_comment_longer_than_a_jpeg_has_room_for_is_left_out(tmp_path: Path) -> None:
    path = tmp_path / "picture"
    path.write_bytes(encoded(drawing(), "JPEG"))

    file = telling(path, "image/jpeg", (96, 128), {"parameters": "x" * 40_000})

    assert b"".join(file.pieces()) == path.read_bytes()


def test_an_unusual_file_goes_out_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "picture"
    path.write_bytes(b"GIF89a and more")

    assert b"".join(telling(path, "image/gif", (1, 1), TEXTS).pieces()) == b"GIF89a and more"


@pytest.mark.parametrize("content", [b"", b"\xff\xd8\xff", b"RIFF\0\0\0\0WEBP", encoded(drawing(), "JPEG")])
def test_where_there_is_no_comment_none_is_read(content: bytes) -> None:
    try:
        assert comment_of(content, limit_bytes=LIMIT) == ""
    except OSError:
        assert len(content) < 100, "only what is no picture is refused"
