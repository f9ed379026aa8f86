"""Reads the body in which ComfyUI refuses a prompt, and says it in a game master's words."""

import re
from collections.abc import Iterator
from typing import cast

from wrldbldr.comfyui.catalogue import NodeCatalogue
from wrldbldr.comfyui.errors import NodeError, PromptRefusedError, RefusalReason
from wrldbldr.comfyui.graph import Graph, title_of

RECEIVED_LIMIT = 120
OPTIONS_SHOWN = 10
MODEL_FILE = re.compile(r"\.(safetensors|sft|ckpt|pth?|bin|gguf|onnx)$", re.IGNORECASE)
NODE_MENTIONED = re.compile(r"#([^'\"\s]+)")
CLASS_MENTIONED = re.compile(r"because (?:the )?node (.+?) does not exist")

_REASONS = {
    "value_bigger_than_max": RefusalReason.BAD_VALUE,
    "value_smaller_than_min": RefusalReason.BAD_VALUE,
    "invalid_input_type": RefusalReason.BAD_VALUE,
    "required_input_missing": RefusalReason.REQUIRED_INPUT_MISSING,
    "return_type_mismatch": RefusalReason.BAD_WIRE,
    "bad_linked_input": RefusalReason.BAD_WIRE,
    "exception_during_inner_validation": RefusalReason.BAD_WIRE,
}

_WORDS = {
    RefusalReason.MISSING_NODE: (
        'Workflow node "{class_type}" not found',
        "Your ComfyUI lacks the node {class_type}{place}. Install its custom node pack, or pick another workflow.",
    ),
    RefusalReason.MISSING_MODEL: (
        'Model "{received}" not found',
        "Your ComfyUI does not have the file that {node} asks for. Pick another model{available}, "
        "or put the file into ComfyUI's models folder.",
    ),
    RefusalReason.MISSING_IMAGE: (
        "A picture that {node} needs is not on ComfyUI",
        "Choose the style reference again, or put the picture into ComfyUI's input folder.",
    ),
    RefusalReason.BAD_VALUE: (
        '"{received}" is not accepted for "{input}"',
        "ComfyUI refuses this value in {node}: {message}. Change it{available}.",
    ),
    RefusalReason.REQUIRED_INPUT_MISSING: (
        'Input "{input}" is missing',
        "{node} needs it. Connect it in ComfyUI, and import the workflow again.",
    ),
    RefusalReason.BAD_WIRE: (
        "{node} is wired wrongly",
        'ComfyUI cannot use what is connected to "{input}". Repair it in ComfyUI, and import the workflow again.',
    ),
}
_UNKNOWN = (
    "ComfyUI refused {node}",
    "Run the workflow once in ComfyUI; the details hold ComfyUI's own words.",
)


def refusal_of(body: dict[str, object], graph: Graph, catalogue: NodeCatalogue | None = None) -> PromptRefusedError:
    """The refusal in a parsed 400 body (or a 200 with node errors); `catalogue` helps when the server omits options."""
    error = _mapping(body.get("error"))
    kind = _text(error.get("type"))
    words = " ".join(part for part in (_text(error.get("message")), _text(error.get("details"))) if part)
    mentioned = _missing_node(error, graph)
    if mentioned is not None:
        return _missing_nodes((mentioned, *_missing_too(mentioned, graph, catalogue)), words)
    node_errors = tuple(_node_errors(body.get("node_errors"), graph, catalogue))
    if node_errors:
        return _refusal(node_errors[0], node_errors, words)
    if kind == "prompt_no_outputs":
        return PromptRefusedError(
            RefusalReason.NO_OUTPUT,
            "The workflow saves no picture",
            "It has no output node. Add a Save Image node in ComfyUI, and import it again.",
        )
    if kind in ("invalid_prompt", "no_prompt"):
        return PromptRefusedError(
            RefusalReason.NOT_A_WORKFLOW,
            "ComfyUI does not recognise the workflow",
            "In ComfyUI use Workflow, Export (API), and import that file.",
            details=_details(None, words),
        )
    if kind == "dependency_cycle" or (kind == "prompt_outputs_failed_validation" and not error.get("details")):
        return PromptRefusedError(
            RefusalReason.BAD_WIRE,
            "The workflow cannot be run",
            "Most likely its nodes are wired in a circle. Run it once in ComfyUI, and import it again.",
            details=_details(None, words),
        )
    return PromptRefusedError(
        RefusalReason.UNKNOWN,
        "ComfyUI refused the workflow",
        "It gives no reason we know. Run the workflow once in ComfyUI; the details hold its own words.",
        details=_details(None, words or str(body)),
    )


def _missing_node(error: dict[str, object], graph: Graph) -> NodeError | None:
    """Both ways of saying so: 0.8 in a sentence, newer servers as `missing_node_type` with fields."""
    extra = _mapping(error.get("extra_info"))
    message = _text(error.get("message"))
    said = CLASS_MENTIONED.search(message)
    if _text(error.get("type")) != "missing_node_type" and said is None:
        return None
    mentioned = NODE_MENTIONED.search(_text(error.get("details")))
    node_id = _text(extra.get("node_id")) or (mentioned.group(1) if mentioned else "")
    node = graph.get(node_id)
    class_type = (
        _text(extra.get("class_type")) or (node["class_type"] if node else "") or (said.group(1) if said else "")
    )
    title = _text(extra.get("node_title")) or title_of(graph, node_id) or class_type
    return NodeError(node_id, title, class_type, RefusalReason.MISSING_NODE, message=message)


def _missing_too(first: NodeError, graph: Graph, catalogue: NodeCatalogue | None) -> Iterator[NodeError]:
    """ComfyUI names the first only. The others are of the same class, or of one that is not in its own list."""
    is_listed = catalogue is not None and bool(catalogue.classes)
    for node_id, node in graph.items():
        class_type = node["class_type"]
        is_missing = class_type == first.class_type or (is_listed and catalogue and not catalogue.has(class_type))
        if is_missing and node_id != first.node_id:
            title = title_of(graph, node_id) or class_type
            yield NodeError(
                node_id, title, class_type, RefusalReason.MISSING_NODE, message=f"{class_type} is not installed."
            )


def _missing_nodes(missing: tuple[NodeError, ...], words: str) -> PromptRefusedError:
    """All at once: whoever installs one pack after the other tries as often."""
    first, classes = missing[0], list(dict.fromkeys(error.class_type for error in missing))
    if len(missing) == 1:
        return _refusal(first, missing, words)
    named = ", ".join(
        f"{name} ({_nodes([error.node_id for error in missing if error.class_type == name])})" for name in classes
    )
    quoted, s = ", ".join(f'"{name}"' for name in classes), "s" if len(classes) > 1 else ""
    return PromptRefusedError(
        RefusalReason.MISSING_NODE,
        f"Workflow node{s} {quoted} not found",
        f"Your ComfyUI lacks the node{s} {named}. Install the custom node packs they come from, or pick another workflow.",
        node_errors=missing,
        details=_with_others(_details(first, words), missing),
    )


def _nodes(ids: list[str]) -> str:
    return f"node{'s' if len(ids) > 1 else ''} {', '.join(ids)}"


def _node_errors(raw: object, graph: Graph, catalogue: NodeCatalogue | None) -> Iterator[NodeError]:
    for node_id, value in _mapping(raw).items():
        fields = _mapping(value)
        class_type = _text(fields.get("class_type"))
        for entry in _list(fields.get("errors")):
            yield _node_error(node_id, class_type, _mapping(entry), graph, catalogue)


def _node_error(
    node_id: str, class_type: str, entry: dict[str, object], graph: Graph, catalogue: NodeCatalogue | None
) -> NodeError:
    extra = _mapping(entry.get("extra_info"))
    name = _text(extra.get("input_name"))
    options = _options(extra.get("input_config"))
    if not options and catalogue is not None:
        options = catalogue.options(class_type, name)
    received = extra.get("received_value")
    received = "" if received is None else str(received)
    message, details = _text(entry.get("message")), _text(entry.get("details"))
    return NodeError(
        node_id=node_id,
        title=title_of(graph, node_id) or class_type,
        class_type=class_type,
        reason=_reason(_text(entry.get("type")), details, received, options),
        input=name,
        message=message,
        details=details,
        received=_short(received),
        options=options,
    )


def _reason(kind: str, details: str, received: str, options: tuple[str, ...]) -> RefusalReason:
    if kind == "value_not_in_list":
        is_model = any(MODEL_FILE.search(name) for name in (received, *options[:3]))
        return RefusalReason.MISSING_MODEL if is_model else RefusalReason.BAD_VALUE
    if kind == "custom_validation_failed" and "invalid image file" in details.lower():
        return RefusalReason.MISSING_IMAGE
    return _REASONS.get(kind, RefusalReason.UNKNOWN)


def _refusal(first: NodeError, node_errors: tuple[NodeError, ...], words: str) -> PromptRefusedError:
    title, advice = _in_words(first)
    if len(node_errors) > 1:
        advice += f" ComfyUI names {len(node_errors) - 1} more; see the details."
    details = _with_others(_details(first, _words_of(first) or words), node_errors)
    return PromptRefusedError(first.reason, title, advice, node_errors=node_errors, details=details)


def _with_others(details: dict[str, str], node_errors: tuple[NodeError, ...]) -> dict[str, str]:
    others = enumerate(node_errors[1:OPTIONS_SHOWN], start=2)
    return details | {
        f"Also ({number})": f"{other.title} (id {other.node_id}): {_short(_words_of(other))}"
        for number, other in others
    }


def _words_of(error: NodeError) -> str:
    return ": ".join(part for part in (error.message, error.details) if part)


def _in_words(error: NodeError) -> tuple[str, str]:
    title, advice = _WORDS.get(error.reason, _UNKNOWN)
    place = f" (node {error.node_id})" if error.node_id else ""
    words = {
        "node": f'"{error.title}"{place}',
        "place": place,
        "class_type": error.class_type,
        "input": error.input,
        "received": error.received,
        "message": error.message.rstrip("."),
        "available": _available(error.options),
    }
    return title.format_map(words), advice.format_map(words)


def _available(options: tuple[str, ...]) -> str:
    if not options:
        return ""
    more = f" and {len(options) - OPTIONS_SHOWN} more" if len(options) > OPTIONS_SHOWN else ""
    return f" (available: {', '.join(options[:OPTIONS_SHOWN])}{more})"


def _details(error: NodeError | None, words: str) -> dict[str, str]:
    details: dict[str, str] = {}
    if error is not None:
        details = {"Node": error.title, "Node id": error.node_id, "Class": error.class_type, "Input": error.input}
        details["Value"] = error.received
    details["ComfyUI says"] = words if len(words) <= 600 else f"{words[:597]}..."
    return {label: value for label, value in details.items() if value}


def _options(raw: object) -> tuple[str, ...]:
    """The options in an input_config: `[[…], {}]` or `["COMBO", {"options": […]}]`."""
    config = _list(raw)
    if not config:
        return ()
    choices = _list(config[0]) or _list(_mapping(config[1] if len(config) > 1 else None).get("options"))
    return tuple(str(choice) for choice in choices)


def _mapping(raw: object) -> dict[str, object]:
    return cast(dict[str, object], raw) if isinstance(raw, dict) else {}


def _list(raw: object) -> list[object]:
    return cast(list[object], raw) if isinstance(raw, list) else []


def _text(raw: object) -> str:
    return raw if isinstance(raw, str) else ""


def _short(text: str) -> str:
    return text if len(text) <= RECEIVED_LIMIT else f"{text[: RECEIVED_LIMIT - 3]}..."
