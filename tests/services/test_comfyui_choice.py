"""Which ComfyUI was chosen: by the environment or in Settings, and what may be typed there."""

from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wrldbldr.comfyui.transport import Transport
from wrldbldr.domain.comfyui_config import InvalidComfyUISettingsError
from wrldbldr.domain.errors import InvalidInputError
from wrldbldr.domain.server import ServerMemory
from wrldbldr.services.comfyui_choice import BUILT_IN, Choice, chosen, named_in_environment, parse_choice, remember
from wrldbldr.settings import Settings

TOKEN = {"Authorization": "Bearer swordfish"}
STUDIO = Choice("https://studio.example/comfy", TOKEN)
NOTHING = Choice()


@pytest.fixture
def memory() -> ServerMemory:
    return ServerMemory(client_id=uuid4())


def named(url: str = "", **headers: str) -> Choice:
    """What the environment says."""
    return named_in_environment(Settings.model_validate({"comfyui_url": url, "comfyui_headers": headers}))


def refused(raw: dict[str, Any], kept: Choice = STUDIO) -> dict[str, str]:
    """The sentences with which it is refused, by field."""
    with pytest.raises(InvalidComfyUISettingsError) as error:
        parse_choice(raw, kept)
    assert "swordfish" not in str(error.value) + repr(error.value.details)
    return error.value.details


# -- who decides


def test_the_environment_decides_until_somebody_saves_another_address(memory: ServerMemory) -> None:
    environment = named("http://gm:pass@studio-pc:8188/", **{"X-Key": "k"})
    assert chosen(memory, environment) == Choice(
        "http://studio-pc:8188", {"X-Key": "k", "Authorization": "Basic Z206cGFzcw=="}
    )

    remember(memory, STUDIO, environment)

    assert chosen(memory, environment) == STUDIO
    assert "pass" not in memory.environment_url


def test_a_variable_that_names_another_address_decides_again_and_what_was_saved_is_forgotten(
    memory: ServerMemory,
) -> None:
    remember(memory, STUDIO, named("http://first:8188"))

    assert chosen(memory, named("http://second:8188")) == Choice("http://second:8188")
    assert (memory.comfyui_url, memory.comfyui_headers, memory.environment_url) == ("", {}, "")
    assert chosen(memory, named("http://first:8188")) == Choice("http://first:8188")


def test_a_variable_set_after_an_address_was_saved_is_the_later_decision(memory: ServerMemory) -> None:
    remember(memory, STUDIO, NOTHING)

    assert chosen(memory, named("http://second:8188")).url == "http://second:8188"


def test_a_variable_that_is_no_longer_set_decides_nothing(memory: ServerMemory) -> None:
    remember(memory, STUDIO, named("http://first:8188"))

    assert chosen(memory, NOTHING) == STUDIO
    assert chosen(memory, named("http://first:8188")) == STUDIO


def test_to_have_one_looked_for_is_a_decision_too(memory: ServerMemory) -> None:
    environment = named("http://first:8188", **{"X-Key": "k"})
    remember(memory, NOTHING, environment)

    assert chosen(memory, environment) == NOTHING


def test_where_nobody_names_an_address_the_headers_are_those_of_the_environment(memory: ServerMemory) -> None:
    assert chosen(memory, named(**{"X-Key": "k"})) == Choice("", {"X-Key": "k"})


def test_the_built_in_simulator_can_be_named_in_the_environment_and_gets_no_headers() -> None:
    assert named(BUILT_IN, **TOKEN) == Choice(uses_simulator=True)


def test_a_token_changed_in_the_environment_is_the_one_sent_after_something_else_was_saved(
    memory: ServerMemory,
) -> None:
    at_first, later = (named("http://studio:8188", **{"X-Key": key}) for key in ("old", "new"))
    settings = parse_choice(
        {"verify_tls": False, "headers": {"X-Key": None, "X-Own": "mine"}},
        Choice(at_first.url, {"X-Key": "old"}, verify_tls=False),
    )

    remember(memory, settings, at_first)

    assert memory.comfyui_headers == {"X-Own": "mine"}
    assert chosen(memory, at_first) == settings
    assert chosen(memory, later).headers == {"X-Key": "new", "X-Own": "mine"}


def test_a_header_of_the_environment_that_was_removed_in_settings_stays_away(memory: ServerMemory) -> None:
    environment = named("http://studio:8188", **{"X-Key": "k"})
    remember(memory, Choice("http://studio:8188"), environment)

    assert chosen(memory, environment).headers == {}


def test_headers_of_the_environment_go_to_no_address_that_it_does_not_name(memory: ServerMemory) -> None:
    remember(memory, Choice("http://studio:8188", {"X-Key": "k"}), named("http://studio:8188", **{"X-Key": "k"}))

    assert chosen(memory, named(**{"X-Key": "k"})) == Choice("http://studio:8188")


def test_the_simulator_in_place_of_a_comfyui_is_remembered_together_with_that_comfyui(memory: ServerMemory) -> None:
    on_the_simulator = parse_choice({"url": BUILT_IN}, STUDIO)

    remember(memory, on_the_simulator, NOTHING)

    assert (memory.uses_simulator, memory.comfyui_url) == (True, STUDIO.url)
    assert chosen(memory, NOTHING) == on_the_simulator
    assert parse_choice({"url": STUDIO.url}, chosen(memory, NOTHING)) == STUDIO


def test_the_simulator_chosen_where_a_comfyui_was_looked_for_is_remembered(memory: ServerMemory) -> None:
    remember(memory, Choice(uses_simulator=True), NOTHING)

    assert chosen(memory, NOTHING) == Choice(uses_simulator=True)


# -- what may be typed


def test_what_is_left_out_stays() -> None:
    assert parse_choice({}, STUDIO) == STUDIO
    assert parse_choice({"verify_tls": False}, Choice(STUDIO.url)) == Choice(STUDIO.url, verify_tls=False)


@pytest.mark.parametrize("name", ["Authorization", "authorization", " AUTHORIZATION "])
def test_a_null_keeps_the_stored_value_however_the_name_is_written(name: str) -> None:
    assert parse_choice({"headers": {name: None}}, STUDIO) == STUDIO


def test_a_text_replaces_a_value_and_a_name_left_out_is_removed() -> None:
    kept = Choice(STUDIO.url, {**TOKEN, "X-Key": "k"})

    assert parse_choice({"headers": {"authorization": "Basic x", "X-New": " n "}}, kept).headers == {
        "authorization": "Basic x",
        "X-New": "n",
    }


def test_a_null_for_a_name_without_a_stored_value_is_refused() -> None:
    assert refused({"headers": {"X-Key": None}}) == {
        "headers": "There is no stored value for the header x-key: enter one."
    }


@pytest.mark.parametrize(
    "raw",
    [
        {"url": "https://evil.example/comfy", "headers": {"Authorization": None}},
        {"url": "https://evil.example/comfy"},
        {"url": "https://studio.example.evil.example"},
        {"url": "https://studio.example@evil.example", "headers": {"Authorization": None, "X-Key": None}},
        {"url": ""},
        {"url": "http://studio.example/comfy"},
        {"url": "https://studio.example:9999/comfy", "headers": {"Authorization": None}},
        {"verify_tls": False},
        {"url": BUILT_IN, "verify_tls": False},
    ],
    ids=["another_host", "headers_left_out", "a_longer_host", "a_host_before_the_at", "looked_for", "no_longer_https",
         "another_port", "unchecked", "unchecked_by_way_of_the_simulator"],
)  # fmt: skip
def test_stored_values_go_to_no_other_server_and_no_less_safely(raw: dict[str, Any]) -> None:
    kept = Choice(STUDIO.url, {**TOKEN, "X-Key": "swordfish"})

    assert refused(raw, kept)["headers"].endswith("Enter them again, or remove the headers.")


def test_with_its_headers_entered_again_or_removed_another_machine_can_be_named() -> None:
    assert parse_choice({"url": "http://b:1", "headers": {"X": "new"}}, STUDIO) == Choice("http://b:1", {"X": "new"})
    assert parse_choice({"url": "http://b:1", "headers": {}}, STUDIO) == Choice("http://b:1")


@pytest.mark.parametrize("url", ["https://STUDIO.example:443/other", "https://studio.example"])
def test_on_the_same_server_the_path_may_change(url: str) -> None:
    assert parse_choice({"url": url}, STUDIO).headers == TOKEN


def test_stored_values_may_be_sent_encrypted_from_now_on() -> None:
    kept = Choice("http://studio:8188", TOKEN)

    assert parse_choice({"url": "https://studio:8188"}, kept).headers == TOKEN
    assert set(refused({"url": "https://studio"}, kept)) == {"headers"}, "another server of the same machine"


def test_stored_values_do_not_go_to_whatever_is_found_at_the_usual_address() -> None:
    assert set(refused({"url": ""}, Choice("http://127.0.0.1:9000", TOKEN))) == {"headers"}
    assert parse_choice({"url": ""}, Choice("http://127.0.0.1:8188", TOKEN)).headers == TOKEN


def test_a_name_and_password_typed_into_the_address_replace_the_stored_ones_and_vanish_from_it() -> None:
    choice = parse_choice({"url": "https://gm:new@studio.example", "headers": {"Authorization": None}}, STUDIO)

    assert choice == Choice("https://studio.example", {"Authorization": "Basic Z206bmV3"})


def test_the_simulator_takes_no_headers() -> None:
    assert set(refused({"url": BUILT_IN, "headers": {"X": "y"}})) == {"headers"}


@pytest.mark.parametrize("raw", [{}, {"headers": {}}, {"headers": {"Authorization": None}}], ids=str)
def test_the_way_back_from_the_simulator_leads_to_the_stored_address_and_headers(raw: dict[str, Any]) -> None:
    away = parse_choice({"url": BUILT_IN, **raw}, STUDIO)
    assert (away.name, away.address) == (BUILT_IN, None)

    assert parse_choice({"headers": {}}, away) == away, "what is shown is sent back"
    assert parse_choice({"url": STUDIO.url, "headers": {"Authorization": None}}, away) == STUDIO
    assert set(refused({"url": "https://evil.example", "headers": {"Authorization": None}}, away)) == {"headers"}


@pytest.mark.parametrize(
    ("raw", "field"),
    [
        ({"url": 1}, "url"),
        ({"url": None}, "url"),
        ({"url": "ftp://studio.example"}, "url"),
        ({"url": "https://" + "a" * 2000}, "url"),
        ({"url": "https://studio.example/\ud800"}, "url"),
        ({"url": "https://studio.example/\u200b"}, "url"),
        ({"headers": []}, "headers"),
        ({"headers": {"X": 1}}, "headers"),
        ({"headers": {"": "x"}}, "headers"),
        ({"headers": {"\ud800": None}}, "headers"),
        ({"headers": {"X": "a", "x": "b"}}, "headers"),
        ({"headers": {"Host": "x"}}, "headers"),
        ({"headers": {f"X-{n}": "x" for n in range(13)}}, "headers"),
        ({"verify_tls": 1}, "verify_tls"),
        ({"verify_tls": None}, "verify_tls"),
    ],
    ids=str,
)
def test_what_cannot_be_used_is_refused_with_a_sentence(raw: dict[str, Any], field: str) -> None:
    sentences = refused(raw)

    assert set(sentences) == {field}
    assert sentences[field].encode().endswith(b".")


@given(st.text(max_size=40) | st.from_regex(r"(https?://)?[^/\s]{1,20}(:[0-9]{1,6})?(/.{0,9})?", fullmatch=True))
def test_every_address_that_is_taken_can_be_connected_to(url: str) -> None:
    try:
        address = parse_choice({"url": url}, NOTHING).address
    except InvalidInputError:
        return
    if address is not None:
        Transport(address)
        assert address.websocket_url("us").startswith("ws")
