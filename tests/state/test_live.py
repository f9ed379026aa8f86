"""What happens elsewhere appears in the tab, and only what may."""

from collections.abc import Sequence
from uuid import UUID, uuid4

import pytest
from sqlalchemy.exc import OperationalError

from tests.fakes.studio import Studio
from tests.state.tab import Tab
from wrldbldr.domain.account import Principal
from wrldbldr.domain.events import BatchCleared
from wrldbldr.domain.world import Character
from wrldbldr.services.cards import BatchCard
from wrldbldr.services.queue import QueueService
from wrldbldr.state.connection import Connection
from wrldbldr.state.creator import Creator
from wrldbldr.state.editor import Editor
from wrldbldr.state.gallery import Gallery
from wrldbldr.state.live import HEARTBEAT_SECONDS, RETRY_SECONDS, Live
from wrldbldr.state.painting import Painting
from wrldbldr.state.place import Place
from wrldbldr.state.queue import Queue

BACK = "/login?next=%2Fworlds%2F{}%2Fcreate"


async def a_moment(studio: Studio) -> None:
    """Longer than a listener pauses between two looks, twice: what one look sets off is seen by the next."""
    for _ in range(2):
        await studio.advance(1.0)


def made_up_character(studio: Studio) -> Character:
    now = studio.clock.now()
    return Character(world_id=studio.scene.world.id, name="Sefa Thornwick", created_at=now)


@pytest.fixture
async def watching(desk: Tab, studio: Studio) -> Tab:
    """The owner's tab listens; the dispatcher works."""
    await studio.open()
    await desk.start(Live.listen)
    await a_moment(studio)
    desk.forget()
    return desk


async def test_a_batch_asked_for_anywhere_appears_in_the_queue(watching: Tab, studio: Studio) -> None:
    await studio.ask()
    await studio.ask()
    await a_moment(studio)

    live = await watching.see(Live)
    assert ([card.entity_name for card in live.painting], len(live.waiting), live.open_count) == (
        ["Elven Archer"],
        1,
        2,
    )
    assert live.marks == {str(studio.scene.character.id): "generating"}
    assert "Portrait of Elven Archer" in live.sentence


async def test_a_tick_of_progress_sends_progress_and_nothing_else(watching: Tab, studio: Studio) -> None:
    await studio.ask()
    studio.comfyui.start()
    await a_moment(studio)
    watching.forget()

    studio.comfyui.step(10, 20)
    studio.comfyui.preview()
    await a_moment(studio)

    painting = await watching.see(Painting)
    assert (painting.step, painting.steps) == (10, 20)
    assert 0 < painting.percent < 100
    assert painting.preview.endswith("/preview?n=1")
    assert {name.partition(".")[0].rpartition("____")[2] for name in watching.delta} == {"painting"}


async def test_ready_pictures_appear_by_themselves_and_a_notice_says_whose(watching: Tab, studio: Studio) -> None:
    await studio.ask(count=2)
    await studio.paint(2)
    await a_moment(studio)

    assert len((await watching.see(Live)).ready) == 1
    assert len((await watching.see(Gallery)).assets) == 2
    assert (await watching.see(Editor)).hero.startswith("/api/assets/")
    assert (await watching.see(Creator)).everyone[0].thumbnail
    assert "Portrait ready for Elven Archer" in watching.scripts
    assert (await watching.see(Queue)).has_news
    assert (await watching.see(Painting)).batch == ""


async def test_a_failure_says_why_in_a_notice_that_stays(watching: Tab, studio: Studio) -> None:
    await studio.ask()
    studio.comfyui.start()
    studio.comfyui.fail()
    await a_moment(studio)

    (card,) = (await watching.see(Live)).needs_you
    assert "KSampler" in card.failure_title
    assert "Portrait for Elven Archer failed" in watching.scripts
    assert "KSampler" in watching.scripts


async def test_comfyui_going_and_coming_back_shows_by_itself(watching: Tab, studio: Studio) -> None:
    studio.comfyui.go_down()
    await a_moment(studio)
    assert (await watching.see(Connection)).is_away

    studio.comfyui.come_back()
    await a_moment(studio)
    assert not (await watching.see(Connection)).is_away


async def test_a_tab_that_was_told_too_much_at_once_reads_everything_anew(watching: Tab, studio: Studio) -> None:
    batch = await studio.ask()
    await studio.paint()
    await a_moment(studio)
    async with studio.engine.database.write() as unit:  # as if the events that told of it had been lost
        await unit.worlds.add(made_up_character(studio))
        for asset in await unit.assets.of_batch(batch):
            asset.label = "Another Label"
    for _ in range(300):
        studio.engine.bus.publish(studio.topics()["table"], BatchCleared(uuid4()))
    await studio.ask()
    await a_moment(studio)

    assert (await watching.see(Live)).open_count == 1
    assert "Sefa Thornwick" in {card.name for card in (await watching.see(Creator)).everyone}
    assert {card.label for card in (await watching.see(Gallery)).assets} == {"Another Label"}


async def test_a_look_that_fails_once_is_taken_again(
    watching: Tab, studio: Studio, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    cards, failures = QueueService.cards, [OperationalError("select", None, Exception("database is locked"))]

    async def locked_once(service: QueueService, who: Principal, table: UUID) -> Sequence[BatchCard]:
        if failures:
            raise failures.pop()
        return await cards(service, who, table)

    monkeypatch.setattr(QueueService, "cards", locked_once)
    await studio.ask()
    await studio.advance(RETRY_SECONDS)
    await a_moment(studio)

    assert failures == []
    assert "could not be brought up to date" in caplog.text
    assert (await watching.see(Live)).open_count == 1
    assert studio.engine.bus.listener_count == 1


async def test_a_world_deleted_on_another_screen_is_missing_here(watching: Tab, studio: Studio) -> None:
    await studio.engine.worlds.delete(studio.who, studio.scene.world.id)
    await a_moment(studio)

    assert (await watching.see(Creator)).is_missing
    assert (await watching.see(Place)).world == ""
    assert watching.redirects == []


async def test_opening_the_page_again_leaves_one_listener(watching: Tab, studio: Studio) -> None:
    await watching.start(Live.listen)
    await watching.start(Live.listen)
    await a_moment(studio)
    await studio.ask()
    await a_moment(studio)

    assert studio.engine.bus.listener_count == 1


async def test_whoever_signs_out_elsewhere_sees_nothing_more(watching: Tab, studio: Studio, secret: str) -> None:
    await studio.engine.accounts.log_out(await studio.engine.accounts.principal(secret))

    await studio.ask()
    await a_moment(studio)

    assert (await watching.see(Live)).open_count == 0
    assert watching.redirects == [BACK.format(studio.scene.world.id)]
    assert studio.engine.bus.listener_count == 0


async def test_signing_out_on_another_tab_leads_this_one_to_the_door_at_once(
    watching: Tab, studio: Studio, secret: str
) -> None:
    await studio.engine.accounts.log_out(await studio.engine.accounts.principal(secret))

    await a_moment(studio)

    assert watching.redirects == [BACK.format(studio.scene.world.id)]


async def test_a_long_painting_does_not_keep_a_revoked_login_listening(
    watching: Tab, studio: Studio, secret: str
) -> None:
    await studio.ask()
    studio.comfyui.start()
    await a_moment(studio)
    await studio.engine.accounts.log_out(await studio.engine.accounts.principal(secret))

    for step in range(1, 19):
        studio.comfyui.step(step, 20)
        await studio.advance(HEARTBEAT_SECONDS / 16)

    assert watching.redirects == [BACK.format(studio.scene.world.id)]


async def test_leaving_the_page_ends_the_listener(desk: Tab, studio: Studio) -> None:
    future = await desk.start(Live.listen)
    await a_moment(studio)
    assert studio.engine.bus.listener_count == 1

    future.cancel()
    await studio.rest()

    assert studio.engine.bus.listener_count == 0


async def test_what_was_ready_before_the_page_opened_is_no_news(desk: Tab, studio: Studio) -> None:
    await studio.open()
    await studio.ask()
    await studio.paint()

    await desk.start(Live.listen)
    await a_moment(studio)

    assert len((await desk.see(Live)).ready) == 1
    assert desk.scripts == ""
