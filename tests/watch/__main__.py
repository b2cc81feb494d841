"""An evening watched:  python -m tests.watch   (make test-watch)

Bots play while a projector, a console and a player's page stand open in one Chromium. Every twenty seconds each page is
made to collect its garbage and then measured. It fails when a page has complained, when one goes on growing, or when
the rehearsal found a broken promise. BOTS (200) and MINUTES (10) are taken from the environment. Pictures of what the
projector showed are in build/watch/.
"""

import os
import subprocess
import sys
import time
from collections.abc import Mapping
from contextlib import ExitStack

from msgspec import Struct
from playwright.sync_api import CDPSession, Page

from tests.support import ensure
from tests.support.backstage import backstage
from tests.support.browser import running_browser
from tests.support.process import ROOT, exit_on_signals, manage
from tests.support.server import running_hunt
from tests.support.visitor import DESK, PHONE, Visitor

SAMPLE = ROOT / "game" / "sample_hunt"
SHOWN = ROOT / "build" / "watch"
WALL = {"width": 1920, "height": 1080}
EVERY_S = 20.0
SETTLED = 3
"""The first part of the time, one of so many, is when pages fill: it is not held against them."""
GROWN, SPARE_MB, SPARE_NODES = 1.15, 2.0, 300
"""How much more the last third may hold than the one before, and what is no growth at that size."""
LIMITS = '{"sockets": 10000, "handshakes": 100000}'


class Look(Struct, frozen=True):
    """A page after a collection: megabytes of its heap, nodes, listeners."""

    heap_mb: float
    nodes: int
    listeners: int


class Watched:
    """One page that stands open."""

    def __init__(self, visitor: Visitor, name: str, path: str) -> None:
        self.visitor, self.name = visitor, name
        self.page: Page = visitor.tab(path)
        self.looks: list[Look] = []
        self._tools: CDPSession = visitor.context.new_cdp_session(self.page)
        self._tools.send("Performance.enable")

    def look(self) -> None:
        self._tools.send("HeapProfiler.collectGarbage")
        told = {each["name"]: each["value"] for each in self._tools.send("Performance.getMetrics")["metrics"]}
        self.looks.append(
            Look(
                told["JSHeapUsedSize"] / 2**20,
                int(told["Nodes"]),
                int(told["JSEventListeners"]),
            )
        )
        # What Playwright has told is not kept for ten minutes.
        self.visitor.frames.clear()
        self.visitor.sent.clear()

    @property
    def grows(self) -> list[str]:
        third = len(self.looks) // SETTLED
        before, after = self.looks[third : 2 * third], self.looks[2 * third :]
        found = []
        for what, spare in (("heap_mb", SPARE_MB), ("nodes", SPARE_NODES), ("listeners", SPARE_NODES)):
            was, now = (sum(getattr(look, what) for look in part) / len(part) for part in (before, after))
            if now > was * GROWN + spare:
                found.append(f"{self.name}: {what} grew from {was:.1f} to {now:.1f}")
        return found

    def line(self) -> str:
        first, last = self.looks[0], self.looks[-1]
        most = max(look.heap_mb for look in self.looks)
        return (
            f"{self.name:<10} heap {first.heap_mb:.1f} -> {last.heap_mb:.1f} MB (most {most:.1f})  "
            f"nodes {first.nodes} -> {last.nodes}  listeners {first.listeners} -> {last.listeners}  "
            f"complaints {len(self.visitor.faults)}"
        )


def main(environment: Mapping[str, str]) -> int:
    bots, minutes = int(environment.get("BOTS") or 200), float(environment.get("MINUTES") or 10)
    if missing := ensure.ensure(["chromium"]):
        print(ensure.named(missing), file=sys.stderr)
        return 1
    SHOWN.mkdir(parents=True, exist_ok=True)
    with ExitStack() as stack:
        hunt = stack.enter_context(running_hunt(web=0, env={"ENIGMA_SOCKET_LIMITS": LIMITS}))
        hunt.manage("import_hunt", SAMPLE, "--starts-in", "0s", "--current")
        server = hunt.start_web()
        behind = stack.enter_context(backstage(hunt.env))
        browser = stack.enter_context(running_browser())
        size = ("--players", str(bots), "--minutes", str(minutes), "--direct")
        bots_play = subprocess.Popen(
            manage("rehearse", "--url", server.url, "--pack", SAMPLE, *size), env=hunt.env, cwd=ROOT
        )
        stack.callback(bots_play.kill)
        watched = [
            Watched(Visitor(browser, server.url, viewport=WALL), "projector", "/board"),
            Watched(
                Visitor(browser, server.url, behind.account("Olga", staff=True), viewport=DESK),
                "console",
                "/console#pulse",
            ),
            Watched(Visitor(browser, server.url, behind.player("Ada"), viewport=PHONE), "player", "/play"),
        ]
        scenes: dict[str, int] = {}
        until, next_look = time.monotonic() + minutes * 60, 0.0
        wall = watched[0].page
        while time.monotonic() < until and bots_play.poll() is None:
            scene = wall.locator("#room").get_attribute("data-cut") or "board"
            scenes[scene] = scenes.get(scene, 0) + 1
            if scenes[scene] == 3:  # it has come in by now
                wall.screenshot(path=SHOWN / f"{scene}.png")
            if time.monotonic() >= next_look:
                next_look = time.monotonic() + EVERY_S
                for each in watched:
                    each.look()
            wall.wait_for_timeout(1000)
        for each in watched:
            each.look()
            each.page.screenshot(path=SHOWN / f"last-{each.name}.png")
        kept = bots_play.wait(timeout=900) == 0
        print(f"\n{bots} bots, {minutes:g} minutes; scenes by seconds: {scenes}")
        complaints = [fault for each in watched for fault in each.visitor.faults]
        grown = [fault for each in watched for fault in each.grows]
        if len(scenes) < 3 and minutes > 3:
            grown.append(f"the projector stayed on {', '.join(scenes)}")
        for each in watched:
            print(each.line())
        for fault in (*complaints, *grown):
            print(f"FAILED: {fault}")
        print("the rehearsal kept every promise" if kept else "FAILED: the rehearsal")
        return int(not kept or bool(complaints or grown))


if __name__ == "__main__":
    exit_on_signals()
    sys.exit(main(os.environ))
