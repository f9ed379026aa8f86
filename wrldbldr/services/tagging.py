"""Tags of many pictures at once."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from wrldbldr.bus import Bus, world_topic
from wrldbldr.db.database import Database, UnitOfWork
from wrldbldr.domain.account import Principal
from wrldbldr.domain.asset import Asset
from wrldbldr.domain.events import PicturesChanged
from wrldbldr.domain.tag import checked_tag, checked_tags, spelled_alike
from wrldbldr.domain.text import likeness
from wrldbldr.services.access import owned_asset


@dataclass(frozen=True, slots=True)
class TagUse:
    """A tag that some of the pictures in question have, or all of them."""

    name: str
    count: int


class TaggingService:
    """Puts tags on pictures, and takes them off."""

    def __init__(self, database: Database, bus: Bus) -> None:
        self._database = database
        self._bus = bus

    async def uses(self, who: Principal, asset_ids: Sequence[UUID]) -> Sequence[TagUse]:
        """The tags of these pictures, by name, with how many of them have each. Raises NotFoundError."""
        async with self._database.read() as unit:
            assets = await _theirs(unit, who, asset_ids)
        counts = Counter(tag for asset in assets for tag in asset.tags)
        return [TagUse(name, counts[name]) for name in sorted(counts, key=likeness)]

    async def change(
        self, who: Principal, asset_ids: Sequence[UUID], *, add: str | None = None, remove: str | None = None
    ) -> None:
        """Put a tag on all of these pictures, or take one off: on every one of them, or none.

        Raises NotFoundError, and InvalidInputError (field "tags") for what is no tag, and where one has too many then.
        """
        async with self._database.write() as unit:
            assets = await _theirs(unit, who, asset_ids)
            for asset in assets:
                if remove is not None:
                    asset.tags = tuple(tag for tag in asset.tags if likeness(tag) != likeness(remove))
                if add is not None:
                    [tag] = spelled_alike((checked_tag(add),), await unit.pictures.tags(asset.world_id))
                    asset.tags = checked_tags([*asset.tags, tag])
        for world_id, entity_id in dict.fromkeys((asset.world_id, asset.entity_id) for asset in assets):
            self._bus.publish(world_topic(world_id), PicturesChanged(world_id, entity_id))


async def _theirs(unit: UnitOfWork, who: Principal, asset_ids: Sequence[UUID]) -> list[Asset]:
    return [await owned_asset(unit, who, asset_id) for asset_id in dict.fromkeys(asset_ids)]
