"""Where everything is put together: the app, the API in front of it, and the engine that lives as long as it serves."""

import asyncio
import logging
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path

import reflex as rx
from reflex.event import EventSpec

from wrldbldr.api.app import build_api
from wrldbldr.api.events import bid_farewell
from wrldbldr.api.failures import trace_of
from wrldbldr.engine import current, open_engine
from wrldbldr.kit.clock import SystemClock
from wrldbldr.kit.garbage import look_for_garbage_rarely
from wrldbldr.kit.ids import new_id
from wrldbldr.kit.log import configure
from wrldbldr.kit.peers import ask_the_silent
from wrldbldr.kit.stopping import farewell
from wrldbldr.kit.tasks import TaskNursery
from wrldbldr.pages import creator, director, join, login, not_found, play, settings, setup, worlds
from wrldbldr.pages.offline import offline_notice
from wrldbldr.pages.page import add
from wrldbldr.serving import note_built_pages
from wrldbldr.settings import load_settings
from wrldbldr.state.belonging import Belongings
from wrldbldr.state.hearing import served
from wrldbldr.state.socket import guard_socket
from wrldbldr.state.words import spoken

logger = logging.getLogger(__name__)


@asynccontextmanager
async def engine() -> AsyncGenerator[None]:
    """Open while the server serves."""
    configure()
    look_for_garbage_rarely()
    settings = load_settings()
    await asyncio.to_thread(note_built_pages, Path.cwd())
    async with TaskNursery(SystemClock()) as nursery, open_engine(settings) as opened:
        nursery.start(ask_the_silent(settings.port, SystemClock()), name="dead peers")
        with farewell(nursery, partial(bid_farewell, api, opened)), served(open_sockets):
            yield


def calm_toast(exception: Exception) -> EventSpec:
    """An error nobody foresaw: logged once under an id that the person sees too. Its words may quote prompts: left out."""
    error_id = str(new_id())[:8]
    logger.error("Unexpected error %s in an event of a screen\n%s", error_id, trace_of(exception))
    return rx.toast.error(
        "That did not work",
        description=spoken(f"Nothing you wrote is lost. The server’s log says more under {error_id}."),
        close_button=True,
    )


api = build_api(current)
app = rx.App(
    api_transformer=api,
    html_lang="en",
    stylesheets=[
        "/theme.css",
        "/radix-bridge.css",
        "/layout.css",
        "/gallery.css",
        "/picking.css",
        "/settings.css",
        "/play.css",
        "/director.css",
    ],
    head_components=[
        rx.el.link(rel="icon", href="/favicon.svg", type="image/svg+xml"),
        rx.el.meta(name="theme-color", content="#0a0a18"),
        rx.el.script(src="/moment.js", defer=True),
        rx.el.script(src="/ended.js", defer=True),
        rx.el.script(src="/keys.js", defer=True),
        rx.el.script(src="/queue.js", defer=True),
        rx.el.script(src="/picking.js", defer=True),
        rx.el.script(src="/compare.js", defer=True),
        rx.el.script(src="/gallery.js", defer=True),
        rx.el.script(src="/sign-in.js", defer=True),
    ],
    toaster=rx.toast.provider(
        theme="dark", position="bottom-right", visible_toasts=3, rich_colors=False, expand=True, close_button=False
    ),
    extra_app_wraps={(5, "Overlay"): lambda _: offline_notice()},
    backend_exception_handler=calm_toast,
)
app.add_middleware(Belongings())
open_sockets = guard_socket(app)
app.register_lifespan_task(engine)
PAGES = (
    setup.PAGE,
    login.PAGE,
    join.PAGE,
    join.PAGE_WITH_CODE,
    play.PAGE,
    worlds.PAGE,
    creator.PAGE,
    director.PAGE,
    settings.PAGE,
    not_found.PAGE,
)
for page in PAGES:
    add(app, page)
