"""An installation as an operator makes one: a copy of the checkout, .env, a certificate, and `docker compose`."""

import csv
import io
import json
import shutil
import ssl
import subprocess
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.compose.engine import Docker, run
from tests.support.process import ROOT, free_port, temporary_folder

NAME = "localhost"
OPEN_FILES = 16_384
"""What one container may open: enough for a rehearsal, and allowed where the machine's own ceiling is low."""


class Site:
    """`folder` is the installation's; nothing of it is in the checkout."""

    def __init__(self, folder: Path, docker: Docker) -> None:
        self.folder = folder
        self.docker = docker
        self.http_port, self.https_port, self.stats_port = free_port(), free_port(), free_port()
        self.url = f"https://{NAME}:{self.https_port}"
        _copy_checkout(folder)
        run(
            [
                "haproxy/make-env.sh",
                NAME,
                "--http-port",
                str(self.http_port),
                "--https-port",
                str(self.https_port),
            ],
            docker.env,
            cwd=folder,
        )
        run(["haproxy/make-certificate.sh"], docker.env, cwd=folder)
        with (folder / ".env").open("a") as env:
            # What an operator would add, and a project's name of our own.
            env.write(f"ENIGMA_STATS_PORT={self.stats_port}\nENIGMA_OPEN_FILES={OPEN_FILES}\n")
            env.write(f"COMPOSE_PROJECT_NAME=enigma-test-{self.https_port}\n")

    @property
    def certificate(self) -> Path:
        return self.folder / "haproxy" / "private" / "certs" / "site.pem"

    def value(self, name: str) -> str:
        lines = (self.folder / ".env").read_text().splitlines()
        return next(line.partition("=")[2] for line in lines if line.startswith(f"{name}="))

    def compose(self, *arguments: str, stdin: str | None = None) -> str:
        return self.docker("compose", *arguments, stdin=stdin, cwd=self.folder)

    def manage(self, *arguments: str) -> str:
        """`manage.py` in a web container."""
        return self.compose("exec", "-T", "web", "python", "manage.py", *arguments)

    def deploy(self, tag: str) -> tuple[int, str]:
        """haproxy/deploy.sh: (status, what it said)."""
        done = subprocess.run(
            ["haproxy/deploy.sh", tag],
            env=self.docker.env,
            cwd=self.folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=900,
            check=False,
        )
        return done.returncode, done.stdout

    # --- looking at it ------------------------------------------------------------------------------------------------

    def tls(self) -> ssl.SSLContext:
        """Trusts this site's certificate and no other."""
        return ssl.create_default_context(cafile=str(self.certificate))

    def containers(self, service: str) -> list[dict[str, Any]]:
        """What `docker inspect` says of each that runs."""
        ids = self.compose("ps", "--quiet", "--status", "running", service).split()
        return list(json.loads(self.docker("inspect", *ids))) if ids else []

    def everything(self) -> list[dict[str, Any]]:
        ids = self.compose("ps", "--all", "--quiet").split()
        return list(json.loads(self.docker("inspect", *ids))) if ids else []

    def sockets(self) -> dict[str, tuple[int, int]]:
        """Per server that HAProxy finds ready: open sockets, and sockets since it started."""
        with urllib.request.urlopen(f"http://127.0.0.1:{self.stats_port}/;csv", timeout=10) as answer:
            text = answer.read().decode().removeprefix("# ")
        return {
            row["svname"]: (int(row["scur"]), int(row["stot"]))
            for row in csv.DictReader(io.StringIO(text))
            if row["pxname"] == "sockets" and row["status"].startswith("UP") and row["svname"] != "BACKEND"
        }

    def database_url(self) -> str:
        """The database as this machine reaches it: by the container's address."""
        networks = self.containers("db")[0]["NetworkSettings"]["Networks"]
        address = next(network["IPAddress"] for network in networks.values())
        return self.value("DATABASE_URL").replace("@db:", f"@{address}:")


@contextmanager
def installed(docker: Docker) -> Iterator[Site]:
    """The site, not yet started; taken down with its volumes at the end."""
    with temporary_folder("site") as folder:
        site = Site(folder, docker)
        try:
            yield site
        finally:
            site.compose("--profile", "*", "down", "--volumes", "--remove-orphans", "--timeout", "20")


def _copy_checkout(folder: Path) -> None:
    """What Git has, and what it would take: work in progress is tested too, nobody's own .env is."""
    listed = run(["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"], {}, cwd=ROOT)
    for name in filter(None, listed.split("\0")):
        source, target = ROOT / name, folder / name
        if source.is_file():
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, target)
