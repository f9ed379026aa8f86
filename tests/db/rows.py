"""Rows to fill a database with."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from wrldbldr.db.database import UnitOfWork
from wrldbldr.domain.account import Account, Role, name_key
from wrldbldr.domain.asset import Asset, label_for
from wrldbldr.domain.batch import AssetType, Batch, BatchStatus, Submission
from wrldbldr.domain.world import Character, EntityType, GameSession, Location, World
from wrldbldr.kit.ids import new_id

NOW = datetime(2026, 1, 1, 20, 0, tzinfo=UTC)


def account(name: str = "Aldwin") -> Account:
    return Account(name=name, name_key=name_key(name), role=Role.OWNER, password_hash="x", created_at=NOW)


class Setting:
    """An account with a world, a game session, a character and a location."""

    def __init__(self, name: str = "Aldwin") -> None:
        self.account = account(name)
        self.world = World(owner_id=self.account.id, name="The Lantern Coast", created_at=NOW)
        self.game_session = GameSession(world_id=self.world.id, name="Table", join_code=f"CODE{name}", created_at=NOW)
        self.character = Character(world_id=self.world.id, name="Elven Archer", created_at=NOW)
        self.location = Location(world_id=self.world.id, name="The Drowned Stair", created_at=NOW)

    async def store(self, unit: UnitOfWork) -> None:
        await unit.accounts.add(self.account)
        for row in (self.world, self.game_session, self.character, self.location):
            await unit.worlds.add(row)

    def batch(self, *, rank: float = 1.0, status: BatchStatus = BatchStatus.QUEUED, **fields: Any) -> Batch:
        values: dict[str, Any] = {
            "game_session_id": self.game_session.id,
            "world_id": self.world.id,
            "requested_by": self.account.id,
            "entity_type": EntityType.CHARACTER,
            "entity_id": self.character.id,
            "entity_name": self.character.name,
            "asset_type": AssetType.PORTRAIT,
            "workflow_name": "text-to-picture",
            "prompt": "an archer",
            "negative_prompt": "",
            "count": 2,
            "seed": 2**53 - 1,
            "width": 512,
            "height": 768,
            "requested_at": NOW,
            **fields,
        }
        return Batch(rank=rank, status=status, **values)

    def submission(self, batch: Batch, ordinal: int = 0) -> Submission:
        return Submission(
            batch_id=batch.id, attempt=1, ordinal=ordinal, first_picture=0, count=1, seed=1, created_at=NOW
        )

    def asset(self, number: int = 1, *, batch_id: UUID | None = None, minutes: float = 0, **fields: Any) -> Asset:
        values: dict[str, Any] = {
            "world_id": self.world.id,
            "entity_type": EntityType.CHARACTER,
            "entity_id": self.character.id,
            "asset_type": AssetType.PORTRAIT,
            "label": label_for(self.character.name, AssetType.PORTRAIT, number),
            "batch_index": 0,
            "content_hash": f"{number:064x}",
            "media_type": "image/png",
            "width": 8,
            "height": 8,
            "byte_size": 100,
            "prompt": "an archer",
            "negative_prompt": "",
            "seed": 1,
            "model": "tiny",
            "workflow_name": "text-to-picture",
            "created_at": NOW + timedelta(minutes=minutes),
            **fields,
        }
        return Asset(id=new_id(), number=number, batch_id=batch_id, **values)
