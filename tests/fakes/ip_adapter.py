"""What the fake ComfyUI offers when somebody has installed ComfyUI_IPAdapter_plus."""

from collections.abc import Sequence

from tests.fakes.comfyui import OBJECT_INFO
from wrldbldr.comfyui.port import NodeCatalogue, parse_catalogue

VISION = "CLIP-ViT-H-14-laion2B-s32B-b79K.safetensors"
SD15, SDXL = "ip-adapter-plus_sd15.safetensors", "sdxl\\ip-adapter-plus_sdxl_vit-h.safetensors"


def with_pack(
    *, vision: Sequence[str] = (VISION,), adapters: Sequence[str] = (SD15, SDXL), checkpoint: str = "tiny.safetensors"
) -> NodeCatalogue:
    """A ComfyUI with ComfyUI_IPAdapter_plus and these files."""

    def taking(outputs: Sequence[str], **inputs: object) -> dict[str, object]:
        return {"input": {"required": inputs}, "output": list(outputs)}

    weight = ["FLOAT", {"default": 1.0, "min": -1, "max": 3}]
    adapter = taking(["MODEL"], model=["MODEL"], ipadapter=["IPADAPTER"], image=["IMAGE"], weight=weight)
    pack: dict[str, object] = {
        "IPAdapterUnifiedLoader": taking(
            ["MODEL", "IPADAPTER"], model=["MODEL"], preset=[["PLUS (high strength)"], {}]
        ),
        "IPAdapter": adapter,
        "IPAdapterModelLoader": taking(["IPADAPTER"], ipadapter_file=[list(adapters), {}]),
        "CLIPVisionLoader": taking(["CLIP_VISION"], clip_name=[list(vision), {}]),
        "CheckpointLoaderSimple": taking(["MODEL", "CLIP", "VAE"], ckpt_name=[[checkpoint], {}]),
    }
    return parse_catalogue({**OBJECT_INFO, **pack})
