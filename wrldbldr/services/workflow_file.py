"""A file with a workflow: how large it may be, and what the workflow is called that comes from it."""

from wrldbldr.comfyui.catalogue import NodeCatalogue
from wrldbldr.domain.errors import InvalidInputError
from wrldbldr.domain.text import NAME_LIMIT, file_name
from wrldbldr.services.dropped import Dropped, read_dropped

FILE_BYTES_LIMIT = 8 * 1024 * 1024
NAMELESS = "workflow"


def read_file(content: bytes, catalogue: NodeCatalogue | None) -> Dropped:
    """The graph a file carries. Raises InvalidInputError (field "file") with what would do instead."""
    if len(content) > FILE_BYTES_LIMIT:
        megabytes = FILE_BYTES_LIMIT // 1024 // 1024
        raise InvalidInputError("file", f"This file is larger than {megabytes} MB. A workflow is much smaller.")
    try:
        return read_dropped(content, catalogue)
    except InvalidInputError as error:
        raise InvalidInputError("file", error.message) from error


def name_of_file(name: str) -> str:
    """As the file, without its ending, and never nothing."""
    bare = " ".join(file_name(name.rpartition(".")[0] or name).split())[:NAME_LIMIT].strip()
    return bare if any(character.isalnum() for character in bare) else NAMELESS
