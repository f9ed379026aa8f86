"""The Settings form: what is typed is kept or refused whole, and a secret never comes back."""

import asyncio
from collections.abc import AsyncGenerator

import pytest

from tests.fakes.engine import add_game_master
from tests.fakes.quiet import until
from tests.fakes.strangers import served
from tests.fakes.studio import Studio
from tests.state.tab import Tab, open_tab
from wrldbldr.domain.comfyui_config import ComfyUIConfig
from wrldbldr.services.comfyui_settings import BUILT_IN
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


async def store_studio(desk: Tab) -> None:
    """A ComfyUI behind a login is saved."""
    await desk.send(ComfyUIForm.type_url("https://studio.example/comfy"))
    await add_header(desk, "Authorization", SECRET)
    await desk.send(ComfyUIForm.save)


async def test_the_switch_of_the_simulator_keeps_address_and_headers_for_the_way_back(
    desk: Tab, studio: Studio
) -> None:
    await store_studio(desk)

    await desk.send(ComfyUIForm.toggle_simulator)

    form = await desk.see(ComfyUIForm)
    assert (form.uses_simulator, form.url, form.headers) == (True, BUILT_IN, [])
    await desk.send(ComfyUIForm.toggle_simulator)
    form = await desk.see(ComfyUIForm)
    assert (form.uses_simulator, form.url, form.is_changed) == (False, "https://studio.example/comfy", False)
    assert [(line.name, line.is_kept) for line in form.headers] == [("Authorization", True)]
    assert studio.comfyui.moves[-1].headers == {"Authorization": SECRET}
    await studio.engine.comfyui._nursery.__aexit__()


async def test_the_address_of_before_typed_on_the_simulator_finds_its_headers_again(desk: Tab, studio: Studio) -> None:
    await store_studio(desk)
    await desk.send(ComfyUIForm.toggle_simulator)

    await desk.send(ComfyUIForm.type_url("https://studio.example/comfy"))
    await desk.send(ComfyUIForm.save)

    assert studio.comfyui.moves[-1].headers == {"Authorization": SECRET}
    await studio.engine.comfyui._nursery.__aexit__()


async def test_the_switch_of_the_simulator_saves_nothing_that_is_half_typed(desk: Tab, studio: Studio) -> None:
    await desk.send(ComfyUIForm.choose("queue_timeout_seconds", "3"))

    await desk.send(ComfyUIForm.toggle_simulator)

    shown = await studio.engine.comfyui.get(studio.who)
    assert (shown.url, shown.config) == (BUILT_IN, ComfyUIConfig())
    form = await desk.see(ComfyUIForm)
    assert (form.numbers["queue_timeout_seconds"], form.is_changed) == ("3", True)
    await studio.engine.comfyui._nursery.__aexit__()


@pytest.mark.parametrize(
    ("lines", "sentence"),
    [
        ([("X-Key", "a"), ("X-Key", "b")], "The header X-Key is there twice."),
        ([("X-Key", "a"), (" x-key", "b")], "The header x-key is there twice."),
        ([("X-Key", " ")], "a name and a value"),
        ([("", "a")], "a name and a value"),
    ],
    ids=["twice", "twice_in_other_letters", "no_value", "no_name"],
)
async def test_a_header_that_is_there_twice_or_half_is_neither_saved_nor_tried(
    desk: Tab, studio: Studio, lines: list[tuple[str, str]], sentence: str
) -> None:
    for name, value in lines:
        await add_header(desk, name, value)

    for act in (ComfyUIForm.save, ComfyUIForm.test):
        await desk.send(act)

        form = await desk.see(ComfyUIForm)
        assert sentence in form.errors["headers"]
        assert len(form.headers) == len(lines)
    assert (await studio.engine.comfyui.get(studio.who)).header_names == ()
    assert studio.comfyui.moves == []


async def test_the_value_of_a_kept_header_that_is_replaced_by_nothing_stays_stored(desk: Tab, studio: Studio) -> None:
    await store_studio(desk)
    await desk.send(ComfyUIForm.replace_header((await desk.see(ComfyUIForm)).headers[0].key))

    await desk.send(ComfyUIForm.save)

    assert "headers" in (await desk.see(ComfyUIForm)).errors
    async with studio.engine.database.read() as unit:
        assert (await unit.server.memory()).comfyui_headers == {"Authorization": SECRET}


@pytest.fixture
async def hesitating() -> AsyncGenerator[tuple[str, asyncio.Event]]:
    """An address where somebody listens and answers nothing until the event is set; then the line is cut."""
    may_answer = asyncio.Event()

    async def hold(_: asyncio.StreamReader, __: asyncio.StreamWriter) -> None:
        await may_answer.wait()

    async with served(hold) as address:
        yield f"http://{address}", may_answer


async def test_the_verdict_on_an_address_that_is_typed_no_more_is_not_shown(
    desk: Tab, hesitating: tuple[str, asyncio.Event]
) -> None:
    url, may_answer = hesitating
    await desk.send(ComfyUIForm.type_url(url))
    asking = await desk.start(ComfyUIForm.test)
    await until(lambda: any(name.endswith(".is_testing") for name in desk.delta), "the test")

    await desk.send(ComfyUIForm.type_url("http://elsewhere:8188"))
    may_answer.set()
    await asking.wait_all()

    form = await desk.see(ComfyUIForm)
    assert (form.verdict.title, form.is_testing) == ("", False)


async def test_what_is_typed_while_the_rest_is_being_saved_stays_and_waits_to_be_saved(
    desk: Tab, studio: Studio
) -> None:
    await desk.send(ComfyUIForm.choose("max_retries", "2"))
    async with studio.engine.database.write():  # somebody else writes: saving waits
        saving = await desk.start(ComfyUIForm.save)
        await until(studio.engine.comfyui._changing.locked, "saving")
        await desk.send(ComfyUIForm.choose("queue_timeout_seconds", "77"))
    await saving.wait_all()

    form = await desk.see(ComfyUIForm)
    assert (form.numbers["queue_timeout_seconds"], form.numbers["max_retries"], form.is_changed) == ("77", "2", True)
    await desk.send(ComfyUIForm.discard)
    assert (await desk.see(ComfyUIForm)).numbers["max_retries"] == "2"


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
