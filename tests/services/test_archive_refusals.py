"""What is no world, or not all of one, or a trap, is refused with a sentence, and nothing of it is kept."""

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from tests.fakes.studio import Studio, other_game_master
from tests.fakes.world_files import KEEPER, NOW, PORTRAIT, brought, document, everything_kept, files, in_pieces, zipped
from tests.media.pictures import drawing, encoded
from wrldbldr.domain.archive import UnfitWorldFileError
from wrldbldr.domain.errors import ConflictError, UnauthenticatedError
from wrldbldr.media.pictures import clean
from wrldbldr.media.store import MediaStore
from wrldbldr.services.archive import ArchiveService, NoRoomError
from wrldbldr.services.doomed_files import FileDisposal
from wrldbldr.services.image_work import ImageWork


async def refused(studio: Studio, content: bytes) -> str:
    """The sentence; nothing may be left behind."""
    before = everything_kept(studio)
    with pytest.raises(UnfitWorldFileError) as caught:
        await brought(studio, content)
    assert everything_kept(studio) == before
    assert caught.value.message.endswith(".")
    return caught.value.message


def _spoilt(path: tuple[str | int, ...], value: object) -> bytes:
    """The small world with one thing changed in what it says."""

    def change(said: dict[str, Any]) -> None:
        place: Any = said
        for step in path[:-1]:
            place = place[step]
        place[path[-1]] = value

    return zipped(files(change))


PICTURE = ("assets", 0)
STYLE = {
    "asset_id": PORTRAIT,
    "ordinal": 0,
    "label": "Another",
    "use": "picture",
    "taker": "IPAdapter",
    "strength": 0.5,
}
BATCH = {
    "id": str(UUID(int=5)), "entity_type": "character", "entity_id": KEEPER, "entity_name": "Keeper", "asset_type": "portrait",
    "workflow_name": "text-to-picture", "prompt": "a keeper", "negative_prompt": "", "count": 1, "seed": 7, "width": 8,
    "height": 8, "requested_at": NOW,
}  # fmt: skip
SETTING = {"node_id": "3", "input_name": "steps", "value": 20}


def _styled(**changes: object) -> list[dict[str, object]]:
    return [{**STYLE, **changes}]


def _set(**changes: object) -> list[dict[str, object]]:
    return [{**BATCH, "inputs": [{**SETTING, **changes}]}]


async def test_a_style_and_settings_that_could_be_are_taken(studio: Studio) -> None:
    for name, rows in (("lineage", _styled()), ("batches", _set()), ("batches", [BATCH])):
        await brought(studio, _spoilt((name,), rows))


@pytest.mark.parametrize(
    ("path", "value", "sentence"),
    [
        (("format",), "another", "no world that WrldBldr exported"),
        (("version",), 2, "format 2"),
        (("version",), "1", "no world"),
        (("surprise",), 1, "damaged"),
        (("world", "owner_id"), "00000000-0000-4000-8000-000000000009", "damaged"),
        (("world", "name"), "", "name cannot be empty"),
        (("world", "name"), "x" * 81, "81 characters"),
        (("world", "name"), " spaced ", "damaged"),
        (("world", "name"), "gnp\u202eexe", "direction"),
        (("world", "motto"), "\x00", "cannot be shown"),
        (("world", "created_at"), "0001-01-01T00:00:00+14:00", "damaged"),
        (("world", "created_at"), "2026-01-01T20:00:00", "damaged"),
        (("characters", 0, "description"), "x" * 4001, "4,001 characters"),
        (("characters", 0, "mood"), 7, "damaged"),
        (("characters",), [{"id": "x", "name": "Keeper"}], "damaged"),
        (("characters",), document()["characters"] * 2, "same id"),
        (("characters",), [], "belongs to nobody"),
        (("characters",), {}, "damaged"),
        ((*PICTURE, "entity_type"), "location", "belongs to nobody"),
        ((*PICTURE, "asset_type"), "poem", "damaged"),
        ((*PICTURE, "workflow_id"), None, "damaged"),
        ((*PICTURE, "seed"), 2**63, "damaged"),
        ((*PICTURE, "seed"), -2, "damaged"),
        ((*PICTURE, "number"), True, "damaged"),
        ((*PICTURE, "is_active"), 1, "damaged"),
        ((*PICTURE, "prompt"), "x" * 20_001, "20,001 characters"),
        ((*PICTURE, "width"), 9, "not as its description says"),
        ((*PICTURE, "media_type"), "text/html", "not as its description says"),
        ((*PICTURE, "byte_size"), 9, "not as its description says"),
        ((*PICTURE, "content_hash"), "../../etc/passwd", "not those of its world"),
        ((*PICTURE, "label"), "", "label cannot be empty"),
        ((*PICTURE, "rating"), 6, "damaged"),
        ((*PICTURE, "tags"), ["tide", "Tide"], "damaged"),
        ((*PICTURE, "tags"), [" tide"], "damaged"),
        ((*PICTURE, "tags"), ["x" * 41], "41 characters"),
        ((*PICTURE, "tags"), [f"tag {number}" for number in range(21)], "at most 20 tags"),
        (("assets",), [], "not those of its world"),
        (("lineage",), _styled(asset_id=str(UUID(int=9))), "picture that is not in it"),
        (("lineage",), _styled(asset_id=None), "damaged"),
        (("lineage",), _styled() * 2, "same place"),
        (("lineage",), _styled(ordinal=4), "damaged"),
        (("lineage",), _styled(ordinal=-1), "damaged"),
        (("lineage",), _styled(strength=1.5), "damaged"),
        (("lineage",), _styled(strength=float("nan")), "damaged"),
        (("lineage",), _styled(use="magic"), "damaged"),
        (("lineage",), _styled(label=""), "label cannot be empty"),
        (("lineage",), _styled(world_id=str(UUID(int=0))), "damaged"),
        (("batches",), [{**BATCH, "style": None}], "damaged"),
        (("batches",), [{**BATCH, "inputs": SETTING}], "damaged"),
        (("batches",), [{**BATCH, "inputs": [None]}], "damaged"),
        (("batches",), _set(value=None), "damaged"),
        (("batches",), _set(value=["4", 0]), "damaged"),
        (("batches",), _set(value={"a": 1}), "damaged"),
        (("batches",), _set(value=2**64), "damaged"),
        (("batches",), _set(value=float("inf")), "damaged"),
        (("batches",), _set(value="\x00"), "cannot be shown"),
        (("batches",), _set(value="x" * 20_001), "20,001 characters"),
        (("batches",), _set(node_id=3), "damaged"),
        (("batches",), _set(input_name="\x07"), "cannot be shown"),
        (("batches",), _set(workflow_id=str(UUID(int=3))), "damaged"),
    ],
)
async def test_a_world_that_says_what_could_not_be_is_refused(
    path: tuple[str | int, ...], value: object, sentence: str, studio: Studio
) -> None:
    assert sentence in await refused(studio, _spoilt(path, value))


async def test_two_pictures_at_one_place_are_refused_by_the_database_itself(studio: Studio) -> None:
    def change(said: dict[str, Any]) -> None:
        said["assets"][0]["is_active"] = True
        said["assets"].append({**said["assets"][0], "id": str(UUID(int=77))})

    assert "same place" in await refused(studio, zipped(files(change)))


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"null",
        b"[]",
        b"{",
        b"\xff\xfe",
        b'{"format": NaN}',
        b"[" * 100_000,
        b'{"a":' * 100_000,
        b"9" * 100_000,
        json.dumps({**document(), "locations": [[]] * 100_000}).encode(),
        json.dumps({**document(), "locations": [None]}).encode(),
    ],
    ids=lambda text: f"{text[:12].decode(errors='replace')}x{len(text)}",
)
async def test_json_that_is_none_or_a_trap_is_refused(text: bytes, studio: Studio) -> None:
    await refused(studio, zipped({**files(), "world.json": text}))


async def test_the_description_may_not_be_larger_than_any_world_needs(studio: Studio) -> None:
    padded = json.dumps(document()).encode() + b" " * (17 * 2**20)

    assert "far more" in await refused(studio, zipped({**files(), "world.json": padded}))


@pytest.mark.parametrize("upload", ["empty", "cut"])
async def test_an_upload_that_breaks_off_leaves_nothing_behind(upload: str, studio: Studio) -> None:
    whole = zipped(files())

    assert "no zip" in await refused(studio, b"" if upload == "empty" else whole[: len(whole) // 2])


async def test_an_upload_that_is_given_up_leaves_nothing_behind_and_the_next_is_taken(studio: Studio) -> None:
    before = everything_kept(studio)
    arrived = asyncio.Event()

    async def endless() -> AsyncIterator[bytes]:
        yield zipped(files())[:500]
        arrived.set()
        await asyncio.Event().wait()

    async with asyncio.TaskGroup() as group:
        upload = group.create_task(studio.engine.archive.bring_in(studio.who, endless()))
        await arrived.wait()
        with pytest.raises(ConflictError):
            await brought(studio, zipped(files()))
        upload.cancel()

    assert everything_kept(studio) == before
    assert (await brought(studio, zipped(files()))).name == "Elsewhere"


async def test_a_disk_that_is_full_is_said_so_and_nothing_is_left_behind(studio: Studio) -> None:
    before = everything_kept(studio)

    async def full() -> AsyncIterator[bytes]:
        yield b"x"
        raise OSError(28, "No space left on device")

    with pytest.raises(NoRoomError, match="no room"):
        await studio.engine.archive.bring_in(studio.who, full())

    assert everything_kept(studio) == before


class FullDisk(MediaStore):
    """Takes everything in, and then has no room for the last of it."""

    def adopt(self, staged: Path) -> None:
        super().adopt(staged)
        raise OSError(28, "No space left on device")


async def test_what_was_moved_in_already_goes_again_when_the_rest_cannot_be_kept(studio: Studio) -> None:
    engine = studio.engine
    store = FullDisk(engine.settings.media_dir)
    disposal = FileDisposal(engine.database, store, studio.clock)
    archive = ArchiveService(engine.database, engine.bus, studio.clock, store, disposal, work=ImageWork())
    before = everything_kept(studio)

    with pytest.raises(NoRoomError):
        await archive.bring_in(studio.who, in_pieces(zipped(files())))

    assert everything_kept(studio) == before


async def test_whoever_has_no_account_any_more_brings_nothing_in(studio: Studio) -> None:
    stranger = await other_game_master(studio.engine)
    token = stranger.model_copy(update={"token_id": UUID(int=9)})
    before = everything_kept(studio)

    with pytest.raises(UnauthenticatedError):
        await studio.engine.archive.bring_in(token, in_pieces(zipped(files())))

    assert everything_kept(studio) == before


async def test_a_transaction_that_fails_at_its_end_takes_its_pictures_with_it(studio: Studio) -> None:
    """The account goes while its world is unpacked."""
    stranger = await other_game_master(studio.engine)
    before = everything_kept(studio)

    async def removed_meanwhile() -> AsyncIterator[bytes]:
        yield zipped(files())
        async with studio.engine.database.write() as unit:
            account = await unit.accounts.find(stranger.account_id)
            assert account is not None
            await unit.accounts.delete(account)

    with pytest.raises(UnauthenticatedError):
        await studio.engine.archive.bring_in(stranger, removed_meanwhile())

    assert everything_kept(studio)[1] == before[1]


async def test_a_process_that_died_while_it_unpacked_leaves_nothing_for_longer_than_a_day(studio: Studio) -> None:
    store = MediaStore(studio.engine.settings.media_dir)
    staged = store.stage()
    MediaStore(staged).keep(clean(encoded(drawing(), "PNG")))

    store.remove_stale_staging(studio.clock.now())
    assert staged.is_dir(), "somebody may be at it"

    store.remove_stale_staging(datetime(2099, 1, 1, tzinfo=UTC))
    assert not staged.exists()
