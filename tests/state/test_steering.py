"""The order of the queue, and many batches at once, as one tab steers them."""

from uuid import UUID

import pytest

from tests.fakes.engine import begin, fail, finish
from tests.fakes.studio import Studio
from tests.state.tab import Tab
from tests.state.test_remix import shown_inputs
from wrldbldr.domain.batch import BatchStatus
from wrldbldr.domain.failure import Failure
from wrldbldr.domain.workflow import NodeInput
from wrldbldr.domain.world import EntityType
from wrldbldr.services.worlds import EntityChanges
from wrldbldr.state.creator import Creator
from wrldbldr.state.generate import Generate
from wrldbldr.state.more_inputs import MoreInputs
from wrldbldr.state.steering import Steering
from wrldbldr.state.style_reference import StyleReference

FAILURE = Failure(title="It broke", message="Try again.")


@pytest.fixture
async def batches(studio: Studio) -> list[UUID]:
    """Three that wait."""
    return [await studio.ask() for _ in range(3)]


async def order(studio: Studio) -> list[UUID]:
    page = await studio.engine.queue.page(studio.who, studio.scene.game_session.id, status=BatchStatus.QUEUED)
    return [report.batch.id for report in page]


async def put_to_failed(studio: Studio, **changes: object) -> UUID:
    asked = {"prompt": "a lamp", "negative_prompt": "fog", "seed": 7, "count": 3, "width": 1024, "height": 1024}
    batch = await studio.ask(**{**asked, **changes})
    await begin(studio.engine, batch)
    await fail(studio.engine, batch, FAILURE)
    return batch


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("2 up", [0, 2, 1]),
        ("2 top", [2, 0, 1]),
        ("0 down", [1, 0, 2]),
        ("0 bottom", [1, 2, 0]),
        ("2 before 0", [2, 0, 1]),
        ("0 after 1", [1, 0, 2]),
    ],
)
async def test_a_hand_or_a_key_moves_a_row_and_it_is_said_where_it_is(
    desk: Tab, studio: Studio, batches: list[UUID], words: str, expected: list[int]
) -> None:
    moved = int(words[0])
    named = " ".join(str(batches[int(word)]) if word.isdecimal() else word for word in words.split())

    await desk.send(Steering.steer(named))

    assert await order(studio) == [batches[number] for number in expected]
    said = f"Portrait of Elven Archer is #{expected.index(moved) + 1} in the queue now."
    assert (await desk.see(Steering)).said == said


async def test_the_menu_moves_the_batch_it_was_opened_over(desk: Tab, studio: Studio, batches: list[UUID]) -> None:
    await desk.send(Steering.aim(str(batches[2])))
    await desk.send(Steering.move("", "top"))
    await desk.send(Steering.move(str(batches[1]), "top"))

    assert await order(studio) == [batches[1], batches[2], batches[0]]


@pytest.mark.parametrize("words", ["", "up", "x up", "{id} sideways", "{id} beneath {id}", "{id} before x", "a b c d"])
async def test_other_words_move_nothing(desk: Tab, studio: Studio, batches: list[UUID], words: str) -> None:
    await desk.send(Steering.steer(words.replace("{id}", str(batches[2]))))

    assert await order(studio) == batches
    assert "There is no such" in desk.scripts


async def test_what_is_painted_meanwhile_is_not_moved_and_that_is_said(
    desk: Tab, studio: Studio, batches: list[UUID]
) -> None:
    await begin(studio.engine, batches[0])

    await desk.send(Steering.move(str(batches[0]), "bottom"))

    assert "Cannot move a batch that is generating." in desk.scripts


async def test_all_that_waits_is_cancelled_only_after_the_question(
    desk: Tab, studio: Studio, batches: list[UUID]
) -> None:
    await desk.send(Steering.ask_to_cancel_all)
    assert (await desk.see(Steering)).is_asking
    await desk.send(Steering.toggle_question(False))
    assert await order(studio) == batches

    await desk.send(Steering.cancel_all)

    assert await order(studio) == []


async def test_all_that_failed_is_tried_again_or_cleared(desk: Tab, studio: Studio) -> None:
    failed = [await put_to_failed(studio) for _ in range(2)]
    await desk.send(Steering.retry_all)
    assert await order(studio) == failed
    for batch in failed:
        await begin(studio.engine, batch)
        await fail(studio.engine, batch, FAILURE)

    await desk.send(Steering.clear_failed)

    assert None not in [(await studio.batch(batch)).cleared_at for batch in failed]


async def test_what_was_withdrawn_is_asked_for_again(desk: Tab, studio: Studio, batches: list[UUID]) -> None:
    await studio.engine.queue.cancel(studio.who, batches[0])

    await desk.send(Steering.ask_again(str(batches[0])))

    assert len(await order(studio)) == 3


async def test_edit_and_retry_opens_the_dialog_as_the_batch_was_asked_for_and_the_new_one_takes_its_place(
    desk: Tab, studio: Studio
) -> None:
    failed = await put_to_failed(studio)
    await desk.send(Creator.select(str(studio.scene.location.id)))

    await desk.send(Steering.edit(str(failed)))

    dialog = await desk.see(Generate)
    assert (dialog.is_open, dialog.is_retry, dialog.entity_name) == (True, True, "Elven Archer")
    assert (dialog.prompt, dialog.negative_prompt, dialog.seed) == ("a lamp", "fog", "7")
    assert (dialog.count, dialog.shape, dialog.asset_type) == (3, "1024 × 1024", "portrait")
    assert (await studio.batch(failed)).cleared_at is None
    await desk.send(Generate.submit({"prompt": "a brass lamp", "negative_prompt": "fog", "seed": "7"}))
    [again] = [await studio.batch(batch) for batch in await order(studio)]
    assert (again.prompt, again.seed, again.count, again.width) == ("a brass lamp", 7, 3, 1024)
    assert again.entity_name == "Elven Archer"
    assert (await studio.batch(failed)).cleared_at is not None


async def test_edit_and_retry_takes_what_was_set_of_the_workflow_along(desk: Tab, studio: Studio) -> None:
    workflow, steps = await shown_inputs(studio, "steps"), NodeInput(node_id="3", input_name="steps")

    await desk.send(Steering.edit(str(await put_to_failed(studio, workflow_id=workflow, inputs={steps: 12}))))

    assert [card.text for card in (await desk.see(MoreInputs)).cards] == ["12"]


@pytest.mark.parametrize("has_style", [True, False])
async def test_edit_and_retry_takes_the_style_along_and_leaves_that_of_the_next_picture(
    desk: Tab, studio: Studio, has_style: bool
) -> None:
    first = await studio.ask()
    await begin(studio.engine, first)
    [source, *_] = await finish(studio.engine, first)
    changes = EntityChanges(style_reference_id=None if has_style else source)
    await studio.engine.worlds.update_entity(studio.who, EntityType.CHARACTER, studio.scene.character.id, changes)
    failed = await put_to_failed(studio, style_reference_ids=[source] if has_style else [], style_strength=0.4)

    await desk.send(Steering.edit(str(failed)))

    wanted = [str(source)] if has_style else []
    assert [card.id for card in (await desk.see(StyleReference)).references] == wanted
    await desk.send(Generate.toggle(False))
    await desk.send(Generate.begin("portrait"))
    assert [card.id for card in (await desk.see(StyleReference)).references] == ([] if has_style else [str(source)])
    await desk.send(Steering.edit(str(failed)))
    await desk.send(Generate.submit({"prompt": "a brass lamp", "negative_prompt": "", "seed": "7"}))
    [again] = [await studio.batch(batch) for batch in await order(studio)]
    assert [str(one.asset_id) for one in (again.style.sources if again.style else ())] == wanted


async def test_what_is_edited_of_a_failed_batch_is_no_draft_for_the_next_picture(desk: Tab, studio: Studio) -> None:
    await desk.send(Generate.begin("portrait"))
    await desk.send(Generate.keep_prompt("my own words"))
    await desk.send(Generate.toggle(False))
    await desk.send(Steering.edit(str(await put_to_failed(studio))))
    await desk.send(Generate.keep_prompt("a brass lamp"))
    await desk.send(Generate.toggle(False))

    await desk.send(Generate.begin("portrait"))

    assert (await desk.see(Generate)).prompt == "my own words"
    assert not (await desk.see(Generate)).is_retry


async def test_the_dialog_says_where_the_batch_would_stand(desk: Tab, studio: Studio, batches: list[UUID]) -> None:
    await desk.send(Generate.begin("portrait"))
    assert (await desk.see(Generate)).position == 4

    await studio.engine.queue.cancel(studio.who, batches[0])
    await desk.send(Generate.look_ahead)

    assert (await desk.see(Generate)).position == 3
