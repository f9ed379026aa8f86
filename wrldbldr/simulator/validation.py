"""Refuses what ComfyUI refuses, in ComfyUI's words. The source of the rules is its `validate_prompt` (0.8.0)."""

import traceback
from collections.abc import Sequence
from dataclasses import dataclass, field

from wrldbldr.simulator.documents import Json, JsonObject, empty_object, require_object
from wrldbldr.simulator.registry import Input, NodeClass, Registry

LISTED_CHOICES_LIMIT = 20  # longer lists are not repeated in an error


@dataclass
class Verdict:
    """What validation found. `error` is set when nothing at all can run."""

    outputs: list[str] = field(default_factory=list[str])
    error: JsonObject | None = None
    node_errors: JsonObject = field(default_factory=empty_object)


@dataclass
class Finding:
    """What is wrong with one node: with itself (`reasons`), or only with something upstream (none)."""

    is_valid: bool
    reasons: list[JsonObject] = field(default_factory=list[JsonObject])


class InputError(Exception):
    """One input cannot be used; carries what ComfyUI says of it."""

    def __init__(self, kind: str, message: str, details: str, extra_info: JsonObject) -> None:
        super().__init__(message)
        self.reason = problem(kind, message, details, extra_info)


def problem(kind: str, message: str, details: str, extra_info: JsonObject | None = None) -> JsonObject:
    """One error as ComfyUI writes it."""
    return {"type": kind, "message": message, "details": details, "extra_info": extra_info or {}}


def validate_prompt(graph: JsonObject, registry: Registry, targets: Sequence[str] | None = None) -> Verdict:
    """Check a whole prompt; literals are converted to their input's type in place, as ComfyUI does.

    Raises MalformedRequestError for a node that is not an object (ComfyUI answers a bare 500).
    """
    outputs: list[str] = []
    for node_id, node in graph.items():
        class_type = class_type_of(node)
        if class_type is None:
            message = "Cannot execute because a node is missing the class_type property."
            return Verdict(error=problem("invalid_prompt", message, f"Node ID '#{node_id}'"))
        node_class = registry.get(class_type)
        if node_class is None:
            message = f"Cannot execute because node {class_type} does not exist."
            return Verdict(error=problem("invalid_prompt", message, f"Node ID '#{node_id}'"))
        if node_class.is_output and (targets is None or node_id in targets):
            outputs.append(node_id)
    if not outputs:
        return Verdict(error=problem("prompt_no_outputs", "Prompt has no outputs", ""))
    return _judge_outputs(graph, registry, outputs)


def class_type_of(node: Json) -> str | None:
    """A node's class, or None when it has none, as in a workflow of the page's own format ("nodes": [...])."""
    if isinstance(node, list | str):
        return None
    class_type = require_object(node).get("class_type")
    return class_type if class_type is None else str(class_type)


def _judge_outputs(graph: JsonObject, registry: Registry, outputs: list[str]) -> Verdict:
    verdict, validator, details = Verdict(), PromptValidator(graph, registry), list[str]()
    for output in outputs:
        try:
            finding = validator.check_node(output)
        except (KeyError, IndexError, TypeError) as error:
            finding = Finding(
                False, [_exception("exception_during_validation", "Exception when validating node", error)]
            )
            validator.findings[output] = finding
        if finding.is_valid:
            verdict.outputs.append(output)
            continue
        details += [f"{reason['message']}: {reason['details']}" for reason in finding.reasons]
        for node_id, found in validator.findings.items():
            if not found.is_valid and found.reasons:
                _blame(verdict.node_errors, graph, node_id, found.reasons, output)
    if not verdict.outputs:
        message = "Prompt outputs failed validation"
        verdict.error = problem("prompt_outputs_failed_validation", message, "\n".join(details))
    return verdict


def _blame(node_errors: JsonObject, graph: JsonObject, node_id: str, reasons: list[JsonObject], output: str) -> None:
    if node_id not in node_errors:
        class_type = require_object(graph[node_id]).get("class_type")
        node_errors[node_id] = {"errors": [*reasons], "dependent_outputs": [], "class_type": class_type}
    dependents = require_object(node_errors[node_id])["dependent_outputs"]
    if isinstance(dependents, list):
        dependents.append(output)


def _exception(kind: str, message: str, error: Exception, extra_info: JsonObject | None = None) -> JsonObject:
    lines: list[Json] = [*traceback.format_tb(error.__traceback__)]
    told: JsonObject = {"exception_type": error.__class__.__qualname__, "traceback": lines}
    return problem(kind, message, str(error), told | (extra_info or {}))


class PromptValidator:
    """Walks from an output upstream; each node is looked at once."""

    def __init__(self, graph: JsonObject, registry: Registry) -> None:
        self._graph = graph
        self._registry = registry
        self._under_way: set[str] = set()
        self.findings: dict[str, Finding] = {}

    def check_node(self, node_id: str) -> Finding:
        """Check a node and all it needs. Raises KeyError, IndexError or TypeError for links to nowhere."""
        if node_id in self.findings:
            return self.findings[node_id]
        if node_id in self._under_way:
            return Finding(False)  # a cycle: ComfyUI runs out of recursion here and reports nothing
        self._under_way.add(node_id)
        node = require_object(self._graph[node_id])
        inputs = require_object(node["inputs"])
        finding = Finding(True)
        for given in self._class(node_id).inputs:
            if given.category != "hidden":
                self._check_input(given, inputs, finding)
        finding.is_valid = finding.is_valid and not finding.reasons
        self._under_way.discard(node_id)
        self.findings[node_id] = finding
        return finding

    def _class(self, node_id: str) -> NodeClass:
        return self._registry[str(require_object(self._graph[node_id])["class_type"])]

    def _check_input(self, given: Input, inputs: JsonObject, finding: Finding) -> None:
        if given.name not in inputs:
            if given.category == "required":
                told: JsonObject = {"input_name": given.name}
                finding.reasons.append(problem("required_input_missing", "Required input is missing", given.name, told))
            return
        value = inputs[given.name]
        try:
            if isinstance(value, list):
                self._check_link(given, value, finding)
            else:
                inputs[given.name] = check_literal(given, value)
        except InputError as error:
            finding.reasons.append(error.reason)

    def _check_link(self, given: Input, value: list[Json], finding: Finding) -> None:
        told: JsonObject = {"input_name": given.name, "input_config": config_of(given)}
        if len(value) != 2:
            message = "Bad linked input, must be a length-2 list of [node_id, slot_index]"
            told["received_value"] = value
            raise InputError("bad_linked_input", message, given.name, told)
        source, slot = value
        if not isinstance(source, str) or not isinstance(slot, int):
            raise TypeError("a link names a node and a slot")
        received = self._class(source).outputs[slot]
        if not fits(received, given):
            message = "Return type mismatch between linked nodes"
            details = f"{given.name}, received_type({received}) mismatch input_type({given.type_document})"
            told |= {"received_type": received, "linked_node": value}
            raise InputError("return_type_mismatch", message, details, told)
        try:
            upstream = self.check_node(source)
        except (KeyError, IndexError, TypeError) as error:
            told |= {"exception_message": str(error), "linked_node": value}
            reason = _exception(
                "exception_during_inner_validation", "Exception when validating inner node", error, told
            )
            upstream = self.findings[source] = Finding(False, [reason])
        finding.is_valid = finding.is_valid and upstream.is_valid


def fits(received: str, given: Input) -> bool:
    """Whether an output of type `received` may be plugged into the input."""
    return "*" in (received, given.type) or received == given.type


def config_of(given: Input) -> Json:
    """The input's type and options, as validation errors repeat them."""
    return [given.type_document, given.options or {}]


def check_literal(given: Input, value: Json) -> Json:
    """The value converted to the input's type. Raises InputError when it cannot be used."""
    if isinstance(value, dict) and "__value__" in value:
        value = value["__value__"]
    value = convert(given, value)
    told: JsonObject = {"input_name": given.name, "input_config": config_of(given), "received_value": value}
    if given.check is not None:
        complaint = given.check(str(value))
        if complaint is not None:
            message, details = "Custom validation failed for node", f"{given.name} - {complaint}"
            raise InputError("custom_validation_failed", message, details, {"input_name": given.name})
        return value
    if isinstance(value, int | float) and given.options is not None:
        least, most = given.options.get("min"), given.options.get("max")
        if isinstance(least, int | float) and value < least:
            raise InputError("value_smaller_than_min", f"Value {value} smaller than min of {least}", given.name, told)
        if isinstance(most, int | float) and value > most:
            raise InputError("value_bigger_than_max", f"Value {value} bigger than max of {most}", given.name, told)
    choices = given.choices
    if choices is not None and value not in choices:
        raise _not_in_list(given, choices, value)
    return value


def _not_in_list(given: Input, choices: list[str], value: Json) -> InputError:
    is_long = len(choices) > LISTED_CHOICES_LIMIT
    listed = f"(list of length {len(choices)})" if is_long else str(choices)
    config = None if is_long else config_of(given)
    told: JsonObject = {"input_name": given.name, "input_config": config, "received_value": value}
    return InputError("value_not_in_list", "Value not in list", f"{given.name}: '{value}' not in {listed}", told)


def convert(given: Input, value: Json) -> Json:
    """The literal as its input's type wants it. Raises InputError when that is impossible."""
    try:
        match given.type:
            case "INT":
                return int(value)  # pyright: ignore[reportArgumentType]  # what it cannot take is the point
            case "FLOAT":
                return float(value)  # pyright: ignore[reportArgumentType]
            case "STRING":
                return str(value)
            case "BOOLEAN":
                return bool(value)
            case _:
                return value
    except (TypeError, ValueError) as error:
        told: JsonObject = {"input_name": given.name, "input_config": config_of(given)}
        told |= {"received_value": value, "exception_message": str(error)}
        message = f"Failed to convert an input value to a {given.type} value"
        raise InputError("invalid_input_type", message, f"{given.name}, {value}, {error}", told) from error
