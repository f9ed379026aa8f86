"""Asking for pictures."""

import pytest

from tests.fakes.studio import Studio
from tests.services.graphs import model_free, squares
from tests.state.tab import Tab
from wrldbldr.domain.errors import InvalidInputError
from wrldbldr.domain.world import EntityType
from wrldbldr.services.workflow_changes import Size, WorkflowChanges
from wrldbldr.services.worlds import EntityChanges
from wrldbldr.state.creator import Creator
from wrldbldr.state.draft import parsed_seed
from wrldbldr.state.generate import TO_FRONT, Generate

WORDS = "A graceful elven archer with long silver hair, a bow of pale ash wood."
BEGINNING = f"Portrait of Elven Archer, {WORDS.strip('.')}"


@pytest.fixture
async def described(desk: Tab, studio: Studio) -> Tab:
    """The tab, in front of somebody with a description."""
    await studio.engine.worlds.update_entity(
        studio.who, EntityType.CHARACTER, studio.scene.character.id, EntityChanges(description=WORDS)
    )
    return desk


async def submit(tab: Tab, prompt: str = WORDS, negative_prompt: str = "blurry", seed: str = "") -> None:
    await tab.send(Generate.submit({"prompt": prompt, "negative_prompt": negative_prompt, "seed": seed}))


def batches(studio: Studio, columns: str) -> list[tuple[object, ...]]:
    return studio.committed(f"select {columns} from batch")  # noqa: S608


async def test_the_dialog_opens_with_the_description_the_default_workflow_and_four_variations(described: Tab) -> None:
    await described.send(Generate.begin(""))

    dialog = await described.see(Generate)
    assert (dialog.is_open, dialog.asset_type, dialog.entity_name) == (True, "portrait", "Elven Archer")
    assert (dialog.prompt, dialog.count, dialog.shape) == (BEGINNING, 4, "3:4")
    assert dialog.negative_prompt.startswith("blurry")
    assert [choice.label for choice in dialog.types] == ["Portrait", "Sprite", "Item"]
    assert dialog.workflow in [choice.value for choice in dialog.workflows]


async def test_a_location_is_painted_as_a_wide_backdrop(desk: Tab, studio: Studio) -> None:
    await desk.send(Creator.select(str(studio.scene.location.id)))
    await desk.send(Generate.begin(""))

    dialog = await desk.see(Generate)
    assert (dialog.asset_type, dialog.shape) == ("backdrop", "16:9")


async def test_what_was_asked_for_is_what_is_queued(described: Tab, studio: Studio) -> None:
    await described.send(Generate.begin("portrait"))
    await described.send(Generate.choose_count(2.0))
    await described.send(Generate.choose_shape("4:3"))

    await submit(described, seed="418 204 773")

    assert batches(studio, "prompt, negative_prompt, count, seed, width, height, asset_type") == [
        (WORDS, "blurry", 2, 418204773, 1024, 768, "portrait")
    ]
    assert not (await described.see(Generate)).is_open


@pytest.mark.parametrize(
    ("field", "prompt", "seed"),
    [("prompt", "   ", ""), ("seed", WORDS, "lucky"), ("seed", WORDS, str(2**60)), ("seed", WORDS, "-1")],
)
async def test_what_is_refused_is_said_at_its_field_and_the_dialog_stays(
    described: Tab, studio: Studio, field: str, prompt: str, seed: str
) -> None:
    await described.send(Generate.begin("portrait"))

    await submit(described, prompt, seed=seed)

    dialog = await described.see(Generate)
    assert (dialog.is_open, dialog.error_field) == (True, field)
    assert dialog.error
    assert batches(studio, "id") == []


async def test_the_picture_is_for_whom_it_was_asked_though_the_tab_has_gone_elsewhere(
    described: Tab, studio: Studio
) -> None:
    await described.send(Generate.begin("portrait"))
    await described.send(Creator.select(str(studio.scene.location.id)))

    await submit(described)

    assert batches(studio, "entity_name") == [("Elven Archer",)]


async def test_words_that_were_typed_are_there_again_until_they_are_sent_or_undone(described: Tab) -> None:
    await described.send(Generate.begin("portrait"))
    await described.send(Generate.keep_prompt("My own words"))
    await described.send(Generate.toggle(False))

    await described.send(Generate.begin("sprite"))
    assert (await described.see(Generate)).prompt.startswith("Full body of Elven Archer, A graceful")
    await described.send(Generate.begin("portrait"))
    assert ((await described.see(Generate)).prompt, (await described.see(Generate)).is_edited) == ("My own words", True)

    await described.send(Generate.undo_edits)
    assert (await described.see(Generate)).prompt == BEGINNING
    await described.send(Generate.keep_prompt("My own words"))
    await submit(described)
    await described.send(Generate.begin("portrait"))
    assert (await described.see(Generate)).prompt == BEGINNING


async def test_what_is_sent_by_the_other_button_comes_before_all_others_of_ones_own(
    described: Tab, studio: Studio
) -> None:
    await studio.ask()
    await described.send(Generate.begin("portrait"))

    await described.send(Generate.submit({"prompt": "Urgent", "negative_prompt": "", "seed": "", "sent_by": TO_FRONT}))

    assert studio.committed("select prompt from batch order by rank limit 1") == [("Urgent",)]


async def test_another_kind_of_picture_takes_its_own_shape(described: Tab) -> None:
    await described.send(Generate.begin("portrait"))
    await described.send(Generate.choose_type("sprite"))

    dialog = await described.see(Generate)
    assert (dialog.asset_type, dialog.shape) == ("sprite", "1:2")


async def test_a_size_that_was_set_for_a_workflow_is_the_one_the_dialog_opens_with(
    described: Tab, studio: Studio
) -> None:
    """As a batch has it that is asked for without the dialog."""
    woodcut = (await studio.engine.workflows.add(studio.who, "Woodcut", model_free())).id
    await studio.engine.workflows.change(studio.who, woodcut, WorkflowChanges(size=Size(896, 1152)))
    await described.send(Generate.begin("portrait"))
    await described.send(Generate.choose_workflow(str(woodcut)))

    dialog = await described.see(Generate)
    assert (dialog.shape, dialog.shapes[-1]) == ("896 × 1152", "896 × 1152")
    await described.send(Generate.choose_shape("1:1"))
    await described.send(Generate.choose_shape("896 × 1152"))
    await submit(described)
    assert batches(studio, "width, height") == [(896, 1152)]


async def test_where_every_picture_is_a_square_the_dialog_offers_squares(described: Tab, studio: Studio) -> None:
    square = str((await studio.engine.workflows.add(studio.who, "Square", squares())).id)
    await described.send(Generate.begin("portrait"))
    await described.send(Generate.choose_shape("4:3"))
    await described.send(Generate.choose_workflow(square))

    dialog = await described.see(Generate)
    assert (dialog.takes_size, dialog.shapes) == (True, ["1:1", "1024 × 1024"])
    assert dialog.shape == "1024 × 1024", "which it paints when nobody asks for a size"


async def test_a_seed_can_be_rolled_to_keep(described: Tab) -> None:
    await described.send(Generate.begin("portrait"))
    before = (await described.see(Generate)).seed_form
    await described.send(Generate.roll_seed)

    dialog = await described.see(Generate)
    assert dialog.seed.isdecimal()
    assert dialog.seed_form != before


async def test_closing_the_dialog_throws_away_nothing_that_was_set(described: Tab) -> None:
    await described.send(Generate.begin("portrait"))
    await described.send(Generate.keep_negative_prompt("no hats"))
    await described.send(Generate.keep_seed("4711"))
    await described.send(Generate.choose_count(2.0))
    await described.send(Generate.choose_shape("1:1"))
    await described.send(Generate.toggle(False))

    await described.send(Generate.begin("portrait"))

    dialog = await described.see(Generate)
    assert (dialog.negative_prompt, dialog.is_negative_edited, dialog.seed) == ("no hats", True, "4711")
    assert (dialog.count, dialog.shape) == (2, "1:1")


async def test_a_workflow_that_was_chosen_is_chosen_still_when_the_dialog_opens_again(
    described: Tab, studio: Studio
) -> None:
    other = str((await studio.engine.workflows.add(studio.who, "Watercolours", model_free())).id)
    await described.send(Generate.begin("portrait"))
    default = (await described.see(Generate)).workflow
    await described.send(Generate.choose_workflow(other))
    await described.send(Generate.toggle(False))

    await described.send(Generate.begin("portrait"))
    assert (await described.see(Generate)).workflow == other

    await described.send(Generate.choose_type("sprite"))
    assert (await described.see(Generate)).workflow not in (default, other), "each kind of picture has its own"
    await described.send(Generate.choose_type("portrait"))
    await submit(described)
    await described.send(Generate.begin("portrait"))
    assert (await described.see(Generate)).workflow == default


async def test_the_browser_may_forget_words_once_they_are_sent(described: Tab, studio: Studio) -> None:
    await described.send(Generate.begin("portrait"))
    await submit(described, "   ")
    assert described.scripts == ""

    await submit(described)

    assert f'forget("generate:character:{studio.scene.character.id}:portrait")' in described.scripts


async def test_another_kind_of_picture_keeps_what_holds_for_every_kind(described: Tab) -> None:
    await described.send(Generate.begin("portrait"))
    await described.send(Generate.keep_prompt("My own words"))
    await described.send(Generate.keep_negative_prompt("no hats"))
    await described.send(Generate.keep_seed("4711"))
    await described.send(Generate.choose_count(2.0))
    await described.send(Generate.choose_shape("1:1"))

    await described.send(Generate.choose_type("sprite"))

    dialog = await described.see(Generate)
    assert (dialog.negative_prompt, dialog.seed, dialog.count) == ("no hats", "4711", 2)
    assert (dialog.prompt[:28], dialog.shape) == ("Full body of Elven Archer, A", "1:2")


async def test_the_workflows_own_negative_prompt_can_be_had_back(described: Tab) -> None:
    await described.send(Generate.begin("portrait"))
    own = (await described.see(Generate)).negative_prompt
    await described.send(Generate.keep_negative_prompt("no hats"))

    await described.send(Generate.undo_negative_edits)

    dialog = await described.see(Generate)
    assert (dialog.negative_prompt, dialog.is_negative_edited) == (own, False)


async def test_another_workflow_leaves_what_was_typed(described: Tab) -> None:
    await described.send(Generate.begin("portrait"))
    await described.send(Generate.keep_prompt("My own words"))
    await described.send(Generate.keep_negative_prompt("no hats"))

    await described.send(Generate.choose_workflow((await described.see(Generate)).workflows[0].value))

    dialog = await described.see(Generate)
    assert (dialog.prompt, dialog.negative_prompt, dialog.takes_prompt) == ("My own words", "no hats", True)


async def test_words_that_were_sent_do_not_come_back_when_their_field_is_left_afterwards(described: Tab) -> None:
    await described.send(Generate.begin("portrait"))
    await submit(described, "My own words")
    await described.send(Generate.keep_prompt("My own words"))

    await described.send(Generate.begin("portrait"))

    assert (await described.see(Generate)).prompt == BEGINNING


def test_a_seed_is_a_whole_number_or_nothing() -> None:
    assert parsed_seed(" 12 000 ") == 12000
    assert parsed_seed("") is None
    with pytest.raises(InvalidInputError):
        parsed_seed("²")
