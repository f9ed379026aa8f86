"""Pages built by an earlier start: whether they are still those of this checkout, and a server for them.

Building takes most of a start, and gives every module a new name, so that tabs left open over a restart would not find
theirs. `reflex run` always builds; this does what it does after that (Reflex 0.10.1, `reflex.reflex._run_prod`).
"""

import hashlib
import json
import os
import sys
from collections.abc import Mapping
from pathlib import Path

BUILT_FROM = "WRLDBLDR_PAGES_FINGERPRINT"
SOURCES = ("wrldbldr/**/*.py", "assets/**/*", "reflex.lock/*", "rxconfig.py", "requirements.lock")
LINKED = ("assets", "external")  # Reflex links foreign assets in here while it builds
IN_PAGES = ("REFLEX_", "VITE_", "WRLDBLDR_PORT")  # the environment that goes into a build


class BuiltPages:
    """What `reflex run` left in its web folder, with a note of what it was built from; a new build removes the note."""

    def __init__(self, root: Path, environment: Mapping[str, str]) -> None:
        """`environment` is the one the server will be given."""
        self._root = root
        self._environment = environment
        self._note = root / environment.get("REFLEX_WEB_WORKDIR", ".web") / "build" / "built-from"

    def fingerprint(self) -> str:
        """Of everything the pages are made from."""
        digest = hashlib.sha256(sys.version.encode())
        entering = {name: value for name, value in self._environment.items() if name.startswith(IN_PAGES)}
        digest.update(json.dumps(entering, sort_keys=True).encode())
        for path in sorted(path for pattern in SOURCES for path in self._root.glob(pattern)):
            if path.is_file() and path.relative_to(self._root).parts[:2] != LINKED:
                digest.update(str(path.relative_to(self._root)).encode() + b"\0" + path.read_bytes() + b"\0")
        return digest.hexdigest()

    def are_current(self) -> bool:
        """True when nothing has changed since they were built, and all of them are there."""
        is_whole = (self._note.parent / "client" / "index.html").exists()
        return is_whole and self._note.exists() and self._note.read_text() == self.fingerprint()

    def note(self, fingerprint: str) -> None:
        """Say what the pages, which are being served now, were built from."""
        if self._note.parent.exists():
            self._note.write_text(fingerprint)


def note_built_pages(root: Path) -> None:
    """Called by the server when it serves: what was built before it started is whole then."""
    if fingerprint := os.environ.get(BUILT_FROM):
        BuiltPages(root, os.environ).note(fingerprint)


def serve_built(port: int) -> None:
    """Serve without building, until the process is stopped."""
    from reflex.config import get_config  # noqa: PLC0415  # slow to import: the checks before serving do not need it
    from reflex.constants import Env  # noqa: PLC0415  # as above
    from reflex.environment import environment  # noqa: PLC0415  # as above
    from reflex.utils import exec as servers  # noqa: PLC0415  # as above

    environment.REFLEX_ENV_MODE.set(Env.PROD)
    environment.REFLEX_SKIP_COMPILE.set(True)
    config = get_config()
    servers.run_backend_prod(
        config.backend_host, port, config.loglevel.subprocess_level(), mount_frontend_compiled_app=True
    )


if __name__ == "__main__":
    serve_built(int(sys.argv[1]))
