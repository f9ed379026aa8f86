"""Starts WrldBldr: checks what must be true first, in sentences, then becomes the server.

`python -m wrldbldr` serves; with `--reload` it restarts when the code changes. `python -m wrldbldr backup [folder]` copies all
there is while it runs, and `restore <backup>` puts that back.
"""

import asyncio
import http.client
import os
import shlex
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path

from wrldbldr.domain.errors import WrldBldrError
from wrldbldr.kit.clock import Clock, SystemClock
from wrldbldr.serving import BUILT_FROM, BuiltPages
from wrldbldr.settings import Settings, load_settings

ROOT = Path(__file__).resolve().parents[1]
MINIMUM_PYTHON = (3, 11)
POLL_SECONDS = 0.25


class CannotStartError(WrldBldrError):
    """Something must be put right before the server can start."""

    code = "cannot_start"


def check_python(version: tuple[int, ...]) -> None:
    """Raises CannotStartError below Python 3.11."""
    if version < MINIMUM_PYTHON:
        found = ".".join(map(str, version[:3]))
        raise CannotStartError(f"WrldBldr needs Python 3.11 or newer; this is {found}.")


def check_data_folder(folder: Path) -> None:
    """Make the data folder if need be. Raises CannotStartError when nothing can be written to it."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise CannotStartError(
            f"The data folder {folder.absolute()} cannot be written to ({error.strerror}). "
            "Change its permissions, or set WRLDBLDR_DATA_DIR to another folder."
        ) from error


def keep_private(database: str) -> None:
    """What is made from now on is for its owner only, and so is the database at this URL: it holds headers and tokens.

    Windows gives a user's folders to that user anyway.
    """
    if os.name != "posix":
        return
    os.umask(0o077)
    file = database.split("///", 1)[-1]
    for path in map(Path, (file, f"{file}-wal", f"{file}-shm")):
        try:
            if path.exists() and path.stat().st_mode & 0o077:
                path.chmod(0o600)
        except OSError as error:
            print(f"Others on this machine may read {path} ({error.strerror}): change its owner.", file=sys.stderr)


def check_port(port: int) -> None:
    """Raises CannotStartError when another program listens on `port`."""
    with socket.socket() as probe:
        if os.name == "posix":  # a port whose connections are still closing is free; on Windows this would steal it
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("", port))
        except OSError as error:
            raise CannotStartError(
                f"Port {port} cannot be used ({error.strerror}). "
                "Stop the program that has it, or choose another port with WRLDBLDR_PORT."
            ) from error


def check_database(settings: Settings) -> None:
    """Raises a WrldBldrError when the database cannot be opened or is from a newer version."""
    from wrldbldr.db.migrations import check_revision  # noqa: PLC0415  # slow to import: the cheap checks go first

    check_revision(settings)


def check_comfyui(settings: Settings) -> None:
    """Raises a WrldBldrError for an address or headers that no request could use."""
    from wrldbldr.comfyui.address import connection_settings  # noqa: PLC0415  # as above

    if settings.comfyui_url:
        headers = {name: value.get_secret_value() for name, value in settings.comfyui_headers.items()}
        connection_settings(settings.comfyui_url, headers)


def server_command(port: int, *, reload: bool, is_built: bool) -> list[str]:
    """The command that serves pages, websocket and API on one port, building the pages before unless `is_built`."""
    if is_built:
        return [sys.executable, "-m", "wrldbldr.serving", str(port)]
    ports = ["--frontend-port", str(port), "--backend-port", str(port)]
    return [sys.executable, "-m", "reflex", "run", "--env", "preview" if reload else "prod", *ports]


def server_environment(environment: Mapping[str, str], *, reload: bool) -> dict[str, str]:
    """The environment for Reflex: our own bun first on PATH, its files inside the virtual environment, and quiet."""
    programs = Path(sys.executable).parent
    ours = {
        "REFLEX_CHECK_LATEST_VERSION": "false",
        "REFLEX_DIR": str(Path(sys.prefix) / "share" / "reflex"),
        "REFLEX_LOGLEVEL": "default" if reload else "error",
        # A screen whose network fell silent notices after so many seconds and connects again; Reflex would wait for 145.
        "REFLEX_SOCKET_INTERVAL": "10",
        "REFLEX_SOCKET_TIMEOUT": "15",
    }
    inherited = {name: value for name, value in environment.items() if name != "REFLEX_REDIS_URL"}  # it starts workers
    return {**ours, **inherited, "PATH": os.pathsep.join([str(programs), environment.get("PATH", os.defpath)])}


def answers(port: int) -> bool:
    """Whether our server answers on `port` of this machine."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=2)
    try:
        connection.request("GET", "/ping")
        return connection.getresponse().status == http.client.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


async def announce(url: str, *, is_up: Callable[[], bool], is_alive: Callable[[], bool], clock: Clock) -> None:
    """Say where the app is as soon as it is up; say nothing when the server ended before."""
    while is_alive():
        if is_up():
            print(f"\nWrldBldr is ready: {url}\nStop it with Ctrl+C.", flush=True)
            return
        await clock.sleep(POLL_SECONDS)


def is_running(process_id: int) -> bool:
    """Whether the process exists."""
    try:
        os.kill(process_id, 0)
    except OSError:
        return False
    return True


def announce_from_the_side(port: int) -> None:
    """Let a process of its own wait for the server: this one becomes the server, which cannot speak for itself."""
    server = os.getpid()
    child = os.fork()
    if child:
        os.waitpid(child, 0)
        return
    if os.fork() == 0:  # the grandchild belongs to the system, so the server is left with nobody to bury
        asyncio.run(
            announce(
                f"http://localhost:{port}",
                is_up=lambda: answers(port),
                is_alive=lambda: is_running(server),
                clock=SystemClock(),
            )
        )
    os._exit(0)


def serve(settings: Settings, *, reload: bool) -> int:
    """Become the server: signals reach it directly. Returns only on Windows, which cannot replace a process."""
    environment = server_environment(os.environ, reload=reload)
    pages = BuiltPages(ROOT, environment)
    is_built = not reload and pages.are_current()
    if is_built:
        print("WrldBldr is starting ...", flush=True)
    else:
        print("WrldBldr is starting; building its pages takes a moment ...", flush=True)
        environment |= {} if reload else {BUILT_FROM: pages.fingerprint()}
    command = server_command(settings.port, reload=reload, is_built=is_built)
    if os.name == "posix":
        announce_from_the_side(settings.port)
        os.execve(command[0], command, environment)  # noqa: S606  # no shell, and no parent that signals would stop at
    return subprocess.call(command, env=environment)  # noqa: S603  # our own command


def back_up(settings: Settings, folder: str) -> int:
    """Copy all there is, and say where it is. Returns the exit code. Raises BackupError."""
    from wrldbldr.media.store import MediaStore  # noqa: PLC0415  # slow to import, and of no use to a server
    from wrldbldr.services import backup  # noqa: PLC0415  # as above

    store = MediaStore(settings.media_dir)
    now = SystemClock().now()
    made = backup.back_up(settings.database_file, store, Path(folder) if folder else settings.backup_dir, now)
    print(
        f"The backup is in {made.folder}\n"
        f"Checked: the database is whole, and {made.in_words}\n"
        "It holds what opens accounts and ComfyUI: keep it where only you can read it.\n"
        f"To put it back: stop WrldBldr, move {settings.data_dir.absolute()} aside, then\n"
        f"    make restore BACKUP={shlex.quote(str(made.folder))}"
    )
    return 0


def restore(settings: Settings, folder: str) -> int:
    """Put a backup back, and say so. Returns the exit code. Raises BackupError."""
    from wrldbldr.services import backup  # noqa: PLC0415  # as above

    restored = backup.put_back(Path(folder), settings.database_file, settings.media_dir)
    print(f"It is all in {settings.data_dir.absolute()} again: {restored.in_words}\nStart WrldBldr with make run.")
    return 0


def main(arguments: list[str]) -> int:
    """Check, then serve. Returns the exit code when the server could not start."""
    where = Path.cwd()
    os.chdir(ROOT)
    try:
        check_python(sys.version_info[:3])
        settings = load_settings()
        if arguments[:1] in (["backup"], ["restore"]):
            keep_private(settings.database)
            folder = str(where / arguments[1]) if arguments[1:] else ""
            return back_up(settings, folder) if arguments[0] == "backup" else restore(settings, folder)
        check_comfyui(settings)
        keep_private(settings.database)
        check_data_folder(settings.data_dir)
        check_port(settings.port)
        check_database(settings)
    except WrldBldrError as error:
        print(error, file=sys.stderr)
        return 1
    return serve(settings, reload="--reload" in arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
