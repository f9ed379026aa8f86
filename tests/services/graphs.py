"""Workflows of our own for the tests of this room."""

from wrldbldr.comfyui.graph import Graph


def model_free() -> Graph:
    """Needs no model: an empty picture, saved."""
    return {
        "1": {"class_type": "EmptyImage", "inputs": {"width": 64, "height": 64, "batch_size": 1}},
        "2": {"class_type": "SaveImage", "inputs": {"filename_prefix": "x", "images": ["1", 0]}},
    }


def squares() -> Graph:
    """One number is both sides of its pictures."""
    side = {"class_type": "PrimitiveInt", "inputs": {"value": 64}}
    graph = {**model_free(), "3": side}
    graph["1"]["inputs"] |= {"width": ["3", 0], "height": ["3", 0]}
    return graph


def repaint() -> Graph:
    """A picture painted over: nothing in it says how large, or how many."""
    return {
        "1": {"class_type": "CheckpointLoaderSimple", "inputs": {"ckpt_name": "tiny.safetensors"}},
        "2": {"class_type": "LoadImage", "inputs": {"image": "example.png"}},
        "3": {
            "class_type": "KSampler",
            "inputs": {
                "seed": 1,
                "model": ["1", 0],
                "positive": ["4", 0],
                "negative": ["5", 0],
                "latent_image": ["2", 0],
            },
        },
        "4": {"class_type": "CLIPTextEncode", "inputs": {"text": "", "clip": ["1", 1]}},
        "5": {"class_type": "CLIPTextEncode", "inputs": {"text": "", "clip": ["1", 1]}},
        "6": {"class_type": "SaveImage", "inputs": {"filename_prefix": "x", "images": ["3", 0]}},
    }
