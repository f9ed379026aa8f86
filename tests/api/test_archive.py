"""Worlds as files over HTTP."""

import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.api.table import NOBODYS_ID, Caller, Scene, refused
from tests.fakes.world_files import contents, files, zipped
from wrldbldr.api.body_limit import BODY_LIMIT_BYTES
from wrldbldr.engine import Engine
from wrldbldr.media.world_file import FILE_LIMIT_BYTES

IMPORT = "/api/worlds/import"


def export_of(world_id: str) -> str:
    return f"/api/worlds/{world_id}/export"


async def test_a_world_is_exported_under_its_name_and_brought_in_again(scene: Scene, owner: Caller) -> None:
    await owner.patch(f"/api/worlds/{scene.world_id}", json={"name": 'Fog "over" æ: the/quay'})

    exported = await owner.get(export_of(scene.world_id))
    made = await owner.post(IMPORT, content=exported.content)

    assert exported.headers["content-type"] == "application/zip"
    assert (
        exported.headers["content-disposition"] == "attachment; filename*=utf-8''Fog%20over%20%C3%A6%20the%20quay.zip"
    )
    assert exported.headers["cache-control"] == "no-store"
    said = json.loads(contents(exported.content)["world.json"])
    assert [row["name"] for row in said["characters"]] == ["Ælfgifu the Keeper"]
    assert made.status_code == 201
    assert made.json()["name"] == 'Fog "over" æ: the/quay (2)'
    assert made.json()["id"] != scene.world_id
    [keeper] = (await owner.get(f"/api/worlds/{made.json()['id']}/characters")).json()["items"]
    assert keeper["name"] == "Ælfgifu the Keeper"


async def test_somebody_elses_world_is_not_exported(scene: Scene, other: Caller, nobody: Caller) -> None:
    theirs = refused(await other.get(export_of(scene.world_id)), 404, "not_found")
    assert theirs == refused(await other.get(export_of(NOBODYS_ID)), 404, "not_found")
    refused(await nobody.get(export_of(scene.world_id)), 401, "unauthenticated")


async def test_whoever_brings_a_world_in_owns_it(scene: Scene, owner: Caller, other: Caller) -> None:
    exported = (await owner.get(export_of(scene.world_id))).content

    made = (await other.post(IMPORT, content=exported)).json()

    assert (await other.get(f"/api/worlds/{made['id']}")).json()["name"] == "The Lantern Coast"
    refused(await owner.get(f"/api/worlds/{made['id']}"), 404)


async def test_a_file_that_is_no_world_is_refused_in_words(scene: Scene, owner: Caller) -> None:
    refused(await owner.post(IMPORT, content=b"Dear diary"), 422, "unfit_world_file")
    refused(await owner.post(IMPORT), 422, "unfit_world_file")

    assert [world["id"] for world in (await owner.get("/api/worlds")).json()["items"]] == [scene.world_id]


async def test_only_what_is_brought_in_may_be_large(owner: Caller) -> None:
    async def endless() -> AsyncIterator[bytes]:
        while True:
            yield b" " * 2**20

    headers = {"content-type": "application/json"}
    refused(await owner.patch(IMPORT, content=endless(), headers=headers), 413, "too_large")


async def test_a_world_may_be_larger_than_any_other_body(owner: Caller) -> None:
    padded = b"x" * BODY_LIMIT_BYTES + zipped(files())  # a zip may have anything before it

    assert (await owner.post(IMPORT, content=padded)).status_code == 201
    refused(await owner.post("/api/worlds", content=padded), 413, "too_large")


async def test_a_file_that_says_it_is_too_large_is_refused_before_it_is_read(owner: Caller) -> None:
    async def body() -> AsyncIterator[bytes]:
        pytest.fail("it was read")
        yield b""

    answer = await owner.post(IMPORT, content=body(), headers={"content-length": str(FILE_LIMIT_BYTES + 1)})

    refused(answer, 413, "too_large")
    assert "4 GiB" in answer.json()["error"]["message"]


async def test_nothing_of_a_strangers_file_is_read(nobody: Caller, owner: Caller, engine: Engine) -> None:
    async def body() -> AsyncIterator[bytes]:
        pytest.fail("it was read")
        yield b""

    refused(await nobody.post(IMPORT, content=body()), 401, "unauthenticated")


async def test_a_page_of_another_site_brings_nothing_in(owner: Caller) -> None:
    answer = await owner.post(IMPORT, content=zipped(files()), headers={"origin": "http://evil.test"})

    refused(answer, 403, "foreign_origin")


def files_in(folder: Path) -> set[str]:
    return {path.name for path in folder.rglob("*") if path.is_file() and "sqlite3" not in path.name}


async def test_nothing_lies_about_after_a_world_was_brought_in(owner: Caller, tmp_path: Path) -> None:
    await owner.post(IMPORT, content=zipped(files()))

    [content_hash] = [name.removeprefix("pictures/").removesuffix(".png") for name in files() if name != "world.json"]
    assert files_in(tmp_path) == {content_hash, f"{content_hash}.256.webp", f"{content_hash}.64.webp"}
