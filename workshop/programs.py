"""How the workshop runs other programs, as an interface, so that its decisions can be tested without a machine."""

import os
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Protocol


class WorkshopError(Exception):
    """Something the developer has to do first; `str(error)` says what."""


class CommandError(WorkshopError):
    """A program ended with an error, took too long, or could not be started."""

    def __init__(self, command: Sequence[str | Path], reason: str) -> None:
        super().__init__(f"`{' '.join(map(str, command))}` {reason}")


class Programs(Protocol):
    """The programs of the machine."""

    def find(self, name: str) -> Path | None:
        """Where the program `name` is on PATH, if it is there."""
        ...

    def run(
        self,
        *command: str | Path,
        timeout_seconds: float | None = None,
        environment: Mapping[str, str] | None = None,
        quiet: bool = False,
    ) -> None:
        """Run to the end with `environment` added; raises CommandError when that fails. `quiet` drops what it prints."""
        ...


class SystemPrograms:
    """The real ones."""

    def find(self, name: str) -> Path | None:
        """Where the program `name` is on PATH, if it is there."""
        found = shutil.which(name)
        return Path(found) if found else None

    def run(
        self,
        *command: str | Path,
        timeout_seconds: float | None = None,
        environment: Mapping[str, str] | None = None,
        quiet: bool = False,
    ) -> None:
        """Run to the end with `environment` added; raises CommandError when that fails. `quiet` drops what it prints."""
        output = subprocess.DEVNULL if quiet else None
        try:
            subprocess.run(
                command,
                check=True,
                timeout=timeout_seconds,
                env={**os.environ, **(environment or {})},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
            )
        except subprocess.CalledProcessError as error:
            raise CommandError(command, f"ended with code {error.returncode}.") from error
        except subprocess.TimeoutExpired as error:
            raise CommandError(command, f"took longer than {timeout_seconds:.0f} seconds.") from error
        except OSError as error:
            raise CommandError(command, f"could not be started: {error}.") from error
