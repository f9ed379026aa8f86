"""The workflows that come with WrldBldr: a general one, and one for each kind of picture that wants something of its own."""

from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass
from uuid import UUID

from wrldbldr.comfyui.graph import Graph
from wrldbldr.domain.batch import AssetType
from wrldbldr.services.workflow_changes import Size

TEXT_TO_PICTURE_NAME = "text-to-picture"
NEGATIVE_PROMPT = "blurry, low quality, watermark, text, signature"

TEXT_TO_PICTURE: Graph = {
    "4": {
        "class_type": "CheckpointLoaderSimple",
        "inputs": {"ckpt_name": ""},  # chosen from what the connected ComfyUI offers
        "_meta": {"title": "Load Checkpoint"},
    },
    "5": {
        "class_type": "EmptyLatentImage",
        "inputs": {"width": 768, "height": 1024, "batch_size": 1},
        "_meta": {"title": "Canvas"},
    },
    "6": {
        "class_type": "CLIPTextEncode",
        "inputs": {"text": "", "clip": ["4", 1]},
        "_meta": {"title": "Prompt"},
    },
    "7": {
        "class_type": "CLIPTextEncode",
        "inputs": {"text": NEGATIVE_PROMPT, "clip": ["4", 1]},
        "_meta": {"title": "Negative Prompt"},
    },
    "3": {
        "class_type": "KSampler",
        "inputs": {
            "seed": 0,
            "steps": 24,
            "cfg": 6.5,
            "sampler_name": "euler",
            "scheduler": "normal",
            "denoise": 1.0,
            "model": ["4", 0],
            "positive": ["6", 0],
            "negative": ["7", 0],
            "latent_image": ["5", 0],
        },
        "_meta": {"title": "Paint"},
    },
    "8": {
        "class_type": "VAEDecode",
        "inputs": {"samples": ["3", 0], "vae": ["4", 2]},
        "_meta": {"title": "Decode"},
    },
    "9": {
        "class_type": "SaveImage",
        "inputs": {"filename_prefix": "wrldbldr", "images": ["8", 0]},
        "_meta": {"title": "Save"},
    },
}

STYLE: Graph = {
    "20": {
        "class_type": "LoadImage",
        "inputs": {"image": "example.png"},  # never painted with: without a reference all three are left out
        "_meta": {"title": "Style"},
    },
    "21": {
        "class_type": "IPAdapterUnifiedLoader",
        "inputs": {"preset": "PLUS (high strength)", "model": ["4", 0]},
        "_meta": {"title": "Load IPAdapter"},
    },
    "22": {
        "class_type": "IPAdapter",
        "inputs": {
            "weight": 0.8,
            "start_at": 0.0,
            "end_at": 1.0,
            "weight_type": "style transfer",
            "model": ["21", 0],
            "ipadapter": ["21", 1],
            "image": ["20", 0],
        },
        "_meta": {"title": "IPAdapter"},
    },
}


@dataclass(frozen=True, slots=True)
class Shipped:
    """One that is known by its `id`, whatever the owner calls it."""

    id: UUID
    name: str
    graph: Graph
    size: Size


def _with_style(negative_prompt: str, size: Size, *, steps: int, cfg: float) -> Graph:
    """Text to picture with an adapter for a style reference; the loader picks its files by the checkpoint."""
    graph = deepcopy({**TEXT_TO_PICTURE, **STYLE})
    graph["5"]["inputs"] |= {"width": size.width, "height": size.height}
    graph["7"]["inputs"]["text"] = negative_prompt
    sampling = {"steps": steps, "cfg": cfg, "sampler_name": "dpmpp_2m", "scheduler": "karras"}
    graph["3"]["inputs"] |= {**sampling, "model": ["22", 0]}
    return graph


def _shipped(key: str, name: str, size: Size, unwanted: str, *, steps: int, cfg: float) -> Shipped:
    graph = _with_style(f"{NEGATIVE_PROMPT}, {unwanted}", size, steps=steps, cfg=cfg)
    return Shipped(UUID(key), name, graph, size)


SHIPPED: Mapping[AssetType, Shipped] = {
    AssetType.PORTRAIT: _shipped(
        "5b0e2f0a-6d0f-4c5e-9a64-0d6f1c1f7a01",
        "portrait",
        Size(768, 1024),
        "deformed face, crossed eyes, extra fingers, extra limbs, head out of frame, two people",
        steps=26,
        cfg=6.0,
    ),
    AssetType.SPRITE: _shipped(
        "5b0e2f0a-6d0f-4c5e-9a64-0d6f1c1f7a02",
        "sprite",
        Size(512, 1024),
        "scenery, detailed background, cast shadow, close-up, cut off, extra limbs, several figures",
        steps=24,
        cfg=7.0,
    ),
    AssetType.BACKDROP: _shipped(
        "5b0e2f0a-6d0f-4c5e-9a64-0d6f1c1f7a03",
        "backdrop",
        Size(1216, 688),
        "people, portrait, close-up, frame, border, tilted horizon",
        steps=28,
        cfg=6.0,
    ),
}
