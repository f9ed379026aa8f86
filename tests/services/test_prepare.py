"""The graph that is sent holds exactly what was asked for, in the server's own spelling."""

from copy import deepcopy
from typing import cast

import pytest
from pydantic import TypeAdapter

from tests.db.rows import NOW, Setting
from tests.fakes.comfyui import CATALOGUE
from wrldbldr.comfyui.graph import Graph, Node
from wrldbldr.comfyui.port import NodeCatalogue, parse_catalogue
from wrldbldr.domain.batch import Batch, Submission
from wrldbldr.domain.workflow import Bindings, NodeInput, StoredGraph, Workflow
from wrldbldr.services.analysis import analyze
from wrldbldr.services.prepare import CannotPrepareError, prepare
from wrldbldr.services.shipped import TEXT_TO_PICTURE


def workflow(graph: Graph, bindings: Bindings | None = None) -> Workflow:
    return Workflow(
        name="a workflow",
        graph=TypeAdapter(StoredGraph).validate_python(deepcopy(graph)),
        graph_hash="",
        bindings=bindings or analyze(graph).bindings,
        created_at=NOW,
    )


@pytest.fixture
def batch() -> Batch:
    return Setting().batch(prompt="a lamp", negative_prompt="fog", width=640, height=896, count=4, seed=1)


@pytest.fixture
def submission(batch: Batch) -> Submission:
    return Submission(batch_id=batch.id, attempt=1, ordinal=0, first_picture=0, count=3, seed=77, created_at=NOW)


def with_loader(**inputs: object) -> Graph:
    return {**deepcopy(TEXT_TO_PICTURE), "4": cast(Node, {"class_type": "CheckpointLoaderSimple", "inputs": inputs})}


def checkpoints(*names: str) -> NodeCatalogue:
    """The usual ComfyUI with these checkpoints."""
    spec = parse_catalogue({"CheckpointLoaderSimple": {"input": {"required": {"ckpt_name": [list(names)]}}}})
    return NodeCatalogue({**CATALOGUE.classes, **spec.classes})


def test_every_binding_is_written(batch: Batch, submission: Submission) -> None:
    graph, model, _ = prepare(workflow(TEXT_TO_PICTURE), batch, submission, CATALOGUE)

    assert graph["6"]["inputs"]["text"] == "a lamp"
    assert graph["7"]["inputs"]["text"] == "fog"
    assert graph["3"]["inputs"]["seed"] == 77, "the seed of the prompt, not of the batch"
    assert graph["5"]["inputs"] == {"width": 640, "height": 896, "batch_size": 3}
    assert graph["4"]["inputs"]["ckpt_name"] == model == "tiny.safetensors"


def test_what_is_not_bound_stays_as_it_was(batch: Batch, submission: Submission) -> None:
    graph, _, _ = prepare(workflow(TEXT_TO_PICTURE), batch, submission, CATALOGUE)

    before = {name: value for name, value in TEXT_TO_PICTURE["3"]["inputs"].items() if name != "seed"}
    assert {name: value for name, value in graph["3"]["inputs"].items() if name != "seed"} == before
    assert graph["8"] == TEXT_TO_PICTURE["8"]


def test_a_binding_with_several_inputs_writes_to_each(batch: Batch, submission: Submission) -> None:
    both = (NodeInput(node_id="6", input_name="text"), NodeInput(node_id="7", input_name="text"))

    graph, _, _ = prepare(workflow(TEXT_TO_PICTURE, Bindings(positive=both)), batch, submission, CATALOGUE)

    assert [graph[node_id]["inputs"]["text"] for node_id in ("6", "7")] == ["a lamp", "a lamp"]


def test_the_stored_workflow_is_not_touched(batch: Batch, submission: Submission) -> None:
    stored = workflow(TEXT_TO_PICTURE)

    prepare(stored, batch, submission, CATALOGUE)

    assert stored.graph == workflow(TEXT_TO_PICTURE).graph


def test_files_of_every_prompt_get_a_name_of_their_own(batch: Batch, submission: Submission) -> None:
    other = submission.model_copy(update={"prompt_id": batch.id})

    names = [
        prepare(workflow(TEXT_TO_PICTURE), batch, sent, CATALOGUE)[0]["9"]["inputs"]["filename_prefix"]
        for sent in (submission, other)
    ]

    assert names == [f"wrldbldr/{submission.prompt_id}", f"wrldbldr/{batch.id}"]


@pytest.mark.parametrize("prefix", ["../../outside", "/etc/x", ["6", 0]])
def test_a_name_that_leads_elsewhere_or_is_wired_gives_way_to_ours(
    batch: Batch, submission: Submission, prefix: object
) -> None:
    saving = cast(Node, {"class_type": "SaveImage", "inputs": {"images": ["8", 0], "filename_prefix": prefix}})

    graph, _, _ = prepare(workflow({**TEXT_TO_PICTURE, "9": saving}), batch, submission, CATALOGUE)

    assert graph["9"]["inputs"]["filename_prefix"] == f"wrldbldr/{submission.prompt_id}"


def with_lora(name: str) -> Graph:
    """The usual workflow with a LoRA between the checkpoint and the sampler."""
    graph = deepcopy(TEXT_TO_PICTURE)
    graph["3"]["inputs"]["model"] = ["20", 0]
    return {**graph, "20": cast(Node, {"class_type": "Lora", "inputs": {"lora_name": name, "model": ["4", 0]}})}


def loras(*names: str) -> NodeCatalogue:
    spec = {"Lora": {"input": {"required": {"lora_name": [list(names)], "model": ["MODEL"]}}, "output": ["MODEL"]}}
    return NodeCatalogue({**CATALOGUE.classes, **parse_catalogue(spec).classes})


def test_every_file_is_sent_in_the_servers_spelling_and_the_model_is_still_the_checkpoint(
    batch: Batch, submission: Submission
) -> None:
    graph, model, _ = prepare(
        workflow(with_lora("sub/ink.safetensors")), batch, submission, loras("sub\\ink.safetensors")
    )

    assert graph["20"]["inputs"]["lora_name"] == "sub\\ink.safetensors"
    assert model == "tiny.safetensors"


def test_a_file_besides_the_model_that_the_server_lacks_is_named(batch: Batch, submission: Submission) -> None:
    with pytest.raises(CannotPrepareError, match=r"lacks the model ink\.safetensors"):
        prepare(workflow(with_lora("ink.safetensors")), batch, submission, loras("oil.safetensors"))


def test_a_model_left_open_becomes_the_first_the_server_offers(batch: Batch, submission: Submission) -> None:
    _, model, _ = prepare(workflow(TEXT_TO_PICTURE), batch, submission, checkpoints("b.ckpt", "a.ckpt"))

    assert model == "b.ckpt"


def test_a_model_that_was_chosen_is_kept(batch: Batch, submission: Submission) -> None:
    _, model, _ = prepare(workflow(with_loader(ckpt_name="a.ckpt")), batch, submission, checkpoints("b.ckpt", "a.ckpt"))

    assert model == "a.ckpt"


@pytest.mark.parametrize(("ours", "theirs"), [("sub/x.ckpt", "sub\\x.ckpt"), ("sub\\x.ckpt", "sub/x.ckpt")])
def test_a_model_in_a_folder_is_sent_in_the_servers_spelling(
    batch: Batch, submission: Submission, ours: str, theirs: str
) -> None:
    graph, model, _ = prepare(workflow(with_loader(ckpt_name=ours)), batch, submission, checkpoints("y", theirs))

    assert graph["4"]["inputs"]["ckpt_name"] == model == theirs


def test_a_model_the_server_lacks_is_named_together_with_what_it_has(batch: Batch, submission: Submission) -> None:
    with pytest.raises(CannotPrepareError) as caught:
        prepare(workflow(with_loader(ckpt_name="gone.ckpt")), batch, submission, checkpoints("a.ckpt", "b.ckpt"))

    assert caught.value.failure.title == "Your ComfyUI lacks the model gone.ckpt"
    assert caught.value.failure.details == {"Available": "a.ckpt, b.ckpt"}


def test_a_server_without_any_model_is_told_where_to_put_one(batch: Batch, submission: Submission) -> None:
    with pytest.raises(CannotPrepareError) as caught:
        prepare(workflow(TEXT_TO_PICTURE), batch, submission, checkpoints())

    assert caught.value.failure.title == "Your ComfyUI has no model to paint with"
    assert "models/checkpoints" in caught.value.failure.message


def test_a_model_that_is_typed_freely_is_sent_as_it_is(batch: Batch, submission: Submission) -> None:
    catalogue = NodeCatalogue(
        {
            **CATALOGUE.classes,
            **parse_catalogue({"Chat": {"input": {"required": {"model_name": ["STRING", {}]}}}}).classes,
        }
    )
    graph = {**TEXT_TO_PICTURE, "20": cast(Node, {"class_type": "Chat", "inputs": {"model_name": "anything"}})}

    prepared, _, _ = prepare(workflow(graph), batch, submission, catalogue)

    assert prepared["20"]["inputs"]["model_name"] == "anything"


def test_missing_nodes_are_all_named_at_once_with_their_places(batch: Batch, submission: Submission) -> None:
    graph: Graph = {
        **TEXT_TO_PICTURE,
        "20": {"class_type": "IPAdapterAdvanced", "inputs": {}},
        "21": {"class_type": "Woodcut", "inputs": {}, "_meta": {"title": "Carve it"}},
        "22": {"class_type": "Woodcut", "inputs": {}},
    }

    with pytest.raises(CannotPrepareError) as caught:
        prepare(workflow(graph), batch, submission, CATALOGUE)

    assert caught.value.failure.title == "Your ComfyUI lacks the nodes IPAdapterAdvanced, Woodcut"
    assert caught.value.failure.details == {
        "Node 20": "IPAdapterAdvanced",
        "Node 21": "Woodcut · “Carve it”",
        "Node 22": "Woodcut",
    }
    assert str(caught.value).endswith(".")
