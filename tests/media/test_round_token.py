"""A round token, cut where a face is."""

import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image, ImageDraw

from tests.media.pictures import decoded, encoded
from wrldbldr.media.errors import BrokenPictureError
from wrldbldr.media.round_token import RING, round_token

BLUE, WHITE, BLACK = (20, 40, 200), (255, 255, 255), (0, 0, 0)


def picture(size: tuple[int, int], face: tuple[int, int]) -> bytes:
    """Blue, with a white dot where the face is."""
    drawn = Image.new("RGB", size, BLUE)
    ImageDraw.Draw(drawn).circle(face, 20, fill=WHITE)
    return encoded(drawn, "PNG")


@pytest.mark.parametrize("side", [256, 512, 1024])
def test_it_is_a_circle_with_a_smooth_edge_and_nothing_outside(side: int) -> None:
    token = decoded(round_token(picture((300, 400), (150, 120)), side, has_ring=False))

    assert (token.format, token.mode, token.size) == ("PNG", "RGBA", (side, side))
    for corner in ((0, 0), (side - 1, 0), (0, side - 1), (side - 1, side - 1), (side // 8, side // 8)):
        assert token.getpixel(corner) == (0, 0, 0, 0)
    assert token.getpixel((side // 2, side - 3)) == (*BLUE, 255)
    alphas = set(token.getchannel("A").tobytes())
    assert len(alphas - {0, 255}) > 10


@pytest.mark.parametrize(
    ("size", "face"), [((300, 400), (150, 120)), ((200, 800), (100, 90)), ((800, 300), (400, 120))]
)
def test_the_face_is_in_it(size: tuple[int, int], face: tuple[int, int]) -> None:
    token = decoded(round_token(picture(size, face), 256, has_ring=False))

    middle = token.crop((78, 60, 178, 178)).convert("L")
    assert middle.getextrema()[1] == 255


def test_the_ring_has_the_colour_of_the_theme() -> None:
    token = decoded(round_token(picture((300, 300), (150, 150)), 512, has_ring=True))

    assert token.getpixel((256, 8)) == RING
    assert token.getpixel((256, 60)) == (*BLUE, 255)


def test_of_a_figure_on_a_transparent_ground_the_head_is_taken() -> None:
    standing = Image.new("RGBA", (400, 800))
    ImageDraw.Draw(standing).rectangle((180, 300, 220, 790), fill=(*BLACK, 255))
    ImageDraw.Draw(standing).circle((200, 290), 30, fill=(*WHITE, 255))

    token = decoded(round_token(encoded(standing, "PNG"), 256, has_ring=False))

    assert token.convert("L").crop((78, 20, 178, 128)).getextrema()[1] == 255
    assert token.getpixel((60, 128)) == (0, 0, 0, 0)


LITTLE_MEMORY = """
import resource, sys
from pathlib import Path
from wrldbldr.media.round_token import round_token
content = Path(sys.argv[1]).read_bytes()
resource.setrlimit(resource.RLIMIT_AS, (2**30, 2**30))
round_token(content, 256, has_ring=True)
"""


@pytest.mark.parametrize("size", [(3, 60_000), (60_000, 3)])
def test_of_a_figure_as_thin_as_a_thread_no_wall_is_made(tmp_path: Path, size: tuple[int, int]) -> None:
    pytest.importorskip("resource")
    thread = Image.new("RGBA", size, (*BLUE, 255))
    thread.putpixel((0, 0), (0, 0, 0, 0))
    file = tmp_path / "thread.png"
    file.write_bytes(encoded(thread, "PNG"))

    subprocess.run([sys.executable, "-c", LITTLE_MEMORY, file], check=True, timeout=60)


def test_a_picture_that_is_damaged_is_told_so() -> None:
    with pytest.raises(BrokenPictureError):
        round_token(b"", 256, has_ring=True)
