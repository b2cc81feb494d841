"""A real HAProxy with the configuration of production: `haproxy/haproxy.cfg`, but for addresses and the certificate.

with Front(folder, [web.port, …]) as front:
    front.url, front.secure_url, front.servers()
"""

import csv
import io
import os
import re
import subprocess
import urllib.request
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple, Self

from tests.support import tools
from tests.support.process import ROOT, Child, free_port, wait_for

CONFIG = ROOT / "haproxy" / "haproxy.cfg"
ADDRESS = "127.0.0.1"


class Server(NamedTuple):
    """What the proxy thinks of a web process: its state as HAProxy names it, and open connections to it."""

    status: str
    sessions: int

    @property
    def is_up(self) -> bool:
        return self.status.startswith("UP")


class Front(Child):
    """HAProxy before web processes on these ports of 127.0.0.1. `url` is without TLS, `secure_url` with it."""

    def __init__(self, folder: Path, ports: Sequence[int]) -> None:
        self.certificate = make_certificate(folder)
        self.plain, self.secure, self.inside, self.redirect, self.statistics = (free_port() for _ in range(5))
        config = folder / "haproxy.cfg"
        config.write_text(self._adapted(CONFIG.read_text(encoding="utf-8"), ports), encoding="utf-8")
        env = os.environ | {
            "ENIGMA_CERTS": str(self.certificate),
            "ENIGMA_COOKIE_KEY": "a key for tests",
            "ENIGMA_HTTPS_PORT": str(self.secure),
        }
        super().__init__(
            "HAProxy",
            [tools.need("haproxy"), "-db", "-f", config],
            log=folder / "haproxy.log",
            env=env,
            cwd=folder,
        )

    @property
    def url(self) -> str:
        return f"http://{ADDRESS}:{self.plain}"

    @property
    def ws_url(self) -> str:
        return f"ws://{ADDRESS}:{self.plain}"

    @property
    def secure_url(self) -> str:
        return f"https://{ADDRESS}:{self.secure}"

    def ready(self) -> bool:
        return bool(self.servers())

    def servers(self, backend: str = "sockets") -> list[Server]:
        """The web processes in the order of their ports; empty while the proxy does not answer."""
        url = f"http://{ADDRESS}:{self.statistics}/;csv"
        try:
            # The address is ours; a proxy of the environment must not be asked.
            with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(url, timeout=5) as page:
                text = page.read().decode()
        except OSError:
            return []
        rows = csv.DictReader(io.StringIO(text.removeprefix("# ")))
        return [
            Server(row["status"], int(row["scur"]))
            for row in rows
            if row["pxname"] == backend and row["svname"] not in ("FRONTEND", "BACKEND")
        ]

    def until_all_are_up(self, within: float = 30.0) -> Self:
        """Returns when every web process is given connections."""

        def all_up() -> bool:
            states = self.servers() + self.servers("pages")
            return bool(states) and all(server.is_up for server in states)

        wait_for(all_up, within, every=0.1)
        return self

    def _adapted(self, text: str, ports: Sequence[int]) -> str:
        """Every change must find its line: when production's file changes its shape, this says so."""

        def put(pattern: str, by: str) -> None:
            nonlocal text
            text, count = re.subn(pattern, by, text, flags=re.MULTILINE)
            if not count:
                raise ValueError(f"{CONFIG.name} has no line like {pattern}")

        servers = "\n".join(f"    server web{n} {ADDRESS}:{port}" for n, port in enumerate(ports, start=1))
        put(r"^ *server-template .*$", servers)
        put(r" resolvers engine resolve-prefer ipv4 init-addr none", "")
        put(
            r"^( *)bind :8443( .*)$",
            rf"\1bind {ADDRESS}:{self.secure}\2\n\1bind {ADDRESS}:{self.plain}",
        )
        put(r"bind :8444\b", f"bind {ADDRESS}:{self.inside}")
        put(r"dst_port 8444\b", f"dst_port {self.inside}")
        put(r"bind :8080\b", f"bind {ADDRESS}:{self.redirect}")
        put(r"bind :8404\b", f"bind {ADDRESS}:{self.statistics}")
        return text


def make_certificate(folder: Path) -> Path:
    """A self-signed certificate for 127.0.0.1, key included, as one file."""
    key, certificate, both = folder / "key.pem", folder / "certificate.pem", folder / "site.pem"
    command: list[str | Path] = ["openssl", "req", "-x509", "-newkey", "ec", "-nodes", "-days", "2"]
    command += ["-pkeyopt", "ec_paramgen_curve:prime256v1", "-subj", "/CN=localhost"]
    command += ["-addext", f"subjectAltName=IP:{ADDRESS}", "-keyout", key, "-out", certificate]
    subprocess.run(command, check=True, capture_output=True)
    both.write_bytes(certificate.read_bytes() + key.read_bytes())
    return both
