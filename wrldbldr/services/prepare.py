"""From a batch and its workflow to the graph that is sent to ComfyUI."""

from collections.abc import Mapping, Sequence, Set
from typing import NamedTuple

from pydantic import JsonValue

from wrldbldr.comfyui.graph import Graph, title_of
from wrldbldr.comfyui.port import NodeCatalogue
from wrldbldr.domain.batch import Batch, Submission
from wrldbldr.domain.errors import InvalidInputError, WrldBldrError
from wrldbldr.domain.failure import Failure
from wrldbldr.domain.style_reference import Style
from wrldbldr.domain.workflow import Bindings, NodeInput, Workflow
from wrldbldr.services.analysis import is_choice, offered
from wrldbldr.services.detection.models import files
from wrldbldr.services.styling import styled
from wrldbldr.services.workflow_check import nearest_nodes

FILE_PREFIX = "wrldbldr"
OFFERED = 20
WRITTEN = ("positive", "negative", "seed", "width", "height", "count", "model")


class CannotPrepareError(WrldBldrError):
    """The batch cannot be turned into a graph this ComfyUI runs; `failure` says why and what to do."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(f"{failure.title}. {failure.message}", details=failure.details)
        self.failure = failure


class Prepared(NamedTuple):
    """What is handed over: the graph, the model it names, and the batch's style as the graph applies it."""

    graph: Graph
    model: str
    style: Style | None


def prepare(workflow: Workflow, batch: Batch, submission: Submission, catalogue: NodeCatalogue) -> Prepared:
    """The graph for one prompt of a batch. Raises CannotPrepareError.

    Every file is saved under a prefix of its own: ComfyUI answers an identical prompt with the file of the earlier one,
    which may be gone by then.
    """
    try:
        graph, prompt, style = styled(workflow, batch.prompt, batch.style, catalogue)
    except InvalidInputError as error:
        raise CannotPrepareError(_no_place(workflow, error)) from error
    bindings = _left(workflow.bindings, workflow.graph.keys() - graph.keys())
    for setting in batch.inputs or ():  # first: where a value of ours goes by now, ours counts
        if setting.node_id in graph:  # an adapter without a reference was left out
            _write(graph, (setting.place,), setting.value)
    _write(graph, bindings.positive, prompt)
    _write(graph, bindings.negative, batch.negative_prompt)
    _write(graph, bindings.seed, submission.seed)
    _write(graph, bindings.width, batch.width)
    _write(graph, bindings.height, batch.height)
    _write(graph, bindings.count, submission.count)
    for node in graph.values():
        if "filename_prefix" in node["inputs"]:  # one that is wired to elsewhere too: the server runs each name once
            node["inputs"]["filename_prefix"] = f"{FILE_PREFIX}/{submission.prompt_id}"
    model, absent = _settle_models(graph, bindings, catalogue)
    missing = catalogue.missing(node["class_type"] for node in graph.values())
    if missing or absent:
        raise CannotPrepareError(_failure_for_lack_of(graph, missing, absent, catalogue))
    return Prepared(graph, model, style)


def _write(graph: Graph, inputs: tuple[NodeInput, ...], value: JsonValue) -> None:
    for ref in inputs:
        graph[ref.node_id]["inputs"][ref.input_name] = value


def _left(bindings: Bindings, gone: Set[str]) -> Bindings:
    """Without the inputs of what served only an adapter that is left out."""
    if not gone:
        return bindings
    places = {role: tuple(ref for ref in getattr(bindings, role) if ref.node_id not in gone) for role in WRITTEN}
    return bindings.model_copy(update=places)


def _failure_for_lack_of(
    graph: Graph, missing: Sequence[str], absent: Mapping[str, Sequence[str]], catalogue: NodeCatalogue
) -> Failure:
    """All at once: node classes, and models with what there is in their place. `workflow_check` looks before, and further."""
    if not missing and "" in absent:
        return Failure(
            title="Your ComfyUI has no model to paint with",
            message="Put a checkpoint into its models/checkpoints folder, then retry.",
        )
    models = [name for name in absent if name]
    named = [_listed("node", missing), _listed("model", models)]
    details = {
        f"Node {node_id}": _titled(graph, node_id) for node_id, node in graph.items() if node["class_type"] in missing
    }
    details |= _offers("Nearest", nearest_nodes(missing, catalogue))
    details |= _offers("Available", {name: absent[name][:OFFERED] or ("none",) for name in models})
    return Failure(
        title=f"Your ComfyUI lacks {' and '.join(filter(None, named))}",
        message="Install the custom node pack it comes from, or pick another workflow."
        if missing
        else "Add it to ComfyUI's models folder, or pick another workflow.",
        details=details,
    )


def _offers(label: str, found: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """One line: names are long, and a label must not take the room of what it is the label of."""
    said = [", ".join(names) if len(found) == 1 else f"{name}: {', '.join(names)}" for name, names in found.items()]
    return {label: "; ".join(said)} if said else {}


def _listed(what: str, names: Sequence[str]) -> str:
    """`the nodes A, B`; nothing for none."""
    return f"the {what}{'s' if len(names) > 1 else ''} {', '.join(names)}" if names else ""


def _titled(graph: Graph, node_id: str) -> str:
    """The class, and what the workflow calls the node where that is something else."""
    class_type, title = graph[node_id]["class_type"], title_of(graph, node_id)
    return class_type if title in ("", class_type) else f"{class_type} · “{title}”"


def _settle_models(
    graph: Graph, bindings: Bindings, catalogue: NodeCatalogue
) -> tuple[str, dict[str, tuple[str, ...]]]:
    """Write each file in the server's spelling; a model the workflow leaves open becomes the first the server offers.

    Returns the first model, and the files the server lacks with what it offers instead.
    """
    chosen, absent = "", dict[str, tuple[str, ...]]()
    named = (ref for ref in files(graph, catalogue) if graph[ref.node_id]["inputs"][ref.input_name])
    for ref in dict.fromkeys([*bindings.model, *named]):
        node = graph[ref.node_id]
        name = str(node["inputs"][ref.input_name])
        if is_choice(catalogue, node["class_type"], ref.input_name):
            options = catalogue.options(node["class_type"], ref.input_name)
            found = offered(name, options) if name else next(iter(options), "")
            if not found:
                absent[name] = options
            node["inputs"][ref.input_name] = name = found or name
        chosen = chosen or (name if ref in bindings.model else "")
    return chosen, absent


def _no_place(workflow: Workflow, error: InvalidInputError) -> Failure:
    return Failure(title=f"{workflow.name} has no place for a style reference any more", message=error.message)
