"""The node classes the simulator knows."""

from wrldbldr.simulator.catalogue import Catalogue
from wrldbldr.simulator.nodes import (
    adapters,
    conditioning,
    files,
    images,
    latents,
    loaders,
    primitives,
    sampling,
    trouble,
)
from wrldbldr.simulator.registry import Registry, registry_of
from wrldbldr.simulator.storage import Storage


def build_registry(catalogue: Catalogue, storage: Storage) -> Registry:
    """Every class by name; the lists of files in it follow `catalogue` and what lies in `storage`."""
    return registry_of([
        *loaders.classes(catalogue),
        *adapters.classes(catalogue),
        *conditioning.CLASSES,
        *latents.CLASSES,
        *sampling.CLASSES,
        *images.CLASSES,
        *files.classes(storage),
        *primitives.CLASSES,
        *trouble.CLASSES,
    ])  # fmt: skip
