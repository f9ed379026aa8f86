"""Workflows: bring them in, look what is in them, choose which paints what."""

import json
from typing import Annotated, Self
from uuid import UUID

from pydantic import AfterValidator
from pydantic_core import PydanticCustomError

from wrldbldr.api.door import RunningEngine, Who, guarded_router
from wrldbldr.api.models import PAGE_DEFAULT, Body, Cursor, Limit, Moment, Out, Page, Text, after, page_of
from wrldbldr.domain.batch import AssetType
from wrldbldr.domain.workflow import Bindings, NodeInput, StoredGraph, Workflow
from wrldbldr.services.analysis import Analysis, Candidate

router = guarded_router("Workflows")


def storable(graph: object) -> object:
    """Refuse what is JSON for Python only: NaN, halves of characters, endless nesting."""
    try:
        json.dumps(graph, allow_nan=False, ensure_ascii=False).encode()
    except (ValueError, RecursionError) as error:
        raise PydanticCustomError("unstorable", "cannot be written as JSON") from error
    return graph


class GraphIn(Body):
    """A ComfyUI graph in API format."""

    graph: Annotated[object, AfterValidator(storable)]


class WorkflowIn(GraphIn):
    """A new workflow."""

    name: Text


class WorkflowChangesIn(Body):
    """What may be changed of a workflow."""

    name: Text


class WorkflowOut(Out):
    """A workflow without its graph."""

    id: UUID
    name: str
    built_in: bool
    bindings: Bindings
    default_negative_prompt: str
    created_at: Moment

    @classmethod
    def of(cls, workflow: Workflow) -> Self:
        """A workflow in a list."""
        return cls(
            id=workflow.id,
            name=workflow.name,
            built_in=workflow.is_built_in,
            bindings=workflow.bindings,
            default_negative_prompt=workflow.default_negative_prompt,
            created_at=workflow.created_at,
        )


class WorkflowWithGraphOut(WorkflowOut):
    """A workflow with its graph."""

    graph: StoredGraph

    @classmethod
    def of(cls, workflow: Workflow) -> Self:
        """Everything about a workflow."""
        return cls(**dict(WorkflowOut.of(workflow)), graph=workflow.graph)


class CandidateOut(Out):
    """An input that could take a value, and how a person recognises it."""

    node_id: str
    input_name: str
    title: str

    @classmethod
    def of(cls, candidate: Candidate) -> Self:
        """A candidate as it is shown."""
        place: NodeInput = candidate.input
        return cls(node_id=place.node_id, input_name=place.input_name, title=candidate.title)


class AnalysisOut(Out):
    """What was detected in a graph, what else each binding could be, and what the connected ComfyUI lacks."""

    bindings: Bindings
    text_candidates: list[CandidateOut]
    number_candidates: list[CandidateOut]
    missing_nodes: list[str]
    missing_models: list[str]

    @classmethod
    def of(cls, analysis: Analysis) -> Self:
        """An analysis as it is shown."""
        return cls(
            bindings=analysis.bindings,
            text_candidates=[CandidateOut.of(candidate) for candidate in analysis.text_candidates],
            number_candidates=[CandidateOut.of(candidate) for candidate in analysis.number_candidates],
            missing_nodes=list(analysis.missing_nodes),
            missing_models=list(analysis.missing_models),
        )


@router.get("/api/workflows")
async def list_workflows(
    who: Who, engine: RunningEngine, limit: Limit = PAGE_DEFAULT, cursor: Cursor = None
) -> Page[WorkflowOut]:
    """Every workflow, by name."""
    rest = after(await engine.workflows.all(who), cursor, lambda workflow: workflow.id)
    return page_of(rest, limit, WorkflowOut.of, lambda workflow: workflow.id)


@router.post("/api/workflows", status_code=201)
async def add_workflow(body: WorkflowIn, who: Who, engine: RunningEngine) -> WorkflowWithGraphOut:
    """Bring in a graph in ComfyUI's API format. For the owner."""
    return WorkflowWithGraphOut.of(await engine.workflows.add(who, body.name, body.graph))


@router.post("/api/workflows/analyze")
async def analyze_graph(body: GraphIn, who: Who, engine: RunningEngine) -> AnalysisOut:
    """Look what is in a graph without keeping it."""
    return AnalysisOut.of(await engine.workflows.analyze(who, body.graph))


@router.get("/api/workflows/defaults")
async def show_defaults(who: Who, engine: RunningEngine) -> dict[AssetType, UUID]:
    """Which workflow paints each asset type."""
    return await engine.workflows.defaults(who)


@router.put("/api/workflows/defaults")
async def set_defaults(body: dict[AssetType, UUID], who: Who, engine: RunningEngine) -> dict[AssetType, UUID]:
    """Choose which workflow paints an asset type; types left out stay as they are. For the owner."""
    return await engine.workflows.set_defaults(who, body)


@router.get("/api/workflows/{workflow_id}")
async def show_workflow(workflow_id: UUID, who: Who, engine: RunningEngine) -> WorkflowWithGraphOut:
    """One workflow with its graph."""
    return WorkflowWithGraphOut.of(await engine.workflows.find(who, workflow_id))


@router.patch("/api/workflows/{workflow_id}")
async def rename_workflow(
    workflow_id: UUID, body: WorkflowChangesIn, who: Who, engine: RunningEngine
) -> WorkflowWithGraphOut:
    """Give a workflow another name. For the owner."""
    return WorkflowWithGraphOut.of(await engine.workflows.rename(who, workflow_id, body.name))


@router.delete("/api/workflows/{workflow_id}", status_code=204)
async def delete_workflow(workflow_id: UUID, who: Who, engine: RunningEngine) -> None:
    """Remove a workflow; pictures it painted stay. For the owner."""
    await engine.workflows.delete(who, workflow_id)
