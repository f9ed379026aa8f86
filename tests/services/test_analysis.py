"""Where our words and numbers go is found in workflows as people build them."""

from contextlib import suppress
from pathlib import Path
from typing import cast

import pytest

from tests.fakes.comfyui import CATALOGUE
from tests.services.graphs import model_free, repaint
from wrldbldr.comfyui.graph import Graph, Node, parse_graph
from wrldbldr.comfyui.port import parse_catalogue
from wrldbldr.domain.errors import InvalidInputError
from wrldbldr.domain.workflow import Bindings, NodeInput
from wrldbldr.services.analysis import analyze, offered
from wrldbldr.services.shipped import TEXT_TO_PICTURE


def node(class_type: str, **inputs: object) -> Node:
    return cast(Node, {"class_type": class_type, "inputs": inputs})


def with_sampler(**more: Node) -> Graph:
    """A sampler (3) between prompt (6), negative prompt (7) and canvas (5); `more` replaces and adds nodes."""
    graph = {
        "n5": node("EmptyLatentImage", width=512, height=768, batch_size=1),
        "n6": node("CLIPTextEncode", text="a lamp"),
        "n7": node("CLIPTextEncode", text="fog"),
        "n3": node("KSampler", seed=5, positive=["n6", 0], negative=["n7", 0], latent_image=["n5", 0]),
        **more,
    }
    return parse_graph(graph)


def at(node_id: str, *names: str) -> tuple[NodeInput, ...]:
    return tuple(NodeInput(node_id=node_id, input_name=name) for name in names)


def test_the_workflow_that_comes_along_is_bound_wholly() -> None:
    bindings = analyze(TEXT_TO_PICTURE).bindings

    assert bindings.positive == at("6", "text")
    assert bindings.negative == at("7", "text")
    assert bindings.seed == at("3", "seed")
    assert (bindings.width, bindings.height, bindings.count) == (
        at("5", "width"),
        at("5", "height"),
        at("5", "batch_size"),
    )
    assert bindings.model == at("4", "ckpt_name")


def test_the_workflow_that_comes_along_lacks_nothing_on_a_usual_comfyui() -> None:
    found = analyze(TEXT_TO_PICTURE, CATALOGUE)

    assert (found.missing_nodes, found.missing_models) == ((), ())


def test_both_texts_of_sdxl_are_written() -> None:
    graph = with_sampler(n6=node("CLIPTextEncodeSDXL", text_g="a", text_l="b", width=1024, height=1024))

    assert analyze(graph).bindings.positive == at("n6", "text_g", "text_l")


def test_both_texts_of_flux_are_written_through_its_guidance() -> None:
    graph = with_sampler(
        n8=node("FluxGuidance", conditioning=["n6", 0], guidance=3.5),
        n6=node("CLIPTextEncodeFlux", clip_l="a", t5xxl="b", guidance=3.5),
        n3=node("KSampler", seed=5, positive=["n8", 0], negative=["n7", 0], latent_image=["n5", 0]),
    )

    assert analyze(graph).bindings.positive == at("n6", "clip_l", "t5xxl")


def test_a_controlnet_passes_both_conditionings_on_without_mixing_them() -> None:
    graph = with_sampler(
        n8=node("ControlNetApplyAdvanced", positive=["n6", 0], negative=["n7", 0], strength=1.0),
        n9=node("ControlNetApplyAdvanced", positive=["n8", 0], negative=["n8", 1], strength=1.0),
        n3=node("KSampler", seed=5, positive=["n9", 0], negative=["n9", 1], latent_image=["n5", 0]),
    )

    bindings = analyze(graph).bindings

    assert (bindings.positive, bindings.negative) == (at("n6", "text"), at("n7", "text"))


def test_a_negative_that_is_zeroed_out_takes_no_text() -> None:
    graph = with_sampler(
        n7=node("ConditioningZeroOut", conditioning=["n6", 0]),
    )

    bindings = analyze(graph).bindings

    assert (bindings.positive, bindings.negative) == (at("n6", "text"), ())


def test_a_text_that_is_both_positive_and_negative_takes_only_the_prompt() -> None:
    graph = with_sampler(n3=node("KSampler", seed=5, positive=["n6", 0], negative=["n6", 0], latent_image=["n5", 0]))

    bindings = analyze(graph).bindings

    assert (bindings.positive, bindings.negative) == (at("n6", "text"), ())


def test_texts_that_are_combined_all_take_the_prompt() -> None:
    graph = with_sampler(
        n8=node("CLIPTextEncode", text="at night"),
        n9=node("ConditioningCombine", conditioning_1=["n6", 0], conditioning_2=["n8", 0]),
        n3=node("KSampler", seed=5, positive=["n9", 0], negative=["n7", 0], latent_image=["n5", 0]),
    )

    assert analyze(graph).bindings.positive == (*at("n6", "text"), *at("n8", "text"))


def test_a_text_box_before_the_encoder_takes_the_prompt() -> None:
    graph = with_sampler(
        n6=node("CLIPTextEncode", text=["n8", 0]), n8=node("Reroute", value=["n9", 0]), n9=node("Text", value="a lamp")
    )

    assert analyze(graph).bindings.positive == at("n9", "value")


CUSTOM_SAMPLER = {
    "n3": node("SamplerCustomAdvanced", noise=["n8", 0], guider=["n9", 0], latent_image=["n5", 0]),
    "n8": node("RandomNoise", noise_seed=9),
}


def test_a_custom_sampler_is_followed_to_its_noise_and_through_a_guider_without_negative() -> None:
    graph = with_sampler(**CUSTOM_SAMPLER, n9=node("BasicGuider", conditioning=["n6", 0]))

    bindings = analyze(graph).bindings

    assert bindings.seed == at("n8", "noise_seed")
    assert (bindings.positive, bindings.negative) == (at("n6", "text"), ())
    assert bindings.width == at("n5", "width")


def test_a_guider_with_a_negative_is_followed_for_both() -> None:
    graph = with_sampler(**CUSTOM_SAMPLER, n9=node("CFGGuider", positive=["n6", 0], negative=["n7", 0], cfg=4.0))

    bindings = analyze(graph).bindings

    assert (bindings.positive, bindings.negative) == (at("n6", "text"), at("n7", "text"))


def test_a_guider_with_two_conditionings_takes_the_prompt_in_both() -> None:
    graph = with_sampler(
        **CUSTOM_SAMPLER,
        n8b=node("CLIPTextEncode", text="b"),
        n9=node("DualCFGGuider", cond1=["n6", 0], cond2=["n8b", 0], negative=["n7", 0]),
    )

    bindings = analyze(graph).bindings

    assert bindings.positive == (*at("n6", "text"), *at("n8b", "text"))
    assert bindings.negative == at("n7", "text")


@pytest.mark.parametrize("name", ["seed", "noise_seed", "value"])
def test_a_seed_kept_in_a_node_of_its_own_is_set_there(name: str) -> None:
    graph = with_sampler(
        n3=node("KSampler", seed=["n8", 0], positive=["n6", 0], negative=["n7", 0], latent_image=["n5", 0]),
        n8=node("Seed", **{name: 5}),
    )

    assert analyze(graph).bindings.seed == at("n8", name)


def test_a_base_and_its_refiner_get_the_same_seed_and_share_one_canvas() -> None:
    graph = with_sampler(
        n8=node("LatentUpscale", samples=["n3", 0], width=1024, height=1536),
        n9=node("KSampler", seed=6, positive=["n6", 0], negative=["n7", 0], latent_image=["n8", 0]),
    )

    bindings = analyze(graph).bindings

    assert bindings.seed == (*at("n3", "seed"), *at("n9", "seed"))
    assert bindings.count == at("n5", "batch_size")


def test_a_picture_painted_over_has_no_size_and_no_count() -> None:
    bindings = analyze(repaint()).bindings

    assert (bindings.width, bindings.height, bindings.count) == ((), (), ())
    assert bindings.positive == at("4", "text")


def test_with_several_canvases_none_is_chosen() -> None:
    graph = with_sampler(
        n8=node("EmptyLatentImage", width=64, height=64, batch_size=1),
        n9=node("KSampler", seed=6, positive=["n6", 0], negative=["n7", 0], latent_image=["n8", 0]),
    )

    bindings = analyze(graph).bindings

    assert (bindings.width, bindings.height, bindings.count) == ((), (), ())


def test_a_canvas_that_no_sampler_uses_is_not_chosen() -> None:
    graph = with_sampler(n8=node("EmptyLatentImage", width=64, height=64, batch_size=1))

    assert analyze(graph).bindings.width == at("n5", "width")


def test_without_a_sampler_size_and_count_are_found_and_nothing_else() -> None:
    bindings = analyze(model_free()).bindings

    assert (bindings.width, bindings.count) == (at("1", "width"), at("1", "batch_size"))
    assert (bindings.positive, bindings.negative, bindings.seed, bindings.model) == ((), (), (), ())


def test_every_model_of_a_workflow_is_found() -> None:
    graph = with_sampler(
        n1=node("UNETLoader", unet_name="flux.safetensors"), n2=node("UpscaleModelLoader", model_name="x")
    )

    assert analyze(graph).bindings.model == (*at("n1", "unet_name"), *at("n2", "model_name"))


def test_what_the_server_lacks_is_named_each_once() -> None:
    graph = with_sampler(
        n1=node("Woodcut"), n2=node("Woodcut"), n4=node("CheckpointLoaderSimple", ckpt_name="sd_xl_base.safetensors")
    )

    found = analyze(graph, CATALOGUE)

    assert found.missing_nodes == ("Woodcut",)
    assert found.missing_models == ("sd_xl_base.safetensors",)
    assert analyze(graph).missing_nodes == (), "without a server nothing is known to be missing"


def test_a_model_that_is_typed_freely_or_in_windows_spelling_is_not_missing() -> None:
    catalogue = parse_catalogue(
        {
            "Loader": {"input": {"required": {"ckpt_name": [["sub\\model.safetensors"]]}}},
            "Chat": {"input": {"required": {"model_name": ["STRING", {}]}}},
        }
    )
    graph = parse_graph(
        {"1": node("Loader", ckpt_name="sub/model.safetensors"), "2": node("Chat", model_name="anything")}
    )

    assert analyze(graph, catalogue).missing_models == ()


def test_the_servers_own_spelling_of_a_model_is_given() -> None:
    assert offered("sub/model", ("other", "sub\\model")) == "sub\\model"
    assert offered("model", ("sub\\model",)) == ""


def test_every_literal_is_offered_as_a_candidate_with_its_nodes_title() -> None:
    found = analyze(TEXT_TO_PICTURE)

    assert "Prompt (6) -> text" in [candidate.title for candidate in found.text_candidates]
    assert "Canvas (5) -> width" in [candidate.title for candidate in found.number_candidates]


LINKS = ("positive", "negative", "conditioning", "latent_image", "samples", "guider", "noise", "seed", "text", "pixels")


def test_a_workflow_wired_in_circles_is_read_and_ends() -> None:
    circle = {f"n{n}": node("KSampler", **{name: [f"n{(n + 1) % 5}", 0] for name in LINKS}) for n in range(5)}

    bindings = analyze(parse_graph(circle)).bindings

    assert (bindings.positive, bindings.seed, bindings.width) == ((), (), ())


@pytest.mark.parametrize("class_type", ["ConditioningCombine", "ConditioningZeroOut"])
def test_a_workflow_that_meets_itself_again_and_again_is_read_at_once(class_type: str) -> None:
    inputs = ("conditioning_1", "conditioning_2", "samples", "pixels", "text", "prompt", "seed")
    ladder = {f"n{n}": node(class_type, **{name: [f"n{n + 1}", 0] for name in inputs}) for n in range(200)}
    ladder["n200"] = node("CLIPTextEncode", text="a lamp")
    ladder["start"] = node("KSampler", positive=["n0", 0], latent_image=["n0", 0], seed=["n0", 0])

    assert len(analyze(parse_graph(ladder)).bindings.positive) <= 1


def test_a_very_long_chain_is_followed_to_its_end() -> None:
    chain = {f"n{n}": node("ConditioningSetArea", conditioning=[f"n{n + 1}", 0]) for n in range(3000)}
    chain["n3000"] = node("CLIPTextEncode", text="a lamp")
    chain["start"] = node("KSampler", positive=["n0", 0], latent_image=["n0", 0])

    assert analyze(parse_graph(chain)).bindings.positive == at("n3000", "text")


def test_in_workflows_people_published_the_prompt_and_the_seed_are_nearly_always_found(recorded: Path) -> None:
    found: list[Bindings] = []
    for file in (recorded / "workflows").rglob("*.json"):
        with suppress(InvalidInputError):
            graph = parse_graph(file.read_text())
            if any({"latent_image", "positive"} <= set(part["inputs"]) for part in graph.values()):
                found.append(analyze(graph).bindings)

    assert len(found) > 20
    assert sum(bool(bindings.positive and bindings.seed) for bindings in found) >= 0.9 * len(found)
