"""A random run: batches are painted while app and ComfyUI are killed and everything else goes wrong now and then.

WRLDBLDR_FAULTS_SEED repeats a run, WRLDBLDR_FAULTS_BATCHES makes it longer (`make faults`).
"""

import os
import sys
from collections import Counter, defaultdict
from collections.abc import AsyncGenerator
from pathlib import Path
from random import Random

import pytest

from tests.faults.chances import MIDDLE_SECONDS, Fault, Scene, draw
from tests.faults.ledger import Entry, Ledger
from tests.faults.processes import App, ComfyUI
from tests.faults.rig import REAL_TIME, soon

SEED = int(os.environ.get("WRLDBLDR_FAULTS_SEED", "144"))  # the default draws some of each kind
BATCHES = int(os.environ.get("WRLDBLDR_FAULTS_BATCHES", "25"))
ROUND_SECONDS = 60.0
WHO = ("a lamplighter", "a smuggler", "an old witch", "a bishop", "a drowned king", "a cartographer")


class Run:
    """Rounds of one to three batches, each with something that goes wrong."""

    def __init__(self, app: App, comfyui: ComfyUI, ledger: Ledger, dice: Random) -> None:
        self._app = app
        self._comfyui = comfyui
        self._ledger = ledger
        self._dice = dice
        self.ended: dict[str, Entry] = {}
        self.tally: defaultdict[str, Counter[str]] = defaultdict(Counter)
        self.repeats = 0
        self._rounds = 0

    async def round(self, at_most: int) -> None:
        """Ask for one to three batches, let things go wrong, and look at what came of it."""
        faults = draw(self._dice, self._rounds)
        self._rounds += 1
        self._comfyui.set(*(rule for fault in faults.values() for rule in fault.rules))
        batch_ids = [await self._ask(faults) for _ in range(min(self._dice.randint(1, 3), at_most))]
        for fault in faults.values():
            if fault.strike is not None:
                await soon(self._dice.uniform(0, MIDDLE_SECONDS))
                await fault.strike(Scene(self._app, self._comfyui, self._dice, batch_ids))
        entries = await self._end(batch_ids, faults)
        self._comfyui.behave()
        for name in faults:
            self.tally[name].update(entry.status for entry in entries)
        self._judge(entries, faults)
        self.ended |= zip(batch_ids, entries, strict=True)

    async def _ask(self, faults: dict[str, Fault]) -> str:
        number = len(self.ended) + self._dice.randrange(10**6)
        workflow = next((fault.workflow for fault in faults.values() if fault.workflow != "quick"), "quick")
        prompt = f"{self._dice.choice(WHO)}, portrait {number}"
        return await self._app.tell(prompt=prompt, count=self._dice.randint(1, 3), seed=number, workflow=workflow)

    async def _end(self, batch_ids: list[str], faults: dict[str, Fault]) -> list[Entry]:
        deadline = REAL_TIME.monotonic() + ROUND_SECONDS
        while True:
            self._comfyui.look_after()
            entries = [self._ledger.entry(batch_id) for batch_id in batch_ids]
            if all(entry.is_over for entry in entries):
                return entries
            assert REAL_TIME.monotonic() < deadline, f"{[*faults]} left something open: {entries}"
            await soon(0.05)

    def _judge(self, entries: list[Entry], faults: dict[str, Fault]) -> None:
        """Right pictures, no failure without a reason, and nothing painted again that was not lost."""
        repeats = 0
        for entry in entries:
            self._ledger.require_right(entry)
            may_fail = any(fault.may_fail for fault in faults.values())
            assert entry.status != "failed" or (may_fail and entry.failure), (entry, [*faults])
            assert entry.status != "cancelled" or "a batch is cancelled" in faults, entry
            repeats += max(0, len(entry.prompt_ids.intersection(self._comfyui.executed)) - 1)
        assert repeats <= sum(fault.loses for fault in faults.values()), ([*faults], entries)
        self.repeats += repeats

    def require_all_well(self) -> None:
        """After everything: nothing has changed, nothing is open, nothing ran twice or for nobody."""
        for batch_id, entry in self.ended.items():
            assert self._ledger.entry(batch_id) == entry
        assert self._ledger.open_count() == 0
        assert self._comfyui.held() == 0
        executed = self._comfyui.executed
        assert len(executed) == len(set(executed))
        ours = set[str]().union(*(entry.prompt_ids for entry in self.ended.values()))
        assert set(executed) <= ours
        names = [name for entry in self.ended.values() for name in entry.hashes]
        assert len(names) == len(set(names)), "a picture is in two batches"

    def report(self) -> str:
        """The tally in words."""
        totals = Counter(entry.status for entry in self.ended.values())
        pictures = sum(len(entry.hashes) for entry in self.ended.values())
        lines = [f"seed {SEED}: {len(self.ended)} batches, {dict(totals)}, {pictures} pictures"]
        lines += [f"{len(self._comfyui.executed)} prompts ran, {self.repeats} of them again because the first was lost"]
        lines += [f"  {name}: {dict(counts)}" for name, counts in sorted(self.tally.items())]
        return "\n".join(lines)


@pytest.fixture
async def run(tmp_path: Path) -> AsyncGenerator[Run]:
    with ComfyUI() as comfyui:
        app = App(tmp_path / "data", comfyui.url)
        await app.start()
        yield Run(app, comfyui, Ledger(tmp_path / "data"), Random(SEED))
        if app.is_running:
            await app.kill()


async def test_no_batch_is_lost_doubled_or_mixed_up_whatever_dies(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    try:
        while len(run.ended) < BATCHES:
            await run.round(at_most=BATCHES - len(run.ended))
        run.require_all_well()
    finally:
        with capsys.disabled():
            sys.stdout.write(f"\n{run.report()}\n")
