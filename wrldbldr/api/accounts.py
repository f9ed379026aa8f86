"""Signing in and out, tokens for scripts, and accounts for owners."""

from datetime import datetime
from typing import Self
from uuid import UUID

from fastapi import Request, Response

from wrldbldr.api.browser_name import browser_name
from wrldbldr.api.door import Guest, RunningEngine, Who, guarded_router
from wrldbldr.api.identity import forget, peer_of, remember
from wrldbldr.api.models import PAGE_DEFAULT, Body, Cursor, Limit, Moment, Out, Page, Text, after, page_of
from wrldbldr.api.players import SeatOut
from wrldbldr.domain.account import Principal, Role, TokenKind
from wrldbldr.domain.errors import UnauthenticatedError
from wrldbldr.services.accounts import TokenReport
from wrldbldr.services.administration import AccountChanges, AccountReport

router = guarded_router("Accounts")


class NameAndPassword(Body):
    """What a person signs in with."""

    name: Text
    password: Text


class PersonOut(Out):
    """The person who asks."""

    id: UUID
    name: str
    role: Role

    @classmethod
    def of(cls, who: Principal) -> Self:
        """What they may know of themselves."""
        return cls(id=who.account_id, name=who.name, role=who.role)


class PasswordChange(Body):
    """The password that holds, and the one that shall."""

    old_password: Text
    new_password: Text


class OpenTokenOut(Out):
    """A browser that is signed in (`browser`), or a token (`api`). `is_this` is the one that asks."""

    id: UUID
    kind: TokenKind
    label: str
    created_at: datetime
    is_this: bool

    @classmethod
    def of(cls, report: TokenReport) -> Self:
        """All of it but the secret, which nobody knows."""
        return cls(
            id=report.id,
            kind=report.kind,
            label=report.label,
            created_at=report.created_at,
            is_this=report.is_this,
        )


class TokenIn(Body):
    """`label` tells tokens apart."""

    label: Text


class TokenOut(Out):
    """The secret; it is never shown again."""

    token: str


class AccountChangesIn(Body):
    """What is left out stays as it is. A new `password` signs its person out everywhere and ends their tokens."""

    name: Text | None = None
    role: Role | None = None
    password: Text | None = None


class AccountOut(Out):
    """An account, and how many worlds it has."""

    id: UUID
    name: str
    role: Role
    created_at: Moment
    world_count: int

    @classmethod
    def of(cls, report: AccountReport) -> Self:
        """An account as an owner sees it."""
        return cls.model_validate(report)


@router.post("/api/auth/setup", status_code=201)
async def set_up(body: NameAndPassword, engine: RunningEngine, request: Request, response: Response) -> PersonOut:
    """Make the owner account, the first one of this server, and sign in."""
    signed_in = await engine.accounts.set_up(body.name, body.password, browser=_browser(request))
    remember(request, response, signed_in.secret)
    return PersonOut.of(signed_in.who)


@router.post("/api/auth/login")
async def log_in(body: NameAndPassword, engine: RunningEngine, request: Request, response: Response) -> PersonOut:
    """Sign a browser in: the answer sets its cookie."""
    signed_in = await engine.accounts.log_in(body.name, body.password, peer=peer_of(request), browser=_browser(request))
    remember(request, response, signed_in.secret)
    return PersonOut.of(signed_in.who)


@router.post("/api/auth/logout", status_code=204)
async def log_out(who: Who, engine: RunningEngine, request: Request, response: Response) -> None:
    """From now on the cookie or token that asks opens nothing."""
    await engine.accounts.log_out(who)
    forget(request, response)
    response.headers["clear-site-data"] = '"cache"'  # pictures are kept for a year, but not for who comes next


@router.post("/api/auth/password", status_code=204)
async def change_password(body: PasswordChange, who: Who, engine: RunningEngine) -> None:
    """Change your password. Every other browser is signed out at once; tokens of scripts stay."""
    await engine.accounts.change_password(who, body.old_password, body.new_password)


@router.get("/api/me")
def me(guest: Guest) -> PersonOut | SeatOut:
    """Who is signed in, or sits at a table as a player."""
    if guest.account is not None:
        return PersonOut.of(guest.account)
    if guest.player is not None:
        return SeatOut.of(guest.player)
    raise UnauthenticatedError


@router.get("/api/tokens")
async def list_tokens(
    who: Who, engine: RunningEngine, limit: Limit = PAGE_DEFAULT, cursor: Cursor = None
) -> Page[OpenTokenOut]:
    """What opens your account now: browsers and tokens, newest first."""
    rest = after(await engine.accounts.tokens(who), cursor, lambda report: report.id)
    return page_of(rest, limit, OpenTokenOut.of, lambda report: report.id)


@router.delete("/api/tokens/{token_id}", status_code=204)
async def revoke_token(token_id: UUID, who: Who, engine: RunningEngine) -> None:
    """From now on this browser or token of yours opens nothing, and what it has open is closed."""
    await engine.accounts.revoke(who, token_id)


@router.post("/api/tokens", status_code=201)
async def make_token(body: TokenIn, who: Who, engine: RunningEngine) -> TokenOut:
    """Make a token for a script, to be sent as `Authorization: Bearer <token>`."""
    return TokenOut(token=await engine.accounts.make_api_token(who, body.label))


@router.get("/api/accounts")
async def list_accounts(
    who: Who, engine: RunningEngine, limit: Limit = PAGE_DEFAULT, cursor: Cursor = None
) -> Page[AccountOut]:
    """Every account, the first one first. For owners, as everything about other people's accounts."""
    rest = after(await engine.administration.everyone(who), cursor, lambda report: report.id)
    return page_of(rest, limit, AccountOut.of, lambda report: report.id)


@router.post("/api/accounts", status_code=201)
async def create_account(body: NameAndPassword, who: Who, engine: RunningEngine) -> AccountOut:
    """Make an account for another game master, with worlds of their own."""
    return AccountOut.of(await engine.administration.create(who, body.name, body.password))


@router.patch("/api/accounts/{account_id}")
async def update_account(account_id: UUID, body: AccountChangesIn, who: Who, engine: RunningEngine) -> AccountOut:
    """Rename somebody, reset their password, make them an owner or a game master (`dm`). One owner has to remain.

    With another password, or as an owner no more, they are signed out everywhere at once and their tokens end.
    """
    changes = AccountChanges(name=body.name, role=body.role, password=body.password)
    return AccountOut.of(await engine.administration.update(who, account_id, changes))


@router.delete("/api/accounts/{account_id}", status_code=204)
async def remove_account(account_id: UUID, who: Who, engine: RunningEngine) -> None:
    """Remove somebody with all their worlds and pictures. Whatever they have open is closed. Nobody removes themselves."""
    await engine.administration.remove(who, account_id)


def _browser(request: Request) -> str:
    return browser_name(request.headers.get("user-agent", ""))
