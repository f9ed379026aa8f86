"""Handing in prompts: what is refused, what is taken, and what becomes of it."""

from collections.abc import Callable
from uuid import uuid4

import pytest

from tests.fakes.simulator import SimulatorServer
from tests.simulator.graphs import Graph, changed, node, painting, plain, slow, without
from tests.simulator.visitor import Visitor

BARE_500 = "500 Internal Server Error\n\nServer got itself in trouble"


def missing_node(graph: Graph) -> Graph:
    return graph | {"4": node("NobodyHasThis")}


def not_in_list(graph: Graph) -> Graph:
    return changed(graph, "3", sampler_name="nope")


def too_large(graph: Graph) -> Graph:
    return changed(graph, "5", width=99999)


def too_small(graph: Graph) -> Graph:
    return changed(graph, "3", steps=0)


def no_number(graph: Graph) -> Graph:
    return changed(graph, "3", cfg="abc")


def missing_input(graph: Graph) -> Graph:
    del graph["3"]["inputs"]["positive"]
    return graph


def wrong_wire(graph: Graph) -> Graph:
    return changed(graph, "8", samples=["6", 0])


def dangling(graph: Graph) -> Graph:
    return changed(graph, "8", samples=["77", 0])


def no_such_slot(graph: Graph) -> Graph:
    return changed(graph, "8", samples=["3", 5])


def half_a_link(graph: Graph) -> Graph:
    return changed(graph, "8", samples=["3"])


def missing_image(graph: Graph) -> Graph:
    return graph | {
        "10": node("SaveImage", images=["11", 0], filename_prefix="x"),
        "11": node("LoadImage", image="no.png"),
    }


@pytest.mark.parametrize(
    ("spoil", "node_id", "type_"),
    [
        (not_in_list, "3", "value_not_in_list"),
        (too_large, "5", "value_bigger_than_max"),
        (too_small, "3", "value_smaller_than_min"),
        (no_number, "3", "invalid_input_type"),
        (missing_input, "3", "required_input_missing"),
        (wrong_wire, "8", "return_type_mismatch"),
        (dangling, "8", "exception_during_inner_validation"),
        (no_such_slot, "8", "exception_during_inner_validation"),
        (half_a_link, "8", "bad_linked_input"),
    ],
)
async def test_a_prompt_that_cannot_run_is_refused_with_the_node_that_is_to_blame(
    visitor: Visitor, spoil: Callable[[Graph], Graph], node_id: str, type_: str
) -> None:
    response = await visitor.post_prompt(spoil(painting()))

    assert response.status_code == 400
    told = response.json()
    assert told["error"]["type"] == "prompt_outputs_failed_validation"
    assert [error["type"] for error in told["node_errors"][node_id]["errors"]] == [type_]
    assert told["node_errors"][node_id]["dependent_outputs"] == ["9"]
    assert await visitor.json("/prompt") == {"exec_info": {"queue_remaining": 0}}


async def test_a_class_nobody_has_is_named(visitor: Visitor) -> None:
    response = await visitor.post_prompt(missing_node(painting()))

    assert response.status_code == 400
    error = response.json()["error"]
    assert (error["type"], error["details"]) == ("invalid_prompt", "Node ID '#4'")
    assert "NobodyHasThis" in error["message"]


async def test_a_circle_is_refused_without_a_reason_as_comfyui_does(visitor: Visitor) -> None:
    circle = plain() | {"2": node("ImageInvert", image=["3", 0]), "3": node("ImageInvert", image=["2", 0])}

    response = await visitor.post_prompt(changed(circle, "9", images=["2", 0]))

    assert response.status_code == 400
    assert response.json()["error"]["details"] == ""
    assert response.json()["node_errors"] == {}


async def test_an_output_that_cannot_run_is_dropped_and_the_others_run(visitor: Visitor) -> None:
    ears = await visitor.listen()
    response = await visitor.post_prompt(missing_image(plain()))
    await ears.until_end()

    assert response.status_code == 200
    assert [error["details"] for error in response.json()["node_errors"]["11"]["errors"]] == [
        "image - Invalid image file: no.png"
    ]
    entry = await visitor.entry(response.json()["prompt_id"])
    assert list(entry["outputs"]) == ["9"]
    assert entry["prompt"][4] == ["9"]


async def test_nothing_to_show_is_refused(visitor: Visitor) -> None:
    for graph in ({}, without(plain(), "9")):
        response = await visitor.post_prompt(graph)
        assert (response.status_code, response.json()["error"]["type"]) == (400, "prompt_no_outputs")


async def test_a_workflow_of_the_page_is_refused(visitor: Visitor) -> None:
    response = await visitor.http.post("/prompt", json={"prompt": {"nodes": [], "links": []}})

    assert response.json()["error"]["details"] == "Node ID '#nodes'"


@pytest.mark.parametrize("content", ["", "{not json", "[]", '{"prompt": null}'])
async def test_a_malformed_request_is_answered_with_a_bare_500(visitor: Visitor, content: str) -> None:
    response = await visitor.http.post("/prompt", content=content)

    assert (response.status_code, response.text) == (500, BARE_500)


@pytest.mark.parametrize("body", [{"number": "abc"}, {"extra_data": None}])
async def test_nonsense_beside_a_good_prompt_is_answered_with_a_bare_500(visitor: Visitor, body: dict) -> None:
    response = await visitor.post_prompt(plain(), **body)

    assert (response.status_code, response.text) == (500, BARE_500)


async def test_an_id_of_ours_is_kept_and_the_same_id_twice_runs_twice(
    server: SimulatorServer, visitor: Visitor
) -> None:
    ours = str(uuid4())
    ears = await visitor.listen()

    assert await visitor.submit(plain(prefix="one"), prompt_id=ours) == ours
    assert await visitor.submit(plain(prefix="two"), prompt_id=ours) == ours
    await ears.until_end()
    await ears.until_end()

    assert server.executed == [ours, ours]
    entry = await visitor.entry(ours)
    assert entry["outputs"]["9"]["images"][0]["filename"] == "two_00001_.png"


async def test_a_null_id_becomes_the_word_none(visitor: Visitor) -> None:
    assert await visitor.submit(plain(), prompt_id=None) == "None"


async def test_numbers_count_up_and_the_front_of_the_queue_is_negative(visitor: Visitor) -> None:
    running = await visitor.submit(slow())
    numbers = [
        (await visitor.post_prompt(plain(), **body)).json()["number"]
        for body in ({}, {"front": True}, {"front": True}, {"number": 0.5})
    ]
    queue = await visitor.json("/queue")

    assert numbers == [1, -2, -3, 0.5]
    assert [item[1] for item in queue["queue_running"]] == [running]
    assert sorted(item[0] for item in queue["queue_pending"]) == [-3, -2, 0.5, 1]
    assert await visitor.json("/prompt") == {"exec_info": {"queue_remaining": 5}}


async def test_the_lowest_number_runs_first(server: SimulatorServer, visitor: Visitor) -> None:
    ears = await visitor.listen()
    running = await visitor.submit(slow())
    last = await visitor.submit(plain(prefix="last"))
    first = await visitor.submit(plain(prefix="first"), front=True)
    await visitor.http.post("/interrupt")
    for _ in range(3):
        await ears.until_end()

    assert server.executed == [running, first, last]


async def test_the_same_id_with_the_same_number_kills_the_worker(visitor: Visitor) -> None:
    ears = await visitor.listen()
    await visitor.submit(slow(), number=1)
    await ears.until_type("executing")
    await visitor.submit(plain(), prompt_id="same", number=5)
    response = await visitor.post_prompt(plain(), prompt_id="same", number=5)
    await visitor.submit(plain(), number=2)
    await visitor.http.post("/interrupt")
    await ears.until_end()

    assert response.status_code == 500
    queue = await visitor.json("/queue")
    assert queue["queue_running"] == []
    assert [item[1] for item in queue["queue_pending"]] == ["same", "same"]  # the one before them is lost, as there
    assert (await visitor.post_prompt(plain())).status_code == 200


async def test_extra_data_is_kept_with_its_time_and_without_secrets(visitor: Visitor) -> None:
    extra = {"my_job": "J-1", "api_key_comfy_org": "secret", "auth_token_comfy_org": "secret"}
    entry = await visitor.run(plain(), extra_data=extra)

    kept = entry["prompt"][3]
    assert kept.pop("create_time") > 1_700_000_000_000
    assert kept == {"my_job": "J-1", "client_id": visitor.client_id}


async def test_only_some_outputs_may_be_asked_for(visitor: Visitor) -> None:
    graph = plain() | {"10": node("PreviewImage", images=["1", 0])}
    entry = await visitor.run(graph, partial_execution_targets=["10"])

    assert list(entry["outputs"]) == ["10"]
    assert entry["outputs"]["10"]["images"][0]["type"] == "temp"


async def test_literals_are_converted_to_their_inputs_type(visitor: Visitor) -> None:
    entry = await visitor.run(changed(plain(), "1", width="48"))

    assert entry["prompt"][2]["1"]["inputs"]["width"] == 48
