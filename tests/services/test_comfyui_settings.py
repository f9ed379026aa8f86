"""US-18A.3 and US-18A.5: ComfyUI's settings are stored and apply at once; what is refused changes nothing."""

import asyncio
from typing import Any

import pytest

from tests.fakes.comfyui import FakeComfyUI
from tests.fakes.engine import COMFYUI
from tests.fakes.quiet import until
from tests.fakes.simulator import SimulatorServer
from tests.fakes.studio import Studio
from wrldbldr.bus import SERVER_TOPIC
from wrldbldr.comfyui.address import connection_settings
from wrldbldr.domain.account import Principal
from wrldbldr.domain.comfyui_config import ComfyUIConfig, InvalidComfyUISettingsError
from wrldbldr.domain.errors import ForbiddenError
from wrldbldr.domain.server import ServerMemory
from wrldbldr.engine import Engine
from wrldbldr.services.comfyui_settings import BUILT_IN, ComfyUISettings, NotMovedError

NUMBERS: dict[str, Any] = {
    "max_retries": 5,
    "base_delay_seconds": 2,
    "queue_timeout_seconds": 31,
    "history_timeout_seconds": 11,
    "image_timeout_seconds": 61,
}
TOKEN = {"Authorization": "Bearer swordfish"}


def sent(settings: ComfyUISettings) -> dict[str, Any]:
    """What was shown, as it is sent back."""
    headers = dict.fromkeys(settings.header_names)
    return {**settings.config.model_dump(), "url": settings.url, "headers": headers, "verify_tls": settings.verify_tls}


async def memory_of(engine: Engine) -> ServerMemory:
    async with engine.database.read() as unit:
        return await unit.server.memory()


async def test_the_five_numbers_of_the_specification_are_enough_and_all_else_stays(
    engine: Engine, who: Principal, studio: Studio
) -> None:
    settings = await engine.comfyui.put(who, NUMBERS)

    assert settings.config == ComfyUIConfig(**NUMBERS, stall_timeout_seconds=900)
    assert (settings.url, settings.header_names, settings.verify_tls) == (COMFYUI.url, (), True)
    memory = await memory_of(engine)
    assert memory.config == settings.config
    assert memory.comfyui_url == "", "what the environment named stays its decision"
    assert studio.comfyui.moves == []


async def test_new_numbers_are_in_force_when_the_answer_comes(engine: Engine, who: Principal, studio: Studio) -> None:
    await engine.comfyui.put(who, NUMBERS)

    assert studio.comfyui.reconsidered == 1, "whoever waits between two tries is told"
    assert engine.comfyui.config().max_retries == 5
    assert (await engine.comfyui.get(who)).config.image_timeout_seconds == 61


async def test_what_was_shown_can_be_sent_back_and_changes_nothing(
    engine: Engine, who: Principal, studio: Studio
) -> None:
    shown = await engine.comfyui.put(who, {**NUMBERS, "url": "https://studio.example/comfy", "headers": TOKEN})
    before, moves = studio.dump(), len(studio.comfyui.moves)

    again = await engine.comfyui.put(who, sent(shown))

    assert (again, studio.dump(), len(studio.comfyui.moves)) == (shown, before, moves)


@pytest.mark.parametrize(
    ("change", "fields"),
    [
        ({"max_retries": 6}, {"max_retries"}),
        ({"max_retries": True, "url": "ftp://x", "headers": {"X": 1}, "colour": 1}, {"max_retries", "url", "headers", "colour"}),
        ({"url": "http://other:8188", "headers": {"X-Key": None}}, {"headers"}),
    ],
    ids=["a_number", "everything", "a_header"],
)  # fmt: skip
async def test_what_is_refused_has_a_sentence_for_each_field_and_changes_nothing(
    engine: Engine, who: Principal, studio: Studio, change: dict[str, Any], fields: set[str]
) -> None:
    before = studio.dump(), await engine.comfyui.get(who)

    with pytest.raises(InvalidComfyUISettingsError) as refused:
        await engine.comfyui.put(who, {**NUMBERS, **change})

    assert set(refused.value.sentences) == fields
    assert (studio.dump(), await engine.comfyui.get(who)) == before
    assert studio.comfyui.moves == []


async def test_another_address_is_used_at_once_and_every_screen_is_told(
    engine: Engine, who: Principal, studio: Studio
) -> None:
    everybody = studio.listener(SERVER_TOPIC)

    settings = await engine.comfyui.put(who, {**NUMBERS, "url": "studio-pc:8188/", "headers": TOKEN})

    there = connection_settings("http://studio-pc:8188", TOKEN)
    assert (studio.comfyui.moves, studio.comfyui.stream.moves) == ([there], [there])
    assert (settings.url, settings.header_names) == ("http://studio-pc:8188", ("Authorization",))
    status = engine.connection.status()
    assert (status.url, status.is_built_in, status.state) == ("http://studio-pc:8188", False, "connected")
    assert everybody.kinds[-1] == "ConnectionChanged"


async def test_game_masters_may_look_and_only_the_owner_changes_and_tries(engine: Engine, stranger: Principal) -> None:
    assert (await engine.comfyui.get(stranger)).url == COMFYUI.url
    with pytest.raises(ForbiddenError):
        await engine.comfyui.put(stranger, NUMBERS)
    with pytest.raises(ForbiddenError):
        await engine.comfyui.test(stranger, {})


async def test_of_two_changes_at_once_neither_is_lost(engine: Engine, who: Principal, studio: Studio) -> None:
    await asyncio.gather(
        engine.comfyui.put(who, {**NUMBERS, "url": "https://studio-pc"}),
        engine.comfyui.put(who, {**NUMBERS, "verify_tls": False}),
    )

    settings, memory = await engine.comfyui.get(who), await memory_of(engine)
    assert (settings.url, settings.verify_tls) == ("https://studio-pc", False)
    assert (memory.comfyui_url, memory.verify_tls) == ("https://studio-pc", False)
    last = studio.comfyui.moves[-1]
    assert (last.url, last.verify_tls) == ("https://studio-pc", False)


class SlowComfyUI(FakeComfyUI):
    """Moving takes until the test allows it."""

    def __init__(self) -> None:
        super().__init__()
        self.may_move = asyncio.Event()

    async def move_to(self, settings: Any) -> None:
        await self.may_move.wait()
        await super().move_to(settings)


async def test_a_change_that_is_stored_is_applied_even_if_whoever_asked_goes_away(
    engine: Engine, who: Principal, studio: Studio
) -> None:
    slow = SlowComfyUI()
    engine.comfyui._in_use.comfyui = slow

    async def ask() -> None:
        await engine.comfyui.put(who, {**NUMBERS, "url": "http://studio-pc:8188"})

    asking = studio._nursery.start(ask(), name="asking")
    await until(lambda: bool(studio.comfyui.stream.moves), "moving")
    asking.cancel()
    await until(asking.done, "going away")
    slow.may_move.set()

    await until(lambda: bool(slow.moves), "the move")
    assert (await memory_of(engine)).comfyui_url == "http://studio-pc:8188"


class StumblingComfyUI(FakeComfyUI):
    """The first move fails."""

    async def move_to(self, settings: Any) -> None:
        await super().move_to(settings)
        if len(self.moves) == 1:
            message = "no more sockets"
            raise OSError(message)


async def test_a_move_that_fails_is_told_and_can_be_repeated_and_the_comfyui_shown_is_the_one_in_use(
    engine: Engine, who: Principal, caplog: pytest.LogCaptureFixture
) -> None:
    stumbling = engine.comfyui._in_use.comfyui = StumblingComfyUI()
    wanted = {**NUMBERS, "url": "http://studio-pc:8188"}

    with pytest.raises(NotMovedError, match="Save them again") as failed:
        await engine.comfyui.put(who, wanted)

    assert failed.value.status_code == 503
    assert "no more sockets" in caplog.text
    assert (await engine.comfyui.get(who)).url == engine.connection.status().url == COMFYUI.url

    assert (await engine.comfyui.put(who, wanted)).url == engine.connection.status().url == "http://studio-pc:8188"
    assert len(stumbling.moves) == 2


async def test_a_comfyui_is_gone_back_to_from_the_simulator_with_what_was_stored_for_it(
    engine: Engine, who: Principal, studio: Studio
) -> None:
    there = {"url": "https://studio.example/comfy", "headers": TOKEN}
    await engine.comfyui.put(who, {**NUMBERS, **there})

    away = await engine.comfyui.put(who, {**NUMBERS, "url": BUILT_IN})

    assert (away.url, away.comfyui_url, away.header_names) == (BUILT_IN, there["url"], ())
    assert (await engine.comfyui.put(who, sent(away))) == away
    back = await engine.comfyui.put(who, {**NUMBERS, "url": there["url"], "headers": dict.fromkeys(TOKEN)})
    assert (back.url, back.header_names) == (there["url"], ("Authorization",))
    assert studio.comfyui.moves[-1].headers == TOKEN
    await engine.comfyui._nursery.__aexit__()


# -- Test connection


async def test_an_address_is_tried_without_changing_anything(engine: Engine, who: Principal, studio: Studio) -> None:
    before = studio.dump()
    async with SimulatorServer() as server:
        found = await engine.comfyui.test(who, {"url": server.url, "headers": {"X": "y"}})

    assert (found.is_ok, found.is_simulated) == (True, True)
    assert (studio.dump(), studio.comfyui.moves) == (before, [])
    assert (await engine.comfyui.get(who)).url == COMFYUI.url


async def test_a_trial_refuses_what_a_change_would(engine: Engine, who: Principal) -> None:
    for raw in ({"url": "ftp://x"}, {"headers": {"X": None}}, {"max_retries": 3}):
        with pytest.raises(InvalidComfyUISettingsError) as refused:
            await engine.comfyui.test(who, raw)
        assert set(refused.value.sentences) == set(raw)


async def test_a_trial_sends_stored_headers_to_no_other_machine(engine: Engine, who: Principal) -> None:
    await engine.comfyui.put(who, {**NUMBERS, "url": "http://studio-pc:8188", "headers": TOKEN})

    with pytest.raises(InvalidComfyUISettingsError, match="another machine"):
        await engine.comfyui.test(who, {"url": "http://127.0.0.1:8188", "headers": {"Authorization": None}})


async def test_the_built_in_simulator_need_not_be_tried(engine: Engine, who: Principal) -> None:
    found = await engine.comfyui.test(who, {"url": BUILT_IN})

    assert (found.is_ok, found.is_simulated) == (True, True)
