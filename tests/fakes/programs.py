"""A machine whose programs are made up: what is installed, what each command does, and what was run."""

from collections.abc import Callable, Mapping
from pathlib import Path

from workshop.programs import CommandError

Effect = Callable[[], None]


class FakePrograms:
    """Every command succeeds unless told otherwise; an effect can change the machine when a command runs."""

    def __init__(self, *installed: str) -> None:
        self.installed = set(installed)
        self.ran: list[str] = []
        self.time_limits: dict[str, float | None] = {}
        self._failing: list[str] = []
        self._effects: list[tuple[str, Effect]] = []

    def fail(self, part: str) -> None:
        """Commands that contain `part` fail."""
        self._failing.append(part)

    def recover(self, part: str) -> None:
        """Commands that contain `part` work from now on."""
        self._failing.remove(part)

    def when(self, part: str, effect: Effect) -> None:
        """Running a command that contains `part` has this effect."""
        self._effects.append((part, effect))

    def find(self, name: str) -> Path | None:
        return Path("/programs", name) if name in self.installed else None

    def run(
        self,
        *command: str | Path,
        timeout_seconds: float | None = None,
        environment: Mapping[str, str] | None = None,
        quiet: bool = False,
    ) -> None:
        line = " ".join(map(str, command))
        self.ran.append(line)
        self.time_limits[line] = timeout_seconds
        if any(part in line for part in self._failing):
            raise CommandError(command, "ended with code 1.")
        for part, effect in self._effects:
            if part in line:
                effect()

    def lines_with(self, part: str) -> list[str]:
        """The commands run so far that contain `part`."""
        return [line for line in self.ran if part in line]
