"""A sprite is cut out of a picture by one click."""

from tests.fakes.studio import OTHER_PASSWORD, Studio, other_game_master
from tests.fakes.world_files import hang
from tests.media.test_cutout import on_ground
from tests.state.tab import Tab, open_tab
from wrldbldr.state.figures import Figures
from wrldbldr.state.gallery import Gallery


async def test_a_sprite_hangs_beside_the_picture_and_is_announced(desk: Tab, studio: Studio) -> None:
    asset = await hang(studio, on_ground())

    await desk.send(Figures.cut_out(str(asset.id)))
    await desk.send(Gallery.refresh)

    assert "Elven_Archer_Sprite_001 is in the gallery" in desk.scripts
    assert {card.asset_type for card in (await desk.see(Gallery)).assets} == {"portrait", "sprite"}
    assert not (await desk.see(Figures)).is_cutting


async def test_why_it_cannot_be_done_is_said(desk: Tab, studio: Studio) -> None:
    asset = await hang(studio, on_ground(is_plain=False))

    await desk.send(Figures.cut_out(str(asset.id)))

    assert "Only plain backgrounds" in desk.scripts
    assert not (await desk.see(Figures)).is_cutting


async def test_somebody_elses_picture_is_not_cut(studio: Studio) -> None:
    asset = await hang(studio, on_ground())
    stranger = await other_game_master(studio.engine)
    secret = (await studio.engine.accounts.log_in(stranger.name, OTHER_PASSWORD)).secret
    async with open_tab(secret) as tab:
        await tab.send(Figures.cut_out(str(asset.id)))

        assert "There is no such picture." in tab.scripts
    assert studio.committed("select count(*) from asset") == [(1,)]


async def test_a_token_is_fetched_by_the_browser(desk: Tab, studio: Studio) -> None:
    asset = await hang(studio, on_ground())

    await desk.send(Figures.download_token(str(asset.id)))
    await desk.send(Figures.download_token("'); alert('"))

    assert f"/api/assets/{asset.id}/token" in desk.scripts
    assert "There is no such picture." in desk.scripts
    assert "alert" not in desk.scripts
