"""One percentage that never goes back."""

import json
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.comfyui.graphs import model_free, text_to_image
from wrldbldr.comfyui.graph import parse_graph
from wrldbldr.comfyui.messages import (
    ExecutionStarted,
    Failed,
    Finished,
    Heard,
    Interrupted,
    NodeExecuted,
    NodeExecuting,
    NodesCached,
    NodeState,
    Preview,
    Progressed,
    ProgressState,
    Reconnected,
    Status,
    Succeeded,
    parse_text,
)
from wrldbldr.comfyui.progress import Phase, PromptProgress

ID = uuid4()


@pytest.fixture
def progress() -> PromptProgress:
    return PromptProgress(ID, text_to_image(steps=4))


def step(value: int, maximum: int = 4, node: str = "3") -> Progressed:
    return Progressed(prompt_id=ID, node=node, value=value, maximum=maximum)


def executing(node: str) -> NodeExecuting:
    return NodeExecuting(prompt_id=ID, node=node)


def states(**nodes: str) -> ProgressState:
    return ProgressState(
        prompt_id=ID, nodes={name[1:]: NodeState(value=1, state=state) for name, state in nodes.items()}
    )


def test_the_phases_follow_each_other(progress: PromptProgress) -> None:
    seen = [progress.phase]
    for message in (
        ExecutionStarted(prompt_id=ID),
        NodesCached(prompt_id=ID),
        executing("4"),
        executing("3"),
        step(1),
        executing("8"),
        executing("9"),
        Finished(prompt_id=ID),
    ):
        progress.hear(message)
        if progress.phase != seen[-1]:
            seen.append(progress.phase)
    assert [str(phase) for phase in seen] == ["waiting", "loading the model", "painting", "saving"]


def test_steps_weigh_four_fifths_and_nodes_one_fifth(progress: PromptProgress) -> None:
    progress.hear(ExecutionStarted(prompt_id=ID))
    assert progress.percent == 0
    progress.hear(states(_4="finished", _5="finished", _6="finished", _7="finished"))
    assert progress.percent == 11  # 0.2 * 4/7
    progress.hear(step(2))
    assert progress.percent == 51  # and 0.8 * 2/4
    assert (progress.step, progress.steps) == (2, 4)
    progress.hear(states(_3="finished"))
    assert progress.percent == 94  # 0.2 * 5/7 + 0.8
    progress.hear(states(_8="finished", _9="finished"))
    assert progress.percent == 99


def test_it_never_reaches_a_hundred_since_the_pictures_are_not_stored(progress: PromptProgress) -> None:
    progress.hear(NodesCached(prompt_id=ID, nodes=tuple(text_to_image())))
    progress.hear(Succeeded(prompt_id=ID))
    progress.hear(Finished(prompt_id=ID))
    assert progress.percent == 99


def test_a_second_sampler_shares_the_steps(progress: PromptProgress) -> None:
    graph = text_to_image()
    graph["10"] = {"class_type": "KSampler", "inputs": {**graph["3"]["inputs"], "latent_image": ["3", 0]}}
    progress = PromptProgress(ID, graph)
    progress.hear(step(4))
    assert progress.percent == 40
    progress.hear(step(1, node="10"))
    assert progress.percent == 50
    assert (progress.step, progress.steps) == (1, 4)


def test_an_upscaler_does_not_disturb_a_graph_with_a_sampler(progress: PromptProgress) -> None:
    progress.hear(step(3))
    before = progress.percent
    assert not progress.hear(step(1, maximum=100, node="8"))
    assert (progress.percent, progress.steps) == (before, 4)


def test_without_a_sampler_nodes_and_their_steps_are_all_there_is() -> None:
    progress = PromptProgress(ID, model_free())
    progress.hear(ExecutionStarted(prompt_id=ID))
    assert progress.phase is Phase.PAINTING
    progress.hear(states(_1="finished"))
    assert progress.percent == 33
    progress.hear(step(1, maximum=2, node="2"))
    assert progress.percent == 50


def test_a_server_that_only_says_what_begins_is_understood_too(progress: PromptProgress) -> None:
    for node in ("4", "5", "6", "7", "3"):
        progress.hear(executing(node))
    assert progress.percent == 11
    progress.hear(executing("8"))
    assert progress.percent == 94


def test_where_the_server_tells_what_is_finished_nothing_else_is_taken_for_it(progress: PromptProgress) -> None:
    progress.hear(states(_4="finished"))
    progress.hear(executing("3"))
    progress.hear(executing("8"))
    assert progress.percent == 2  # 0.2 * 1/7


def test_messages_about_others_change_nothing(progress: PromptProgress) -> None:
    other = uuid4()
    for message in (
        ExecutionStarted(prompt_id=other),
        Progressed(prompt_id=other, node="3", value=3, maximum=4),
        NodeExecuting(node="3"),
        Status(queue_remaining=3),
        Reconnected(),
    ):
        assert not progress.hear(message)
    assert (progress.percent, progress.phase) == (0, Phase.WAITING)


def test_a_preview_or_an_end_says_nothing_about_how_far_it_is(progress: PromptProgress) -> None:
    progress.hear(step(2))
    preview = Preview(content=b"", mime_type="image/png", prompt_id=ID)
    for message in (preview, Interrupted(prompt_id=ID), Failed(prompt_id=ID, node_id="3")):
        assert not progress.hear(message)


def state_of(node: str, state: str) -> ProgressState:
    return states(**{f"_{node}": state})


nodes = st.sampled_from(["3", "4", "8", "9", "77"])
any_message: st.SearchStrategy[Heard] = st.one_of(
    st.just(ExecutionStarted(prompt_id=ID)),
    st.lists(nodes).map(lambda names: NodesCached(prompt_id=ID, nodes=tuple(names))),
    nodes.map(executing),
    nodes.map(lambda node: NodeExecuted(prompt_id=ID, node=node)),
    st.builds(step, st.integers(-5, 50), st.integers(-5, 30), nodes),
    st.builds(state_of, nodes, st.sampled_from(["running", "finished", "?"])),
    st.just(Finished(prompt_id=ID)),
)


@given(st.lists(any_message, max_size=40), st.sampled_from([model_free, text_to_image]))
def test_whatever_is_heard_in_whatever_order_it_never_goes_back_and_stays_under_a_hundred(
    messages: list[Heard], graph_of: type
) -> None:
    progress = PromptProgress(ID, graph_of())
    percent, phase = 0, 0
    for message in messages:
        progress.hear(message)
        assert percent <= progress.percent <= 99
        assert phase <= list(Phase).index(progress.phase)
        percent, phase = progress.percent, list(Phase).index(progress.phase)


def test_a_real_servers_runs_rise_to_the_end(fixtures_dir: Path) -> None:
    for name in ("ws_fast", "ws_fast_cached_rerun", "ws_txt2img", "ws_slow_progress_preview", "ws_ipadapter"):
        recorded = json.loads((fixtures_dir / f"{name}.json").read_text())
        [(prompt_id, entry)] = recorded["history"].items()
        progress = PromptProgress(UUID(prompt_id), parse_graph(entry["prompt"][2]))
        percents: list[int] = []
        for frame in recorded["transcript"]:
            message = parse_text(json.dumps(frame))
            if message and progress.hear(message):
                percents.append(progress.percent)
        assert percents == sorted(percents), name
        assert (progress.percent, progress.phase) == (99, Phase.SAVING), name
