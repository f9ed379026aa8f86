"""Pictures that a game master brings: whatever they are, only pixels are kept, and what they say is restored."""

from uuid import UUID

import pytest
from PIL.PngImagePlugin import PngInfo

from tests.fakes.quiet import until
from tests.fakes.studio import Studio, other_game_master
from tests.fakes.world_files import in_pieces
from tests.media.pictures import PROMPT, bomb, drawing, encoded
from tests.services.graphs import model_free
from wrldbldr.domain.asset import NO_SEED, Asset
from wrldbldr.domain.batch import AssetType
from wrldbldr.domain.errors import InvalidInputError, NotFoundError
from wrldbldr.domain.events import PicturesChanged
from wrldbldr.domain.input_setting import InputSetting
from wrldbldr.domain.recipe import Recipe, StyleOrigin
from wrldbldr.domain.style_reference import ReferenceUse
from wrldbldr.domain.world import EntityType
from wrldbldr.kit.ids import new_id
from wrldbldr.media.parameters import texts_of
from wrldbldr.media.store import MediaStore
from wrldbldr.services import picture_import
from wrldbldr.services.picture_import import BroughtPicture
from wrldbldr.services.worlds import EntityChanges


def saying(texts: dict[str, str]) -> bytes:
    """A PNG with texts in it."""
    hidden = PngInfo()
    for keyword, text in texts.items():
        hidden.add_text(keyword, text)
    return encoded(drawing(), "PNG", pnginfo=hidden)


PLAIN = encoded(drawing(), "PNG")


async def bring(studio: Studio, content: bytes, asset_type: AssetType | None = None) -> BroughtPicture:
    subject = (EntityType.CHARACTER, studio.scene.character.id)
    return await studio.engine.picture_import.add(studio.who, subject, in_pieces(content), asset_type)


def stored(studio: Studio, asset: Asset) -> bytes:
    return MediaStore(studio.engine.settings.media_dir).path(asset.content_hash).read_bytes()


async def downloaded(studio: Studio, asset_id: UUID) -> bytes:
    _, telling = await studio.engine.gallery.download(studio.who, asset_id)
    return b"".join(telling.pieces())


async def test_a_picture_that_was_downloaded_here_is_restored_for_somebody_else(painting: Studio) -> None:
    batch = await painting.ask(prompt="a lamp – ランプ", negative_prompt="blurry", seed=7)
    await painting.paint()
    [painted] = await painting.pictures(batch)
    content = await downloaded(painting, painted.id)

    subject = (EntityType.LOCATION, painting.scene.location.id)
    brought = await painting.engine.picture_import.add(painting.who, subject, in_pieces(content), AssetType.ITEM)

    names = ("prompt", "negative_prompt", "seed", "model", "workflow_id", "workflow_name", "width", "height")
    assert {name: getattr(brought.asset, name) for name in names} == {name: getattr(painted, name) for name in names}
    assert (brought.is_restored, brought.notices) == (True, ())
    assert brought.asset.label == "The_Drowned_Stair_Item_001"
    assert brought.asset.content_hash == painted.content_hash, "it is the same picture, and one file"


async def styled(studio: Studio) -> tuple[Asset, Asset, bytes]:
    """A picture, another in its style, and the file of the latter as it is downloaded."""
    batch = await studio.ask()
    await studio.paint()
    [source] = await studio.pictures(batch)
    batch = await studio.ask(style_reference_ids=[source.id])
    studio.comfyui.start()
    await studio.rest()
    studio.comfyui.finish([PLAIN])
    await studio.rest()
    [asset] = await studio.pictures(batch)
    return source, asset, await downloaded(studio, asset.id)


async def ancestors(studio: Studio, asset: Asset) -> list[tuple[UUID | None, str, str]]:
    family = await studio.engine.gallery.family(studio.who, asset.id)
    return [(one.source_id, one.label, one.use.value) for one in family.ancestors]


async def test_what_it_took_its_style_from_is_found_again_in_the_same_world(painting: Studio) -> None:
    source, _, content = await styled(painting)
    await painting.engine.gallery.update(painting.who, source.id, label="The old hand")

    brought = await bring(painting, content)

    assert await ancestors(painting, brought.asset) == [(source.id, source.label, "prompt_injection")]
    assert (await painting.engine.gallery.family(painting.who, source.id)).descendant_count == 2


async def test_a_source_that_was_itself_brought_anew_is_known_by_what_is_in_it(painting: Studio) -> None:
    source, _, content = await styled(painting)
    file = await downloaded(painting, source.id)
    await painting.engine.removals.delete(painting.who, [source.id])
    again = (await bring(painting, file)).asset

    brought = await bring(painting, content)

    assert await ancestors(painting, brought.asset) == [(again.id, source.label, "prompt_injection")]


async def test_a_source_that_is_not_there_is_remembered_by_its_label(painting: Studio) -> None:
    source, _, content = await styled(painting)
    await painting.engine.removals.delete(painting.who, [source.id])

    brought = await bring(painting, content)

    assert await ancestors(painting, brought.asset) == [(None, source.label, "prompt_injection")]


async def test_a_source_in_another_world_is_never_linked_to_not_even_in_ones_own(painting: Studio) -> None:
    source, _, content = await styled(painting)
    stranger, worlds = await other_game_master(painting.engine), painting.engine.worlds
    for who in (painting.who, stranger):
        world = await worlds.create(who, "Elsewhere")
        somebody = await worlds.create_entity(who, EntityType.CHARACTER, world.id, EntityChanges(name="Somebody"))

        brought = await painting.engine.picture_import.add(who, (EntityType.CHARACTER, somebody.id), in_pieces(content))

        assert [(one.source_id, one.label) for one in brought.lineage] == [(None, source.label)]
    assert (await painting.engine.gallery.family(painting.who, source.id)).descendant_count == 1


async def test_no_file_links_to_a_picture_by_its_id_alone_nor_twice_to_one(painting: Studio) -> None:
    source, _, _ = await styled(painting)
    found_by = [(source.id, ""), (source.id, "f" * 64), (None, source.content_hash), (source.id, source.content_hash)]
    style = tuple(StyleOrigin("x", ReferenceUse.WORDS, asset_id=id_, content_hash=hash_) for id_, hash_ in found_by)

    brought = await bring(painting, saying(texts_of(Recipe(style=style))))

    assert [one.source_id for one in brought.lineage] == [None, None, source.id]


async def test_what_was_set_of_its_workflow_comes_along(studio: Studio) -> None:
    inputs = (InputSetting(node_id="3", input_name="steps", value=12),)

    brought = await bring(studio, saying(texts_of(Recipe(inputs=inputs))))

    assert (await studio.engine.gallery.info(studio.who, brought.asset.id)).recipe.inputs == inputs


async def test_nothing_but_pixels_is_kept_of_a_file(studio: Studio) -> None:
    brought = await bring(studio, saying({"prompt": PROMPT, "workflow": "{}", "parameters": "the hidden heir"}))

    assert brought.asset.prompt == "the hidden heir"
    assert stored(studio, brought.asset) == PLAIN


async def test_a_picture_without_a_word_hangs_there_with_a_plain_label(studio: Studio) -> None:
    brought = await bring(studio, PLAIN)

    asset = brought.asset
    assert (asset.prompt, asset.seed, asset.model, asset.workflow_name) == ("", NO_SEED, "", "")
    assert (asset.label, asset.batch_id, asset.is_active) == ("Elven_Archer_Portrait_001", None, True)
    assert (asset.width, asset.height, asset.created_at) == (96, 128, studio.clock.now())
    assert (brought.is_restored, brought.notices) == (False, ())


async def test_a_picture_joins_the_others_behind_them_and_stands_for_nobody_new(painting: Studio) -> None:
    await painting.ask()
    await painting.paint()

    brought = await bring(painting, PLAIN)

    assert (brought.asset.label, brought.asset.is_active) == ("Elven_Archer_Portrait_002", False)


@pytest.mark.parametrize(
    ("told", "asked_for", "expected"),
    [
        (AssetType.SPRITE, None, AssetType.SPRITE),
        (AssetType.BACKDROP, None, AssetType.PORTRAIT),
        (AssetType.SPRITE, AssetType.ITEM, AssetType.ITEM),
        (None, None, AssetType.PORTRAIT),
    ],
)
async def test_it_is_the_kind_that_is_asked_for_else_what_it_says_where_that_fits(
    studio: Studio, told: AssetType | None, asked_for: AssetType | None, expected: AssetType
) -> None:
    brought = await bring(studio, saying(texts_of(Recipe(asset_type=told))), asked_for)

    assert brought.asset.asset_type is expected


async def test_its_workflow_is_found_by_its_graph_else_by_its_name(studio: Studio) -> None:
    workflows, who = studio.engine.workflows, studio.who
    mine = await workflows.add(who, "woodcuts", model_free())
    shipped = next(one for one in await workflows.all(who) if one.is_built_in)

    by_graph = Recipe(workflow_name="called so elsewhere", workflow_hash=mine.graph_hash)
    by_name = Recipe(workflow_name=shipped.name, workflow_hash="0" * 64)
    gone = Recipe(workflow_name="nobody has it")

    found = [(await bring(studio, saying(texts_of(recipe)))).asset for recipe in (by_graph, by_name, gone)]
    assert [(asset.workflow_id, asset.workflow_name) for asset in found] == [
        (mine.id, "woodcuts"),
        (shipped.id, shipped.name),
        (None, "nobody has it"),
    ]


@pytest.mark.parametrize("file_format", ["PNG", "JPEG", "WEBP"])
async def test_the_usual_formats_are_taken(studio: Studio, file_format: str) -> None:
    brought = await bring(studio, encoded(drawing(), file_format))

    assert brought.asset.media_type == f"image/{file_format.lower()}"


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", picture_import.EMPTY),
        (b"no picture at all", picture_import.NOT_A_PICTURE),
        (b'<svg onload="alert(1)"/>', picture_import.NOT_A_PICTURE),
        (encoded(drawing(), "GIF"), picture_import.NOT_A_PICTURE),
        (encoded(drawing(), "TIFF"), picture_import.NOT_A_PICTURE),
        (PLAIN[:-30], picture_import.DAMAGED),
        (PLAIN[:60] + b"\xff" * 40 + PLAIN[100:], picture_import.DAMAGED),
        (encoded(drawing(), "JPEG")[:300], picture_import.DAMAGED),
        (b"RIFF\0\0\0\0WEBP", picture_import.DAMAGED),
        (bomb(9000, 9000), picture_import.TOO_LARGE),
        (bomb(100_000, 100_000), picture_import.TOO_LARGE),
        (bytes(picture_import.FILE_BYTES_LIMIT + 1), picture_import.TOO_HEAVY),
    ],
)
async def test_what_is_no_picture_is_refused_with_a_sentence_and_leaves_nothing(
    studio: Studio, content: bytes, says: str
) -> None:
    with pytest.raises(InvalidInputError) as caught:
        await bring(studio, content)

    assert (caught.value.field, caught.value.message) == ("file", says)
    assert studio.stored_files() == []
    assert studio.committed("select id from asset") == []


async def test_a_kind_that_does_not_fit_is_refused_before_the_file_is_opened(studio: Studio) -> None:
    with pytest.raises(InvalidInputError) as caught:
        await bring(studio, b"", AssetType.BACKDROP)

    assert (caught.value.field, caught.value.message) == ("asset_type", "A character has no backdrop.")


async def test_every_tab_of_the_world_hears_of_it(studio: Studio) -> None:
    world = studio.listener(studio.topics()["world"])

    await bring(studio, PLAIN)

    assert world.heard == [PicturesChanged(studio.scene.world.id, studio.scene.character.id)]


async def test_nothing_joins_the_gallery_of_somebody_elses_character(studio: Studio) -> None:
    stranger, add = await other_game_master(studio.engine), studio.engine.picture_import.add
    said: list[str] = []
    for entity_id in (studio.scene.character.id, new_id()):
        with pytest.raises(NotFoundError) as caught:
            await add(stranger, (EntityType.CHARACTER, entity_id), in_pieces(PLAIN))
        said.append(str(caught.value))

    assert said[0] == said[1]
    assert studio.stored_files() == []


async def test_a_picture_whose_twin_is_deleted_at_that_moment_keeps_its_file(studio: Studio) -> None:
    twin = (await bring(studio, PLAIN)).asset
    files = studio.stored_files()

    async def bring_twin() -> None:
        await bring(studio, PLAIN)

    async with studio.engine.database.write() as unit:
        task = studio._nursery.start(bring_twin(), name="bring")
        await until(studio.has_waiting_writer, "adding the picture")
        await unit.assets.delete_of_entity(twin.entity_id)
        studio.remove_file(twin.content_hash)

    await task

    assert studio.stored_files() == files
