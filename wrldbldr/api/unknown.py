"""What is asked for under /api and is not there: without this the screens' framework would answer with a web page."""

from collections.abc import Sequence

from fastapi.routing import APIRoute
from starlette.routing import BaseRoute
from starlette.types import Receive, Scope, Send

from wrldbldr.api.answers import refusal_by_http
from wrldbldr.api.scope import path_of


class UnknownAddress:
    """Answers whatever no route takes: 405 where another method would do, else 404. It tells nothing else to anybody."""

    def __init__(self, routes: Sequence[BaseRoute]) -> None:
        self._routes = [route for route in routes if isinstance(route, APIRoute)]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        path = path_of(scope)
        methods = {method for route in self._routes if route.path_regex.match(path) for method in route.methods or ()}
        answer = refusal_by_http(405, {"allow": ", ".join(sorted(methods))}) if methods else refusal_by_http(404)
        await answer(scope, receive, send)
