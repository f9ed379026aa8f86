"""The environment is made once, from the lock files, with or without uv on the machine."""

from pathlib import Path

import pytest

from tests.fakes.programs import FakePrograms
from workshop.environment import Environment
from workshop.programs import CommandError, WorkshopError

PYTHON = Path("/programs/python3")


class Checkout:
    """A checkout on a made-up machine, on which installing makes the files that the real programs would make."""

    def __init__(self, root: Path, *installed: str, can_make_venv: bool = True) -> None:
        self.root = root
        self.programs = FakePrograms(*installed)
        self.environment = Environment(root, self.programs, python=PYTHON, can_make_venv=can_make_venv)
        self.write_lock("requirements.lock", "app==1")
        self.write_lock("requirements-dev.lock", "app==1 pytest==1")
        self.programs.when(" venv ", lambda: self._touch("python"))
        self.programs.when("requirements-uv.lock", lambda: self._touch("uv"))

    def write_lock(self, name: str, text: str) -> None:
        (self.root / name).write_text(text)

    def _touch(self, name: str) -> None:
        folder = self.environment.python.parent
        folder.mkdir(parents=True, exist_ok=True)
        (folder / name).touch()


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    return Checkout(tmp_path)


def test_without_uv_python_makes_the_environment_and_uv_is_put_into_it(checkout: Checkout) -> None:
    assert checkout.environment.ensure("run")

    made, _, brought_uv, installed = checkout.programs.ran
    assert made == f"{PYTHON} -m venv --clear {checkout.root / '.venv'}"
    assert brought_uv.endswith(f"--require-hashes -r {checkout.root / 'requirements-uv.lock'}")
    assert installed.startswith(f"{checkout.environment.python.parent / 'uv'} pip sync")
    assert installed.endswith(str(checkout.root / "requirements.lock"))


def test_uv_on_path_makes_the_environment_even_where_python_cannot(tmp_path: Path) -> None:
    checkout = Checkout(tmp_path, "uv", can_make_venv=False)

    checkout.environment.ensure("dev")

    made, installed = checkout.programs.ran
    assert made.startswith("/programs/uv venv")
    assert installed.startswith("/programs/uv pip sync")
    assert installed.endswith("requirements-dev.lock")


def test_everything_is_installed_by_its_hash(checkout: Checkout) -> None:
    checkout.environment.ensure("dev")

    installs = [line for line in checkout.programs.ran if ".lock" in line]
    assert len(installs) == 2
    assert all("--require-hashes" in line for line in installs)


def test_a_second_start_runs_nothing(checkout: Checkout) -> None:
    checkout.environment.ensure("run")
    checkout.programs.ran.clear()

    assert not checkout.environment.ensure("run")
    assert checkout.programs.ran == []


def test_what_the_tests_need_serves_the_app_too(checkout: Checkout) -> None:
    checkout.environment.ensure("dev")
    checkout.programs.ran.clear()

    assert not checkout.environment.ensure("run")
    assert checkout.programs.ran == []


def test_what_the_app_needs_does_not_serve_the_tests(checkout: Checkout) -> None:
    checkout.environment.ensure("run")

    assert checkout.environment.ensure("dev")
    assert checkout.programs.lines_with("requirements-dev.lock")


def test_a_changed_lock_is_installed_into_the_environment_that_is_there(checkout: Checkout) -> None:
    checkout.environment.ensure("run")
    checkout.programs.ran.clear()
    checkout.write_lock("requirements.lock", "app==2")

    assert checkout.environment.ensure("run")
    assert [line for line in checkout.programs.ran if "pip sync" not in line] == []


def test_an_interrupted_install_is_taken_up_again(checkout: Checkout) -> None:
    checkout.programs.fail("pip sync")
    with pytest.raises(CommandError):
        checkout.environment.ensure("run")

    checkout.programs.recover("pip sync")

    assert checkout.environment.ensure("run")


def test_an_environment_once_made_by_uv_gets_pip_when_uv_is_gone(checkout: Checkout) -> None:
    checkout.environment.python.parent.mkdir(parents=True)
    checkout.environment.python.touch()
    checkout.programs.fail("pip --version")

    checkout.environment.ensure("run")

    assert checkout.programs.lines_with("ensurepip")


def test_python_without_venv_is_told_in_a_sentence_what_to_install(tmp_path: Path) -> None:
    checkout = Checkout(tmp_path, can_make_venv=False)

    with pytest.raises(WorkshopError, match="Install python3-venv"):
        checkout.environment.ensure("run")

    assert checkout.programs.ran == []
