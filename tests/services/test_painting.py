"""A batch from the queue to its pictures, when all goes well."""

from dataclasses import astuple

import pytest

from tests.fakes.studio import Studio
from tests.services.graphs import repaint
from wrldbldr.domain.batch import AssetType, BatchStatus
from wrldbldr.domain.errors import NotFoundError
from wrldbldr.domain.events import BatchReady, Event
from wrldbldr.kit.ids import SEED_LIMIT


async def test_a_batch_ends_ready_with_exactly_as_many_pictures_as_were_asked_for(painting: Studio) -> None:
    batch_id = await painting.ask(count=3)

    await painting.paint(pictures=3)

    pictures = await painting.pictures(batch_id)
    assert await painting.status(batch_id) is BatchStatus.READY
    assert [picture.label for picture in pictures] == [
        "Elven_Archer_Portrait_001",
        "Elven_Archer_Portrait_002",
        "Elven_Archer_Portrait_003",
    ]
    assert [picture.batch_index for picture in pictures] == [0, 1, 2]
    assert [picture.is_active for picture in pictures] == [True, False, False]


async def test_a_picture_remembers_how_it_came_to_be(painting: Studio) -> None:
    batch_id = await painting.ask(prompt="a lamp", negative_prompt="fog", seed=7, width=512, height=768)

    await painting.paint()

    [picture] = await painting.pictures(batch_id)
    assert (picture.prompt, picture.negative_prompt, picture.seed) == ("a lamp", "fog", 7)
    assert (picture.model, picture.workflow_name) == ("tiny.safetensors", "portrait")
    assert (picture.width, picture.height) == (8, 8), "the real size, not the one asked for"
    assert picture.created_at == painting.clock.now()
    assert not picture.is_simulated


async def test_the_file_and_its_thumbnails_can_be_read_once_the_batch_is_ready(painting: Studio) -> None:
    batch_id = await painting.ask()

    await painting.paint()

    [picture] = await painting.pictures(batch_id)
    for side in (0, 256, 64):
        file = await painting.engine.gallery.file(painting.who, picture.id, side)
        assert file.path.stat().st_size > 0


async def test_the_graph_that_is_sent_holds_what_was_asked_for(painting: Studio) -> None:
    await painting.ask(prompt="a lamp", negative_prompt="fog", count=2, seed=7, width=512, height=768)

    [graph] = painting.comfyui.graphs
    assert graph["6"]["inputs"]["text"] == "a lamp"
    assert graph["7"]["inputs"]["text"] == "fog"
    assert graph["3"]["inputs"]["seed"] == 7
    assert [graph["5"]["inputs"][name] for name in ("width", "height", "batch_size")] == [512, 768, 2]


async def test_the_table_hears_of_a_batch_in_order(painting: Studio) -> None:
    table = painting.table()

    batch_id = await painting.ask(count=2)
    painting.comfyui.start()
    await painting.rest()
    painting.comfyui.preview()
    await painting.rest()
    painting.comfyui.finish(2)
    await painting.rest()

    assert table.kinds == ["BatchQueued", "BatchStarted", "PreviewPainted", "BatchReady"]
    ready = table.heard[-1]
    assert isinstance(ready, BatchReady)
    assert astuple(ready) == (batch_id, painting.scene.character.id, 2)


async def test_when_ready_is_heard_the_pictures_are_already_there(painting: Studio) -> None:
    found: list[object] = []

    def look(event: Event) -> None:
        if isinstance(event, BatchReady):
            found.extend(painting.committed("select status, (select count(*) from asset) from batch"))

    painting.table(look)
    await painting.ask(count=2)

    await painting.paint(pictures=2)

    assert found == [("ready", 2)]


async def test_progress_never_goes_back_and_is_full_only_when_the_pictures_are_stored(painting: Studio) -> None:
    table = painting.table()
    await painting.ask()
    comfyui = painting.comfyui

    comfyui.start()
    for node in ("4", "5", "6", "7", "3"):
        comfyui.enter_node(node)
        await painting.advance(0.2)
    for step in (1, 3, 2, 4):
        comfyui.step(step, 4)
        await painting.advance(0.2)
    comfyui.enter_node("8")
    await painting.advance(0.2)
    comfyui.finish()
    await painting.rest()

    assert table.percents == sorted(table.percents)
    assert len(set(table.percents)) > 4
    assert 80 < table.percents[-1] < 100
    assert table.phases == ["loading the model", "painting", "saving"]
    assert table.kinds[-1] == "BatchReady"


async def test_quick_steps_are_told_ten_times_a_second_at_most(painting: Studio) -> None:
    table = painting.table()
    batch_id = await painting.ask()
    painting.comfyui.start()
    painting.comfyui.step(1, 1000)
    await painting.rest()
    told = len(table.percents)

    for step in range(2, 400):
        painting.comfyui.step(step, 1000)
        await painting.clock.settle()
    await painting.rest()

    assert len(table.percents) <= told + 1
    assert painting.engine.progress.of(batch_id).step == 399, "whoever joins late sees the latest"


async def test_a_live_preview_can_be_fetched_while_it_paints_and_not_after(painting: Studio) -> None:
    batch_id = await painting.ask()
    painting.comfyui.start()
    painting.comfyui.preview(b"\xff\xd8\xff first")
    painting.comfyui.preview(b"\xff\xd8\xff second")
    await painting.rest()

    preview = await painting.engine.queue.preview(painting.who, batch_id)

    assert (preview.content, preview.media_type) == (b"\xff\xd8\xff second", "image/jpeg")
    painting.comfyui.finish()
    await painting.rest()
    with pytest.raises(NotFoundError):
        await painting.engine.queue.preview(painting.who, batch_id)


async def test_batches_are_painted_one_at_a_time_in_the_order_they_were_asked_for(painting: Studio) -> None:
    batches = [await painting.ask(prompt=prompt) for prompt in ("first", "second", "third")]

    assert len(painting.comfyui.submissions) == 1
    for _ in batches:
        await painting.paint()

    assert [graph["6"]["inputs"]["text"] for graph in painting.comfyui.graphs] == ["first", "second", "third"]
    assert [await painting.status(batch_id) for batch_id in batches] == [BatchStatus.READY] * 3


async def test_labels_go_on_counting_within_an_entity_and_type(painting: Studio) -> None:
    await painting.ask()
    second = await painting.ask()
    sprite = await painting.ask(asset_type=AssetType.SPRITE)
    for _ in range(3):
        await painting.paint()

    assert [picture.label for picture in await painting.pictures(second)] == ["Elven_Archer_Portrait_002"]
    assert [picture.label for picture in await painting.pictures(sprite)] == ["Elven_Archer_Sprite_001"]


async def test_a_later_picture_does_not_push_the_active_one_aside(painting: Studio) -> None:
    first = await painting.ask()
    second = await painting.ask()
    await painting.paint()
    await painting.paint()

    assert [picture.is_active for picture in await painting.pictures(first)] == [True]
    assert [picture.is_active for picture in await painting.pictures(second)] == [False]


async def test_a_workflow_that_cannot_be_told_how_many_paints_one_prompt_for_each_picture(painting: Studio) -> None:
    workflow = await painting.engine.workflows.add(painting.who, "repaint", repaint())
    table = painting.table()
    batch_id = await painting.ask(count=3, seed=10, workflow_id=workflow.id)

    for _ in range(3):
        assert await painting.status(batch_id) is BatchStatus.GENERATING
        await painting.paint()

    assert [graph["3"]["inputs"]["seed"] for graph in painting.comfyui.graphs] == [10, 11, 12]
    assert [(p.batch_index, p.seed) for p in await painting.pictures(batch_id)] == [(0, 10), (1, 11), (2, 12)]
    assert table.percents == sorted(table.percents)


async def test_seeds_of_a_batch_stay_below_what_browsers_can_show(painting: Studio) -> None:
    workflow = await painting.engine.workflows.add(painting.who, "repaint", repaint())
    batch_id = await painting.ask(count=2, seed=SEED_LIMIT - 1, workflow_id=workflow.id)

    await painting.paint()
    await painting.paint()

    assert [picture.seed for picture in await painting.pictures(batch_id)] == [SEED_LIMIT - 1, 0]


async def test_what_comfyui_remembers_of_a_finished_batch_is_forgotten(painting: Studio) -> None:
    batch_id = await painting.ask()

    await painting.paint()

    [submission] = await painting.submissions(batch_id)
    assert painting.comfyui.forgotten == [submission.prompt_id]


async def test_a_failed_batch_that_is_retried_is_painted_under_a_new_id(painting: Studio) -> None:
    batch_id = await painting.ask(seed=5)
    painting.comfyui.start()
    painting.comfyui.fail()
    await painting.rest()
    assert await painting.status(batch_id) is BatchStatus.FAILED

    await painting.engine.queue.retry(painting.who, batch_id)
    await painting.rest()
    await painting.paint()

    batch = await painting.batch(batch_id)
    assert (batch.status, batch.attempt, batch.failure) == (BatchStatus.READY, 2, None)
    assert len(await painting.pictures(batch_id)) == 1
    first, second = painting.comfyui.submissions
    assert first.prompt_id != second.prompt_id
    assert first.graph["3"] == second.graph["3"], "the same seed and size"
