"""The queue's verbs as one tab sends them."""

from tests.fakes.engine import begin, fail, finish
from tests.fakes.studio import Studio
from tests.state.tab import Tab
from wrldbldr.domain.batch import BatchStatus
from wrldbldr.domain.failure import Failure
from wrldbldr.state.queue import Queue

NODE_MISSING = Failure(
    title="Your ComfyUI lacks the node IPAdapterAdvanced",
    message="Install its custom node pack, or pick another workflow.",
    details={"Node": "15"},
)


async def test_a_batch_is_cancelled_only_after_the_question(desk: Tab, studio: Studio) -> None:
    batch = await studio.ask()
    await desk.send(Queue.ask_to_cancel(str(batch)))
    assert (await desk.see(Queue)).doomed_name == "Elven Archer"
    await desk.send(Queue.keep(False))
    assert await studio.status(batch) is BatchStatus.QUEUED

    await desk.send(Queue.ask_to_cancel(str(batch)))
    await desk.send(Queue.cancel)

    assert await studio.status(batch) is BatchStatus.CANCELLED
    assert (await desk.see(Queue)).doomed == ""


async def test_the_question_says_whether_something_was_painted_already(desk: Tab, studio: Studio) -> None:
    batch = await studio.ask()
    await begin(studio.engine, batch)

    await desk.send(Queue.ask_to_cancel(str(batch)))

    assert (await desk.see(Queue)).doomed_is_painting


async def test_cancelling_what_was_painted_meanwhile_is_refused_in_a_sentence(desk: Tab, studio: Studio) -> None:
    batch = await studio.ask()
    await desk.send(Queue.ask_to_cancel(str(batch)))
    await begin(studio.engine, batch)
    await finish(studio.engine, batch)

    await desk.send(Queue.cancel)

    assert "Cannot cancel a batch that is ready." in desk.scripts


async def test_details_open_and_close_and_can_be_copied_as_text(desk: Tab, studio: Studio) -> None:
    batch = await studio.ask()
    await begin(studio.engine, batch)
    await fail(studio.engine, batch, NODE_MISSING)

    await desk.send(Queue.toggle_details(str(batch)))
    queue = await desk.see(Queue)
    assert "Prompt: an old keeper of lanterns" in queue.details
    assert "Node: 15" in queue.details
    first = f"Full error: {NODE_MISSING.title}. {NODE_MISSING.message}\n"
    assert queue.details.startswith(first), "what went wrong comes first"
    for line in (f"Batch ID: {batch}", "Workflow: portrait", "Attempted: once"):
        assert line in queue.details.splitlines()

    await desk.send(Queue.toggle_details(str(batch)))
    assert (await desk.see(Queue)).details == ""


async def test_a_failed_batch_is_asked_for_again_or_cleared(desk: Tab, studio: Studio) -> None:
    batch = await studio.ask()
    await begin(studio.engine, batch)
    await fail(studio.engine, batch, NODE_MISSING)

    await desk.send(Queue.retry(str(batch)))
    assert ((await studio.batch(batch)).status, (await studio.batch(batch)).attempt) == (BatchStatus.QUEUED, 2)

    await begin(studio.engine, batch)
    await fail(studio.engine, batch, NODE_MISSING)
    await desk.send(Queue.clear(str(batch)))
    assert (await studio.batch(batch)).cleared_at is not None


async def test_clear_completed_leaves_the_pictures(desk: Tab, studio: Studio) -> None:
    batch = await studio.ask(count=2)
    await begin(studio.engine, batch)
    await finish(studio.engine, batch)

    await desk.send(Queue.clear_completed)

    assert (await studio.batch(batch)).cleared_at is not None
    assert len(await studio.pictures(batch)) == 2


async def test_select_leads_to_the_subject_from_another_page_too(shelf: Tab, studio: Studio) -> None:
    batch = await studio.ask()
    await begin(studio.engine, batch)
    await finish(studio.engine, batch)

    await shelf.send(Queue.choose(str(batch)))

    assert shelf.redirects == [f"/worlds/{studio.scene.world.id}/create?show={studio.scene.character.id}"]
    assert shelf.scripts == ""


async def test_somebody_elses_batch_is_no_batch(desk: Tab) -> None:
    await desk.send(Queue.retry("00000000-0000-4000-8000-000000000000"))
    await desk.send(Queue.clear("not an id"))

    assert desk.scripts.count("There is no such batch.") == 2
