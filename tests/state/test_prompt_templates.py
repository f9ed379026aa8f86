"""The dialog with the words prompts begin with."""

from tests.fakes.studio import Studio
from tests.state.tab import Tab
from wrldbldr.domain.batch import AssetType
from wrldbldr.state.generate import Generate
from wrldbldr.state.prompt_templates import PromptTemplates


async def test_what_is_saved_begins_the_next_prompt_and_the_link_leads_back_to_it(desk: Tab) -> None:
    await desk.send(PromptTemplates.begin)
    assert [card.label for card in (await desk.see(PromptTemplates)).cards] == [
        "Portrait",
        "Sprite",
        "Backdrop",
        "Item",
    ]

    await desk.send(PromptTemplates.save({"portrait": "{name} in oil", "item": ""}))

    assert not (await desk.see(PromptTemplates)).is_open
    await desk.send(Generate.begin("portrait"))
    dialog = await desk.see(Generate)
    assert (dialog.prompt, dialog.is_edited) == ("Elven Archer in oil", False)
    await desk.send(Generate.keep_prompt("a lamp"))
    assert (await desk.see(Generate)).is_edited
    await desk.send(Generate.undo_edits)
    assert (await desk.see(Generate)).prompt == "Elven Archer in oil"


async def test_what_is_refused_stays_typed_with_its_reason(desk: Tab, studio: Studio) -> None:
    await desk.send(PromptTemplates.begin)
    await desk.send(PromptTemplates.save({"portrait": "{naem}", "item": "{name}"}))

    view = await desk.see(PromptTemplates)
    assert view.is_open
    assert [(card.template, card.error[:23]) for card in view.cards] == [
        ("{naem}", "A template knows {name}"),
        ("{name}", ""),
    ]
    assert (await studio.engine.templates.all(studio.who))[AssetType.ITEM] != "{name}"
