"""A picture that is kept is whole, and says nothing besides its pixels."""

import io
import struct
import tracemalloc
import zlib
from threading import Event, Thread
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from tests.media.pictures import PROMPT, bomb, decoded, drawing, encoded, png
from wrldbldr.media.errors import BrokenPictureError, PictureTooLargeError
from wrldbldr.media.pictures import clean, decoding


def png_with_prompt(mode: str = "RGB") -> bytes:
    """A PNG as ComfyUI saves it: the whole graph, prompts included, in text chunks."""
    info = PngInfo()
    info.add_text("prompt", PROMPT)
    info.add_text("workflow", PROMPT, zip=True)
    info.add_itxt("parameters", PROMPT)
    return encoded(drawing(mode), "PNG", pnginfo=info)


def exif_with_prompt() -> Image.Exif:
    exif = Image.Exif()
    exif[0x010F] = f"prompt:{PROMPT}"
    exif[0x9286] = PROMPT
    return exif


def says_the_prompt(content: bytes) -> bool:
    """Whether it can be read anywhere in the file, or out of anything Pillow finds in it."""
    found = decoded(content)
    everything = repr(found.info) + repr(dict(found.getexif()))
    return b"secret queen" in content or "secret queen" in everything


@pytest.mark.parametrize("mode", ["RGB", "RGBA", "L", "LA", "P", "1"])
def test_the_graph_is_gone_from_a_png_and_no_pixel_changed(mode: str) -> None:
    original = png_with_prompt(mode)
    assert says_the_prompt(original)

    kept = clean(original)

    assert kept.media_type == "image/png"
    assert not says_the_prompt(kept.content)
    assert decoded(kept.content).convert("RGBA").tobytes() == drawing(mode).convert("RGBA").tobytes()


def chunks(content: bytes) -> list[tuple[bytes, bytes]]:
    """The chunks of a PNG: what kind each is, and what is in it."""
    found: list[tuple[bytes, bytes]] = []
    at = 8
    while at < len(content):
        size = int.from_bytes(content[at : at + 4], "big")
        found.append((content[at + 4 : at + 8], content[at + 8 : at + 8 + size]))
        at += 12 + size
    return found


def test_a_png_is_not_compressed_anew_which_takes_seconds_for_a_large_one() -> None:
    original = png_with_prompt()

    kept = chunks(clean(original + PROMPT.encode()).content)

    assert kept == [chunk for chunk in chunks(original) if chunk[0] in {b"IHDR", b"IDAT", b"IEND"}]


def test_nothing_can_be_said_in_the_end_of_a_png() -> None:
    words = PROMPT.encode()
    original = encoded(drawing(), "PNG")[:-12] + struct.pack(">I", len(words)) + b"IEND" + words + bytes(4)

    assert not says_the_prompt(clean(original).content)


@pytest.mark.parametrize("cut", [1, 4, 11, 12, 13, 17])
def test_a_png_whose_last_bytes_are_missing_is_refused(cut: int) -> None:
    assert refusal(encoded(drawing(), "PNG")[:-cut]) == "ComfyUI sent a picture that cannot be opened."


def test_of_a_png_that_moves_the_first_picture_is_kept() -> None:
    frames = [drawing(), drawing().transpose(Image.Transpose.ROTATE_180)]
    original = encoded(frames[0], "PNG", save_all=True, append_images=frames[1:])

    kept = clean(original)

    assert {kind for kind, _ in chunks(kept.content)} == {b"IHDR", b"IDAT", b"IEND"}
    assert decoded(kept.content).tobytes() == frames[0].tobytes()


def test_a_png_of_three_times_16_bits_keeps_them() -> None:
    """Pillow does not write them, and reads them as 8."""
    pixels = struct.pack(">6H", 0, 1, 256, 257, 40_000, 65_535)
    header = struct.pack(">IIBBBBB", 2, 1, 16, 2, 0, 0, 0)
    original = png((b"IHDR", header), (b"IDAT", zlib.compress(b"\0" + pixels)))

    assert zlib.decompress(dict(chunks(clean(original).content))[b"IDAT"]) == b"\0" + pixels


def test_a_png_of_16_bits_keeps_them() -> None:
    deep = Image.frombytes("I;16", (4, 2), struct.pack("<8H", 0, 1, 255, 256, 257, 40000, 65534, 65535))

    kept = decoded(clean(encoded(deep, "PNG")).content)

    assert (kept.mode, kept.tobytes()) == ("I;16", deep.tobytes())


def test_the_graph_is_gone_from_a_jpeg_wherever_it_was() -> None:
    original = encoded(
        drawing(), "JPEG", quality=92, subsampling=0, exif=exif_with_prompt(), comment=PROMPT, xmp=PROMPT.encode()
    )
    assert says_the_prompt(original)

    kept = clean(original)

    assert kept.media_type == "image/jpeg"
    assert not says_the_prompt(kept.content)
    assert decoded(kept.content).info.get("comment", b"") == b""


@pytest.mark.parametrize("mode", ["RGB", "L", "CMYK"])
@pytest.mark.parametrize(
    "way", [{}, {"progressive": True}, {"restart_marker_rows": 1}], ids=["plain", "sharper", "restarts"]
)
def test_no_pixel_of_a_jpeg_changes_and_nothing_after_its_end_is_kept(mode: str, way: dict[str, Any]) -> None:
    original = encoded(drawing(mode), "JPEG", quality=92, subsampling=0, exif=exif_with_prompt(), **way)

    kept = clean(original + PROMPT.encode() + original)

    assert kept.media_type == "image/jpeg"
    assert decoded(kept.content).tobytes() == decoded(original).tobytes()
    assert not says_the_prompt(kept.content)


def test_a_jpeg_with_a_second_picture_in_it_is_the_first_one() -> None:
    frames = [drawing(), drawing().transpose(Image.Transpose.ROTATE_180)]
    original = encoded(frames[0], "MPO", save_all=True, append_images=frames[1:])

    kept = clean(original)

    assert kept.media_type == "image/jpeg"
    assert decoded(kept.content).tobytes() == decoded(encoded(frames[0], "JPEG")).tobytes()
    assert len(kept.content) < len(original) / 2 + 1000


@pytest.mark.parametrize("cut", [1, 2, 3, 40])
def test_a_jpeg_whose_last_bytes_are_missing_is_refused(cut: int) -> None:
    assert refusal(encoded(drawing(), "JPEG")[:-cut]) == "ComfyUI sent a picture that cannot be opened."


@pytest.mark.parametrize("file_format", ["PNG", "JPEG", "WEBP", "GIF"])
def test_what_was_cleaned_is_clean(file_format: str) -> None:
    kept = clean(encoded(drawing(), file_format))

    assert clean(kept.content) == kept


@pytest.mark.parametrize("mode", ["RGB", "RGBA"])
def test_the_graph_is_gone_from_a_webp_and_no_pixel_changed(mode: str) -> None:
    original = encoded(drawing(mode), "WEBP", lossless=True, exact=True, exif=exif_with_prompt(), xmp=PROMPT.encode())
    assert says_the_prompt(original)

    kept = clean(original)

    assert kept.media_type == "image/webp"
    assert not says_the_prompt(kept.content)
    assert visible(decoded(kept.content)) == visible(drawing(mode))


def test_a_lossy_webp_is_kept_as_it_is_and_does_not_grow() -> None:
    original = encoded(drawing(), "WEBP", quality=80, exif=exif_with_prompt(), xmp=PROMPT.encode())

    kept = clean(original + PROMPT.encode()).content

    assert not says_the_prompt(kept)
    assert len(kept) < len(original)
    assert kept[12:16] == b"VP8X"
    assert kept[20] & 0b0010_1100 == 0, "the header claims nothing that is not there"
    assert decoded(kept).tobytes() == decoded(original).tobytes()


def test_a_webp_that_moves_goes_on_moving() -> None:
    frames = [drawing(), drawing().transpose(Image.Transpose.ROTATE_180)]
    original = encoded(frames[0], "WEBP", save_all=True, append_images=frames[1:], exif=exif_with_prompt())

    kept = clean(original)

    assert decoded(kept.content).n_frames == 2  # type: ignore[attr-defined]
    assert not says_the_prompt(kept.content)


def visible(picture: Image.Image) -> bytes:
    """The pixels as they look: the colour of what is wholly transparent means nothing."""
    return Image.alpha_composite(Image.new("RGBA", picture.size, "white"), picture.convert("RGBA")).tobytes()


@pytest.mark.parametrize("file_format", ["GIF", "BMP", "TIFF"])
def test_anything_unusual_becomes_a_png(file_format: str) -> None:
    source = drawing("P" if file_format == "GIF" else "RGB")

    kept = clean(encoded(source, file_format))

    assert kept.media_type == "image/png"
    assert decoded(kept.content).convert("RGB").tobytes() == source.convert("RGB").tobytes()


def test_size_and_bytes_are_told() -> None:
    kept = clean(png_with_prompt())

    assert (kept.width, kept.height) == decoded(kept.content).size == (96, 128)


@pytest.mark.parametrize("size", [(1024, 1024), (768, 1024), (512, 1024), (1216, 688), (2048, 64), (64, 2048)])
def test_thumbnails_are_webp_at_most_256_and_64_pixels_wide_and_twice_as_high(size: tuple[int, int]) -> None:
    thumbnails = clean(encoded(drawing(size=size), "PNG", compress_level=1)).thumbnails

    assert set(thumbnails) == {256, 64}
    for side, content in thumbnails.items():
        small = decoded(content)
        assert small.format == "WEBP"
        assert small.width <= side
        assert small.height <= 2 * side
        assert small.width == side or small.height == 2 * side or size == (64, 2048)


def test_a_thumbnail_is_never_larger_than_the_picture() -> None:
    thumbnails = clean(encoded(drawing(size=(40, 30)), "PNG")).thumbnails

    assert [decoded(content).size for content in thumbnails.values()] == [(40, 30), (40, 30)]


@pytest.mark.parametrize(("mode", "file_format"), [("RGBA", "PNG"), ("LA", "PNG"), ("RGBA", "WEBP"), ("P", "GIF")])
def test_thumbnails_keep_transparency(mode: str, file_format: str) -> None:
    if mode == "P":
        content = encoded(
            drawing("RGB").convert("P"), file_format, transparency=drawing("RGB").convert("P").getpixel((0, 0))
        )
    else:
        content = encoded(drawing(mode), file_format)

    for thumbnail in clean(content).thumbnails.values():
        assert decoded(thumbnail).convert("RGBA").getchannel("A").getextrema()[0] == 0


def test_a_thumbnail_of_an_opaque_picture_has_no_alpha() -> None:
    assert decoded(clean(png_with_prompt()).thumbnails[64]).mode == "RGB"


def refusal(content: bytes) -> str:
    with pytest.raises(BrokenPictureError) as caught:
        clean(content)
    assert str(caught.value).endswith(".")
    return str(caught.value)


@pytest.mark.parametrize("file_format", ["PNG", "JPEG", "WEBP", "GIF", "BMP"])
@pytest.mark.parametrize("share", [0.02, 0.3, 0.6, 0.9])
def test_a_picture_that_is_cut_off_is_refused(file_format: str, share: float) -> None:
    whole = encoded(drawing(), file_format)

    assert refusal(whole[: int(len(whole) * share)]) == "ComfyUI sent a picture that cannot be opened."


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\x00" * 100,
        b"<!doctype html><title>502 Bad Gateway</title>",
        b'{"error": "not found"}',
        b"\x89PNG\r\n\x1a\n",
        b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 10 10\n",
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
    ],
)
def test_what_is_no_picture_is_refused(content: bytes) -> None:
    assert refusal(content) == "ComfyUI sent a picture that cannot be opened."


@pytest.mark.parametrize("size", [(8_192, 8_193), (10_000, 9_000), (30_000, 30_000), (2**31 - 1, 2**31 - 1)])
def test_a_picture_that_would_fill_the_memory_is_refused_before_it_is_decoded(size: tuple[int, int]) -> None:
    with pytest.raises(PictureTooLargeError) as caught:
        clean(bomb(*size))

    failure = caught.value.to_failure()
    assert failure.title == "A picture is too large to keep"
    assert "up to 8,192 × 8,192 pixels" in failure.message
    assert failure.message.endswith("ask for the pictures again.")


def test_how_large_a_picture_was_that_is_too_large_is_among_the_details() -> None:
    with pytest.raises(PictureTooLargeError) as caught:
        clean(bomb(16_384, 4_097))

    assert caught.value.details == {"Reason": "16,384 × 4,097 pixels"}


@pytest.mark.parametrize("size", [(8_192, 8_192), (16_384, 4_096)])
def test_a_picture_as_large_as_upscalers_make_them_is_not_refused_for_its_size(size: tuple[int, int]) -> None:
    assert refusal(bomb(*size)) == "ComfyUI sent a picture that cannot be opened.", "there is hardly a pixel in it"


def test_a_picture_four_times_as_wide_and_high_as_most_is_kept() -> None:
    kept = clean(encoded(Image.new("L", (6_144, 4_096), 90), "PNG", compress_level=1))

    assert (kept.width, kept.height) == (6_144, 4_096)
    assert decoded(kept.thumbnails[256]).size == (256, 171)


def test_pictures_are_decoded_one_at_a_time_however_many_arrive_at_once() -> None:
    done = Event()

    def bring() -> None:
        clean(png_with_prompt())
        done.set()

    thread = Thread(target=bring)
    with decoding:
        thread.start()
        assert not done.wait(0.2)
    thread.join()

    assert done.is_set()


def test_the_pixels_are_never_copied_as_bytes() -> None:
    """A picture of 67 megapixels has 268 MB of them."""
    content = encoded(Image.new("RGBA", (1000, 1000), "teal"), "PNG")
    clean(content)
    tracemalloc.start()
    try:
        clean(content)
        assert tracemalloc.get_traced_memory()[1] < 1_000_000
    finally:
        tracemalloc.stop()


def test_a_colour_that_stands_for_nothing_stays_transparent_in_the_thumbnails_too() -> None:
    kept = clean(encoded(Image.new("RGB", (400, 400), (255, 0, 255)), "PNG", transparency=(255, 0, 255)))

    for content in (kept.content, *kept.thumbnails.values()):
        assert decoded(content).convert("RGBA").getchannel("A").getextrema() == (0, 0)


SOURCES = [
    encoded(drawing(size=(24, 24)), file_format)
    for file_format in ("PNG", "JPEG", "WEBP", "GIF", "BMP", "TIFF", "AVIF")
]


@pytest.mark.filterwarnings("ignore::UserWarning")  # Pillow says what is wrong with a file before it gives up
@settings(max_examples=150, deadline=None)
@given(source=st.sampled_from(SOURCES), at=st.floats(0, 1, exclude_max=True), noise=st.binary(min_size=1, max_size=8))
def test_a_damaged_file_is_refused_or_opened_but_never_breaks_us(source: bytes, at: float, noise: bytes) -> None:
    place = int(at * len(source))
    damaged = source[:place] + noise + source[place + len(noise) :]

    try:
        kept = clean(damaged)
    except (BrokenPictureError, PictureTooLargeError):
        return
    assert Image.open(io.BytesIO(kept.content)).size == (kept.width, kept.height)
