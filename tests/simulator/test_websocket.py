"""The websocket: who hears what, in which order, and ComfyUI's flaw with two sockets of one client."""

from io import BytesIO

from PIL import Image, ImageFilter, ImageStat

from tests.fakes.simulator import QUICK, SimulatorServer
from tests.simulator.graphs import failing, painting, plain, slow
from tests.simulator.visitor import Visitor


async def test_a_newcomer_is_greeted_with_the_queue_and_its_id(visitor: Visitor) -> None:
    ears = await visitor.listen()

    status = {"exec_info": {"queue_remaining": 0}}
    assert ears.heard == [{"type": "status", "data": {"status": status, "sid": visitor.client_id}}]


async def test_one_without_an_id_is_given_one(visitor: Visitor) -> None:
    first, second = await visitor.listen(client_id=""), await visitor.listen(client_id="")

    assert first.heard[0]["data"]["sid"]
    assert first.heard[0]["data"]["sid"] != second.heard[0]["data"]["sid"]


async def test_feature_flags_are_exchanged(visitor: Visitor) -> None:
    ears = await visitor.listen(flags=True)

    assert ears.heard[-1]["data"] == await visitor.json("/features")


async def test_nonsense_from_a_client_is_overheard(visitor: Visitor) -> None:
    ears = await visitor.listen()
    for nonsense in ("{not json", "[]", b"\x00"):
        await ears.connection.send(nonsense)
    await visitor.submit(plain())

    await ears.until_end()


async def test_a_run_is_told_from_start_to_end_in_order(visitor: Visitor) -> None:
    ears = await visitor.listen()
    prompt_id = await visitor.submit(plain())
    await ears.until_end()

    assert ears.types == [
        "status", "status", "status", "execution_start", "execution_cached",
        "progress_state", "executing", "progress_state",
        "progress_state", "executing", "executed", "progress_state",
        "execution_success", "status", "executing",
    ]  # fmt: skip
    about_it = [message["data"] for message in ears.heard if message["type"] != "status"]
    assert {told["prompt_id"] for told in about_it} == {prompt_id}


async def test_others_hear_only_of_the_queue(visitor: Visitor) -> None:
    mine, others = await visitor.listen(), await visitor.listen("somebody else")
    await visitor.submit(painting())
    await mine.until_end()

    await others.until(lambda told: told["data"]["status"]["exec_info"]["queue_remaining"] == 0)
    assert set(others.types) == {"status"}


async def test_a_prompt_of_nobody_is_told_to_everybody_in_part(visitor: Visitor) -> None:
    ears = await visitor.listen()
    prompt_id = (await visitor.http.post("/prompt", json={"prompt": slow(seconds=60, steps=600)})).json()["prompt_id"]
    await ears.until_type("progress")
    await visitor.http.post("/interrupt")
    interrupted = await ears.until_type("execution_interrupted")

    assert interrupted["data"]["prompt_id"] == prompt_id
    assert set(ears.types) == {"status", "progress_state", "progress", "execution_interrupted"}


async def test_each_step_ticks_and_shows_how_it_looks(visitor: Visitor) -> None:
    ears = await visitor.listen()
    await visitor.submit(painting(steps=5, size=(768, 512)))
    await ears.until_end()

    ticks = [(told["data"]["value"], told["data"]["max"]) for told in ears.of_type("progress")]
    assert ticks == [(step, 5) for step in range(1, 6)]
    previews = [Image.open(BytesIO(told["jpeg"])) for told in ears.of_type("preview")]
    assert [preview.format for preview in previews] == ["JPEG"] * 5
    assert max(previews[0].size) == 512
    assert roughness(previews[0]) > roughness(previews[-1])


def roughness(image: Image.Image) -> float:
    """How noisy a picture is: how much is left when its blurred self is taken away."""
    grey = image.convert("L").crop((8, 8, 500, 300))
    return ImageStat.Stat(grey.filter(ImageFilter.FIND_EDGES)).mean[0]


async def test_previews_name_their_prompt_for_those_who_asked(visitor: Visitor) -> None:
    ears = await visitor.listen(flags=True)
    prompt_id = await visitor.submit(painting())
    await ears.until_end()

    [*previews] = ears.of_type("preview")
    assert {told["form"] for told in previews} == {4}
    assert previews[0]["metadata"] == {
        "node_id": "3", "prompt_id": prompt_id, "display_node_id": "3", "parent_node_id": None, "real_node_id": "3",
        "image_type": "image/jpeg",
    }  # fmt: skip
    assert previews[0]["jpeg"].startswith(b"\xff\xd8")


async def test_previews_can_be_declined_and_asked_for(visitor: Visitor) -> None:
    ears = await visitor.listen()
    await visitor.submit(painting(seed=1), extra_data={"preview_method": "none"})
    await ears.until_end()
    assert "preview" not in ears.types

    await visitor.submit(painting(seed=2), extra_data={"preview_method": "latent2rgb"})
    await ears.until_end()
    assert "preview" in ears.types


async def test_a_server_may_send_previews_only_when_asked() -> None:
    from dataclasses import replace

    async with SimulatorServer(replace(QUICK, previews_by_default=False)) as server, Visitor(server.url) as visitor:
        ears = await visitor.listen()
        await visitor.submit(painting(seed=1))
        await ears.until_end()
        assert "preview" not in ears.types
        await visitor.submit(painting(seed=2), extra_data={"preview_method": "auto"})
        await ears.until_end()
        assert "preview" in ears.types


async def test_an_error_is_told_before_the_end(visitor: Visitor) -> None:
    ears = await visitor.listen()
    await visitor.submit(failing("ValueError"))
    await ears.until_end()

    assert [kind for kind in ears.types if kind != "progress_state"][-3:] == ["execution_error", "status", "executing"]


async def test_who_comes_back_while_its_prompt_runs_is_told_the_node(visitor: Visitor) -> None:
    ears = await visitor.listen()
    await visitor.submit(slow())
    await ears.until(lambda told: told["type"] == "executing" and told["data"]["node"] == "3")
    await ears.close()

    back = await visitor.listen()
    assert await back.until_type("executing") == {"type": "executing", "data": {"node": "3"}}


async def test_a_second_socket_goes_mute_when_the_first_of_the_same_client_closes(visitor: Visitor) -> None:
    first = await visitor.listen()
    second = await visitor.listen()
    await first.close()
    witness = await visitor.listen("witness")
    await visitor.submit(plain())
    await witness.until(lambda told: told["data"]["status"]["exec_info"]["queue_remaining"] == 1)
    await witness.until(lambda told: told["data"]["status"]["exec_info"]["queue_remaining"] == 0)

    await (await second.connection.ping())  # it is open, and whatever was sent before has arrived
    await second.close()
    assert [frame async for frame in second.connection] == []


async def test_closing_the_old_socket_first_keeps_the_new_one_speaking(visitor: Visitor) -> None:
    await (await visitor.listen()).close()
    ears = await visitor.listen()
    await visitor.submit(plain())

    await ears.until_end()
