"""Reading how a prompt ended."""

from typing import Any
from uuid import UUID, uuid4

import pytest

from tests.comfyui.scripted import LoadFixture
from wrldbldr.comfyui.errors import failure_of_history
from wrldbldr.comfyui.history import Outcome, PictureRef, parse_history

ID = uuid4()


def entry(*messages: tuple[str, dict[str, Any]], status: str = "success", **outputs: Any) -> dict[str, object]:
    return {
        "prompt": [1, str(ID), {"3": {"class_type": "KSampler", "inputs": {}, "_meta": {"title": "The sampler"}}}],
        "outputs": outputs,
        "status": {"status_str": status, "messages": [list(message) for message in messages]},
    }


def image(name: str, kind: str = "output") -> dict[str, str]:
    return {"filename": name, "subfolder": "sub", "type": kind}


def test_saved_pictures_win_over_previews() -> None:
    raw = entry(a={"images": [image("temp.png", "temp")]}, b={"images": [image("one.png"), image("two.png")]})
    history = parse_history(ID, raw)
    assert history.outcome is Outcome.SUCCEEDED
    assert history.pictures == (PictureRef("one.png", "sub", "output"), PictureRef("two.png", "sub", "output"))
    assert failure_of_history(history) is None


def test_previews_are_taken_when_nothing_was_saved() -> None:
    history = parse_history(ID, entry(a={"images": [image("temp.png", "temp")]}))
    assert [ref.type for ref in history.pictures] == ["temp"]


def test_pictures_of_custom_nodes_are_found_under_any_key_and_other_files_are_set_apart() -> None:
    raw = entry(
        a={"gifs": [image("clip.mp4")], "text": ["hello"], "animated": [True], "results": [image("x.WEBP")]},
        b="odd",
        c={"images": [{"no": "filename"}, None]},
    )
    history = parse_history(ID, raw)
    assert [ref.filename for ref in history.pictures] == ["x.WEBP"]
    assert history.other_files == ("clip.mp4",)


def test_a_name_that_no_file_can_have_names_none() -> None:
    names = ("owl.png", "x" * 252 + ".png", "\ud800.png", "")

    history = parse_history(ID, entry(a={"images": [image(name) for name in names]}))

    assert [ref.filename for ref in history.pictures] == ["owl.png"]


def test_a_failure_names_the_node_as_the_workflow_does() -> None:
    fault = {"node_id": "3", "node_type": "KSampler", "exception_type": "ValueError", "exception_message": "no"}
    history = parse_history(ID, entry(("execution_start", {}), ("execution_error", fault), status="error"))
    assert history.outcome is Outcome.FAILED
    assert history.fault
    assert (history.fault.exception_message, history.fault_title) == ("no", "The sampler")


def test_an_interruption_is_told_from_a_failure_though_both_say_error() -> None:
    raw = entry(("execution_start", {}), ("execution_interrupted", {"node_id": "3"}), status="error")
    assert parse_history(ID, raw).outcome is Outcome.INTERRUPTED


def test_an_error_without_any_message_is_still_a_failure() -> None:
    history = parse_history(ID, entry(status="error"))
    assert (history.outcome, history.fault) == (Outcome.FAILED, None)


def test_times_are_read_in_utc_and_nonsense_is_left_out() -> None:
    raw = entry(("execution_start", {"timestamp": 1795327899087}), ("execution_success", {"timestamp": 1795327901087}))
    history = parse_history(ID, raw)
    assert history.started_at
    assert history.ended_at
    assert (history.ended_at - history.started_at).total_seconds() == 2
    assert history.started_at.utcoffset() is not None
    assert parse_history(ID, entry(("execution_start", {"timestamp": 1e300}))).started_at is None


@pytest.mark.parametrize("raw", [{}, {"outputs": None, "status": None}, {"status": {"messages": [7, ["x"]]}}])
def test_an_entry_with_holes_is_a_success_without_pictures(raw: dict[str, object]) -> None:
    history = parse_history(ID, raw)
    assert (history.outcome, history.pictures) == (Outcome.SUCCEEDED, ())


@pytest.mark.parametrize(
    ("name", "outcome", "pictures"),
    [
        ("ws_fast", Outcome.SUCCEEDED, 1),
        ("ws_fast_cached_rerun", Outcome.SUCCEEDED, 1),
        ("ws_with_previewimage", Outcome.SUCCEEDED, 1),
        ("ws_raise_exec", Outcome.FAILED, 0),
        ("ws_raise_oom", Outcome.FAILED, 0),
        ("ws_raise_block", Outcome.SUCCEEDED, 0),
        ("ws_interrupted", Outcome.INTERRUPTED, 0),
    ],
)
def test_a_real_servers_endings_are_understood(
    load_fixture: LoadFixture, name: str, outcome: Outcome, pictures: int
) -> None:
    [(prompt_id, raw)] = load_fixture(name)["history"].items()
    history = parse_history(UUID(prompt_id), raw)
    assert (history.outcome, len(history.pictures)) == (outcome, pictures)
    assert history.started_at
