"""Finds or brings the browser that the end-to-end tests drive, and writes where it is to `.venv/browser-path`."""

import os
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from workshop.environment import ROOT
from workshop.programs import CommandError, Programs, SystemPrograms, WorkshopError

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
MAC_APPLICATIONS = (
    Path("/Applications/Chromium.app/Contents/MacOS/Chromium"),
    Path("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"),
)
INSTALLERS: Mapping[str, tuple[tuple[str, ...], ...]] = {
    "apt-get": (("apt-get", "update", "-qq"), ("apt-get", "install", "-y", "-qq", "chromium")),
    "dnf": (("dnf", "install", "-y", "-q", "chromium"),),
    "pacman": (("pacman", "-S", "--noconfirm", "chromium"),),
    "brew": (("brew", "install", "--cask", "chromium"),),
}
START_SECONDS = 30
DOWNLOAD_SECONDS = 300
INSTALL_SECONDS = 900
ADVICE = (
    "The end-to-end tests need Chromium. Install it with your package manager "
    "(Debian: apt-get install chromium; Fedora: dnf install chromium; macOS: brew install --cask chromium), "
    "or set WRLDBLDR_BROWSER to a Chromium or Chrome you have."
)


class BrowserSearch:
    """Tries one way after the other until a browser starts."""

    def __init__(
        self,
        programs: Programs,
        *,
        environment: Mapping[str, str],
        python: Path,
        playwright_path: Callable[[], Path],
        is_root: bool,
    ) -> None:
        """`playwright_path` tells where Playwright keeps its own browser once it is downloaded."""
        self._programs = programs
        self._environment = environment
        self._python = python
        self._playwright_path = playwright_path
        self._is_root = is_root

    def find_or_install(self) -> Path:
        """A browser that starts. Raises WorkshopError saying what to install when there is no way to one."""
        if named := self._environment.get("WRLDBLDR_BROWSER"):
            if self._starts(Path(named)):
                return Path(named)
            message = f"WRLDBLDR_BROWSER names {named}, which does not start."
            raise WorkshopError(message)
        found = self._on_this_machine() or self._downloaded() or self._installed()
        if found is None:
            raise WorkshopError(ADVICE)
        return found

    def _on_this_machine(self) -> Path | None:
        places = [place for name in NAMES if (place := self._programs.find(name))]
        return next((place for place in (*places, *MAC_APPLICATIONS) if self._starts(place)), None)

    def _downloaded(self) -> Path | None:
        path = self._playwright_path()
        if not self._starts(path):
            print("Downloading Chromium for the end-to-end tests ...", flush=True)
            command = (self._python, "-m", "playwright", "install", "chromium")
            if not self._succeeds(*command, timeout_seconds=DOWNLOAD_SECONDS):
                return None
        return path if self._starts(path) else None

    def _installed(self) -> Path | None:
        for name, commands in INSTALLERS.items():
            if self._programs.find(name) is None:
                continue
            prefix = self._privilege(name)
            if prefix is None:
                continue
            print(f"Installing Chromium with {name} ...", flush=True)
            if all(self._succeeds(*prefix, *command, timeout_seconds=INSTALL_SECONDS) for command in commands):
                return self._on_this_machine()
        return None

    def _privilege(self, installer: str) -> tuple[str, ...] | None:
        """What to put before an installing command; None when we may not install."""
        if self._is_root or installer == "brew":
            return ()
        if self._programs.find("sudo") and self._succeeds("sudo", "-n", "true", timeout_seconds=START_SECONDS):
            return ("sudo", "-n")
        return None

    def _starts(self, browser: Path) -> bool:
        """Also tells a browser whose libraries are missing, which is on disk and useless."""
        return self._succeeds(browser, "--version", timeout_seconds=START_SECONDS)

    def _succeeds(self, *command: str | Path, timeout_seconds: float) -> bool:
        try:
            self._programs.run(
                *command,
                timeout_seconds=timeout_seconds,
                environment={"DEBIAN_FRONTEND": "noninteractive"},
                quiet=True,
            )
        except CommandError:
            return False
        return True


def playwright_path() -> Path:
    """Where the installed Playwright keeps its own Chromium."""
    from playwright.sync_api import sync_playwright  # noqa: PLC0415  # only when no other browser was found

    with sync_playwright() as playwright:
        return Path(playwright.chromium.executable_path)


def main() -> int:
    """Write the browser's path; returns the exit code."""
    search = BrowserSearch(
        SystemPrograms(),
        environment=os.environ,
        python=Path(sys.executable),
        playwright_path=playwright_path,
        is_root=os.name != "nt" and os.geteuid() == 0,
    )
    try:
        browser = search.find_or_install()
    except WorkshopError as error:
        print(error, file=sys.stderr)
        return 1
    (ROOT / ".venv" / "browser-path").write_text(f"{browser}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
