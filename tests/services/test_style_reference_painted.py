"""From the queue to the adapter: the engine gives a simulated ComfyUI the very picture that was asked for."""

import shutil
from collections.abc import AsyncGenerator, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from tests.fakes.fast_clock import FastClock
from tests.fakes.quiet import REAL_TIME
from tests.fakes.simulator import SimulatorServer
from tests.simulator.graphs import changed, node, painting, referring
from tests.simulator.visitor import Visitor
from wrldbldr.domain.account import Principal
from wrldbldr.domain.asset import Asset
from wrldbldr.domain.batch import AssetType, BatchStatus
from wrldbldr.domain.style_reference import Lineage, ReferenceUse
from wrldbldr.domain.workflow import NodeInput, StyleReferenceMapping, StyleReferenceMode
from wrldbldr.domain.world import EntityType
from wrldbldr.engine import Engine, open_engine
from wrldbldr.services.asking import GenerationRequest
from wrldbldr.services.queue import BatchReport
from wrldbldr.services.shipped import SHIPPED
from wrldbldr.services.workflow_changes import WorkflowChanges
from wrldbldr.services.worlds import EntityChanges
from wrldbldr.settings import Settings

PATIENCE_SECONDS = 20.0


@dataclass
class Atelier:
    """An engine over a simulator, and a game master with two pictures to take a style from."""

    engine: Engine
    server: SimulatorServer
    visitor: Visitor
    who: Principal
    game_session_id: UUID
    character_id: UUID
    world_id: UUID
    first: Asset
    second: Asset

    async def bring(self, graph: Any, mapping: StyleReferenceMapping | None = None) -> UUID:
        workflow = await self.engine.workflows.add(self.who, "Styled", graph)
        if mapping is not None:
            await self.engine.workflows.change(self.who, workflow.id, WorkflowChanges(style_reference=mapping))
        return workflow.id

    async def ask(self, workflow_id: UUID, *references: Asset, strength: float | None = None) -> UUID:
        request = GenerationRequest(
            game_session_id=self.game_session_id,
            entity_type=EntityType.CHARACTER,
            entity_id=self.character_id,
            asset_type=AssetType.PORTRAIT,
            prompt="a lamp",
            count=1,
            workflow_id=workflow_id,
            style_reference_ids=[reference.id for reference in references],
            style_strength=strength,
        )
        return (await self.engine.queue.submit(self.who, request)).id

    async def end(self, batch_id: UUID) -> BatchReport:
        """Wait until it is painted, or is not."""
        deadline = REAL_TIME.monotonic() + PATIENCE_SECONDS
        while (report := await self.engine.queue.report(self.who, batch_id)).batch.is_open:
            assert REAL_TIME.monotonic() < deadline, report
            await REAL_TIME.sleep(0.02)
        return report

    async def paint(self, graph: Any, *references: Asset, mapping: StyleReferenceMapping | None = None) -> BatchReport:
        report = await self.end(await self.ask(await self.bring(graph, mapping), *references))
        assert report.batch.status is BatchStatus.READY, report.batch.failure
        return report

    async def lineage(self, report: BatchReport) -> Sequence[Lineage]:
        return (await self.engine.gallery.family(self.who, report.asset_ids[0])).ancestors

    def arrived(self, node_id: str, name: str) -> list[str]:
        """The hashes of what an input was handed, in order."""
        return [
            receipt.sha256 for receipt in self.server.received if (receipt.node_id, receipt.input) == (node_id, name)
        ]


@pytest.fixture
async def atelier(tmp_path: Path, empty_database: Path) -> AsyncGenerator[Atelier]:
    shutil.copy(empty_database, tmp_path / "wrldbldr.sqlite3")
    async with AsyncExitStack() as stack:
        server = await stack.enter_async_context(SimulatorServer())
        visitor = await stack.enter_async_context(Visitor(server.url))
        settings = Settings(
            data_dir=tmp_path, comfyui_url=server.url, database_url="", owner_name="", comfyui_headers={}
        )
        engine = await stack.enter_async_context(open_engine(settings, FastClock(10)))
        who = (await engine.accounts.set_up("Aldwin", "a lantern at sea")).who
        world = await engine.worlds.create(who, "The Lantern Coast")
        table = (await engine.worlds.game_sessions(who, world.id))[0]
        changes = EntityChanges(name="Odile Marrow")
        character = await engine.worlds.create_entity(who, EntityType.CHARACTER, world.id, changes)
        request = GenerationRequest(
            game_session_id=table.id,
            entity_type=EntityType.CHARACTER,
            entity_id=character.id,
            asset_type=AssetType.PORTRAIT,
            prompt="smuggler captain, (gouache:1.2)",
            count=2,
            width=64,
            height=64,
        )
        batch = await engine.queue.submit(who, request)
        made = Atelier(engine, server, visitor, who, table.id, character.id, world.id, *[None] * 2)  # type: ignore[arg-type]
        report = await made.end(batch.id)
        made.first, made.second = [await engine.gallery.find(who, asset_id) for asset_id in report.asset_ids]
        yield made


async def test_the_adapter_that_is_found_gets_the_picture_that_was_asked_for(atelier: Atelier) -> None:
    report = await atelier.paint(referring("gone.png"), atelier.first)

    assert atelier.arrived("22", "image") == [atelier.first.content_hash]
    style = report.batch.style
    assert style is not None
    assert (style.use, style.taker, style.strength) == (ReferenceUse.PICTURE, "IPAdapter", 0.8)
    [ancestor] = await atelier.lineage(report)
    assert (ancestor.source_id, ancestor.label, ancestor.strength) == (atelier.first.id, atelier.first.label, 0.8)
    assert (await atelier.engine.gallery.find(atelier.who, report.asset_ids[0])).prompt == "a lamp"


async def test_the_input_that_was_chosen_gets_it(atelier: Atelier) -> None:
    settings = {"weight": 1.0, "start_at": 0.0, "end_at": 1.0, "weight_type": "standard"}
    graph = referring(await uploaded(atelier))
    graph["30"] = node("IPAdapter", model=["22", 0], ipadapter=["21", 1], image=["20", 0], **settings)
    graph = changed(graph, "3", model=["30", 0])
    mapping = StyleReferenceMapping(mode=StyleReferenceMode.SPECIFIC, input=NodeInput(node_id="30", input_name="image"))

    await atelier.paint(graph, atelier.first, mapping=mapping)

    assert atelier.arrived("30", "image") == [atelier.first.content_hash]
    assert atelier.arrived("22", "image") == [atelier.second.content_hash]


async def test_two_references_arrive_together_in_order_and_both_are_remembered(atelier: Atelier) -> None:
    report = await atelier.paint(referring("gone.png"), atelier.second, atelier.first)

    both = [atelier.second, atelier.first]
    assert atelier.arrived("22", "image") == [one.content_hash for one in both]
    assert [ancestor.source_id for ancestor in await atelier.lineage(report)] == [one.id for one in both]


async def test_a_loader_that_is_shared_hands_its_own_picture_to_its_other_taker(atelier: Atelier) -> None:
    await atelier.paint(await painted_over(atelier), atelier.first)

    assert atelier.arrived("22", "image") == [atelier.first.content_hash]
    assert atelier.arrived("10", "pixels") == [atelier.second.content_hash]


async def test_without_a_reference_no_adapter_runs_and_nothing_is_remembered(atelier: Atelier) -> None:
    report = await atelier.paint(await painted_over(atelier))

    assert atelier.arrived("22", "image") == []
    assert atelier.arrived("10", "pixels") == [atelier.second.content_hash]
    assert report.batch.style is None
    assert await atelier.lineage(report) == []


async def test_a_workflow_with_an_adapter_paints_without_a_reference_where_the_adapter_is_not_installed(
    atelier: Atelier,
) -> None:
    graph = referring("gone.png")
    graph["21"]["class_type"] = "IPAdapterLoaderOfTheFuture"
    graph["22"]["class_type"] = "IPAdapterOfTheFuture"

    await atelier.paint(graph)


@pytest.mark.parametrize("asset_type", AssetType)
async def test_what_comes_along_paints_every_kind_of_picture_and_gives_its_adapter_the_reference(
    atelier: Atelier, asset_type: AssetType
) -> None:
    default = (await atelier.engine.workflows.defaults(atelier.who))[asset_type]

    plain = await atelier.end(await atelier.ask(default))
    styled = await atelier.end(await atelier.ask(default, atelier.first))

    assert [plain.batch.status, styled.batch.status] == [BatchStatus.READY] * 2
    [ancestor] = await atelier.lineage(styled)
    has_adapter = asset_type in SHIPPED
    assert ancestor.use is (ReferenceUse.PICTURE if has_adapter else ReferenceUse.WORDS)
    assert atelier.arrived("22", "image") == [atelier.first.content_hash] * has_adapter


async def test_what_served_only_the_adapter_is_left_out_with_all_that_would_be_written_to_it(atelier: Atelier) -> None:
    graph = referring(await uploaded(atelier))
    graph["25"] = node("CheckpointLoaderSimple", ckpt_name="simulated_painter.safetensors")
    graph["26"] = node("VAEDecode", samples=["27", 0], vae=["25", 2])
    graph["27"] = node("EmptyLatentImage", width=64, height=64, batch_size=1)
    graph["22"]["inputs"]["image"] = ["26", 0]
    workflow_id = await atelier.bring(graph)
    also = (NodeInput(node_id="5", input_name="width"), NodeInput(node_id="27", input_name="width"))
    await atelier.engine.workflows.change(atelier.who, workflow_id, WorkflowChanges(bindings={"width": also}))

    report = await atelier.end(await atelier.ask(workflow_id))

    assert report.batch.status is BatchStatus.READY, report.batch.failure


async def test_where_there_is_no_adapter_its_words_are_remembered_and_the_prompt_stays_the_users(
    atelier: Atelier,
) -> None:
    report = await atelier.paint(painting(), atelier.first)

    assert atelier.arrived("22", "image") == []
    [ancestor] = await atelier.lineage(report)
    assert (ancestor.use, ancestor.strength) == (ReferenceUse.WORDS, None)
    assert (await atelier.engine.gallery.find(atelier.who, report.asset_ids[0])).prompt == "a lamp"


async def test_a_workflow_that_wants_no_reference_gets_none_and_its_pictures_claim_none(atelier: Atelier) -> None:
    mapping = StyleReferenceMapping(mode=StyleReferenceMode.DISABLED)

    report = await atelier.paint(referring(await uploaded(atelier)), atelier.first, mapping=mapping)

    assert atelier.arrived("22", "image") == [atelier.second.content_hash], "its author's own"
    assert report.batch.style is not None
    assert report.batch.style.use is ReferenceUse.NOTHING
    assert await atelier.lineage(report) == []


async def test_the_strength_that_is_asked_for_reaches_the_adapter(atelier: Atelier) -> None:
    workflow_id = await atelier.bring(referring("gone.png"))

    report = await atelier.end(await atelier.ask(workflow_id, atelier.first, strength=0.35))

    assert [ancestor.strength for ancestor in await atelier.lineage(report)] == [0.35]


async def test_a_picture_that_is_deleted_while_a_batch_waits_is_painted_from_all_the_same(atelier: Atelier) -> None:
    engine, who = atelier.engine, atelier.who
    await engine.queue.pause(who)
    batch_id = await atelier.ask(await atelier.bring(referring("gone.png")), atelier.first)
    await engine.removals.delete(who, [atelier.first.id])
    await engine.queue.resume(who)

    report = await atelier.end(batch_id)

    assert report.batch.status is BatchStatus.READY, report.batch.failure
    assert atelier.arrived("22", "image") == [atelier.first.content_hash]
    [ancestor] = await atelier.lineage(report)
    assert (ancestor.source_id, ancestor.label) == (None, atelier.first.label)


async def test_a_file_that_is_gone_fails_the_batch_in_words(atelier: Atelier, tmp_path: Path) -> None:
    engine, who = atelier.engine, atelier.who
    await engine.queue.pause(who)
    batch_id = await atelier.ask(await atelier.bring(referring("gone.png")), atelier.first)
    for file in (tmp_path / "media").rglob(f"{atelier.first.content_hash}*"):
        file.unlink()
    await engine.queue.resume(who)

    report = await atelier.end(batch_id)

    assert report.batch.failure is not None
    assert report.batch.failure.title == f"The style reference {atelier.first.label} is gone"


async def test_a_chosen_input_that_is_gone_when_it_is_painted_fails_the_batch_in_words(atelier: Atelier) -> None:
    engine, who = atelier.engine, atelier.who
    await engine.queue.pause(who)
    workflow_id = await atelier.bring(referring("gone.png"))
    batch_id = await atelier.ask(workflow_id, atelier.first)
    async with engine.database.write() as unit:
        workflow = await unit.workflows.find(workflow_id)
        assert workflow is not None
        gone = StyleReferenceMapping(
            mode=StyleReferenceMode.SPECIFIC, input=NodeInput(node_id="77", input_name="image")
        )
        workflow.bindings = workflow.bindings.model_copy(update={"style_reference": gone})
    await engine.queue.resume(who)

    report = await atelier.end(batch_id)

    assert report.batch.failure is not None
    assert report.batch.failure.title == "Styled has no place for a style reference any more"


async def uploaded(atelier: Atelier) -> str:
    """The second picture, in ComfyUI's input folder as its author put it there."""
    file = await atelier.engine.gallery.file_of(atelier.second)
    content = file.path.read_bytes()
    assert sha256(content).hexdigest() == atelier.second.content_hash
    return str((await atelier.visitor.upload(content, "authors.png")).json()["name"])


async def painted_over(atelier: Atelier) -> Any:
    """An adapter that shares its loader with what is painted over."""
    graph = changed(referring(await uploaded(atelier)), "3", latent_image=["10", 0])
    return graph | {"10": node("VAEEncode", pixels=["20", 0], vae=["4", 2])}
