"""Where visitors are led who are not, or already, signed in."""

from tests.state.tab import Tab, open_tab
from wrldbldr.engine import Engine
from wrldbldr.state.connection import Connection
from wrldbldr.state.door import Door


async def test_the_first_visit_stays_at_setup_and_is_told_who_will_paint(untouched: Engine) -> None:
    async with open_tab("", "/setup") as tab:
        await tab.send(Door.at_setup)

        assert tab.redirects == []
        assert (await tab.see(Door)).is_ready
        assert (await tab.see(Connection)).address == "comfyui.test:8188"


async def test_before_there_is_an_owner_the_login_leads_to_setup(untouched: Engine) -> None:
    async with open_tab("", "/login") as tab:
        await tab.send(Door.at_login)

        assert tab.redirects == ["/setup"]


async def test_once_there_is_an_owner_setup_leads_to_the_login(nobody: Tab) -> None:
    await nobody.send(Door.at_setup)

    assert nobody.redirects == ["/login"]


async def test_whoever_is_signed_in_is_led_home_from_both(shelf: Tab) -> None:
    await shelf.send(Door.at_setup)
    await shelf.send(Door.at_login)

    assert shelf.redirects == ["/", "/"]


async def test_whoever_is_not_signed_in_stays_at_the_login(nobody: Tab) -> None:
    await nobody.send(Door.at_login)

    assert nobody.redirects == []


async def test_notices_of_what_was_before_do_not_hang_at_the_login(nobody: Tab) -> None:
    await nobody.send(Door.at_login)

    assert "dismiss()" in nobody.scripts
