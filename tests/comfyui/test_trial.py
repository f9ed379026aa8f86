"""Testing an address before it is used tells every way in which it can be wrong from every other, in words."""

import asyncio
import json
import socket
import ssl
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from tests.comfyui.scripted import SYSTEM
from tests.comfyui.test_tls import KEY_AND_CERTIFICATE
from tests.fakes.clock import FakeClock
from tests.fakes.simulator import SimulatorServer
from tests.fakes.strangers import served
from wrldbldr.comfyui import trial
from wrldbldr.comfyui.address import connection_settings
from wrldbldr.comfyui.errors import ComfyUIError
from wrldbldr.comfyui.trial import Trial, try_out
from wrldbldr.kit.tasks import TaskNursery
from wrldbldr.simulator.faults import Action, Rule

HTML = "text/html; charset=utf-8"
PAGE = b"<html>Welcome</html>"
QUEUE = {"exec_info": {"queue_remaining": 2}}
GPU = {**SYSTEM, "devices": [{"name": "cuda:0 GeForce"}]}


def answer(body: object = None, *, status: int = 200, kind: str = "application/json", extra: str = "") -> bytes:
    """A whole HTTP answer."""
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    head = (
        f"HTTP/1.1 {status} Said\r\nContent-Type: {kind}\r\nContent-Length: {len(content)}\r\n{extra}Connection: close"
    )
    return head.encode() + b"\r\n\r\n" + content


NOT_FOUND = answer(PAGE, status=404, kind=HTML)


@asynccontextmanager
async def serving(
    pages: Mapping[str, bytes], otherwise: bytes | None = NOT_FOUND, tls: ssl.SSLContext | None = None
) -> AsyncGenerator[str]:
    """A server that says these bytes at these paths, and the others elsewhere; without any it stays silent."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        request = await reader.readuntil(b"\r\n\r\n")
        path = request.split(b" ")[1].split(b"?")[0].decode()
        said = pages.get(path, otherwise)
        if said is None:
            await reader.read()
        writer.write(said or b"")

    async with served(serve, tls=tls) as address:
        yield f"{'https' if tls else 'http'}://{address}"


def comfyui(prefix: str = "", system: object = SYSTEM) -> dict[str, bytes]:
    """What a ComfyUI answers, except on its websocket."""
    return {f"{prefix}/system_stats": answer(system), f"{prefix}/prompt": answer(QUEUE)}


async def tried(url: str, *, verify_tls: bool = True, timeout_seconds: float = 5) -> Trial:
    """What came of it; fails unless a game master can read it."""
    found = await try_out(connection_settings(url, verify_tls=verify_tls), timeout_seconds)
    assert found.title
    assert found.title[-1] not in ".:"
    assert found.sentence[-1] == "."
    assert "{" not in found.title + found.sentence
    return found


async def test_a_simulator_that_works_is_told_from_a_comfyui() -> None:
    async with SimulatorServer() as server:
        found = await tried(server.url)

    assert (found.is_ok, found.is_simulated, found.websocket_ok, found.queue_remaining) == (True, True, True, 0)
    assert found.title == "A simulator answers"
    assert "simulated" in found.version
    assert found.devices


async def test_a_comfyui_whose_websocket_is_not_passed_on_is_told_from_one_that_works() -> None:
    async with serving(comfyui(system=GPU), answer(PAGE, status=400, kind=HTML)) as url:
        found = await tried(url)

    assert found.title == "ComfyUI answers, but its websocket does not"
    assert "Upgrade" in found.sentence
    assert (found.is_ok, found.websocket_ok) == (False, False)
    assert (found.version, found.devices, found.queue_remaining) == ("0.8.0", ("cuda:0 GeForce",), 2)


@pytest.mark.parametrize(
    ("queue_remaining", "words"),
    [
        (0, "its queue is empty."),
        (1, "1 job waits or runs there."),
        (2, "2 jobs wait or run there."),
        (None, "how much waits in its queue is not known."),
    ],
)
async def test_what_comfyui_paints_with_and_how_much_waits_is_said(queue_remaining: int | None, words: str) -> None:
    system = trial.SystemInfo("0.8.0", ("cuda:0 GeForce",))

    assert trial._welcome(system, queue_remaining).sentence == f"It paints with cuda:0 GeForce; {words}"


async def test_nothing_answers(unused_tcp_port: int) -> None:
    found = await tried(f"http://127.0.0.1:{unused_tcp_port}")

    assert (found.is_ok, found.title, found.version) == (False, "Nothing answers there", "")
    assert "--listen" in found.sentence


async def test_the_name_is_not_found(monkeypatch: pytest.MonkeyPatch) -> None:
    async def know_nobody(*_: object, **__: object) -> object:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", know_nobody)

    found = await tried("http://stduio-pc:8188")

    assert found.title == "There is no machine of that name"
    assert "stduio-pc" in found.sentence


async def test_the_certificate_is_not_trusted(tmp_path: Path) -> None:
    (tmp_path / "server.pem").write_text(KEY_AND_CERTIFICATE)
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(tmp_path / "server.pem")
    async with serving(comfyui(), tls=tls) as url:
        refused, let_in = await tried(url), await tried(url, verify_tls=False)

    assert refused.title == "Its certificate is not trusted"
    assert let_in.version == "0.8.0"


async def test_nobody_speaks_https_there() -> None:
    async with SimulatorServer() as server:
        found = await tried(server.url.replace("http:", "https:"))

    assert found.title == "There is no https at this address"
    assert "http://" in found.sentence


@pytest.mark.parametrize("status", [401, 403, 407])
async def test_it_wants_a_login(status: int) -> None:
    async with serving({}, answer(PAGE, status=status, kind=HTML)) as url:
        found = await tried(url)

    assert found.title == "It wants a login or a token"
    assert "header" in found.sentence


@pytest.mark.parametrize(
    ("said", "words"),
    [
        (answer(PAGE, kind=HTML), "It sent text/html"),
        (NOT_FOUND, "does not exist there (404)"),
        (answer({"status": "ok"}), "does not tell a ComfyUI version"),
        (answer([1, 2]), "instead of JSON"),
        (b"+PONG\r\n\r\n", "does not speak HTTP"),
        (answer(b"", status=302, extra="Location: /login\r\n"), "redirects elsewhere (302)"),
        (answer(PAGE, status=400, kind=HTML), "Something else answers there."),
    ],
    ids=["a_page", "no_such_page", "other_json", "a_list", "no_http", "a_redirect", "a_refusal"],
)
async def test_this_is_not_a_comfyui(said: bytes, words: str) -> None:
    async with serving({}, said) as url:
        found = await tried(url)

    assert (found.is_ok, found.title) == (False, "This is not a ComfyUI")
    assert words in found.sentence


@pytest.mark.parametrize(
    ("there", "typed"),
    [("", "/ui"), ("", "/a/b/c"), ("/comfy", "/comfy/index.html"), ("/a/comfy", "/a/comfy/api/x")],
)
async def test_it_is_there_under_another_path_which_is_said(there: str, typed: str) -> None:
    async with serving(comfyui(there)) as url:
        found = await tried(f"{url}{typed}")

        assert found.title == "ComfyUI is there, but not under this path"
        assert f"It answers at {url}{there}, not at {url}{typed}." in found.sentence


async def test_the_hunt_for_another_path_ends_where_nobody_answers_any_more() -> None:
    asked: list[str] = []

    class Noted(dict[str, bytes]):
        def get(self, path: str, default: bytes | None = None) -> bytes | None:  # pyright: ignore[reportIncompatibleMethodOverride]
            asked.append(path)
            return super().get(path, default)

    async with serving(Noted({"/a/system_stats": answer(PAGE, status=401)})) as url:
        found = await tried(f"{url}/a/b/c")

    assert found.title == "This is not a ComfyUI"
    assert asked == ["/a/b/c/system_stats", "/a/b/system_stats", "/a/system_stats"]


async def test_of_a_path_without_end_only_a_few_levels_and_the_root_are_tried() -> None:
    asked: list[str] = []

    class Noted(dict[str, bytes]):
        def get(self, path: str, default: bytes | None = None) -> bytes | None:  # pyright: ignore[reportIncompatibleMethodOverride]
            asked.append(path)
            return super().get(path, default)

    async with serving(Noted()) as url:
        await tried(f"{url}{'/a' * 900}")

    assert [path.count("/a") for path in asked] == [900, 899, 898, 897, 0]


async def test_a_trial_ends_after_fifteen_seconds_however_slowly_it_is_answered(clock: FakeClock) -> None:
    found: list[Trial] = []

    async def try_it(url: str) -> None:
        found.append(await try_out(connection_settings(url), 3600, clock))

    async with serving({}, None) as url, TaskNursery(clock) as nursery:
        nursery.start(try_it(url), name="trial")
        await clock.advance(14.9)
        assert found == []
        await clock.advance(0.1)
        async with asyncio.timeout(5):
            while not found:
                await asyncio.to_thread(lambda: None)

    assert (found[0].is_ok, found[0].title) == (False, "It does not answer in time")


async def test_the_certificates_are_read_once_a_trial(monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[bool] = []

    def note(context: ssl.SSLContext, *where: object, **places: object) -> None:
        read.append(True)

    monkeypatch.setattr(ssl.SSLContext, "load_verify_locations", note)
    async with serving({}) as url:
        await tried(f"{url}/a/b/c")

    assert len(read) == 1


async def test_a_queue_of_a_length_that_cannot_be_is_not_known() -> None:
    async with serving({**comfyui(), "/prompt": answer({"exec_info": {"queue_remaining": 10**400}})}) as url:
        found = await tried(url)

    assert found.queue_remaining is None


async def test_a_server_that_brags_is_told_in_few_words() -> None:
    system = {"system": {"comfyui_version": "9" * 100_000}, "devices": [{"name": "x" * 10_000}] * 50}
    async with serving(comfyui(system=system)) as url:
        found = await tried(url)

    assert (len(found.version), len(found.devices), len(found.devices[0])) == (60, 8, 100)


async def test_it_does_not_answer_in_time() -> None:
    async with serving({}, None) as url:
        found = await tried(url, timeout_seconds=0.2)

    assert found.title == "It does not answer in time"


async def test_it_hangs_up() -> None:
    async with serving({}, b"") as url:
        found = await tried(url)

    assert found.title == "It hangs up"


async def test_it_answers_with_an_error_of_its_own() -> None:
    async with SimulatorServer() as server:
        server.faults.add(Rule(Action.STATUS, path="/system_stats", status=502))
        found = await tried(server.url)

    assert found.title == "It answers with an error (502)"


def test_there_are_words_for_every_error_an_address_can_have() -> None:
    said_elsewhere = {"CircuitOpenError", "MaxRetriesExceededError", "AnswerLostError", "PictureBrokenError"}
    about_prompts = {"PromptRefusedError", "TooLargeError"}

    missing = {kind.__name__ for kind in ComfyUIError.__subclasses__() if kind not in trial.WORDS}

    assert missing == said_elsewhere | about_prompts
