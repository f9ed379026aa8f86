"""The model files the simulator pretends to have. They are names; nothing is behind them but a brush."""

from dataclasses import dataclass

MODEL_FOLDERS = (
    "checkpoints", "configs", "loras", "vae", "text_encoders", "diffusion_models", "clip_vision", "style_models",
    "embeddings", "diffusers", "vae_approx", "controlnet", "gligen", "upscale_models", "latent_upscale_models",
    "custom_nodes", "hypernetworks", "photomaker", "classifiers", "model_patches", "audio_encoders", "ipadapter",
)  # fmt: skip

PAINTER, INKER, WATERCOLOUR = (f"simulated_{brush}.safetensors" for brush in ("painter", "inker", "watercolour"))


@dataclass(frozen=True)
class Catalogue:
    """File names by kind, as a game master would find them in the loaders' lists."""

    checkpoints: tuple[str, ...] = (PAINTER, INKER, WATERCOLOUR)
    loras: tuple[str, ...] = ("simulated_candlelight.safetensors",)
    vae: tuple[str, ...] = ("pixel_space", "simulated_vae.safetensors")
    clip_vision: tuple[str, ...] = ("simulated_vision.safetensors", "CLIP-ViT-H-14-laion2B-s32B-b79K.safetensors")
    adapters: tuple[str, ...] = (
        "simulated_ip_adapter.safetensors",
        "ip-adapter-plus_sd15.safetensors",  # called as IPAdapterUnifiedLoader looks for them
        "ip-adapter-plus_sdxl_vit-h.safetensors",
    )

    def folder(self, name: str) -> tuple[str, ...] | None:
        """The files of one of ComfyUI's model folders, or None when there is no such folder."""
        if name not in MODEL_FOLDERS:
            return None
        vae_files = tuple(file for file in self.vae if file != "pixel_space")
        kept = {"checkpoints": self.checkpoints, "loras": self.loras, "vae": vae_files}
        return (kept | {"clip_vision": self.clip_vision, "ipadapter": self.adapters}).get(name, ())
