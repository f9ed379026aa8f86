"""What we rely on in a ComfyUI. Whatever passes for one must keep all of it: the real server and our simulator alike."""

from uuid import uuid4

import pytest

from tests.comfyui.contract.outside import Outside
from tests.comfyui.graphs import model_free, text_to_image
from tests.fakes.comfyui import tiny_png
from wrldbldr.comfyui.connection import ConnectionKind
from wrldbldr.comfyui.errors import PictureBrokenError, PromptRefusedError, RefusalReason, failure_of_history
from wrldbldr.comfyui.graph import Graph
from wrldbldr.comfyui.messages import Failed, Interrupted, NodeExecuting, Preview, Progressed, Succeeded
from wrldbldr.comfyui.pictures import is_picture
from wrldbldr.comfyui.port import Outcome, PictureRef
from wrldbldr.comfyui.progress import Phase
from wrldbldr.comfyui.reconcile import Finished as EndedThere
from wrldbldr.comfyui.reconcile import Gone, Pending, Running, whereabouts

TINY_CHECKPOINT = "random_sd15_tiny.safetensors"


async def test_it_says_who_it_is(outside: Outside) -> None:
    system = await outside.client.system()
    assert system.version
    assert system.devices
    state = await outside.client.health.probe_now()
    assert state.kind is ConnectionKind.CONNECTED


async def test_its_catalogue_lists_the_nodes_every_workflow_needs(outside: Outside) -> None:
    catalogue = await outside.client.catalogue()
    assert catalogue.missing(["EmptyImage", "ImageScale", "SaveImage", "LoadImage", "KSampler", "CLIPTextEncode"]) == ()
    assert catalogue.classes["SaveImage"].is_output
    assert "nearest-exact" in catalogue.options("ImageScale", "upscale_method")
    text, image = catalogue.input("CLIPTextEncode", "text"), catalogue.input("LoadImage", "image")
    assert text
    assert text.is_multiline
    assert image
    assert image.is_image_upload


async def test_a_prompt_becomes_a_picture_and_tells_how_far_it_is(outside: Outside) -> None:
    graph = model_free()
    prompt_id = await outside.submit(graph)
    history = await outside.ends(prompt_id)
    assert history.outcome is Outcome.SUCCEEDED
    [picture] = history.pictures
    assert (picture.subfolder, picture.type) == ("wrldbldr", "output")
    assert is_picture(await outside.client.fetch_picture(picture))
    percents, progress = outside.progress(prompt_id, graph)
    assert percents == sorted(percents)
    assert (progress.percent, progress.phase) == (99, Phase.SAVING)
    assert Succeeded(prompt_id=prompt_id) in outside.heard
    assert history.started_at


async def test_a_slow_node_tells_its_steps_and_shows_previews_of_its_own(outside: Outside) -> None:
    await needs(outside, "TestSlow")
    graph = await outside.slow_graph(seconds=0.5)
    prompt_id = await outside.submit(graph)
    await outside.ends(prompt_id)
    steps = [message for message in outside.heard if isinstance(message, Progressed)]
    assert [step.value for step in steps] == [1, 2, 3, 4, 5]
    assert {(step.prompt_id, step.node, step.maximum) for step in steps} == {(prompt_id, "3", 5)}
    previews = [message for message in outside.heard if isinstance(message, Preview)]
    assert previews
    assert {(preview.prompt_id, preview.node) for preview in previews} == {(prompt_id, "3")}


async def test_a_model_paints(outside: Outside) -> None:
    catalogue = await outside.client.catalogue()
    checkpoints = catalogue.options("CheckpointLoaderSimple", "ckpt_name")
    system = await outside.client.system()
    if TINY_CHECKPOINT not in checkpoints and not system.simulated:
        pytest.skip(f"this ComfyUI does not have {TINY_CHECKPOINT}")
    graph = text_to_image(checkpoint=checkpoints[0] if system.simulated else TINY_CHECKPOINT, steps=4, size=64)
    graph["5"]["inputs"]["batch_size"] = 2
    prompt_id = await outside.submit(graph)
    history = await outside.ends(prompt_id)
    assert len(history.pictures) == 2
    contents = [await outside.client.fetch_picture(picture) for picture in history.pictures]
    assert all(is_picture(content) for content in contents)
    assert len(set(contents)) == 2
    percents, progress = outside.progress(prompt_id, graph)
    assert percents == sorted(percents)
    assert len(set(percents)) > 4
    assert (progress.step, progress.steps) == (4, 4)


async def test_the_same_id_twice_is_taken_twice_so_we_must_look_before_we_send(outside: Outside) -> None:
    prompt_id = await outside.submit(await outside.slow_graph(seconds=0.5))
    again = await outside.resubmit(model_free(), prompt_id)
    assert again.prompt_id == prompt_id
    queue = await outside.client.queue()
    assert [prompt.prompt_id for prompt in (*queue.running, *queue.pending)].count(str(prompt_id)) == 2


async def test_numbers_count_up(outside: Outside) -> None:
    first = await outside.resubmit(model_free(), uuid4())
    second = await outside.resubmit(model_free(), uuid4())
    assert second.number > first.number


def missing_node(graph: Graph) -> None:
    graph["2"]["class_type"] = "NodeThatNobodyHas"


def missing_value(graph: Graph) -> None:
    graph["2"]["inputs"]["upscale_method"] = "by magic"


def too_large_value(graph: Graph) -> None:
    graph["2"]["inputs"]["width"] = 10**6


def not_a_number(graph: Graph) -> None:
    graph["2"]["inputs"]["width"] = "wide"


def missing_input(graph: Graph) -> None:
    del graph["2"]["inputs"]["image"]


def wrong_wire(graph: Graph) -> None:
    graph["2"]["inputs"]["image"] = ["1", 7]


def circle(graph: Graph) -> None:
    graph["2"]["inputs"]["image"] = ["2", 0]


def no_output(graph: Graph) -> None:
    del graph["9"]


def missing_image(graph: Graph) -> None:
    graph["1"] = {"class_type": "LoadImage", "inputs": {"image": "nobody has this.png"}}


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        (missing_node, RefusalReason.MISSING_NODE),
        (missing_value, RefusalReason.BAD_VALUE),
        (too_large_value, RefusalReason.BAD_VALUE),
        (not_a_number, RefusalReason.BAD_VALUE),
        (missing_input, RefusalReason.REQUIRED_INPUT_MISSING),
        (wrong_wire, RefusalReason.BAD_WIRE),
        (circle, RefusalReason.BAD_WIRE),
        (no_output, RefusalReason.NO_OUTPUT),
        (missing_image, RefusalReason.MISSING_IMAGE),
    ],
    ids=lambda value: getattr(value, "__name__", None),
)
async def test_a_bad_graph_is_refused_with_its_reason(outside: Outside, spoil: object, reason: RefusalReason) -> None:
    graph = model_free()
    assert callable(spoil)
    spoil(graph)
    with pytest.raises(PromptRefusedError) as refused:
        await outside.submit(graph)
    assert refused.value.reason is reason


async def test_a_missing_model_is_refused_with_what_is_there(outside: Outside) -> None:
    available = (await outside.client.catalogue()).options("CheckpointLoaderSimple", "ckpt_name")
    with pytest.raises(PromptRefusedError) as refused:
        await outside.submit(text_to_image(checkpoint="nobody has this.safetensors"))
    assert refused.value.reason is RefusalReason.MISSING_MODEL
    assert refused.value.node_errors[0].options == available


async def test_a_graph_of_which_only_a_part_could_run_is_refused_and_withdrawn(outside: Outside) -> None:
    graph = await outside.slow_graph()
    graph["10"] = {"class_type": "SaveImage", "inputs": {"filename_prefix": "x"}}
    with pytest.raises(PromptRefusedError) as refused:
        await outside.submit(graph)
    assert refused.value.reason is RefusalReason.REQUIRED_INPUT_MISSING
    await stops(outside)


async def test_a_waiting_prompt_is_cancelled_without_a_trace_and_others_go_on(outside: Outside) -> None:
    running = await outside.submit(await outside.slow_graph())
    waiting = await outside.submit(model_free())
    await outside.starts(running)
    await outside.client.cancel(waiting)
    queue = await outside.client.queue()
    assert queue.is_running(running)
    assert not queue.is_pending(waiting)
    assert await outside.client.history(waiting) is None


async def test_a_running_prompt_is_cancelled_and_its_history_says_interrupted(outside: Outside) -> None:
    running = await outside.submit(await outside.slow_graph())
    await outside.starts(running)
    await outside.client.cancel(running)
    history = await outside.ends(running)
    assert history.outcome is Outcome.INTERRUPTED
    assert history.pictures == ()
    assert any(isinstance(message, Interrupted) and message.prompt_id == running for message in outside.heard)


async def test_cancelling_what_is_unknown_or_ended_does_nothing(outside: Outside) -> None:
    ended = await outside.submit(model_free())
    await outside.ends(ended)
    await outside.client.cancel(ended)
    await outside.client.cancel(uuid4())
    history = await outside.client.history(ended)
    assert history
    assert history.outcome is Outcome.SUCCEEDED


async def test_a_node_that_raises_is_a_failure_with_its_name_and_words(outside: Outside) -> None:
    await needs(outside, "TestRaise")
    graph = model_free()
    graph["3"] = {
        "class_type": "TestRaise",
        "inputs": {"image": ["2", 0], "message": f"on purpose {uuid4()}", "kind": "ValueError"},
        "_meta": {"title": "The troublemaker"},
    }
    graph["9"]["inputs"]["images"] = ["3", 0]
    prompt_id = await outside.submit(graph)
    history = await outside.ends(prompt_id)
    assert history.outcome is Outcome.FAILED
    failure = failure_of_history(history)
    assert failure
    assert failure.title == 'Node "The troublemaker" failed'
    assert "on purpose" in failure.message
    assert any(isinstance(message, Failed) and message.prompt_id == prompt_id for message in outside.heard)


async def test_an_unknown_prompt_has_no_history_and_is_gone(outside: Outside) -> None:
    assert await outside.client.history(uuid4()) is None
    assert await whereabouts(outside.client, uuid4(), outside.clock) == Gone()


async def test_a_prompt_can_be_found_wherever_it_is(outside: Outside) -> None:
    running = await outside.submit(await outside.slow_graph())
    await outside.starts(running)
    waiting = [await outside.submit(model_free()) for _ in range(3)]
    assert await whereabouts(outside.client, running, outside.clock) == Running()
    assert await whereabouts(outside.client, waiting[2], outside.clock) == Pending(ahead=3)
    assert await whereabouts(outside.client, waiting[2], outside.clock, ours=outside.ours) == Pending(ahead=0)
    queue = (await outside.client.queue()).only(outside.ours)
    assert [prompt.prompt_id for prompt in queue.pending] == [str(prompt_id) for prompt_id in waiting]
    await outside.client.cancel(running)
    for prompt_id in waiting:
        await outside.ends(prompt_id)
    assert isinstance(await whereabouts(outside.client, waiting[0], outside.clock), EndedThere)


async def test_a_forgotten_prompt_leaves_the_history_and_keeps_its_picture(outside: Outside) -> None:
    prompt_id = await outside.submit(model_free())
    history = await outside.ends(prompt_id)
    await outside.client.forget(prompt_id)
    assert await outside.client.history(prompt_id) is None
    assert await outside.client.fetch_picture(history.pictures[0])


async def test_an_uploaded_picture_can_be_used_and_uploading_it_again_changes_nothing(outside: Outside) -> None:
    name = f"contract {uuid4()} ä.png"
    stored = await outside.client.upload_picture(name, tiny_png())
    assert await outside.client.upload_picture(name, tiny_png()) == stored
    graph = model_free()
    graph["1"] = {"class_type": "LoadImage", "inputs": {"image": stored}}
    history = await outside.ends(await outside.submit(graph))
    assert history.outcome is Outcome.SUCCEEDED


async def test_a_picture_that_is_not_there_is_missing(outside: Outside) -> None:
    with pytest.raises(PictureBrokenError) as broken:
        await outside.client.fetch_picture(PictureRef("nobody has this.png"))
    assert broken.value.is_missing


async def test_the_same_graph_again_is_answered_from_the_cache_with_the_same_picture(outside: Outside) -> None:
    graph = model_free()
    first = await outside.ends(await outside.submit(graph))
    again_id = await outside.submit(graph)
    again = await outside.ends(again_id)
    assert again.outcome is Outcome.SUCCEEDED
    assert again.pictures == first.pictures
    _, progress = outside.progress(again_id, graph)
    assert progress.percent == 99
    assert not [m for m in outside.heard if isinstance(m, NodeExecuting) and m.prompt_id == again_id]


async def test_a_new_prefix_makes_a_new_picture_of_the_same_graph(outside: Outside) -> None:
    first = await outside.ends(await outside.submit(model_free()))
    second = await outside.ends(await outside.submit(model_free()))
    assert second.pictures != first.pictures


async def test_after_a_reconnection_the_running_prompt_is_heard_again(outside: Outside) -> None:
    prompt_id = await outside.submit(await outside.slow_graph(seconds=4))
    await outside.starts(prompt_id)
    await outside.socket.reconnect()
    await outside.ends(prompt_id)


async def needs(outside: Outside, class_type: str) -> None:
    if not (await outside.client.catalogue()).has(class_type):
        pytest.skip(f"this ComfyUI does not have the node {class_type}")


async def stops(outside: Outside) -> None:
    """Wait until nothing of ours is on the server."""

    async def is_empty() -> bool | None:
        queue = (await outside.client.queue()).only(outside.ours)
        return not (queue.running or queue.pending) or None

    await outside.until(is_empty)
