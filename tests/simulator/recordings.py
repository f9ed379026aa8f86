"""Recorded replies of a real ComfyUI, and what of them may differ between two servers."""

import json
import re
from pathlib import Path
from typing import Any

from tests.simulator.graphs import Graph
from wrldbldr.simulator.catalogue import Catalogue
from wrldbldr.simulator.config import SimulatorConfig

TINY = Catalogue(checkpoints=("random_sd15_full.safetensors", "random_sd15_tiny.safetensors"))  # what that server had
AS_RECORDED = SimulatorConfig(port=0, seconds_per_step=0.0, previews_by_default=False, catalogue=TINY)
OWN_WORDS = {"tooltip", "description", "output_tooltips"}  # ComfyUI's prose, which is not ours to repeat
OWN_NUMBERS = {"timestamp", "create_time", "number", "t", "sid", "client_id", "prompt_id", "execution_start_time"}
OWN_NUMBERS |= {"execution_end_time", "priority"}
COUNTER = re.compile(r"_\d{5}_")
INVENTED = re.compile(r"ComfyUI_temp_[a-z]{5}")


def recording(folder: Path, name: str) -> dict[str, Any]:
    return json.loads((folder / "comfyui" / f"{name}.json").read_text())


def recorded_names(folder: Path, *patterns: str) -> list[str]:
    return sorted(path.stem for pattern in patterns for path in (folder / "comfyui").glob(f"{pattern}.json"))


def comparable(value: Any) -> Any:
    """A reply without what is bound to differ: ids, times, counters, places in code, and prose."""
    if isinstance(value, dict):
        kept = {key: comparable(item) for key, item in value.items() if key not in OWN_WORDS}
        kept = {key: "..." if key in OWN_NUMBERS else item for key, item in kept.items()}
        if "traceback" in kept:
            kept["traceback"] = "..." if kept["traceback"] else []
        if "current_outputs" in kept:
            kept["current_outputs"] = sorted(kept["current_outputs"])
        if isinstance(kept.get("current_inputs"), dict):
            kept["current_inputs"] = sorted(kept["current_inputs"])
        if "executed" in kept:
            kept["executed"] = sorted(kept["executed"])
        if isinstance(kept.get("nodes"), list):
            kept["nodes"] = sorted(kept["nodes"])
        if "errors" in kept:
            kept["errors"] = sorted(kept["errors"], key=json.dumps)
        return kept
    if isinstance(value, list):
        items = [comparable(item) for item in value]
        is_described = len(items) == 2 and items[1] == {} and isinstance(items[0], str | list)
        return items[:1] if is_described else items  # [type, {}] says no more than [type]
    if isinstance(value, str):
        return INVENTED.sub("ComfyUI_temp_?????", COUNTER.sub("_#####_", value))
    return value


def comparable_entry(entry: dict[str, Any]) -> Any:
    """A history entry, likewise; the order in which outputs were asked for is a matter of chance there."""
    _, _, graph, extra_data, outputs = entry["prompt"]
    return comparable({**entry, "prompt": [graph, extra_data, sorted(outputs)]})


def shape(value: Any) -> Any:
    """Only the keys and the types of a reply; a list has the shape of its first item."""
    if isinstance(value, dict):
        return {key: shape(item) for key, item in value.items()}
    if isinstance(value, list):
        return [shape(item) for item in value[:1]]
    return "number" if isinstance(value, int | float) else type(value).__name__


def warming_up(graph: Graph, cached: list[str]) -> Graph | None:
    """A prompt after which exactly `cached` nodes of `graph` are cached; None when nothing is."""
    if not cached:
        return None
    warm: Graph = {}
    for node_id, node in graph.items():
        if node_id in cached:
            warm[node_id] = node
            continue
        inputs = dict(node["inputs"])
        changeable = next((name for name in ("seed", "message", "filename_prefix") if name in inputs), None)
        if changeable:
            inputs[changeable] = inputs[changeable] + (1 if isinstance(inputs[changeable], int) else "x")
            warm[node_id] = {**node, "inputs": inputs}
        elif _is_needed(graph, node_id):
            warm[node_id] = node
    return warm


def _is_needed(graph: Graph, node_id: str) -> bool:
    return any(
        isinstance(value, list) and value[0] == node_id for node in graph.values() for value in node["inputs"].values()
    )
