"""Built pages are served again while nothing they were made from has changed, and built anew when something has."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from reflex.constants import GitIgnore
from reflex.utils.frontend_skeleton import initialize_gitignore

from wrldbldr.serving import BuiltPages

CHECKOUT = Path(__file__).resolve().parents[1]

ENVIRONMENT = {"WRLDBLDR_PORT": "3000", "REFLEX_WEB_WORKDIR": ".web-here"}


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout whose pages are built, and noted as served."""
    for name in (
        "wrldbldr/pages/worlds.py",
        "assets/theme.css",
        "reflex.lock/bun.lock",
        "rxconfig.py",
        "requirements.lock",
    ):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(name)
    (tmp_path / ".web-here" / "build" / "client").mkdir(parents=True)
    (tmp_path / ".web-here" / "build" / "client" / "index.html").touch()
    pages = BuiltPages(tmp_path, ENVIRONMENT)
    pages.note(pages.fingerprint())
    return tmp_path


def test_a_second_start_does_not_build(checkout: Path) -> None:
    assert BuiltPages(checkout, ENVIRONMENT).are_current()


@pytest.mark.parametrize(
    "change",
    [
        lambda root: (root / "wrldbldr" / "pages" / "worlds.py").write_text("changed"),
        lambda root: (root / "wrldbldr" / "pages" / "new.py").touch(),
        lambda root: (root / "wrldbldr" / "pages" / "worlds.py").unlink(),
        lambda root: (root / "assets" / "theme.css").write_text("changed"),
        lambda root: (root / "reflex.lock" / "bun.lock").write_text("changed"),
        lambda root: (root / "rxconfig.py").write_text("changed"),
        lambda root: (root / "requirements.lock").write_text("changed"),
        lambda root: (root / ".web-here" / "build" / "client" / "index.html").unlink(),
        lambda root: (root / ".web-here" / "build" / "built-from").unlink(),
    ],
)
def test_a_change_in_what_pages_are_made_from_builds_them_anew(
    checkout: Path, change: Callable[[Path], object]
) -> None:
    change(checkout)

    assert not BuiltPages(checkout, ENVIRONMENT).are_current()


@pytest.mark.parametrize("changed", [{"WRLDBLDR_PORT": "3001"}, {"REFLEX_DEFAULT_COLOR_MODE": "light"}])
def test_another_port_or_setting_of_reflex_builds_them_anew(checkout: Path, changed: dict[str, str]) -> None:
    assert not BuiltPages(checkout, ENVIRONMENT | changed).are_current()


@pytest.mark.parametrize("changed", [{"WRLDBLDR_DATA_DIR": "/elsewhere"}, {"PATH": "/usr/bin"}])
def test_what_is_not_in_the_pages_does_not_build_them_anew(checkout: Path, changed: dict[str, str]) -> None:
    assert BuiltPages(checkout, ENVIRONMENT | changed).are_current()


def test_what_reflex_links_while_it_builds_is_no_change(checkout: Path) -> None:
    (checkout / "assets" / "external").mkdir()
    (checkout / "assets" / "external" / "linked.js").touch()

    assert BuiltPages(checkout, ENVIRONMENT).are_current()


def test_pages_that_were_never_built_are_not_noted(tmp_path: Path) -> None:
    BuiltPages(tmp_path, ENVIRONMENT).note("something")

    assert not BuiltPages(tmp_path, ENVIRONMENT).are_current()


def test_a_first_start_leaves_the_checkout_as_it_was_cloned(tmp_path: Path) -> None:
    ignored, locked = CHECKOUT / ".gitignore", CHECKOUT / "reflex.lock" / "package.json"
    copy = Path(shutil.copy(ignored, tmp_path))

    initialize_gitignore(copy, GitIgnore.DEFAULTS)

    assert copy.read_text() == ignored.read_text()
    assert locked.read_text() == json.dumps(json.loads(locked.read_text())), "not as Reflex writes it: start it once"
