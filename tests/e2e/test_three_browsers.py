"""A game master, a player and another game master side by side: who sees what, on the screen and on the wire."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import httpx
import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.e2e.conftest import NAME, PASSWORD, App, set_up
from tests.e2e.wire import Wire

BERTA, BERTAS_PASSWORD = "Berta", "another lantern at sea"
SECRET_PROMPT = "the harbourmaster is the murderer"
HIDDEN = "Grizel the Informer"
SHOWN = "Odile Marrow"


@pytest.fixture(scope="module")
def app(start_app: Callable[..., App]) -> App:
    return start_app()


def sit_down(page: Page, code: str, name: str, url: str, snapshot: Callable[[Page, str], None]) -> None:
    page.goto(f"{url}/join/{code}")
    expect(page.get_by_label("Code of the table")).to_have_value(code)
    page.get_by_label("Your name at the table").fill(name)
    snapshot(page, "join-phone")
    page.get_by_role("button", name="Sit Down").click()
    expect(page).to_have_url(re.compile("/play/"))


def open_the_world(page: Page) -> None:
    page.get_by_role("link", name=re.compile("^Open")).first.click()
    expect(page).to_have_url(re.compile("/create"))
    expect(page.get_by_role("button", name=re.compile(f"^{SHOWN}")).first).to_be_visible()


@contextmanager
def as_owner(url: str) -> Iterator[httpx.Client]:
    """A script of the owner's."""
    with httpx.Client(base_url=url, trust_env=False) as client:
        client.post("/api/auth/login", json={"name": NAME, "password": PASSWORD}).raise_for_status()
        yield client


def join_code_of(desk: Page, snapshot: Callable[[Page, str], None]) -> str:
    desk.get_by_role("button", name=re.compile("^Players at the table")).click()
    dialog = desk.get_by_role("dialog")
    expect(dialog.get_by_text("Nobody yet.")).to_be_visible()
    snapshot(desk, "players-window")
    code = dialog.locator(".join-code").inner_text()
    desk.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    return code


def seat_of(page: Page) -> str:
    """The secret in the player's cookie: scripts must not be able to read it anywhere."""
    return next(cookie.get("value", "") for cookie in page.context.cookies() if cookie.get("name") == "wrldbldr_seat")


def generate(desk: Page, name: str) -> None:
    desk.get_by_role("button", name=re.compile(f"^{name}")).first.click()
    expect(desk.get_by_role("heading", name=name)).to_be_visible()
    desk.get_by_role("button", name=re.compile("^Generate Portrait")).first.click()
    dialog = desk.get_by_role("dialog")
    dialog.get_by_label("Prompt", exact=True).fill(SECRET_PROMPT)
    desk.keyboard.press("Control+Enter")
    expect(dialog).to_be_hidden()


@dataclass
class Table:
    """The owner's desk, a player's phone, another game master's desk, and what the server sent to the last two."""

    url: str
    world: str
    hidden_id: str
    owner: httpx.Client
    desk: Page
    phone: Page
    elsewhere: Page
    wire: Wire = field(default_factory=Wire)
    other_wire: Wire = field(default_factory=Wire)

    def reveal_only_odile(self) -> None:
        for kind in ("characters", "locations"):
            for row in self.owner.get(f"/api/worlds/{self.world}/{kind}?limit=100").json()["items"]:
                visible = {"visible_to_players": row["name"] == SHOWN}
                self.owner.patch(f"/api/{kind}/{row['id']}", json=visible).raise_for_status()

    def open_bertas_world(self) -> None:
        page = self.elsewhere
        self.other_wire.listen(page)
        page.goto(self.url)
        page.get_by_label("Your name").fill(BERTA)
        page.get_by_label("Password", exact=True).fill(BERTAS_PASSWORD)
        page.get_by_role("button", name="Sign In").click()
        expect(page.get_by_role("heading", name="Your worlds")).to_be_visible()
        page.get_by_role("button", name="Make a World").click()
        page.get_by_role("dialog").get_by_label("Name").fill("The Bone Orchard")
        page.get_by_role("dialog").get_by_role("button", name="Make the World").click()
        expect(page).to_have_url(re.compile("/create"))

    def heard_elsewhere(self, since: int) -> set[str]:
        """The states of which the other game master was sent anything, after so many frames."""
        return {state for frame in self.other_wire.frames[since:] for state in re.findall(r'____(\w+)":\{', frame)}

    def reveal_the_hidden_one(self) -> None:
        """With the picture her game master chooses."""
        [asset, *_] = self.owner.get(f"/api/assets?world_id={self.world}&entity_id={self.hidden_id}").json()["items"]
        self.owner.post(f"/api/assets/{asset['id']}/activate").raise_for_status()
        visible = {"visible_to_players": True}
        self.owner.patch(f"/api/characters/{self.hidden_id}", json=visible).raise_for_status()


@pytest.fixture
def table(app: App, open_context: Callable[..., BrowserContext]) -> Iterator[Table]:
    """The demo world, where players know one person, and somebody in it whom they do not."""
    desk = open_context().new_page()
    set_up(desk, app.url, with_demo=True)
    open_the_world(desk)
    world = desk.url.partition("/worlds/")[2].partition("/")[0]
    with as_owner(app.url) as owner:
        owner.post("/api/accounts", json={"name": BERTA, "password": BERTAS_PASSWORD}).raise_for_status()
        hidden = owner.post(f"/api/worlds/{world}/characters", json={"name": HIDDEN}).json()
        phone, elsewhere = open_context(390, 844).new_page(), open_context(1180, 820).new_page()
        table = Table(app.url, world, hidden["id"], owner, desk, phone, elsewhere)
        table.reveal_only_odile()
        yield table


def test_each_sees_what_is_theirs_at_once_and_the_player_nothing_secret_not_even_on_the_wire(
    table: Table, snapshot: Callable[[Page, str], None]
) -> None:
    desk, phone, wire = table.desk, table.phone, table.wire
    code = join_code_of(desk, snapshot)
    table.open_bertas_world()
    wire.listen(phone)
    sit_down(phone, code, "Bram", table.url, snapshot)
    expect(phone.get_by_role("button", name=SHOWN)).to_be_visible()
    snapshot(phone, "play-phone")
    expect(desk.get_by_role("button", name="Players at the table: 1")).to_be_visible()

    before = len(table.other_wire.frames)
    generate(desk, HIDDEN)

    expect(desk.locator(".live-card img")).to_be_visible()
    expect(phone.get_by_text("Something is being painted…")).to_be_visible()
    snapshot(phone, "play-phone-painting")
    expect(desk.locator(".tile:visible img").first).to_be_visible()
    expect(phone.get_by_text("Something is being painted…")).to_be_hidden()
    expect(phone.get_by_text(HIDDEN)).to_have_count(0)
    assert wire.frames, "nothing was recorded: the test is blind"
    assert before > 0, "nothing was recorded: the test is blind"
    assert table.heard_elsewhere(before) <= {"connection"}, "the ComfyUI that all share, and nothing else"
    for secret in (SECRET_PROMPT, HIDDEN, table.hidden_id, "blurry", "workflow", "comfyui", NAME, seat_of(phone)):
        assert wire.holding(secret) == [], secret
    for secret in (SECRET_PROMPT, HIDDEN, SHOWN, table.hidden_id, "Bram", code):
        assert table.other_wire.holding(secret) == [], secret

    table.reveal_the_hidden_one()

    phone.get_by_role("button", name=HIDDEN).click()
    expect(phone.get_by_role("dialog").get_by_role("img", name=HIDDEN)).to_be_visible()
    snapshot(phone, "play-phone-picture")
    phone.keyboard.press("Escape")
    assert {image.partition(" ")[0] for image in wire.images} <= {"200", "304"}
    assert wire.holding(SECRET_PROMPT) == []
    assert table.other_wire.holding(HIDDEN) == []

    desk.get_by_role("button", name=re.compile("^Players at the table")).click()
    desk.get_by_role("button", name="Send Bram away").click()

    expect(phone).to_have_url(re.compile("/join"))
    expect(phone.get_by_text(HIDDEN)).to_have_count(0)
    expect(desk.get_by_text("Nobody yet.")).to_be_visible()
    desk.set_viewport_size({"width": 390, "height": 844})
    box = desk.get_by_role("dialog").bounding_box()
    assert box is not None
    assert (box["x"], box["width"]) == (0, 390), "the window fits a phone"


def test_a_wrong_code_is_said_and_what_was_typed_stays(
    app: App, open_context: Callable[..., BrowserContext], snapshot: Callable[[Page, str], None]
) -> None:
    page = open_context(390, 844).new_page()
    page.goto(f"{app.url}/join")
    page.get_by_label("Code of the table").fill("nope")
    page.get_by_label("Your name at the table").fill("Bram")
    page.keyboard.press("Enter")

    expect(page.get_by_role("alert")).to_contain_text("That code opens no table")
    expect(page.get_by_label("Your name at the table")).to_have_value("Bram")
    expect(page.get_by_label("Code of the table")).to_be_focused()
    snapshot(page, "join-refused")
