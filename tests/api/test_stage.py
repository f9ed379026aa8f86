"""The stage over REST: its game master puts and takes back, a player sees what is theirs to see and not one word more."""

import json
from collections.abc import AsyncGenerator
from typing import Any
from uuid import UUID

import pytest

from tests.api.table import NOBODYS_ID, Caller, Calling, Scene, refused
from tests.fakes.engine import begin, finish
from wrldbldr.engine import Engine

STAGE = "/api/sessions/{}/stage"


@pytest.fixture
def stage(scene: Scene) -> str:
    return STAGE.format(scene.game_session_id)


async def sit_down(caller: Caller, owner: Caller, scene: Scene, name: str) -> str:
    """Returns the player's id."""
    [table] = (await owner.get(f"/api/worlds/{scene.world_id}/sessions")).json()["items"]
    return (await caller.post("/api/auth/join", json={"code": table["join_code"], "name": name})).json()["id"]


@pytest.fixture
async def bram(calling: Calling) -> AsyncGenerator[Caller]:
    async with calling() as client:
        yield client


@pytest.fixture
async def cora(calling: Calling) -> AsyncGenerator[Caller]:
    async with calling() as client:
        yield client


async def picture(owner: Caller, scene: Scene, engine: Engine, **changes: Any) -> str:
    batch_id = UUID((await owner.post("/api/assets/generate", json=scene.request(count=1, **changes))).json()["id"])
    await begin(engine, batch_id)
    [asset_id] = await finish(engine, batch_id)
    return str(asset_id)


async def test_a_figure_is_put_seen_and_taken_back(
    owner: Caller, bram: Caller, scene: Scene, engine: Engine, stage: str
) -> None:
    await sit_down(bram, owner, scene, "Bram")
    asset_id = await picture(owner, scene, engine)

    answer = await owner.post(stage, json={"asset_id": asset_id, "part": "figure"})

    assert answer.status_code == 201
    [piece] = answer.json()["pieces"]
    expected = {"part": "figure", "name": "Ælfgifu the Keeper", "entity_id": scene.character_id, "is_named": False}
    assert piece.items() >= {**expected, "is_for_all": True, "player_ids": []}.items()
    [seen] = (await bram.get(stage)).json()["pieces"]
    assert {name: value for name, value in seen.items() if value is not None} == {
        "id": piece["id"],
        "part": "figure",
        "asset_id": asset_id,
        "asset_type": "portrait",
        "image_url": f"/api/assets/{asset_id}/image",
    }
    image = await bram.get(seen["image_url"])
    assert (image.status_code, image.headers["cache-control"]) == (200, "private, no-cache")
    assert (await owner.delete(f"{stage}/{piece['id']}")).status_code == 204
    assert (await bram.get(stage)).json() == {"pieces": []}
    known = {"if-none-match": image.headers["etag"]}
    assert (await bram.get(seen["image_url"], headers=known)).status_code == 404, "nor from what the browser kept"


async def test_a_hidden_ones_name_is_in_nothing_a_player_is_sent_a_downloads_name_included(
    owner: Caller, bram: Caller, scene: Scene, engine: Engine, stage: str
) -> None:
    await sit_down(bram, owner, scene, "Bram")
    asset_id = await picture(owner, scene, engine, prompt="the keeper is the murderer")
    await owner.post(stage, json={"asset_id": asset_id, "part": "handout"})

    told = await bram.get(stage)
    image = await bram.get(f"/api/assets/{asset_id}/image?download=1")

    wire = (
        told.text + json.dumps(dict(told.headers)) + json.dumps(dict(image.headers)) + image.content.decode("latin-1")
    )
    for secret in ("lfgifu", "Keeper", scene.character_id, "murderer", "orkflow"):
        assert secret not in wire
    assert 'filename="Picture.png"' in image.headers["content-disposition"]


async def test_a_handout_for_one_is_not_there_for_the_other(
    owner: Caller, bram: Caller, cora: Caller, scene: Scene, engine: Engine, stage: str
) -> None:
    bram_id, _ = await sit_down(bram, owner, scene, "Bram"), await sit_down(cora, owner, scene, "Cora")
    asset_id = await picture(owner, scene, engine)

    answer = await owner.post(stage, json={"asset_id": asset_id, "part": "handout", "player_ids": [bram_id]})

    assert answer.json()["pieces"][0]["player_ids"] == [bram_id]
    assert len((await bram.get(stage)).json()["pieces"]) == 1
    assert (await cora.get(stage)).json() == {"pieces": []}
    address = f"/api/assets/{asset_id}/image"
    assert [(await one.get(address)).status_code for one in (bram, cora)] == [200, 404]


async def test_figures_are_arranged_and_everything_is_cleared(
    owner: Caller, scene: Scene, engine: Engine, stage: str
) -> None:
    other = (await owner.post(f"/api/worlds/{scene.world_id}/characters", json={"name": "Sefa"})).json()["id"]
    for entity_id in (scene.character_id, other):
        asset_id = await picture(owner, scene, engine, entity_id=entity_id)
        await owner.post(stage, json={"asset_id": asset_id, "part": "figure"})
    first, second = [piece["id"] for piece in (await owner.get(stage)).json()["pieces"]]

    arranged = (await owner.put(f"{stage}/order", json={"piece_ids": [second]})).json()["pieces"]

    assert [piece["id"] for piece in arranged] == [second, first]
    assert (await owner.delete(stage)).status_code == 204
    assert (await owner.get(stage)).json() == {"pieces": []}


async def test_what_cannot_be_shown_is_refused_with_a_reason(
    owner: Caller, scene: Scene, engine: Engine, stage: str
) -> None:
    asset_id = await picture(owner, scene, engine)

    assert "part" in refused(await owner.post(stage, json={"asset_id": asset_id, "part": "backdrop"}), 422)
    some = {"asset_id": asset_id, "part": "handout", "player_ids": []}
    assert "player_ids" in refused(await owner.post(stage, json=some), 422)
    refused(await owner.post(stage, json={**some, "player_ids": [NOBODYS_ID]}), 404, "not_found")
    refused(await owner.post(stage, json={"asset_id": NOBODYS_ID, "part": "figure"}), 404, "not_found")
    refused(await owner.delete(f"{stage}/{NOBODYS_ID}"), 404, "not_found")


async def test_another_tables_stage_is_nobodys_to_see(
    owner: Caller, other: Caller, bram: Caller, scene: Scene, stage: str
) -> None:
    await sit_down(bram, owner, scene, "Bram")
    second = (await owner.post(f"/api/worlds/{scene.world_id}/sessions", json={"name": "Second"})).json()["id"]

    refused(await bram.get(STAGE.format(second)), 404, "not_found")
    refused(await other.get(stage), 404, "not_found")


async def test_who_is_game_master_elsewhere_and_player_here_sees_as_a_player(
    owner: Caller, other: Caller, scene: Scene, engine: Engine, stage: str
) -> None:
    await sit_down(other, owner, scene, "Berta")
    asset_id = await picture(owner, scene, engine)
    await owner.post(stage, json={"asset_id": asset_id, "part": "figure"})

    [seen] = (await other.get(stage)).json()["pieces"]

    assert (seen["name"], seen["entity_id"]) == (None, None)
