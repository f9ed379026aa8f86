"""Browsers say much, and each says that it is the others too."""

import pytest

from wrldbldr.api.browser_name import browser_name

WEBKIT = "AppleWebKit/537.36 (KHTML, like Gecko)"


@pytest.mark.parametrize(
    ("user_agent", "name"),
    [
        ("Mozilla/5.0 (X11; Linux x86_64; rv:132.0) Gecko/20100101 Firefox/132.0", "Firefox on Linux"),
        (f"Mozilla/5.0 (X11; Linux x86_64) {WEBKIT} HeadlessChrome/130.0 Safari/537.36", "Chrome on Linux"),
        (f"Mozilla/5.0 (Windows NT 10.0) {WEBKIT} Chrome/130.0 Safari/537.36 Edg/130.0", "Edge on Windows"),
        (f"Mozilla/5.0 (Windows NT 10.0) {WEBKIT} Chrome/130.0 Safari/537.36 OPR/115.0", "Opera on Windows"),
        (f"Mozilla/5.0 (Macintosh; Intel Mac OS X) {WEBKIT} Version/18 Safari/605.1", "Safari on Mac"),
        (f"Mozilla/5.0 (iPhone; CPU iPhone OS 18) {WEBKIT} CriOS/130 Mobile Safari/604.1", "Chrome on iPhone"),
        ("python-httpx/0.28", "Browser"),
        ("", "Browser"),
        ("x" * 100_000 + "Firefox", "Browser"),
        ("<script>Linux", "Browser on Linux"),
    ],
)
def test_a_browser_is_called_as_people_call_it(user_agent: str, name: str) -> None:
    assert browser_name(user_agent) == name
