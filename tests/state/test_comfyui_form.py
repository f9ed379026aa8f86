"""The Settings form: what is typed is kept or refused whole, and a secret never comes back."""

from collections.abc import AsyncGenerator

import pytest

from tests.fakes.engine import add_game_master
from tests.fakes.studio import Studio
from tests.state.tab import Tab, open_tab
from wrldbldr.domain.comfyui_config import ComfyUIConfig
from wrldbldr.state.comfyui_form import ComfyUIForm

SECRET = "Bearer hush-hush"


@pytest.fixture
async def desk(secret: str) -> AsyncGenerator[Tab]:
    """The owner's tab at the settings."""
    async with open_tab(secret, "/settings") as tab:
        await tab.send(ComfyUIForm.enter)
        tab.forget()
        yield tab


async def add_header(desk: Tab, name: str, value: str) -> None:
    await desk.send(ComfyUIForm.add_header)
    key = (await desk.see(ComfyUIForm)).headers[-1].key
    await desk.send(ComfyUIForm.name_header(key, name))
    await desk.send(ComfyUIForm.fill_header(key, value))


async def test_it_opens_with_what_is_in_force_and_nothing_to_save(desk: Tab) -> None:
    form = await desk.see(ComfyUIForm)

    assert (form.url, form.is_owner, form.is_changed) == ("http://comfyui.test:8188", True, False)
    assert form.numbers == {name: str(value) for name, value in ComfyUIConfig().model_dump().items()}
    assert form.waits == [5, 15, 45]


async def test_what_is_saved_holds_at_once(desk: Tab, studio: Studio) -> None:
    await desk.send(ComfyUIForm.choose("max_retries", "2"))
    await desk.send(ComfyUIForm.choose("base_delay_seconds", "1"))
    form = await desk.see(ComfyUIForm)
    assert (form.waits, form.is_changed) == ([1, 3], True)

    await desk.send(ComfyUIForm.save)

    assert (await desk.see(ComfyUIForm)).is_changed is False
    stored = (await studio.engine.comfyui.get(studio.who)).config
    assert (stored.max_retries, stored.base_delay_seconds) == (2, 1)


async def test_what_is_refused_stays_typed_with_a_sentence_for_each_and_nothing_is_saved(
    desk: Tab, studio: Studio
) -> None:
    await desk.send(ComfyUIForm.choose("queue_timeout_seconds", "9999"))
    await desk.send(ComfyUIForm.choose("image_timeout_seconds", "soon"))
    await desk.send(ComfyUIForm.choose("max_retries", "1"))

    await desk.send(ComfyUIForm.save)

    form = await desk.see(ComfyUIForm)
    assert set(form.errors) == {"queue_timeout_seconds", "image_timeout_seconds"}
    assert form.numbers["image_timeout_seconds"] == "soon"
    assert form.is_changed
    assert (await studio.engine.comfyui.get(studio.who)).config == ComfyUIConfig()


async def test_a_header_is_named_after_it_was_saved_and_its_value_never_leaves_the_server_again(desk: Tab) -> None:
    await add_header(desk, "Authorization", SECRET)
    await desk.send(ComfyUIForm.save)

    desk.forget()
    await desk.send(ComfyUIForm.enter)

    lines = (await desk.see(ComfyUIForm)).headers
    assert [(line.name, line.value, line.is_kept) for line in lines] == [("Authorization", "", True)]
    assert SECRET not in str(await desk.everything())
    assert SECRET not in str(desk.deltas)


async def test_a_kept_header_survives_a_change_of_something_else(desk: Tab, studio: Studio) -> None:
    await add_header(desk, "Authorization", SECRET)
    await desk.send(ComfyUIForm.save)
    await desk.send(ComfyUIForm.choose("max_retries", "4"))
    await desk.send(ComfyUIForm.save)

    async with studio.engine.database.read() as unit:
        assert (await unit.server.memory()).comfyui_headers == {"Authorization": SECRET}


async def test_back_to_defaults_leaves_the_address_and_is_not_saved_by_itself(desk: Tab, studio: Studio) -> None:
    await desk.send(ComfyUIForm.choose("max_retries", "5"))
    await desk.send(ComfyUIForm.save)

    await desk.send(ComfyUIForm.use_defaults)

    form = await desk.see(ComfyUIForm)
    assert (form.numbers["max_retries"], form.is_changed, form.url) == ("3", True, "http://comfyui.test:8188")
    assert (await studio.engine.comfyui.get(studio.who)).config.max_retries == 5


async def test_discarding_brings_back_what_is_saved(desk: Tab) -> None:
    await desk.send(ComfyUIForm.type_url("http://elsewhere:8188"))
    await desk.send(ComfyUIForm.discard)

    form = await desk.see(ComfyUIForm)
    assert (form.url, form.is_changed) == ("http://comfyui.test:8188", False)


async def test_a_game_master_who_is_not_the_owner_looks_and_changes_nothing(studio: Studio) -> None:
    await add_game_master(studio.engine, "Edda", "correct horse")
    login = await studio.engine.accounts.log_in("Edda", "correct horse")
    async with open_tab(login.secret, "/settings") as tab:
        await tab.send(ComfyUIForm.enter)
        assert (await tab.see(ComfyUIForm)).is_owner is False
        await tab.send(ComfyUIForm.choose("max_retries", "1"))

        await tab.send(ComfyUIForm.save)

        assert "Only the owner" in tab.scripts
    assert (await studio.engine.comfyui.get(studio.who)).config.max_retries == 3
