"""An owner looks after the disk; and what was backed up while the app ran is there again in another one."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import BrowserContext, Page, expect

from tests.e2e.conftest import NAME, PASSWORD, ROOT, App, expect_shelf, set_up


@pytest.fixture(scope="module")
def app(start_app: Callable[..., App]) -> App:
    return start_app()


def program(app: App, *words: str, data_dir: Path | None = None) -> str:
    """What a word on the command line says, while the app runs or not."""
    places = {"WRLDBLDR_DATA_DIR": str(data_dir or app.data_dir)}
    done = subprocess.run(
        [sys.executable, "-m", "wrldbldr", *words],
        cwd=ROOT, env=os.environ | places, capture_output=True, text=True, check=True, timeout=60,
    )  # fmt: skip
    return done.stdout


def test_the_disk_is_looked_after_and_a_backup_of_the_running_app_is_a_world_again(
    app: App,
    start_app: Callable[..., App],
    open_context: Callable[..., BrowserContext],
    snapshot: Callable[[Page, str], None],
    tmp_path: Path,
) -> None:
    owner = open_context().new_page()
    set_up(owner, app.url, with_demo=True)
    owner.goto(f"{app.url}/settings")
    owner.get_by_role("navigation", name="Sections").get_by_role("button", name="Storage").click()
    storage = owner.locator(".sect:visible")
    expect(storage.get_by_role("heading", name="Storage", level=1)).to_be_visible()
    expect(storage.get_by_text("are free on this disk")).to_be_visible()
    expect(storage.get_by_role("listitem").filter(has_text=NAME)).to_contain_text("pictures")
    storage.get_by_role("button", name="Look for Unused Files").click()
    expect(storage.get_by_text("Every file that is older than an hour belongs to a picture.")).to_be_visible()
    snapshot(owner, "storage")
    found = Axe().run(owner).response["violations"]
    assert [one["id"] for one in found if one["impact"] in ("serious", "critical")] == []
    owner.set_viewport_size({"width": 390, "height": 844})
    owner.goto(f"{app.url}/settings?section=storage")
    expect(storage.get_by_text("are free on this disk")).to_be_visible()
    snapshot(owner, "storage-phone")
    assert owner.evaluate("document.documentElement.scrollWidth") <= 390

    said = program(app, "backup", str(tmp_path / "backups"))
    [backup] = (tmp_path / "backups").iterdir()
    assert f"make restore BACKUP={backup}" in said
    data_dir = tmp_path / "restored"
    assert "with every file" in program(app, "restore", str(backup), data_dir=data_dir)

    restored = start_app(WRLDBLDR_DATA_DIR=str(data_dir))
    page = open_context().new_page()
    page.goto(f"{restored.url}/login")
    page.get_by_label("Your name").fill(NAME)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign In").click()
    expect_shelf(page)
    expect(page.get_by_role("heading", name="The Lantern Coast")).to_be_visible()
    cover = page.locator("main img").first
    expect(cover).to_be_visible()
    assert cover.evaluate("(image) => image.decode().then(() => image.naturalWidth)") > 0
