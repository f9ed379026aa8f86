"""Which pictures fit whom, in which shapes they are painted, and what is asked for unless somebody says otherwise."""

from wrldbldr.domain.batch import AssetType
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

PROMPT_START_CHARACTERS = 500  # 18D.5 of the specification


def shape_of(size: tuple[int, int]) -> str:
    """The name of a size of `SHAPES`. Raises StopIteration for another one."""
    return next(name for name, known in SHAPES.items() if known == size)


def proposed_prompt(description: str, limit: int = PROMPT_START_CHARACTERS) -> str:
    """The beginning of a description, at most `limit` characters, cut between words."""
    text = description.strip()
    return text if len(text) <= limit else text[: limit + 1].rsplit(None, 1)[0][:limit]
