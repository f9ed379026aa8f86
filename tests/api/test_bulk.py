"""Many pictures at once, by script."""

import io
import zipfile

import pytest

from tests.api.table import NOBODYS_ID, Caller, Scene, refused
from tests.api.test_assets import Painted, listed, painted
from tests.fakes.clock import FakeClock

__all__ = ["painted"]


async def test_pictures_are_starred_and_moved_together(painted: Painted, scene: Scene, owner: Caller) -> None:
    chosen = {"asset_ids": painted.portraits}
    second = await owner.post(f"/api/worlds/{scene.world_id}/characters", json={"name": "Berta"})

    starred = await owner.post("/api/assets/bulk/star", json={**chosen, "starred": True})
    target = {"entity_type": "character", "entity_id": second.json()["id"]}
    moved = await owner.post("/api/assets/bulk/move", json={**chosen, **target})

    assert (starred.json(), moved.json()["changed"]) == ({"changed": 2}, 2)
    assert await listed(owner, scene, starred="true", entity_id=second.json()["id"]) == set(painted.portraits)

    undone = await owner.post(f"/api/assets/bulk/move/undo/{moved.json()['undo_id']}")

    assert set(undone.json()["asset_ids"]) == set(painted.portraits)
    assert await listed(owner, scene, entity_id=second.json()["id"]) == set()
    refused(await owner.post(f"/api/assets/bulk/move/undo/{moved.json()['undo_id']}"), 404, "not_found")


async def test_a_move_of_pictures_that_hang_there_already_moves_none_and_leads_to_no_way_back(
    painted: Painted, scene: Scene, owner: Caller
) -> None:
    target = {"entity_type": "character", "entity_id": str(scene.character_id)}
    moved = await owner.post("/api/assets/bulk/move", json={"asset_ids": painted.portraits, **target})

    assert moved.json() == {"changed": 0, "undo_id": None}


async def test_deleted_pictures_come_back_when_it_is_undone(painted: Painted, scene: Scene, owner: Caller) -> None:
    answer = (await owner.post("/api/assets/bulk/delete", json={"asset_ids": painted.portraits})).json()
    assert answer["changed"] == 2
    assert await listed(owner, scene) == {painted.backdrop}
    refused(await owner.get(f"/api/assets/{painted.portraits[0]}/image?size=64"), 404)

    undone = await owner.post(f"/api/assets/undo/{answer['undo_id']}")

    assert set(undone.json()["asset_ids"]) == set(painted.portraits)
    assert await listed(owner, scene) == {*painted.portraits, painted.backdrop}
    assert (await owner.get(f"/api/assets/{painted.portraits[0]}/image?size=64")).status_code == 200
    refused(await owner.post(f"/api/assets/undo/{answer['undo_id']}"), 404, "not_found")


async def test_pictures_are_one_zip_for_a_minute(
    painted: Painted, owner: Caller, other: Caller, clock: FakeClock
) -> None:
    asked = await owner.post("/api/assets/zip", json={"asset_ids": [painted.backdrop, *painted.portraits]})
    assert asked.status_code == 201
    url = asked.json()["url"]

    answer = await owner.get(url)

    assert answer.headers["content-type"] == "application/zip"
    assert "attachment" in answer.headers["content-disposition"]
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        assert len(archive.namelist()) == 3
    refused(await other.get(url), 404)
    await clock.advance(60)
    refused(await owner.get(url), 404, "not_found")


@pytest.mark.parametrize("path", ["bulk/star", "bulk/delete", "zip"])
@pytest.mark.parametrize(
    ("ids", "says"), [([], "at least 1"), ([NOBODYS_ID] * 501, "at most 500"), (["x"], "not an id"), ("x", "a list")]
)
async def test_what_is_no_list_of_pictures_is_refused_in_words(
    path: str, ids: object, says: str, owner: Caller
) -> None:
    body = {"asset_ids": ids, **({"starred": True} if path == "bulk/star" else {})}

    assert says in refused(await owner.post(f"/api/assets/{path}", json=body), 422)["asset_ids"]
