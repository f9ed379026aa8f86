"""Where ComfyUI is, whatever way a person writes it."""

import pytest

from wrldbldr.comfyui.address import connection_settings
from wrldbldr.domain.errors import InvalidInputError


@pytest.mark.parametrize(
    ("written", "tidy"),
    [
        ("127.0.0.1:8188", "http://127.0.0.1:8188"),
        (" http://localhost:8188/ ", "http://localhost:8188"),
        ("http://0.0.0.0:8188", "http://127.0.0.1:8188"),
        ("http://[::]:8188", "http://[::1]:8188"),
        ("http://[fe80::1]:8188", "http://[fe80::1]:8188"),
        ("https://studio.example.com/comfy/", "https://studio.example.com/comfy"),
        ("https://studio.example.com/a/b//", "https://studio.example.com/a/b"),
        ("ws://10.0.0.2:8188", "http://10.0.0.2:8188"),
        ("HTTPS://Studio.Example.com", "https://studio.example.com"),
        ("http://bücher.example", "http://bücher.example"),
        ("http://painting_pc:8188", "http://painting_pc:8188"),
        ("https://studio.example.com/comfy?token=x#y", "https://studio.example.com/comfy"),
    ],
)
def test_an_address_is_put_in_order_and_its_path_prefix_kept(written: str, tidy: str) -> None:
    assert connection_settings(written).url == tidy


@pytest.mark.parametrize(
    "written",
    [
        "",
        "http://",
        "ftp://host",
        "http://host:99999",
        "http://a b",
        "file:///etc/passwd",
        "http://xn--a",
        "http://a..b",
        f"http://{'a' * 64}.example",
    ],
)
def test_what_is_no_address_is_refused_with_a_sentence(written: str) -> None:
    with pytest.raises(InvalidInputError) as refused:
        connection_settings(written)
    assert refused.value.field == "url"


@pytest.mark.parametrize(
    ("url", "websocket"),
    [
        ("http://127.0.0.1:8188", "ws://127.0.0.1:8188/ws?clientId=me"),
        ("https://studio.example.com/comfy", "wss://studio.example.com/comfy/ws?clientId=me"),
    ],
)
def test_the_websocket_lies_under_the_same_prefix(url: str, websocket: str) -> None:
    assert connection_settings(url).websocket_url("me") == websocket


@pytest.mark.parametrize(
    ("url", "is_local"),
    [
        ("http://127.0.0.1:8188", True),
        ("http://localhost:8188", True),
        ("http://[::1]:8188", True),
        ("http://192.168.1.20:8188", True),
        ("http://painter:8188", True),
        ("http://painter.local:8188", True),
        ("https://studio.example.com", False),
        ("http://8.8.8.8", False),
    ],
)
def test_only_a_far_address_goes_through_the_environments_proxy(url: str, is_local: bool) -> None:
    assert connection_settings(url).is_local is is_local


def test_a_name_and_password_in_the_address_become_a_header_and_vanish_from_it() -> None:
    settings = connection_settings("https://gm:p%40ss@studio.example.com/comfy")
    assert settings.url == "https://studio.example.com/comfy"
    assert settings.headers == {"Authorization": "Basic Z206cEBzcw=="}


def test_a_configured_authorization_wins_over_the_addresss() -> None:
    settings = connection_settings("https://gm:pass@studio.example.com", {"authorization": "Bearer token"})
    assert settings.headers == {"authorization": "Bearer token"}


def test_headers_are_never_shown() -> None:
    assert "token" not in repr(connection_settings("http://studio.example.com", {"Authorization": "Bearer token"}))


@pytest.mark.parametrize(
    "headers",
    [
        {"": "x"},
        {"a b": "x"},
        {"X" * 61: "x"},
        {"X": "a\r\nb: c"},
        {"X": "ü"},
        {"X": "x" * 8001},
        {"X": "a", "x": "b"},
        {"Origin": "http://x"},
        {"host": "x"},
        {"Sec-WebSocket-Protocol": "x"},
    ],
)
def test_headers_that_cannot_or_must_not_be_sent_are_refused(headers: dict[str, str]) -> None:
    with pytest.raises(InvalidInputError) as refused:
        connection_settings("http://studio.example.com", headers)
    assert refused.value.field == "headers"
