"""A Docker engine that is ours alone: own socket, own data, gone at the end with all that it did to the network."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.support import ensure
from tests.support.process import ROOT, Child, temporary_folder

CACHE = ROOT / "build" / "compose"
PACKAGES = {
    "dockerd": "docker.io",
    "iptables": "iptables",
    "debootstrap": "debootstrap",
    "openssl": "openssl",
    "ip": "iproute2",
    "curl": "curl",
    "jq": "jq",
}
NEWER = "trixie"
"""The Debian whose `compose` (2) and `buildx` are taken: those of 12 are too old, or missing."""
PLUGINS = ("docker-compose", "docker-buildx")
MIRROR = "http://deb.debian.org/debian"
KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")
BRIDGE = "docker0"
LIMIT_S = 900


class CannotRun(Exception):
    """Why there can be no engine here; one line for people."""


class Docker:
    """The client: `docker("ps")` returns what it prints, or raises CalledProcessError with it."""

    def __init__(self, env: dict[str, str]) -> None:
        self.env = env

    def __call__(self, *arguments: str | Path, stdin: str | None = None, cwd: Path = ROOT) -> str:
        return run(["docker", *map(str, arguments)], self.env, stdin=stdin, cwd=cwd)


def run(
    command: list[str],
    env: dict[str, str],
    *,
    stdin: str | None = None,
    cwd: Path = ROOT,
    limit: float = LIMIT_S,
) -> str:
    done = subprocess.run(
        command,
        env=env,
        input=stdin or "",
        cwd=cwd,
        timeout=limit,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise subprocess.CalledProcessError(done.returncode, command, done.stdout, done.stderr)
    return done.stdout


@contextmanager
def own_engine() -> Iterator[Docker]:
    """Installs what is missing; the engine lives as long as the context. Raises CannotRun."""
    _install()
    env = os.environ | {"DOCKER_CONFIG": str(_client_config()), "DOCKER_BUILDKIT": "1"}
    # Short: a socket's path has to fit in 107 bytes. Its log and its images go with the folder.
    with temporary_folder("docker") as folder, _network_as_it_was():
        docker = Docker(env | {"DOCKER_HOST": f"unix://{folder}/docker.sock"})
        engine = _Engine(folder, docker)
        try:
            with engine:
                try:
                    yield docker
                finally:
                    _remove_everything(docker)
        finally:
            _unmount(folder)


def machines_engine() -> Docker:
    """The engine of this machine, which pulls images. Raises CannotRun."""
    docker = Docker(dict(os.environ))
    try:
        docker("info")
        docker("compose", "version")
    except (OSError, subprocess.CalledProcessError):
        raise CannotRun("missing: a running Docker engine with compose 2") from None
    return docker


class _Engine(Child):
    def __init__(self, folder: Path, docker: Docker) -> None:
        self._docker = docker
        command = ["dockerd", "--host", f"unix://{folder}/docker.sock", "--data-root", str(folder / "data")]
        command += ["--exec-root", str(folder / "exec"), "--pidfile", str(folder / "docker.pid")]
        super().__init__("dockerd", command, log=folder / "dockerd.log", cwd=folder)

    def ready(self) -> bool:
        done = subprocess.run(
            ["docker", "info"],
            env=self._docker.env,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=10,
            check=False,
        )
        return done.returncode == 0


def _install() -> None:
    if not ensure.may_install() or not KEYRING.exists():
        raise CannotRun(
            "missing: root on Debian, to run a Docker engine (or --pull, with an engine that can pull)"
        )
    if (Path("/sys/class/net") / BRIDGE).exists():
        raise CannotRun("a Docker engine has this machine's network already: use it with --pull")
    missing = [package for program, package in PACKAGES.items() if shutil.which(program) is None]
    # `docker` itself: on Debian 13 a package of its own.
    if missing:
        print(f"installing {' '.join(missing)}", flush=True)
        env = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
        with ensure.no_autostart():
            ensure.run(["apt-get", "-q", "-y", "update"], env)
            ensure.run(["apt-get", "-q", "-y", "install", "--no-install-recommends", *missing], env)
    if left := [program for program in PACKAGES if shutil.which(program) is None]:
        raise CannotRun(f"missing: {', '.join(left)}")
    if shutil.which("docker") is None:
        raise CannotRun("missing: docker, the client (Debian 13: apt install docker-cli)")


def _client_config() -> Path:
    """A configuration folder of the client with both plugins, fetched once as packages of a newer Debian."""
    config = CACHE / "client"
    plugins = config / "cli-plugins"
    if not all((plugins / plugin).exists() for plugin in PLUGINS):
        with temporary_folder("plugins") as folder:
            # `_apt` fetches, and has to get in.
            folder.chmod(0o755)
            (folder / "lists" / "partial").mkdir(parents=True)
            (folder / "sources.list").write_text(f"deb [signed-by={KEYRING}] {MIRROR} {NEWER} main\n")
            apt = ["apt-get", "-q", "-o", f"Dir::Etc::sourcelist={folder}/sources.list"]
            apt += ["-o", "Dir::Etc::sourceparts=/dev/null", "-o", f"Dir::State::lists={folder}/lists"]
            apt += ["-o", f"Dir::Cache={folder}", "-o", "APT::Sandbox::User=root"]
            run([*apt, "update"], dict(os.environ), cwd=folder)
            run([*apt, "download", *PLUGINS], dict(os.environ), cwd=folder)
            for package in folder.glob("*.deb"):
                run(["dpkg-deb", "-x", str(package), str(folder / "files")], dict(os.environ), cwd=folder)
            plugins.mkdir(parents=True, exist_ok=True)
            for plugin in PLUGINS:
                shutil.copy2(next((folder / "files").rglob(f"cli-plugins/{plugin}")), plugins / plugin)
    return config


# --- what it leaves ---------------------------------------------------------------------------------------------------


def _remove_everything(docker: Docker) -> None:
    """Containers outlive an engine that is killed, bridges one that is not."""
    try:
        if containers := docker("ps", "--all", "--quiet").split():
            docker("rm", "--force", "--volumes", *containers)
        docker("network", "prune", "--force")
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as error:
        print(f"not everything could be removed: {error}", file=sys.stderr)


@contextmanager
def _network_as_it_was() -> Iterator[None]:
    """An engine adds rules, a bridge and forwarding; afterwards they are as they were."""
    forwarding = Path("/proc/sys/net/ipv4/ip_forward")
    was = forwarding.read_text()
    tables = {tool: run([f"{tool}-save"], dict(os.environ)) for tool in ("iptables", "ip6tables")}
    try:
        yield
    finally:
        for tool, rules in tables.items():
            # An empty list would leave its tables alone: tables that came later are emptied by name.
            empty = "".join(
                f"*{table}\n{''.join(f':{chain} ACCEPT [0:0]{chr(10)}' for chain in chains)}COMMIT\n"
                for table, chains in TABLES.items()
                if f"*{table}\n" not in rules
            )
            restored = subprocess.run(
                [f"{tool}-restore"],
                input=rules + empty,
                text=True,
                capture_output=True,
                timeout=30,
                check=False,
            )
            if restored.returncode != 0:
                print(f"{tool}: the rules are not as they were: {restored.stderr.strip()}", file=sys.stderr)
        subprocess.run(["ip", "link", "delete", BRIDGE], capture_output=True, timeout=30, check=False)
        forwarding.write_text(was)


TABLES = {
    "filter": ("INPUT", "FORWARD", "OUTPUT"),
    "nat": ("PREROUTING", "INPUT", "OUTPUT", "POSTROUTING"),
}


def _unmount(folder: Path) -> None:
    """What an engine that was killed has left mounted would keep its folder from being removed."""
    mounted = [line.split()[1] for line in Path("/proc/mounts").read_text().splitlines()]
    for place in reversed([place for place in mounted if place.startswith(f"{folder}/")]):
        subprocess.run(["umount", "--lazy", place], capture_output=True, timeout=30, check=False)
