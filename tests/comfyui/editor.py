"""Workflows of our own as ComfyUI's editor saves them."""

from typing import Any

Raw = dict[str, Any]


def box(node_id: int, kind: str, *values: object, **fields: object) -> Raw:
    return {"id": node_id, "type": kind, "mode": 0, "inputs": [], "outputs": [], "widgets_values": [*values], **fields}


def sockets(*entries: tuple[str, str, int | None]) -> list[Raw]:
    return [{"name": name, "type": kind, "link": link} for name, kind, link in entries]


def painting() -> Raw:
    """A sampler with all it needs, as the editor saves it."""
    return {
        "nodes": [
            box(4, "CheckpointLoaderSimple", "tiny.safetensors"),
            box(5, "EmptyLatentImage", 512, 768, 2),
            box(6, "CLIPTextEncode", "a lamp", inputs=sockets(("clip", "CLIP", 3)), title="Prompt"),
            box(7, "CLIPTextEncode", "fog", inputs=sockets(("clip", "CLIP", 4))),
            box(
                3,
                "KSampler",
                *(5, "randomize", 20, 6.5, "euler", "karras", 1.0),
                inputs=sockets(
                    ("model", "MODEL", 1), ("positive", "CONDITIONING", 5), ("negative", "CONDITIONING", 6),
                    ("latent_image", "LATENT", 2),
                ),
            ),
        ],
        "links": [
            [1, 4, 0, 3, 0, "MODEL"], [2, 5, 0, 3, 3, "LATENT"], [3, 4, 1, 6, 0, "CLIP"], [4, 4, 1, 7, 0, "CLIP"],
            [5, 6, 0, 3, 1, "CONDITIONING"], [6, 7, 0, 3, 2, "CONDITIONING"],
        ],
        "version": 0.4,
    }  # fmt: skip
