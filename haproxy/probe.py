"""What haproxy/deploy.sh asks: run inside a web container, `docker exec -i CONTAINER python - … <haproxy/probe.py`.

    serves ADDRESS SECONDS    wait until HAProxy sends people to the server at ADDRESS, and it answers a real socket
    counts                    sockets=N errors=N requests=N, as HAProxy has counted since it started

Exit status 1 with one line that says why. It knows HAProxy by its name in the containers' network, where 8404 has its
figures and 8444 is the site with a choice of the server.
"""

import asyncio
import csv
import io
import json
import os
import ssl
import sys
import time
from typing import Any
from urllib.request import urlopen

from websockets.asyncio.client import connect
from websockets.exceptions import WebSocketException

PROXY = os.environ.get("ENIGMA_PROXY_NAME", "haproxy")
FIGURES = f"http://{PROXY}:8404/;csv"
SITE = f"wss://{PROXY}:8444/ws/board"
NO_HUNT = 4404
ASK_S = 10


def rows() -> list[dict[str, str]]:
    with urlopen(FIGURES, timeout=ASK_S) as answer:  # the address is above
        return list(csv.DictReader(io.StringIO(answer.read().decode().removeprefix("# "))))


def counts() -> str:
    wanted = {(row["pxname"], row["svname"]): row for row in rows()}
    site, sockets = wanted["site", "FRONTEND"], wanted["sockets", "BACKEND"]
    return f"sockets={sockets['scur']} errors={site['hrsp_5xx']} requests={site['req_tot']}"


def server_at(address: str) -> str | None:
    """Its name, once HAProxy finds it ready for pages, files and sockets."""
    ready = {
        row["pxname"]: row["svname"]
        for row in rows()
        if row["addr"].rpartition(":")[0] == address and row["status"].startswith("UP")
    }
    return ready["sockets"] if {"pages", "files", "sockets"} <= ready.keys() else None


async def greeting(server: str) -> str:
    """What a projector's socket at this server is told first, through HAProxy. Raises OSError and others."""
    # The certificate is made for the site's name; this asks the proxy next door.
    tls = ssl.create_default_context()
    tls.check_hostname, tls.verify_mode = False, ssl.CERT_NONE
    origin: Any = os.environ["ENIGMA_ORIGINS"].split(",")[0].strip()
    async with connect(
        SITE,
        ssl=tls,
        origin=origin,
        additional_headers={"X-Enigma-Server": server},
        compression=None,
        open_timeout=ASK_S,
        max_size=None,
        proxy=None,
    ) as socket:
        assert socket.response is not None
        if (answered := socket.response.headers.get("X-Enigma-Server")) != server:
            raise ConnectionError(f"asked for {server}, answered by {answered}")
        try:
            async with asyncio.timeout(ASK_S):
                return str(json.loads(await socket.recv())["t"])
        except WebSocketException:
            # Before the first hunt is imported this is the right answer.
            if socket.close_code == NO_HUNT:
                return "no hunt"
            raise ConnectionError(f"closed with {socket.close_code}") from None


def serves(address: str, seconds: float) -> str:
    deadline = time.monotonic() + seconds
    problem = "HAProxy does not find it ready"
    while time.monotonic() < deadline:
        try:
            if server := server_at(address):
                told = asyncio.run(greeting(server))
                return f"{server} answers a socket through HAProxy ({told})"
        except (OSError, TimeoutError, WebSocketException, KeyError, ValueError) as error:
            problem = f"{type(error).__name__}: {error}"
        time.sleep(0.5)
    raise SystemExit(f"{address}: {problem}")


def main(arguments: list[str]) -> str:
    match arguments:
        case ["counts"]:
            return counts()
        case ["serves", address, seconds]:
            return serves(address, float(seconds))
    raise SystemExit("usage: counts | serves ADDRESS SECONDS")


if __name__ == "__main__":
    print(main(sys.argv[1:]))  # noqa: T201
