"""Signing in and out, and tokens for scripts."""

from datetime import datetime
from typing import Self
from uuid import UUID

from fastapi import Request, Response

from wrldbldr.api.door import RunningEngine, Who, guarded_router
from wrldbldr.api.identity import forget, remember
from wrldbldr.api.models import PAGE_DEFAULT, Body, Cursor, Limit, Out, Page, Text, after, page_of
from wrldbldr.domain.account import Principal, Role, TokenKind
from wrldbldr.services.accounts import TokenReport

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


@router.post("/api/auth/setup", status_code=201)
async def set_up(body: NameAndPassword, engine: RunningEngine, request: Request, response: Response) -> PersonOut:
    """Make the owner account, the first one of this server, and sign in."""
    signed_in = await engine.accounts.set_up(body.name, body.password)
    remember(request, response, signed_in.secret)
    return PersonOut.of(signed_in.who)


@router.post("/api/auth/login")
async def log_in(body: NameAndPassword, engine: RunningEngine, request: Request, response: Response) -> PersonOut:
    """Sign a browser in: the answer sets its cookie."""
    peer = request.client.host if request.client else None
    signed_in = await engine.accounts.log_in(body.name, body.password, peer=peer)
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
def me(who: Who) -> PersonOut:
    """Who is signed in."""
    return PersonOut.of(who)


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
