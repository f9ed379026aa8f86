"""What happens elsewhere appears in the tab, and only what may."""

from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy.exc import OperationalError

from tests.fakes.pictures import pictures_of
from tests.fakes.quiet import until
from tests.fakes.studio import Studio
from tests.state.tab import Tab, open_tab
from wrldbldr.domain.account import Principal
from wrldbldr.domain.events import BatchCleared
from wrldbldr.domain.world import Character, EntityType
from wrldbldr.pages import creator
from wrldbldr.services.queue import QueueService
from wrldbldr.services.queue_look import QueueLook
from wrldbldr.services.worlds import EntityChanges
from wrldbldr.state.connection import Connection
from wrldbldr.state.creator import Creator
from wrldbldr.state.editor import Editor
from wrldbldr.state.gallery import Gallery
from wrldbldr.state.hearing import HEARTBEAT_SECONDS, RETRY_SECONDS
from wrldbldr.state.live import Live
from wrldbldr.state.painting import Painting
from wrldbldr.state.place import Place
from wrldbldr.state.queue import Queue
from wrldbldr.state.worlds import Worlds

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
    assert (await watching.see(Queue)).unseen == 1
    assert (await watching.see(Painting)).batch == ""


async def test_what_ended_is_counted_until_somebody_sees_it_and_told_to_the_browser_once(
    watching: Tab, studio: Studio
) -> None:
    batch = await studio.ask(count=2)
    await studio.paint(2)
    await studio.ask()
    await studio.rest()
    studio.comfyui.start()
    studio.comfyui.fail()
    await a_moment(studio)

    assert (await watching.see(Queue)).unseen == 2
    said = f'wrldbldrEnded("{batch}-1", "Portrait ready for Elven Archer", "2 pictures, in the gallery")'
    assert watching.scripts.count(said) == 1
    assert watching.scripts.count("wrldbldrEnded") == 2

    await watching.send(Queue.see)
    await a_moment(studio)
    assert (await watching.see(Queue)).unseen == 0


async def test_what_ended_while_the_tab_was_elsewhere_is_told_when_it_is_back(watching: Tab, studio: Studio) -> None:
    await studio.ask()
    await a_moment(studio)
    await watching.send(Worlds.enter)
    await watching.start(Live.listen)
    await a_moment(studio)
    await studio.paint()
    await a_moment(studio)
    assert "Portrait ready" not in watching.scripts

    await watching.send(Creator.enter)
    await watching.start(Live.listen)
    await a_moment(studio)

    assert watching.scripts.count("wrldbldrEnded") == 1
    assert "Portrait ready for Elven Archer" in watching.scripts
    assert (await watching.see(Queue)).unseen == 1


async def test_a_failure_says_why_in_a_notice_that_stays(watching: Tab, studio: Studio) -> None:
    await studio.ask()
    studio.comfyui.start()
    studio.comfyui.fail()
    await a_moment(studio)

    (card,) = (await watching.see(Live)).needs_you
    assert "KSampler" in card.failure_title
    assert "Portrait for Elven Archer failed" in watching.scripts
    assert "KSampler" in watching.scripts


@pytest.fixture
async def failed(watching: Tab, studio: Studio) -> UUID:
    """A batch that has just failed; a notice says so."""
    batch = await studio.ask()
    studio.comfyui.start()
    studio.comfyui.fail()
    await a_moment(studio)
    assert f"{batch}-1" in watching.scripts
    watching.forget()
    return batch


async def retry(studio: Studio, batch: UUID) -> None:
    await studio.engine.queue.retry(studio.who, batch)


async def clear(studio: Studio, batch: UUID) -> None:
    await studio.engine.queue.clear(studio.who, batch)


async def delete_its_subject(studio: Studio, batch: UUID) -> None:
    await studio.engine.worlds.delete_entity(studio.who, EntityType.CHARACTER, studio.scene.character.id)


async def delete_its_world(studio: Studio, batch: UUID) -> None:
    await studio.engine.worlds.delete(studio.who, studio.scene.world.id)


@pytest.mark.parametrize("deal_with", [retry, clear, delete_its_subject, delete_its_world])
async def test_the_notice_of_a_failure_goes_from_every_screen_when_it_is_dealt_with_on_one(
    watching: Tab, studio: Studio, failed: UUID, deal_with: Callable[[Studio, UUID], Awaitable[None]]
) -> None:
    await deal_with(studio, failed)
    await a_moment(studio)

    assert watching.scripts.count(f'dismiss("{failed}-1")') == 1


async def test_the_notice_of_a_failure_hangs_while_other_things_happen(
    watching: Tab, studio: Studio, failed: UUID
) -> None:
    await studio.ask()
    await studio.paint()
    await a_moment(studio)

    assert "Portrait ready" in watching.scripts
    assert "dismiss" not in watching.scripts


async def test_a_batch_that_fails_again_gets_a_notice_of_its_own(watching: Tab, studio: Studio, failed: UUID) -> None:
    await retry(studio, failed)
    await studio.rest()
    studio.comfyui.start()
    studio.comfyui.fail()
    await a_moment(studio)

    assert f'dismiss("{failed}-1")' in watching.scripts
    assert f"{failed}-2" in watching.scripts
    assert f'dismiss("{failed}-2")' not in watching.scripts


async def test_a_notice_stays_behind_with_the_table_it_is_about(watching: Tab, studio: Studio, failed: UUID) -> None:
    await watching.send(Worlds.enter)
    await watching.start(Live.listen)
    await a_moment(studio)

    assert f'dismiss("{failed}-1")' in watching.scripts


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
        for asset in await pictures_of(unit, batch):
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
    look, failures = QueueService.look, [OperationalError("select", None, Exception("database is locked"))]

    async def locked_once(service: QueueService, *table: Any, **rows: Any) -> QueueLook:
        if failures:
            raise failures.pop()
        return await look(service, *table, **rows)

    monkeypatch.setattr(QueueService, "look", locked_once)
    await studio.ask()
    await studio.advance(RETRY_SECONDS)
    await a_moment(studio)

    assert failures == []
    assert "could not be brought up to date" in caplog.text
    assert (await watching.see(Live)).open_count == 1
    assert studio.listener_count == 1


async def test_a_world_deleted_on_another_screen_is_missing_here(watching: Tab, studio: Studio) -> None:
    await studio.engine.worlds.delete(studio.who, studio.scene.world.id)
    await a_moment(studio)

    assert (await watching.see(Creator)).is_missing
    assert (await watching.see(Place)).world == ""
    assert watching.redirects == []


async def test_opening_the_page_again_leaves_one_listener(watching: Tab, studio: Studio) -> None:
    await watching.start(Live.listen)
    await watching.start(Live.listen)
    await studio.rest()  # and nothing happens that would wake the one before

    assert studio.listener_count == 1
    await studio.ask()
    await a_moment(studio)
    assert len((await watching.see(Live)).painting) == 1


async def test_of_many_listeners_that_are_begun_at_once_few_read(watching: Tab, studio: Studio) -> None:
    looks, look = list[UUID](), studio.engine.queue.look

    async def counted(who: Principal, game_session_id: UUID, **how: Any) -> QueueLook:
        looks.append(game_session_id)
        return await look(who, game_session_id, **how)

    studio.engine.queue.look = counted
    for _ in range(50):
        await watching.start(Live.listen)
    await studio.rest()
    await until(lambda: studio.listener_count == 1, "the end of all but one")

    assert len(looks) <= 3


async def test_whoever_signs_out_elsewhere_sees_nothing_more(watching: Tab, studio: Studio, secret: str) -> None:
    await studio.engine.accounts.log_out(await studio.engine.accounts.principal(secret))

    await studio.ask()
    await a_moment(studio)

    assert (await watching.see(Live)).open_count == 0
    assert watching.redirects == [BACK.format(studio.scene.world.id)]
    assert studio.listener_count == 0


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


async def test_a_page_that_opens_while_other_events_wait_listens_where_it_is(studio: Studio, secret: str) -> None:
    """After an interruption the browser first sends what was typed meanwhile."""
    world, character = studio.scene.world, studio.scene.character
    async with open_tab(secret, f"/worlds/{world.id}/create") as tab:
        typed = [
            Editor.begin("mood", "a form of before"),
            Editor.save("character", str(character.id), "mood", "Wary"),
            Editor.leave("mood"),
        ]
        for event in (*typed, *creator.PAGE.on_load):
            await tab.start(event)
        await a_moment(studio)

        changes = EntityChanges(name="Sefa Thornwick")
        await studio.engine.worlds.update_entity(studio.who, EntityType.CHARACTER, character.id, changes)
        await a_moment(studio)

        assert "Sefa Thornwick" in {card.name for card in (await tab.see(Creator)).everyone}


async def test_leaving_the_page_ends_the_listener(desk: Tab, studio: Studio) -> None:
    future = await desk.start(Live.listen)
    await a_moment(studio)
    assert studio.listener_count == 1

    future.cancel()
    await studio.rest()

    assert studio.listener_count == 0


async def test_what_was_ready_before_the_page_opened_is_no_news(desk: Tab, studio: Studio) -> None:
    await studio.open()
    await studio.ask()
    await studio.paint()

    await desk.start(Live.listen)
    await a_moment(studio)

    assert len((await desk.see(Live)).ready) == 1
    assert "ready" not in desk.scripts
