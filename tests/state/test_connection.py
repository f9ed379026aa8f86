"""The banner's button."""

from tests.fakes.studio import Studio
from tests.state.tab import Tab
from wrldbldr.comfyui.connection import ConnectionKind, ConnectionState
from wrldbldr.state.connection import Connection


async def test_retry_now_shows_how_comfyui_is_after_it_was_asked(desk: Tab, studio: Studio) -> None:
    await desk.send(Connection.retry_now)
    assert (await desk.see(Connection)).state_name == "connected"
    studio.comfyui.connection.become(ConnectionState(ConnectionKind.DISCONNECTED))

    await desk.send(Connection.retry_now)

    view = await desk.see(Connection)
    assert (view.state_name, view.address, view.is_trying) == ("disconnected", "comfyui.test:8188", False)
    assert view.is_away
