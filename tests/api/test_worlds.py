"""Worlds, and who and what is in them."""

from typing import Any

import pytest

from tests.api.table import NOBODYS_ID, Caller, Scene, refused

LONG = "x" * 10_000
KINDS = ["characters", "locations"]
BAD_NAMES = ["", "  ", LONG, None, 5, ["a"], "bell\x07"]


async def test_a_world_starts_with_one_table_that_has_a_code_to_join(owner: Caller) -> None:
    made = await owner.post("/api/worlds", json={"name": "  The  Lantern Coast ", "motto": "Keep the light."})

    assert made.status_code == 201
    world = made.json()
    assert (world["name"], world["motto"]) == ("The Lantern Coast", "Keep the light.")
    assert world["created_at"] == "2026-01-01T20:00:00+00:00"
    assert (await owner.get(f"/api/worlds/{world['id']}")).json() == world
    (table,) = (await owner.get(f"/api/worlds/{world['id']}/sessions")).json()["items"]
    assert set(table) == {"id", "name", "join_code"}
    assert len(table["join_code"]) == 8


async def test_the_list_of_worlds_counts_what_is_in_them(scene: Scene, owner: Caller) -> None:
    await owner.post("/api/assets/generate", json=scene.request())

    (world,) = (await owner.get("/api/worlds")).json()["items"]

    assert (world["character_count"], world["location_count"], world["waiting_count"]) == (1, 1, 1)


async def test_a_world_is_changed_field_by_field(scene: Scene, owner: Caller) -> None:
    path = f"/api/worlds/{scene.world_id}"

    changed = await owner.patch(path, json={"motto": "Mind the stair."})

    assert changed.json()["motto"] == "Mind the stair."
    assert changed.json()["name"] == "The Lantern Coast"
    assert (await owner.get(path)).json() == changed.json()


async def test_a_world_takes_everything_in_it_along(scene: Scene, owner: Caller) -> None:
    assert (await owner.delete(f"/api/worlds/{scene.world_id}")).status_code == 204

    refused(await owner.get(f"/api/worlds/{scene.world_id}"), 404)
    refused(await owner.get(f"/api/characters/{scene.character_id}"), 404)
    assert (await owner.get("/api/worlds")).json() == {"items": [], "next_cursor": None}


async def test_a_world_can_have_more_tables(scene: Scene, owner: Caller) -> None:
    made = await owner.post(f"/api/worlds/{scene.world_id}/sessions", json={"name": "Thursdays"})

    assert made.status_code == 201
    tables = (await owner.get(f"/api/worlds/{scene.world_id}/sessions")).json()["items"]
    assert {table["name"] for table in tables} == {"The first table", "Thursdays"}


@pytest.mark.parametrize(
    ("kind", "extra"),
    [("characters", {"mood": "wary", "immediate_goal": "light the lamp"}), ("locations", {})],
)
async def test_somebody_or_somewhere_is_made_changed_and_removed(
    kind: str, extra: dict[str, str], scene: Scene, owner: Caller
) -> None:
    wanted = {"name": "Vess", "description": "Old.", "visible_to_players": True, **extra}
    made = await owner.post(f"/api/worlds/{scene.world_id}/{kind}", json=wanted)
    assert made.status_code == 201
    entity: dict[str, Any] = made.json()
    assert {**entity, **wanted} == entity
    assert entity["world_id"] == scene.world_id

    path = f"/api/{kind}/{entity['id']}"
    assert (await owner.get(path)).json() == entity
    changed = await owner.patch(path, json={"name": "Vess the Elder", "visible_to_players": False})
    assert changed.json() == {**entity, "name": "Vess the Elder", "visible_to_players": False}
    names = [one["name"] for one in (await owner.get(f"/api/worlds/{scene.world_id}/{kind}")).json()["items"]]
    assert "Vess the Elder" in names

    assert (await owner.delete(path)).status_code == 204
    refused(await owner.get(path), 404, "not_found")


async def test_a_location_has_no_mood(scene: Scene, owner: Caller) -> None:
    body = {"name": "Quay", "mood": "foggy"}

    assert set(refused(await owner.post(f"/api/worlds/{scene.world_id}/locations", json=body), 422)) == {"mood"}


@pytest.mark.parametrize("name", BAD_NAMES)
async def test_a_world_needs_a_name_that_fits(name: object, scene: Scene, owner: Caller) -> None:
    assert set(refused(await owner.post("/api/worlds", json={"name": name}), 422, "invalid_input")) == {"name"}
    if name is not None:
        refused(await owner.patch(f"/api/worlds/{scene.world_id}", json={"name": name}), 422)
    refused(await owner.post(f"/api/worlds/{scene.world_id}/sessions", json={"name": name}), 422)
    assert (await owner.get(f"/api/worlds/{scene.world_id}")).json()["name"] == "The Lantern Coast"


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", BAD_NAMES)
async def test_somebody_or_somewhere_needs_a_name_that_fits(
    name: object, kind: str, scene: Scene, owner: Caller
) -> None:
    answer = await owner.post(f"/api/worlds/{scene.world_id}/{kind}", json={"name": name})

    assert set(refused(answer, 422, "invalid_input")) == {"name"}


@pytest.mark.parametrize("field", ["description", "mood", "immediate_goal"])
async def test_texts_have_limits(field: str, scene: Scene, owner: Caller) -> None:
    answer = await owner.patch(f"/api/characters/{scene.character_id}", json={field: LONG})

    assert set(refused(answer, 422, "invalid_input")) == {field}


async def test_text_that_is_half_a_character_is_refused(owner: Caller) -> None:
    content = b'{"name": "\\ud800"}'

    answer = await owner.post("/api/worlds", content=content, headers={"content-type": "application/json"})

    assert set(refused(answer, 422)) == {"name"}


@pytest.mark.parametrize("value", ["yes", 1, "true", []])
async def test_visible_is_true_or_false_and_nothing_like_it(value: object, scene: Scene, owner: Caller) -> None:
    body = {"visible_to_players": value}

    answer = await owner.patch(f"/api/characters/{scene.character_id}", json=body)

    assert refused(answer, 422) == {"visible_to_players": "The visible to players must be true or false."}


@pytest.mark.parametrize("body", [[], "text", 3, None, [{"name": "a"}]])
async def test_a_body_that_is_no_object_is_refused_in_a_sentence(body: object, owner: Caller) -> None:
    assert set(refused(await owner.post("/api/worlds", json=body), 422, "invalid_input")) == {"body"}


async def test_several_mistakes_are_told_at_once(scene: Scene, owner: Caller) -> None:
    answer = await owner.post("/api/worlds", json={"nmae": "x", "motto": 4})

    assert refused(answer, 422) == {
        "name": "The name is missing.",
        "motto": "The motto must be text.",
        "nmae": 'There is no field "nmae" here.',
    }


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/api/worlds/{id}"),
        ("PATCH", "/api/worlds/{id}"),
        ("DELETE", "/api/worlds/{id}"),
        ("GET", "/api/worlds/{id}/characters"),
        ("GET", "/api/worlds/{id}/locations"),
        ("GET", "/api/worlds/{id}/sessions"),
        ("GET", "/api/characters/{id}"),
        ("PATCH", "/api/characters/{id}"),
        ("DELETE", "/api/characters/{id}"),
        ("GET", "/api/locations/{id}"),
        ("PATCH", "/api/locations/{id}"),
        ("DELETE", "/api/locations/{id}"),
    ],
)
async def test_an_unknown_id_is_404_and_no_id_is_422(method: str, path: str, owner: Caller) -> None:
    body = {"name": "x"} if method == "PATCH" else None

    refused(await owner.request(method, path.format(id=NOBODYS_ID), json=body), 404, "not_found")
    (sentence,) = refused(await owner.request(method, path.format(id="not-an-id"), json=body), 422).values()
    assert sentence.endswith("is not an id.")


async def test_what_belongs_to_somebody_else_looks_like_nothing(scene: Scene, other: Caller) -> None:
    world, character, location = (
        f"/api/worlds/{scene.world_id}",
        f"/api/characters/{scene.character_id}",
        f"/api/locations/{scene.location_id}",
    )
    name = {"name": "mine now"}
    answers = [
        *[await other.get(path) for path in (world, character, location)],
        *[await other.get(f"{world}/{below}") for below in ("characters", "locations", "sessions")],
        *[await other.patch(path, json=name) for path in (world, character, location)],
        *[await other.post(f"{world}/{below}", json=name) for below in ("characters", "locations", "sessions")],
        *[await other.delete(path) for path in (world, character, location)],
    ]

    for answer in answers:
        refused(answer, 404, "not_found")
    assert (await other.get("/api/worlds")).json()["items"] == []


async def test_a_list_comes_in_pages_that_miss_and_repeat_nothing(scene: Scene, owner: Caller) -> None:
    for number in range(6):
        await owner.post(f"/api/worlds/{scene.world_id}/characters", json={"name": f"Extra {number}"})
    path = f"/api/worlds/{scene.world_id}/characters"
    everybody = [one["id"] for one in (await owner.get(path)).json()["items"]]

    met: list[str] = []
    cursor: dict[str, str] = {}
    while True:
        page = (await owner.get(path, params={"limit": 3, **cursor})).json()
        met += [one["id"] for one in page["items"]]
        if page["next_cursor"] is None:
            break
        assert len(page["items"]) == 3
        cursor = {"cursor": page["next_cursor"]}

    assert met == everybody
    assert len(met) == 7


@pytest.mark.parametrize("limit", ["0", "201", "-1", "many", ""])
async def test_a_page_has_1_to_200_items(limit: str, owner: Caller) -> None:
    assert set(refused(await owner.get("/api/worlds", params={"limit": limit}), 422)) == {"limit"}


@pytest.mark.parametrize("cursor", ["nonsense", NOBODYS_ID, "'; drop table world"])
async def test_a_cursor_that_leads_nowhere_is_refused(cursor: str, owner: Caller) -> None:
    assert set(refused(await owner.get("/api/worlds", params={"cursor": cursor}), 422)) == {"cursor"}
