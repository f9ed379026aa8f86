"""Makes `.venv` hold exactly what a lock file says, with nothing but Python on the machine.

`python3 -m workshop.environment run` for what the app needs, `... dev` for the tests and tools as well.
"""

import hashlib
import importlib.util
import os
import sys
from pathlib import Path

from workshop.programs import CommandError, Programs, SystemPrograms, WorkshopError

ROOT = Path(__file__).resolve().parents[1]
LOCKS = {"run": "requirements.lock", "dev": "requirements-dev.lock"}
UV_LOCK = "requirements-uv.lock"
SCRIPTS = "Scripts" if os.name == "nt" else "bin"


class Environment:
    """The checkout's own virtual environment."""

    def __init__(self, root: Path, programs: Programs, *, python: Path, can_make_venv: bool) -> None:
        """`python` makes the environment; `can_make_venv` tells whether it can without uv (Debian splits that off)."""
        self._root = root
        self._programs = programs
        self._base_python = python
        self._can_make_venv = can_make_venv
        self._folder = root / ".venv"
        self._stamp = self._folder / "installed-lock"

    @property
    def python(self) -> Path:
        """The environment's own Python, whether it is there yet or not."""
        return self._folder / SCRIPTS / "python"

    def ensure(self, purpose: str) -> bool:
        """Install what `purpose` ("run" or "dev") needs unless it is there. True when something was installed."""
        if self._holds(purpose):
            return False
        uv = self.ensure_uv()
        self._programs.run(
            uv, "pip", "sync", "--quiet", "--require-hashes", "--python", self.python, self._root / LOCKS[purpose]
        )
        self._stamp.write_text(self._fingerprint(purpose))
        return True

    def ensure_uv(self) -> Path:
        """The installer: uv from PATH, or else from its own lock file into the environment. Makes the environment."""
        uv = self._programs.find("uv")
        if not self.python.exists():
            self._make(uv)
        if uv:
            return uv
        own_uv = self._folder / SCRIPTS / "uv"
        if not own_uv.exists():
            self._install_uv()
        return own_uv

    def _holds(self, purpose: str) -> bool:
        """What was installed for "dev" serves "run" too."""
        if not self.python.exists() or not self._stamp.exists():
            return False
        return self._stamp.read_text() in {self._fingerprint(purpose), self._fingerprint("dev")}

    def _fingerprint(self, purpose: str) -> str:
        return f"{purpose} {hashlib.sha256((self._root / LOCKS[purpose]).read_bytes()).hexdigest()}"

    def _make(self, uv: Path | None) -> None:
        if uv:
            self._programs.run(uv, "venv", "--quiet", "--clear", "--python", self._base_python, self._folder)
            return
        if not self._can_make_venv:
            message = "This Python cannot make virtual environments. Install python3-venv (or uv), then try again."
            raise WorkshopError(message)
        self._programs.run(self._base_python, "-m", "venv", "--clear", self._folder)

    def _install_uv(self) -> None:
        try:
            self._programs.run(self.python, "-m", "pip", "--version", quiet=True)
        except CommandError:  # an environment that uv once made has no pip
            self._programs.run(self.python, "-m", "ensurepip", quiet=True)
        self._programs.run(
            *(self.python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"),
            *("--require-hashes", "-r", self._root / UV_LOCK),
        )


def this_environment() -> Environment:
    """The environment of this checkout, made with the Python that runs this."""
    return Environment(
        ROOT,
        SystemPrograms(),
        python=Path(sys.executable),
        can_make_venv=importlib.util.find_spec("ensurepip") is not None,
    )


def main(arguments: list[str]) -> int:
    """Set up what the first argument names; returns the exit code."""
    try:
        if this_environment().ensure(arguments[0]):
            print("The environment in .venv is ready.")
    except WorkshopError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
