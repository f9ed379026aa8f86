"""What the websocket said about the end of a prompt: taken only where the history says nothing."""

import json
from uuid import uuid4

from wrldbldr.comfyui.hearsay import Hearsay
from wrldbldr.comfyui.history import History, Outcome, PictureRef
from wrldbldr.comfyui.messages import Failed, NodeExecuted, Succeeded, parse_text

ID = uuid4()
SAVED = {"filename": "x_00001_.png", "subfolder": "wrldbldr", "type": "output"}
PREVIEW = {"filename": "y.png", "subfolder": "", "type": "temp"}


def executed(output: object) -> NodeExecuted:
    """The message as it is read from a frame."""
    message = parse_text(
        json.dumps({"type": "executed", "data": {"prompt_id": str(ID), "node": "9", "output": output}})
    )
    assert isinstance(message, NodeExecuted)
    return message


def heard(*messages: NodeExecuted | Succeeded | Failed) -> Hearsay:
    hearsay = Hearsay(ID)
    for message in messages:
        hearsay.hear(message)
    return hearsay


def test_saved_pictures_of_a_prompt_that_succeeded_are_known_without_its_history() -> None:
    told = executed({"images": [SAVED, PREVIEW], "text": ["a note", {"filename": "notes.txt"}], "animated": [True]})

    history = heard(told, told, Succeeded(prompt_id=ID)).history()

    assert history == History(ID, Outcome.SUCCEEDED, (PictureRef("x_00001_.png", "wrldbldr", "output"),))


def test_a_prompt_that_has_not_ended_is_not_known() -> None:
    assert heard(executed({"images": [SAVED]})).history() is None


def test_a_prompt_without_saved_pictures_is_not_known() -> None:
    assert heard(executed({"images": [PREVIEW]}), executed(None), Succeeded(prompt_id=ID)).history() is None


def test_a_fault_that_the_history_leaves_out_is_added_and_nothing_else_is_changed() -> None:
    fault = Failed(prompt_id=ID, node_id="10", exception_type="ExecutionBlocked")
    blank, painted = History(ID, Outcome.SUCCEEDED), History(ID, Outcome.SUCCEEDED, (PictureRef("x.png"),))
    hearsay = heard(fault, executed({"images": [SAVED]}), Succeeded(prompt_id=ID))

    assert hearsay.history() is None
    assert hearsay.explain(blank) == History(ID, Outcome.FAILED, fault=fault)
    assert hearsay.explain(painted) is painted
