"""A photograph is kept the way up it is looked at."""

import pytest
from PIL import Image

from tests.media.pictures import bomb, decoded, drawing, encoded
from wrldbldr.media.errors import BrokenPictureError
from wrldbldr.media.upright import ORIENTATION, upright


def photograph(orientation: int) -> bytes:
    exif = Image.Exif()
    exif[ORIENTATION] = orientation
    return encoded(drawing(size=(96, 128)), "JPEG", exif=exif)


@pytest.mark.parametrize(("orientation", "size"), [(3, (96, 128)), (6, (128, 96)), (8, (128, 96))])
def test_one_that_lies_on_its_side_is_turned_and_says_so_no_more(orientation: int, size: tuple[int, int]) -> None:
    turned = decoded(upright(photograph(orientation)))

    assert turned.size == size
    assert ORIENTATION not in turned.getexif()


@pytest.mark.parametrize(
    "content", [photograph(1), encoded(drawing(), "JPEG"), encoded(drawing(), "PNG"), bomb(9, 9), b""]
)
def test_every_other_file_stays_as_it_is(content: bytes) -> None:
    assert upright(content) is content


def test_one_that_is_cut_off_is_refused() -> None:
    with pytest.raises(BrokenPictureError):
        upright(photograph(6)[:-200])
