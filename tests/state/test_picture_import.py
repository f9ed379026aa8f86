"""What a tab says of the pictures that its browser has sent."""

from tests.fakes.studio import Studio
from tests.fakes.world_files import in_pieces
from tests.services.test_picture_import import PLAIN, saying
from tests.state.tab import Tab
from wrldbldr.domain.recipe import Recipe
from wrldbldr.domain.world import EntityType
from wrldbldr.kit.ids import new_id
from wrldbldr.media.parameters import texts_of
from wrldbldr.state.gallery import Gallery
from wrldbldr.state.picture_import import PictureImport

ANSWER = {"ids": [], "notices": [], "errors": [], "restored": 0}


async def bring(studio: Studio, content: bytes) -> str:
    subject = (EntityType.CHARACTER, studio.scene.character.id)
    return str((await studio.engine.picture_import.add(studio.who, subject, in_pieces(content))).asset.id)


async def test_a_picture_that_says_how_it_came_to_be_can_be_asked_for_again_at_once(desk: Tab, studio: Studio) -> None:
    asset = await bring(studio, saying(texts_of(Recipe(prompt="a lamp", seed=7))))
    await desk.send(PictureImport.begin)
    assert (await desk.see(PictureImport)).is_importing

    await desk.send(PictureImport.take({**ANSWER, "ids": [asset], "restored": 1}))

    assert not (await desk.see(PictureImport)).is_importing
    assert "Elven_Archer_Portrait_001 is here" in desk.scripts
    assert "Use All" in desk.scripts


async def test_a_picture_without_a_word_and_several_are_told_plainly(desk: Tab, studio: Studio) -> None:
    first, second = await bring(studio, PLAIN), await bring(studio, PLAIN)

    await desk.send(PictureImport.take({**ANSWER, "ids": [first], "notices": ["The seed was left out."]}))
    await desk.send(PictureImport.take({**ANSWER, "ids": [first, second]}))

    assert "The seed was left out." in desk.scripts
    assert "2 pictures are here" in desk.scripts
    assert "Use All" not in desk.scripts


async def test_what_was_refused_says_why(desk: Tab) -> None:
    await desk.send(PictureImport.take({**ANSWER, "errors": ["notes.txt: This file is no picture."]}))

    assert "notes.txt: This file is no picture." in desk.scripts


async def test_a_browser_that_makes_things_up_is_told_nothing(desk: Tab, studio: Studio) -> None:
    for answer in ({}, {"ids": "x", "errors": {"a": 1}}, {"ids": [7, None], "notices": [[]], "restored": "1"}):
        await desk.send(PictureImport.take(answer))
    await desk.send(PictureImport.take({**ANSWER, "ids": [str(new_id())]}))

    assert "There is no such picture." in desk.scripts
    assert "is here" not in desk.scripts


async def test_it_hangs_in_the_gallery(desk: Tab, studio: Studio) -> None:
    asset = await bring(studio, PLAIN)

    await desk.send(Gallery.refresh)

    assert [card.id for card in (await desk.see(Gallery)).assets] == [asset]
