"""World files to bring in: what was exported, and what somebody made of it."""

import io
import json
from collections.abc import AsyncIterator, Callable
from hashlib import sha256
from typing import Any
from uuid import UUID
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

from tests.fakes.comfyui import tiny_png
from tests.fakes.studio import Studio
from wrldbldr.domain.account import Principal
from wrldbldr.domain.asset import Asset
from wrldbldr.domain.batch import AssetType
from wrldbldr.domain.world import EntityType, World
from wrldbldr.engine import Engine
from wrldbldr.media.pictures import clean
from wrldbldr.media.store import STAGING, MediaStore

NOW = "2026-01-01T20:00:00Z"
KEEPER, PORTRAIT = "00000000-0000-4000-8000-000000000001", "00000000-0000-4000-8000-000000000002"


async def exported(engine: Engine, who: Principal, world_id: UUID) -> bytes:
    """The whole zip of a world."""
    return b"".join([piece async for piece in (await engine.archive.export(who, world_id)).pieces])


async def in_pieces(content: bytes, size: int = 1000) -> AsyncIterator[bytes]:
    """As a body arrives."""
    for at in range(0, len(content), size):
        yield content[at : at + size]


def contents(content: bytes) -> dict[str, bytes]:
    """Every file of a zip by its name."""
    with ZipFile(io.BytesIO(content)) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


def zipped(files: dict[str, bytes], *, packed: bool = False) -> bytes:
    """A zip of these files."""
    output = io.BytesIO()
    with ZipFile(output, "w", ZIP_DEFLATED if packed else ZIP_STORED) as archive:
        for name, content in files.items():
            archive.writestr(ZipInfo(name), content, ZIP_DEFLATED if packed else ZIP_STORED)
    return output.getvalue()


def document(**changes: Any) -> dict[str, Any]:
    """A world with a keeper and a portrait of theirs, as `world.json` says it."""
    picture = tiny_png()
    return {
        "format": "wrldbldr-world",
        "version": 1,
        "exported_at": NOW,
        "world": {"id": "00000000-0000-4000-8000-000000000000", "name": "Elsewhere", "motto": "", "created_at": NOW},
        "characters": [{"id": KEEPER, "name": "Keeper", "created_at": NOW}],
        "locations": [],
        "batches": [],
        "assets": [
            {
                "id": PORTRAIT, "entity_type": "character", "entity_id": KEEPER, "asset_type": "portrait", "number": 1,
                "label": "Keeper_Portrait_001", "batch_id": None, "batch_index": 0, "content_hash": sha256(picture).hexdigest(),
                "media_type": "image/png", "width": 8, "height": 8, "byte_size": len(picture), "prompt": "a keeper",
                "negative_prompt": "", "seed": 7, "model": "tiny", "workflow_name": "text-to-picture", "created_at": NOW,
            }
        ],
        **changes,
    }  # fmt: skip


def files(change: Callable[[dict[str, Any]], object] = lambda _: None) -> dict[str, bytes]:
    """The files of that world, after `change` had its way with what `world.json` says."""
    said = document()
    change(said)
    picture = tiny_png()
    return {"world.json": json.dumps(said).encode(), f"pictures/{sha256(picture).hexdigest()}.png": picture}


async def brought(studio: Studio, content: bytes) -> World:
    """The owner brings a zip in."""
    return await studio.engine.archive.bring_in(studio.who, in_pieces(content))


def everything_kept(studio: Studio) -> tuple[list[str], list[str]]:
    """Every row, and every file wherever it lies in the data folder, and every folder of what is on its way in."""
    found = [path for path in studio.data_dir.rglob("*") if "sqlite3" not in path.name]
    return studio.dump(), sorted(str(path) for path in found if path.is_file() or path.parent.name == STAGING)


async def hang(studio: Studio, content: bytes) -> Asset:
    """A portrait of the character that shows just this, and is not of a batch."""
    picture = clean(content)
    asset = Asset(
        world_id=studio.scene.world.id,
        entity_type=EntityType.CHARACTER,
        entity_id=studio.scene.character.id,
        asset_type=AssetType.PORTRAIT,
        number=1,
        label="Elven_Archer_Portrait_001",
        batch_index=0,
        content_hash=MediaStore(studio.engine.settings.media_dir).keep(picture),
        media_type=picture.media_type,
        width=picture.width,
        height=picture.height,
        byte_size=len(picture.content),
        prompt="an archer",
        negative_prompt="blurry",
        seed=7,
        model="tiny",
        workflow_name="text-to-picture",
        created_at=studio.clock.now(),
    )
    async with studio.engine.database.write() as unit:
        await unit.assets.add_all([asset])
    return asset
