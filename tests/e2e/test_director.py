"""A game is running: a game master with nothing but a keyboard, a player on a phone and one at a larger screen."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest
from playwright.sync_api import BrowserContext, Locator, Page, expect

from tests.e2e.conftest import NAME, PASSWORD, App, set_up
from tests.e2e.wire import Wire

VETERAN = "Grizzled Veteran"
LINE = "a scarred deserter who betrayed the harbour"
FACELESS: list[dict[str, Any]] = [
    {"name": "Hollis", "description": "the ferryman with the copper hook", "visible_to_players": True},
    {"name": "Mirelle", "description": "a glass singer"},
]
REACH = 120  # stops of the Tab key; there are fewer on the page


@pytest.fixture(scope="module")
def app(start_app: Callable[..., App]) -> App:
    return start_app()


@dataclass
class Game:
    """The desk of the game master, two players, what the server sent to those, and a script of the game master's."""

    app: App
    world: str
    session: str
    code: str
    owner: httpx.Client
    desk: Page
    bram: Page
    cora: Page
    wires: tuple[Wire, Wire] = field(default_factory=lambda: (Wire(), Wire()))

    def pictures_of(self, name: str) -> list[dict[str, Any]]:
        """Newest batch first, in its order."""
        [entity_id] = [each["id"] for each in self.all("characters") if each["name"] == name]
        return self.owner.get(f"/api/assets?world_id={self.world}&entity_id={entity_id}").json()["items"]

    def all(self, kind: str) -> list[dict[str, Any]]:
        """Everybody, or everywhere."""
        return self.owner.get(f"/api/worlds/{self.world}/{kind}?limit=100").json()["items"]

    def picture(self, asset: dict[str, Any]) -> str:
        """The file itself, as a wire keeps it."""
        return self.owner.get(asset["image_url"]).content.decode("latin-1")


@pytest.fixture(scope="module")
def world(app: App, browser: Any) -> Iterator[httpx.Client]:
    """The demo world, and a script of its owner's."""
    page = browser.new_page()
    set_up(page, app.url, with_demo=True)
    page.close()
    with httpx.Client(base_url=app.url, trust_env=False) as owner:
        owner.post("/api/auth/login", json={"name": NAME, "password": PASSWORD}).raise_for_status()
        world_id = owner.get("/api/worlds").json()["items"][0]["id"]
        for character in FACELESS:
            owner.post(f"/api/worlds/{world_id}/characters", json=character).raise_for_status()
        yield owner


@pytest.fixture
def game(app: App, world: httpx.Client, open_context: Callable[..., BrowserContext]) -> Game:
    """A table of its own for each test, with its game master in Director Mode and two players."""
    world_id = world.get("/api/worlds").json()["items"][0]["id"]
    table = world.post(f"/api/worlds/{world_id}/sessions", json={"name": "Thursday"}).json()
    desk = open_context().new_page()
    desk.goto(f"{app.url}/login?next=/worlds/{world_id}/direct?table={table['id']}")
    desk.get_by_label("Your name").fill(NAME)
    desk.get_by_label("Password", exact=True).fill(PASSWORD)
    desk.get_by_role("button", name="Sign In").click()
    expect(desk.locator(".npc").first).to_be_visible()
    bram, cora = open_context(390, 844).new_page(), open_context(1180, 820).new_page()
    game = Game(app, world_id, table["id"], table["join_code"], world, desk, bram, cora)
    for page, name, wire in zip((bram, cora), ("Bram", "Cora"), game.wires, strict=True):
        wire.listen(page)
        sit_down(page, game, name)
    expect(desk.get_by_role("button", name="Players at the table: 2")).to_be_visible()
    return game


def sit_down(page: Page, game: Game, name: str) -> None:
    page.goto(f"{game.app.url}/join/{game.code}")
    page.get_by_label("Your name at the table").fill(name)
    page.get_by_role("button", name="Sit Down").click()
    expect(page).to_have_url(re.compile("/play/"))
    expect(page.get_by_text(f"Live · {name}")).to_be_visible()


def tab_to(page: Page, target: Locator) -> None:
    """Go there by the Tab key alone."""
    for _ in range(REACH):
        if target.evaluate("element => element === document.activeElement"):
            return
        page.keyboard.press("Tab")
    pytest.fail(f"the Tab key never comes to {target}")


def press_button(page: Page, name: str | re.Pattern[str]) -> None:
    """By keyboard."""
    tab_to(page, page.get_by_role("button", name=name))
    page.keyboard.press("Enter")


def face(desk: Page, name: str) -> None:
    """Find somebody, and let the keys speak of them."""
    desk.keyboard.press("/")
    desk.keyboard.press("Control+A")
    desk.keyboard.type(name)
    expect(desk.locator(".npc")).to_have_count(1)
    desk.keyboard.press("Tab")
    desk.evaluate("document.activeElement.blur()")
    desk.keyboard.press("j")
    expect(desk.locator(".npc[aria-current=true]")).to_contain_text(name)


def make_veteran(desk: Page) -> None:
    desk.keyboard.press("n")
    expect(desk.get_by_label("Name", exact=True)).to_be_focused()
    desk.keyboard.type(VETERAN)
    desk.keyboard.press("Tab")
    desk.keyboard.type(LINE)
    desk.keyboard.press("Enter")


def figure(page: Page, name: str) -> Locator:
    """Somebody on a player's stage."""
    return page.locator(".scene-figures").get_by_role("img", name=name)


def bring_veteran_on(game: Game, snapshot: Callable[[Page, str], None]) -> None:
    """Made, painted, and on the stage for both players, nameless."""
    desk, bram, cora = game.desk, game.bram, game.cora
    make_veteran(desk)
    expect(desk.get_by_role("button", name="Queue: 1")).to_be_visible()
    expect(bram.get_by_text("Something is being painted…")).to_be_visible()
    expect(desk.get_by_text(f"Portrait ready for {VETERAN}")).to_be_visible()
    snapshot(desk, "director-ready")
    desk.keyboard.press("b")
    for player in (bram, cora):
        expect(figure(player, "A stranger")).to_be_visible()
        expect(player.get_by_text(VETERAN)).to_have_count(0)
    expect(desk.get_by_text("On the stage, as “A stranger”")).to_be_visible()
    snapshot(bram, "play-stage-phone")
    snapshot(cora, "play-stage-wide")


def reveal_second_picture_to_bram(game: Game, snapshot: Callable[[Page, str], None]) -> None:
    """And something more is put on the stage afterwards, so that whatever Cora was sent of it has arrived."""
    desk = game.desk
    desk.keyboard.press("r")
    expect(desk.get_by_role("radio", name=re.compile(VETERAN)).first).to_be_focused()
    desk.keyboard.press("ArrowRight")
    desk.keyboard.press("Tab")
    desk.keyboard.press("ArrowDown")
    expect(desk.get_by_role("radio", name="as a handout only to")).to_be_checked()
    desk.keyboard.press("Tab")
    expect(desk.get_by_role("checkbox", name="Bram")).to_be_focused()
    desk.keyboard.press("Space")
    snapshot(desk, "director-reveal")
    desk.keyboard.press("Control+Enter")
    expect(handout(game.bram)).to_be_visible()
    expect(desk.get_by_text("Handout to Bram, as “A picture”")).to_be_visible()
    snapshot(game.bram, "play-handout-phone")
    desk.keyboard.press("k")
    desk.keyboard.press("b")
    expect(game.cora.locator(".scene-figures img")).to_have_count(2)


def expect_nothing_secret_on_the_wires(game: Game) -> None:
    """Of the first picture both were told, of the second only Bram, and neither whom they show."""
    first, second, *_ = game.pictures_of(VETERAN)
    brams, coras = game.wires
    assert brams.holding(second["id"]), "the test would not notice"
    assert coras.holding(first["id"]), "the test would not notice"
    assert game.picture(second) in brams.answers, "the test would not notice"
    assert game.picture(first) in coras.answers, "the test would not notice"
    assert coras.holding(second["id"]) == []
    assert game.picture(second) not in coras.answers
    for wire in game.wires:
        for secret in (VETERAN, "deserter", first["entity_id"], "orkflow", "blurry"):
            assert wire.holding(secret) == [], secret
    asked = game.cora.request.get(f"{game.app.url}{second['image_url']}")
    assert asked.status == 404


def handout(page: Page) -> Locator:
    """The nameless picture that is open on a player's screen."""
    return page.get_by_role("dialog").get_by_role("img", name="A picture")


def test_a_stranger_gets_a_face_stands_on_the_stage_and_a_handout_for_one_is_not_even_on_the_others_wire(
    game: Game, open_context: Callable[..., BrowserContext], snapshot: Callable[[Page, str], None]
) -> None:
    desk, bram, cora = game.desk, game.bram, game.cora
    bring_veteran_on(game, snapshot)

    reveal_second_picture_to_bram(game, snapshot)

    expect(cora.get_by_role("dialog")).to_have_count(0)
    expect_nothing_secret_on_the_wires(game)
    dara = open_context(820, 1180).new_page()
    sit_down(dara, game, "Dara")
    expect(figure(dara, "A stranger")).to_be_visible()
    expect(dara.get_by_role("dialog")).to_have_count(0)

    press_button(desk, f"Take {VETERAN} back")
    expect(figure(bram, "A stranger")).to_have_count(0)
    press_button(desk, f"Take the handout of {VETERAN} back")
    expect(handout(bram)).to_be_hidden()
    expect(bram.get_by_role("list", name="Handouts")).to_have_count(0)

    tab_to(desk, desk.get_by_role("link", name="Exit Director Mode"))
    desk.keyboard.press("Enter")
    expect(desk).to_have_url(re.compile("/create"))
    expect(desk.get_by_role("heading", name="Ansel Rook")).to_be_attached()


def test_pictures_are_asked_for_and_shown_by_keyboard(game: Game, snapshot: Callable[[Page, str], None]) -> None:
    desk = game.desk
    current = desk.locator(".npc[aria-current=true]")
    expect(current).to_contain_text("Ansel Rook")
    desk.keyboard.press("j")
    expect(current).to_contain_text("Brother Aldwin")
    desk.keyboard.press("k")
    expect(current).to_contain_text("Ansel Rook")
    face(desk, "Hollis")
    desk.keyboard.press("g")
    dialog = desk.get_by_role("dialog")
    expect(dialog).to_contain_text("Generate Portrait")
    expect(dialog.get_by_label("Prompt", exact=True)).to_have_value(
        "Portrait of Hollis, the ferryman with the copper hook"
    )
    expect(dialog.get_by_label("Negative Prompt")).not_to_have_value("")
    desk.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    desk.keyboard.press("b")
    expect(desk.get_by_text("There is no picture of Hollis yet that could be shown.")).to_be_visible()
    desk.keyboard.press("s")
    expect(dialog).to_contain_text("Generate Sprite")
    desk.keyboard.press("Control+Enter")
    expect(dialog).to_be_hidden()

    desk.keyboard.press("q")
    panel = desk.get_by_role("complementary", name="Generation Queue")
    expect(panel).to_contain_text(re.compile(r"Hollis Sprite\s*(Generating|Queued)"))
    snapshot(desk, "director-queue")
    desk.keyboard.press("q")
    expect(panel).to_be_hidden()
    expect(desk.get_by_text("Sprite ready for Hollis")).to_be_visible()
    desk.keyboard.press("Alt+T")
    tab_to(desk, desk.get_by_role("button", name="Show", exact=True))
    desk.keyboard.press("Enter")
    expect(figure(game.bram, "Hollis")).to_be_visible()


def test_everything_about_people_and_the_stage_is_done_by_keyboard(game: Game) -> None:
    desk, bram = game.desk, game.bram
    images = bram.locator(".scene-figures img")
    face(desk, "Odile Marrow")
    desk.keyboard.press("b")
    expect(figure(bram, "Odile Marrow")).to_be_visible()
    tab_to(desk, desk.get_by_label("Mood of Odile Marrow"))
    desk.keyboard.press("Control+A")
    desk.keyboard.type("Furious")
    desk.keyboard.press("Tab")
    desk.keyboard.press("Control+A")
    desk.keyboard.type("Leave before dawn")
    desk.keyboard.press("Tab")
    press_button(desk, re.compile("^Players know Odile Marrow"))
    expect(figure(bram, "A stranger")).to_be_visible()
    press_button(desk, re.compile("^Odile Marrow is hidden"))
    expect(figure(bram, "Odile Marrow")).to_be_visible()
    odile = {each["name"]: each for each in game.all("characters")}["Odile Marrow"]
    assert (odile["mood"], odile["immediate_goal"]) == ("Furious", "Leave before dawn")

    face(desk, "Ines Calloway")
    desk.keyboard.press("b")
    expect(images).to_have_count(2)
    press_button(desk, "Move Ines Calloway to the left")
    expect(images.first).to_have_attribute("alt", "Ines Calloway")
    press_button(desk, "Wrackmouth Harbour")
    expect(bram.locator(".scene-place")).to_have_text("Wrackmouth Harbour")
    press_button(desk, "Clear the Stage")
    expect(bram.locator(".scene")).to_have_count(0)
    desk.evaluate("document.activeElement.blur()")
    desk.keyboard.press("?")
    expect(desk.get_by_role("dialog", name="Keys")).to_contain_text("Quick NPC")


def test_on_a_phone_nothing_moves_under_the_finger_when_a_batch_completes(
    game: Game, snapshot: Callable[[Page, str], None]
) -> None:
    desk = game.desk
    desk.set_viewport_size({"width": 390, "height": 844})
    snapshot(desk, "director-phone")
    cards = desk.locator(".npc")
    desk.get_by_role("button", name="Generate Portrait of Mirelle").click()
    desk.get_by_role("dialog").get_by_role("button", name=re.compile("^Generate 4")).click()
    expect(desk.get_by_role("dialog")).to_be_hidden()
    expect(desk.get_by_role("button", name="Queue: 1")).to_be_visible()
    before = [card.bounding_box() for card in cards.all()]

    expect(desk.get_by_text("Portrait ready for Mirelle")).to_be_visible()
    expect(desk.get_by_role("button", name="Queue: 0")).to_be_visible()

    assert [card.bounding_box() for card in cards.all()] == before
    bar = desk.get_by_role("group", name="At hand").bounding_box()
    assert bar is not None
    assert bar["y"] + bar["height"] == 844, "what a thumb wants is at the lower edge"
    for name in ("Quick NPC", "Handout", "Clear the stage"):
        box = desk.get_by_role("group", name="At hand").get_by_role("button", name=name).bounding_box()
        assert box is not None
        assert box["height"] >= 44
    assert desk.evaluate("document.documentElement.scrollWidth") == 390
    snapshot(desk, "director-phone-ready")


def test_a_players_screen_that_lost_its_connection_catches_up_with_the_stage(game: Game) -> None:
    face(game.desk, "Odile Marrow")
    game.bram.context.set_offline(True)
    game.desk.keyboard.press("b")
    expect(figure(game.cora, "Odile Marrow")).to_be_visible()

    game.bram.context.set_offline(False)

    expect(figure(game.bram, "Odile Marrow")).to_be_visible(timeout=60_000)
