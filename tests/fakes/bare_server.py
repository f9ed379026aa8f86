"""The real server without its pages: REST, events and the screens' socket. `python -m tests.fakes.bare_server PORT` serves."""

import sys

from reflex.config import get_config
from reflex.constants import Env
from reflex.environment import environment
from reflex.utils import exec as servers


def main() -> None:
    """Serve until stopped."""
    environment.REFLEX_ENV_MODE.set(Env.PROD)
    environment.REFLEX_SKIP_COMPILE.set(True)
    config = get_config()
    servers.run_backend_prod(config.backend_host, int(sys.argv[1]), config.loglevel.subprocess_level())


if __name__ == "__main__":
    main()
