"""Fills a database as years of preparing would, in seconds: through the product's own tables, many rows at a time."""

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import chain, islice
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import create_engine, insert
from sqlmodel import SQLModel, select

from tests.fakes.studio import Scene, Stage
from wrldbldr.domain.account import Account, Role, name_key
from wrldbldr.domain.asset import Asset, label_for
from wrldbldr.domain.batch import AssetType, Batch, BatchStatus
from wrldbldr.domain.server import ServerMemory
from wrldbldr.domain.workflow import WorkflowDefault
from wrldbldr.domain.world import Character, EntityType, GameSession, World, new_join_code
from wrldbldr.kit.ids import new_id
from wrldbldr.media.pictures import CleanPicture, clean
from wrldbldr.media.store import MediaStore
from wrldbldr.services import demo

OTHERS = 3  # game masters who prepare in worlds of their own
SHARE_OF_OTHERS = 10  # one in so many batches that wait is theirs, and together they have a tenth of as many pictures
PICTURES_OF_A_BATCH = 4
STILL_LISTED = 20  # of the batches that are ready, the last ones; the others were taken off the list
ROWS_AT_ONCE, CACHE_KB = 5_000, 500_000  # rows have random ids: each index is written to all over
SECONDS_OF_A_BATCH = 40
KINDS = (*[AssetType.PORTRAIT] * 5, AssetType.SPRITE, AssetType.BACKDROP, AssetType.ITEM)
WORDS = ("lantern", "harbour", "veteran", "mist", "amber", "crow", "tide", "chapel", "thorn", "silver", "ash")
RARE_WORD, ONE_IN = "basilisk", 500
TAGGED, TAGGED_ONE_IN = "kept", 20

NOBODY, LONG_AGO = UUID(int=0), datetime.fromtimestamp(0, UTC)
REQUEST = Batch(
    game_session_id=NOBODY,
    world_id=NOBODY,
    requested_by=NOBODY,
    entity_type=EntityType.CHARACTER,
    entity_id=NOBODY,
    entity_name="",
    asset_type=AssetType.PORTRAIT,
    workflow_name="Text to Picture",
    prompt="",
    negative_prompt="blurry",
    count=PICTURES_OF_A_BATCH,
    seed=0,
    width=768,
    height=1024,
    rank=0.0,
    requested_at=LONG_AGO,
)
PICTURE = Asset(
    world_id=NOBODY,
    entity_type=EntityType.CHARACTER,
    entity_id=NOBODY,
    asset_type=AssetType.PORTRAIT,
    number=0,
    label="",
    batch_index=0,
    content_hash="",
    media_type="",
    width=0,
    height=0,
    byte_size=0,
    prompt="",
    negative_prompt="blurry",
    seed=0,
    model="simulated_painter",
    workflow_name="Text to Picture",
    is_simulated=True,
    created_at=LONG_AGO,
)
"""What all rows of a table have in common; each row says the rest."""
Row = dict[str, Any]
Rows = tuple[type[SQLModel], Iterable[Row]]


@dataclass(frozen=True)
class Amount:
    """How many batches wait, and how many pictures hang in the gallery of one character."""

    batches: int
    pictures: int


@dataclass(frozen=True)
class Owner:
    """Whose something is, where, and who is on it."""

    account_id: UUID
    world_id: UUID
    table_id: UUID
    character_id: UUID
    name: str


@dataclass(frozen=True)
class Hung:
    """A picture that lies on the disk; very many rows show it."""

    content_hash: str
    picture: CleanPicture


def store_pictures(media_dir: Path) -> list[Hung]:
    """Those of the demo world, with thumbnails."""
    store = MediaStore(media_dir)
    files = sorted((Path(demo.__file__).parent / "pictures").glob("*.webp"))
    cleaned = [clean(file.read_bytes()) for file in files]
    return [Hung(store.keep(picture), picture) for picture in cleaned]


def fill(stage: Stage, file: Path, media_dir: Path, amount: Amount) -> None:
    """Copy the stage to `file`, and put that much into it. The queue is paused: nobody paints it away."""
    with closing(sqlite3.connect(stage.file)) as source, closing(sqlite3.connect(file)) as target:
        source.backup(target)
    filling = Filling(file, store_pictures(media_dir))
    owner, others = _owner(stage.scene), [_other(number) for number in range(OTHERS)]
    share = SHARE_OF_OTHERS * OTHERS
    filling.write(chain.from_iterable(rows for rows, _ in others))
    filling.write(filling.painted(owner, amount.pictures))
    for _, other in others:
        filling.write(filling.painted(other, amount.pictures // share))
    filling.write([filling.waiting(owner, [other for _, other in others], amount.batches)])
    filling.write([(ServerMemory, [row_of(ServerMemory(client_id=new_id(), is_queue_paused=True))])])


class Filling:
    """One database that is being filled."""

    def __init__(self, file: Path, pictures: Sequence[Hung]) -> None:
        self._engine = create_engine(f"sqlite:///{file}")
        self._pictures = pictures
        self._now = datetime.now(UTC)
        with self._engine.connect() as connection:
            defaults = connection.execute(select(WorkflowDefault.asset_type, WorkflowDefault.workflow_id))
            self._workflows = {asset_type: workflow_id for asset_type, workflow_id in defaults.all()}

    def write(self, everything: Iterable[Rows]) -> None:
        """Store these rows, in their order."""
        with self._engine.connect() as connection:
            connection.exec_driver_sql("pragma synchronous = off")
            connection.exec_driver_sql(f"pragma cache_size = -{CACHE_KB}")
            for table, rows in everything:
                rest = iter(rows)
                while some := list(islice(rest, ROWS_AT_ONCE)):
                    connection.execute(insert(table), some)
            connection.commit()
        self._engine.dispose()

    def painted(self, owner: Owner, pictures: int) -> list[Rows]:
        """The batches that painted so many pictures of somebody, and these."""
        ids = [new_id() for _ in range(-(-pictures // PICTURES_OF_A_BATCH))]
        return [(Batch, self._ready(owner, ids)), (Asset, self._assets(owner, ids, pictures))]

    def waiting(self, owner: Owner, others: Sequence[Owner], count: int) -> Rows:
        """So many batches, of which the others have their share; by turns as they were asked for."""

        def rows() -> Iterator[Row]:
            for number in range(count):
                is_of_others = number % SHARE_OF_OTHERS == SHARE_OF_OTHERS - 1
                whose = others[number // SHARE_OF_OTHERS % len(others)] if is_of_others else owner
                kind = KINDS[number % len(KINDS)]
                yield self._batch(whose, kind, number) | {"id": new_id(), "rank": float(number), "count": 1}

        return Batch, rows()

    def _ready(self, owner: Owner, ids: Sequence[UUID]) -> Iterator[Row]:
        for number, batch_id in enumerate(ids):
            ended = self._ended(len(ids) - number)
            yield self._batch(owner, KINDS[number % len(KINDS)], number) | {
                "id": batch_id,
                "rank": float(number - len(ids)),
                "status": BatchStatus.READY,
                "started_at": ended - timedelta(seconds=SECONDS_OF_A_BATCH),
                "completed_at": ended,
                "cleared_at": ended if number < len(ids) - STILL_LISTED else None,
            }

    def _assets(self, owner: Owner, batch_ids: Sequence[UUID], count: int) -> Iterator[Row]:
        for number in range(count):
            batch, index = divmod(number, PICTURES_OF_A_BATCH)
            kind, hung = KINDS[batch % len(KINDS)], self._pictures[number % len(self._pictures)]
            yield row_of(PICTURE) | {
                "id": new_id(),
                "world_id": owner.world_id,
                "entity_id": owner.character_id,
                "asset_type": kind,
                "number": number + 1,
                "label": label_for(owner.name, kind, number + 1),
                "batch_id": batch_ids[batch],
                "batch_index": index,
                "content_hash": hung.content_hash,
                "media_type": hung.picture.media_type,
                "width": hung.picture.width,
                "height": hung.picture.height,
                "byte_size": len(hung.picture.content),
                "prompt": prompt_of(number),
                "seed": number,
                "workflow_id": self._workflows[kind],
                "is_starred": number % 50 == 0,
                "rating": number % 6,
                "tags": (TAGGED,) if number % TAGGED_ONE_IN == 0 else (),
                "is_active": batch == 0 and index == 0,
                "created_at": self._ended(len(batch_ids) - batch),
            }

    def _batch(self, owner: Owner, kind: AssetType, number: int) -> Row:
        return row_of(REQUEST) | {
            "game_session_id": owner.table_id,
            "world_id": owner.world_id,
            "requested_by": owner.account_id,
            "entity_id": owner.character_id,
            "entity_name": owner.name,
            "asset_type": kind,
            "workflow_id": self._workflows[kind],
            "prompt": prompt_of(number),
            "seed": number,
            "requested_at": self._now,
        }

    def _ended(self, batches_ago: int) -> datetime:
        return self._now - timedelta(seconds=SECONDS_OF_A_BATCH * batches_ago)


def row_of(made: SQLModel) -> Row:
    """Its columns as they are."""
    return {name: getattr(made, name) for name in type(made).model_fields}


def prompt_of(number: int) -> str:
    """Words in ever new company; one in so many has the rare one."""
    words = [WORDS[number // step % len(WORDS)] for step in (1, len(WORDS), len(WORDS) ** 2)]
    return f"portrait of a {' '.join(words)}, oil on canvas" + (f", {RARE_WORD}" if number % ONE_IN == 0 else "")


def _owner(scene: Scene) -> Owner:
    whose, where = scene.who.account_id, scene.game_session
    return Owner(whose, where.world_id, where.id, scene.character.id, scene.character.name)


def _other(number: int) -> tuple[list[Rows], Owner]:
    """A game master with a world, a table and a character."""
    name, now = f"Game Master {number}", datetime.now(UTC)
    account = Account(name=name, name_key=name_key(name), role=Role.DM, password_hash="", created_at=now)
    world = World(owner_id=account.id, name=f"World {number}", created_at=now)
    table = GameSession(world_id=world.id, name="Table", join_code=new_join_code(), created_at=now)
    character = Character(world_id=world.id, name="Hask", created_at=now)
    rows: list[Rows] = [(type(row), [row_of(row)]) for row in (account, world, table, character)]
    return rows, Owner(account.id, world.id, table.id, character.id, character.name)
