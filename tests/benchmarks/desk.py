"""A game master over one of the two databases, and everything whose cost must not depend on how much is in it."""

import sqlite3
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass, field, replace
from pathlib import Path
from uuid import UUID

from tests.benchmarks.plenty import RARE_WORD, TAGGED
from tests.fakes.engine import fake_engine
from tests.fakes.studio import Scene
from wrldbldr.db.database import Database
from wrldbldr.domain.batch import AssetType, BatchStatus
from wrldbldr.domain.line import Move, Side
from wrldbldr.domain.picture_query import PictureQuery
from wrldbldr.domain.world import EntityType
from wrldbldr.engine import Engine
from wrldbldr.services.asking import GenerationRequest
from wrldbldr.state.gallery import PAGE
from wrldbldr.state.live import ROWS

FILE = "wrldbldr.sqlite3"
MORE = 100  # batches
WAITING = "select id from batch where game_session_id = ? and status = 'queued' order by rank"
PICTURES = "select id from asset where world_id = ? order by created_at desc"


@dataclass
class Desk:
    """`middle` is a batch that waits half-way to the end, `deep` a picture nine tenths of the way to the oldest."""

    engine: Engine
    scene: Scene
    request: GenerationRequest
    middle: UUID
    deep: UUID
    asked: list[UUID] = field(default_factory=list)
    cancelled: int = 0

    async def ask(self, count: int = MORE) -> None:
        """So many batches more."""
        for number in range(count):
            batch = await self.engine.queue.submit(self.scene.who, replace(self.request, seed=number))
            self.asked.append(batch.id)

    async def put_back(self) -> None:
        """Forget what was asked for."""
        with closing(sqlite3.connect(self.engine.settings.data_dir / FILE)) as connection:
            connection.executemany("delete from batch where id = ?", [(batch.hex,) for batch in self.asked])
            connection.commit()
        self.asked, self.cancelled = [], 0

    async def move_to_top(self) -> None:
        await self.engine.line.move(self.scene.who, self.asked[-1], Move.TOP)

    async def move_up(self) -> None:
        await self.engine.line.move(self.scene.who, self.middle, Move.UP)

    async def drag(self) -> None:
        await self.engine.line.move_beside(self.scene.who, self.asked[-1], self.middle, Side.BEFORE)

    async def cancel(self) -> None:
        """The last of those that wait still."""
        self.cancelled += 1
        await self.engine.queue.cancel(self.scene.who, self.asked[-self.cancelled])

    async def read_queue(self) -> None:
        """What every tab does that shows it."""
        await self.engine.queue.look(self.scene.who, self.request.game_session_id, rows=ROWS)

    async def page_of_queue(self) -> None:
        """What a program does."""
        await self.engine.queue.page(self.scene.who, self.request.game_session_id, status=BatchStatus.QUEUED)

    async def report(self) -> None:
        await self.engine.queue.report(self.scene.who, self.middle, foresees=True)

    async def outlook(self) -> None:
        await self.engine.queue.outlook(self.scene.who, self.request)

    async def shelf(self) -> None:
        await self.engine.worlds.summaries(self.scene.who)

    async def painted_last(self) -> None:
        """What the shelf shows below the worlds."""
        await self.engine.gallery.fresh(self.scene.who, 6)

    async def active(self) -> None:
        """What every list of characters reads for its small pictures."""
        await self.engine.gallery.active(self.scene.who, self.scene.world.id)

    async def counts(self) -> None:
        await self.engine.gallery.counts(self.scene.who, self.scene.world.id, self.scene.character.id)

    async def first_page(self) -> None:
        await self._page(PictureQuery(entity_id=self.scene.character.id))

    async def deep_page(self) -> None:
        await self._page(PictureQuery(entity_id=self.scene.character.id), after=self.deep)

    async def page_of_world(self) -> None:
        await self._page(PictureQuery())

    async def deep_page_of_world(self) -> None:
        await self._page(PictureQuery(), after=self.deep)

    async def starred(self) -> None:
        await self._page(PictureQuery(entity_id=self.scene.character.id, starred=True))

    async def sprites(self) -> None:
        await self._page(PictureQuery(entity_id=self.scene.character.id, asset_type=AssetType.SPRITE))

    async def search_common(self) -> None:
        """One in eleven has the one word, and one in eleven of these the other."""
        await self._page(PictureQuery(text="lantern harb"))

    async def search_rare(self) -> None:
        await self._page(PictureQuery(text=RARE_WORD))

    async def search_nothing(self) -> None:
        await self._page(PictureQuery(text="zeppelin"))

    async def tagged(self) -> None:
        await self._page(PictureQuery(tags=(TAGGED,)))

    async def rated(self) -> None:
        await self._page(PictureQuery(min_rating=4))

    async def unused(self) -> None:
        await self._page(PictureQuery(unused=True))

    async def _page(self, query: PictureQuery, *, after: UUID | None = None) -> None:
        await self.engine.gallery.page(self.scene.who, self.scene.world.id, query, limit=PAGE + 1, after=after)


@asynccontextmanager
async def open_desk(folder: Path, scene: Scene) -> AsyncGenerator[Desk]:
    """The services over the database in `folder`."""
    database = Database(f"sqlite+aiosqlite:///{folder / FILE}")
    request = GenerationRequest(
        game_session_id=scene.game_session.id,
        entity_type=EntityType.CHARACTER,
        entity_id=scene.character.id,
        asset_type=AssetType.PORTRAIT,
        prompt="an old keeper of lanterns",
        count=1,
    )
    with closing(sqlite3.connect(folder / FILE)) as connection:
        waiting = connection.execute(WAITING, (scene.game_session.id.hex,)).fetchall()
        pictures = connection.execute(PICTURES, (scene.world.id.hex,)).fetchall()
    middle, deep = UUID(waiting[len(waiting) // 2][0]), UUID(pictures[len(pictures) * 9 // 10][0])
    yield Desk(fake_engine(folder, database), scene, request, middle, deep)
    await database.close()
