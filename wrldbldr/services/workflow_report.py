"""How a workflow is: what it paints, where each value goes, and what the connected ComfyUI lacks of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from uuid import UUID

from wrldbldr.comfyui.catalogue import NodeCatalogue
from wrldbldr.comfyui.graph import parse_graph
from wrldbldr.domain.batch import AssetType
from wrldbldr.domain.workflow import StyleReferenceMode, Workflow
from wrldbldr.domain.workflow_form import ShownInputs, WorkflowForm
from wrldbldr.services.analysis import analyze
from wrldbldr.services.styling import needed_graph, plan_for
from wrldbldr.services.workflow_changes import Size
from wrldbldr.services.workflow_check import Lack, lacks
from wrldbldr.services.workflow_inputs import InputField, input_fields
from wrldbldr.services.workflow_mapping import (
    SlotReport,
    slot_reports,
    style_report,
)

IN_WORDS = (
    "With a style reference your ComfyUI is given keywords: it lacks the IPAdapter nodes (ComfyUI_IPAdapter_plus) or their "
    "models."
)
OTHERS_LIMIT = 200  # on the screen; a script may show any


@dataclass(frozen=True, slots=True)
class Check:
    """What keeps a workflow from running on the connected ComfyUI; `is_known` is false while none answers."""

    is_known: bool
    lacks: tuple[Lack, ...] = ()

    @property
    def is_ok(self) -> bool:
        """True when ComfyUI would take it as it stands."""
        return self.is_known and not self.lacks


@dataclass(frozen=True, slots=True)
class WorkflowSummary:
    """A workflow in a list."""

    workflow: Workflow
    paints: tuple[AssetType, ...]
    node_count: int
    check: Check


@dataclass(frozen=True, slots=True)
class WorkflowReport:
    """Everything that can be changed about a workflow, without its graph. `notices` are what a person should know."""

    id: UUID
    name: str
    is_built_in: bool
    default_negative_prompt: str
    size: Size
    shown: ShownInputs
    paints: tuple[AssetType, ...]
    node_count: int
    slots: tuple[SlotReport, ...]
    others: tuple[InputField, ...]
    notices: tuple[str, ...]
    check: Check


def check(workflow: Workflow, catalogue: NodeCatalogue | None) -> Check:
    """Compare with what ComfyUI has; with nothing while it is away."""
    if catalogue is None:
        return Check(is_known=False)
    graph = needed_graph(workflow, catalogue, is_styled=True)
    return Check(is_known=True, lacks=lacks(graph, analyze(graph, catalogue), catalogue))


def summarize(
    workflows: Sequence[Workflow], paints: dict[AssetType, object], catalogue: NodeCatalogue | None
) -> list[WorkflowSummary]:
    """Each as the list shows it. Takes its time with large graphs: for a thread."""
    return [
        WorkflowSummary(
            workflow=workflow,
            paints=painted_by(workflow, paints),
            node_count=len(workflow.graph),
            check=check(workflow, catalogue),
        )
        for workflow in workflows
    ]


def report(
    workflow: Workflow, form: WorkflowForm, paints: dict[AssetType, object], catalogue: NodeCatalogue | None
) -> WorkflowReport:
    """Everything about one. Takes its time with a large graph: for a thread."""
    graph = parse_graph(workflow.graph)
    analysis = analyze(graph, catalogue)
    bindings = workflow.bindings
    return WorkflowReport(
        id=workflow.id,
        name=workflow.name,
        is_built_in=workflow.is_built_in,
        default_negative_prompt=workflow.default_negative_prompt,
        size=Size(form.width, form.height),
        shown=form.shown,
        paints=painted_by(workflow, paints),
        node_count=len(graph),
        slots=(*slot_reports(graph, bindings, analysis), style_report(graph, bindings, analysis)),
        others=tuple(islice(input_fields(graph, bindings, catalogue), OTHERS_LIMIT)),
        notices=(
            *analysis.remarks,
            *_words_instead(workflow, catalogue),
        ),  # where there are several of something, its slot says so: they may have chosen
        check=check(workflow, catalogue),
    )


def _words_instead(workflow: Workflow, catalogue: NodeCatalogue | None) -> tuple[str, ...]:
    """Why one of ours does not use its adapter, where somebody let it."""
    is_found = workflow.bindings.style_reference.mode is StyleReferenceMode.AUTO_DETECT and workflow.bindings.references
    if catalogue is None or not (workflow.is_built_in and is_found):
        return ()
    return () if plan_for(workflow, catalogue).slot else (IN_WORDS,)


def painted_by(workflow: Workflow, defaults: dict[AssetType, object]) -> tuple[AssetType, ...]:
    """The kinds of picture a workflow paints unless somebody chooses another."""
    return tuple(asset_type for asset_type in AssetType if defaults.get(asset_type) == workflow.id)
