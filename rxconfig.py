"""What Reflex has to know about the app. Everything a user may set is in wrldbldr/settings.py."""

import reflex as rx
from reflex.constants import StateManagerMode

from wrldbldr.settings import load_settings

PORT = load_settings().port
A_WEEK_SECONDS = 7 * 24 * 3600

config = rx.Config(
    app_name="wrldbldr",
    frontend_port=PORT,
    backend_port=PORT,
    telemetry_enabled=False,
    show_built_with_reflex=False,
    default_color_mode="dark",
    state_manager_mode=StateManagerMode.MEMORY,  # one process serves: queue, progress and events live in it
    # Also holds for states kept in memory: after it an idle tab silently starts over, and a game has breaks.
    redis_token_expiration=A_WEEK_SECONDS,
    # No other site may read our answers with a person's cookie. The empty list also switches off the websocket's own
    # origin check, which knows fixed addresses only and would turn away a phone on the same network; our own check
    # (wrldbldr/api) compares Origin with Host on every request and websocket instead.
    cors_allowed_origins=[],
    plugins=[
        rx.plugins.RadixThemesPlugin(
            theme=rx.theme(
                appearance="dark",
                accent_color="amber",
                gray_color="slate",
                radius="medium",
                panel_background="solid",
            )
        )
    ],
    disable_plugins=[rx.plugins.SitemapPlugin],  # nothing here is for search engines
)
