"""What players at a table may know: who is visible to them with the pictures chosen for those, the stage, and that
something is painted.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path
from uuid import UUID

from wrldbldr.db.database import Database, UnitOfWork
from wrldbldr.domain.batch import AssetType, Batch, BatchStatus, Outline, Standing
from wrldbldr.domain.errors import NotFoundError
from wrldbldr.domain.player import SeatedPlayer
from wrldbldr.domain.stage import Part
from wrldbldr.domain.world import Entity, EntityType
from wrldbldr.media.store import FULL
from wrldbldr.services.bulletin import Bulletin, Excerpt, Place, excerpt
from wrldbldr.services.gallery import GalleryService, PictureFile
from wrldbldr.services.progress import LiveProgress

PAINTING_LIMIT = 2  # as many as are in hand at once
NAMELESS = "Picture"  # what a file is called that shows somebody whom players do not know by name


@dataclass(frozen=True, slots=True)
class Shown:
    """Somebody or something players may know, with the picture of each type that was chosen for it."""

    entity: Entity
    pictures: dict[AssetType, UUID]


@dataclass(frozen=True, slots=True)
class Seen:
    """One picture on the stage. `name` is empty while players must not know whose it is: they see it all the same."""

    piece_id: UUID
    part: Part
    asset_id: UUID
    asset_type: AssetType
    name: str


@dataclass(frozen=True)
class Table:
    """What a player at a table sees. `painting` is what is being painted, `names` whom they may know by name, by id."""

    world_name: str
    name: str
    shown: list[Shown]
    painting: list[Bulletin]
    stage: Sequence[Seen]

    @cached_property
    def names(self) -> dict[UUID, str]:
        """By which names players know whom."""
        return {shown.entity.id: shown.entity.name for shown in self.shown}


class AudienceService:
    """Reads only. Whatever is not named here, players cannot know."""

    def __init__(self, database: Database, progress: LiveProgress, gallery: GalleryService) -> None:
        self._database = database
        self._progress = progress
        self._gallery = gallery

    async def table(self, who: SeatedPlayer) -> Table:
        """Everything a player's screen shows. Raises NotFoundError when the table is gone."""
        async with self._database.read() as unit:
            game_session = await unit.worlds.find_game_session(who.game_session_id)
            world = await unit.worlds.find(who.world_id)
            if game_session is None or world is None:
                raise NotFoundError("game session")
            active = await unit.assets.active(world.id)
            visible = await _visible(unit, world.id)
            known = {entity.id for entity in visible}
            painting = [
                self._bulletin(known, batch)
                for batch in await unit.batches.first(game_session.id, BatchStatus.GENERATING, PAINTING_LIMIT)
            ]
            stage = await _seen(unit, who, {entity.id: entity.name for entity in visible})
        pictures: defaultdict[UUID, dict[AssetType, UUID]] = defaultdict(dict)
        for (entity_id, kind), asset_id in active.items():
            pictures[entity_id][kind] = asset_id
        shown = [Shown(entity, pictures[entity.id]) for entity in visible]
        return Table(world.name, game_session.name, shown, painting, stage)

    async def stage(self, who: SeatedPlayer) -> Sequence[Seen]:
        """What is on the stage for them: the backdrop, who stands there from left to right, handouts. Raises NotFoundError."""
        async with self._database.read() as unit:
            if await unit.worlds.find_game_session(who.game_session_id) is None:
                raise NotFoundError("game session")
            visible = await _visible(unit, who.world_id)
            return await _seen(unit, who, {entity.id: entity.name for entity in visible})

    async def unfinished(self, who: SeatedPlayer, after: Place | None = None) -> Excerpt:
        """What of their table is still to come, or has failed, behind a place. Raises NotFoundError."""
        async with self._database.read() as unit:
            if await unit.worlds.find_game_session(who.game_session_id) is None:
                raise NotFoundError("game session")
            visible = {entity.id for entity in await _visible(unit, who.world_id)}
            return await excerpt(unit, who.game_session_id, after, partial(self._bulletin, visible))

    async def standings(self, who: SeatedPlayer) -> Sequence[Standing]:
        """All of the same, as no more than it takes to compare two looks. Raises NotFoundError."""
        async with self._database.read() as unit:
            if await unit.worlds.find_game_session(who.game_session_id) is None:
                raise NotFoundError("game session")
            return await unit.batches.standings(who.game_session_id)

    async def statuses(self, who: SeatedPlayer, batch_ids: Collection[UUID]) -> dict[UUID, BatchStatus]:
        """Where those of these are that there are at their table."""
        async with self._database.read() as unit:
            return await unit.batches.statuses(who.game_session_id, batch_ids)

    async def bulletin(self, who: SeatedPlayer, batch_id: UUID) -> Bulletin:
        """What may be told of a batch of their table. Raises NotFoundError."""
        async with self._database.read() as unit:
            batch = await unit.batches.find(batch_id)
            if batch is None or batch.game_session_id != who.game_session_id:
                raise NotFoundError("batch")
            visible = {entity.id for entity in await _visible(unit, who.world_id)}
            positions = await unit.line.positions([batch])
        return self._bulletin(visible, batch, positions.get(batch.id, 0))

    async def picture(self, who: SeatedPlayer, asset_id: UUID, side: int = FULL) -> PictureFile:
        """The file of a picture that is on the stage for them, or was chosen for somebody they may know.

        Raises NotFoundError for every other.
        """
        async with self._database.read() as unit:
            asset = await unit.assets.find(asset_id)
            if asset is None or asset.world_id != who.world_id:
                raise NotFoundError("picture")
            entity = await unit.worlds.find_entity(asset.entity_type, asset.entity_id)
            is_known = entity is not None and entity.visible_to_players
            on_stage = await unit.stage.seen_by(who.game_session_id, who.player_id)
            if not (is_known and asset.is_active) and asset_id not in {seen.id for _, seen in on_stage}:
                raise NotFoundError("picture")
        file = await self._gallery.file_of(asset, side)
        name = entity.name if entity is not None and is_known else NAMELESS
        return PictureFile(file.path, file.media_type, file.content_hash, name=f"{name}{Path(file.name).suffix}")

    def _bulletin(self, visible: set[UUID], batch: Batch | Outline, position: int = 0) -> Bulletin:
        whole = Bulletin.of(batch, position=position, percent=self._progress.of(batch.id).percent)
        return whole.for_players(is_visible=batch.entity_id in visible)


async def _seen(unit: UnitOfWork, who: SeatedPlayer, names: Mapping[UUID, str]) -> list[Seen]:
    """`names` are those that players may know."""
    return [
        Seen(piece.id, piece.part, asset.id, asset.asset_type, names.get(asset.entity_id, ""))
        for piece, asset in await unit.stage.seen_by(who.game_session_id, who.player_id)
    ]


async def _visible(unit: UnitOfWork, world_id: UUID) -> list[Entity]:
    return [
        entity
        for kind in EntityType
        for entity in await unit.worlds.entities(kind, world_id)
        if entity.visible_to_players
    ]
