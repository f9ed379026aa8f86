"""What the client reads and fetches."""

from dataclasses import replace
from uuid import uuid4

import httpx
import pytest
import respx

from tests.comfyui.scripted import ID, outcome
from tests.fakes.clock import FakeClock
from tests.fakes.comfyui import tiny_png
from wrldbldr.comfyui.client import ComfyUIClient
from wrldbldr.comfyui.errors import (
    NotComfyUIError,
    PictureBrokenError,
    ServiceUnavailableError,
)
from wrldbldr.comfyui.port import Outcome, PictureRef


async def test_who_answers_is_told_and_a_simulator_is_recognised(
    client: ComfyUIClient, server: respx.MockRouter
) -> None:
    system = await client.system()
    assert (system.version, system.devices, system.simulated) == ("0.8.0", ("cpu",), False)
    server["health"].respond(json={"system": {"comfyui_version": "0.8.0-simulated"}})
    await client.health.probe_now()
    assert replace(await client.system(), version="") == replace(system, version="", devices=(), simulated=True)


async def test_who_answers_is_asked_once_until_the_server_went_away(
    client: ComfyUIClient, server: respx.MockRouter
) -> None:
    assert await client.system() is await client.system()
    assert server["health"].call_count == 1

    server["health"].mock(side_effect=httpx.ConnectError("refused"))
    await client.health.probe_now()
    with pytest.raises(ServiceUnavailableError):
        await client.system()


@pytest.mark.parametrize("body", [{}, {"system": None}, {"system": {"os": "posix"}}])
async def test_an_answer_without_a_comfyui_version_is_not_a_comfyui(
    client: ComfyUIClient, server: respx.MockRouter, body: dict[str, object]
) -> None:
    server["health"].respond(json=body)
    with pytest.raises(NotComfyUIError):
        await client.system()


async def test_the_catalogue_is_read_once_until_it_is_refreshed_or_the_server_went_away(
    client: ComfyUIClient, server: respx.MockRouter, clock: FakeClock
) -> None:
    assert await client.catalogue() is await client.catalogue()
    assert server["catalogue"].call_count == 1
    await client.catalogue(refresh=True)
    assert server["catalogue"].call_count == 2
    server["health"].mock(side_effect=httpx.ConnectError("refused"))
    await client.health.probe_now()
    await client.catalogue()
    assert server["catalogue"].call_count == 3


async def test_an_unknown_or_unfinished_prompt_has_no_history(client: ComfyUIClient, server: respx.MockRouter) -> None:
    assert await client.history(ID) is None
    server["history"].respond(json={str(uuid4()): {}})
    assert await client.history(ID) is None


async def test_an_ended_prompt_has_its_history(client: ComfyUIClient, server: respx.MockRouter) -> None:
    outputs = {"9": {"images": [{"filename": "a.png", "subfolder": "s", "type": "output"}]}}
    server["history"].respond(json={str(ID): {"outputs": outputs, "status": {"status_str": "success", "messages": []}}})
    history = await client.history(ID)
    assert history
    assert (history.outcome, history.pictures) == (Outcome.SUCCEEDED, (PictureRef("a.png", "s", "output"),))


async def test_a_picture_is_fetched_by_name_folder_and_type(client: ComfyUIClient, server: respx.MockRouter) -> None:
    route = server.get("/view", params={"filename": "ä b.png", "subfolder": "wrldbldr", "type": "output"})
    route.respond(content=tiny_png())
    assert await client.fetch_picture(PictureRef("ä b.png", "wrldbldr")) == tiny_png()


@pytest.mark.parametrize(
    ("answer", "words", "is_missing"),
    [
        (httpx.Response(404), "no longer has it", True),
        (httpx.Response(400), "no longer has it", False),
        (httpx.Response(200, content=b"<html>"), "not a picture", False),
        (httpx.Response(200, content=b""), "not a picture", False),
        (httpx.Response(200, content=tiny_png()[:20], headers={"content-length": "900"}), "Only 20 of 900", False),
    ],
    ids=["gone", "refused", "a page", "empty", "cut short"],
)
async def test_a_picture_that_is_gone_cut_short_or_no_picture_is_broken(
    client: ComfyUIClient, server: respx.MockRouter, answer: httpx.Response, words: str, is_missing: bool
) -> None:
    server.get("/view").mock(return_value=answer)
    with pytest.raises(PictureBrokenError, match=words) as broken:
        await client.fetch_picture(PictureRef("a.png"))
    assert broken.value.is_missing is is_missing


async def test_a_picture_that_cannot_be_had_for_the_moment_is_asked_for_again(
    client: ComfyUIClient, server: respx.MockRouter, clock: FakeClock
) -> None:
    broken = httpx.RemoteProtocolError("peer closed connection without sending complete message body")
    server.get("/view").mock(side_effect=[httpx.Response(503), broken, httpx.Response(200, content=tiny_png())])
    assert await outcome(client.fetch_picture(PictureRef("a.png")), clock) == tiny_png()


@pytest.mark.parametrize(
    "content",
    [b"\xff\xd8\xff\xe0", b"GIF89a", b"RIFF\x10\0\0\0WEBPVP8 ", b"\0\0\0\x1cftypavif", b"BM\0\0", b"II*\0", b"MM\0*"],
)
async def test_every_format_comfyui_saves_is_a_picture(
    client: ComfyUIClient, server: respx.MockRouter, content: bytes
) -> None:
    server.get("/view").respond(content=content)
    assert await client.fetch_picture(PictureRef("a")) == content


async def test_an_upload_goes_to_our_corner_and_the_name_the_server_gave_is_used(
    client: ComfyUIClient, server: respx.MockRouter
) -> None:
    route = server.post("/upload/image")
    route.respond(json={"name": "owl (1).png", "subfolder": "wrldbldr", "type": "input"})
    assert await client.upload_picture("owl.png", tiny_png()) == "wrldbldr/owl (1).png"
    form = route.calls.last.request.content
    for part in (b'name="overwrite"', b'name="subfolder"', b'filename="owl.png"', tiny_png()):
        assert part in form


async def test_an_upload_without_a_name_in_the_answer_is_not_trusted(
    client: ComfyUIClient, server: respx.MockRouter
) -> None:
    server.post("/upload/image").respond(json={"ok": True})
    with pytest.raises(NotComfyUIError):
        await client.upload_picture("owl.png", tiny_png())
