"""How much of ComfyUI's own speed is left when every picture is also checked, stored, committed and pushed."""

import asyncio
import json
import time
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from uuid import uuid4

import httpx
from websockets.asyncio.client import ClientConnection, connect

from tests.fakes.simulator import SimulatorProcess
from wrldbldr.bus import game_session_topic
from wrldbldr.domain.account import Principal
from wrldbldr.domain.batch import AssetType
from wrldbldr.domain.events import BatchFailed, BatchReady, Missed
from wrldbldr.domain.world import EntityType
from wrldbldr.engine import Engine, open_engine
from wrldbldr.kit.garbage import look_for_garbage_rarely
from wrldbldr.services.asking import GenerationRequest
from wrldbldr.services.worlds import EntityChanges
from wrldbldr.settings import Settings

ROUNDS = 10
JOBS = 20  # in a round
WARM_UP_JOBS = 6  # the first of everything takes longer: statements are compiled, decoders loaded, connections opened
Paint = Callable[[int], Awaitable[None]]

GRAPH = {
    "1": {"class_type": "EmptyImage", "inputs": {"width": 64, "height": 64, "batch_size": 1, "color": 16746496}},
    "9": {"class_type": "SaveImage", "inputs": {"filename_prefix": "bench", "images": ["1", 0]}},
}


@asynccontextmanager
async def bare_client(url: str) -> AsyncGenerator[Paint]:
    """One prompt after the other. Nothing is checked or kept."""
    client_id = str(uuid4())
    async with (
        httpx.AsyncClient(base_url=url, trust_env=False) as http,
        connect(f"{url.replace('http', 'ws')}/ws?clientId={client_id}", proxy=None) as socket,
    ):

        async def paint(jobs: int) -> None:
            for _ in range(jobs):
                await _paint_bare(http, socket, client_id)

        yield paint


async def _paint_bare(http: httpx.AsyncClient, socket: ClientConnection, client_id: str) -> None:
    """POST, wait for the websocket, history, picture."""
    prompt_id = str(uuid4())
    graph = {**GRAPH, "9": {**GRAPH["9"], "inputs": {**GRAPH["9"]["inputs"], "filename_prefix": prompt_id}}}
    body = {"prompt": graph, "prompt_id": prompt_id, "client_id": client_id}
    (await http.post("/prompt", json=body)).raise_for_status()
    while True:
        frame = await socket.recv()
        data = json.loads(frame)["data"] if isinstance(frame, str) else {}
        if data.get("prompt_id") == prompt_id and data.get("node", "") is None:
            break
    history = (await http.get(f"/history/{prompt_id}")).json()
    picture = history[prompt_id]["outputs"]["9"]["images"][0]
    (await http.get("/view", params=picture)).raise_for_status()


async def through_the_app(engine: Engine) -> Paint:
    """The same jobs as batches."""
    who = (await engine.accounts.set_up("Ruth", "correct horse")).who
    request = await _request(engine, who)
    return lambda jobs: _paint(engine, who, request, jobs)


async def _paint(engine: Engine, who: Principal, request: GenerationRequest, jobs: int) -> None:
    async def submit() -> None:
        for _ in range(jobs):
            await engine.queue.submit(who, request)

    with engine.bus.subscribe(game_session_topic(request.game_session_id)) as subscription:
        async with asyncio.TaskGroup() as group:
            group.create_task(submit())
            ready = 0
            while ready < jobs:
                events = await subscription.take()
                assert not any(isinstance(event, BatchFailed | Missed) for event in events)
                ready += sum(isinstance(event, BatchReady) for event in events)


async def _request(engine: Engine, who: Principal) -> GenerationRequest:
    world = await engine.worlds.create(who, "Bench")
    character = await engine.worlds.create_entity(who, EntityType.CHARACTER, world.id, EntityChanges(name="Hask"))
    workflow = await engine.workflows.add(who, "model-free", GRAPH)
    return GenerationRequest(
        game_session_id=(await engine.worlds.game_sessions(who, world.id))[0].id,
        entity_type=EntityType.CHARACTER,
        entity_id=character.id,
        asset_type=AssetType.PORTRAIT,
        prompt="a veteran",
        count=1,
        width=64,
        height=64,
        workflow_id=workflow.id,
    )


async def test_throughput_through_the_app_beside_a_bare_client(tmp_path: Path, tell: Callable[[str], None]) -> None:
    """In turns: a machine that is slower for a while is so for both."""
    bare = app = cpu = 0.0
    with SimulatorProcess() as comfyui:
        settings = Settings(data_dir=tmp_path, comfyui_url=comfyui.url)
        async with bare_client(comfyui.url) as paint_bare, open_engine(settings) as engine:
            paint = await through_the_app(engine)
            await paint_bare(WARM_UP_JOBS)
            await paint(WARM_UP_JOBS)
            look_for_garbage_rarely()  # as the server does
            for _ in range(ROUNDS):
                bare += (await _spent(paint_bare))[0]
                wall, busy = await _spent(paint)
                app, cpu = app + wall, cpu + busy
    jobs = ROUNDS * JOBS
    tell(
        f"{jobs} model-free jobs, one after the other\n"
        f"  bare client  {jobs / bare:7.1f} jobs/s   {1000 * bare / jobs:6.1f} ms a job\n"
        f"  through us   {jobs / app:7.1f} jobs/s   {1000 * app / jobs:6.1f} ms a job, {1000 * cpu / jobs:.1f} ms CPU\n"
        f"  ratio        {bare / app:7.2f}"
    )
    assert app > 0


async def _spent(paint: Paint) -> tuple[float, float]:
    """Seconds, and seconds of this process's CPU, for one round."""
    began, cpu = time.perf_counter(), time.process_time()
    await paint(JOBS)
    return time.perf_counter() - began, time.process_time() - cpu
