"""The command blocks of docs/operations.md, run as they stand there: the guide and what is so cannot drift apart."""

import re
import subprocess
import textwrap
from collections.abc import Mapping

from tests.compose.engine import LIMIT_S
from tests.compose.site import Site
from tests.support.process import ROOT

PAGE = ROOT / "docs" / "operations.md"
FENCE = re.compile(r"^(?P<indent> *)```sh\n(?P<text>.*?)^(?P=indent)```$", re.MULTILINE | re.DOTALL)

NOT_RUN = {
    "haproxy/make-env.sh": "done when the site is made, with ports that are free",
    "docker run --detach --name grafana": "nothing can stand in for it",
    "echo": "leaves a cron job on the machine",
}
"""Blocks, by how they start."""


def blocks(heading: str) -> list[str]:
    """Those under a heading of any level, up to the next one."""
    found = re.search(
        rf"^#+ {re.escape(heading)}\n(.*?)(?=^#+ |\Z)", PAGE.read_text(), re.MULTILINE | re.DOTALL
    )
    assert found, heading
    return [textwrap.dedent(block["text"]) for block in FENCE.finditer(found[1])]


class Guide:
    """Follows the guide on a site. Every block that is not run has to be in NOT_RUN; `left` says what was not yet."""

    def __init__(self, site: Site) -> None:
        self._site = site
        [self._before] = blocks("Running an event")
        self._left = [block for block in self._all() if not block.startswith(tuple(NOT_RUN))]
        self._left.remove(self._before)

    def follow(self, heading: str, starting: str = "", change: Mapping[str, str] | None = None) -> str:
        """Runs the blocks under this heading (only the one that starts like this) in the site's folder.

        `change` is what differs here from what a reader has: each has to be found. Returns what they printed.
        """
        chosen = [block for block in blocks(heading) if block in self._left and block.startswith(starting)]
        assert chosen, f"{heading}: no block is left that starts with {starting!r}"
        return "".join(self._run(block, change or {}) for block in chosen)

    @property
    def left(self) -> list[str]:
        """First lines of the blocks that nobody has followed yet."""
        return [block.partition("\n")[0] for block in self._left]

    def _all(self) -> list[str]:
        return [textwrap.dedent(block["text"]) for block in FENCE.finditer(PAGE.read_text())]

    def _run(self, block: str, change: Mapping[str, str]) -> str:
        text = block
        for what, by in change.items():
            text = text.replace(what, by)
        done = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", self._before + text],
            env=self._site.docker.env | {"CURL_CA_BUNDLE": str(self._site.certificate)},
            cwd=self._site.folder,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=LIMIT_S,
            check=False,
        )
        if done.returncode != 0:
            raise subprocess.CalledProcessError(done.returncode, text, done.stdout, done.stderr)
        self._left.remove(block)
        return done.stdout
