"""Runs a command with a PostgreSQL and a Redis of its own:  python -m tests.support.stack -- COMMAND…

DATABASE_URL and REDIS_URL are set for the command, both servers are gone when it is; its status is ours.
"""

import os
import sys

from tests.support.process import exit_on_signals, foreground
from tests.support.services import private_postgres, private_redis


def main(arguments: list[str]) -> int:
    command = arguments[1:] if arguments[:1] == ["--"] else arguments
    if not command:
        print(__doc__, file=sys.stderr)
        return 2
    exit_on_signals()
    with private_postgres() as postgres, private_redis() as redis:
        return foreground(command, os.environ | {"DATABASE_URL": postgres.url, "REDIS_URL": redis.url})


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
