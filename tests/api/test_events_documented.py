"""What is written about the event stream is true."""

import asyncio
import re
from collections.abc import AsyncGenerator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

from tests.api.listening import PATIENCE_SECONDS, Table, laid_table
from tests.fakes.quiet import until
from tests.fakes.studio import Stage
from wrldbldr.api.messages import MESSAGES, REASONS

README = Path(__file__).resolve().parents[2] / "README.md"


@pytest.fixture
async def table(tmp_path: Path, stage: Stage) -> AsyncGenerator[Table]:
    async with laid_table(tmp_path, stage) as table:
        yield table


def program() -> str:
    """The program in the README that listens."""
    (found,) = [
        code for code in re.findall(r"```python\n(.*?)```", README.read_text(), re.DOTALL) if "websockets" in code
    ]
    return found


async def test_the_program_in_the_readme_hears_a_batch_to_its_end(
    table: Table, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("no_proxy", "*")
    studio = table.studio
    batch_id = await studio.ask()
    token = await studio.engine.accounts.make_api_token(studio.who, "readme")
    names = {"token": token, "table": {"id": str(studio.scene.game_session.id)}, "batch": {"id": str(batch_id)}}
    code = program().replace("localhost:3000", table.address)

    with ThreadPoolExecutor(1) as threads:  # not the studio's own, whose rest would wait for the program
        listening = asyncio.get_running_loop().run_in_executor(threads, exec, code, names)
        await until(lambda: studio.listener_count == 2, "listening")
        await studio.rest()
        await studio.paint()
        await asyncio.wait_for(listening, PATIENCE_SECONDS)

    told = [line.split()[1] for line in capsys.readouterr().out.splitlines()]
    assert told[:4] == ["GenerationQueued", "GenerationProgress", "QueueReordered", "ComfyUIStateChanged"]
    assert told[-1] == "GenerationComplete"
    assert len(program().strip().splitlines()) <= 10


async def test_the_handbook_describes_every_message_and_every_close_code(table: Table) -> None:
    headers = {"authorization": f"Bearer {table.secret}"}
    async with httpx.AsyncClient(base_url=f"http://{table.address}", headers=headers, trust_env=False) as client:
        page = (await client.get("/api/docs")).text
        document = (await client.get("/api/openapi.json")).json()

    assert "WS /api/sessions/{session_id}/events" in page
    for message in MESSAGES:
        assert f'id="{message.__name__}"' in page
        assert all(f"<code>{name}</code>" in page for name in message.model_fields)
    for code, reason in REASONS.items():
        assert f"<code>{code:d}</code>" in page
        assert reason in page
    assert not {message.__name__ for message in MESSAGES} & set(document["components"]["schemas"])
