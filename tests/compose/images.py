"""Stand-ins under the official images' names, made of Debian's packages, for where nothing can be pulled."""

import os
import re
import shutil
import subprocess
from pathlib import Path

from tests.compose.engine import CACHE, MIRROR, Docker, run
from tests.support.process import ROOT, temporary_folder

STANDINS = Path(__file__).parent / "standins"
PYTHON_PACKAGES = "python3.11,python3-pip,python3.11-venv,ca-certificates"
SERVICE_PACKAGES = "postgresql,redis-server,haproxy,prometheus,ca-certificates,netbase"
PROMETHEUS = "prom/prometheus"
"""As docs/operations.md names it."""
AUTHORITIES = Path("/etc/ssl/certs/ca-certificates.crt")
PIP = Path("/etc/pip.conf")


def make(docker: Docker) -> None:
    """Base image of the Dockerfile and every service image of the compose file."""
    python = base_image()
    _import(docker, _root("bookworm", PYTHON_PACKAGES), python)
    _import(docker, _root("trixie", SERVICE_PACKAGES), "enigma-standins:local")
    for name in (*service_images(), PROMETHEUS):
        target = name.rpartition("/")[2].partition(":")[0]
        docker("buildx", "build", "--quiet", "--target", target, "--tag", name, STANDINS)


def base_image() -> str:
    """The one that the Dockerfile starts from, in every stage."""
    found = set(re.findall(r"^FROM (\S+)", (ROOT / "Dockerfile").read_text(), re.MULTILINE))
    assert len(found) == 1, found
    return str(found.pop())


def service_images() -> list[str]:
    """The compose file's official images: those without a registry's name, but ours."""
    found = re.findall(r"^    image: (\S+)$", (ROOT / "docker-compose.yml").read_text(), re.MULTILINE)
    return [name for name in found if "/" not in name]


def _root(suite: str, packages: str) -> Path:
    """A tar file of a Debian root, kept for the next time."""
    kept = CACHE / f"{suite}.tar"
    made_of = kept.with_suffix(".txt")
    if kept.exists() and made_of.exists() and made_of.read_text() == packages:
        return kept
    CACHE.mkdir(parents=True, exist_ok=True)
    print(f"making a Debian root ({suite})", flush=True)
    env = dict(os.environ)
    with temporary_folder("root") as folder:
        root = folder / "root"
        options = ["--variant=minbase", f"--include={packages}"]
        try:
            run(["debootstrap", *options, suite, str(root), MIRROR], env)
        except subprocess.CalledProcessError as error:
            raise RuntimeError(f"debootstrap failed:\n{error.stdout[-2000:]}{error.stderr[-500:]}") from None
        _settle_in(root)
        draft = kept.with_suffix(".draft")
        run(["tar", "-C", str(root), "-cf", str(draft), "."], env)
        draft.replace(kept)
        made_of.write_text(packages)
    return kept


def _settle_in(root: Path) -> None:
    """As in the official image `python` is there; and pip reaches the index as it does on this machine."""
    if (root / "usr/bin/python3.11").exists():
        (root / "usr/bin/python").symlink_to("python3.11")
    if AUTHORITIES.exists():
        shutil.copyfile(AUTHORITIES, root / AUTHORITIES.relative_to("/"))
    if PIP.exists():
        shutil.copyfile(PIP, root / PIP.relative_to("/"))
    for waste in (*root.glob("var/cache/apt/archives/*.deb"), *root.glob("var/lib/apt/lists/*_*")):
        waste.unlink()


def _import(docker: Docker, root: Path, name: str) -> None:
    docker("import", root, name)
