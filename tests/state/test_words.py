"""Words in a notice are data, whatever they look like: a name in another person's world must not stop the server."""

import ast
import logging
import signal
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import cast

import pytest

from tests.fakes.studio import Studio
from tests.state.tab import Tab, states_of_ours
from wrldbldr.domain.errors import InvalidInputError
from wrldbldr.domain.world import EntityType
from wrldbldr.services.cards import BatchCard
from wrldbldr.services.worlds import EntityChanges
from wrldbldr.state.live import Live
from wrldbldr.state.news import News
from wrldbldr.state.place import Mode
from wrldbldr.state.principal import refusal
from wrldbldr.state.toasts import toasts_for
from wrldbldr.state.words import spoken
from wrldbldr.state.worlds import Worlds

LIMIT_SECONDS = 60
ROOT = Path(__file__).resolve().parents[2]
LOOKS_LIKE_CODE = ("Bob <reflex.Var>x</reflex.Var>", "Bob <reflex.Var>1</reflex.Var>", 'Bob "</script>\\ ${1}`')
ROOMS = ("wrldbldr/state", "wrldbldr/components", "wrldbldr/pages", "wrldbldr/wrldbldr.py")


@pytest.fixture(autouse=True)
def a_limit() -> Generator[None]:
    """What hangs here hangs in the event loop, where no timeout of asyncio's would end it."""

    def give_up(*_: object) -> None:
        raise TimeoutError

    before = signal.signal(signal.SIGALRM, give_up)
    signal.alarm(LIMIT_SECONDS)
    yield
    signal.alarm(0)
    signal.signal(signal.SIGALRM, before)


async def a_card(studio: Studio) -> BatchCard:
    await studio.ask()
    (card,) = (await studio.engine.queue.look(studio.who, studio.scene.game_session.id, rows=1)).waiting
    return card


@pytest.mark.parametrize("text", LOOKS_LIKE_CODE)
def test_words_stay_words(text: str) -> None:
    assert "<" not in str(spoken(text))
    assert ast.literal_eval(str(spoken(text))) == text


@pytest.mark.parametrize("name", LOOKS_LIKE_CODE)
async def test_a_name_that_looks_like_code_is_shown_in_the_notices(desk: Tab, studio: Studio, name: str) -> None:
    await studio.open()
    await studio.engine.worlds.update_entity(
        studio.who, EntityType.CHARACTER, studio.scene.character.id, EntityChanges(name=name)
    )
    await desk.start(Live.listen)
    await studio.advance(1.0)

    await studio.ask()
    await studio.paint()
    await studio.advance(1.0)
    await studio.advance(1.0)

    assert "Portrait ready for Bob" in desk.scripts
    assert studio.listener_count == 1


@pytest.mark.parametrize("text", LOOKS_LIKE_CODE)
async def test_a_refusal_may_quote_what_looks_like_code(desk: Tab, text: str) -> None:
    toast = await refusal(await desk.see(Worlds), InvalidInputError("name", text))

    assert "Bob" in str(toast)


async def test_a_notice_that_cannot_be_built_takes_no_other_with_it(
    studio: Studio, caplog: pytest.LogCaptureFixture
) -> None:
    card = await a_card(studio)

    with caplog.at_level(logging.ERROR):
        toasts = toasts_for(News(ready=(cast("BatchCard", None), card), failed=(card,)), Mode.CREATE)

    assert len(toasts) == 2 * 2, "a notice of each, and a word to the browser"
    assert len(caplog.records) == 1


def data_in_notices(path: str, source: str) -> list[str]:
    """Every word of a notice or script is a constant, or goes through `spoken`; ids in a script are parsed first."""
    tree = ast.parse(source)
    return [
        f"{path}:{call.lineno} {ast.unparse(word)}"
        for call in ast.walk(tree)
        if isinstance(call, ast.Call)
        and ast.unparse(call.func).startswith(("rx.toast.", "rx.call_script", "rx.set_clipboard"))
        and ast.unparse(call.func) != "rx.toast.provider"
        for word in words_of(call)
        if not is_harmless(word, tree)
    ]


def words_of(call: ast.Call) -> Iterator[ast.expr]:
    yield from call.args
    yield from (keyword.value for keyword in call.keywords if keyword.arg in {"title", "description", "action"})


def is_harmless(word: ast.expr, tree: ast.Module) -> bool:
    """A constant, `spoken(...)`, a var of a page (drawn before there is data), or a text of nothing but those."""
    match word:
        case ast.Constant():
            return True
        case ast.Attribute(value=ast.Name(id=name)):
            return name in {cls.__name__ for cls in states_of_ours()}
        case ast.Attribute(value=ast.Attribute() as var):
            return is_harmless(var, tree)
        case ast.JoinedStr(values=values):
            return all(is_harmless(part.value, tree) for part in values if isinstance(part, ast.FormattedValue))
        case ast.Call(func=ast.Name(id="ToastAction"), keywords=keywords):
            return all(is_harmless(each.value, tree) for each in keywords if each.arg == "label")
        case ast.Call(func=ast.Name(id=name)):
            return name in {"spoken", "parsed_id"}
        case ast.Name(id=name):
            meanings = [
                node.value
                for node in ast.walk(tree)
                if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == name
            ]
            return bool(meanings) and all(is_harmless(meaning, tree) for meaning in meanings)
    return False


def test_no_notice_and_no_script_is_made_of_data() -> None:
    files = [
        file for room in ROOMS for file in ([ROOT / room] if room.endswith(".py") else (ROOT / room).rglob("*.py"))
    ]
    assert len(files) > 20

    assert [offence for file in files for offence in data_in_notices(file.name, file.read_text())] == []


@pytest.mark.parametrize(
    "offence",
    [
        "rx.toast.success(f'{name} is here')",
        "rx.toast.error('no', description=error.message)",
        "rx.call_script(f'show({name})')",
        "rx.toast.error('no', action=ToastAction(label=name))",
    ],
)
def test_data_in_a_notice_is_found(offence: str) -> None:
    assert len(data_in_notices("x.py", offence)) == 1
