"""Ids and secrets."""

import hashlib
import secrets
from uuid import UUID, uuid4

SEED_LIMIT = 2**53  # JavaScript loses precision above it, so neither our pages nor ComfyUI's could show such a seed


def new_id() -> UUID:
    """A random UUID (version 4)."""
    return uuid4()


def new_seed() -> int:
    """A random seed every browser can show exactly: 0 ≤ seed < 2^53."""
    return secrets.randbelow(SEED_LIMIT)


def new_secret() -> str:
    """32 random bytes in URL-safe text: the value of a cookie or an API token."""
    return secrets.token_urlsafe(32)


def fingerprint(secret: str) -> str:
    """What we store of a secret: its SHA-256. Secrets have 256 random bits, so no slow hash is needed."""
    return hashlib.sha256(secret.encode(errors="surrogatepass")).hexdigest()
