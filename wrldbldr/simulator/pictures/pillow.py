"""Two Pillow calls whose own types are only half known to a checker, given whole ones."""

from collections.abc import Callable

from PIL import Image


def resized(
    image: Image.Image, size: tuple[int, int], method: Image.Resampling = Image.Resampling.BICUBIC
) -> Image.Image:
    """The picture in another size, in pixels."""
    return image.resize(size, method)  # pyright: ignore[reportUnknownMemberType]


def mapped(image: Image.Image, change: Callable[[int], int]) -> Image.Image:
    """A grey picture with every value 0..255 changed."""
    return image.point([change(value) for value in range(256)])  # pyright: ignore[reportUnknownMemberType]
