"""Style references for scripts: named, left to the character, or refused; and found again in the pictures."""

from typing import Any
from uuid import UUID

import pytest

from tests.api.table import NOBODYS_ID, Caller, Scene, refused
from tests.fakes.engine import begin, finish
from wrldbldr.engine import Engine


async def painted(owner: Caller, engine: Engine, scene: Scene, **changes: Any) -> dict[str, Any]:
    """A picture, as the API shows it."""
    asked = await owner.post("/api/assets/generate", json=scene.request(count=1, **changes))
    assert asked.status_code == 202, asked.text
    batch_id = UUID(asked.json()["id"])
    await begin(engine, batch_id)
    await finish(engine, batch_id)
    [asset_id] = (await owner.get(f"/api/assets/batch/{batch_id}")).json()["asset_ids"]
    return (await owner.get(f"/api/assets/{asset_id}")).json()


async def asked(owner: Caller, scene: Scene, **changes: Any) -> dict[str, Any]:
    answer = await owner.post("/api/assets/generate", json=scene.request(**changes))
    assert answer.status_code == 202, answer.text
    return answer.json()


async def test_a_batch_says_which_references_it_has_and_how_they_are_applied(
    owner: Caller, engine: Engine, scene: Scene
) -> None:
    one, two = [(await painted(owner, engine, scene))["id"] for _ in range(2)]

    batch = await asked(owner, scene, style_reference_id=one, style_strength=0.4)
    several = await asked(owner, scene, style_reference_ids=[two, one])
    plain = await asked(owner, scene)

    assert batch["style_reference_id"] == one
    assert batch["style_reference_mode"] == "prompt_injection", "the workflow that comes with us has no adapter"
    assert batch["style_strength"] == 0.4
    assert (several["style_reference_id"], several["style_reference_ids"]) == (two, [two, one])
    assert (plain["style_reference_id"], plain["style_reference_mode"], plain["style_reference_ids"]) == (
        None,
        None,
        [],
    )


async def test_the_style_of_a_character_is_taken_unless_a_request_says_null(
    owner: Caller, engine: Engine, scene: Scene
) -> None:
    source = (await painted(owner, engine, scene))["id"]
    path = f"/api/characters/{scene.character_id}"
    changed = await owner.patch(path, json={"style_reference_id": source})
    assert changed.json()["style_reference_id"] == source
    await owner.patch(path, json={"mood": "wary"})

    by_itself = await asked(owner, scene)
    dropped = [
        await asked(owner, scene, **none) for none in ({"style_reference_id": None}, {"style_reference_ids": []})
    ]
    assert (await owner.patch(path, json={"style_reference_id": None})).json()["style_reference_id"] is None

    assert by_itself["style_reference_id"] == source
    assert [batch["style_reference_id"] for batch in dropped] == [None, None]
    assert (await asked(owner, scene))["style_reference_id"] is None


async def test_pictures_are_filtered_by_their_lineage(owner: Caller, engine: Engine, scene: Scene) -> None:
    source = await painted(owner, engine, scene)
    styled = await painted(owner, engine, scene, style_reference_id=source["id"])

    async def ids(**which: Any) -> list[str]:
        answer = await owner.get("/api/assets", params={"world_id": scene.world_id, **which})
        return [item["id"] for item in answer.json()["items"]]

    assert await ids(generated_from_reference=True) == await ids(style_reference_id=source["id"]) == [styled["id"]]
    assert await ids(generated_from_reference=False) == [source["id"]]
    assert await ids(style_reference_id=styled["id"]) == []
    assert styled["style_references"] == [{"id": source["id"], "label": source["label"]}]
    assert (styled["style_reference_id"], styled["style_reference_mode"]) == (source["id"], "prompt_injection")
    assert (source["style_reference_id"], source["style_references"]) == (None, [])

    await owner.delete(f"/api/assets/{source['id']}")
    after = (await owner.patch(f"/api/assets/{styled['id']}", json={"starred": True})).json()
    assert after["style_references"] == [{"id": None, "label": source["label"]}]
    assert await ids(generated_from_reference=True) == [styled["id"]]


@pytest.mark.parametrize(
    "wrong",
    [
        {"style_reference_ids": [NOBODYS_ID] * 2 + [f"{n}f0c7c0e-51ad-4b0e-9f0a-3b1d5a6c7e80" for n in range(1, 5)]},
        {"style_reference_id": NOBODYS_ID, "style_reference_ids": [NOBODYS_ID]},
        {"style_strength": 2},
        {"style_strength": "0.5"},
    ],
)
async def test_what_no_batch_can_have_is_refused(owner: Caller, scene: Scene, wrong: dict[str, Any]) -> None:
    refused(await owner.post("/api/assets/generate", json=scene.request(**wrong)), 422)


async def test_a_picture_that_is_not_theirs_looks_like_none(
    owner: Caller, other: Caller, engine: Engine, scene: Scene
) -> None:
    source = (await painted(owner, engine, scene))["id"]
    world_id = (await other.post("/api/worlds", json={"name": "Elsewhere"})).json()["id"]
    [table] = (await other.get(f"/api/worlds/{world_id}/sessions")).json()["items"]
    somebody = (await other.post(f"/api/worlds/{world_id}/characters", json={"name": "Somebody"})).json()["id"]
    theirs = {**scene.request(), "session_id": table["id"], "entity_id": somebody}

    for reference in (source, NOBODYS_ID):
        refused(await other.post("/api/assets/generate", json={**theirs, "style_reference_id": reference}), 404)
        changes = {"style_reference_id": reference}
        refused(await other.patch(f"/api/characters/{somebody}", json=changes), 404)
        new = {"name": "Nobody", **changes}
        refused(await other.post(f"/api/worlds/{world_id}/characters", json=new), 404)
