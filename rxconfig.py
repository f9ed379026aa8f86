"""What Reflex has to know about the app. Everything a user may set is in wrldbldr/settings.py."""

import reflex as rx
from reflex.constants import StateManagerMode

from wrldbldr.settings import load_settings

PORT = load_settings().port
A_WEEK_SECONDS = 7 * 24 * 3600
RADIX_SHEETS = ("tokens/base", "tokens/colors/slate", "tokens/colors/amber", "tokens/colors/red", "components")


class LeanRadix(rx.plugins.RadixThemesPlugin):
    """As much of Radix Themes as our pages use, which is a third of its code and half of its style sheet."""

    def get_frontend_dependencies(self, **context: object) -> tuple[str, ...]:
        """None: what is named here goes into every page whole, for components that are made while the app runs."""
        return ()

    def get_stylesheet_paths(self, **context: object) -> tuple[str, ...]:
        """The parts of `styles.css`, without twenty-eight colours and the classes for layout."""
        return tuple(f"@radix-ui/themes/{sheet}.css" for sheet in RADIX_SHEETS)


config = rx.Config(
    app_name="wrldbldr",
    frontend_port=PORT,
    backend_port=PORT,
    telemetry_enabled=False,
    frontend_compression_formats=["brotli", "gzip"],  # the former where a browser takes it, a sixth smaller
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
        LeanRadix(
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
