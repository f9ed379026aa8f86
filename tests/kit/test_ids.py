"""Ids, seeds and secrets."""

from hashlib import sha256

import pytest

from wrldbldr.kit.ids import SEED_LIMIT, fingerprint, new_id, new_secret, new_seed


def test_ids_are_random_uuids_as_the_newest_comfyui_demands() -> None:
    ids = [new_id() for _ in range(100)]

    assert len(set(ids)) == 100
    assert {made.version for made in ids} == {4}
    assert all(str(made) == str(made).lower() and len(str(made)) == 36 for made in ids)


def test_seeds_differ_and_survive_a_browser() -> None:
    seeds = [new_seed() for _ in range(1000)]

    assert len(set(seeds)) == 1000
    assert all(0 <= seed < SEED_LIMIT and int(float(seed)) == seed for seed in seeds)


def test_secrets_have_256_random_bits_and_fit_into_a_header() -> None:
    secrets = [new_secret() for _ in range(100)]

    assert len(set(secrets)) == 100
    assert all(len(secret) == 43 and secret.replace("-", "").replace("_", "").isalnum() for secret in secrets)


@pytest.mark.parametrize("secret", ["", "x", "影", "\ud800"])
def test_any_text_has_a_fingerprint_that_does_not_hold_it(secret: str) -> None:
    assert fingerprint(secret) == sha256(secret.encode(errors="surrogatepass")).hexdigest()
