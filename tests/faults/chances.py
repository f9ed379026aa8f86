"""What may go wrong in the random run."""

import sqlite3
from collections.abc import Awaitable, Callable
from contextlib import closing
from dataclasses import dataclass, replace
from random import Random

from tests.faults.processes import App, ComfyUI
from tests.faults.rig import soon
from wrldbldr.simulator.faults import Action, Moment, Rule

MIDDLE_SECONDS = 0.6


@dataclass
class Scene:
    """What a fault may touch, and the dice."""

    app: App
    comfyui: ComfyUI
    dice: Random
    batch_ids: list[str]


@dataclass(frozen=True)
class Fault:
    """One thing that goes wrong: rules set beforehand, or a strike in the middle.

    `loses` is how many prompts may run again because of it: it takes them from ComfyUI after they began to run, or keeps
    them on their way until they were given up. `may_fail` when a batch cannot be painted because of it.
    """

    rules: tuple[Rule, ...] = ()
    strike: Callable[[Scene], Awaitable[None]] | None = None
    loses: int = 0
    may_fail: bool = False
    workflow: str = "quick"


async def kill_app(scene: Scene) -> None:
    await scene.app.kill()
    await soon(scene.dice.uniform(0, 0.2))
    await scene.app.start()


async def stop_app(scene: Scene) -> None:
    await scene.app.stop()
    await soon(scene.dice.uniform(0, 0.2))
    await scene.app.start()


async def kill_comfyui(scene: Scene) -> None:
    scene.comfyui.kill_and_start()


async def kill_both(scene: Scene) -> None:
    await scene.app.kill()
    scene.comfyui.kill_and_start()
    await scene.app.start()


async def kill_app_while_comfyui_is_gone(scene: Scene) -> None:
    scene.comfyui.kill()
    await soon(scene.dice.uniform(0, 0.2))
    await scene.app.kill()
    await scene.app.start()
    scene.comfyui.start()


async def freeze(scene: Scene) -> None:
    scene.comfyui.freeze()
    await soon(scene.dice.uniform(0.1, 0.8))
    scene.comfyui.thaw()


async def restart_stuck(scene: Scene) -> None:
    await soon(scene.dice.uniform(0.3, 1.2))  # it takes half a second to be called stuck
    scene.comfyui.kill_and_start()


async def fill_disk(scene: Scene) -> None:
    await scene.app.tell(disk="full")
    await soon(scene.dice.uniform(0.1, 0.8))
    await scene.app.tell(disk="free")


async def lock_database(scene: Scene) -> None:
    with closing(sqlite3.connect(scene.app.database, timeout=10, isolation_level=None)) as other:
        other.execute("begin immediate")
        await soon(scene.dice.uniform(0.1, 1.5))
        other.execute("rollback")


async def sweep_queue(scene: Scene) -> None:
    scene.comfyui.clear_queue()


async def cancel(scene: Scene) -> None:
    await scene.app.tell(cancel=scene.dice.choice(scene.batch_ids))


def once(action: Action, path: str, times: int = 1, status: int = 503, *, after: bool = False) -> Fault:
    method = "POST" if path == "/prompt" else "GET"
    return Fault((Rule(action, method=method, path=path, times=times, status=status, after=after),))


def slow(path: str, seconds: float) -> Fault:
    return Fault((Rule(Action.HANG, path=path, seconds=seconds, times=None),))


def frame(action: Action, event: str = "*", times: int | None = 1) -> Fault:
    return Fault((Rule(action, event=event, times=times),))


STRIKES = {
    "the app is killed": Fault(strike=kill_app),
    "ComfyUI is killed": Fault(strike=kill_comfyui, loses=1),
    "the app is stopped": Fault(strike=stop_app),
    "both are killed": Fault(strike=kill_both, loses=2),  # nobody remembers what ended, and was not fetched yet
    "the app is killed while ComfyUI is gone": Fault(strike=kill_app_while_comfyui_is_gone, loses=2),
    "ComfyUI freezes": Fault(strike=freeze),
    "ComfyUI's worker dies painting": Fault((Rule(Action.WEDGE),), strike=restart_stuck, loses=1),
    "ComfyUI's worker dies of a prompt that waits": Fault(
        (Rule(Action.WEDGE, moment=Moment.ON_PROMPT),), strike=restart_stuck, loses=1
    ),
    "the disk is full": Fault(strike=fill_disk, may_fail=True),
    "another program holds the database": Fault(strike=lock_database),
    "somebody sweeps the queue": Fault(strike=sweep_queue),
    "a batch is cancelled": Fault(strike=cancel),
    "ComfyUI dies taking a prompt": Fault((Rule(Action.DIE, moment=Moment.ON_PROMPT),), loses=1),
    "ComfyUI dies painting": Fault((Rule(Action.DIE),), loses=1),
    "ComfyUI dies when it is done": Fault((Rule(Action.DIE, moment=Moment.BEFORE_HISTORY),), loses=1),
    "ComfyUI forgets everything": Fault((Rule(Action.LOSE_QUEUE),), loses=1),
    "ComfyUI refuses connections": Fault((Rule(Action.REFUSE, seconds=0.4),)),
}

RULES = {
    "nothing": Fault(),
    "handing over: 500": once(Action.STATUS, "/prompt", status=500),
    "handing over: 502 after it took effect": once(Action.STATUS, "/prompt", status=502, after=True),
    "handing over: reset": once(Action.RESET, "/prompt"),
    "handing over: reset after it took effect": once(Action.RESET, "/prompt", after=True),
    "handing over: hung up": once(Action.CLOSE, "/prompt"),
    "handing over: no answer": replace(once(Action.HANG, "/prompt"), loses=1),  # it arrives when the round is over
    "handing over: no answer after it took effect": once(Action.HANG, "/prompt", after=True),
    "handing over: a web page": once(Action.HTML, "/prompt"),
    "handing over: a web page after it took effect": once(Action.HTML, "/prompt", after=True),
    "the queue cannot be read": once(Action.STATUS, "/queue", 2),
    "the queue hangs": once(Action.HANG, "/queue"),
    "everything takes its time": slow("*", 0.1),
    "handing over takes its time": slow("/prompt", 0.3),
    "the history cannot be read": once(Action.STATUS, "/history/*", 2),
    "the history is reset": once(Action.RESET, "/history/*"),
    "the history hangs": once(Action.HANG, "/history/*"),
    "the history comes late": once(Action.EMPTY_HISTORY, "/history/*"),  # twice in a row means that it is lost
    "the history comes very late": replace(once(Action.EMPTY_HISTORY, "/history/*", 5), loses=2),
    "the history names no pictures": Fault((Rule(Action.NO_OUTPUTS, times=None),), may_fail=True),
    "the health check hangs": once(Action.HANG, "/system_stats"),
    "a picture hangs": once(Action.HANG, "/view"),
    "a picture breaks off": once(Action.TRUNCATE, "/view"),
    "a picture is cut in half": Fault((Rule(Action.TRUNCATE, honest=True),)),
    "a picture is none": once(Action.NOT_A_PICTURE, "/view"),
    "a picture is missing at first": once(Action.STATUS, "/view", status=404),
    "a picture cannot be had at first": once(Action.STATUS, "/view", 2),
    "the websocket is refused": once(Action.STATUS, "/ws", 20, status=403),
    "the websocket is dropped": frame(Action.DROP_SOCKET, "progress", 2),
    "the websocket falls silent": frame(Action.MUTE, "progress"),
    "the websocket talks rubbish": frame(Action.GARBAGE_FRAME, times=None),
    "everything is said twice": frame(Action.DUPLICATE, times=None),
    "everything is said in the wrong order": frame(Action.SWAP, times=None),
    "the prompt is too large": Fault((Rule(Action.STATUS, "POST", "/prompt", status=413),), may_fail=True),
    "every picture is missing": Fault((Rule(Action.STATUS, "GET", "/view", times=None, status=404),), may_fail=True),
    "a node raises": Fault(may_fail=True, workflow="broken"),
}

FAULTS = STRIKES | RULES
STRIKES_SHARE = 0.4
OPENING = ("the app is killed", "ComfyUI is killed", "both are killed")  # no run is so short that it misses these


def draw(dice: Random, rounds: int) -> dict[str, Fault]:
    """One or two faults for the round that comes after so many."""
    if rounds < len(OPENING):
        return {OPENING[rounds]: FAULTS[OPENING[rounds]]}
    names = [
        dice.choice(list(STRIKES if dice.random() < STRIKES_SHARE else RULES)) for _ in range(dice.choice((1, 1, 2)))
    ]
    return {name: FAULTS[name] for name in names}
