"""What an owner sees of the disk in Settings, and does about it there."""

from collections.abc import AsyncGenerator

import pytest

from tests.fakes.studio import OTHER_PASSWORD, Studio, other_game_master
from tests.services.test_sweeping import everything_is, in_trash, on_shelves, orphan
from tests.state.tab import Tab, open_tab
from wrldbldr.domain.errors import ForbiddenError
from wrldbldr.media.store import SHELVES, StoreSizes
from wrldbldr.services.housekeeping import PROMPT_SECONDS, DiskUse
from wrldbldr.state.settings_page import COMFYUI, STORAGE, SettingsPage
from wrldbldr.state.storage import Storage, warning_of

ONE_SWEEP_SECONDS = (len(SHELVES) + 3) * PROMPT_SECONDS


@pytest.fixture
async def desk(secret: str) -> AsyncGenerator[Tab]:
    """The owner's tab at the disk."""
    async with open_tab(secret, "/settings") as tab:
        await tab.send(SettingsPage.enter)
        await tab.send(SettingsPage.show(STORAGE))
        tab.forget()
        yield tab


async def test_what_takes_room_is_shown_in_words_when_the_section_is_opened(studio: Studio, desk: Tab) -> None:
    orphan(studio, hours=0)
    await studio.advance(600)

    await desk.send(SettingsPage.show(STORAGE))

    shown = await desk.see(Storage)
    sizes = {line.label: line.size for line in shown.lines}
    assert list(sizes) == ["Pictures", "Thumbnails", "Database", "Trash"]
    assert (sizes["Pictures"], sizes["Thumbnails"], sizes["Trash"]) == ("1 KB", "1 KB", "0 KB")
    assert [(line.label, line.says) for line in shown.people] == [("Aldwin", "0 pictures")]
    assert "are free on this disk" in shown.free
    assert (shown.warning, shown.has_trash) == ("", False)


def test_a_disk_that_is_almost_full_is_said_so() -> None:
    assert warning_of(DiskUse(StoreSizes(), 0, 10**12, 10**12, [])) == ""
    assert "almost full" in warning_of(DiskUse(StoreSizes(), 0, 10**9, 10**12, []))


async def test_unused_files_are_found_told_in_words_and_go_when_that_is_confirmed(studio: Studio, desk: Tab) -> None:
    orphan(studio, hours=2)
    everything_is(studio, hours=2)

    looking = await desk.start(Storage.sweep)
    await studio.advance(ONE_SWEEP_SECONDS)
    await looking.wait_all()
    shown = await desk.see(Storage)
    assert shown.report == "Found the file of 1 picture, 1 KB, that nothing uses: moved to the trash."
    assert (shown.has_trash, shown.is_looking, on_shelves(studio)) == (True, False, [])

    await desk.send(Storage.ask(True))
    assert len(in_trash(studio)) == 3
    emptying = await desk.start(Storage.empty)
    await studio.advance(ONE_SWEEP_SECONDS)
    await emptying.wait_all()
    shown = await desk.see(Storage)
    assert shown.report == "The trash is empty: 1 KB are free again."
    assert (shown.has_trash, shown.is_asking, studio.stored_files()) == (False, False, [])


async def test_a_picture_that_lacks_its_file_is_told(studio: Studio, desk: Tab) -> None:
    await studio.open()
    batch_id = await studio.ask()
    await studio.paint()
    [picture] = await studio.pictures(batch_id)
    studio.remove_file(picture.content_hash)

    looking = await desk.start(Storage.sweep)
    await studio.advance(ONE_SWEEP_SECONDS)
    await looking.wait_all()

    assert (await desk.see(Storage)).report == (
        "Every file that is older than an hour belongs to a picture. 1 picture lacks its file; a backup may have it."
    )


async def test_a_game_master_is_not_shown_the_disk(studio: Studio) -> None:
    stranger = await other_game_master(studio.engine)
    secret = (await studio.engine.accounts.log_in("Berta", OTHER_PASSWORD)).secret
    async with open_tab(secret, "/settings") as tab:
        await tab.send(SettingsPage.show(STORAGE))
        assert (await tab.see(SettingsPage)).section == COMFYUI
        for event in (Storage.look, Storage.sweep, Storage.empty):
            await tab.send(event)

        assert (await tab.see(Storage)).lines == []
        assert "Only an owner" in tab.scripts
    with pytest.raises(ForbiddenError):
        await studio.engine.housekeeping.use(stranger)
