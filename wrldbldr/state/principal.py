"""Who sends an event: found out on the server from the cookie, on every event, before anything else happens.

Whoever can open a websocket can send any event with any arguments. So every handler wears `@signed_in`, or `@seated`
where players come;
tests/state/test_every_handler_is_guarded.py walks all of them.
"""

import inspect
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar, TypeVarTuple, Unpack, cast, get_origin
from urllib.parse import quote

import reflex as rx
from reflex.event import EventCallback, EventSpec

from wrldbldr.api.identity import SEAT_COOKIE, secret_from_cookies
from wrldbldr.domain.account import Principal
from wrldbldr.domain.errors import InvalidInputError, UnauthenticatedError, WrldBldrError
from wrldbldr.domain.player import SeatedPlayer
from wrldbldr.engine import current
from wrldbldr.state.words import spoken

Follow = EventSpec | EventCallback[()] | None
"""What a handler may answer: an event of a state, something for the browser to do, or nothing."""
Follows = Follow | list[EventSpec | EventCallback[()]]

NOT_SEATED = "You do not sit at a table now. Your game master has the code."
UNFIT = "WrldBldr does not know what was asked of it. Reload the page."

S = TypeVar("S", bound=rx.State)
P = TypeVar("P")
Way = Callable[[rx.State], Awaitable[Follows]]
"""Leads somebody away."""
Arguments = TypeVarTuple("Arguments")


async def principal_of(state: rx.State) -> Principal:
    """The person whose browser sent the event being handled. Raises UnauthenticatedError."""
    return await current().accounts.principal(secret_from_cookies(state.router.headers.cookie))


async def way_in(state: rx.State) -> EventSpec:
    """Where somebody goes whom we do not know: to make the first account, or to sign in and come back to their world."""
    if await current().accounts.needs_setup():
        return rx.redirect("/setup")
    here = state.router.url
    back = f"{here.path}?{here.query}" if here.query else here.path
    return rx.redirect(f"/login?next={quote(back, safe='')}" if here.path.startswith("/worlds/") else "/login")


async def player_of(state: rx.State) -> SeatedPlayer:
    """The player whose browser sent the event being handled. Raises UnauthenticatedError."""
    return await current().players.seated(secret_from_cookies(state.router.headers.cookie, SEAT_COOKIE))


async def way_to_a_table(_: rx.State) -> list[EventSpec | EventCallback[()]]:
    """Where a player goes who sits nowhere (any more), and why."""
    return [rx.toast.info(NOT_SEATED), rx.redirect("/join")]


def signed_in(
    handler: Callable[[S, Principal, Unpack[Arguments]], Awaitable[Follows] | AsyncGenerator[Follows]],
) -> Callable[[S, Unpack[Arguments]], Any]:
    """Let only people in who have shown who they are; the handler is told who, as its first argument.

    Everybody else is led to the way in, and the handler does not run. A refusal by a service becomes a toast with its
    sentence, unless the handler has a better place for it.
    """
    return _known(handler, _Door(principal_of, way_in))


def seated(
    handler: Callable[[S, SeatedPlayer, Unpack[Arguments]], Awaitable[Follows] | AsyncGenerator[Follows]],
) -> Callable[[S, Unpack[Arguments]], Any]:
    """The same for players: whoever sits at no table is led to one."""
    return _known(handler, _Door(player_of, way_to_a_table))


@dataclass(frozen=True, slots=True)
class _Door:
    """Who comes in, and where everybody else is led."""

    find: Callable[[rx.State], Awaitable[object]]
    way: Way


def _known(
    handler: Callable[[S, P, Unpack[Arguments]], Awaitable[Follows] | AsyncGenerator[Follows]], door: _Door
) -> Callable[[S, Unpack[Arguments]], Any]:
    # Reflex reads names and types of an event's arguments from the signature: what the browser sends comes after `who`.
    signature = inspect.signature(handler)
    itself, _, *sent = signature.parameters.values()
    guarded = (_guarded_stream if inspect.isasyncgenfunction(handler) else _guarded)(
        handler, inspect.Signature(sent), door
    )
    guarded.__name__, guarded.__qualname__ = handler.__name__, handler.__qualname__
    guarded.__module__, guarded.__doc__ = handler.__module__, handler.__doc__
    guarded.__signature__ = signature.replace(parameters=[itself, *sent])
    guarded.__annotations__ = {parameter.name: parameter.annotation for parameter in sent}
    return cast("Callable[[S, Unpack[Arguments]], Any]", guarded)


def _guarded(handler: Callable[..., Any], expected: inspect.Signature, door: _Door) -> Callable[..., Any]:
    async def guarded(state: rx.State, *args: Any, **kwargs: Any) -> Follows:
        try:
            who = await door.find(state)
            check_arguments(expected, args, kwargs)
            return cast("Follows", await handler(state, who, *args, **kwargs))
        except WrldBldrError as error:
            return await refusal(state, error, door.way)

    return guarded


def _guarded_stream(handler: Callable[..., Any], expected: inspect.Signature, door: _Door) -> Callable[..., Any]:
    async def guarded(state: rx.State, *args: Any, **kwargs: Any) -> AsyncGenerator[Follows]:
        try:
            who = await door.find(state)
            check_arguments(expected, args, kwargs)
            async for answer in handler(state, who, *args, **kwargs):
                yield answer
        except WrldBldrError as error:
            yield await refusal(state, error, door.way)

    return guarded


def check_arguments(expected: inspect.Signature, args: Sequence[object], kwargs: Mapping[str, object]) -> None:
    """Refuse what no page of ours sends. Raises InvalidInputError when an argument is missing or of another type."""
    try:
        given = expected.bind(*args, **kwargs).arguments
    except TypeError as error:
        raise InvalidInputError("event", UNFIT) from error
    for name, value in given.items():
        kind = expected.parameters[name].annotation
        kind = get_origin(kind) or kind
        fits = isinstance(value, int | float if kind is float else kind)
        if not fits or (isinstance(value, bool) and kind is not bool):
            raise InvalidInputError("event", UNFIT)


async def refusal(state: rx.State, error: WrldBldrError, way: "Way" = way_in) -> Follows:
    """What a browser does about an error a person can read: show the sentence, or the way in."""
    if isinstance(error, UnauthenticatedError):
        return await way(state)
    return rx.toast.error(spoken(error.message), close_button=True)
