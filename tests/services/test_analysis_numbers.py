"""Seeds, sizes, counts and models are found where they are written, and what the server lacks is named."""

import time
from typing import cast

import pytest

from tests.fakes.comfyui import CATALOGUE
from tests.services.graphs import model_free, repaint
from tests.services.sampled import at, node, with_sampler
from wrldbldr.comfyui.graph import Graph, Node, parse_graph
from wrldbldr.comfyui.port import parse_catalogue
from wrldbldr.services.analysis import analyze, offered


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
    found = analyze(repaint())

    assert (found.bindings.width, found.bindings.height, found.bindings.count) == ((), (), ())
    assert found.bindings.positive == at("4", "text")
    assert found.bindings.images == at("2", "image")
    assert found.size_is_of_picture
    assert "which decides the size" in found.notices[0]


def test_with_several_canvases_none_is_chosen() -> None:
    graph = with_sampler(
        n8=node("EmptyLatentImage", width=64, height=64, batch_size=1),
        n9=node("KSampler", seed=6, positive=["n6", 0], negative=["n7", 0], latent_image=["n8", 0]),
    )

    found = analyze(graph)

    assert (found.bindings.width, found.bindings.height, found.bindings.count) == ((), (), ())
    assert set(found.ambiguous) == {"width", "height", "count"}
    assert "EmptyLatentImage (n5), EmptyLatentImage (n8)" in found.notices[0]


def test_a_canvas_that_no_sampler_uses_is_not_chosen() -> None:
    graph = with_sampler(n8=node("EmptyLatentImage", width=64, height=64, batch_size=1))

    assert analyze(graph).bindings.width == at("n5", "width")


def test_without_a_sampler_size_and_count_are_found_and_nothing_else() -> None:
    bindings = analyze(model_free()).bindings

    assert (bindings.width, bindings.count) == (at("1", "width"), at("1", "batch_size"))
    assert (bindings.positive, bindings.negative, bindings.seed, bindings.model) == ((), (), (), ())


def test_the_model_is_that_of_the_sampler_and_no_upscaler() -> None:
    graph = with_sampler(
        n1=node("UNETLoader", unet_name="flux.safetensors"),
        n2=node("UpscaleModelLoader", model_name="x"),
        n4=node("LoraLoaderModelOnly", lora_name="y", model=["n1", 0]),
        n3=node("KSampler", seed=5, model=["n4", 0], positive=["n6", 0], negative=["n7", 0], latent_image=["n5", 0]),
    )

    assert analyze(graph).bindings.model == at("n1", "unet_name")


def test_a_refiner_keeps_its_own_model_which_is_said() -> None:
    ends = {"positive": ["n6", 0], "negative": ["n7", 0]}
    graph = with_sampler(
        n1=node("CheckpointLoaderSimple", ckpt_name="base"),
        n2=node("CheckpointLoaderSimple", ckpt_name="refiner"),
        n9=node("KSamplerAdvanced", noise_seed=6, model=["n2", 0], latent_image=["n3", 0], **ends),
        n3=node("KSamplerAdvanced", noise_seed=5, model=["n1", 0], latent_image=["n5", 0], **ends),
    )

    found = analyze(graph)

    assert found.bindings.model == at("n1", "ckpt_name")
    assert found.ambiguous == ("model",)
    assert [candidate.input for candidate in found.candidates["model"][:2]] == [
        *at("n1", "ckpt_name"),
        *at("n2", "ckpt_name"),
    ]


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


def test_a_size_kept_in_nodes_of_its_own_is_set_there() -> None:
    graph = with_sampler(
        n5=node("EmptyLatentImage", width=["n8", 0], height=["n9", 0], batch_size=["n10", 0]),
        n8=node("PrimitiveInt", value=64),
        n9=node("PrimitiveInt", value=32),
        n10=node("Int", number=3),
    )

    bindings = analyze(graph).bindings

    assert (bindings.width, bindings.height, bindings.count) == (
        at("n8", "value"),
        at("n9", "value"),
        at("n10", "number"),
    )


def test_one_number_for_both_sides_is_said_to_give_squares() -> None:
    graph = with_sampler(
        n5=node("EmptyLatentImage", width=["n8", 0], height=["n8", 0], batch_size=1), n8=node("PrimitiveInt", value=64)
    )

    assert "every picture is a square" in analyze(graph).notices[0]


def test_a_picture_painted_over_several_times_has_a_count() -> None:
    graph = repaint()
    graph["7"] = node("RepeatLatentBatch", samples=["8", 0], amount=2)
    graph["8"] = node("VAEEncode", pixels=["2", 0])
    graph["3"]["inputs"]["latent_image"] = ["7", 0]

    found = analyze(graph)

    assert found.bindings.count == at("7", "amount")
    assert found.size_is_of_picture


def test_what_the_server_lacks_is_named_with_what_it_has_of_a_like_name() -> None:
    catalogue = parse_catalogue(
        {
            "VAELoader": {"input": {"required": {"vae_name": [["xl\\sdxl_vae_fp16.safetensors", "ae.sft", "taesd"]]}}},
            "LoraLoader": {"input": {"required": {"lora_name": ["COMBO", {"options": []}], "mode": [["on", "off"]]}}},
        }
    )
    graph = with_sampler(
        n1=node("VAELoader", vae_name="sdxl_vae.safetensors"),
        n2=node("LoraLoader", lora_name="ink.safetensors", mode="odd"),
    )

    found = analyze(graph, catalogue)

    assert found.missing_models == ("sdxl_vae.safetensors", "ink.safetensors")
    assert [(missing.title, missing.nearest) for missing in found.missing_files] == [
        ("VAELoader (n1)", ("xl\\sdxl_vae_fp16.safetensors",)),
        ("LoraLoader (n2)", ()),
    ]


LONG = 2400


def tangled(shape: str) -> Graph:
    """Graphs that are short to write and long to read for whoever walks the same way twice."""
    graph: dict[str, Node] = {
        "s": node("KSampler", positive=["0", 0], model=["0", 0], latent_image=["0", 0], seed=["0", 0])
    }
    for n in range(LONG):
        back, beside = [f"{n + 1}", 0], [f"i{n + 1}", 0]
        inputs: dict[str, object] = {
            "adapters": {"model": back, "image": ["i0", 0]},
            "seeds": {"seed": back, "value": back, "positive": back},
            "texts": {"text": beside, "conditioning": back},
            "samplers": {"positive": ["i0", 0], "negative": beside, "latent_image": back, "model": back, "seed": n},
        }[shape]
        graph[f"{n}"] = node("IPAdapter" if shape == "adapters" else "Node", **cast(dict[str, object], inputs))
        graph[f"i{n}"] = node("Between", image=beside, text=beside)
    graph |= {f"{LONG}": node("Loader", ckpt_name="x"), f"i{LONG}": node("LoadImage", image="x.png", text="a lamp")}
    return parse_graph(graph)


@pytest.mark.parametrize("shape", ["adapters", "seeds", "texts", "samplers"])
def test_a_graph_made_to_be_slow_is_read_in_time(shape: str) -> None:
    graph, began = tangled(shape), time.process_time()

    analyze(graph)

    assert time.process_time() - began < 20, "walking every way anew would take minutes"
