"""Small graphs of our own for the tests of this room."""

from typing import cast
from uuid import uuid4

from wrldbldr.comfyui.graph import Graph


def model_free(*, prefix: str | None = None, size: int = 64, colour: int = 0x3366AA) -> Graph:
    """Needs no model: an empty picture, scaled and saved."""
    return cast(
        Graph,
        {
            "1": {"class_type": "EmptyImage", "inputs": {"width": 32, "height": 32, "batch_size": 1, "color": colour}},
            "2": {
                "class_type": "ImageScale",
                "inputs": {
                    "image": ["1", 0],
                    "upscale_method": "nearest-exact",
                    "width": size,
                    "height": size,
                    "crop": "disabled",
                },
                "_meta": {"title": "Make it larger"},
            },
            "9": {
                "class_type": "SaveImage",
                "inputs": {"images": ["2", 0], "filename_prefix": prefix or f"wrldbldr/{uuid4()}"},
            },
        },
    )


def text_to_image(*, checkpoint: str = "tiny.safetensors", steps: int = 4, size: int = 64) -> Graph:
    """The usual seven nodes."""
    return cast(
        Graph,
        {
            "4": {"class_type": "CheckpointLoaderSimple", "inputs": {"ckpt_name": checkpoint}},
            "5": {"class_type": "EmptyLatentImage", "inputs": {"width": size, "height": size, "batch_size": 1}},
            "6": {"class_type": "CLIPTextEncode", "inputs": {"text": "an owl with a lantern", "clip": ["4", 1]}},
            "7": {"class_type": "CLIPTextEncode", "inputs": {"text": "blurry", "clip": ["4", 1]}},
            "3": {
                "class_type": "KSampler",
                "inputs": {
                    "seed": 7,
                    "steps": steps,
                    "cfg": 6.0,
                    "sampler_name": "euler",
                    "scheduler": "normal",
                    "denoise": 1.0,
                    "model": ["4", 0],
                    "positive": ["6", 0],
                    "negative": ["7", 0],
                    "latent_image": ["5", 0],
                },
            },
            "8": {"class_type": "VAEDecode", "inputs": {"samples": ["3", 0], "vae": ["4", 2]}},
            "9": {"class_type": "SaveImage", "inputs": {"images": ["8", 0], "filename_prefix": f"wrldbldr/{uuid4()}"}},
        },
    )
