"""A workflow with the style of a batch in it: its pictures wired to where they go, or its words after the prompt."""

from collections.abc import Sequence
from copy import deepcopy
from uuid import UUID

from wrldbldr.comfyui.graph import Graph, parse_graph
from wrldbldr.comfyui.port import NodeCatalogue
from wrldbldr.domain.asset import Asset
from wrldbldr.domain.errors import InvalidInputError, NotFoundError
from wrldbldr.domain.style_reference import REFERENCE_LIMIT, ReferenceUse, Style, StyleSource
from wrldbldr.domain.workflow import StyleReferenceMapping, StyleReferenceMode, Workflow
from wrldbldr.services.style_reference import (
    has_adapter,
    in_style_of,
    plan_reference,
    style_keywords,
    weight_of,
    with_pictures,
)

LEFT_ALONE = (StyleReferenceMode.DISABLED, StyleReferenceMode.PROMPT_INJECTION)


def planned_style(workflow: Workflow, pictures: Sequence[Asset], strength: float | None) -> Style:
    """The style of these pictures for a batch that is asked for. Raises InvalidInputError when it has no place to go."""
    plan = plan_reference(parse_graph(workflow.graph), workflow.bindings.style_reference)
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
    graph, mapping = deepcopy(parse_graph(workflow.graph)), workflow.bindings.style_reference
    if style is None:
        return without_reference(graph, mapping, catalogue), prompt, None
    plan = plan_reference(graph, mapping, catalogue)
    if plan.slot is not None:
        given = with_pictures(graph, plan.slot, upload_names(style), style.strength, catalogue)
        applied = {"use": plan.use, "taker": plan.taker, "strength": weight_of(given, plan.slot)}
        return given, prompt, style.model_copy(update=applied)
    keywords = ", ".join(dict.fromkeys(source.keywords for source in style.sources if source.keywords))
    is_said = plan.use is ReferenceUse.WORDS and keywords and workflow.bindings.positive
    use = ReferenceUse.WORDS if is_said else ReferenceUse.NOTHING
    applied = {"use": use, "taker": "", "strength": None}
    return graph, in_style_of(prompt, keywords) if is_said else prompt, style.model_copy(update=applied)


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


def without_reference(graph: Graph, mapping: StyleReferenceMapping, catalogue: NodeCatalogue) -> Graph:
    """Without the adapter that would take a reference; one that takes none stays as its author left it."""
    is_chosen = mapping.mode is StyleReferenceMode.SPECIFIC
    if mapping.mode in LEFT_ALONE or not (is_chosen or has_adapter(graph)):
        return graph
    try:
        plan = plan_reference(graph, mapping, catalogue)
    except InvalidInputError:  # nobody asked for it
        return graph
    return graph if plan.slot is None else with_pictures(graph, plan.slot, (), catalogue=catalogue)
