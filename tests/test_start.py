"""Starting: what is checked first, what is said, and how the server is run."""

import asyncio
import os
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fakes.clock import FakeClock
from wrldbldr.__main__ import (
    CannotStartError,
    announce,
    answers,
    check_data_folder,
    check_port,
    check_python,
    keep_private,
    main,
    server_command,
    server_environment,
)


@pytest.fixture
def taken_port() -> Iterator[int]:
    """A port that another program listens on, for as long as the test lasts."""
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    listener.listen()
    yield listener.getsockname()[1]
    listener.close()


@pytest.fixture(autouse=True)
def _same_umask() -> Iterator[None]:
    """Starting narrows the rights of what this process makes: for the length of a test only."""
    before = os.umask(0o022)
    yield
    os.umask(before)


def rights(path: Path) -> int:
    return path.stat().st_mode & 0o777


def test_python_3_10_is_refused_in_a_sentence() -> None:
    with pytest.raises(CannotStartError, match=r"needs Python 3\.11 or newer; this is 3\.10\.9"):
        check_python((3, 10, 9))


def test_python_3_11_and_newer_are_fine() -> None:
    check_python((3, 11, 0))
    check_python((4, 0, 0))


def test_the_data_folder_is_made_with_its_parents(tmp_path: Path) -> None:
    check_data_folder(tmp_path / "my" / "worlds")

    assert list((tmp_path / "my" / "worlds").iterdir()) == []


def test_a_data_folder_that_cannot_be_made_is_named_with_the_way_out(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    with pytest.raises(CannotStartError, match=r"worlds cannot be written to .* WRLDBLDR_DATA_DIR"):
        check_data_folder(tmp_path / "file" / "worlds")


@pytest.mark.skipif(os.name != "posix", reason="Windows has no such rights")
def test_what_is_stored_is_for_its_owner_only(tmp_path: Path) -> None:
    file = tmp_path / "old.sqlite3"
    for name in ("old.sqlite3", "old.sqlite3-wal"):
        (tmp_path / name).touch(0o644)

    keep_private(f"sqlite+aiosqlite:///{file}")
    check_data_folder(tmp_path / "worlds")
    (tmp_path / "worlds" / "new.sqlite3").touch()

    assert (rights(file), rights(tmp_path / "old.sqlite3-wal")) == (0o600, 0o600)
    assert (rights(tmp_path / "worlds"), rights(tmp_path / "worlds" / "new.sqlite3")) == (0o700, 0o600)


@pytest.mark.skipif(os.name != "posix", reason="Windows has no such rights")
def test_starting_makes_a_data_folder_for_its_owner_only(
    taken_port: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WRLDBLDR_PORT", str(taken_port))
    monkeypatch.setenv("WRLDBLDR_DATA_DIR", str(tmp_path / "worlds"))

    assert main([]) == 1

    assert rights(tmp_path / "worlds") == 0o700


def test_a_taken_port_is_named_with_the_way_out(taken_port: int) -> None:
    with pytest.raises(CannotStartError, match=f"Port {taken_port} cannot be used .* WRLDBLDR_PORT"):
        check_port(taken_port)


def test_starting_on_a_taken_port_prints_one_sentence_and_no_traceback(
    taken_port: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("WRLDBLDR_PORT", str(taken_port))
    monkeypatch.setenv("WRLDBLDR_DATA_DIR", str(tmp_path))

    assert main([]) == 1

    assert len(capsys.readouterr().err.splitlines()) == 1


def test_a_setting_that_cannot_be_used_is_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("WRLDBLDR_PORT", "many")

    assert main([]) == 1

    assert "WRLDBLDR_PORT" in capsys.readouterr().err


def test_pages_websocket_and_api_share_one_port() -> None:
    command = " ".join(server_command(3005, reload=False, is_built=False))

    assert command.endswith("reflex run --env prod --frontend-port 3005 --backend-port 3005")


def test_pages_that_are_built_are_served_without_building() -> None:
    assert " ".join(server_command(3005, reload=False, is_built=True)).endswith("-m wrldbldr.serving 3005")


def test_reloading_is_reflexs_preview() -> None:
    assert "--env preview" in " ".join(server_command(3005, reload=True, is_built=False))


def test_our_own_bun_is_found_before_any_other() -> None:
    path = server_environment({"PATH": "/usr/bin"}, reload=False)["PATH"]

    ours, theirs = path.split(os.pathsep)
    assert (Path(ours) / "bun").exists()
    assert theirs == "/usr/bin"


def test_whoever_starts_the_server_may_make_reflex_talk() -> None:
    assert server_environment({}, reload=False)["REFLEX_LOGLEVEL"] == "error"
    assert server_environment({"REFLEX_LOGLEVEL": "debug"}, reload=False)["REFLEX_LOGLEVEL"] == "debug"


def test_nothing_answers_where_nobody_listens() -> None:
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))

        assert not answers(bound.getsockname()[1])


async def test_the_address_is_said_once_and_only_when_the_app_is_up(
    clock: FakeClock, capsys: pytest.CaptureFixture[str]
) -> None:
    ups = iter([False, False, True])

    async def wait() -> None:
        await announce("http://localhost:3000", is_up=lambda: next(ups), is_alive=lambda: True, clock=clock)

    await asyncio.gather(wait(), clock.advance(10))

    assert clock.sleeps == [0.25, 0.25]
    assert capsys.readouterr().out.count("http://localhost:3000") == 1


async def test_nothing_is_announced_when_the_server_ended_first(
    clock: FakeClock, capsys: pytest.CaptureFixture[str]
) -> None:
    await announce("http://localhost:3000", is_up=lambda: False, is_alive=lambda: False, clock=clock)

    assert capsys.readouterr().out == ""


def test_a_backup_is_made_by_a_word_and_put_back_by_another(
    tmp_path: Path, empty_database: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    data, backups = tmp_path / "data", tmp_path / "all my backups"
    data.mkdir()
    (data / "wrldbldr.sqlite3").write_bytes(empty_database.read_bytes())
    monkeypatch.setenv("WRLDBLDR_DATA_DIR", str(data))
    monkeypatch.setenv("WRLDBLDR_BACKUP_DIR", str(backups))
    monkeypatch.chdir(tmp_path)

    assert main(["backup"]) == 0
    [made] = backups.iterdir()
    assert f"make restore BACKUP='{made}'" in capsys.readouterr().out
    assert rights(made) == 0o700
    monkeypatch.chdir(tmp_path)
    assert main(["backup", "elsewhere"]) == 0
    assert len(list((tmp_path / "elsewhere").iterdir())) == 1

    assert main(["restore", str(made)]) == 1
    assert "There are worlds already" in capsys.readouterr().err
    data.rename(tmp_path / "aside")
    assert main(["restore", str(made)]) == 0
    assert "0 pictures with every file" in capsys.readouterr().out
    assert (data / "wrldbldr.sqlite3").is_file()
