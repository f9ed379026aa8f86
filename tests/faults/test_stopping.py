"""The app is told to end in the middle of a run, ends in an orderly way, and goes on when it is started again."""

from collections.abc import AsyncGenerator, Callable
from pathlib import Path

import pytest

from tests.faults.ledger import Entry, Ledger
from tests.faults.processes import App, ComfyUI
from tests.faults.rig import PATIENCE_SECONDS, REAL_TIME
from wrldbldr.simulator.faults import Action, Rule


class Play:
    """App, ComfyUI, and what is in the database."""

    def __init__(self, app: App, comfyui: ComfyUI, ledger: Ledger) -> None:
        self.app = app
        self.comfyui = comfyui
        self._ledger = ledger

    async def until(self, is_so: Callable[[], bool]) -> None:
        """Wait for something."""
        deadline = REAL_TIME.monotonic() + PATIENCE_SECONDS
        while not is_so():
            assert REAL_TIME.monotonic() < deadline, "it did not come to that in time"
            await REAL_TIME.sleep(0.02)

    async def end(self, batch_id: str) -> Entry:
        """Wait until a batch is painted, and look at its pictures."""
        await self.until(lambda: self.entry(batch_id).is_over)
        entry = self.entry(batch_id)
        assert entry.status == "ready", entry
        self._ledger.require_right(entry)
        return entry

    def entry(self, batch_id: str) -> Entry:
        return self._ledger.entry(batch_id)

    @property
    def log(self) -> str:
        return self.app.log.read_text()


@pytest.fixture
async def play(tmp_path: Path) -> AsyncGenerator[Play]:
    with ComfyUI() as comfyui:
        app = App(tmp_path / "data", comfyui.url)
        await app.start()
        yield Play(app, comfyui, Ledger(tmp_path / "data"))
        if app.is_running:
            await app.kill()


async def test_what_comfyui_paints_when_the_app_is_stopped_is_stored_once_after_the_next_start(play: Play) -> None:
    first = await play.app.tell(prompt="a lighthouse", count=2, seed=1, workflow="slow")
    second = await play.app.tell(prompt="a harbour", count=1, seed=2, workflow="quick")
    await play.until(lambda: bool(play.comfyui.executed))

    await play.app.stop()
    assert [play.entry(batch_id).status for batch_id in (first, second)] == ["generating", "queued"]
    await play.app.start()

    ended = [await play.end(batch_id) for batch_id in (first, second)]
    assert play.comfyui.executed == [prompt_id for entry in ended for prompt_id in entry.prompt_ids]
    assert "Traceback" not in play.log


async def test_what_comfyui_has_painted_while_the_app_was_off_is_not_painted_again(play: Play) -> None:
    batch_id = await play.app.tell(prompt="a lighthouse", count=2, seed=1, workflow="slow")
    await play.until(lambda: bool(play.comfyui.executed))

    await play.app.stop()
    await play.until(lambda: play.comfyui.held() == 0)
    await play.app.start()

    entry = await play.end(batch_id)
    assert play.comfyui.executed == [*entry.prompt_ids]


async def test_pictures_that_were_being_fetched_when_the_app_is_stopped_are_fetched_after_the_next_start(
    play: Play,
) -> None:
    play.comfyui.set(Rule(Action.HANG, method="GET", path="/view"))
    batch_id = await play.app.tell(prompt="a lighthouse", count=2, seed=1, workflow="quick")
    await play.until(lambda: bool(play.comfyui.executed) and play.comfyui.held() == 0)

    await play.app.stop()
    assert play.entry(batch_id).status == "generating"
    await play.app.start()

    entry = await play.end(batch_id)
    assert play.comfyui.executed == [*entry.prompt_ids]
    assert "Traceback" not in play.log


async def test_the_app_can_be_stopped_while_comfyui_does_not_answer(play: Play) -> None:
    play.comfyui.set(Rule(Action.HANG, times=None))
    batch_id = await play.app.tell(prompt="a lighthouse", count=2, seed=1, workflow="quick")

    await play.app.stop()
    play.comfyui.behave()
    await play.app.start()

    entry = await play.end(batch_id)
    assert len(set(play.comfyui.executed)) == len(play.comfyui.executed)
    assert set(play.comfyui.executed) <= entry.prompt_ids
