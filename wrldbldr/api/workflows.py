"""Workflows: bring them in, look what is in them, say what goes where, choose which paints what."""

import binascii
import json
from base64 import b64decode
from typing import Annotated, Self
from uuid import UUID

from pydantic import AfterValidator
from pydantic_core import PydanticCustomError

from wrldbldr.api.batches import InputSettingIn
from wrldbldr.api.door import RunningEngine, Who, guarded_router
from wrldbldr.api.models import PAGE_DEFAULT, Body, Cursor, Limit, Moment, Out, Page, Text, WholeNumber, after, page_of
from wrldbldr.domain.batch import AssetType
from wrldbldr.domain.errors import InvalidInputError
from wrldbldr.domain.workflow import (
    Bindings,
    NodeInput,
    StoredGraph,
    StyleReferenceMapping,
    StyleReferenceMode,
    Workflow,
)
from wrldbldr.domain.workflow_form import WorkflowForm
from wrldbldr.services.analysis import Analysis, Candidate
from wrldbldr.services.workflow_changes import STYLE, Size, WorkflowChanges
from wrldbldr.services.workflow_check import LackKind
from wrldbldr.services.workflow_report import Check

router = guarded_router("Workflows")


def storable(graph: object) -> object:
    """Refuse what is JSON for Python only: NaN, halves of characters, endless nesting."""
    try:
        json.dumps(graph, allow_nan=False, ensure_ascii=False).encode()
    except (ValueError, RecursionError) as error:
        raise PydanticCustomError("unstorable", "cannot be written as JSON") from error
    return graph


class GraphIn(Body):
    """A ComfyUI graph as it is exported for the API, or, while ComfyUI answers, as its editor saves it."""

    graph: Annotated[object, AfterValidator(storable)]


class WorkflowIn(GraphIn):
    """A new workflow."""

    name: Text


class FileIn(Body):
    """A file with a workflow in it, in base64; at most 8 MiB."""

    name: Text
    file: Text


class NodeInputIn(Body):
    """One input of one node."""

    node_id: Text
    input_name: Text

    def stored(self) -> NodeInput:
        """As it is kept."""
        return NodeInput(node_id=self.node_id, input_name=self.input_name)


class StyleReferenceIn(Body):
    """Where the style reference goes; `input` only with the mode `specific`."""

    mode: StyleReferenceMode
    input: NodeInputIn | None = None


class BindingsIn(Body):
    """Which inputs take what; what is left out stays as it is, an empty list takes nothing."""

    positive: list[NodeInputIn] | None = None
    negative: list[NodeInputIn] | None = None
    seed: list[NodeInputIn] | None = None
    width: list[NodeInputIn] | None = None
    height: list[NodeInputIn] | None = None
    count: list[NodeInputIn] | None = None
    model: list[NodeInputIn] | None = None
    style_reference: StyleReferenceIn | None = None


class WorkflowChangesIn(Body):
    """What may be changed of a workflow; what is left out stays. A default size is given whole, or null to have none.

    `values` are what inputs hold that take nothing of ours, whether they are shown or not.
    """

    name: Text | None = None
    bindings: BindingsIn | None = None
    default_negative_prompt: Text | None = None
    default_width: WholeNumber | None = None
    default_height: WholeNumber | None = None
    shown_inputs: list[NodeInputIn] | None = None
    values: list[InputSettingIn] | None = None

    def changes(self) -> WorkflowChanges:
        """As the service takes them."""
        has_size = not self.model_fields_set.isdisjoint({"default_width", "default_height"})
        given = {} if self.bindings is None else dict(self.bindings)
        style = None if self.bindings is None else self.bindings.style_reference
        shown = None if self.shown_inputs is None else [one.stored() for one in self.shown_inputs]
        return WorkflowChanges(
            name=self.name,
            bindings={
                role: tuple(one.stored() for one in places)
                for role, places in given.items()
                if role != STYLE and places is not None
            },
            style_reference=None
            if style is None
            else StyleReferenceMapping(mode=style.mode, input=style.input.stored() if style.input else None),
            default_negative_prompt=self.default_negative_prompt,
            size=Size(self.default_width, self.default_height) if has_size else None,
            shown=shown,
            values={NodeInput(node_id=one.node_id, input_name=one.input_name): one.value for one in self.values or ()},
        )


class WorkflowOut(Out):
    """A workflow without its graph. `shown_inputs` are set where pictures are asked for; all others are locked."""

    id: UUID
    name: str
    built_in: bool
    bindings: Bindings
    default_negative_prompt: str
    default_width: int | None
    default_height: int | None
    shown_inputs: list[NodeInput]
    created_at: Moment

    @classmethod
    def of(cls, workflow: Workflow, form: WorkflowForm | None) -> Self:
        """A workflow in a list."""
        return cls(
            id=workflow.id,
            name=workflow.name,
            built_in=workflow.is_built_in,
            bindings=workflow.bindings,
            default_negative_prompt=workflow.default_negative_prompt,
            default_width=form.width if form else None,
            default_height=form.height if form else None,
            shown_inputs=list(form.shown) if form else [],
            created_at=workflow.created_at,
        )


class WorkflowWithGraphOut(WorkflowOut):
    """A workflow with its graph."""

    graph: StoredGraph

    @classmethod
    def of(cls, workflow: Workflow, form: WorkflowForm | None) -> Self:
        """Everything about a workflow."""
        return cls(**dict(WorkflowOut.of(workflow, form)), graph=workflow.graph)


class BroughtWorkflowOut(WorkflowOut):
    """A workflow that was just brought in, and what a person should know of how its file was read."""

    notices: list[str]


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
    """What was detected in a graph, what else each binding could be, what could not be told for sure, and
    what the connected ComfyUI lacks.
    """

    bindings: Bindings
    text_candidates: list[CandidateOut]
    number_candidates: list[CandidateOut]
    candidates: dict[str, list[CandidateOut]]
    ambiguous: list[str]
    notices: list[str]
    missing_nodes: list[str]
    missing_models: list[str]

    @classmethod
    def of(cls, analysis: Analysis) -> Self:
        """An analysis as it is shown."""
        return cls(
            bindings=analysis.bindings,
            text_candidates=[CandidateOut.of(candidate) for candidate in analysis.text_candidates],
            number_candidates=[CandidateOut.of(candidate) for candidate in analysis.number_candidates],
            candidates={
                role: [CandidateOut.of(candidate) for candidate in found] for role, found in analysis.candidates.items()
            },
            ambiguous=list(analysis.ambiguous),
            notices=list(analysis.notices),
            missing_nodes=list(analysis.missing_nodes),
            missing_models=list(analysis.missing_models),
        )


class LackOut(Out):
    """Something ComfyUI does not have or would not take; `nearest` is what it has of a like name."""

    kind: LackKind
    name: str
    sentence: str
    nearest: list[str]


class CheckOut(Out):
    """Whether the connected ComfyUI would take a workflow as it stands; `known` is false while none answers."""

    ok: bool
    known: bool
    missing: list[LackOut]

    @classmethod
    def of(cls, check: Check) -> Self:
        """A check as it is shown."""
        missing = [
            LackOut(kind=one.kind, name=one.name, sentence=one.sentence, nearest=list(one.nearest))
            for one in check.lacks
        ]
        return cls(ok=check.is_ok, known=check.is_known, missing=missing)


@router.get("/api/workflows")
async def list_workflows(
    who: Who, engine: RunningEngine, limit: Limit = PAGE_DEFAULT, cursor: Cursor = None
) -> Page[WorkflowOut]:
    """Every workflow, by name."""
    rest, forms = after(await engine.workflows.all(who), cursor, _id_of), await engine.workflows.forms(who)
    return page_of(rest, limit, lambda workflow: WorkflowOut.of(workflow, forms.get(workflow.id)), _id_of)


@router.post("/api/workflows", status_code=201)
async def add_workflow(body: WorkflowIn, who: Who, engine: RunningEngine) -> WorkflowWithGraphOut:
    """Bring in a graph. For the owner."""
    return WorkflowWithGraphOut.of(await engine.workflows.add(who, body.name, body.graph), None)


@router.post("/api/workflows/import", status_code=201)
async def import_workflow(body: FileIn, who: Who, engine: RunningEngine) -> BroughtWorkflowOut:
    """Bring in what a file carries (an export of either kind, or a PNG that ComfyUI made), called as the file. For the owner."""
    try:
        content = b64decode(body.file, validate=True)
    except (binascii.Error, ValueError) as error:
        raise InvalidInputError("file", "The file is not in base64.") from error
    workflow, notices = await engine.workflows.add_file(who, body.name, content)
    return BroughtWorkflowOut(**dict(WorkflowOut.of(workflow, None)), notices=list(notices))


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
    workflow = await engine.workflows.find(who, workflow_id)
    return WorkflowWithGraphOut.of(workflow, await engine.workflows.form(who, workflow_id))


@router.patch("/api/workflows/{workflow_id}")
async def change_workflow(
    workflow_id: UUID, body: WorkflowChangesIn, who: Who, engine: RunningEngine
) -> WorkflowWithGraphOut:
    """Change what is given of a workflow: all of it, or nothing when anything does not fit. For the owner."""
    workflow = await engine.workflows.change(who, workflow_id, body.changes())
    return WorkflowWithGraphOut.of(workflow, await engine.workflows.form(who, workflow_id))


@router.post("/api/workflows/{workflow_id}/test")
async def test_workflow(workflow_id: UUID, who: Who, engine: RunningEngine) -> CheckOut:
    """Compare a workflow with what the connected ComfyUI has now. Nothing is queued."""
    return CheckOut.of(await engine.workflows.test(who, workflow_id))


@router.delete("/api/workflows/{workflow_id}", status_code=204)
async def delete_workflow(workflow_id: UUID, who: Who, engine: RunningEngine) -> None:
    """Remove a workflow; pictures it painted stay. For the owner."""
    await engine.workflows.delete(who, workflow_id)


def _id_of(workflow: Workflow) -> UUID:
    return workflow.id
