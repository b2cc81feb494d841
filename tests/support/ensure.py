"""Makes sure that the programs are there which the tests need beside Python:  python -m tests.support.ensure

As root on Debian or Ubuntu it installs what is missing. Whatever is missing after that it names in one line,
and with CI set it fails. Standard library only.
"""

import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.support import tools

PACKAGES = {
    "postgres": "postgresql",
    "redis-server": "redis-server",
    "haproxy": "haproxy",
    "chromium": "chromium",
    "node": "nodejs",
}
BY_HAND = {
    "postgres": "PostgreSQL 14 or newer (initdb, postgres)",
    "redis-server": "redis-server",
    "haproxy": "HAProxy 2.6 or newer (haproxy, openssl)",
    "chromium": "Chromium (or: .venv/bin/python -m playwright install chromium)",
    "node": f"Node.js {tools.NODE_AT_LEAST} or newer",
}
POLICY = Path("/usr/sbin/policy-rc.d")


def ensure(needed: Collection[str]) -> list[str]:
    """Installs what it may; returns which of these programs (names of `tools.FIND`) are still missing."""
    missing = tools.missing(needed)
    if missing and may_install():
        install(missing)
        missing = tools.missing(needed)
    return missing


def named(missing: Collection[str]) -> str:
    return "missing: " + ", ".join(BY_HAND[name] for name in missing)


def may_install() -> bool:
    return os.geteuid() == 0 and shutil.which("apt-get") is not None


def install(missing: Collection[str]) -> None:
    """Tries; whether it worked is for the caller to look at."""
    # Ubuntu's chromium package only points to a snap, which containers cannot run: Playwright brings its own.
    by_playwright = "chromium" in missing and is_ubuntu()
    packages = [PACKAGES[name] for name in missing if not (name == "chromium" and by_playwright)]
    env = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    if packages:
        print(f"installing {' '.join(packages)}", flush=True)
        with no_autostart():
            run(["apt-get", "-q", "-y", "update"], env)
            run(["apt-get", "-q", "-y", "install", "--no-install-recommends", *packages], env)
    if by_playwright:
        print("installing Chromium", flush=True)
        run([sys.executable, "-m", "playwright", "install", "--with-deps", "chromium"], env)


def run(command: list[str], env: dict[str, str]) -> None:
    """Quiet when it goes well."""
    done = subprocess.run(
        command,
        env=env,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        print(f"{' '.join(command)} ended with status {done.returncode}\n{done.stdout}", file=sys.stderr)


@contextmanager
def no_autostart() -> Iterator[None]:
    """Debian starts a service when its package is installed; nobody asked for a PostgreSQL on port 5432.

    For that time a policy forbids it (status 101), unless the machine has a policy of its own.
    """
    if POLICY.exists():
        yield
        return
    POLICY.write_text("#!/bin/sh\nexit 101\n")
    POLICY.chmod(0o755)
    try:
        yield
    finally:
        POLICY.unlink()


def is_ubuntu() -> bool:
    try:
        return platform.freedesktop_os_release().get("ID") == "ubuntu"
    except OSError:
        return False


if __name__ == "__main__":
    if not_there := ensure(tools.FIND):
        print(named(not_there), file=sys.stderr)
        sys.exit(bool(os.environ.get("CI")))
