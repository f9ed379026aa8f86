"""Which part of the traffic is the API's: the screens' framework is mounted in the same app and sees to the rest."""

from starlette.types import Scope

PREFIX = "/api"


def is_api(scope: Scope) -> bool:
    """Whether a request is for a path under /api."""
    if scope["type"] != "http":
        return False
    path = path_of(scope)
    return path == PREFIX or path.startswith(f"{PREFIX}/")


def path_of(scope: Scope) -> str:
    """The path as routes see it: without what a server in front of us put before it."""
    return str(scope["path"]).removeprefix(str(scope.get("root_path", "")))
