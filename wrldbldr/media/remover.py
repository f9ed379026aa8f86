"""A background remover that knows what it sees, where somebody installed one: rembg, a local program. It is optional."""

from collections.abc import Callable
from importlib import import_module
from importlib.util import find_spec
from typing import Protocol, cast

from wrldbldr.domain.errors import WrldBldrError

PARTS = ("rembg", "onnxruntime")  # without the second the first ends the process it is imported in
MODEL = "isnet-general-use"  # free for any use, unlike rembg's own choice; about 180 MB, fetched at the first use
HOW_TO_GET_IT = "uv pip install --python .venv 'rembg[cpu]'"


class RemoverFailedError(WrldBldrError):
    """The remover is there and does not work; its model may not have been fetched."""

    status_code = 502
    code = "remover_failed"

    def __init__(self, reason: str) -> None:
        super().__init__(
            "The background remover failed. The first time it fetches its model, for which it needs the internet.",
            details={"Reason": reason},
        )


class Remover(Protocol):
    """Takes backgrounds away, plain or not."""

    def is_there(self) -> bool:
        """Whether it is installed."""
        ...

    def remove(self, content: bytes) -> bytes:
        """The picture as a PNG without its background. Blocks. Raises RemoverFailedError."""
        ...


class Rembg:
    """https://github.com/danielgatis/rembg, imported when it is first asked for something."""

    def __init__(self) -> None:
        self._remove: Callable[[bytes], bytes] | None = None

    def is_there(self) -> bool:
        """Whether it is installed, with what it runs on."""
        return all(find_spec(part) is not None for part in PARTS)

    def remove(self, content: bytes) -> bytes:
        """The picture as a PNG without its background. Blocks. Raises RemoverFailedError."""
        try:
            if self._remove is None:
                self._remove = _loaded()
            return self._remove(content)
        except Exception as error:  # it is not ours: what it raises over a model, a network or a disk is its own affair
            raise RemoverFailedError(type(error).__name__) from error


def _loaded() -> Callable[[bytes], bytes]:
    rembg = import_module(PARTS[0])
    remove = cast("Callable[..., bytes]", rembg.remove)
    session: object = rembg.new_session(MODEL)
    return lambda content: remove(content, session=session, force_return_bytes=True)
