"""Pausing the queue and letting it go on."""

import pytest

from tests.api.table import Caller, Scene, refused
from wrldbldr.bus import SERVER_TOPIC
from wrldbldr.domain.events import QueuePaused
from wrldbldr.engine import Engine


async def test_a_pause_is_remembered_told_and_taken_back(owner: Caller, engine: Engine) -> None:
    with engine.bus.subscribe(SERVER_TOPIC) as everybody:
        paused = await owner.post("/api/queue/pause")
        async with engine.database.read() as unit:
            assert await unit.line.is_paused()
        resumed = await owner.post("/api/queue/resume")

        assert await everybody.take() == [QueuePaused(True), QueuePaused(False)]
    assert (paused.status_code, paused.json()) == (200, {"is_paused": True})
    assert (resumed.status_code, resumed.json()) == (200, {"is_paused": False})
    async with engine.database.read() as unit:
        assert not await unit.line.is_paused()


async def test_doing_it_twice_is_as_good_as_once(owner: Caller) -> None:
    for verb, is_paused in (("pause", True), ("pause", True), ("resume", False), ("resume", False)):
        answer = await owner.post(f"/api/queue/{verb}")

        assert (answer.status_code, answer.json()) == (200, {"is_paused": is_paused})


async def test_any_game_master_may_do_it_for_there_is_one_queue(owner: Caller, other: Caller, engine: Engine) -> None:
    assert (await other.post("/api/queue/pause")).status_code == 200

    async with engine.database.read() as unit:
        assert await unit.line.is_paused()
    assert (await owner.post("/api/queue/resume")).json() == {"is_paused": False}


@pytest.mark.parametrize("verb", ["pause", "resume"])
async def test_whoever_is_not_signed_in_may_not(owner: Caller, nobody: Caller, verb: str) -> None:
    refused(await nobody.post(f"/api/queue/{verb}"), 401, "unauthenticated")


async def test_batches_can_be_asked_for_while_the_queue_is_paused(owner: Caller, scene: Scene) -> None:
    await owner.post("/api/queue/pause")

    answer = await owner.post("/api/assets/generate", json=scene.request())

    assert (answer.status_code, answer.json()["status"], answer.json()["position"]) == (202, "queued", 1)
