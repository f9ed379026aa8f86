"""The workflow that comes with WrldBldr: text to picture with seven nodes every ComfyUI has."""

from wrldbldr.comfyui.graph import Graph

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
