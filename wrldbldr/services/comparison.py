"""What is different about how two pictures came to be, as briefly as it can be said."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from wrldbldr.db.database import Database
from wrldbldr.domain.account import Principal
from wrldbldr.services.gallery import GalleryService
from wrldbldr.services.generation_info import GenerationInfo

NOTHING = "–"
PHRASES_SHOWN = 6
IN_BATCH = "Number in its batch"


@dataclass(frozen=True, slots=True)
class Difference:
    """What is said of the picture at the left, and of the one at the right."""

    label: str
    left: str
    right: str


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two pictures; `alike` are the labels of what is the same of both, of what is known of either."""

    left: GenerationInfo
    right: GenerationInfo

    @property
    def differences(self) -> list[Difference]:
        """Of prompts only the phrases that one has and the other has not."""
        return [
            Difference(label, left or NOTHING, right or NOTHING)
            for label, left, right in (*self._texts(), *self._facts())
            if left != right
        ]

    @property
    def alike(self) -> list[str]:
        """What need not be looked at."""
        return [label for label, left, right in (*self._texts(), *self._facts()) if left == right and left]

    def _texts(self) -> list[tuple[str, str, str]]:
        left, right = self.left.recipe, self.right.recipe
        pairs = (("Prompt", left.prompt, right.prompt), ("Without", left.negative_prompt, right.negative_prompt))
        return [(label, *_apart(one, other)) for label, one, other in pairs]

    def _facts(self) -> list[tuple[str, str, str]]:
        left, right = _facts_of(self.left), _facts_of(self.right)
        batch_id = self.left.asset.batch_id
        if (
            batch_id is not None and batch_id == self.right.asset.batch_id
        ):  # one prompt may have painted both from one seed
            left |= {IN_BATCH: str(self.left.asset.batch_index + 1)}
            right |= {IN_BATCH: str(self.right.asset.batch_index + 1)}
        return [(label, left.get(label, ""), right.get(label, "")) for label in dict.fromkeys([*left, *right])]


class ComparisonService:
    """Reads only."""

    def __init__(self, gallery: GalleryService, database: Database) -> None:
        self._gallery = gallery
        self._database = database

    async def compare(self, who: Principal, left_id: UUID, right_id: UUID) -> Comparison:
        """Two pictures of theirs. Raises NotFoundError."""
        return Comparison(await self._gallery.info(who, left_id), await self._gallery.info(who, right_id))

    async def siblings(self, who: Principal, asset_id: UUID) -> Sequence[UUID]:
        """The pictures of the same batch in their order, this one among them; it alone when there is none. Raises NotFoundError."""
        asset = await self._gallery.find(who, asset_id)
        if asset.batch_id is None:
            return [asset_id]
        async with self._database.read() as unit:
            return (await unit.assets.ids_of_batches([asset.batch_id])).get(asset.batch_id, [asset_id])


def _facts_of(info: GenerationInfo) -> dict[str, str]:
    """By label; what is about the batch rather than the picture is left out."""
    recipe = info.recipe
    style = ", ".join(origin.label for origin in recipe.style)
    facts = {fact.label: fact.value for fact in info.facts if fact.label not in ("Batch", "Attempts", "Asked by")}
    return {"Seed": "" if recipe.seed is None else str(recipe.seed), **facts, "Style reference": style}


def _apart(left: str, right: str) -> tuple[str, str]:
    """Both as they are when they are the same, else what only one of them says."""
    if left == right:
        return left, right
    one, other = _phrases(left), _phrases(right)
    said_left, said_right = set(one), set(other)
    only_left = [phrase for phrase in one if phrase not in said_right]
    only_right = [phrase for phrase in other if phrase not in said_left]
    if not only_left and not only_right:  # the same in another order
        return _shown(one), f"{_shown(other)} (in another order)"
    return _shown(only_left), _shown(only_right)


def _phrases(text: str) -> list[str]:
    return list(filter(None, (" ".join(phrase.split()) for phrase in re.split(r"[,;\n]+", text))))


def _shown(phrases: Sequence[str]) -> str:
    more = len(phrases) - PHRASES_SHOWN
    return ", ".join(phrases[:PHRASES_SHOWN]) + (f" and {more} more" if more > 0 else "")
