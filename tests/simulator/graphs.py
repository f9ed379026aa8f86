"""Prompts to hand a simulator."""

from collections.abc import Mapping
from typing import Any

Graph = dict[str, dict[str, Any]]


def node(class_type: str, **inputs: object) -> dict[str, Any]:
    return {"class_type": class_type, "inputs": inputs}


def plain(*, prefix: str = "plain", batch_size: int = 1) -> Graph:
    """One orange picture, saved: no model, no waiting."""
    return {
        "1": node("EmptyImage", width=32, height=32, batch_size=batch_size, color=0xFF8800),
        "9": node("SaveImage", images=["1", 0], filename_prefix=prefix),
    }


def slow(*, seconds: float = 30.0, steps: int = 10, mode: str = "sleep", preview: bool = False) -> Graph:
    """A picture that takes its time."""
    graph = plain(prefix="slow")
    graph["3"] = node("TestSlow", image=["1", 0], seconds=seconds, steps=steps, mode=mode, preview=preview)
    graph["9"]["inputs"]["images"] = ["3", 0]
    return graph


def failing(kind: str, message: str = "deliberate failure") -> Graph:
    """A picture that is never finished."""
    graph = plain(prefix="failing")
    graph["3"] = node("TestRaise", image=["1", 0], message=message, kind=kind)
    graph["9"]["inputs"]["images"] = ["3", 0]
    return graph


def painting(
    words: str = "an old harbour at dusk",
    *,
    seed: int = 7,
    steps: int = 3,
    size: tuple[int, int] = (64, 64),
    batch_size: int = 1,
    prefix: str = "painting",
    sampler: Mapping[str, object] | None = None,
) -> Graph:
    """What a text-to-image workflow looks like."""
    settings = {
        "seed": seed,
        "steps": steps,
        "cfg": 7.0,
        "sampler_name": "euler",
        "scheduler": "normal",
        "denoise": 1.0,
    }
    settings |= sampler or {}
    links = {"model": ["4", 0], "positive": ["6", 0], "negative": ["7", 0], "latent_image": ["5", 0]}
    return {
        "3": node("KSampler", **settings, **links),
        "4": node("CheckpointLoaderSimple", ckpt_name="simulated_painter.safetensors"),
        "5": node("EmptyLatentImage", width=size[0], height=size[1], batch_size=batch_size),
        "6": node("CLIPTextEncode", text=words, clip=["4", 1]),
        "7": node("CLIPTextEncode", text="text, watermark", clip=["4", 1]),
        "8": node("VAEDecode", samples=["3", 0], vae=["4", 2]),
        "9": node("SaveImage", images=["8", 0], filename_prefix=prefix),
    }


def referring(image: str) -> Graph:
    """A painting in the style of an uploaded picture."""
    graph = painting()
    graph["20"] = node("LoadImage", image=image)
    graph["21"] = node("IPAdapterUnifiedLoader", model=["4", 0], preset="STANDARD (medium strength)")
    graph["22"] = node(
        "IPAdapter",
        model=["21", 0],
        ipadapter=["21", 1],
        image=["20", 0],
        weight=0.8,
        start_at=0.0,
        end_at=1.0,
        weight_type="standard",
    )
    graph["3"]["inputs"]["model"] = ["22", 0]
    return graph


def without(graph: Graph, *node_ids: str) -> Graph:
    return {node_id: kept for node_id, kept in graph.items() if node_id not in node_ids}


def changed(graph: Graph, node_id: str, **inputs: object) -> Graph:
    """The same prompt with some inputs of one node changed."""
    was = graph[node_id]
    return graph | {node_id: was | {"inputs": was["inputs"] | inputs}}
