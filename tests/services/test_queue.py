"""The queue's verbs: what is asked for, what is refused and in which words, and who hears of it."""

from typing import Any

import pytest

from tests.fakes.studio import Studio
from tests.services.graphs import model_free
from wrldbldr.domain.batch import AssetType, BatchStatus, IllegalTransitionError
from wrldbldr.domain.errors import InvalidInputError
from wrldbldr.domain.events import Event
from wrldbldr.domain.failure import Failure
from wrldbldr.domain.text import PROMPT_LIMIT
from wrldbldr.domain.world import EntityType
from wrldbldr.kit.ids import SEED_LIMIT, new_id
from wrldbldr.services.shipped import NEGATIVE_PROMPT
from wrldbldr.services.workflow_changes import Size, WorkflowChanges
from wrldbldr.services.worlds import EntityChanges


async def put(studio: Studio, status: BatchStatus) -> Any:
    """A batch that has come to `status`."""
    batch_id = await studio.ask()
    async with studio.engine.database.write() as unit:
        batch = await unit.batches.find(batch_id)
        assert batch is not None
        now = studio.clock.now()
        if status is BatchStatus.CANCELLED:
            batch.cancel(now)
        elif status is not BatchStatus.QUEUED:
            batch.start(now)
            if status is BatchStatus.READY:
                batch.finish(now)
            if status is BatchStatus.FAILED:
                batch.fail(Failure(title="It broke", message="Try again."), now)
    return batch_id


async def test_where_a_prompt_leaves_a_choice_the_seed_makes_it_once(studio: Studio) -> None:
    asked = "a lamp of {brass|glass|bone}, lit by {one|two} moths"
    batches = [await studio.batch(await studio.ask(prompt=asked, seed=seed)) for seed in range(20)]

    assert len({batch.prompt for batch in batches}) > 3
    assert not any("{" in batch.prompt or "|" in batch.prompt for batch in batches)
    again = await studio.batch(await studio.ask(prompt=asked, seed=7))
    assert again.prompt == batches[7].prompt


async def test_a_choice_that_is_too_deep_is_refused_at_the_prompt(studio: Studio) -> None:
    with pytest.raises(InvalidInputError, match="not a level deeper") as refused:
        await studio.ask(prompt="a {b|{c|{d|e}}}")
    assert refused.value.field == "prompt"


async def test_a_size_that_is_left_open_is_that_of_the_workflow_where_it_has_one(studio: Studio) -> None:
    workflow_id = (await studio.engine.workflows.defaults(studio.who))[AssetType.PORTRAIT]
    await studio.engine.workflows.change(studio.who, workflow_id, WorkflowChanges(size=Size(896, 1152)))

    batch = await studio.batch(await studio.ask())
    other = await studio.batch(await studio.ask(width=64, height=128))

    assert (batch.width, batch.height) == (896, 1152)
    assert (other.width, other.height) == (64, 128)


async def test_what_is_left_open_is_chosen_by_type_and_workflow(studio: Studio) -> None:
    batch = await studio.batch(await studio.ask(asset_type=AssetType.BACKDROP))

    assert (batch.width, batch.height) == (1216, 688)
    assert batch.negative_prompt.startswith(f"{NEGATIVE_PROMPT}, people")
    assert batch.workflow_name == "backdrop"
    assert 0 <= batch.seed < SEED_LIMIT
    assert (batch.status, batch.attempt, batch.requested_at) == (BatchStatus.QUEUED, 1, studio.clock.now())


async def test_seeds_that_are_chosen_differ(studio: Studio) -> None:
    seeds = {(await studio.batch(await studio.ask())).seed for _ in range(5)}

    assert len(seeds) == 5


async def test_what_is_given_is_kept(studio: Studio) -> None:
    batch = await studio.batch(
        await studio.ask(prompt=" a lamp ", negative_prompt="", seed=0, width=64, height=2048, count=8)
    )

    assert (batch.prompt, batch.negative_prompt, batch.seed) == ("a lamp", "", 0)
    assert (batch.width, batch.height, batch.count) == (64, 2048, 8)


async def test_the_names_of_entity_and_workflow_are_those_of_the_moment_it_was_asked_for(studio: Studio) -> None:
    workflow = await studio.engine.workflows.add(studio.who, "Woodcut", model_free())
    batch_id = await studio.ask(workflow_id=workflow.id)

    await studio.engine.worlds.update_entity(
        studio.who, EntityType.CHARACTER, studio.scene.character.id, EntityChanges(name="Somebody else")
    )
    await studio.engine.workflows.change(studio.who, workflow.id, WorkflowChanges(name="Linocut"))

    batch = await studio.batch(batch_id)
    assert (batch.entity_name, batch.workflow_name) == ("Elven Archer", "Woodcut")


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"prompt": ""}, "prompt"),
        ({"prompt": " \n "}, "prompt"),
        ({"prompt": "x" * (PROMPT_LIMIT + 1)}, "prompt"),
        ({"prompt": "a\x00lamp"}, "prompt"),
        ({"negative_prompt": "x" * 10_000}, "negative_prompt"),
        ({"count": 0}, "count"),
        ({"count": 1000}, "count"),
        ({"seed": -1}, "seed"),
        ({"seed": SEED_LIMIT}, "seed"),
        ({"width": 100}, "width"),
        ({"height": 4096}, "height"),
        ({"workflow_id": new_id()}, "workflow_id"),
    ],
)
async def test_bad_input_is_refused_in_a_sentence_about_its_field_and_nothing_is_queued_or_told(
    studio: Studio, changes: dict[str, Any], field: str
) -> None:
    table = studio.table()

    with pytest.raises(InvalidInputError) as caught:
        await studio.ask(**changes)

    assert caught.value.field == field
    assert str(caught.value).endswith(".")
    assert studio.committed("select count(*) from batch") == [(0,)]
    assert table.heard == []


async def test_a_table_of_another_world_is_refused_though_both_are_ours(studio: Studio) -> None:
    other = await studio.engine.worlds.create(studio.who, "Elsewhere")
    table = (await studio.engine.worlds.game_sessions(studio.who, other.id))[0]

    with pytest.raises(InvalidInputError, match="Elven Archer is not in the world of that game session") as caught:
        await studio.ask(game_session_id=table.id)

    assert caught.value.field == "session_id"


VERBS = {
    "cancel": {BatchStatus.QUEUED: BatchStatus.CANCELLED, BatchStatus.GENERATING: BatchStatus.CANCELLED},
    "retry": {BatchStatus.FAILED: BatchStatus.QUEUED},
    "clear": {BatchStatus.READY: BatchStatus.READY, BatchStatus.FAILED: BatchStatus.FAILED},
}
EVENTS = {"cancel": "BatchCancelled", "retry": "BatchQueued", "clear": "BatchCleared"}


@pytest.mark.parametrize("status", BatchStatus)
@pytest.mark.parametrize("verb", VERBS)
async def test_every_verb_does_its_work_or_refuses_in_words_in_every_status(
    studio: Studio, verb: str, status: BatchStatus
) -> None:
    batch_id = await put(studio, status)
    before, table = await studio.batch(batch_id), studio.table()
    do = getattr(studio.engine.queue, verb)

    if status in VERBS[verb]:
        await do(studio.who, batch_id)
        assert await studio.status(batch_id) is VERBS[verb][status]
        assert table.kinds == [EVENTS[verb]]
    else:
        with pytest.raises(IllegalTransitionError, match=f"Cannot {verb} a batch that is {status}"):
            await do(studio.who, batch_id)
        assert (await studio.batch(batch_id)).model_dump() == before.model_dump()
        assert table.heard == []


async def test_a_retried_batch_goes_to_the_end(studio: Studio) -> None:
    failed = await put(studio, BatchStatus.FAILED)
    waiting = await studio.ask()

    await studio.engine.queue.retry(studio.who, failed)

    reports = await studio.engine.queue.page(studio.who, studio.scene.game_session.id)
    assert [(report.batch.id, report.position) for report in reports] == [(waiting, 1), (failed, 2)]


@pytest.mark.parametrize("statuses", [{BatchStatus.READY}, {BatchStatus.READY, BatchStatus.FAILED}])
async def test_clearing_takes_those_of_the_named_statuses_and_says_how_many(
    studio: Studio, statuses: set[BatchStatus]
) -> None:
    every = (BatchStatus.READY, BatchStatus.READY, BatchStatus.FAILED, BatchStatus.GENERATING, BatchStatus.QUEUED)
    batches = [(await put(studio, status), status) for status in every]
    rest = [str(batch_id) for batch_id, status in batches if status not in statuses]
    queue, game_session, table = studio.engine.queue, studio.scene.game_session.id, studio.table()

    cleared = await queue.clear_all(studio.who, game_session, statuses)

    assert cleared == len(every) - len(rest)
    assert table.kinds == ["QueueChanged"]
    assert [str(report.batch.id) for report in await queue.page(studio.who, game_session)] == rest
    assert await queue.clear_all(studio.who, game_session, statuses) == 0


async def test_clearing_what_is_still_open_clears_nothing_at_all(studio: Studio) -> None:
    ready, queued = await put(studio, BatchStatus.READY), await put(studio, BatchStatus.QUEUED)
    game_session = studio.scene.game_session.id

    with pytest.raises(IllegalTransitionError):
        await studio.engine.queue.clear_all(studio.who, game_session, {BatchStatus.READY, BatchStatus.QUEUED})

    reports = await studio.engine.queue.page(studio.who, game_session)
    assert [report.batch.id for report in reports] == [ready, queued]


@pytest.mark.parametrize("verb", ["submit", *VERBS])
async def test_events_come_after_the_commit_and_reach_the_table_its_owner_and_the_server(
    studio: Studio, verb: str
) -> None:
    batch_id = None if verb == "submit" else await put(studio, next(iter(VERBS[verb])))
    topics = studio.topics()
    before, seen = studio.dump(), list[list[str]]()

    def look(event: Event) -> None:
        seen.append(studio.dump())

    table = studio.table(look)
    account, server, world = (studio.listener(topics[name]) for name in ("account", "server", "world"))
    other_table = studio.listener(f"game_session:{new_id()}")

    if batch_id is None:
        await studio.ask()
    else:
        await getattr(studio.engine.queue, verb)(studio.who, batch_id)

    assert table.kinds == [EVENTS.get(verb, "BatchQueued")]
    assert (account.kinds, server.kinds) == (["ShelfChanged"], ["QueueMoved"])
    assert (world.heard, other_table.heard) == ([], [])
    assert seen == [studio.dump()]
    assert seen != [before]


async def test_a_report_holds_place_progress_and_pictures(painting: Studio) -> None:
    first, second = await painting.ask(count=2), await painting.ask()
    painting.comfyui.start()
    painting.comfyui.step(2, 4)
    await painting.rest()

    running = await painting.engine.queue.report(painting.who, first)
    waiting = await painting.engine.queue.report(painting.who, second)

    assert (running.position, waiting.position) == (1, 2)
    assert 0 < running.progress.percent < 100
    assert (waiting.progress.percent, waiting.asset_ids) == (0, [])

    painting.comfyui.finish(2)
    await painting.rest()
    done = await painting.engine.queue.report(painting.who, first)
    assert (done.position, list(done.asset_ids)) == (0, [asset.id for asset in await painting.pictures(first)])


async def test_pages_of_the_queue_can_be_read_to_the_end(studio: Studio) -> None:
    asked = [await studio.ask() for _ in range(5)]
    queue, table = studio.engine.queue, studio.scene.game_session.id

    first = await queue.page(studio.who, table, limit=3)
    second = await queue.page(studio.who, table, limit=3, after=first[-1].batch.id)

    assert [report.batch.id for report in (*first, *second)] == asked


async def test_the_details_of_a_failed_batch_say_everything_that_is_known(studio: Studio) -> None:
    batch_id = await studio.ask(negative_prompt="", seed=7)
    async with studio.engine.database.write() as unit:
        batch = await unit.batches.find(batch_id)
        assert batch is not None
        batch.fail(Failure(title="It broke", message="x", details={"Node": "KSampler (id 3)"}), studio.clock.now())

    facts = {fact.label: fact.value for fact in await studio.engine.queue.facts(studio.who, batch_id)}

    assert facts == {
        "Prompt": "an old keeper of lanterns",
        "Negative prompt": "none",
        "Workflow": "portrait",
        "Seed": "7",
        "Size": "768 × 1024",
        "Style reference": "none",
        "Attempted": "once",
        "Full error": "It broke. x",
        "Node": "KSampler (id 3)",
        "Batch ID": str(batch_id),
    }


async def test_a_card_shows_why_a_batch_failed_and_the_picture_that_stands_for_its_entity(painting: Studio) -> None:
    painted = await painting.ask()
    failed = await painting.ask()
    await painting.paint()
    painting.comfyui.start()
    painting.comfyui.fail()
    await painting.rest()

    look = await painting.engine.queue.look(painting.who, painting.scene.game_session.id, rows=5)
    cards = {card.id: card for card in (*look.ready, *look.failed)}

    [picture] = await painting.pictures(painted)
    assert cards[str(failed)].failure_title == 'Node "KSampler" failed'
    assert cards[str(failed)].thumbnail == f"/api/assets/{picture.id}/image?size=64"
    assert cards[str(painted)].completed_at == painting.clock.now().isoformat()


async def test_everything_that_waits_is_withdrawn_at_once_and_what_is_begun_goes_on(studio: Studio) -> None:
    begun, *waiting = [await studio.ask() for _ in range(4)]
    await studio.claim_and_die(begun)
    table = studio.table()

    assert await studio.engine.queue.cancel_waiting(studio.who, studio.scene.game_session.id) == 3

    assert await studio.status(begun) is BatchStatus.GENERATING
    assert {await studio.status(batch_id) for batch_id in waiting} == {BatchStatus.CANCELLED}
    assert table.kinds == ["QueueChanged"], "one word, however many there were"


async def test_everything_that_failed_is_tried_again_in_its_order_behind_what_waits(studio: Studio) -> None:
    failed = [await put(studio, BatchStatus.FAILED) for _ in range(2)]
    cleared = await put(studio, BatchStatus.FAILED)
    await studio.engine.queue.clear(studio.who, cleared)
    waiting = await studio.ask()

    assert await studio.engine.queue.retry_failed(studio.who, studio.scene.game_session.id) == 2

    page = await studio.engine.queue.page(studio.who, studio.scene.game_session.id, status=BatchStatus.QUEUED)
    assert [report.batch.id for report in page] == [waiting, *failed]
    assert [report.batch.attempt for report in page] == [1, 2, 2]
    assert await studio.status(cleared) is BatchStatus.FAILED


async def test_what_was_withdrawn_can_be_asked_for_again_as_it_was(studio: Studio) -> None:
    first = await studio.batch(await studio.ask(prompt="a lamp", seed=7, count=3, width=64, height=128))
    await studio.engine.queue.cancel(studio.who, first.id)

    again = await studio.engine.queue.ask_again(studio.who, first.id)

    same = {"id", "rank", "change", "status", "completed_at", "cleared_at"}
    assert again.id != first.id
    assert again.model_dump(exclude=same) == first.model_dump(exclude=same)
