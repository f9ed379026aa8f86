"""What the server says of itself."""

import pytest

from tests.fakes.simulator import SimulatorServer
from tests.simulator.visitor import Visitor


async def test_it_says_that_it_is_simulated(visitor: Visitor) -> None:
    system = (await visitor.json("/system_stats"))["system"]

    assert (system["comfyui_version"], system["simulated"]) == ("0.8.0-simulated", True)


async def test_the_page_is_a_page_and_unknown_paths_are_not_there(visitor: Visitor) -> None:
    page, unknown = await visitor.http.get("/"), await visitor.http.get("/zzz")
    posted = await visitor.http.post("/zzz")

    assert (page.status_code, page.headers["content-type"]) == (200, "text/html")
    assert (unknown.status_code, unknown.headers["content-type"], unknown.text) == (404, "application/octet-stream", "")
    assert (posted.status_code, posted.text) == (405, "405: Method Not Allowed")


@pytest.mark.parametrize(
    "path", ["/prompt", "/queue", "/history", "/object_info", "/system_stats", "/features", "/models", "/embeddings", "/settings", "/users"]
)  # fmt: skip
async def test_every_route_is_also_there_under_api(visitor: Visitor, path: str) -> None:
    assert await visitor.json(f"/api{path}") == await visitor.json(path)


async def test_nodes_name_the_model_files_there_are(visitor: Visitor) -> None:
    info = await visitor.json("/object_info")
    checkpoints = info["CheckpointLoaderSimple"]["input"]["required"]["ckpt_name"][0]

    assert "simulated_painter.safetensors" in checkpoints
    assert await visitor.json("/models/checkpoints") == checkpoints
    assert await visitor.json("/object_info/Nope") == {}
    assert (await visitor.http.get("/models/bogus")).status_code == 404


@pytest.mark.parametrize(
    ("origin", "status"),
    [("http://127.0.0.1:{port}", 200), ("http://localhost:{port}", 403), ("http://evil.example", 403), ("null", 200)],
)
async def test_a_page_from_elsewhere_is_kept_out(
    server: SimulatorServer, visitor: Visitor, origin: str, status: int
) -> None:
    sent = origin.format(port=server.url.rsplit(":", 1)[1])

    assert (await visitor.http.get("/queue", headers={"Origin": sent})).status_code == status


async def test_a_page_from_elsewhere_is_let_in_by_another_name(visitor: Visitor) -> None:
    headers = {"Host": "myapp.lan", "Origin": "http://evil.example"}

    assert (await visitor.http.get("/queue", headers=headers)).status_code == 200
