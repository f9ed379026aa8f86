"""A restart of the app is nothing to a tab that stays open."""

import re
from collections.abc import Callable

from playwright.sync_api import BrowserContext, expect

from tests.e2e.conftest import App, set_up


def test_a_tab_left_open_over_a_restart_goes_on_to_pages_it_has_not_seen(
    start_app: Callable[..., App], open_context: Callable[..., BrowserContext]
) -> None:
    app = start_app()
    page = open_context().new_page()
    set_up(page, app.url, with_demo=True)
    app.stop()
    expect(page.get_by_text("WrldBldr does not answer")).to_be_visible()

    app.start()

    expect(page.get_by_text("WrldBldr does not answer")).to_be_hidden()
    page.get_by_role("link", name=re.compile("^Open")).first.click()
    expect(page).to_have_url(re.compile("/create"))
    page.get_by_role("button", name=re.compile("^Hask Brannoch")).first.click()
    expect(page.get_by_role("heading", name="Hask Brannoch")).to_be_visible()
