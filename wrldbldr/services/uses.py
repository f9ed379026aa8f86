"""What uses pictures that are about to be deleted, in words."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from wrldbldr.db.database import UnitOfWork

NAMES_SHOWN = 3


@dataclass(frozen=True, slots=True)
class PictureUses:
    """Of `count` pictures together: for whom they stand, at which tables they are on the stage, whose style they are,
    how many batches wait that take their style from them, and how many pictures did.
    """

    count: int
    active: Sequence[str] = ()
    stages: Sequence[str] = ()
    own_styles: Sequence[str] = ()
    waiting: int = 0
    heirs: int = 0

    @property
    def sentences(self) -> list[str]:
        """One for each kind of use; none when nothing uses them."""
        is_one = self.count == 1
        it, stands, is_ = ("It", "stands", "is") if is_one else ("They", "stand", "are")
        them = "it" if is_one else "them"
        said: list[str] = []
        if self.active:
            said.append(f"{it} {stands} for {_listed(self.active)} now.")
        if self.stages:
            said.append(f"{it} {is_} on the stage of {_listed(self.stages)}: players see {them} no more.")
        if self.own_styles:
            said.append(f"{it} {is_} the style reference of {_listed(self.own_styles)}.")
        if self.waiting:
            said.append(
                f"{_counted(self.waiting, 'waiting batch', 'waiting batches')} will still take the style of {them}."
            )
        if self.heirs:
            said.append(f"{_counted(self.heirs, 'picture', 'pictures')} took the style of {them}, and will stay.")
        return said


async def uses_of(unit: UnitOfWork, world_id: UUID, asset_ids: Sequence[UUID]) -> PictureUses:
    """What uses these pictures of a world."""
    return PictureUses(
        count=len(asset_ids),
        active=await unit.uses.active(asset_ids),
        stages=await unit.uses.stages(asset_ids),
        own_styles=await unit.uses.own_styles(asset_ids),
        waiting=await unit.uses.waiting(world_id, asset_ids),
        heirs=await unit.uses.heirs(asset_ids),
    )


def _listed(names: Sequence[str]) -> str:
    """`A`, `A and B`, `A, B, C and 4 others`."""
    if len(names) > NAMES_SHOWN:
        rest = len(names) - NAMES_SHOWN
        return f"{', '.join(names[:NAMES_SHOWN])} and {_counted(rest, 'other', 'others')}"
    return " and ".join(filter(None, [", ".join(names[:-1]), names[-1]]))


def _counted(count: int, one: str, many: str) -> str:
    return f"{count:,} {one if count == 1 else many}"
