"""A script’s whole evening."""

from uuid import UUID

from tests.api.table import Caller
from tests.fakes.engine import begin, finish
from wrldbldr.engine import Engine


async def test_a_script_builds_a_world_and_fetches_the_picture_it_asked_for(nobody: Caller, engine: Engine) -> None:
    script = nobody
    await script.post("/api/auth/setup", json={"name": "Aldwin", "password": "a lantern at sea"})
    token = (await script.post("/api/tokens", json={"label": "world builder"})).json()["token"]
    script.cookies.clear()
    script.headers["authorization"] = f"Bearer {token}"

    world = (await script.post("/api/worlds", json={"name": "The Lantern Coast"})).json()
    (table,) = (await script.get(f"/api/worlds/{world['id']}/sessions")).json()["items"]
    keeper = (await script.post(f"/api/worlds/{world['id']}/characters", json={"name": "The Keeper"})).json()
    request = {
        "session_id": table["id"],
        "entity_type": "character",
        "entity_id": keeper["id"],
        "asset_type": "portrait",
        "prompt": "an old keeper of lanterns",
        "count": 1,
    }
    asked = await script.post("/api/assets/generate", json=request)
    assert asked.status_code == 202
    batch = asked.json()
    assert batch["status"] == "queued"

    await begin(engine, UUID(batch["id"]))
    await finish(engine, UUID(batch["id"]))

    done = (await script.get(f"/api/assets/batch/{batch['id']}")).json()
    assert (done["status"], done["progress"]) == ("ready", 100)
    (asset,) = (await script.get("/api/assets", params={"world_id": world["id"]})).json()["items"]
    assert done["asset_ids"] == [asset["id"]]
    picture = await script.get(asset["image_url"])
    assert picture.content.startswith(b"\x89PNG")
    assert (await script.post(f"/api/assets/{asset['id']}/activate")).json()["active"] is True

    assert (await script.delete(f"/api/assets/batch/{batch['id']}/clear")).status_code == 204
    assert (await script.get("/api/assets/batch", params={"session_id": table["id"]})).json()["items"] == []
    assert (await script.get(asset["image_url"])).status_code == 200
    assert (await script.delete(f"/api/worlds/{world['id']}")).status_code == 204
    assert (await script.get(asset["image_url"])).status_code == 404
    assert (await script.post("/api/auth/logout")).status_code == 204
    assert (await script.get("/api/me")).status_code == 401
