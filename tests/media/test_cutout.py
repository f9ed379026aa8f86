"""A plain background is taken away, and nothing else."""

import io

import pytest
from PIL import Image, ImageDraw

from tests.media.pictures import decoded, drawing, encoded
from wrldbldr.media.cutout import NotPlainError, cut_out, is_cut_out
from wrldbldr.media.errors import BrokenPictureError
from wrldbldr.media.pictures import clean

GREEN, RED = (30, 120, 60), (200, 40, 40)


def on_ground(kind: str = "PNG", *, is_plain: bool = True) -> bytes:
    """A red ring, drawn smoothly, on a green ground that is also seen through the ring."""
    large = Image.new("RGB", (400, 600), GREEN)
    if not is_plain:
        large.paste(drawing("RGB", (400, 600)))
    ImageDraw.Draw(large).ellipse((80, 80, 320, 480), fill=RED)
    ImageDraw.Draw(large).ellipse((160, 200, 240, 360), fill=GREEN)
    return encoded(large.reduce(4), kind, **({"quality": 85} if kind == "JPEG" else {}))


@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
def test_what_reaches_the_border_is_transparent_and_what_the_figure_encloses_stays(kind: str) -> None:
    cut = decoded(cut_out(on_ground(kind)).content)

    assert (cut.mode, cut.size) == ("RGBA", (100, 150))
    assert cut.getpixel((0, 0)) == (0, 0, 0, 0)
    assert cut.getpixel((99, 149)) == (0, 0, 0, 0)
    for place, colour in (((30, 70), RED), ((50, 70), GREEN)):
        pixel = cut.getpixel(place)
        assert isinstance(pixel, tuple)
        assert pixel[3] == 255
        assert max(abs(a - b) for a, b in zip(pixel[:3], colour, strict=True)) < 12


def test_a_smooth_edge_stays_smooth_and_keeps_nothing_of_the_background() -> None:
    cut = decoded(cut_out(on_ground()).content)
    half = [pixel for pixel in pixels(cut) if 0 < pixel[3] < 255]

    assert len(half) > 40
    assert all(red > green for red, green, _, alpha in half if alpha > 60), "the green is out of the mixture"


def pixels(picture: Image.Image) -> list[tuple[int, ...]]:
    data = picture.tobytes()
    return [tuple(data[at : at + 4]) for at in range(0, len(data), 4)]


def test_what_was_cut_out_is_kept_as_it_is() -> None:
    cut = cut_out(on_ground())

    assert is_cut_out(cut.content)
    assert clean(cut.content) == cut
    assert decoded(cut.thumbnails[64]).getchannel("A").getextrema()[0] == 0


@pytest.mark.parametrize(("mode", "kind"), [("RGBA", "PNG"), ("LA", "PNG"), ("RGBA", "WEBP")])
def test_a_picture_with_a_transparent_background_is_recognised_and_kept_so(mode: str, kind: str) -> None:
    kept = clean(encoded(drawing(mode), kind, **({"lossless": True} if kind == "WEBP" else {})))

    assert is_cut_out(kept.content)
    assert decoded(kept.content).getchannel("A").tobytes() == drawing(mode).getchannel("A").tobytes()
    assert not is_cut_out(on_ground())


@pytest.mark.parametrize(
    "content",
    [
        on_ground(is_plain=False),
        encoded(Image.new("RGB", (40, 60), GREEN), "PNG"),
        encoded(Image.effect_noise((200, 300), 120).convert("RGB"), "PNG"),
        encoded(Image.linear_gradient("L").convert("RGB"), "PNG"),
    ],
    ids=["scene", "nothing_else", "noise", "gradient"],
)
def test_a_background_that_is_not_plain_is_left_alone(content: bytes) -> None:
    with pytest.raises(NotPlainError, match="not plain"):
        cut_out(content)


def test_a_picture_that_is_damaged_is_told_so() -> None:
    with pytest.raises(BrokenPictureError):
        cut_out(on_ground()[:200])
    with pytest.raises(BrokenPictureError):
        is_cut_out(b"")


def test_a_single_pixel_breaks_nothing() -> None:
    output = io.BytesIO()
    Image.new("RGB", (1, 1)).save(output, "PNG")

    with pytest.raises(NotPlainError):
        cut_out(output.getvalue())
