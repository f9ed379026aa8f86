"""Pages are drawn without a server: what they link to exists, and none opens unguarded."""

import re

import pytest
import reflex as rx
from reflex_components_core.core.upload import Upload

from wrldbldr.pages import not_found
from wrldbldr.pages.page import Page
from wrldbldr.wrldbldr import PAGES, app

FLOOR = 10  # if fewer are found, the walk has gone blind
SHOWS_NOTHING = {not_found.PAGE.route}
GUARDS = {
    "Door.at_setup",
    "Door.at_login",
    "Door.at_join",
    "Play.enter",
    "Worlds.enter",
    "Creator.enter",
    "Director.enter",
    "ComfyUIForm.enter",
}
ADDRESSES = re.compile(r"^(/|/setup|/login|/join|/settings|/worlds/[^/]+/(create|direct)(\?.*)?|/api/.*)$")


def rendered(page: Page) -> str:
    return str(page.draw())


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.route)
def test_a_page_is_drawn_and_has_one_main_landmark_and_a_title(page: Page) -> None:
    drawing = rendered(page)

    assert 'jsx("main"' in drawing
    assert page.title


def test_the_app_serves_these_pages_and_no_others() -> None:
    served = {route.removeprefix("index") or "/" for route in app._unevaluated_pages}

    assert {f"/{route.removeprefix('/')}" for route in served} == {f"/{page.route.removeprefix('/')}" for page in PAGES}
    assert len(PAGES) >= FLOOR


@pytest.mark.parametrize(
    "page", [page for page in PAGES if page.route not in SHOWS_NOTHING], ids=lambda page: page.route
)
def test_a_page_that_shows_anything_looks_first_who_comes(page: Page) -> None:
    first = page.on_load[0]

    assert isinstance(first, rx.EventHandler)
    assert first.fn.__qualname__ in GUARDS


def test_no_page_brings_the_frameworks_endpoint_for_uploads_which_asks_nobody() -> None:
    for page in PAGES:
        page.draw()

    assert not Upload.is_used


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.route)
def test_every_fixed_link_leads_somewhere(page: Page) -> None:
    links = re.findall(r'(?:to|href):"([^"]*)"', rendered(page))

    assert [link for link in links if not ADDRESSES.match(link)] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.route)
def test_every_button_has_a_name(page: Page) -> None:
    nameless = [
        button
        for button in re.findall(r'jsx\("button",\{[^}]*\},(?:jsx\(Lucide\w+,\{[^}]*\},\))?\)', rendered(page))
        if "aria-label" not in button and "aria-hidden" not in button
    ]

    assert nameless == []
