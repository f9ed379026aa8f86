"""What whoever starts a simulator may choose."""

from dataclasses import dataclass, field
from pathlib import Path

from wrldbldr.simulator.catalogue import Catalogue

UPLOAD_LIMIT_BYTES = 100 * 1024 * 1024  # ComfyUI's default
VERSION = "0.8.0-simulated"


@dataclass(frozen=True)
class SimulatorConfig:
    """Where it listens, how fast it paints, what it pretends to have installed, where it writes down what it runs."""

    host: str = "127.0.0.1"
    port: int = 8188
    seconds_per_step: float = 0.12
    previews_by_default: bool = True
    catalogue: Catalogue = field(default_factory=Catalogue)
    journal: Path | None = None
