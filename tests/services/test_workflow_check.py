"""What a workflow asks for that ComfyUI does not have is told all at once, with what is nearest."""

from typing import Any, cast

import pytest

from tests.comfyui.graphs import model_free, text_to_image
from tests.fakes.comfyui import OBJECT_INFO, FakeComfyUI
from tests.fakes.studio import Studio
from wrldbldr.comfyui.catalogue import NodeCatalogue, parse_catalogue
from wrldbldr.comfyui.connection import ConnectionKind, ConnectionState
from wrldbldr.comfyui.errors import ServiceUnavailableError
from wrldbldr.comfyui.graph import Graph
from wrldbldr.domain.account import Principal
from wrldbldr.domain.errors import NotFoundError
from wrldbldr.engine import Engine
from wrldbldr.kit.ids import new_id
from wrldbldr.services.analysis import analyze
from wrldbldr.services.shipped import TEXT_TO_PICTURE
from wrldbldr.services.workflow_check import COMPARED, Lack, LackKind, lacks, summary
from wrldbldr.services.workflows import WorkflowService

CATALOGUE = parse_catalogue(OBJECT_INFO)


def changed(**nodes: dict[str, Any]) -> Graph:
    """The usual seven nodes with some inputs changed; those set to None are taken away."""
    graph: dict[str, Any] = dict(text_to_image())
    for name, inputs in nodes.items():
        node = graph[name.removeprefix("n")]
        kept = {**node["inputs"], **inputs}
        node["inputs"] = {input_name: value for input_name, value in kept.items() if value is not None}
    return cast("Graph", graph)


def lacking(graph: Graph, catalogue: Any = CATALOGUE) -> tuple[Lack, ...]:
    return lacks(graph, analyze(graph, catalogue), catalogue)


def test_what_comfyui_would_take_lacks_nothing() -> None:
    assert lacking(text_to_image()) == ()
    assert lacking(TEXT_TO_PICTURE) == ()


def test_every_missing_node_and_model_is_named_at_once_with_the_nearest_there_are() -> None:
    graph: dict[str, Any] = dict(text_to_image(checkpoint="tinny.safetensors"))
    graph["7"]["class_type"] = "CLIPTextEncoder"
    graph["8"]["class_type"] = "Zzz"

    found = lacking(cast("Graph", graph))

    assert [(lack.kind, lack.name) for lack in found] == [
        (LackKind.NODE, "CLIPTextEncoder"),
        (LackKind.NODE, "Zzz"),
        (LackKind.MODEL, "tinny.safetensors"),
    ]
    assert found[0].nearest[0] == "CLIPTextEncode"
    assert "CLIPTextEncoder (7)" in found[0].sentence
    assert found[1].nearest == ()
    assert found[2].nearest[0] == "tiny.safetensors"
    assert summary(found) == "2 nodes missing"
    assert summary(found[2:]) == "1 model missing"
    assert summary(()) == ""


def test_a_choice_that_is_none_and_an_input_that_gets_nothing_are_told() -> None:
    found = lacking(changed(n3={"sampler_name": "eular", "steps": None}))

    assert [(lack.kind, lack.name, lack.nearest) for lack in found] == [
        (LackKind.INPUT, "steps", ()),
        (LackKind.VALUE, "eular", ("euler",)),
    ]
    assert found[0].sentence == "KSampler (3) → steps is needed and gets nothing."
    assert summary(found) == "cannot run as it is"


def test_a_model_may_be_spelled_as_windows_does_and_a_picture_lie_where_the_server_lists_none() -> None:
    info: dict[str, Any] = {**OBJECT_INFO}
    info["CheckpointLoaderSimple"] = {
        "input": {"required": {"ckpt_name": [["sd\\tiny.safetensors"], {}]}},
        "output": ["MODEL", "CLIP", "VAE"],
    }
    graph: dict[str, Any] = dict(text_to_image(checkpoint="sd/tiny.safetensors"))
    graph["2"] = {"class_type": "LoadImage", "inputs": {"image": "wrldbldr/refs/one.png"}}

    assert lacking(cast("Graph", graph), parse_catalogue(info)) == ()


def test_a_workflow_that_leaves_the_model_open_needs_one_to_be_there() -> None:
    info: dict[str, Any] = {**OBJECT_INFO}
    info["CheckpointLoaderSimple"] = {
        "input": {"required": {"ckpt_name": [[], {}]}},
        "output": ["MODEL", "CLIP", "VAE"],
    }

    [lack] = lacking(TEXT_TO_PICTURE, parse_catalogue(info))

    assert lack.sentence == "Your ComfyUI has no model to paint with."


def test_a_workflow_that_saves_nothing_or_goes_in_circles_is_told() -> None:
    graph = text_to_image()
    del graph["9"]
    assert [lack.kind for lack in lacking(graph)] == [LackKind.OUTPUT]

    assert LackKind.CIRCLE in {lack.kind for lack in lacking(changed(n8={"samples": ["8", 0]}))}


class Attentive(FakeComfyUI):
    """Notes each time whether it was asked anew."""

    def __init__(self) -> None:
        super().__init__()
        self.asked_anew: list[bool] = []

    async def catalogue(self, refresh: bool = False) -> NodeCatalogue:
        self.asked_anew.append(refresh)
        return await super().catalogue(refresh)


async def test_a_test_asks_comfyui_anew_and_queues_nothing(studio: Studio, who: Principal) -> None:
    comfyui = Attentive()
    workflows = WorkflowService(studio.engine.database, studio.clock, comfyui)
    workflow = await workflows.add(who, "paper", model_free())

    found = await workflows.test(who, workflow.id)

    assert comfyui.asked_anew == [False, True]
    assert (found.is_known, found.is_ok, found.lacks[0].name) == (True, False, "ImageScale")
    assert comfyui.submissions == []
    assert studio.committed("select count(*) from batch") == [(0,)]


@pytest.mark.parametrize("is_noticed", [True, False])
async def test_while_comfyui_is_away_nothing_is_known_and_nobody_waits_for_it(
    studio: Studio, engine: Engine, who: Principal, is_noticed: bool
) -> None:
    workflow = await engine.workflows.add(who, "paper", model_free())
    if is_noticed:
        studio.comfyui.connection.become(ConnectionState(ConnectionKind.DISCONNECTED))
    else:
        studio.comfyui.fail_next("catalogue", *[ServiceUnavailableError("x")] * 3)
    reads = studio.comfyui.catalogue_reads

    found = await engine.workflows.test(who, workflow.id)
    [paper] = [one for one in await engine.workflows.summaries(who) if one.workflow.id == workflow.id]
    report = await engine.workflows.report(who, workflow.id)

    assert (found.is_known, found.is_ok) == (False, False)
    assert (paper.check.is_known, paper.node_count) == (False, 3)
    assert report.slots[0].mark == "missing"
    assert studio.comfyui.catalogue_reads == reads


@pytest.mark.parametrize("verb", ["test", "report", "form"])
async def test_what_is_not_there_cannot_be_looked_at(engine: Engine, who: Principal, verb: str) -> None:
    with pytest.raises(NotFoundError):
        await getattr(engine.workflows, verb)(who, new_id())


def test_of_thousands_of_missing_nodes_each_is_named_and_the_first_are_compared() -> None:
    graph: dict[str, Any] = dict(text_to_image())
    for number in range(1000, 4000):
        graph[str(number)] = {"class_type": f"KSamplerr{number}", "inputs": {"text": "x"}}

    found = lacking(cast("Graph", graph))

    assert len(found) == 3000
    assert found[0].nearest == ("KSampler",)
    assert sum(bool(lack.nearest) for lack in found) == COMPARED
