"""What waits to be read while nobody reads it."""

from uuid import UUID, uuid4

from wrldbldr.comfyui.inbox import MATTERS_LIMIT, Inbox
from wrldbldr.comfyui.messages import (
    ExecutionStarted,
    Failed,
    Finished,
    Heard,
    Interrupted,
    NodeExecuted,
    NodeExecuting,
    NodesCached,
    Preview,
    Progressed,
    Reconnected,
    Succeeded,
)

ID = UUID("10000000-0000-4000-8000-000000000000")


def preview(content: bytes) -> Preview:
    return Preview(content=content, mime_type="image/png", prompt_id=ID)


def step(value: int, node: str = "3") -> Progressed:
    return Progressed(prompt_id=ID, node=node, value=value, maximum=30_000)


def after(*messages: Heard) -> list[Heard]:
    """What is left of them."""
    inbox = Inbox()
    for message in messages:
        inbox.put(message)
    return inbox.take()


def test_only_the_newest_preview_and_the_newest_step_of_a_node_wait() -> None:
    assert after(preview(b"1"), step(1), preview(b"2"), step(2), step(9, "4")) == [preview(b"2"), step(2), step(9, "4")]


def test_a_flood_of_invented_nodes_fills_no_memory() -> None:
    begun = [NodeExecuting(prompt_id=ID, node=str(uuid4())) for _ in range(5_000)]

    assert len(after(*begun, *(step(1, str(number)) for number in range(5_000)))) == MATTERS_LIMIT


def test_whatever_tells_how_a_prompt_ends_is_kept_also_in_a_flood() -> None:
    ends: list[Heard] = [
        Reconnected(),
        ExecutionStarted(prompt_id=ID),
        NodesCached(prompt_id=ID, nodes=("1",)),
        NodesCached(prompt_id=ID, nodes=("2",)),
        NodeExecuted(prompt_id=ID, node="8"),
        NodeExecuted(prompt_id=ID, node="9"),
        Succeeded(prompt_id=ID),
        Failed(prompt_id=ID, node_id="3"),
        Interrupted(prompt_id=ID),
        preview(b"last"),
        Finished(prompt_id=ID),
    ]
    flood = [step(1, str(number)) for number in range(1_000)]

    assert after(*flood, *ends)[MATTERS_LIMIT:] == ends


def test_what_was_taken_is_no_longer_there() -> None:
    inbox = Inbox()
    inbox.put(preview(b"1"))

    assert inbox.take() == [preview(b"1")]
    assert inbox.take() == []
