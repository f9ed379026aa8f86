"""Tags of many pictures at once."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from wrldbldr.bus import Bus, world_topic
from wrldbldr.db.database import Database
from wrldbldr.domain.account import Principal
from wrldbldr.domain.events import PicturesChanged
from wrldbldr.domain.tag import TAG_LIMIT, checked_tag, spelled_alike, with_tag
from wrldbldr.domain.text import likeness
from wrldbldr.services.access import owned_assets


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
        """The tags of these pictures of one world, by name, with how many have each. Raises NotFoundError, InvalidInputError."""
        async with self._database.read() as unit:
            assets = await owned_assets(unit, who, asset_ids)
        counts = Counter(tag for asset in assets for tag in asset.tags)
        return [TagUse(name, counts[name]) for name in sorted(counts, key=likeness)]

    async def change(
        self, who: Principal, asset_ids: Sequence[UUID], *, add: str | None = None, remove: str | None = None
    ) -> None:
        """Put a tag on all of these pictures of one world, or take one off: on every one of them, or none.

        Raises NotFoundError, and InvalidInputError (field "tags") for what is no tag, and where one has too many then.
        """
        wanted = None if add is None else checked_tag(add)
        async with self._database.write() as unit:
            assets = await owned_assets(unit, who, asset_ids)
            names = {tag for asset in assets for tag in asset.tags}
            if remove is not None:
                unwanted = _alike(names, remove)
                for asset in assets:
                    asset.tags = tuple(tag for tag in asset.tags if tag not in unwanted)
            if wanted is not None:
                [tag] = spelled_alike((wanted,), await unit.gallery.tags(assets[0].world_id))
                there = _alike(names, tag)
                for asset in assets:
                    if there.isdisjoint(asset.tags):
                        asset.tags = with_tag(asset.tags, tag)
        for world_id, entity_id in dict.fromkeys((asset.world_id, asset.entity_id) for asset in assets):
            self._bus.publish(world_topic(world_id), PicturesChanged(world_id, entity_id))


def _alike(names: Iterable[str], name: str) -> set[str]:
    """Those of the names that are one tag with `name`: none where that is longer than any tag."""
    if len(name) > TAG_LIMIT:
        return set()
    wanted = likeness(name)
    return {other for other in names if likeness(other) == wanted}
