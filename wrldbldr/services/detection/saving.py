"""Where a graph would write its files."""

import re
from collections.abc import Iterator

from wrldbldr.comfyui.graph import Graph, title_of

TARGET = re.compile(
    r"^(filename_prefix|filename|file_name|output_path|path|save_path|folder|subfolder)$", re.IGNORECASE
)
SAVES = re.compile(r"save|combine|writ|export", re.IGNORECASE)
OUTSIDE = re.compile(r"(^|[/\\])\.\.([/\\]|$)|^[/\\~]|^[a-z]:[/\\]", re.IGNORECASE)
SHOWN = 60


def saving_notices(graph: Graph) -> Iterator[str]:
    """A sentence for each node that asks to write outside ComfyUI's output folder; its prefix is replaced by ours."""
    for node_id, node in graph.items():
        if SAVES.search(node["class_type"]):
            for name, value in node["inputs"].items():
                if isinstance(value, str) and TARGET.match(name) and OUTSIDE.search(value):
                    where = f"{title_of(graph, node_id)} ({node_id})"
                    yield f"{where} asks to write outside ComfyUI's output folder ({name}: {value[:SHOWN]}). " + (
                        "WrldBldr gives every file a name of its own instead."
                        if name == "filename_prefix"
                        else "Check that your ComfyUI may do that."
                    )
