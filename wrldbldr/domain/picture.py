"""Which pictures fit whom, in which shapes they are painted, and what is asked for unless somebody says otherwise."""

import re

from wrldbldr.domain.batch import SIZE_LIMIT, SIZE_MINIMUM, SIZE_STEP, AssetType
from wrldbldr.domain.world import EntityType

VARIATIONS = 4
"""How many pictures of a batch are proposed."""

FITTING: dict[EntityType, tuple[AssetType, ...]] = {
    EntityType.CHARACTER: (AssetType.PORTRAIT, AssetType.SPRITE, AssetType.ITEM),
    EntityType.LOCATION: (AssetType.BACKDROP, AssetType.ITEM),
}
"""The pictures that may be asked for; the first one stands for its subject."""

SHAPES: dict[str, tuple[int, int]] = {
    "3:4": (768, 1024),
    "1:1": (768, 768),
    "4:3": (1024, 768),
    "16:9": (1216, 688),
    "1:2": (512, 1024),
}
"""Width and height in pixels by the name of the shape."""

OTHER_SHAPE = re.compile(r"(\d{2,4}) × (\d{2,4})", re.ASCII)

PROMPT_START_CHARACTERS = 500  # 18D.5 of the specification


def shape_of(size: tuple[int, int]) -> str:
    """The name of a size of `SHAPES`. Raises StopIteration for another one."""
    return next(name for name, known in SHAPES.items() if known == size)


def size_of(shape: str) -> tuple[int, int] | None:
    """Width and height of a shape: one of `SHAPES`, or `896 × 1152` for another size that may be asked for."""
    other = OTHER_SHAPE.fullmatch(shape)
    if other is None:
        return SHAPES.get(shape)
    size = (int(other[1]), int(other[2]))
    return size if _may_be_asked_for(size) else None


def is_square(shape: str) -> bool:
    """Whether both sides of a shape that may be asked for are the same."""
    size = size_of(shape)
    return size is not None and size[0] == size[1]


def shape_like(size: tuple[int, int]) -> str | None:
    """The shape in which a picture of this size is asked for again; None when none is like it.

    What is larger than can be asked for was enlarged after it was painted: a shape of the same proportions is like it.
    """
    width, height = size
    named = next((name for name, known in SHAPES.items() if known == size), None)
    if named or _may_be_asked_for(size):
        return named or f"{width} × {height}"
    return next((name for name, (w, h) in SHAPES.items() if w * height == h * width), None)


def _may_be_asked_for(size: tuple[int, int]) -> bool:
    return all(SIZE_MINIMUM <= side <= SIZE_LIMIT and side % SIZE_STEP == 0 for side in size)


def proposed_prompt(description: str) -> str:
    """The beginning of a description, at most 500 characters, cut between words (18D.5)."""
    text, limit = description.strip(), PROMPT_START_CHARACTERS
    return text if len(text) <= limit else text[: limit + 1].rsplit(None, 1)[0][:limit]
