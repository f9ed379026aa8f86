"""The simulator as a process of its own: how it starts, and all the ways it ends."""

import signal
import socket
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from tests.fakes.simulator import PATIENCE_SECONDS, PROJECT, SimulatorProcess
from tests.simulator.graphs import failing, plain
from wrldbldr.simulator.faults import Action, Moment, Rule

COMMAND = [sys.executable, "-m", "wrldbldr.simulator"]


def test_a_taken_port_ends_with_one_sentence() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        ended = subprocess.run(
            [*COMMAND, "--port", port],
            cwd=PROJECT,
            capture_output=True,
            text=True,
            timeout=PATIENCE_SECONDS,
            check=False,
        )

    assert (ended.returncode, ended.stdout) == (1, "")
    assert (
        ended.stderr == f"Port {port} on 127.0.0.1 is taken: stop what listens there, or choose another with --port.\n"
    )


@pytest.mark.parametrize("end", [signal.SIGTERM, signal.SIGINT, None], ids=["SIGTERM", "SIGINT", "end of stdin"])
def test_it_says_where_it_listens_and_ends_cleanly_with_its_pictures(
    end: signal.Signals | None, tmp_path: Path
) -> None:
    process = subprocess.Popen(
        [*COMMAND, "--port", "0", "--until-stdin-closes"],
        cwd=PROJECT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={"TMPDIR": str(tmp_path)},
    )
    with process:
        assert process.stdout
        assert process.stdin
        line = process.stdout.readline()
        url = line.removeprefix("simulator listening on ").strip()
        assert httpx.get(f"{url}/system_stats").json()["system"]["simulated"] is True
        assert list(tmp_path.iterdir())
        if end is None:
            process.stdin.close()
        else:
            process.send_signal(end)
        assert process.wait(PATIENCE_SECONDS) == 0
        assert process.stderr
        assert process.stderr.read() == ""

    assert list(tmp_path.iterdir()) == []


def test_a_job_that_kills_the_process_kills_it_and_the_pictures_survive() -> None:
    with SimulatorProcess() as simulator:
        first = httpx.post(f"{simulator.url}/prompt", json={"prompt": plain(), "client_id": "x"})
        assert first.status_code == 200
        httpx.post(f"{simulator.url}/prompt", json={"prompt": failing("sigkill")})
        assert simulator.wait() == 137

        simulator.start()
        assert httpx.get(f"{simulator.url}/history").json() == {}
        shown = httpx.get(f"{simulator.url}/view", params={"filename": "plain_00001_.png"})
        assert shown.status_code == 200


def test_it_dies_at_a_named_moment() -> None:
    with SimulatorProcess() as simulator:
        simulator.break_(Rule(Action.DIE, moment=Moment.ON_PROMPT))
        with pytest.raises(httpx.TransportError):
            httpx.post(f"{simulator.url}/prompt", json={"prompt": plain()})
        assert simulator.wait() == 137


def test_what_began_to_run_is_on_record_beyond_its_death() -> None:
    with SimulatorProcess() as simulator:
        for prompt_id in ("one", "two"):
            httpx.post(f"{simulator.url}/prompt", json={"prompt": failing("sigkill"), "prompt_id": prompt_id})
            assert simulator.wait() == 137
            simulator.start()

        assert simulator.executed == ["one", "two"]
        assert simulator.executed_count() == 0
