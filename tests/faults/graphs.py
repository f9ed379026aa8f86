"""Workflows for breaking things: a quick one that paints, and the same with a node in it that makes trouble."""

from wrldbldr.comfyui.graph import Graph
from wrldbldr.services.shipped import TEXT_TO_PICTURE


def quick() -> Graph:
    """The shipped workflow with two steps."""
    return _shipped(steps=2)


def failing(kind: str, message: str) -> Graph:
    """It fails between painting and saving; `kind` is the simulator's: ValueError, OOM, block …"""
    graph = _shipped(steps=2)
    graph["10"] = {
        "class_type": "TestRaise",
        "inputs": {"image": ["8", 0], "message": message, "kind": kind},
        "_meta": {"title": "Varnish"},
    }
    graph["9"]["inputs"]["images"] = ["10", 0]
    return graph


def slow(seconds: float, *, steps: int = 10) -> Graph:
    """It takes `seconds` between painting and saving, and says how far it is after each of its steps."""
    graph = _shipped(steps=2)
    graph["10"] = {
        "class_type": "TestSlow",
        "inputs": {"image": ["8", 0], "seconds": seconds, "steps": steps, "mode": "sleep", "preview": False},
    }
    graph["9"]["inputs"]["images"] = ["10", 0]
    return graph


def refused() -> Graph:
    """ComfyUI does not take it: its sampler is asked for more than it does."""
    return _shipped(steps=20_000)


def half_wired(seconds: float) -> Graph:
    """A slow one with a second output that leads nowhere: ComfyUI takes it without that."""
    graph = slow(seconds)
    graph["11"] = {
        "class_type": "SaveImage",
        "inputs": {"filename_prefix": "varnished"},
        "_meta": {"title": "Varnished"},
    }
    return graph


def foreign(seconds: float) -> Graph:
    """What somebody else runs on the same ComfyUI: needs no model and takes its time."""
    return {
        "1": {"class_type": "EmptyImage", "inputs": {"width": 64, "height": 64, "batch_size": 1, "color": 0}},
        "2": {
            "class_type": "TestSlow",
            "inputs": {"image": ["1", 0], "seconds": seconds, "steps": 10, "mode": "sleep", "preview": False},
        },
        "3": {"class_type": "SaveImage", "inputs": {"filename_prefix": "theirs", "images": ["2", 0]}},
    }


def _shipped(*, steps: int) -> Graph:
    graph: Graph = {node_id: {**node, "inputs": dict(node["inputs"])} for node_id, node in TEXT_TO_PICTURE.items()}
    graph["3"]["inputs"]["steps"] = steps
    return graph
