"""Clients that write as fast as they are let, and read nothing:  python -m tests.faults.flood URL COUNT SECONDS

In a process of its own, so that the servers are flooded and not whoever looks on. COUNT of each kind at once;
prints how many seconds the last of them could write; fails when one still can after SECONDS.
"""

import sys
import time
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

from tests.support.tabs import bare_socket, masked

FRAMES = (
    masked(b'{"t":"ping","n":1}'),
    masked(b"x"),
    masked(b"x" * 60_000),
    masked(bytes(125), opcode=9),
)
"""Commands, frames that are none, frames that are too large, the WebSocket's own pings."""


class Address(NamedTuple):
    url: str
    ws_url: str = ""


def flood(url: str, frame: bytes, within: float) -> float:
    many = frame * (1 + 50_000 // len(frame))
    with bare_socket(Address(url)) as client:
        client.settimeout(within)
        began = time.monotonic()
        try:
            while time.monotonic() - began < within:
                client.sendall(many)
        except TimeoutError:
            pass  # neither read nor closed
        except OSError:
            return time.monotonic() - began
    raise RuntimeError(f"not closed within {within:g} s")


def main(url: str, count: int, within: float) -> None:
    longest = 0.0
    for frame in FRAMES:
        with ThreadPoolExecutor(count) as threads:
            jobs = [threads.submit(flood, url, frame, within) for _ in range(count)]
            longest = max(longest, *(job.result() for job in jobs))
    print(longest)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), float(sys.argv[3]))
