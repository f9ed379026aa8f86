"""The end-to-end tests get a browser that starts, by the cheapest way there is on the machine."""

from pathlib import Path

import pytest

from tests.fakes.programs import FakePrograms
from workshop.browser import DOWNLOAD_SECONDS, BrowserSearch
from workshop.programs import WorkshopError

PLAYWRIGHTS_OWN = Path("/playwright/chromium")
ON_PATH = Path("/programs/chromium")


class Machine:
    """A made-up machine on which no browser starts until something brings one."""

    def __init__(self, *installed: str, is_root: bool = True, named: str = "") -> None:
        self.programs = FakePrograms(*installed)
        self.programs.fail("--version")
        self.search = BrowserSearch(
            self.programs,
            environment={"WRLDBLDR_BROWSER": named},
            python=Path("/programs/python"),
            playwright_path=lambda: PLAYWRIGHTS_OWN,
            is_root=is_root,
        )

    def has_chromium(self) -> None:
        """From now on Chromium is on PATH and starts."""
        self.programs.installed.add("chromium")
        self.programs.recover("--version")


def test_a_browser_on_path_is_used_and_nothing_is_fetched() -> None:
    machine = Machine()
    machine.has_chromium()

    assert machine.search.find_or_install() == ON_PATH
    assert machine.programs.ran == [f"{ON_PATH} --version"]


def test_the_browser_named_in_the_environment_comes_first() -> None:
    machine = Machine(named="/my/chrome")
    machine.has_chromium()

    assert machine.search.find_or_install() == Path("/my/chrome")


def test_a_named_browser_that_does_not_start_is_an_error_and_not_replaced_in_silence() -> None:
    machine = Machine("apt-get", named="/my/chrome")

    with pytest.raises(WorkshopError, match="/my/chrome"):
        machine.search.find_or_install()

    assert machine.programs.ran == ["/my/chrome --version"]


def test_without_one_playwrights_download_is_tried_with_a_time_limit() -> None:
    machine = Machine("apt-get")
    machine.programs.when("playwright install", lambda: machine.programs.recover("--version"))

    assert machine.search.find_or_install() == PLAYWRIGHTS_OWN
    (download,) = machine.programs.lines_with("playwright install")
    assert machine.programs.time_limits[download] == DOWNLOAD_SECONDS
    assert not machine.programs.lines_with("apt-get")


def test_a_download_that_lacks_the_systems_libraries_is_passed_over() -> None:
    machine = Machine("apt-get")
    machine.programs.when("apt-get install", machine.has_chromium)

    assert machine.search.find_or_install() == ON_PATH
    assert machine.programs.lines_with("playwright install")


def test_where_the_download_fails_root_installs_the_systems_package() -> None:
    machine = Machine("apt-get")
    machine.programs.fail("playwright install")
    machine.programs.when("apt-get install", machine.has_chromium)

    assert machine.search.find_or_install() == ON_PATH
    assert machine.programs.lines_with("apt-get") == ["apt-get update -qq", "apt-get install -y -qq chromium"]


def test_sudo_is_used_only_when_it_asks_for_no_password() -> None:
    machine = Machine("dnf", "sudo", is_root=False)
    machine.programs.when("dnf install", machine.has_chromium)

    assert machine.search.find_or_install() == ON_PATH
    assert machine.programs.lines_with("dnf") == ["sudo -n dnf install -y -q chromium"]


def test_without_rights_nothing_is_installed_and_the_sentence_says_what_to_do() -> None:
    machine = Machine("apt-get", "sudo", is_root=False)
    machine.programs.fail("sudo -n true")

    with pytest.raises(WorkshopError, match="apt-get install chromium"):
        machine.search.find_or_install()

    assert not machine.programs.lines_with("apt-get")


def test_homebrew_needs_no_rights() -> None:
    machine = Machine("brew", is_root=False)
    machine.programs.when("brew install", machine.has_chromium)

    assert machine.search.find_or_install() == ON_PATH


def test_when_every_way_fails_the_sentence_says_what_to_do() -> None:
    machine = Machine("apt-get")
    machine.programs.fail("apt-get update")

    with pytest.raises(WorkshopError, match="WRLDBLDR_BROWSER"):
        machine.search.find_or_install()

    assert not machine.programs.lines_with("apt-get install")
