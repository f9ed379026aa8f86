"""The OpenAPI document, run against the app by schemathesis: whatever may be sent, and whatever may not, is answered in words."""

import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from tests.e2e.conftest import NAME, PASSWORD, App

SEED = "18"
EXAMPLES = "25"  # of each operation, beside those at the edges of every value
RUN_SECONDS = 300
ENDS_THE_RUN = (
    r"^/api/auth/(logout|password|login|setup|join)$"  # what ends or throttles the login everything is asked with
)
OPERATIONS_FLOOR = 64


@pytest.fixture(scope="module")
def app(start_app: Callable[..., App]) -> App:
    return start_app()


@pytest.fixture
def token(app: App) -> Iterator[str]:
    """An owner with a world, and what a script of theirs shows."""
    with httpx.Client(base_url=app.url, trust_env=False) as owner:
        owner.post("/api/auth/setup", json={"name": NAME, "password": PASSWORD}).raise_for_status()
        owner.post("/api/worlds", json={"name": "The Lantern Coast"}).raise_for_status()
        yield owner.post("/api/tokens", json={"label": "schemathesis"}).json()["token"]


def run(app: App, folder: Path, *selection: str) -> int:
    """Try every operation of the selection; nothing may break. Returns how many were tried."""
    command = [
        *(sys.executable, "-m", "schemathesis.cli", "run", f"{app.url}/api/openapi.json", *selection),
        *("--checks", "not_a_server_error", "--phases", "coverage,fuzzing", "--max-examples", EXAMPLES, "--seed", SEED),
        *("--continue-on-failure", "--no-color", "--warnings", "off", "--request-timeout", "20"),
    ]
    ran = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=RUN_SECONDS, check=False)
    assert ran.returncode == 0, ran.stdout[-8000:] + ran.stderr[-2000:]
    tested = re.search(r"Tested: (\d+)", ran.stdout)
    assert tested is not None
    assert "Traceback" not in app.log.read_text()
    return int(tested[1])


def test_nothing_that_the_document_allows_or_forbids_breaks_the_server(app: App, token: str, tmp_path: Path) -> None:
    shown = ("--header", f"Authorization: Bearer {token}")

    tried = run(app, tmp_path, *shown, "--exclude-path-regex", ENDS_THE_RUN)
    still = httpx.get(f"{app.url}/api/me", headers={"authorization": f"Bearer {token}"}, trust_env=False)
    tried += run(app, tmp_path, *shown, "--include-path-regex", ENDS_THE_RUN)

    assert tried >= OPERATIONS_FLOOR
    assert still.json()["name"] == NAME
