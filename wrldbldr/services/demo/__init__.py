"""A small world to look around in before making one's own."""

import asyncio
from pathlib import Path

from wrldbldr.bus import Bus, account_topic
from wrldbldr.db.database import Database, UnitOfWork
from wrldbldr.domain.account import Principal
from wrldbldr.domain.asset import Asset, label_for
from wrldbldr.domain.batch import AssetType
from wrldbldr.domain.events import WorldChanged
from wrldbldr.domain.world import Entity, EntityType, World
from wrldbldr.kit.clock import Clock
from wrldbldr.media.pictures import CleanPicture, clean
from wrldbldr.media.store import MediaStore
from wrldbldr.services.demo.lantern_coast import MOTTO, NAME, PEOPLE, PLACES, Subject, file_name, prompt_of
from wrldbldr.services.image_work import ImageWork
from wrldbldr.services.shipped import TEXT_TO_PICTURE_NAME
from wrldbldr.services.worlds import EntityChanges, WorldService

PICTURES = Path(__file__).parent / "pictures"
PAINTER = "simulated_painter"

Ready = dict[str, tuple[str, CleanPicture]]


class DemoService:
    """Loads The Lantern Coast: people, places, and pictures that the simulator painted beforehand."""

    def __init__(
        self, database: Database, bus: Bus, clock: Clock, store: MediaStore, worlds: WorldService, *, work: ImageWork
    ) -> None:
        self._database = database
        self._bus = bus
        self._clock = clock
        self._store = store
        self._worlds = worlds
        self._work = work

    async def load(self, who: Principal) -> World:
        """Make the demo world for a game master; each time a new one. Raises TooMuchAtOnceError."""
        async with self._work.turn(who):
            ready = await self._work.do(self._keep_files)
        async with self._database.write() as unit:
            await asyncio.to_thread(self._keep_again, ready)  # a twin may have been deleted meanwhile
            world = await self._worlds.create_in(unit, who, NAME, MOTTO)
            for kind, subjects in ((EntityType.CHARACTER, PEOPLE), (EntityType.LOCATION, PLACES)):
                for subject in subjects:
                    entity = self._worlds.new_entity(kind, world.id, _changes(subject))
                    await unit.worlds.add(entity)
                    await self._hang(unit, kind, entity, subject, ready)
        self._bus.publish(account_topic(who.account_id), WorldChanged(world.id))
        return world

    async def _hang(self, unit: UnitOfWork, kind: EntityType, entity: Entity, subject: Subject, ready: Ready) -> None:
        now = self._clock.now()
        counts: dict[AssetType, int] = {}
        assets: list[Asset] = []
        for picture in subject.pictures:
            number = counts[picture.asset_type] = counts.get(picture.asset_type, 0) + 1
            content_hash, file = ready[file_name(subject, picture)]
            asset = Asset(
                world_id=entity.world_id,
                entity_type=kind,
                entity_id=entity.id,
                asset_type=picture.asset_type,
                number=number,
                label=label_for(subject.name, picture.asset_type, number),
                batch_index=number - 1,
                content_hash=content_hash,
                media_type=file.media_type,
                width=file.width,
                height=file.height,
                byte_size=len(file.content),
                prompt=prompt_of(subject, picture),
                negative_prompt="",
                seed=picture.seed,
                model=PAINTER,
                workflow_name=TEXT_TO_PICTURE_NAME,
                is_simulated=True,
                is_active=number == 1,
                created_at=now,
            )
            assets.append(asset)
        await unit.assets.add_all(assets)

    def _keep_files(self) -> Ready:
        ready: Ready = {}
        for subject in (*PEOPLE, *PLACES):
            for picture in subject.pictures:
                name = file_name(subject, picture)
                file = clean((PICTURES / name).read_bytes())
                ready[name] = (self._store.keep(file), file)
        return ready

    def _keep_again(self, ready: Ready) -> None:
        for _, file in ready.values():
            self._store.keep(file)


def _changes(subject: Subject) -> EntityChanges:
    return EntityChanges(
        name=subject.name,
        description=subject.description,
        visible_to_players=subject.is_visible,
        mood=subject.mood,
        immediate_goal=subject.goal,
    )
