"""Other people's things look exactly like things that do not exist, for every verb there is."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from inspect import getmembers, iscoroutinefunction, signature
from uuid import UUID

import pytest

from tests.fakes.studio import Studio, other_game_master
from tests.fakes.world_files import in_pieces
from wrldbldr.domain.account import Principal
from wrldbldr.domain.batch import AssetType, BatchStatus
from wrldbldr.domain.errors import NotFoundError
from wrldbldr.domain.line import Move, Side
from wrldbldr.domain.picture_query import PictureQuery
from wrldbldr.domain.stage import Part
from wrldbldr.domain.world import EntityType
from wrldbldr.engine import Engine
from wrldbldr.kit.ids import new_id
from wrldbldr.services.archive import ArchiveService
from wrldbldr.services.asking import GenerationRequest
from wrldbldr.services.bulk import BulkService
from wrldbldr.services.comparison import ComparisonService
from wrldbldr.services.figures import FigureService
from wrldbldr.services.gallery import GalleryService
from wrldbldr.services.line import LineService
from wrldbldr.services.moving import MovingService
from wrldbldr.services.picture_import import PictureImportService
from wrldbldr.services.queue import QueueService
from wrldbldr.services.removal import RemovalService
from wrldbldr.services.stage import StageService
from wrldbldr.services.tagging import TaggingService
from wrldbldr.services.worlds import EntityChanges, WorldService


@dataclass(frozen=True)
class Ids:
    """The ids of things, theirs or nobody's."""

    world: UUID
    game_session: UUID
    character: UUID
    batch: UUID
    asset: UUID
    removal: UUID
    ticket: UUID
    move: UUID


CHARACTER = EntityType.CHARACTER
CHANGES = EntityChanges(name="Mine now")
Verb = Callable[[Engine, Principal, Ids], Awaitable[object]]


def request(ids: Ids) -> GenerationRequest:
    return GenerationRequest(
        game_session_id=ids.game_session,
        entity_type=CHARACTER,
        entity_id=ids.character,
        asset_type=AssetType.PORTRAIT,
        prompt="mine",
        count=1,
    )


VERBS: dict[str, Verb] = {
    "WorldService.find": lambda e, w, i: e.worlds.find(w, i.world),
    "WorldService.update": lambda e, w, i: e.worlds.update(w, i.world, name="Mine now"),
    "WorldService.delete": lambda e, w, i: e.worlds.delete(w, i.world),
    "WorldService.entities": lambda e, w, i: e.worlds.entities(w, CHARACTER, i.world),
    "WorldService.find_entity": lambda e, w, i: e.worlds.find_entity(w, CHARACTER, i.character),
    "WorldService.create_entity": lambda e, w, i: e.worlds.create_entity(w, CHARACTER, i.world, CHANGES),
    "WorldService.update_entity": lambda e, w, i: e.worlds.update_entity(w, CHARACTER, i.character, CHANGES),
    "WorldService.delete_entity": lambda e, w, i: e.worlds.delete_entity(w, CHARACTER, i.character),
    "WorldService.game_sessions": lambda e, w, i: e.worlds.game_sessions(w, i.world),
    "WorldService.find_game_session": lambda e, w, i: e.worlds.find_game_session(w, i.game_session),
    "WorldService.create_game_session": lambda e, w, i: e.worlds.create_game_session(w, i.world, "Mine"),
    "QueueService.submit": lambda e, w, i: e.queue.submit(w, request(i)),
    "QueueService.cancel": lambda e, w, i: e.queue.cancel(w, i.batch),
    "QueueService.retry": lambda e, w, i: e.queue.retry(w, i.batch),
    "QueueService.clear": lambda e, w, i: e.queue.clear(w, i.batch),
    "QueueService.clear_all": lambda e, w, i: e.queue.clear_all(w, i.game_session, {BatchStatus.READY}),
    "LineService.move": lambda e, w, i: e.line.move(w, i.batch, Move.TOP),
    "LineService.move_beside": lambda e, w, i: e.line.move_beside(w, i.batch, i.batch, Side.AFTER),
    "LineService.reorder": lambda e, w, i: e.line.reorder(w, [i.batch]),
    "QueueService.cancel_waiting": lambda e, w, i: e.queue.cancel_waiting(w, i.game_session),
    "QueueService.retry_failed": lambda e, w, i: e.queue.retry_failed(w, i.game_session),
    "QueueService.ask_again": lambda e, w, i: e.queue.ask_again(w, i.batch),
    "QueueService.outlook": lambda e, w, i: e.queue.outlook(w, request(i)),
    "QueueService.look": lambda e, w, i: e.queue.look(w, i.game_session, rows=1),
    "QueueService.statuses": lambda e, w, i: e.queue.statuses(w, i.game_session, [i.batch]),
    "QueueService.standings": lambda e, w, i: e.queue.standings(w, i.game_session),
    "QueueService.facts": lambda e, w, i: e.queue.facts(w, i.batch),
    "QueueService.report": lambda e, w, i: e.queue.report(w, i.batch),
    "QueueService.page": lambda e, w, i: e.queue.page(w, i.game_session),
    "QueueService.bulletin": lambda e, w, i: e.queue.bulletin(w, i.batch),
    "QueueService.unfinished": lambda e, w, i: e.queue.unfinished(w, i.game_session),
    "QueueService.preview": lambda e, w, i: e.queue.preview(w, i.batch),
    "GalleryService.page": lambda e, w, i: e.gallery.page(w, i.world),
    "GalleryService.count": lambda e, w, i: e.gallery.count(w, i.world, PictureQuery()),
    "GalleryService.counts": lambda e, w, i: e.gallery.counts(w, i.world, i.character),
    "GalleryService.active": lambda e, w, i: e.gallery.active(w, i.world),
    "GalleryService.find": lambda e, w, i: e.gallery.find(w, i.asset),
    "GalleryService.info": lambda e, w, i: e.gallery.info(w, i.asset),
    "GalleryService.download": lambda e, w, i: e.gallery.download(w, i.asset),
    "GalleryService.family": lambda e, w, i: e.gallery.family(w, i.asset),
    "GalleryService.file": lambda e, w, i: e.gallery.file(w, i.asset),
    "GalleryService.update": lambda e, w, i: e.gallery.update(w, i.asset, label="Mine now"),
    "GalleryService.tags": lambda e, w, i: e.gallery.tags(w, i.world),
    "TaggingService.uses": lambda e, w, i: e.tagging.uses(w, [i.asset]),
    "TaggingService.change": lambda e, w, i: e.tagging.change(w, [i.asset], add="mine"),
    "GalleryService.activate": lambda e, w, i: e.gallery.activate(w, i.asset),
    "BulkService.star": lambda e, w, i: e.bulk.star(w, [i.asset], starred=True),
    "MovingService.move": lambda e, w, i: e.moving.move(w, [i.asset], CHARACTER, i.character),
    "MovingService.undo": lambda e, w, i: e.moving.undo(w, i.move),
    "BulkService.ask_for_zip": lambda e, w, i: e.bulk.ask_for_zip(w, [i.asset]),
    "BulkService.zip": lambda e, w, i: e.bulk.zip(w, i.ticket),
    "ComparisonService.compare": lambda e, w, i: e.comparison.compare(w, i.asset, i.asset),
    "ComparisonService.siblings": lambda e, w, i: e.comparison.siblings(w, i.asset),
    "RemovalService.uses": lambda e, w, i: e.removals.uses(w, [i.asset]),
    "RemovalService.delete": lambda e, w, i: e.removals.delete(w, [i.asset]),
    "RemovalService.undo": lambda e, w, i: e.removals.undo(w, i.removal),
    "PictureImportService.add": lambda e, w, i: e.picture_import.add(w, (CHARACTER, i.character), in_pieces(b"")),
    "StageService.pieces": lambda e, w, i: e.stage.pieces(w, i.game_session),
    "StageService.put": lambda e, w, i: e.stage.put(w, i.game_session, i.asset, Part.HANDOUT),
    "StageService.bring_on": lambda e, w, i: e.stage.bring_on(w, i.game_session, CHARACTER, i.character),
    "StageService.arrange": lambda e, w, i: e.stage.arrange(w, i.game_session, []),
    "StageService.take_back": lambda e, w, i: e.stage.take_back(w, i.game_session, i.world),
    "StageService.clear": lambda e, w, i: e.stage.clear(w, i.game_session),
    "FigureService.token": lambda e, w, i: e.figures.token(w, i.asset, 256, has_ring=True),
    "FigureService.cut_out": lambda e, w, i: e.figures.cut_out(w, i.asset),
    "ArchiveService.size": lambda e, w, i: e.archive.size(w, i.world),
    "ArchiveService.export": lambda e, w, i: e.archive.export(w, i.world),
}
FOR_EVERYONE = {
    "BulkService.there",  # it answers with nothing, tested in test_bulk.py
    *("GalleryService.fresh", "WorldService.create", "WorldService.summaries", "WorldService.create_in"),
    "ArchiveService.bring_in",
    *("QueueService.pause", "QueueService.resume"),  # there is one queue for all of them
}


def test_every_verb_that_takes_a_person_is_tried_below() -> None:
    found = {
        f"{service.__name__}.{name}"
        for service in (
            WorldService,
            QueueService,
            LineService,
            GalleryService,
            PictureImportService,
            BulkService,
            MovingService,
            ComparisonService,
            RemovalService,
            StageService,
            ArchiveService,
            FigureService,
            TaggingService,
        )
        for name, verb in getmembers(service, iscoroutinefunction)
        if not name.startswith("_") and "who" in signature(verb).parameters
    }

    assert found - FOR_EVERYONE == set(VERBS)


@pytest.fixture
async def theirs(studio: Studio) -> Ids:
    """The owner's things, one of each kind."""
    await studio.open()
    batch_id = await studio.ask(count=2)
    await studio.paint(pictures=2)
    asset, other = await studio.pictures(batch_id)
    removal_id, scene = await studio.engine.removals.delete(studio.who, [other.id]), studio.scene
    ticket = await studio.engine.bulk.ask_for_zip(studio.who, [asset.id])
    widow = await studio.engine.worlds.create_entity(studio.who, CHARACTER, scene.world.id, CHANGES)
    move = (await studio.engine.moving.move(studio.who, [asset.id], CHARACTER, widow.id)).undo_id
    assert move is not None
    return Ids(scene.world.id, scene.game_session.id, scene.character.id, batch_id, asset.id, removal_id, ticket, move)


async def refusal(verb: Verb, engine: Engine, who: Principal, ids: Ids) -> str:
    with pytest.raises(NotFoundError) as caught:
        await verb(engine, who, ids)
    return str(caught.value)


async def test_what_belongs_to_somebody_else_is_refused_in_the_words_for_what_does_not_exist(
    studio: Studio, theirs: Ids
) -> None:
    stranger = await other_game_master(studio.engine)
    nothing = Ids(*(new_id() for _ in range(8)))
    before = studio.dump()

    for name, verb in VERBS.items():
        told = await refusal(verb, studio.engine, stranger, theirs)
        assert told == await refusal(verb, studio.engine, stranger, nothing), name

    assert studio.dump() == before, "and nothing was changed"


async def test_pictures_of_somebody_elses_character_cannot_be_counted_through_a_world_of_ones_own(
    studio: Studio, theirs: Ids
) -> None:
    stranger = await other_game_master(studio.engine)
    own = await studio.engine.worlds.create(stranger, "A world of my own")

    assert await studio.engine.gallery.counts(stranger, own.id, theirs.character) == {}
    assert await studio.engine.gallery.page(stranger, own.id, PictureQuery(entity_id=theirs.character)) == []


async def test_pictures_cannot_be_asked_for_across_worlds(studio: Studio, theirs: Ids) -> None:
    stranger = await other_game_master(studio.engine)
    own = await studio.engine.worlds.create(stranger, "A world of my own")
    table = (await studio.engine.worlds.game_sessions(stranger, own.id))[0]

    with pytest.raises(NotFoundError, match="no such character"):
        await studio.engine.queue.submit(
            stranger, request(Ids(own.id, table.id, theirs.character, *(new_id() for _ in range(5))))
        )


async def test_the_owner_of_the_server_does_not_own_the_worlds_of_others(studio: Studio) -> None:
    stranger = await other_game_master(studio.engine)
    own = await studio.engine.worlds.create(stranger, "A world of my own")

    with pytest.raises(NotFoundError):
        await studio.engine.worlds.find(studio.who, own.id)
    assert own.id not in {summary.world.id for summary in await studio.engine.worlds.summaries(studio.who)}
