"""Accounts by script: for owners, and in force at once."""

import pytest

from tests.api.table import NOBODYS_ID, OTHER, OWNER, Caller, Calling, Scene, refused
from wrldbldr.api.identity import COOKIE

PASSWORD = "a harbour in fog"
VERBS = [
    ("GET", "/api/accounts", None),
    ("POST", "/api/accounts", {"name": "Edda", "password": PASSWORD}),
    ("PATCH", "/api/accounts/{}", {"role": "owner"}),
    ("DELETE", "/api/accounts/{}", None),
]


@pytest.fixture
async def berta(owner: Caller) -> str:
    """A game master's id."""
    answer = await owner.post("/api/accounts", json=OTHER)
    assert answer.status_code == 201
    return answer.json()["id"]


@pytest.fixture
async def hers(berta: str, nobody: Caller) -> Caller:
    """Her browser."""
    assert (await nobody.post("/api/auth/login", json=OTHER)).status_code == 200
    return nobody


async def test_an_owner_adds_a_game_master_who_is_listed_with_the_number_of_her_worlds(
    owner: Caller, scene: Scene, hers: Caller
) -> None:
    await hers.post("/api/worlds", json={"name": "The Salt Road"})

    first = (await owner.get("/api/accounts", params={"limit": 1})).json()
    second = (await owner.get("/api/accounts", params={"limit": 1, "cursor": first["next_cursor"]})).json()

    assert second["next_cursor"] is None
    listed = {account["name"]: account for account in [*first["items"], *second["items"]]}
    assert {name: (one["role"], one["world_count"]) for name, one in listed.items()} == {
        "Aldwin": ("owner", 1),
        "Berta": ("dm", 1),
    }
    assert set(listed["Berta"]) == {"id", "name", "role", "created_at", "world_count"}
    assert listed["Berta"]["created_at"].endswith("+00:00")


@pytest.mark.parametrize(("method", "path", "body"), VERBS)
async def test_a_game_master_is_refused_everything_about_accounts(
    method: str, path: str, body: dict[str, str] | None, hers: Caller, berta: str
) -> None:
    for an_id in (berta, NOBODYS_ID):
        answer = await hers.request(method, path.format(an_id), json=body)
        assert refused(answer, 403, "forbidden") == {}
        assert answer.json()["error"]["message"] == "Only an owner of this WrldBldr manages its accounts."


async def test_a_name_that_is_taken_is_a_conflict_at_its_field(owner: Caller, berta: str) -> None:
    again = await owner.post("/api/accounts", json={**OTHER, "name": "bERTA"})
    renamed = await owner.patch(f"/api/accounts/{berta}", json={"name": OWNER["name"]})

    for answer in (again, renamed):
        assert set(refused(answer, 409, "conflict")) == {"name"}


@pytest.mark.parametrize(
    ("bad", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": 7}, "name"),
        ({"password": "short"}, "password"),
        ({"password": None}, "password"),
        ({"role": "owner"}, "role"),
    ],
)
async def test_a_bad_value_makes_no_account(owner: Caller, bad: dict[str, object], field: str) -> None:
    assert set(refused(await owner.post("/api/accounts", json={**OTHER, **bad}), 422, "invalid_input")) == {field}
    assert len((await owner.get("/api/accounts")).json()["items"]) == 1


@pytest.mark.parametrize(
    ("bad", "field"),
    [({"role": "king"}, "role"), ({"password": "short"}, "password"), ({"name": " "}, "name"), ({"id": "x"}, "id")],
)
async def test_a_bad_change_changes_nothing(owner: Caller, berta: str, bad: dict[str, str], field: str) -> None:
    before = (await owner.get("/api/accounts")).json()

    assert set(refused(await owner.patch(f"/api/accounts/{berta}", json=bad), 422, "invalid_input")) == {field}

    assert (await owner.get("/api/accounts")).json() == before


async def test_a_change_answers_with_the_account_and_leaves_the_rest_as_it_was(owner: Caller, berta: str) -> None:
    renamed = (await owner.patch(f"/api/accounts/{berta}", json={"name": "Berta the Bold"})).json()
    promoted = (await owner.patch(f"/api/accounts/{berta}", json={"role": "owner"})).json()

    assert (renamed["name"], renamed["role"]) == ("Berta the Bold", "dm")
    assert promoted == {**renamed, "role": "owner"}


async def test_an_unknown_account_is_not_found(owner: Caller) -> None:
    refused(await owner.patch(f"/api/accounts/{NOBODYS_ID}", json={"role": "owner"}), 404, "not_found")
    refused(await owner.delete(f"/api/accounts/{NOBODYS_ID}"), 404, "not_found")


async def test_the_last_owner_can_neither_step_down_nor_go(owner: Caller, berta: str) -> None:
    mine = (await owner.get("/api/me")).json()["id"]

    refused(await owner.patch(f"/api/accounts/{mine}", json={"role": "dm"}), 409, "conflict")
    refused(await owner.delete(f"/api/accounts/{mine}"), 409, "conflict")
    assert set(refused(await owner.patch(f"/api/accounts/{mine}", json={"password": PASSWORD}), 422)) == {"password"}


async def test_another_password_shuts_out_whoever_is_in_and_lets_its_person_in(
    owner: Caller, hers: Caller, berta: str, calling: Calling
) -> None:
    token = (await hers.post("/api/tokens", json={"label": "my script"})).json()["token"]

    assert (await owner.patch(f"/api/accounts/{berta}", json={"password": PASSWORD})).status_code == 200

    refused(await hers.get("/api/me"), 401)
    async with calling() as caller:
        refused(await caller.get("/api/me", headers={"authorization": f"Bearer {token}"}), 401)
        refused(await caller.post("/api/auth/login", json=OTHER), 401)
        assert (await caller.post("/api/auth/login", json={**OTHER, "password": PASSWORD})).status_code == 200


async def test_who_is_removed_opens_nothing_and_her_worlds_are_gone(owner: Caller, hers: Caller, berta: str) -> None:
    world = (await hers.post("/api/worlds", json={"name": "The Salt Road"})).json()["id"]

    assert (await owner.delete(f"/api/accounts/{berta}")).status_code == 204

    for path in ("/api/me", f"/api/worlds/{world}"):
        refused(await hers.get(path), 401)
    refused(await hers.post("/api/auth/login", json=OTHER), 401)
    refused(await owner.delete(f"/api/accounts/{berta}"), 404)


async def test_a_browser_is_listed_as_people_call_it_and_nothing_it_sent_is_repeated(
    owner: Caller, nobody: Caller
) -> None:
    sent = (
        "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0 Mobile Safari/537.36 <b>"
    )
    assert (await nobody.post("/api/auth/login", json=OWNER, headers={"user-agent": sent})).cookies[COOKIE]

    labels = [token["label"] for token in (await owner.get("/api/tokens")).json()["items"]]

    assert sorted(labels) == ["Browser", "Chrome on Android"]
