"""A workflow with the style of a batch in it: its pictures wired to where they go, or its words after the prompt."""

from collections.abc import Sequence
from copy import deepcopy
from dataclasses import replace
from uuid import UUID

from wrldbldr.comfyui.graph import Graph, parse_graph
from wrldbldr.comfyui.port import NodeCatalogue
from wrldbldr.domain.asset import Asset
from wrldbldr.domain.errors import InvalidInputError, NotFoundError
from wrldbldr.domain.style_reference import REFERENCE_LIMIT, ReferenceUse, Style, StyleSource
from wrldbldr.domain.workflow import NodeInput, StyleReferenceMapping, StyleReferenceMode, Workflow
from wrldbldr.services.adapter_files import has_adapter_files
from wrldbldr.services.style_reference import (
    ReferencePlan,
    has_adapter,
    in_style_of,
    plan_reference,
    style_keywords,
    weight_of,
    with_pictures,
)

LEFT_ALONE = (StyleReferenceMode.DISABLED, StyleReferenceMode.PROMPT_INJECTION)
BY_ITSELF = StyleReferenceMapping()


def plan_for(workflow: Workflow, catalogue: NodeCatalogue | None) -> ReferencePlan:
    """How a workflow takes a style reference on the connected ComfyUI. Raises InvalidInputError when its place is gone.

    One that comes with WrldBldr has an adapter for whoever has what it needs; anywhere else it is words (decision 15).
    """
    graph, mapping = parse_graph(workflow.graph), workflow.bindings.style_reference
    plan = plan_reference(graph, mapping, catalogue)
    if plan.slot is None or not workflow.is_built_in:
        return plan
    if catalogue is None:
        return replace(plan, taker=f"{plan.taker} or prompt keywords")
    gone = graph.keys() - with_pictures(graph, plan.slot, (), catalogue=catalogue).keys()
    model = next((_model_at(graph, place, catalogue) for place in workflow.bindings.model), "")
    is_there = not catalogue.missing(graph[node_id]["class_type"] for node_id in gone)
    return plan if is_there and has_adapter_files(graph, gone, model, catalogue) else ReferencePlan(ReferenceUse.WORDS)


def needed_graph(workflow: Workflow, catalogue: NodeCatalogue, *, is_styled: bool) -> Graph:
    """A copy of what the connected ComfyUI is to have all of, with a style reference or without one.

    An adapter that somebody brought is asked for with a reference; where it has no place any more, painting says so.
    """
    if is_styled and not (workflow.is_built_in and _is_words(workflow, catalogue)):
        return deepcopy(parse_graph(workflow.graph))
    return without_reference(workflow, catalogue)


def planned_style(
    workflow: Workflow, pictures: Sequence[Asset], strength: float | None, catalogue: NodeCatalogue | None
) -> Style:
    """The style of these pictures for a batch that is asked for. Raises InvalidInputError when it has no place to go."""
    plan = plan_for(workflow, catalogue)
    sources = tuple(
        StyleSource(
            asset_id=picture.id,
            label=picture.label,
            content_hash=picture.content_hash,
            media_type=picture.media_type,
            keywords=style_keywords(picture.prompt),
        )
        for picture in pictures
    )
    return Style(sources=sources, strength=strength, use=plan.use, taker=plan.taker)


def styled(
    workflow: Workflow, prompt: str, style: Style | None, catalogue: NodeCatalogue
) -> tuple[Graph, str, Style | None]:
    """A copy of the graph, the prompt to write into it, and the style as the two apply it.

    A picture goes by its `upload_name`. Raises InvalidInputError when the input chosen for it is gone.
    """
    if style is None:
        return without_reference(workflow, catalogue), prompt, None
    plan = plan_for(workflow, catalogue)
    if plan.slot is not None:
        graph = deepcopy(parse_graph(workflow.graph))
        given = with_pictures(graph, plan.slot, upload_names(style), style.strength, catalogue)
        applied = {"use": plan.use, "taker": plan.taker, "strength": weight_of(given, plan.slot)}
        return given, prompt, style.model_copy(update=applied)
    keywords = ", ".join(dict.fromkeys(source.keywords for source in style.sources if source.keywords))
    is_said = plan.use is ReferenceUse.WORDS and keywords and workflow.bindings.positive
    use = ReferenceUse.WORDS if is_said else ReferenceUse.NOTHING
    applied = {"use": use, "taker": "", "strength": None}
    graph, said = without_reference(workflow, catalogue), in_style_of(prompt, keywords) if is_said else prompt
    return graph, said, style.model_copy(update=applied)


def checked_references(reference_ids: Sequence[UUID]) -> Sequence[UUID]:
    """Each once. Raises InvalidInputError when there are more than four."""
    distinct = tuple(dict.fromkeys(reference_ids))
    if len(distinct) > REFERENCE_LIMIT:
        raise InvalidInputError("style_reference_ids", f"Choose at most {REFERENCE_LIMIT} style references.")
    return distinct


def in_order(pictures: Sequence[Asset], asset_ids: Sequence[UUID]) -> list[Asset]:
    """The pictures as they were asked for. Raises NotFoundError when one is missing."""
    found = {picture.id: picture for picture in pictures}
    if not found.keys() >= set(asset_ids):
        raise NotFoundError("style reference")
    return [found[asset_id] for asset_id in asset_ids]


def upload_names(style: Style) -> list[str]:
    """What its files are called where they are uploaded to: what is in them decides."""
    return [f"{source.content_hash}.{source.media_type.rsplit('/', 1)[-1]}" for source in style.sources]


def without_reference(workflow: Workflow, catalogue: NodeCatalogue) -> Graph:
    """A copy without the adapter that would take a reference; one that takes none stays as its author left it.

    Of those that come with WrldBldr the author is us: their adapter takes nothing but a reference.
    """
    graph, mapping = deepcopy(parse_graph(workflow.graph)), workflow.bindings.style_reference
    if workflow.is_built_in and mapping.mode in LEFT_ALONE:
        mapping = BY_ITSELF
    is_chosen = mapping.mode is StyleReferenceMode.SPECIFIC
    if mapping.mode in LEFT_ALONE or not (is_chosen or has_adapter(graph)):
        return graph
    try:
        plan = plan_reference(graph, mapping, catalogue)
    except InvalidInputError:  # nobody asked for it
        return graph
    return graph if plan.slot is None else with_pictures(graph, plan.slot, (), catalogue=catalogue)


def _is_words(workflow: Workflow, catalogue: NodeCatalogue) -> bool:
    try:
        return plan_for(workflow, catalogue).slot is None
    except InvalidInputError:
        return False


def _model_at(graph: Graph, place: NodeInput, catalogue: NodeCatalogue) -> str:
    """The model it is painted with: the first that the server offers where the workflow leaves it open."""
    node = graph[place.node_id]
    offered = catalogue.options(node["class_type"], place.input_name)
    return str(node["inputs"].get(place.input_name) or next(iter(offered), ""))
