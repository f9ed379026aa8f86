"""Workflows: bringing them in, choosing which paints what, and the one that comes with WrldBldr."""

import json
from collections.abc import Mapping, Sequence
from hashlib import sha256
from uuid import UUID

from pydantic import TypeAdapter

from wrldbldr.comfyui.errors import ComfyUIError
from wrldbldr.comfyui.graph import Graph, parse_graph
from wrldbldr.comfyui.port import ComfyUI
from wrldbldr.db.database import Database, UnitOfWork
from wrldbldr.domain.account import Principal, Role
from wrldbldr.domain.batch import AssetType
from wrldbldr.domain.errors import ConflictError, ForbiddenError, InvalidInputError, NotFoundError
from wrldbldr.domain.text import checked_name
from wrldbldr.domain.workflow import Bindings, StoredGraph, Workflow
from wrldbldr.kit.clock import Clock
from wrldbldr.services.analysis import Analysis, analyze
from wrldbldr.services.shipped import NEGATIVE_PROMPT, TEXT_TO_PICTURE, TEXT_TO_PICTURE_NAME

STORED_GRAPH = TypeAdapter(StoredGraph)


class WorkflowService:
    """Workflows belong to the server: every game master sees them, only the owner changes them (they run as code)."""

    def __init__(self, database: Database, clock: Clock, comfyui: ComfyUI) -> None:
        self._database = database
        self._clock = clock
        self._comfyui = comfyui

    async def ensure_shipped(self) -> None:
        """Make the shipped workflow, and let it paint every type that nothing else paints. Safe to call at every start."""
        async with self._database.write() as unit:
            shipped = next((w for w in await unit.workflows.all() if w.is_built_in), None)
            if shipped is None:
                shipped = self._workflow(TEXT_TO_PICTURE_NAME, TEXT_TO_PICTURE, is_built_in=True)
                await unit.workflows.add(shipped)
            defaults = await unit.workflows.defaults()
            for asset_type in AssetType:
                if asset_type not in defaults:
                    await unit.workflows.set_default(asset_type, shipped.id)

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
        """Bring in a graph in API format. Raises ForbiddenError, InvalidInputError with a sentence."""
        _require_owner(who)
        workflow = self._workflow(checked_name(name), parse_graph(raw_graph))
        async with self._database.write() as unit:
            await unit.workflows.add(workflow)
        return workflow

    async def rename(self, who: Principal, workflow_id: UUID, name: str) -> Workflow:
        """Give it another name. Raises ForbiddenError, NotFoundError, InvalidInputError."""
        _require_owner(who)
        async with self._database.write() as unit:
            workflow = await _known(unit, workflow_id)
            workflow.name = checked_name(name)
        return workflow

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
        graph = parse_graph(raw_graph)
        try:
            catalogue = await self._comfyui.catalogue()
        except ComfyUIError:
            catalogue = None  # the graph can be read without a server; only what it lacks stays unknown
        return analyze(graph, catalogue)

    def _workflow(self, name: str, graph: Graph, *, is_built_in: bool = False) -> Workflow:
        bindings = analyze(graph).bindings
        return Workflow(
            name=name,
            graph=STORED_GRAPH.validate_python(graph),
            graph_hash=graph_hash(graph),
            bindings=bindings,
            default_negative_prompt=NEGATIVE_PROMPT if is_built_in else _text_at(graph, bindings),
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
    return text if isinstance(text, str) else ""


async def _known(unit: UnitOfWork, workflow_id: UUID) -> Workflow:
    workflow = await unit.workflows.find(workflow_id)
    if workflow is None:
        raise NotFoundError("workflow")
    return workflow


def _require_owner(who: Principal) -> None:
    if who.role is not Role.OWNER:
        raise ForbiddenError("Only the owner of this WrldBldr changes workflows.")
