"""ComfyUI's settings over REST (US-18A.3, US-18A.5)."""

from typing import Any

import pytest

from tests.api.table import Caller, refused
from tests.fakes.comfyui import FakeComfyUI
from tests.fakes.simulator import SimulatorServer
from wrldbldr.domain.comfyui_config import ComfyUIConfig
from wrldbldr.engine import Engine

ADDRESS = "/api/config/comfyui"
NUMBERS: dict[str, Any] = {
    "max_retries": 3,
    "base_delay_seconds": 5,
    "queue_timeout_seconds": 30,
    "history_timeout_seconds": 10,
    "image_timeout_seconds": 60,
}


async def test_the_settings_are_shown_stored_and_in_force(owner: Caller, engine: Engine) -> None:
    shown = (await owner.get(ADDRESS)).json()
    assert shown == {
        **NUMBERS,
        "stall_timeout_seconds": 900,
        "url": "http://comfyui.test:8188",
        "headers": {},
        "verify_tls": True,
    }

    changed = await owner.put(ADDRESS, json={**NUMBERS, "max_retries": 5, "base_delay_seconds": 30})

    assert changed.status_code == 200
    assert changed.json() == (await owner.get(ADDRESS)).json() == {**shown, "max_retries": 5, "base_delay_seconds": 30}
    assert engine.comfyui.config() == ComfyUIConfig(max_retries=5, base_delay_seconds=30)


async def test_of_a_header_only_the_name_is_told_and_the_answer_can_be_sent_back(
    owner: Caller, comfyui: FakeComfyUI
) -> None:
    body = {**NUMBERS, "url": "https://gm:hunter2@studio.example", "headers": {"X-Token": "swordfish"}}

    answer = await owner.put(ADDRESS, json=body)

    assert answer.json()["url"] == "https://studio.example"
    assert answer.json()["headers"] == {"X-Token": None, "Authorization": None}
    assert "swordfish" not in answer.text
    assert (await owner.put(ADDRESS, json=answer.json())).json() == answer.json()
    assert len(comfyui.moves) == 1
    assert comfyui.moves[0].headers == {"X-Token": "swordfish", "Authorization": "Basic Z206aHVudGVyMg=="}


@pytest.mark.parametrize("field", NUMBERS)
@pytest.mark.parametrize("value", [0, -1, 4000, 3.0, "3", True, None, [], "absent"])
async def test_a_bad_number_is_refused_with_a_sentence_and_changes_nothing(
    field: str, value: object, owner: Caller
) -> None:
    before = (await owner.get(ADDRESS)).json()
    body = {**NUMBERS, "max_retries": 1, field: value}
    if value == "absent":
        del body[field]

    details = refused(await owner.put(ADDRESS, json=body), 422, "invalid_input")

    assert set(details) == {field}
    assert details[field].endswith(".")
    assert (await owner.get(ADDRESS)).json() == before


@pytest.mark.parametrize("value", [0, -1, 100_000, 900.0, "900", True, None, [], {}])
async def test_a_bad_time_without_a_sign_of_life_is_refused_with_a_sentence_and_changes_nothing(
    value: object, owner: Caller
) -> None:
    before = (await owner.get(ADDRESS)).json()

    body = {**NUMBERS, "max_retries": 1, "stall_timeout_seconds": value}
    details = refused(await owner.put(ADDRESS, json=body), 422, "invalid_input")

    assert details == {
        "stall_timeout_seconds": "The time without a sign of life must be a whole number of seconds from 5 to 86400."
    }
    assert (await owner.get(ADDRESS)).json() == before


@pytest.mark.parametrize(
    ("field", "inside", "outside"),
    [("max_retries", (1, 5), (0, 6)), ("base_delay_seconds", (1, 30), (0, 31)),
     ("queue_timeout_seconds", (1, 3600), (0, 3601)), ("stall_timeout_seconds", (5, 86_400), (4, 86_401))],
)  # fmt: skip
async def test_the_limits_themselves_are_taken_and_the_next_number_is_not(
    field: str, inside: tuple[int, int], outside: tuple[int, int], owner: Caller
) -> None:
    for value in inside:
        assert (await owner.put(ADDRESS, json={**NUMBERS, field: value})).json()[field] == value
    for value in outside:
        details = refused(await owner.put(ADDRESS, json={**NUMBERS, field: value}), 422, "invalid_input")
        assert set(details) == {field}


async def test_without_any_field_each_that_must_be_there_has_its_sentence(owner: Caller) -> None:
    before = (await owner.get(ADDRESS)).json()

    details = refused(await owner.put(ADDRESS, json={}), 422, "invalid_input")

    assert set(details) == set(NUMBERS)
    assert all(sentence.endswith(".") for sentence in details.values())
    assert (await owner.get(ADDRESS)).json() == before


async def test_a_field_that_nobody_knows_is_refused_by_its_name_and_changes_nothing(owner: Caller) -> None:
    before = (await owner.get(ADDRESS)).json()

    details = refused(await owner.put(ADDRESS, json={**NUMBERS, "max_retries": 1, "colour": 4}), 422, "invalid_input")

    assert details == {"colour": 'There is no ComfyUI setting "colour".'}
    assert (await owner.get(ADDRESS)).json() == before


async def test_every_bad_field_has_a_sentence_of_its_own(owner: Caller) -> None:
    before = (await owner.get(ADDRESS)).json()
    body = {**NUMBERS, "max_retries": 9, "url": 1, "headers": 2, "verify_tls": 3, "colour": 4}

    details = refused(await owner.put(ADDRESS, json=body), 422, "invalid_input")

    assert set(details) == {"max_retries", "url", "headers", "verify_tls", "colour"}
    assert all(sentence.endswith(".") for sentence in details.values())
    assert (await owner.get(ADDRESS)).json() == before


@pytest.mark.parametrize("body", [b"[]", b"3", b'"x"', b"null", b"{", b"", b'{"\\ud800": 1}', b'{"url": "\\ud800"}'])
@pytest.mark.parametrize("address", [ADDRESS, f"{ADDRESS}/test"])
async def test_what_is_no_object_is_refused_with_a_sentence(address: str, body: bytes, owner: Caller) -> None:
    method = "PUT" if address == ADDRESS else "POST"

    assert refused(
        await owner.request(method, address, content=body, headers={"content-type": "application/json"}), 422
    )


async def test_another_address_shows_in_the_status_at_once(owner: Caller, comfyui: FakeComfyUI, engine: Engine) -> None:
    await owner.put(ADDRESS, json={**NUMBERS, "url": "http://studio-pc:8188"})

    assert engine.connection.status().url == "http://studio-pc:8188"
    assert (await owner.get("/api/status/comfyui")).json()["state"] == "connected"


async def test_a_game_master_who_is_not_the_owner_may_look_only(other: Caller) -> None:
    assert (await other.get(ADDRESS)).status_code == 200
    refused(await other.put(ADDRESS, json=NUMBERS), 403, "forbidden")
    refused(await other.post(f"{ADDRESS}/test", json={}), 403, "forbidden")


async def test_an_address_is_tried_without_changing_anything(owner: Caller) -> None:
    async with SimulatorServer() as server:
        found = (await owner.post(f"{ADDRESS}/test", json={"url": server.url})).json()

    fields = "is_ok title sentence version devices queue_remaining simulated websocket_ok"
    assert set(found) == set(fields.split())
    assert (found["is_ok"], found["simulated"], found["websocket_ok"]) == (True, True, True)
    assert (await owner.get(ADDRESS)).json()["url"] == "http://comfyui.test:8188"
    refused(await owner.post(f"{ADDRESS}/test", json={"url": "x", "max_retries": 3}), 422, "invalid_input")


async def test_comfyui_is_asked_at_once_when_a_game_master_does_not_want_to_wait(
    other: Caller, comfyui: FakeComfyUI, engine: Engine
) -> None:
    async def come_back() -> None:
        comfyui.come_back()

    engine.connection._probe = come_back
    comfyui.go_down()

    answer = await other.post("/api/status/comfyui/retry")

    assert (answer.status_code, answer.json()["state"]) == (200, "connected")
    assert answer.json() == (await other.get("/api/status/comfyui")).json()


async def test_the_description_says_what_is_taken_and_shows_no_secret(owner: Caller) -> None:
    document = (await owner.get("/api/openapi.json")).json()

    body = document["components"]["schemas"]["ComfyUISettingsIn"]
    assert body["required"] == list(NUMBERS)
    assert set(body["properties"]) == {*NUMBERS, "stall_timeout_seconds", "url", "headers", "verify_tls"}
    assert body["properties"]["max_retries"]["maximum"] == 5
    put = document["paths"][ADDRESS]["put"]
    assert put["requestBody"]["content"]["application/json"]["schema"]["$ref"].endswith("/ComfyUISettingsIn")
    for path in (ADDRESS, f"{ADDRESS}/test", "/api/status/comfyui/retry"):
        for operation in document["paths"][path].values():
            assert "$ref" in operation["responses"]["200"]["content"]["application/json"]["schema"]
