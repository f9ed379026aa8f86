"""Puts the API together. The screens' framework mounts itself into the same app, so the guards here see everything."""

from collections import Counter
from collections.abc import Callable, Collection
from uuid import UUID

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocketClose

from wrldbldr.api import (
    accounts,
    archive,
    assets,
    batches,
    bulk,
    characters,
    config,
    documentation,
    events,
    figures,
    locations,
    picture_import,
    players,
    prompt_templates,
    queue,
    stage,
    status,
    workflows,
    worlds,
)
from wrldbldr.api.answers import answer_http_exception, answer_invalid_request
from wrldbldr.api.body_limit import BodyLimit
from wrldbldr.api.failures import Failures
from wrldbldr.api.headers import AnswerHeaders
from wrldbldr.api.host import POLICY_VIOLATION, KnownHost
from wrldbldr.api.origin import SameOrigin
from wrldbldr.api.scope import PREFIX
from wrldbldr.api.unknown import UnknownAddress
from wrldbldr.engine import Engine, EngineNotRunningError

ROUTERS = (
    accounts.router,
    players.router,
    stage.router,
    archive.router,  # before worlds: /api/worlds/import is no id of a world
    worlds.router,
    characters.router,
    locations.router,
    workflows.router,
    prompt_templates.router,
    queue.router,
    batches.router,  # before pictures: /api/assets/batch is no id of a picture
    bulk.router,  # before pictures, as above
    assets.router,
    picture_import.router,
    figures.router,
    status.router,
    config.router,
    events.router,
    documentation.router,
)


def build_api(engine: Callable[[], Engine]) -> FastAPI:
    """The app under /api. `engine` is asked at each request, for it opens after the app is built and closes before."""

    def hosts() -> Collection[str]:
        try:
            return engine().settings.hosts
        except EngineNotRunningError:  # there is nothing to see yet; at home one is told that it starts
            return ()

    api = FastAPI(
        title="WrldBldr",
        summary="Build tabletop worlds and have them painted by your own ComfyUI.",
        docs_url=None,  # documentation.py has them behind the door
        redoc_url=None,
        openapi_url=None,
        middleware=[
            Middleware(AnswerHeaders),
            Middleware(Failures),
            Middleware(KnownHost, hosts),
            Middleware(SameOrigin),
            Middleware(BodyLimit),
        ],
        exception_handlers={
            HTTPException: answer_http_exception,
            RequestValidationError: answer_invalid_request,
        },
    )
    api.state.engine = engine
    api.state.open_streams = Counter[UUID]()
    for router in ROUTERS:
        api.router.routes.extend(router.routes)  # each knows its whole path, so there is nothing to include them under
    unknown, refused = UnknownAddress(api.routes), WebSocketClose(POLICY_VIOLATION)
    for path in (PREFIX, f"{PREFIX}/{{path:path}}"):
        api.router.routes += [Route(path, unknown), WebSocketRoute(path, refused)]
    return api
