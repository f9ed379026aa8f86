"""A secret opens the door until it runs out or is taken back."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

from wrldbldr.domain.account import AccessToken, TokenKind

NOW = datetime(2026, 1, 1, 20, 0, tzinfo=UTC)


def token(*, expires_at: datetime | None = None, revoked_at: datetime | None = None) -> AccessToken:
    return AccessToken(
        account_id=uuid4(),
        kind=TokenKind.BROWSER,
        label="Browser",
        secret_fingerprint="0" * 64,
        created_at=NOW - timedelta(days=1),
        expires_at=expires_at,
        revoked_at=revoked_at,
    )


def test_a_token_without_an_end_is_valid_for_ever() -> None:
    assert token().is_valid(NOW + timedelta(days=10_000))


def test_a_token_is_valid_until_its_end_and_not_at_it() -> None:
    assert token(expires_at=NOW).is_valid(NOW - timedelta(microseconds=1))
    assert not token(expires_at=NOW).is_valid(NOW)


def test_a_revoked_token_is_not_valid_though_it_has_not_run_out() -> None:
    assert not token(expires_at=NOW + timedelta(days=1), revoked_at=NOW).is_valid(NOW)
