"""Workflows: bringing them in, saying what goes where and which paints what, and those that come with WrldBldr."""

import asyncio
import json
from collections.abc import Mapping, Sequence
from hashlib import sha256
from uuid import UUID

from pydantic import TypeAdapter

from wrldbldr.comfyui.errors import ComfyUIError
from wrldbldr.comfyui.graph import Graph, parse_graph
from wrldbldr.comfyui.port import ComfyUI, NodeCatalogue
from wrldbldr.db.database import Database, UnitOfWork
from wrldbldr.domain.account import Principal, Role
from wrldbldr.domain.batch import AssetType
from wrldbldr.domain.errors import ConflictError, ForbiddenError, InvalidInputError, NotFoundError
from wrldbldr.domain.input_setting import InputSettings
from wrldbldr.domain.text import PROMPT_LIMIT, checked_name
from wrldbldr.domain.workflow import Bindings, StoredGraph, Workflow
from wrldbldr.domain.workflow_form import WorkflowForm
from wrldbldr.kit.clock import Clock
from wrldbldr.services.analysis import Analysis, analyze
from wrldbldr.services.dropped import read_dropped
from wrldbldr.services.shipped import SHIPPED, TEXT_TO_PICTURE, TEXT_TO_PICTURE_NAME, Shipped
from wrldbldr.services.style_reference import ReferencePlan
from wrldbldr.services.styling import plan_for
from wrldbldr.services.workflow_changes import Settled, Size, WorkflowChanges, settle
from wrldbldr.services.workflow_file import name_of_file, read_file
from wrldbldr.services.workflow_inputs import with_settings
from wrldbldr.services.workflow_report import Check, WorkflowReport, WorkflowSummary, check, report, summarize

STORED_GRAPH = TypeAdapter(StoredGraph)


class WorkflowService:
    """Workflows belong to the server: every game master sees them, only the owner changes them (they run as code)."""

    def __init__(self, database: Database, clock: Clock, comfyui: ComfyUI) -> None:
        self._database = database
        self._clock = clock
        self._comfyui = comfyui

    async def ensure_shipped(self) -> None:
        """Make the workflows that come along, and let them paint every type that nothing else paints. Safe at every start.

        What was chosen stays. Where the general one was all there ever was, and is as it came, there was nothing to choose
        among: there, too, each type is painted by the one made for it.
        """
        own = {shipped.id for shipped in SHIPPED.values()}
        async with self._database.write() as unit:
            stored, defaults = await unit.workflows.all(), await unit.workflows.defaults()
            general = next((one for one in stored if one.is_built_in and one.id not in own), None)
            is_unchosen = general is not None and len(stored) == 1 and await self._is_as_it_came(unit, general)
            if general is None:
                general = self._workflow(TEXT_TO_PICTURE_NAME, TEXT_TO_PICTURE, is_built_in=True)
                await unit.workflows.add(general)
            for shipped in SHIPPED.values():
                if all(one.id != shipped.id for one in stored):
                    await self._add_shipped(unit, shipped)
            for asset_type in AssetType:
                if is_unchosen or asset_type not in defaults:
                    made_for_it = SHIPPED.get(asset_type)
                    await unit.workflows.set_default(asset_type, made_for_it.id if made_for_it else general.id)

    async def _add_shipped(self, unit: UnitOfWork, shipped: Shipped) -> None:
        workflow = self._workflow(shipped.name, shipped.graph, is_built_in=True)
        workflow.id = shipped.id
        await unit.workflows.add(workflow)
        width, height = shipped.size.width, shipped.size.height
        await unit.workflows.add_form(WorkflowForm(workflow_id=shipped.id, width=width, height=height, shown=()))

    async def _is_as_it_came(self, unit: UnitOfWork, workflow: Workflow) -> bool:
        if await unit.workflows.form(workflow.id) is not None:
            return False
        fresh = self._workflow(TEXT_TO_PICTURE_NAME, TEXT_TO_PICTURE, is_built_in=True)
        kept = {"name", "graph_hash", "bindings", "default_negative_prompt"}
        return workflow.model_dump(include=kept) == fresh.model_dump(include=kept)

    async def all(self, _: Principal) -> Sequence[Workflow]:
        """Every workflow, by name."""
        async with self._database.read() as unit:
            return await unit.workflows.all()

    async def find(self, _: Principal, workflow_id: UUID) -> Workflow:
        """One workflow. Raises NotFoundError."""
        async with self._database.read() as unit:
            return await _known(unit, workflow_id)

    async def defaults(self, _: Principal) -> dict[AssetType, UUID]:
        """Which workflow paints each asset type."""
        async with self._database.read() as unit:
            return await unit.workflows.defaults()

    async def add(self, who: Principal, name: str, raw_graph: object) -> Workflow:
        """Bring in a graph of either format. Raises ForbiddenError, InvalidInputError with a sentence."""
        _require_owner(who)
        known_name, catalogue = checked_name(name), await self._classes()
        read = await asyncio.to_thread(read_dropped, raw_graph, catalogue)
        return await self._bring(known_name, read.graph, catalogue)

    async def add_file(self, who: Principal, file_name: str, content: bytes) -> tuple[Workflow, Sequence[str]]:
        """Bring in what a file carries, called as the file. Returns it with what a person should know of the reading.

        Raises ForbiddenError, InvalidInputError (field "file").
        """
        _require_owner(who)
        catalogue = await self._classes()
        read = await asyncio.to_thread(read_file, content, catalogue)
        workflow = await self._bring(checked_name(name_of_file(file_name)), read.graph, catalogue)
        return workflow, read.notices

    async def change(self, who: Principal, workflow_id: UUID, changes: WorkflowChanges) -> Workflow:
        """Make all of the changes, or none. Raises ForbiddenError, NotFoundError, and InvalidWorkflowError with a
        sentence for each field that does not fit.
        """
        _require_owner(who)
        async with self._database.read() as unit:
            workflow, form = await _known(unit, workflow_id), await _form(unit, workflow_id)
        catalogue = await self._classes() if changes.values else None
        settled = await asyncio.to_thread(_settled, workflow, form, changes, catalogue)
        async with self._database.write() as unit:
            workflow = await _known(unit, workflow_id)
            if settled.values:
                workflow.graph, workflow.graph_hash = await asyncio.to_thread(_set, workflow, settled.values)
            workflow.name, workflow.bindings = settled.name, settled.bindings
            workflow.default_negative_prompt = settled.default_negative_prompt
            stored = await unit.workflows.form(workflow_id)
            form = stored or WorkflowForm(workflow_id=workflow_id)
            form.width, form.height, form.shown = settled.size.width, settled.size.height, settled.shown
            if stored is None:
                await unit.workflows.add_form(form)
        return workflow

    async def changed(self, _: Principal, workflow_id: UUID, changes: WorkflowChanges) -> tuple[Workflow, WorkflowForm]:
        """What would be stored if the changes were made; nothing is. Raises NotFoundError, InvalidWorkflowError."""
        async with self._database.read() as unit:
            workflow, form = await _known(unit, workflow_id), await _form(unit, workflow_id)
        catalogue = await self._classes() if changes.values else None
        settled = await asyncio.to_thread(_settled, workflow, form, changes, catalogue)
        graph, hashed = await asyncio.to_thread(_set, workflow, settled.values)
        return Workflow(
            id=workflow.id,
            name=settled.name,
            graph=graph,
            graph_hash=hashed,
            bindings=settled.bindings,
            default_negative_prompt=settled.default_negative_prompt,
            is_built_in=workflow.is_built_in,
            created_at=workflow.created_at,
        ), WorkflowForm(
            workflow_id=workflow_id, width=settled.size.width, height=settled.size.height, shown=settled.shown
        )

    async def form(self, _: Principal, workflow_id: UUID) -> WorkflowForm:
        """The size it paints in, and which other inputs are shown. Raises NotFoundError."""
        async with self._database.read() as unit:
            await _known(unit, workflow_id)
            return await _form(unit, workflow_id)

    async def forms(self, _: Principal) -> dict[UUID, WorkflowForm]:
        """Those of all workflows for which anything was chosen."""
        async with self._database.read() as unit:
            return await unit.workflows.forms()

    async def summaries(self, _: Principal, *, is_checked: bool = True) -> list[WorkflowSummary]:
        """Every workflow, by name; each compared with the connected ComfyUI, unless that is to come later."""
        catalogue = await self._classes() if is_checked else None
        async with self._database.read() as unit:
            workflows, painted = await unit.workflows.all(), await unit.workflows.defaults()
        return await asyncio.to_thread(summarize, workflows, {**painted}, catalogue)

    async def report(self, _: Principal, workflow_id: UUID) -> WorkflowReport:
        """Everything about one. Raises NotFoundError."""
        catalogue = await self._classes()
        async with self._database.read() as unit:
            workflow, form = await _known(unit, workflow_id), await _form(unit, workflow_id)
            painted = await unit.workflows.defaults()
        return await asyncio.to_thread(report, workflow, form, {**painted}, catalogue)

    async def takes_reference(self, _: Principal, workflow_id: UUID) -> ReferencePlan:
        """How it would apply a style reference. Raises NotFoundError, InvalidInputError when it has no place for one."""
        async with self._database.read() as unit:
            workflow = await _known(unit, workflow_id)
        catalogue = await self._classes()
        return await asyncio.to_thread(plan_for, workflow, catalogue)

    async def test(self, _: Principal, workflow_id: UUID) -> Check:
        """Ask ComfyUI anew what it has, and say what a workflow lacks. Nothing is queued. Raises NotFoundError."""
        async with self._database.read() as unit:
            workflow = await _known(unit, workflow_id)
        catalogue = await self._classes(refresh=True)
        return await asyncio.to_thread(check, workflow, catalogue)

    async def delete(self, who: Principal, workflow_id: UUID) -> None:
        """Remove it. Raises ForbiddenError, NotFoundError, and ConflictError while it paints something."""
        _require_owner(who)
        async with self._database.write() as unit:
            workflow = await _known(unit, workflow_id)
            painted = [t for t, used in (await unit.workflows.defaults()).items() if used == workflow_id]
            if workflow.is_built_in or painted:
                reason = f"paints every {painted[0]}" if painted else "comes with WrldBldr"
                raise ConflictError(f"{workflow.name} {reason}, so it stays.")
            await unit.workflows.delete(workflow)

    async def set_defaults(self, who: Principal, chosen: Mapping[AssetType, UUID]) -> dict[AssetType, UUID]:
        """Let workflows paint asset types; types not named stay as they are. Raises ForbiddenError, InvalidInputError."""
        _require_owner(who)
        async with self._database.write() as unit:
            for asset_type, workflow_id in chosen.items():
                if await unit.workflows.find(workflow_id) is None:
                    raise InvalidInputError(asset_type, f"There is no such workflow for {asset_type}.")
                await unit.workflows.set_default(asset_type, workflow_id)
            return await unit.workflows.defaults()

    async def analyze(self, _: Principal, raw_graph: object) -> Analysis:
        """What would be bound where, and what the connected ComfyUI lacks. Raises InvalidInputError."""
        catalogue = await self._classes()
        return await asyncio.to_thread(lambda: analyze(read_dropped(raw_graph, catalogue).graph, catalogue))

    async def _classes(self, *, refresh: bool = False) -> NodeCatalogue | None:
        """What ComfyUI has; None while it is away: a graph can be read without it, only what it lacks stays unknown.

        It is not even asked while it does not answer: that would be tried again and again, and somebody waits here.
        """
        if not self._comfyui.connection.current.is_answering:
            return None
        try:
            return await self._comfyui.catalogue(refresh)
        except ComfyUIError:
            return None

    async def _bring(self, name: str, graph: Graph, catalogue: NodeCatalogue | None) -> Workflow:
        workflow = await asyncio.to_thread(self._workflow, name, graph, catalogue=catalogue)
        async with self._database.write() as unit:
            await unit.workflows.add(workflow)
        return workflow

    def _workflow(
        self, name: str, graph: Graph, *, is_built_in: bool = False, catalogue: NodeCatalogue | None = None
    ) -> Workflow:
        bindings = analyze(graph, catalogue).bindings
        return Workflow(
            name=name,
            graph=STORED_GRAPH.validate_python(graph),
            graph_hash=graph_hash(graph),
            bindings=bindings,
            default_negative_prompt=_text_at(graph, bindings),
            is_built_in=is_built_in,
            created_at=self._clock.now(),
        )


def graph_hash(graph: Graph) -> str:
    """The SHA-256 of a graph, the same however its keys are ordered."""
    return sha256(json.dumps(graph, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def _text_at(graph: Graph, bindings: Bindings) -> str:
    """The negative prompt the workflow was saved with."""
    if not bindings.negative:
        return ""
    first = bindings.negative[0]
    text = graph[first.node_id]["inputs"].get(first.input_name)
    return text.strip()[:PROMPT_LIMIT] if isinstance(text, str) else ""


def _settled(
    workflow: Workflow, form: WorkflowForm, changes: WorkflowChanges, catalogue: NodeCatalogue | None
) -> Settled:
    before = Settled(
        name=workflow.name,
        bindings=workflow.bindings,
        default_negative_prompt=workflow.default_negative_prompt,
        size=Size(form.width, form.height),
        shown=form.shown,
    )
    return settle(parse_graph(workflow.graph), before, changes, catalogue)


def _set(workflow: Workflow, values: InputSettings) -> tuple[StoredGraph, str]:
    graph = with_settings(parse_graph(workflow.graph), values)
    return STORED_GRAPH.validate_python(graph), graph_hash(graph)


async def _form(unit: UnitOfWork, workflow_id: UUID) -> WorkflowForm:
    return await unit.workflows.form(workflow_id) or WorkflowForm(workflow_id=workflow_id, shown=())


async def _known(unit: UnitOfWork, workflow_id: UUID) -> Workflow:
    workflow = await unit.workflows.find(workflow_id)
    if workflow is None:
        raise NotFoundError("workflow")
    return workflow


def _require_owner(who: Principal) -> None:
    if who.role is not Role.OWNER:
        raise ForbiddenError("Only the owner of this WrldBldr changes workflows.")
