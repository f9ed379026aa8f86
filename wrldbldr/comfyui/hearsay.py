"""What the websocket said about the end of a prompt, for when the history cannot say it or leaves something out."""

from dataclasses import replace
from uuid import UUID

from wrldbldr.comfyui.history import History, Outcome, PictureRef, is_picture
from wrldbldr.comfyui.messages import Failed, Heard, NodeExecuted, Succeeded

SAVED = "output"  # previews are wiped when the server starts, saved pictures stay


class Hearsay:
    """Hears the messages of one prompt. The history is asked first; this is only for what it does not know."""

    def __init__(self, prompt_id: UUID) -> None:
        self._prompt_id = prompt_id
        self._saved: dict[str, tuple[PictureRef, ...]] = {}
        self._fault: Failed | None = None
        self._has_succeeded = False

    def hear(self, message: Heard) -> None:
        """Take a message of the prompt in; said twice is said once."""
        match message:
            case NodeExecuted(node=node, files=files):
                refs = (PictureRef(file.filename, file.subfolder, file.type) for file in files)
                self._saved[node] = tuple(ref for ref in refs if ref.type == SAVED and is_picture(ref))
            case Failed():
                self._fault = message
            case Succeeded():
                self._has_succeeded = True
            case _:
                pass

    def history(self) -> History | None:
        """The end of a prompt whose history was lost or never came, when its saved pictures were named."""
        pictures = tuple(ref for refs in self._saved.values() for ref in refs)
        if self._fault is not None or not self._has_succeeded or not pictures:
            return None
        return History(self._prompt_id, Outcome.SUCCEEDED, pictures)

    def explain(self, history: History) -> History:
        """The same history, with the fault it leaves out: a node that blocks others is told here only."""
        is_blank = history.outcome is Outcome.SUCCEEDED and not history.pictures
        if self._fault is None or not is_blank:
            return history
        return replace(history, outcome=Outcome.FAILED, fault=self._fault)
