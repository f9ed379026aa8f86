"""Signing in and out, tokens, and who one is."""

from urllib.parse import quote

import httpx
import pytest
from fastapi import FastAPI

from tests.api.table import BASE, OTHER, OWNER, Caller, Calling, refused
from tests.fakes.clock import FakeClock
from wrldbldr.api.identity import COOKIE, secret_from_cookies
from wrldbldr.engine import Engine


async def test_the_first_visit_makes_the_owner_who_is_then_signed_in(nobody: Caller) -> None:
    answer = await nobody.post("/api/auth/setup", json=OWNER)

    assert answer.status_code == 201
    assert answer.json() == (await nobody.get("/api/me")).json()
    assert answer.json()["name"] == OWNER["name"]
    assert answer.json()["role"] == "owner"


async def test_there_is_only_one_first_visit(owner: Caller, nobody: Caller) -> None:
    refused(await nobody.post("/api/auth/setup", json=OTHER), 409, "conflict")
    assert COOKIE not in nobody.cookies


async def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(nobody: Caller) -> None:
    answer = await nobody.post("/api/auth/setup", json=OWNER)

    parts = {part.strip().lower() for part in answer.headers["set-cookie"].split(";")[1:]}
    assert parts == {"httponly", "samesite=lax", "path=/", f"max-age={30 * 24 * 60 * 60}"}


@pytest.mark.parametrize("forwarded", ["https", "HTTPS, http"])
async def test_the_cookie_never_travels_unencrypted_once_the_browser_spoke_https(
    forwarded: str, owner: Caller, nobody: Caller
) -> None:
    answer = await nobody.post("/api/auth/login", json=OWNER, headers={"x-forwarded-proto": forwarded})

    assert "; secure" in answer.headers["set-cookie"].lower()


async def test_a_name_is_recognised_whatever_its_case(owner: Caller, nobody: Caller) -> None:
    answer = await nobody.post("/api/auth/login", json={**OWNER, "name": " aLDWIN "})

    assert answer.status_code == 200
    assert answer.json()["name"] == OWNER["name"]


@pytest.mark.parametrize("wrong", [{"name": "Nobody"}, {"password": "wrong password"}, {"password": ""}, {"name": ""}])
async def test_a_wrong_name_and_a_wrong_password_are_refused_alike(
    wrong: dict[str, str], owner: Caller, nobody: Caller
) -> None:
    answer = await nobody.post("/api/auth/login", json={**OWNER, **wrong})

    assert refused(answer, 401, "unauthenticated") == {}
    assert answer.json()["error"]["message"] == "That name and password do not belong together."
    assert "set-cookie" not in answer.headers


@pytest.mark.parametrize(
    ("bad", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": " \n "}, "name"),
        ({"name": "x" * 10_000}, "name"),
        ({"name": "a\x00b"}, "name"),
        ({"name": 7}, "name"),
        ({"name": None}, "name"),
        ({"password": "short"}, "password"),
        ({"password": "x" * 10_000}, "password"),
        ({"password": ["a lantern at sea"]}, "password"),
        ({"role": "owner"}, "role"),
    ],
)
async def test_a_bad_name_or_password_makes_no_owner(bad: dict[str, object], field: str, nobody: Caller) -> None:
    assert set(refused(await nobody.post("/api/auth/setup", json={**OWNER, **bad}), 422, "invalid_input")) == {field}
    assert (await nobody.post("/api/auth/setup", json=OWNER)).status_code == 201


async def test_a_refused_password_is_not_repeated(nobody: Caller) -> None:
    answer = await nobody.post("/api/auth/setup", json={"name": 1, "password": ["xyzzy-secret"]})

    refused(answer, 422)
    assert "xyzzy" not in answer.text


async def test_signing_out_kills_the_cookie_everywhere(owner: Caller, calling: Calling) -> None:
    stolen = owner.cookies[COOKIE]

    answer = await owner.post("/api/auth/logout")

    assert answer.status_code == 204
    assert COOKIE not in owner.cookies
    async with calling() as thief:
        refused(await thief.get("/api/me", headers={"cookie": f"{COOKIE}={stolen}"}), 401)
        refused(await thief.get("/api/me", headers={"authorization": f"Bearer {stolen}"}), 401)


async def test_a_login_ends_after_thirty_days(owner: Caller, clock: FakeClock) -> None:
    await clock.advance(30 * 24 * 60 * 60 - 1)
    assert (await owner.get("/api/me")).status_code == 200

    await clock.advance(1)
    refused(await owner.get("/api/me"), 401)


async def test_a_token_opens_the_api_for_a_script_and_outlives_the_login(owner: Caller, nobody: Caller) -> None:
    made = await owner.post("/api/tokens", json={"label": "backup"})
    assert made.status_code == 201
    token = made.json()["token"]
    person = (await owner.get("/api/me")).json()
    await owner.post("/api/auth/logout")

    nobody.headers["authorization"] = f"Bearer {token}"

    assert (await nobody.get("/api/me")).json() == person


async def test_a_token_is_shown_once_and_kept_nowhere(owner: Caller, engine: Engine) -> None:
    token = (await owner.post("/api/tokens", json={"label": "backup"})).json()["token"]

    answers = [await owner.get(f"/api/{page}") for page in ("me", "worlds", "workflows", "tokens")]

    assert not any(token in answer.text for answer in answers)
    for file in engine.settings.data_dir.glob("wrldbldr.sqlite3*"):
        assert token.encode() not in file.read_bytes()


@pytest.mark.parametrize("label", ["", "   ", "x" * 10_000, None, 3])
async def test_a_token_needs_a_label_of_sensible_length(label: object, owner: Caller) -> None:
    assert set(refused(await owner.post("/api/tokens", json={"label": label}), 422)) == {"label"}


async def test_a_bad_token_is_not_rescued_by_a_good_cookie(owner: Caller) -> None:
    refused(await owner.get("/api/me", headers={"authorization": "Bearer nonsense"}), 401)
    refused(await owner.get("/api/me", headers={"authorization": "Bearer"}), 401)


async def test_the_password_of_a_server_in_front_does_not_disturb_the_cookie(owner: Caller) -> None:
    assert (await owner.get("/api/me", headers={"authorization": "Basic dXNlcjpwYXNz"})).status_code == 200


@pytest.mark.parametrize(
    ("header", "secret"),
    [
        ("", None),
        ("wrldbldr_login=abc", "abc"),
        ("a=1; wrldbldr_login=abc-_d; b=2", "abc-_d"),
        ("broken;;=;{json}; wrldbldr_login=abc", "abc"),
        ("wrldbldr_login=", None),
        ("wrldbldr_login", None),
        ("not_wrldbldr_login=abc", None),
        (f"a={quote('wrldbldr_login=abc')}", None),
    ],
)
def test_the_secret_is_found_among_other_cookies(header: str, secret: str | None) -> None:
    assert secret_from_cookies(header) == secret


async def test_whoever_guesses_is_told_how_long_to_wait(owner: Caller, nobody: Caller) -> None:
    wrong = {**OWNER, "password": "wrong password"}
    for _ in range(10):
        refused(await nobody.post("/api/auth/login", json=wrong), 401)

    answer = await nobody.post("/api/auth/login", json=OWNER)

    refused(answer, 429, "too_many_attempts")
    assert answer.headers["retry-after"] == "300"


async def test_guesses_are_counted_for_the_address_they_come_from(owner: Caller, api: FastAPI) -> None:
    def at(address: str) -> Caller:
        return httpx.AsyncClient(transport=httpx.ASGITransport(api, client=(address, 5)), base_url=BASE)

    async with at("10.0.0.7") as guesser, at("10.0.0.8") as person:
        for number in range(10):
            refused(await guesser.post("/api/auth/login", json={**OWNER, "name": f"Name {number}"}), 401)
        refused(await guesser.post("/api/auth/login", json=OWNER), 429)
        assert (await person.post("/api/auth/login", json=OWNER)).status_code == 200


async def test_signing_out_takes_the_pictures_out_of_the_browser(owner: Caller) -> None:
    assert (await owner.post("/api/auth/logout")).headers["clear-site-data"] == '"cache"'


async def test_a_password_is_changed_by_whoever_knows_the_old_one(owner: Caller, nobody: Caller) -> None:
    new = {**OWNER, "password": "a harbour in fog"}
    wrong = {"old_password": "not it", "new_password": new["password"]}
    assert set(refused(await owner.post("/api/auth/password", json=wrong), 422)) == {"old_password"}

    changed = await owner.post("/api/auth/password", json={**wrong, "old_password": OWNER["password"]})

    assert changed.status_code == 204
    assert (await owner.get("/api/me")).status_code == 200
    refused(await nobody.post("/api/auth/login", json=OWNER), 401)
    assert (await nobody.post("/api/auth/login", json=new)).status_code == 200


async def test_tokens_are_listed_and_revoked_and_the_secret_is_in_no_list(owner: Caller, nobody: Caller) -> None:
    secret = (await owner.post("/api/tokens", json={"label": "my script"})).json()["token"]
    bearer = {"Authorization": f"Bearer {secret}"}
    listed = await owner.get("/api/tokens")
    assert {(token["label"], token["kind"], token["is_this"]) for token in listed.json()["items"]} == {
        ("my script", "api", False),
        ("Browser", "browser", True),
    }
    assert secret not in listed.text
    assert (await nobody.get("/api/me", headers=bearer)).status_code == 200

    [script] = [token["id"] for token in listed.json()["items"] if token["kind"] == "api"]
    assert (await owner.delete(f"/api/tokens/{script}")).status_code == 204

    refused(await nobody.get("/api/me", headers=bearer), 401)
    refused(await owner.delete(f"/api/tokens/{script}"), 404)
