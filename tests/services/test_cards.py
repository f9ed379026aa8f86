"""What a screen shows of a noun."""

import pytest

from tests.db.rows import NOW, Setting
from wrldbldr.domain.batch import AssetType, BatchStatus
from wrldbldr.domain.failure import Failure
from wrldbldr.kit.ids import new_id
from wrldbldr.services.cards import (
    asset_card,
    batch_card,
    batch_facts,
    entity_card,
    first_words,
    iso,
    preview_url,
    thumbnail_of,
)


@pytest.fixture
def setting() -> Setting:
    return Setting()


def test_a_long_description_is_cut_between_words() -> None:
    assert first_words("A smuggler captain, forty, with salt-grey eyes and long dark hair", limit=27) == (
        "A smuggler captain, forty…"
    )
    assert first_words("  two\n lines ") == "two lines"
    assert first_words("") == ""


def test_an_entity_is_shown_by_its_portrait_else_its_backdrop_else_whatever_there_is(setting: Setting) -> None:
    entity_id = setting.character.id
    order = (AssetType.PORTRAIT, AssetType.BACKDROP, AssetType.SPRITE, AssetType.ITEM)
    active = {(entity_id, asset_type): new_id() for asset_type in order}

    for asset_type in order:
        expected = f"/api/assets/{active[entity_id, asset_type]}/image?size=64"
        assert thumbnail_of(active, setting.character) == thumbnail_of(active, setting.batch()) == expected
        del active[entity_id, asset_type]

    assert thumbnail_of(active, setting.character) == ""


def test_a_card_of_a_failed_batch_says_why_and_one_that_goes_well_says_nothing(setting: Setting) -> None:
    failed = setting.batch(status=BatchStatus.FAILED, failure=Failure(title="It broke", message="Try again."))

    assert batch_card(failed, position=0, thumbnail="").failure_title == "It broke"
    assert batch_card(setting.batch(), position=3, thumbnail="").failure_title == ""
    assert batch_card(setting.batch(), position=3, thumbnail="").position == 3


def test_the_details_of_a_failed_batch_begin_with_the_failure_and_those_of_another_with_what_was_asked(
    setting: Setting,
) -> None:
    failure = Failure(title="It broke", message="Try again.", details={"Node": "KSampler (id 3)"})
    failed = batch_facts(setting.batch(status=BatchStatus.FAILED, failure=failure, attempt=3))

    assert [fact.label for fact in failed[:5]] == ["Full error", "Node", "Batch ID", "Workflow", "Attempted"]
    assert (failed[0].value, failed[4].value) == ("It broke. Try again.", "3 times")
    assert batch_facts(setting.batch())[0].label == "Prompt"


def test_a_card_holds_no_prompt(setting: Setting) -> None:
    batch = setting.batch(prompt="the secret queen", negative_prompt="the secret king")
    asset = setting.asset(prompt="the secret queen", negative_prompt="the secret king")

    shown = f"{batch_card(batch, position=1, thumbnail='')} {asset_card(asset)} {entity_card(setting.character, '')}"

    assert "secret" not in shown


def test_times_are_written_as_browsers_read_them() -> None:
    assert iso(NOW) == "2026-01-01T20:00:00+00:00"
    assert iso(None) == ""


def test_each_preview_has_an_address_of_its_own(setting: Setting) -> None:
    batch_id = new_id()

    assert preview_url(batch_id, 1) != preview_url(batch_id, 2)
