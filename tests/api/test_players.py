"""Players over REST: a code and a name sit them down; what they may ask is little, and ends when they go."""

from collections.abc import AsyncGenerator
from typing import Any
from uuid import UUID

import pytest

from tests.api.table import NOBODYS_ID, OTHER, Caller, Calling, Scene, refused
from tests.fakes.engine import begin, finish
from wrldbldr.engine import Engine
from wrldbldr.services.players import GUESSES


@pytest.fixture
async def code(owner: Caller, scene: Scene) -> str:
    [table] = (await owner.get(f"/api/worlds/{scene.world_id}/sessions")).json()["items"]
    return table["join_code"]


@pytest.fixture
async def player(calling: Calling, code: str) -> AsyncGenerator[Caller]:
    """A player's browser."""
    async with calling() as client:
        assert (await client.post("/api/auth/join", json={"code": code, "name": "Bram"})).status_code == 201
        yield client


async def chosen_picture(owner: Caller, scene: Scene, engine: Engine) -> UUID:
    """The portrait of the character that its game master set active."""
    batch_id = UUID((await owner.post("/api/assets/generate", json=scene.request())).json()["id"])
    await begin(engine, batch_id)
    [asset_id, *_] = await finish(engine, batch_id)
    assert (await owner.post(f"/api/assets/{asset_id}/activate")).status_code == 200
    return asset_id


async def test_a_code_and_a_name_sit_a_player_down_and_set_a_cookie_that_no_script_reads(
    nobody: Caller, code: str, scene: Scene
) -> None:
    answer = await nobody.post("/api/auth/join", json={"code": code.lower(), "name": "Bram"})

    assert answer.status_code == 201
    assert answer.json().items() >= {"name": "Bram", "role": "player", "session_id": scene.game_session_id}.items()
    [cookie] = answer.headers.get_list("set-cookie")
    assert cookie.startswith("wrldbldr_seat=")
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert (await nobody.get("/api/me")).json() == answer.json()


async def test_over_https_the_cookie_travels_over_https_only(nobody: Caller, code: str) -> None:
    headers = {"x-forwarded-proto": "https"}
    answer = await nobody.post("/api/auth/join", json={"code": code, "name": "Bram"}, headers=headers)

    assert "Secure" in answer.headers["set-cookie"]


@pytest.mark.parametrize(
    ("change", "field"), [({"code": "NOTACODE"}, "code"), ({"name": ""}, "name"), ({"name": "x" * 50}, "name")]
)
async def test_what_is_wrong_is_said_at_its_field(
    change: dict[str, str], field: str, nobody: Caller, code: str
) -> None:
    answer = await nobody.post("/api/auth/join", json={"code": code, "name": "Bram", **change})

    assert set(refused(answer, 422, "invalid_input")) == {field}
    assert "set-cookie" not in answer.headers


async def test_after_many_wrong_codes_an_address_waits(nobody: Caller, code: str) -> None:
    for _ in range(GUESSES):
        refused(await nobody.post("/api/auth/join", json={"code": "NOTACODE", "name": "Bram"}), 422)

    answer = await nobody.post("/api/auth/join", json={"code": code, "name": "Bram"})

    refused(answer, 429, "too_many_attempts")
    assert answer.headers["retry-after"] == "20"


async def test_whoever_leaves_is_nobody_afterwards(player: Caller) -> None:
    assert (await player.post("/api/auth/leave")).status_code == 204
    refused(await player.get("/api/me"), 401, "unauthenticated")


async def test_a_game_master_sees_who_sits_there_and_sends_them_away(
    owner: Caller, player: Caller, scene: Scene
) -> None:
    players = f"/api/sessions/{scene.game_session_id}/players"
    [seat] = (await owner.get(players)).json()["items"]
    assert set(seat) == {"id", "name", "joined_at"}
    assert seat["name"] == "Bram"

    assert (await owner.delete(f"{players}/{seat['id']}")).status_code == 204

    assert (await owner.get(players)).json()["items"] == []
    refused(await player.get("/api/me"), 401, "unauthenticated")
    assert "Max-Age=0" in (await player.post("/api/auth/leave")).headers["set-cookie"]
    refused(await owner.delete(f"{players}/{seat['id']}"), 404, "not_found")


async def test_a_new_code_closes_the_door_for_whoever_only_has_the_old_one(
    owner: Caller, player: Caller, nobody: Caller, scene: Scene, code: str
) -> None:
    changed = (await owner.post(f"/api/sessions/{scene.game_session_id}/code")).json()

    assert changed["join_code"] != code
    refused(await nobody.post("/api/auth/join", json={"code": code, "name": "Cora"}), 422)
    assert (await player.get("/api/me")).json()["name"] == "Bram"


async def test_another_game_masters_table_looks_like_none(other: Caller, scene: Scene, player: Caller) -> None:
    where = f"/api/sessions/{scene.game_session_id}"
    refused(await other.get(f"{where}/players"), 404, "not_found")
    refused(await other.delete(f"{where}/players/{NOBODYS_ID}"), 404, "not_found")
    refused(await other.post(f"{where}/code"), 404, "not_found")


async def test_a_player_gets_the_chosen_picture_of_whom_they_may_know_until_it_is_taken_back(
    owner: Caller, player: Caller, scene: Scene, engine: Engine
) -> None:
    asset_id = await chosen_picture(owner, scene, engine)
    image, character = f"/api/assets/{asset_id}/image", f"/api/characters/{scene.character_id}"
    refused(await player.get(image), 404, "not_found")

    await owner.patch(character, json={"visible_to_players": True})
    seen = await player.get(image)

    assert seen.status_code == 200
    assert seen.headers["cache-control"] == "private, no-cache"
    assert (await player.get(image, headers={"if-none-match": seen.headers["etag"]})).status_code == 304
    await owner.patch(character, json={"visible_to_players": False})
    refused(await player.get(image, headers={"if-none-match": seen.headers["etag"]}), 404, "not_found")


async def test_a_game_master_who_plays_at_anothers_table_sees_both_their_own_things_and_the_tables(
    other: Caller, owner: Caller, scene: Scene, code: str, engine: Engine
) -> None:
    asset_id = await chosen_picture(owner, scene, engine)
    await owner.patch(f"/api/characters/{scene.character_id}", json={"visible_to_players": True})
    refused(await other.get(f"/api/assets/{asset_id}/image"), 404)

    assert (await other.post("/api/auth/join", json={"code": code, "name": "Berta"})).status_code == 201

    assert (await other.get(f"/api/assets/{asset_id}/image")).status_code == 200
    assert (await other.get("/api/me")).json()["name"] == OTHER["name"]
    refused(await other.get(f"/api/characters/{scene.character_id}"), 404)


async def test_what_a_game_master_thinks_of_a_picture_no_player_reads(
    owner: Caller, player: Caller, scene: Scene, engine: Engine
) -> None:
    asset_id = await chosen_picture(owner, scene, engine)
    await owner.patch(f"/api/assets/{asset_id}", json={"tags": ["betrayer"], "rating": 5})
    await owner.patch(f"/api/characters/{scene.character_id}", json={"visible_to_players": True})
    stage = f"/api/sessions/{scene.game_session_id}/stage"
    assert (await owner.post(stage, json={"part": "handout", "asset_id": str(asset_id)})).status_code < 300

    seen = await player.get(stage)

    assert str(asset_id) in seen.text
    assert "betrayer" not in seen.text
    assert "rating" not in seen.text


async def test_nothing_else_of_a_picture_is_a_players(
    owner: Caller, player: Caller, scene: Scene, engine: Engine
) -> None:
    asset_id = await chosen_picture(owner, scene, engine)
    await owner.patch(f"/api/characters/{scene.character_id}", json={"visible_to_players": True})

    requests: list[tuple[str, str, dict[str, Any]]] = [
        ("GET", f"/api/assets/{asset_id}", {}),
        ("PATCH", f"/api/assets/{asset_id}", {"starred": True}),
        ("POST", f"/api/assets/{asset_id}/activate", {}),
        ("DELETE", f"/api/assets/{asset_id}", {}),
    ]
    for method, path, body in requests:
        refused(await player.request(method, path, json=body), 401, "unauthenticated")


@pytest.mark.parametrize("params", [{}, {"download": "1"}, {"size": "full", "download": "true"}, {"size": "256"}])
async def test_no_picture_that_a_player_gets_says_how_it_came_to_be(
    owner: Caller, player: Caller, scene: Scene, engine: Engine, params: dict[str, str]
) -> None:
    asset_id = await chosen_picture(owner, scene, engine)
    await owner.patch(f"/api/characters/{scene.character_id}", json={"visible_to_players": True})
    image, words = f"/api/assets/{asset_id}/image", scene.request()["prompt"].encode()
    assert words in (await owner.get(image, params={"download": 1})).content

    seen = await player.get(image, params=params)

    assert seen.status_code == 200
    for secret in (words, b"parameters", b"wrldbldr", b"portrait", b"tEXt", b"iTXt", b"Exif", b"EXIF"):
        assert secret not in seen.content


async def test_a_game_master_who_plays_at_anothers_table_is_a_player_to_its_pictures(
    other: Caller, owner: Caller, scene: Scene, code: str, engine: Engine
) -> None:
    asset_id = await chosen_picture(owner, scene, engine)
    await owner.patch(f"/api/characters/{scene.character_id}", json={"visible_to_players": True})
    assert (await other.post("/api/auth/join", json={"code": code, "name": "Berta"})).status_code == 201

    seen = await other.get(f"/api/assets/{asset_id}/image", params={"download": 1})

    assert seen.status_code == 200
    assert scene.request()["prompt"].encode() not in seen.content
