"""The nodes that paint: everything else is found by tracing back from them."""

import re

from wrldbldr.comfyui.anatomy import CONDITIONING, LATENT, MODEL, PIPE, Anatomy
from wrldbldr.comfyui.graph import link_of

LATENT_INPUTS = ("latent_image", "latent", "latents", "samples", "optional_latent")
PACE_INPUTS = ("steps", "sigmas")
SEED_INPUTS = ("seed", "noise_seed", "noise")
TAKES_A_ROLE = re.compile(r"^(positive|negative|conditioning)$")


def samplers(anatomy: Anatomy) -> tuple[str, ...]:
    """The live samplers, each after those it goes on from: the first paints what the others refine."""
    return tuple(node_id for node_id in anatomy.order if _is_sampler(anatomy, node_id))


def _is_sampler(anatomy: Anatomy, node_id: str) -> bool:
    inputs = anatomy.graph[node_id]["inputs"]
    linked = {name for name, value in inputs.items() if link_of(value)}
    has_latent = not linked.isdisjoint(LATENT_INPUTS) or any(anatomy.links(node_id, LATENT))
    is_usual = has_latent and not linked.isdisjoint({"positive", "guider"})
    has_seed = any(name in inputs for name in SEED_INPUTS)
    has_steps = any(name in inputs for name in PACE_INPUTS)
    is_whole = {"positive", "negative", "model"} <= linked and (has_seed or has_steps)
    is_odd = has_seed and has_steps and _has_what_it_takes(anatomy, node_id)
    return (is_usual or is_whole or is_odd) and not _passes_conditioning_on(anatomy, node_id)


def _has_what_it_takes(anatomy: Anatomy, node_id: str) -> bool:
    if any(anatomy.links(node_id, PIPE)):
        return True
    return any(anatomy.links(node_id, MODEL)) and any(anatomy.links(node_id, CONDITIONING))


def _passes_conditioning_on(anatomy: Anatomy, node_id: str) -> bool:
    """True for a ControlNet and its kin, which may take a latent too."""
    known = anatomy.class_of(node_id)
    if known is not None:
        return "CONDITIONING" in known.output_types
    return any(TAKES_A_ROLE.match(link.input_name) for link in anatomy.takers[node_id])
