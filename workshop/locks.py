"""Writes the lock files from pyproject.toml: every version with its hashes, for every platform, and no addresses.

Pins stay as they are while they fit; `--upgrade` takes the newest.
"""

import sys

from workshop.environment import LOCKS, ROOT, UV_LOCK, this_environment
from workshop.programs import SystemPrograms, WorkshopError

COMPILE = (
    *("pip", "compile", "--quiet", "--universal", "--python-version", "3.11", "--generate-hashes"),
    *("--no-emit-index-url", "--no-annotate", "--custom-compile-command", "make lock"),
)
WANTED = {
    LOCKS["run"]: ["pyproject.toml"],
    # the tests run on exactly what the app runs on
    LOCKS["dev"]: ["pyproject.toml", "--group", "dev", "--constraint", LOCKS["run"]],
    UV_LOCK: ["--group", "installer"],
}


def main(arguments: list[str]) -> int:
    """Write all lock files; `arguments` go to uv. Returns the exit code."""
    programs = SystemPrograms()
    try:
        uv = this_environment().ensure_uv()
        for lock, sources in WANTED.items():
            programs.run(uv, *COMPILE, "--project", ROOT, "--output-file", lock, *sources, *arguments)
            print(f"{lock} is up to date.")
    except WorkshopError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
