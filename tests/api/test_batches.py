"""Asking for pictures, and the queue."""

from typing import Any
from uuid import UUID

import pytest

from tests.api.table import NOBODYS_ID, Caller, Scene, refused
from tests.fakes.engine import begin, fail, finish
from wrldbldr.domain.failure import Failure
from wrldbldr.engine import Engine
from wrldbldr.kit.ids import SEED_LIMIT
from wrldbldr.services.progress import LivePreview, Progress

CONTRACT = (
    "id session_id entity_type entity_id entity_name asset_type status progress position prompt negative_prompt count "
    "seed width height workflow_id workflow_name inputs style_reference_id style_reference_ids "
    "style_reference_mode style_strength attempt error requested_at "
    "started_at completed_at asset_ids ready_in_seconds"
)
FAILURE = Failure(title="A node is missing", message="Install it.", details={"Node": "IPAdapter (15)"})
LONG = "x" * 10_000


async def asked(owner: Caller, scene: Scene, **changes: Any) -> dict[str, Any]:
    answer = await owner.post("/api/assets/generate", json=scene.request(**changes))
    assert answer.status_code == 202, answer.text
    return answer.json()


async def queue(owner: Caller, scene: Scene, **params: str) -> list[str]:
    answer = await owner.get("/api/assets/batch", params={"session_id": scene.game_session_id, **params})
    assert answer.status_code == 200, answer.text
    return [batch["id"] for batch in answer.json()["items"]]


async def test_a_request_to_the_front_comes_before_all_others_of_ones_own(scene: Scene, owner: Caller) -> None:
    waiting = await asked(owner, scene)

    urgent = await asked(owner, scene, to_front=True)

    assert urgent["position"] == 1
    assert await queue(owner, scene) == [urgent["id"], waiting["id"]]


async def test_a_request_becomes_a_batch_with_everything_the_contract_names(scene: Scene, owner: Caller) -> None:
    batch = await asked(owner, scene, seed=7, width=512, height=640)

    assert set(batch) == set(CONTRACT.split())
    expected = {
        "session_id": scene.game_session_id,
        "entity_name": "Ælfgifu the Keeper",
        "status": "queued",
        "progress": 0,
        "position": 1,
        "count": 2,
        "seed": 7,
        "width": 512,
        "height": 640,
        "workflow_name": "portrait",
        "attempt": 1,
        "error": None,
        "requested_at": "2026-01-01T20:00:00+00:00",
        "started_at": None,
        "asset_ids": [],
    }
    assert {**batch, **expected} == batch
    assert (await owner.get(f"/api/assets/batch/{batch['id']}")).json() == batch


async def test_progress_reaches_100_only_when_the_pictures_are_stored(
    scene: Scene, owner: Caller, engine: Engine
) -> None:
    batch_id = UUID((await asked(owner, scene))["id"])
    await begin(engine, batch_id)
    engine.progress.report(batch_id, Progress(percent=40))
    painting = (await owner.get(f"/api/assets/batch/{batch_id}")).json()

    asset_ids = await finish(engine, batch_id)
    engine.progress.forget(batch_id)
    done = (await owner.get(f"/api/assets/batch/{batch_id}")).json()

    assert (painting["status"], painting["progress"]) == ("generating", 40)
    assert (done["status"], done["progress"], done["position"]) == ("ready", 100, 0)
    assert done["asset_ids"] == [str(asset_id) for asset_id in asset_ids]
    assert done["completed_at"] is not None


@pytest.mark.parametrize(
    ("bad", "field"),
    [
        ({"prompt": ""}, "prompt"),
        ({"prompt": "  \n "}, "prompt"),
        ({"prompt": LONG}, "prompt"),
        ({"prompt": 5}, "prompt"),
        ({"prompt": None}, "prompt"),
        ({"negative_prompt": LONG}, "negative_prompt"),
        ({"count": 0}, "count"),
        ({"count": 1000}, "count"),
        ({"count": -1}, "count"),
        ({"count": "2"}, "count"),
        ({"count": 1.5}, "count"),
        ({"count": True}, "count"),
        ({"count": None}, "count"),
        ({"count": 10**40}, "count"),
        ({"seed": -1}, "seed"),
        ({"seed": SEED_LIMIT}, "seed"),
        ({"width": 0}, "width"),
        ({"width": 513}, "width"),
        ({"height": 100_000}, "height"),
        ({"asset_type": "poem"}, "asset_type"),
        ({"entity_type": "world"}, "entity_type"),
        ({"entity_id": "keeper"}, "entity_id"),
        ({"session_id": 12}, "session_id"),
        ({"workflow_id": NOBODYS_ID}, "workflow_id"),
        ({"stlye": "oil"}, "stlye"),
    ],
    ids=lambda value: str(value)[:40],
)
async def test_a_bad_request_is_refused_by_field_and_queues_nothing(
    bad: dict[str, object], field: str, scene: Scene, owner: Caller
) -> None:
    answer = await owner.post("/api/assets/generate", json=scene.request(**bad))

    assert set(refused(answer, 422, "invalid_input")) == {field}
    assert await queue(owner, scene) == []


@pytest.mark.parametrize(("field", "noun"), [("session_id", "game session"), ("entity_id", "character")])
async def test_nothing_is_painted_for_what_is_not_there(field: str, noun: str, scene: Scene, owner: Caller) -> None:
    answer = await owner.post("/api/assets/generate", json=scene.request(**{field: NOBODYS_ID}))

    refused(answer, 404, "not_found")
    assert answer.json()["error"]["message"] == f"There is no such {noun}."


async def test_the_queue_is_listed_in_order_by_status_and_in_pages(scene: Scene, owner: Caller, engine: Engine) -> None:
    ids = [(await asked(owner, scene))["id"] for _ in range(5)]
    await begin(engine, UUID(ids[0]))

    assert await queue(owner, scene) == ids
    assert await queue(owner, scene, status="queued") == ids[1:]
    assert await queue(owner, scene, status="generating") == ids[:1]
    assert await queue(owner, scene, limit="2") == ids[:2]
    assert await queue(owner, scene, limit="2", cursor=ids[1]) == ids[2:4]
    assert await queue(owner, scene, limit="2", cursor=ids[3]) == ids[4:]


async def test_the_last_page_says_that_it_is_the_last(scene: Scene, owner: Caller) -> None:
    ids = [(await asked(owner, scene))["id"] for _ in range(2)]
    params = {"session_id": scene.game_session_id}

    assert (await owner.get("/api/assets/batch", params={**params, "limit": 1})).json()["next_cursor"] == ids[0]
    assert (await owner.get("/api/assets/batch", params={**params, "limit": 2})).json()["next_cursor"] is None


@pytest.mark.parametrize(
    ("params", "field"),
    [
        ({"status": "lost"}, "status"),
        ({"limit": "0"}, "limit"),
        ({"limit": "201"}, "limit"),
        ({"cursor": "x"}, "cursor"),
        ({"cursor": NOBODYS_ID}, "cursor"),
        ({"session_id": "x"}, "session_id"),
    ],
)
async def test_a_bad_question_about_the_queue_is_refused(
    params: dict[str, str], field: str, scene: Scene, owner: Caller
) -> None:
    answer = await owner.get("/api/assets/batch", params={"session_id": scene.game_session_id, **params})

    assert set(refused(answer, 422, "invalid_input")) == {field}


async def test_a_cursor_of_another_table_leads_nowhere(scene: Scene, owner: Caller) -> None:
    batch = await asked(owner, scene)
    table = (await owner.post(f"/api/worlds/{scene.world_id}/sessions", json={"name": "Thursdays"})).json()
    params = {"session_id": table["id"], "cursor": batch["id"]}

    assert set(refused(await owner.get("/api/assets/batch", params=params), 422)) == {"cursor"}


async def test_the_queue_belongs_to_a_table(owner: Caller) -> None:
    assert set(refused(await owner.get("/api/assets/batch"), 422)) == {"session_id"}
    refused(await owner.get("/api/assets/batch", params={"session_id": NOBODYS_ID}), 404)


async def test_a_withdrawn_batch_leaves_the_queue_and_can_be_looked_up(scene: Scene, owner: Caller) -> None:
    first, second = (await asked(owner, scene))["id"], (await asked(owner, scene))["id"]

    cancelled = await owner.delete(f"/api/assets/batch/{first}")

    assert (cancelled.status_code, cancelled.json()["status"]) == (200, "cancelled")
    assert await queue(owner, scene) == [second]
    assert await queue(owner, scene, status="cancelled") == [first]
    refused(await owner.delete(f"/api/assets/batch/{first}"), 409, "illegal_transition")


async def test_a_failed_batch_says_why_and_is_tried_again_with_the_same_parameters(
    scene: Scene, owner: Caller, engine: Engine
) -> None:
    batch = await asked(owner, scene)
    await fail(engine, UUID(batch["id"]), FAILURE)
    failed = (await owner.get(f"/api/assets/batch/{batch['id']}")).json()

    again = await owner.post(f"/api/assets/batch/{batch['id']}/retry")

    assert failed["error"] == {
        "title": "A node is missing",
        "message": "Install it.",
        "details": {"Node": "IPAdapter (15)"},
    }
    assert again.status_code == 202
    assert (again.json()["status"], again.json()["attempt"], again.json()["id"]) == ("queued", 2, batch["id"])
    same = ("prompt", "negative_prompt", "seed", "width", "height", "count", "workflow_id")
    assert [again.json()[field] for field in same] == [batch[field] for field in same]
    refused(await owner.post(f"/api/assets/batch/{batch['id']}/retry"), 409, "illegal_transition")


async def test_clearing_takes_a_batch_off_the_list_and_keeps_its_pictures(
    scene: Scene, owner: Caller, engine: Engine
) -> None:
    batch_id = (await asked(owner, scene))["id"]
    refused(await owner.delete(f"/api/assets/batch/{batch_id}/clear"), 409, "illegal_transition")
    await begin(engine, UUID(batch_id))
    asset_ids = await finish(engine, UUID(batch_id))

    assert (await owner.delete(f"/api/assets/batch/{batch_id}/clear")).status_code == 204

    assert await queue(owner, scene) == []
    assert await queue(owner, scene, status="ready") == []
    for asset_id in asset_ids:
        assert (await owner.get(f"/api/assets/{asset_id}")).status_code == 200


async def test_pages_look_past_batches_that_were_cleared(scene: Scene, owner: Caller, engine: Engine) -> None:
    ids = [(await asked(owner, scene, count=1))["id"] for _ in range(6)]
    for batch_id in ids[:4]:
        await begin(engine, UUID(batch_id))
        await finish(engine, UUID(batch_id))
        await owner.delete(f"/api/assets/batch/{batch_id}/clear")

    assert await queue(owner, scene, limit="1") == [ids[4]]
    assert await queue(owner, scene, limit="2") == ids[4:]


@pytest.mark.parametrize(
    ("statuses", "left"), [(["ready"], "failed"), (["failed"], "ready"), (["ready", "failed"], None)]
)
async def test_many_are_cleared_at_once_by_status(
    statuses: list[str], left: str | None, scene: Scene, owner: Caller, engine: Engine
) -> None:
    ready, failed, waiting = [(await asked(owner, scene))["id"] for _ in range(3)]
    await begin(engine, UUID(ready))
    await finish(engine, UUID(ready))
    await fail(engine, UUID(failed), FAILURE)

    body = {"session_id": scene.game_session_id, "statuses": statuses}
    answer = await owner.post("/api/assets/batch/clear", json=body)

    assert answer.json() == {"cleared": len(statuses)}
    kept = {"ready": [ready], "failed": [failed], None: []}[left]
    assert await queue(owner, scene) == [*kept, waiting]


@pytest.mark.parametrize("statuses", [[], ["queued"], ["cancelled"], ["ready", "x"], "ready", None, [None]])
async def test_only_what_is_done_can_be_cleared(statuses: object, scene: Scene, owner: Caller) -> None:
    body = {"session_id": scene.game_session_id, "statuses": statuses}

    assert set(refused(await owner.post("/api/assets/batch/clear", json=body), 422)) == {"statuses"}


async def test_the_named_ones_come_first_in_that_order_and_the_others_follow(scene: Scene, owner: Caller) -> None:
    first, second, third, fourth = [(await asked(owner, scene))["id"] for _ in range(4)]

    answer = await owner.post("/api/assets/batch/reorder", json={"batch_ids": [fourth, second]})

    assert (answer.status_code, answer.json()) == (200, {"batch_ids": [fourth, second, first, third]})
    assert await queue(owner, scene) == [fourth, second, first, third]
    assert (await owner.get(f"/api/assets/batch/{fourth}")).json()["position"] == 1


async def test_what_waits_no_more_is_left_out_of_the_order(scene: Scene, owner: Caller, engine: Engine) -> None:
    begun, first, second, gone = [(await asked(owner, scene))["id"] for _ in range(4)]
    await begin(engine, UUID(begun))
    await owner.delete(f"/api/assets/batch/{gone}")

    answer = await owner.post("/api/assets/batch/reorder", json={"batch_ids": [gone, second, begun, first, second]})

    assert answer.json() == {"batch_ids": [second, first]}
    assert (await owner.get(f"/api/assets/batch/{begun}")).json()["status"] == "generating"


@pytest.mark.parametrize("batch_ids", [[], ["x"], None, "x", [None]])
async def test_an_order_names_batches(batch_ids: object, owner: Caller) -> None:
    answer = await owner.post("/api/assets/batch/reorder", json={"batch_ids": batch_ids})

    assert {key.partition(".")[0] for key in refused(answer, 422)} == {"batch_ids"}


async def test_an_order_with_an_unknown_batch_in_it_changes_nothing(scene: Scene, owner: Caller, other: Caller) -> None:
    first, second = [(await asked(owner, scene))["id"] for _ in range(2)]

    refused(await owner.post("/api/assets/batch/reorder", json={"batch_ids": [second, NOBODYS_ID]}), 404, "not_found")
    refused(await other.post("/api/assets/batch/reorder", json={"batch_ids": [second]}), 404, "not_found")

    assert await queue(owner, scene) == [first, second]


async def test_the_latest_preview_is_sent_and_never_kept(scene: Scene, owner: Caller, engine: Engine) -> None:
    batch_id = (await asked(owner, scene))["id"]
    path = f"/api/assets/batch/{batch_id}/preview"
    refused(await owner.get(path), 404, "not_found")

    engine.progress.show(UUID(batch_id), LivePreview(3, b"\xff\xd8\xff picture", "image/jpeg"))
    answer = await owner.get(path, params={"n": 3})

    assert answer.content == b"\xff\xd8\xff picture"
    assert answer.headers["content-type"] == "image/jpeg"
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["x-content-type-options"] == "nosniff"


ONE_BATCH = [("GET", ""), ("DELETE", ""), ("POST", "/retry"), ("DELETE", "/clear"), ("GET", "/preview")]


@pytest.mark.parametrize(("method", "below"), ONE_BATCH)
async def test_an_unknown_batch_is_404_and_no_id_is_422(method: str, below: str, owner: Caller) -> None:
    refused(await owner.request(method, f"/api/assets/batch/{NOBODYS_ID}{below}"), 404, "not_found")
    refused(await owner.request(method, f"/api/assets/batch/x{below}"), 422, "invalid_input")


async def test_somebody_elses_queue_looks_like_nothing(
    scene: Scene, owner: Caller, other: Caller, engine: Engine
) -> None:
    batch_id = (await asked(owner, scene))["id"]
    engine.progress.show(UUID(batch_id), LivePreview(1, b"picture", "image/jpeg"))

    for method, below in ONE_BATCH:
        refused(await other.request(method, f"/api/assets/batch/{batch_id}{below}"), 404, "not_found")
    params = {"session_id": scene.game_session_id}
    refused(await other.get("/api/assets/batch", params=params), 404)
    refused(await other.post("/api/assets/batch/clear", json={**params, "statuses": ["ready"]}), 404)
    refused(await other.post("/api/assets/generate", json=scene.request()), 404)
    assert await queue(owner, scene) == [batch_id]
