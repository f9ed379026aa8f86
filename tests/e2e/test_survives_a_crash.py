"""The app is killed without a word while it paints, and started again."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from tests.e2e.conftest import App
from tests.fakes.simulator import SimulatorProcess

PATIENCE_SECONDS = 60


@pytest.fixture
def comfyui() -> Iterator[SimulatorProcess]:
    """A ComfyUI that outlives the app: a batch of two takes about three seconds."""
    with SimulatorProcess(seconds_per_step=0.12) as process:
        yield process


class Script:
    """A game master's script, talking to the API with its cookie."""

    def __init__(self, url: str) -> None:
        self._http = httpx.Client(base_url=url, timeout=20)

    def close(self) -> None:
        self._http.close()

    def set_up(self) -> dict[str, str]:
        self._ok(self._http.post("/api/auth/setup", json={"name": "Ruth", "password": "correct horse"}))
        world = self._ok(self._http.post("/api/worlds", json={"name": "The Lantern Coast"}))
        session = self._ok(self._http.get(f"/api/worlds/{world['id']}/sessions"))["items"][0]
        body = {"name": "Hask Brannoch", "description": "A grizzled veteran"}
        character = self._ok(self._http.post(f"/api/worlds/{world['id']}/characters", json=body))
        return {"world": world["id"], "session": session["id"], "character": character["id"]}

    def generate(self, ids: dict[str, str], count: int) -> str:
        body = {
            "session_id": ids["session"],
            "entity_type": "character",
            "entity_id": ids["character"],
            "asset_type": "portrait",
            "prompt": "a grizzled veteran, portrait",
            "count": count,
            "width": 256,
            "height": 320,
        }
        return self._ok(self._http.post("/api/assets/generate", json=body))["id"]

    def batch(self, batch_id: str) -> dict:
        return self._ok(self._http.get(f"/api/assets/batch/{batch_id}"))

    def assets(self, ids: dict[str, str]) -> list[dict]:
        return self._ok(self._http.get("/api/assets", params={"world_id": ids["world"]}))["items"]

    def wait_for(self, batch_id: str, is_so: Callable[[dict], bool]) -> dict:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while True:
            batch = self.batch(batch_id)
            if is_so(batch):
                return batch
            assert time.monotonic() < deadline, batch
            time.sleep(0.05)

    @staticmethod
    def _ok(answer: httpx.Response) -> dict:
        assert answer.is_success, answer.text
        return answer.json()


@pytest.fixture
def script_for() -> Iterator[Callable[[App], Script]]:
    """A script that talks to an app."""
    opened: list[Script] = []

    def open_one(app: App) -> Script:
        opened.append(Script(app.url))
        return opened[-1]

    yield open_one
    for script in opened:
        script.close()


def stored_files(app: App) -> list[Path]:
    media = app.data_dir / "media"
    return [file for file in media.rglob("*") if file.is_file()]


def test_a_batch_that_was_generating_when_the_app_was_killed_is_ready_once_after_a_restart(
    start_app: Callable[..., App], comfyui: SimulatorProcess, script_for: Callable[[App], Script]
) -> None:
    app = start_app(WRLDBLDR_COMFYUI_URL=comfyui.url)
    script = script_for(app)
    ids = script.set_up()
    batch_id = script.generate(ids, count=2)
    script.wait_for(batch_id, lambda batch: batch["status"] == "generating" and batch["progress"] > 0)

    app.kill()
    app.start()

    ready = script.wait_for(batch_id, lambda batch: batch["status"] not in ("queued", "generating"))
    assert ready["status"] == "ready", ready["error"]
    assert ready["attempt"] == 1
    assets = script.assets(ids)
    assert sorted(asset["label"] for asset in assets) == ["Hask_Brannoch_Portrait_001", "Hask_Brannoch_Portrait_002"]
    assert len(stored_files(app)) == 2 * 3  # each picture with its two thumbnails, and nothing else
    assert comfyui.executed_count() == 1, "the prompt ran once"


def test_a_batch_survives_when_the_app_and_comfyui_die_together(
    start_app: Callable[..., App], script_for: Callable[[App], Script]
) -> None:
    app = start_app()  # the built-in simulator dies with the app
    script = script_for(app)
    ids = script.set_up()
    batch_id = script.generate(ids, count=2)
    script.wait_for(batch_id, lambda batch: batch["status"] == "generating" and batch["progress"] > 0)

    app.kill()
    app.start()

    ready = script.wait_for(batch_id, lambda batch: batch["status"] not in ("queued", "generating"))
    assert ready["status"] == "ready", ready["error"]
    assert len(script.assets(ids)) == 2
    assert len(stored_files(app)) == 2 * 3
