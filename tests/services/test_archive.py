"""A world goes into a file and comes back the same, and nothing else comes in by that way."""

import io
import json
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest
from PIL import Image

from tests.fakes.studio import Studio
from tests.fakes.world_files import brought, contents, exported, files, zipped
from tests.media.pictures import drawing, encoded
from wrldbldr.domain.asset import NO_SEED
from wrldbldr.domain.batch import AssetType, BatchStatus
from wrldbldr.domain.events import WorldChanged
from wrldbldr.domain.input_setting import WHOLE_LIMIT, InputSetting
from wrldbldr.domain.world import EntityType
from wrldbldr.media.pictures import clean
from wrldbldr.media.store import MediaStore
from wrldbldr.services.worlds import EntityChanges

SETTINGS = (
    InputSetting(node_id="3", input_name="noise_seed", value=WHOLE_LIMIT),
    InputSetting(node_id="3", input_name="strength", value=-2.5),
    InputSetting(node_id="3", input_name="is_tiled", value=True),
    InputSetting(node_id="9", input_name="text", value="two\nlines"),
)
"""What was set of a workflow's inputs, one of each kind, up to where they end."""


async def painted(studio: Studio) -> UUID:
    """Two portraits of the character, and what a game master made of them. Returns the world's id."""
    await studio.open()
    batch_id = await studio.ask(count=2)
    await studio.paint(pictures=2)
    first, second = await studio.pictures(batch_id)
    await studio.engine.gallery.update(studio.who, first.id, label="The old one", starred=True)
    await studio.engine.gallery.activate(studio.who, second.id)
    await studio.engine.worlds.update(studio.who, studio.scene.world.id, motto="The lamps are going out.")
    changes = EntityChanges(
        description="Keeps\nthe lamps.", mood="weary", immediate_goal="oil", visible_to_players=True
    )
    await studio.engine.worlds.update_entity(studio.who, EntityType.CHARACTER, studio.scene.character.id, changes)
    return studio.scene.world.id


async def styled(studio: Studio) -> None:
    """Two more portraits, which took their style from the active one; so will whatever comes next."""
    [source] = [one for one in await studio.engine.gallery.page(studio.who, studio.scene.world.id) if one.is_active]
    default = EntityChanges(style_reference_id=source.id)
    await studio.engine.worlds.update_entity(studio.who, EntityType.CHARACTER, studio.scene.character.id, default)
    batch_id = await studio.ask(count=2)
    await studio.paint(pictures=2)
    async with studio.engine.database.write() as unit:
        batch = await unit.batches.find(batch_id)
        assert batch is not None
        batch.inputs = SETTINGS


def compared(content: bytes) -> tuple[Any, dict[str, bytes]]:
    """What a zip says, with each id replaced by its place in the file, and the pictures in it."""
    found = contents(content)
    said = json.loads(found.pop("world.json"))
    places: dict[str, str] = {}
    for name in ("characters", "locations", "batches", "assets"):
        places |= {row["id"]: f"{name} {place}" for place, row in enumerate(said[name])}
    del said["exported_at"], said["world"]["created_at"], said["world"]["id"]

    def placed(value: Any) -> Any:
        if isinstance(value, dict):
            return {name: placed(part) for name, part in value.items()}
        if isinstance(value, list):
            return [placed(part) for part in value]
        return places.get(value, value) if isinstance(value, str) else value

    return placed(said), found


async def test_a_world_that_was_exported_and_brought_in_compares_equal_picture_for_picture(studio: Studio) -> None:
    world_id = await painted(studio)
    await styled(studio)
    first = await exported(studio.engine, studio.who, world_id)

    world = await brought(studio, first)
    second = await exported(studio.engine, studio.who, world.id)

    said, pictures = compared(second)
    said["world"]["name"] = "The Lantern Coast"
    assert (said, pictures) == compared(first)
    assert len(said["assets"]) == 4
    assert sorted(len(batch["inputs"] or ()) for batch in said["batches"]) == [0, len(SETTINGS)]
    source = said["characters"][0]["style_reference_id"]
    assert source in {f"assets {place}" for place in range(4)}
    assert [one["source_id"] for one in said["lineage"]] == [source, source]
    assert len({one["asset_id"] for one in said["lineage"]} - {source}) == 2
    assert world.name == "The Lantern Coast (2)"


async def test_the_style_of_what_was_brought_in_goes_on_from_its_own_pictures(studio: Studio) -> None:
    world_id = await painted(studio)
    await styled(studio)

    world = await brought(studio, await exported(studio.engine, studio.who, world_id))

    [keeper] = await studio.engine.worlds.entities(studio.who, EntityType.CHARACTER, world.id)
    pictures = await studio.engine.gallery.page(studio.who, world.id)
    [source] = [picture for picture in pictures if picture.is_active]
    ancestors = await studio.engine.gallery.ancestors(pictures)
    assert keeper.style_reference_id == source.id
    assert [one.source_id for lineage in ancestors.values() for one in lineage] == [source.id, source.id]
    [table] = await studio.engine.worlds.game_sessions(studio.who, world.id)
    request = replace(studio.request(), game_session_id=table.id, entity_id=keeper.id)
    batch = await studio.engine.queue.submit(studio.who, request)
    assert batch.style is not None
    assert [one.asset_id for one in batch.style.sources] == [source.id]


async def test_the_demo_world_comes_back_byte_for_byte_too(studio: Studio) -> None:
    demo = await studio.engine.demo.load(studio.who)
    first = await exported(studio.engine, studio.who, demo.id)

    world = await brought(studio, first)

    said, pictures = compared(await exported(studio.engine, studio.who, world.id))
    said["world"]["name"] = demo.name
    assert (said, pictures) == compared(first)
    assert len(pictures) > len(said["assets"]) > 20


async def test_pictures_of_every_kind_that_is_kept_come_back_byte_for_byte(studio: Studio) -> None:
    store = MediaStore(studio.engine.settings.media_dir)
    kept = [clean(encoded(drawing(mode), kind)) for mode, kind in (("RGBA", "PNG"), ("RGB", "JPEG"), ("RGBA", "WEBP"))]
    asset = (await _hung(studio))[0]
    async with studio.engine.database.write() as unit:
        for number, picture in enumerate(kept, start=2):
            values = {**asset.model_dump(), "id": UUID(int=number), "number": number, "batch_index": number}
            values |= {"content_hash": store.keep(picture), "media_type": picture.media_type, "is_active": False}
            values |= {"seed": NO_SEED, "batch_id": None}  # as one that was brought, and says nothing
            values |= {"width": picture.width, "height": picture.height, "byte_size": len(picture.content)}
            await unit.assets.add_all([type(asset)(**values)])

    first = await exported(studio.engine, studio.who, studio.scene.world.id)
    world = await brought(studio, first)

    assert compared(await exported(studio.engine, studio.who, world.id))[1] == compared(first)[1]


async def _hung(studio: Studio) -> Any:
    await painted(studio)
    return await studio.engine.gallery.page(studio.who, studio.scene.world.id)


async def test_the_same_world_can_be_brought_in_twice_and_deleted_once_without_harm(studio: Studio) -> None:
    content = await exported(studio.engine, studio.who, await painted(studio))
    first, second = await brought(studio, content), await brought(studio, content)
    assert [first.name, second.name] == ["The Lantern Coast (2)", "The Lantern Coast (3)"]

    await studio.engine.worlds.delete(studio.who, first.id)

    for picture in await studio.engine.gallery.page(studio.who, second.id):
        file = await studio.engine.gallery.file(studio.who, picture.id)
        assert file.path.stat().st_size == picture.byte_size


async def test_what_was_brought_in_is_as_alive_as_what_was_made_here(studio: Studio) -> None:
    content = await exported(studio.engine, studio.who, await painted(studio))
    heard = studio.listener(studio.topics()["account"])

    world = await brought(studio, content)

    assert heard.heard == [WorldChanged(world.id)]
    [keeper] = await studio.engine.worlds.entities(studio.who, EntityType.CHARACTER, world.id)
    [table] = await studio.engine.worlds.game_sessions(studio.who, world.id)
    pictures = await studio.engine.gallery.page(studio.who, world.id)
    [batch_id] = {picture.batch_id for picture in pictures}
    assert [picture.label for picture in pictures if picture.is_starred] == ["The old one"]
    assert await studio.engine.queue.page(studio.who, table.id) == [], "nothing new is in the queue"
    assert batch_id is not None
    assert (await studio.batch(batch_id)).status is BatchStatus.READY
    request = replace(studio.request(), game_session_id=table.id, entity_id=keeper.id)
    again = await studio.engine.queue.submit(studio.who, request)
    await studio.rest()
    await studio.paint()
    [picture] = await studio.pictures(again.id)
    assert picture.label == "Elven_Archer_Portrait_003"
    for side in (256, 64):
        assert (await studio.engine.gallery.file(studio.who, pictures[0].id, side)).path.is_file()


async def test_no_secret_and_nobody_elses_thing_is_in_the_file(studio: Studio) -> None:
    world_id = await painted(studio)
    await studio.engine.players.join(studio.scene.game_session.join_code, "Bram")
    everything = b"\n".join(contents(await exported(studio.engine, studio.who, world_id)).values())

    for secret in (
        studio.scene.game_session.join_code, studio.who.name, str(studio.who.account_id), str(studio.scene.game_session.id),
        "Bram", "argon2", "class_type", "CLIPTextEncode", str(studio.data_dir), "8188",
    ):  # fmt: skip
        assert secret.encode() not in everything, secret


async def test_a_tabletop_gets_the_chosen_pictures_under_the_names_of_whom_they_show(studio: Studio) -> None:
    world_id = await painted(studio)
    await studio.engine.worlds.create_entity(
        studio.who, EntityType.CHARACTER, world_id, EntityChanges(name="Nobody painted")
    )

    found = contents(await exported(studio.engine, studio.who, world_id))

    names = {name for name in found if not name.startswith(("pictures/", "world.json"))}
    assert names == {
        "Virtual Tabletop/Portraits/Elven Archer.png",
        "Virtual Tabletop/Portraits/Elven Archer (2).png",
        "Virtual Tabletop/Tokens/Elven Archer.png",
    }
    token = Image.open(io.BytesIO(found["Virtual Tabletop/Tokens/Elven Archer.png"]))
    assert (token.size, token.mode, token.getpixel((0, 0))) == ((512, 512), "RGBA", (0, 0, 0, 0))
    active = next(p for p in await studio.engine.gallery.page(studio.who, world_id) if p.is_active)
    assert found["Virtual Tabletop/Portraits/Elven Archer.png"] == found[f"pictures/{active.content_hash}.png"]


async def test_a_picture_that_is_deleted_while_the_zip_is_sent_is_not_in_it_and_the_rest_is_whole(
    studio: Studio,
) -> None:
    world_id = await painted(studio)
    pictures = await studio.engine.gallery.page(studio.who, world_id)
    export = await studio.engine.archive.export(studio.who, world_id)
    studio.remove_file(pictures[0].content_hash)

    content = b"".join([piece async for piece in export.pieces])

    assert len(json.loads(contents(content)["world.json"])["assets"]) == 1
    assert len(await studio.engine.gallery.page(studio.who, (await brought(studio, content)).id)) == 1


@pytest.mark.parametrize(("gone", "sources", "default"), [("source", [None], None), ("styled", [], "assets 0")])
async def test_a_style_keeps_its_name_when_the_picture_it_came_from_is_gone_and_goes_with_its_own_picture(
    gone: str, sources: list[str | None], default: str | None, studio: Studio
) -> None:
    world_id = await painted(studio)
    await styled(studio)
    pictures = sorted(await studio.engine.gallery.page(studio.who, world_id), key=lambda picture: picture.number)
    label = pictures[1].label
    await studio.engine.removals.delete(studio.who, [pictures[3].id])  # the same file as the source
    export = await studio.engine.archive.export(studio.who, world_id)
    studio.remove_file(pictures[1 if gone == "source" else 2].content_hash)

    content = b"".join([piece async for piece in export.pieces])

    said, _ = compared(content)
    assert [one["source_id"] for one in said["lineage"]] == sources
    assert all(one["label"] == label for one in said["lineage"])
    assert said["characters"][0]["style_reference_id"] == default
    await brought(studio, content)


async def test_the_size_is_known_before_anything_is_packed(studio: Studio) -> None:
    world_id = await painted(studio)
    pictures = await studio.engine.gallery.page(studio.who, world_id)

    size = await studio.engine.archive.size(studio.who, world_id)

    assert (size.name, size.picture_count) == ("The Lantern Coast", 2)
    assert size.picture_bytes == sum(picture.byte_size for picture in pictures)
    assert not size.is_too_large_to_come_back


async def test_a_file_without_what_was_added_later_is_read_with_the_usual_values(studio: Studio) -> None:
    world = await brought(studio, zipped(files()))

    [picture] = await studio.engine.gallery.page(studio.who, world.id)
    assert (picture.prompt, picture.is_active, picture.is_starred) == ("a keeper", False, False)
    assert picture.asset_type is AssetType.PORTRAIT
