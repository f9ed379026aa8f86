"""The shape of a picture, by its name or by its size."""

import pytest

from wrldbldr.domain.picture import shape_like, size_of


@pytest.mark.parametrize(
    ("size", "shape"),
    [
        ((768, 1024), "3:4"),
        ((896, 1152), "896 × 1152"),
        ((3072, 4096), "3:4"),
        ((64, 2048), "64 × 2048"),
        ((1001, 777), None),
        ((5000, 5001), None),
    ],
)
def test_a_size_is_asked_for_again_in_its_shape(size: tuple[int, int], shape: str | None) -> None:
    assert shape_like(size) == shape


@pytest.mark.parametrize(
    ("shape", "size"),
    [("3:4", (768, 1024)), ("896 × 1152", (896, 1152)), ("897 × 1152", None), ("9999 × 64", None), ("٨٩٦ × 1152", None), ("", None), ("8 × 8", None)],
)  # fmt: skip
def test_a_shape_that_cannot_be_painted_is_none(shape: str, size: tuple[int, int] | None) -> None:
    assert size_of(shape) == size
