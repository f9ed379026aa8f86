"""What was heard of a prompt and not yet read: of each matter the newest word only, so that it does not grow."""

from collections.abc import Hashable

from wrldbldr.comfyui.messages import Heard, NodeExecuted, NodeExecuting, NodesCached, Progressed

MATTERS_LIMIT = 300  # of nodes that begin and count steps; whatever tells how a prompt ends is always kept


class Inbox:
    """Fills while nobody reads, as long as a prompt is being handed over."""

    def __init__(self) -> None:
        self._newest: dict[Hashable, Heard] = {}

    def __len__(self) -> int:
        return len(self._newest)

    def put(self, message: Heard) -> None:
        """Keep it in place of what it makes obsolete: a later preview, a later step of the same node."""
        matter = _matter(message)
        is_new = self._newest.pop(matter, None) is None
        if is_new and len(self._newest) >= MATTERS_LIMIT and isinstance(message, NodeExecuting | Progressed):
            return
        self._newest[matter] = message

    def take(self) -> list[Heard]:
        """Everything in the order in which it was said last, which leaves the inbox empty."""
        messages = list(self._newest.values())
        self._newest.clear()
        return messages


def _matter(message: Heard) -> Hashable:
    match message:
        case NodeExecuting(node=node) | Progressed(node=node) | NodeExecuted(node=node):
            return message.kind, node
        case NodesCached(nodes=nodes):
            return message.kind, nodes
        case _:
            return message.kind
