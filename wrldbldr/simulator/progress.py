"""How far each node of the running prompt is, as the progress_state message tells it."""

from dataclasses import dataclass

from wrldbldr.simulator.documents import JsonObject


@dataclass
class NodeProgress:
    """One node's counter."""

    value: float
    total: float
    state: str


class ProgressBoard:
    """Every node of one prompt that has started."""

    def __init__(self, prompt_id: str) -> None:
        self._prompt_id = prompt_id
        self._nodes: dict[str, NodeProgress] = {}

    def start(self, node_id: str) -> None:
        """The node runs; until it says more it counts to one."""
        self._nodes[node_id] = NodeProgress(0.0, 1.0, "running")

    def advance(self, node_id: str, value: float, total: float) -> None:
        """The node is `value` of `total` steps on."""
        self._nodes[node_id] = NodeProgress(value, total, "running")

    def finish(self, node_id: str) -> None:
        """The node is done; one that was cached never started."""
        node = self._nodes.setdefault(node_id, NodeProgress(0, 1, "running"))
        node.value, node.state = node.total, "finished"

    def document(self) -> JsonObject:
        """The progress_state message's data."""
        nodes: JsonObject = {
            node_id: {
                "value": node.value,
                "max": node.total,
                "state": node.state,
                "prompt_id": self._prompt_id,
                **identity_of(node_id),
            }
            for node_id, node in self._nodes.items()
        }
        return {"prompt_id": self._prompt_id, "nodes": nodes}


def identity_of(node_id: str) -> JsonObject:
    """The four names of a node; they differ only for nodes made by other nodes, which the simulator has none of."""
    return {"node_id": node_id, "display_node_id": node_id, "parent_node_id": None, "real_node_id": node_id}
