"""Tokens, and sprites that are cut out."""

import pytest

from tests.fakes.studio import Studio
from tests.fakes.world_files import hang
from tests.media.pictures import decoded, drawing, encoded
from tests.media.test_cutout import on_ground
from wrldbldr.domain.batch import AssetType
from wrldbldr.domain.errors import ConflictError, InvalidInputError
from wrldbldr.domain.events import PicturesChanged
from wrldbldr.media.remover import HOW_TO_GET_IT, Rembg, RemoverFailedError
from wrldbldr.media.store import MediaStore
from wrldbldr.services.figures import CannotCutOutError, FigureService
from wrldbldr.services.image_work import ImageWork


class Scissors:
    """A remover that takes the left half away, or fails."""

    def __init__(self, *, works: bool = True) -> None:
        self._works = works

    def is_there(self) -> bool:
        return True

    def remove(self, content: bytes) -> bytes:
        if not self._works:
            raise RemoverFailedError("ConnectionError")
        picture = decoded(content).convert("RGBA")
        picture.paste((0, 0, 0, 0), (0, 0, picture.width // 2, picture.height))
        return encoded(picture, "PNG")


def with_remover(studio: Studio, remover: Scissors) -> FigureService:
    engine = studio.engine
    store = MediaStore(engine.settings.media_dir)
    return FigureService(engine.database, engine.bus, studio.clock, store, remover, work=ImageWork())


async def test_a_sprite_is_cut_out_of_a_picture_with_a_plain_background_and_says_of_which(studio: Studio) -> None:
    portrait = await hang(studio, on_ground())
    heard = studio.listener(studio.topics()["world"])
    await studio.advance(60)

    sprite = await studio.engine.figures.cut_out(studio.who, portrait.id)

    file = await studio.engine.gallery.file(studio.who, sprite.id)
    cut = decoded(file.path.read_bytes())
    assert (sprite.asset_type, sprite.label, sprite.is_active) == (AssetType.SPRITE, "Elven_Archer_Sprite_001", True)
    assert sprite.workflow_name == "text-to-picture, cut out of Elven_Archer_Portrait_001"
    assert (sprite.prompt, sprite.seed, sprite.model) == (portrait.prompt, portrait.seed, portrait.model)
    assert sprite.created_at > portrait.created_at
    assert (cut.mode, cut.size, sprite.media_type) == ("RGBA", (portrait.width, portrait.height), "image/png")
    assert heard.heard == [PicturesChanged(studio.scene.world.id, studio.scene.character.id)]
    again = await studio.engine.figures.cut_out(studio.who, portrait.id)
    assert (again.label, again.is_active) == ("Elven_Archer_Sprite_002", False)


async def test_without_a_remover_a_scene_is_refused_with_how_to_get_one(studio: Studio) -> None:
    portrait = await hang(studio, on_ground(is_plain=False))

    with pytest.raises(CannotCutOutError) as caught:
        await studio.engine.figures.cut_out(studio.who, portrait.id)

    assert HOW_TO_GET_IT in caught.value.message
    assert len(await studio.engine.gallery.page(studio.who, studio.scene.world.id)) == 1


async def test_a_remover_that_is_there_is_asked_also_for_a_scene(studio: Studio) -> None:
    portrait = await hang(studio, on_ground(is_plain=False))

    sprite = await with_remover(studio, Scissors()).cut_out(studio.who, portrait.id)

    cut = decoded((await studio.engine.gallery.file(studio.who, sprite.id)).path.read_bytes())
    assert cut.getpixel((0, 0)) == (0, 0, 0, 0)


async def test_a_remover_that_fails_is_said_so_and_leaves_nothing(studio: Studio) -> None:
    portrait = await hang(studio, on_ground())
    files = studio.stored_files()

    with pytest.raises(RemoverFailedError, match="internet"):
        await with_remover(studio, Scissors(works=False)).cut_out(studio.who, portrait.id)

    assert studio.stored_files() == files


async def test_what_is_transparent_already_is_not_cut_again(studio: Studio) -> None:
    portrait = await hang(studio, encoded(drawing("RGBA"), "PNG"))

    with pytest.raises(ConflictError, match="transparent already"):
        await studio.engine.figures.cut_out(studio.who, portrait.id)


async def test_a_token_is_called_after_its_picture(studio: Studio) -> None:
    portrait = await hang(studio, on_ground())

    token, name = await studio.engine.figures.token(studio.who, portrait.id, 256, has_ring=True)

    assert (name, decoded(token).size) == ("Elven_Archer_Portrait_001_Token.png", (256, 256))


@pytest.mark.parametrize("side", [0, 255, 1025, -512])
async def test_a_token_of_another_size_is_refused(side: int, studio: Studio) -> None:
    portrait = await hang(studio, on_ground())

    with pytest.raises(InvalidInputError, match="256 to 1,024"):
        await studio.engine.figures.token(studio.who, portrait.id, side, has_ring=True)


def test_the_remover_is_not_there_unless_somebody_installed_it() -> None:
    rembg = Rembg()

    assert not rembg.is_there()
    with pytest.raises(RemoverFailedError):
        rembg.remove(on_ground())
