"""What nodes do: paint, save, load, adapt, fail."""

import json
from hashlib import sha256
from io import BytesIO

import pytest
from PIL import Image, ImageStat

from tests.fakes.simulator import QUICK, SimulatorServer
from tests.simulator.clocks import HurriedClock
from tests.simulator.graphs import changed, failing, node, painting, plain, referring
from tests.simulator.visitor import Visitor


def picture(content: bytes) -> Image.Image:
    image = Image.open(BytesIO(content))
    image.load()
    return image


def png(colour: str, size: tuple[int, int] = (24, 16)) -> bytes:
    buffer = BytesIO()
    Image.new("RGB", size, colour).save(buffer, "PNG")
    return buffer.getvalue()


async def test_a_batch_has_the_size_of_the_latent_and_no_two_pictures_alike(visitor: Visitor) -> None:
    entry = await visitor.run(painting(size=(96, 64), batch_size=4))
    contents = await visitor.pictures(entry)

    assert [picture(content).size for content in contents] == [(96, 64)] * 4
    assert len({picture(content).tobytes() for content in contents}) == 4


async def test_a_picture_is_saved_where_its_prefix_says_and_counted_up(visitor: Visitor) -> None:
    first = await visitor.run(plain(prefix="wrldbldr/job-1", batch_size=2))
    second = await visitor.run(plain(prefix="wrldbldr/job-1", batch_size=3))

    named = [(image["subfolder"], image["filename"]) for image in first["outputs"]["9"]["images"]]
    assert named == [("wrldbldr", "job-1_00001_.png"), ("wrldbldr", "job-1_00002_.png")]
    assert second["outputs"]["9"]["images"][0]["filename"] == "job-1_00003_.png"


async def test_size_and_date_in_a_prefix_are_filled_in(visitor: Visitor) -> None:
    entry = await visitor.run(plain(prefix="a%width%x%height%-%year%"))

    assert entry["outputs"]["9"]["images"][0]["filename"].startswith("a32x32-2")


@pytest.mark.parametrize("prefix", ["../outside", "/outside", "a/../../outside"])
async def test_nothing_is_saved_outside_the_output_folder(visitor: Visitor, prefix: str) -> None:
    entry = await visitor.run(plain(prefix=prefix))

    event, told = entry["status"]["messages"][-1]
    assert (event, told["node_type"]) == ("execution_error", "SaveImage")
    assert "outside the output folder" in told["exception_message"]


async def test_the_prompt_is_hidden_in_every_saved_picture(visitor: Visitor) -> None:
    extra = {"extra_pnginfo": {"workflow": {"id": "w"}}}
    [content] = await visitor.pictures(await visitor.run(plain(), extra_data=extra))

    hidden = picture(content).info
    assert json.loads(hidden["prompt"])["9"]["inputs"]["filename_prefix"] == "plain"
    assert json.loads(hidden["workflow"]) == {"id": "w"}


async def test_a_preview_node_saves_into_the_temp_folder(visitor: Visitor) -> None:
    entry = await visitor.run(plain() | {"11": node("PreviewImage", images=["1", 0])})

    [image] = entry["outputs"]["11"]["images"]
    assert image["type"] == "temp"
    assert (await visitor.http.get("/view", params=image)).status_code == 200


async def test_each_step_takes_its_time_and_is_interruptible_in_between() -> None:
    clock = HurriedClock()
    async with SimulatorServer(seconds_per_step=0.12, clock=clock) as server, Visitor(server.url) as visitor:
        await visitor.run(painting(steps=20))

    assert len(clock.sleeps) == 20
    assert 20 * 0.12 - 1.5 < sum(clock.sleeps) < 20 * 0.12  # less by what painting took


async def test_an_advanced_sampler_does_only_its_share_of_the_steps(visitor: Visitor) -> None:
    sampler = painting()["3"]["inputs"]
    links = {name: sampler[name] for name in ("model", "positive", "negative", "latent_image")}
    settings = {"noise_seed": 1, "steps": 10, "cfg": 7.0, "sampler_name": "euler", "scheduler": "normal"}
    range_ = {"start_at_step": 4, "end_at_step": 8, "add_noise": "enable", "return_with_leftover_noise": "disable"}
    ears = await visitor.listen()
    await visitor.submit(painting() | {"3": node("KSamplerAdvanced", **settings, **range_, **links)})
    await ears.until_end()

    assert [told["data"]["value"] for told in ears.of_type("progress")] == [1, 2, 3, 4]


async def test_image_to_image_keeps_more_of_the_picture_the_less_it_denoises(visitor: Visitor) -> None:
    name = (await visitor.upload(png("#ff0000", (64, 64)))).json()["name"]

    async def redness(denoise: float) -> float:
        graph = changed(painting(), "3", denoise=denoise, latent_image=["31", 0])
        graph |= {"30": node("LoadImage", image=name), "31": node("VAEEncode", pixels=["30", 0], vae=["4", 2])}
        [content] = await visitor.pictures(await visitor.run(graph))
        red, green, blue = ImageStat.Stat(picture(content).convert("RGB")).mean
        return red - (green + blue) / 2

    assert await redness(0.1) > await redness(0.5) > await redness(1.0)


async def test_a_reference_reaches_the_adapter_and_tints_the_painting(
    server: SimulatorServer, visitor: Visitor
) -> None:
    content = png("#00ff00")
    name = (await visitor.upload(content)).json()["name"]
    [tinted] = await visitor.pictures(await visitor.run(referring(name)))
    [bare] = await visitor.pictures(await visitor.run(painting(prefix="bare")))

    arrived = [(receipt.node_id, receipt.input, receipt.sha256) for receipt in server.received]
    assert ("22", "image", sha256(content).hexdigest()) in arrived
    assert await visitor.json("/simulator/received") == [receipt.document() for receipt in server.received]
    greens = [ImageStat.Stat(picture(shown).convert("RGB")).mean[1] for shown in (tinted, bare)]
    assert greens[0] > greens[1] + 20


async def test_two_references_are_chained_and_both_arrive(server: SimulatorServer, visitor: Visitor) -> None:
    contents = [png("red"), png("blue")]
    names = [(await visitor.upload(content)).json()["name"] for content in contents]
    graph = changed(referring(names[0]), "22", image=["24", 0])
    graph |= {"23": node("LoadImage", image=names[1]), "24": node("ImageBatch", image1=["20", 0], image2=["23", 0])}
    await visitor.run(graph)

    arrived = [receipt.sha256 for receipt in server.received if receipt.node_id == "22"]
    assert arrived == [sha256(content).hexdigest() for content in contents]


async def test_an_overwritten_reference_is_noticed(visitor: Visitor) -> None:
    graph = {"1": node("LoadImage", image="ref.png"), "9": plain()["9"]}
    await visitor.upload(png("red"))
    await visitor.run(graph)
    await visitor.upload(png("blue"), overwrite="true")
    [content] = await visitor.pictures(await visitor.run(graph))

    assert picture(content).getpixel((0, 0)) == (0, 0, 255)


@pytest.mark.parametrize(
    ("graph", "size"),
    [
        ({"1": node("SolidMask", value=0.5, width=8, height=6), "2": node("MaskToImage", mask=["1", 0])}, (8, 6)),
        (
            {
                "1": node("LoadImageMask", image="example.png", channel="red"),
                "2": node("MaskToImage", mask=["1", 0]),
            },
            (64, 64),
        ),
        (plain() | {"2": node("ImageInvert", image=["1", 0])}, (32, 32)),
        (plain() | {"2": node("ImageScaleBy", image=["1", 0], upscale_method="area", scale_by=1.5)}, (48, 48)),
        (
            plain()
            | {"2": node("ImageScale", image=["1", 0], upscale_method="lanczos", width=16, height=0, crop="center")},
            (16, 16),
        ),
    ],
)
async def test_pictures_are_made_and_changed(visitor: Visitor, graph: dict, size: tuple[int, int]) -> None:
    [content] = await visitor.pictures(
        await visitor.run(graph | {"9": node("SaveImage", images=["2", 0], filename_prefix="x")})
    )

    assert picture(content).size == size


async def test_values_may_come_from_nodes_of_their_own(visitor: Visitor) -> None:
    graph = changed(painting(), "6", text=["40", 0]) | {"40": node("PrimitiveString", value="a queen")}
    graph = changed(graph, "5", width=["41", 0]) | {"41": node("PrimitiveInt", value=128)}
    [content] = await visitor.pictures(await visitor.run(graph))

    assert picture(content).size == (128, 64)


async def test_loaders_and_conditionings_are_taken_in_a_chain(visitor: Visitor) -> None:
    graph = painting() | {
        "10": node("VAELoader", vae_name="pixel_space"),
        "11": node("CLIPSetLastLayer", clip=["12", 1], stop_at_clip_layer=-2),
        "12": node(
            "LoraLoader",
            model=["4", 0],
            clip=["4", 1],
            lora_name="simulated_candlelight.safetensors",
            strength_model=1.0,
            strength_clip=1.0,
        ),
        "13": node("ConditioningZeroOut", conditioning=["6", 0]),
        "14": node("ConditioningCombine", conditioning_1=["6", 0], conditioning_2=["7", 0]),
        "15": node("RepeatLatentBatch", samples=["5", 0], amount=2),
        "16": node("IPAdapterModelLoader", ipadapter_file="simulated_ip_adapter.safetensors"),
        "17": node("CLIPVisionLoader", clip_name="simulated_vision.safetensors"),
        "18": node("LoadImage", image="example.png"),
        "19": node(
            "IPAdapterAdvanced",
            model=["12", 0],
            ipadapter=["16", 0],
            image=["18", 0],
            clip_vision=["17", 0],
            weight=1.0,
            weight_type="linear",
            combine_embeds="concat",
            start_at=0.0,
            end_at=1.0,
            embeds_scaling="V only",
        ),
    }
    links = {"model": ["19", 0], "positive": ["14", 0], "negative": ["13", 0], "latent_image": ["15", 0]}
    graph = changed(changed(changed(graph, "3", **links), "6", clip=["11", 0]), "8", vae=["10", 0])

    assert len(await visitor.pictures(await visitor.run(graph))) == 2


async def test_a_node_that_raises_fails_the_prompt_and_not_the_server(visitor: Visitor) -> None:
    entry = await visitor.run(failing("ValueError", "no such brush"))

    event, told = entry["status"]["messages"][-1]
    assert (entry["status"]["status_str"], event, entry["outputs"]) == ("error", "execution_error", {})
    assert (told["exception_type"], told["exception_message"]) == ("ValueError", "no such brush\n")
    assert (told["node_id"], told["executed"], told["current_inputs"]["message"]) == ("3", ["1"], ["no such brush"])
    assert (await visitor.run(plain()))["status"]["completed"] is True


async def test_running_out_of_memory_looks_like_torch(visitor: Visitor) -> None:
    for graph in (failing("OOM"), changed(painting(), "5", width=16384, height=16384)):
        _, told = (await visitor.run(graph))["status"]["messages"][-1]
        assert told["exception_type"] == "torch.OutOfMemoryError"
        assert "ran out of memory on your GPU" in told["exception_message"]


async def test_a_blocked_output_is_told_as_an_error_and_then_as_a_success(visitor: Visitor) -> None:
    ears = await visitor.listen()
    prompt_id = await visitor.submit(failing("block", "not today"))
    await ears.until_end()

    [told] = ears.of_type("execution_error")
    assert told["data"]["exception_message"] == "Execution Blocked: not today"
    assert ears.types.index("execution_success") > ears.types.index("execution_error")
    entry = await visitor.entry(prompt_id)
    assert (entry["status"]["status_str"], entry["outputs"]) == ("success", {})


async def test_a_dead_worker_keeps_its_prompt_running_for_ever(visitor: Visitor) -> None:
    ears = await visitor.listen()
    stuck = await visitor.submit(failing("SystemExit"))
    await ears.until(lambda told: told["type"] == "executing" and told["data"]["node"] == "3")
    await visitor.submit(plain())
    await visitor.http.post("/interrupt")

    queue = await visitor.json("/queue")
    assert [item[1] for item in queue["queue_running"]] == [stuck]
    assert len(queue["queue_pending"]) == 1


async def test_a_file_that_is_no_picture_fails_where_it_is_loaded(visitor: Visitor) -> None:
    await visitor.upload(b"no picture", "notes.png")
    entry = await visitor.run({"1": node("LoadImage", image="notes.png"), "9": plain()["9"]})

    _, told = entry["status"]["messages"][-1]
    assert (told["exception_type"], told["node_type"]) == ("PIL.UnidentifiedImageError", "LoadImage")


async def test_a_literal_where_a_picture_belongs_fails_while_running(visitor: Visitor) -> None:
    for literal in ("a text", None):
        entry = await visitor.run(changed(plain(), "9", images=literal))
        assert entry["status"]["messages"][-1][1]["node_type"] == "SaveImage"


async def test_the_smallest_latent_can_be_painted(visitor: Visitor) -> None:
    for words in ("a portrait", "a sprite", "a landscape", "a tavern interior, landscape"):
        [content] = await visitor.pictures(await visitor.run(painting(words, size=(16, 16))))
        assert picture(content).size == (16, 16)


def test_the_default_pace_makes_twenty_steps_last_about_two_and_a_half_seconds() -> None:
    from wrldbldr.simulator.config import SimulatorConfig

    assert 2 <= 20 * SimulatorConfig().seconds_per_step <= 3
    assert QUICK.seconds_per_step == 0
