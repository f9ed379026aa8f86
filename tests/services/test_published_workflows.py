"""Over workflows that people published: what is found where, as a table (`pytest -s` prints it), with a floor on each."""

import json
import sys
from pathlib import Path
from typing import NamedTuple

import pytest

from wrldbldr.comfyui.anatomy import examine
from wrldbldr.comfyui.graph import Graph, parse_graph
from wrldbldr.comfyui.port import NodeCatalogue, parse_catalogue
from wrldbldr.domain.errors import InvalidInputError
from wrldbldr.domain.workflow import NodeInput
from wrldbldr.services.analysis import Analysis, analyze
from wrldbldr.services.detection.samplers import samplers

OF_PICTURE = "of the picture"


class Found(NamedTuple):
    """Where each word and number goes, as `node.input`; empty for nowhere."""

    positive: str
    negative: str = ""
    seed: str = ""
    size: str = ""  # of the width; the height is beside it
    reference: str = ""


USUAL = Found("6.text", "7.text", "3.seed", "5.width")
RIGHT = {  # read by hand from each workflow
    "cog__api__b_lora_api": USUAL,
    "cog__api__base64_send_websocket": USUAL._replace(size=OF_PICTURE),
    "cog__api__brushnet_basic_api": Found("49.text", "50.text", "52.seed", OF_PICTURE),
    "cog__api__controlnet_scribble": USUAL,
    "cog__api__flux_inpaint_alternative_api": Found("35.text_a", "131.clip_l 131.t5xxl", "25.noise_seed", "139.width"),
    "cog__api__glif_custom_lora_flux_civitai": Found("4.text", "", "3.seed", "6.width"),
    "cog__api__glif_custom_lora_flux_hf_load": Found("4.text", "", "3.seed", "6.width"),
    "cog__api__hiresfix_latent_workflow": USUAL._replace(seed="3.seed 11.seed"),
    "cog__api__hunyuan_video_image_to_video_api": Found("80.prompt", "", "25.noise_seed", "78.width"),
    "cog__api__ic_light_api": Found("6.text", "7.text", "16.seed", "14.width"),
    "cog__api__ipadapter": Found("6.text", "7.text", "2.seed", "8.width"),
    "cog__api__kj_iclight_api": Found("4.text", "5.text", "19.seed", "39.width"),
    "cog__api__kolors_api": Found("67.text", "62.text", "79.seed", "9.width"),
    "cog__api__lcm_basic_example": USUAL,
    "cog__api__mistoline_flux_api": Found("26.clip_l 26.t5xxl", "28.clip_l 28.t5xxl", "19.seed", OF_PICTURE),
    "cog__api__photomaker_api": Found("11.text", "7.text", "3.seed", "5.width", "11.image"),
    "cog__api__pulid_flux_api": Found("6.text", "", "25.noise_seed", "27.width", "62.image"),
    "cog__api__qwen_image_edit_2509_basic_example_api": Found("68.prompt", "69.prompt", "65.seed", "66.width"),
    "cog__api__reactor_with_face_swap_opt_api": Found("6.text", "", "25.noise_seed", "27.width"),
    "cog__api__sd15_img2img": USUAL._replace(size=OF_PICTURE),
    "cog__api__sd35l_ipadapter_api": Found("6.text", "33.text", "31.seed", "27.width", "50.image"),
    "cog__api__sdxl_lightning_unet_api": USUAL,
    "cog__api__sdxl_revision_zero_positive": Found("42.conditioning", "6.text", "3.seed", "5.width"),
    "cog__api__sdxlturbo_example": USUAL._replace(seed="13.noise_seed"),
    "cog__api__supir_api": Found("9.positive_prompt", "9.negative_prompt", "7.seed", OF_PICTURE),
    "cog__api__tinyterra_BasicSDXL": Found(
        "187.text", "188.text", "194.noise_seed 195.noise_seed 196.seed 197.seed", "197.empty_latent_width"
    ),
    "cog__api__ultimatesdupscale_controlnet": USUAL._replace(size=OF_PICTURE),
    "cog__api__was_autumnal_gradient_map": USUAL,
    "cog__api__was_clipseg_basic_api": USUAL._replace(seed="3.seed 10.seed"),
    "flux2_subgraph_api": Found("68:6.text", "", "68:25.noise_seed", "68:47.width"),
    "sdxl_controlnet_union_api": USUAL,
    "swarm_basic_sdxl": Found("11.value", "7.text", "3.seed", "5.width"),
}
EXCEPTIONS = {  # what is not found, and why that is as well as can be
    ("cog__api__sdxl_revision_zero_positive", "positive"): "paints from two pictures; its positive text is zeroed out",
    ("cog__api__kj_iclight_api", "size"): "the latent is a drawn mask as large as a resized picture: not the canvas",
    ("cog__api__mistoline_flux_api", "size"): "its sampler takes no latent; it measures its ControlNet picture itself",
}
FLOORS = {"positive": 0.95, "negative": 0.95, "seed": 0.95, "size": 0.90, "reference": 1.0}


def written(places: tuple[NodeInput, ...]) -> str:
    return " ".join(f"{ref.node_id}.{ref.input_name}" for ref in places)


def as_found(analysis: Analysis) -> Found:
    bound = analysis.bindings
    size = OF_PICTURE if analysis.size_is_of_picture else written(bound.width)
    return Found(
        written(bound.positive), written(bound.negative), written(bound.seed), size, written(bound.references[:1])
    )


def with_a_sampler(folder: Path) -> dict[str, Graph]:
    """The published workflows in API format, by name, that paint."""
    graphs: dict[str, Graph] = {}
    for file in sorted(folder.glob("*.json")):
        try:
            graph = parse_graph(file.read_text())
        except InvalidInputError:
            continue  # saved for the editor
        if samplers(examine(graph)):
            graphs[file.stem] = graph
    return graphs


@pytest.fixture
def server(recorded: Path) -> NodeCatalogue:
    """What a ComfyUI with few custom nodes knows."""
    return parse_catalogue(json.loads((recorded / "comfyui" / "object_info_all.json").read_text()))


@pytest.mark.parametrize("is_server_there", [False, True], ids=["by names", "by the server's types"])
def test_what_published_workflows_take_is_found(
    recorded: Path, server: NodeCatalogue, *, is_server_there: bool
) -> None:
    graphs = with_a_sampler(recorded / "workflows" / "real")
    assert len(graphs) >= 32
    rows: list[str] = []
    wrong: dict[tuple[str, str], str] = {}
    for name, graph in graphs.items():
        found, right = as_found(analyze(graph, server if is_server_there else None)), RIGHT[name]
        rows.append(f"{name.removeprefix('cog__api__'):42}" + " ".join(f"{part or '-':<24}" for part in found))
        for part in Found._fields:
            if getattr(found, part) != getattr(right, part):
                wrong[name, part] = f"found {getattr(found, part) or 'nothing'}, right is {getattr(right, part)}"

    missed = {part: sum(where == part for _, where in wrong) for part in Found._fields}
    shares = {part: 1 - count / len(graphs) for part, count in missed.items()}
    heading = " " * 42 + " ".join(f"{part:<24}" for part in Found._fields)
    summary = [f"{part}: {share:.1%} right" for part, share in shares.items()]
    sys.stdout.write("\n".join(["", heading, *rows, *summary, ""]))
    assert set(wrong) == set(EXCEPTIONS), wrong
    assert all(shares[part] >= floor for part, floor in FLOORS.items()), shares


def test_every_adapter_that_takes_a_picture_gets_the_reference_and_its_loader_is_known(
    recorded: Path, server: NodeCatalogue
) -> None:
    slots = {
        name: [
            (
                slot.adapter_id,
                written((slot.input,)),
                [(loader.input.node_id, loader.is_shared) for loader in slot.loaders],
            )
            for slot in analyze(graph, server).reference_slots
        ]
        for name, graph in with_a_sampler(recorded / "workflows" / "real").items()
    }

    assert {name: found for name, found in slots.items() if found} == {
        "cog__api__photomaker_api": [("11", "11.image", [("12", False)])],
        "cog__api__pulid_flux_api": [("62", "62.image", [("54", False)])],
        "cog__api__sd35l_ipadapter_api": [("47", "50.image", [("38", False)])],
    }, "and a workflow whose only such node is the loader of an adapter has no place for a reference"


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("cog__api__sd15_img2img", "paints over a picture, which decides the size"),
        ("cog__api__kj_iclight_api", "Nothing was found that sets the size"),
        ("cog__api__sdxl_revision_zero_positive", "No text reaches the positive prompt"),
        ("cog__api__was_clipseg_basic_api", "Several texts reach the positive prompt"),
        ("cog__api__tinyterra_BasicSDXL", "Several models paint here"),
        ("cog__api__hiresfix_latent_workflow", "Upscale Latent (10) enlarges every picture to a fixed size"),
        ("krita_workflow-api", "No sampler was found"),
    ],
)
def test_what_could_not_be_told_for_sure_is_said(recorded: Path, name: str, words: str) -> None:
    graph = parse_graph((recorded / "workflows" / "real" / f"{name}.json").read_text())

    assert words in " ".join(analyze(graph).notices)
