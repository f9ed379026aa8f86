"""What an IPAdapter needs on a ComfyUI besides its nodes: files that its loader picks by itself, so no graph names them."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from wrldbldr.comfyui.catalogue import NodeCatalogue
from wrldbldr.comfyui.graph import Graph

LOADER, PRESET = "IPAdapterUnifiedLoader", "preset"
VISION = ("CLIPVisionLoader", "clip_name")
ADAPTERS = ("IPAdapterModelLoader", "ipadapter_file")

SDXL = re.compile(r"xl|pony|illustrious|noob", re.IGNORECASE)
SD15 = re.compile(r"sd.?v?1|v1.?5|1\.5", re.IGNORECASE)
NEITHER = re.compile(r"flux|sd.?3|sd.?v?2|v2.1_|cascade|chroma|qwen|lumina|hunyuan|z.?image|wan2", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Files:
    """How the loader tells its files, by where it looks; None where a preset is not for such a model."""

    vision: str
    sd15: str | None
    sdxl: str | None


VIT_H = r"(ViT.H.14.*s32B.b79K|ipadapter.*sd15|sd1.?5.*model)"
VIT_G = r"(ViT.bigG.14.*39B.b160k|ipadapter.*sdxl|sdxl.*model)"
PRESETS = {  # as ComfyUI_IPAdapter_plus has them (utils.py), by how the name of the preset begins
    "standard": Files(VIT_H, r"ip.adapter.sd15", r"ip.adapter.sdxl.vit.h"),
    "plus (": Files(VIT_H, r"ip.adapter.plus.sd15", r"plus.sdxl.vit.h"),
    "plus face": Files(VIT_H, r"plus.face.sd15", r"plus.face.sdxl.vit.h"),
    "vit-g": Files(VIT_G, r"sd15.vit.g", r"ip.adapter.sdxl"),
    "light": Files(VIT_H, r"sd15.light(.v11)?", None),
    "full face": Files(VIT_H, r"full.face.sd15", None),
}


def has_adapter_files(graph: Graph, node_ids: Iterable[str], checkpoint: str, catalogue: NodeCatalogue) -> bool:
    """Whether the loaders among the nodes find their files for a checkpoint; a preset that is not known is left to ComfyUI.

    The loader looks at what kind of model it is given; all there is beforehand is its name. Where that tells nothing, the
    files for both kinds have to be there.
    """
    presets = [
        str(graph[node_id]["inputs"].get(PRESET, "")).lower()
        for node_id in node_ids
        if graph[node_id]["class_type"] == LOADER
    ]
    needed = (files for preset in presets for start, files in PRESETS.items() if preset.startswith(start))
    return all(_are_there(files, checkpoint, catalogue) for files in needed)


def _are_there(files: Files, checkpoint: str, catalogue: NodeCatalogue) -> bool:
    if NEITHER.search(checkpoint):
        return False
    if SDXL.search(checkpoint):
        kinds = [files.sdxl]
    elif SD15.search(checkpoint):
        kinds = [files.sd15]
    else:
        kinds = [files.sdxl, files.sd15]
    return _has(catalogue, VISION, files.vision) and all(kind and _has(catalogue, ADAPTERS, kind) for kind in kinds)


def _has(catalogue: NodeCatalogue, loader: tuple[str, str], pattern: str) -> bool:
    named = re.compile(rf"{pattern}\.(safetensors|bin)$", re.IGNORECASE)
    return any(named.search(file) for file in catalogue.options(*loader))
