"""How often Python looks for garbage: everything stands still meanwhile, the event loop that carries every push too."""

import gc

THRESHOLD = 10_000  # Python's own 700 looks through everything several times a second where many tabs are open


def look_for_garbage_rarely() -> None:
    """And never again among what is here now, the imported modules: a full look at those alone takes 150 ms."""
    gc.set_threshold(THRESHOLD)
    gc.collect()
    gc.freeze()
