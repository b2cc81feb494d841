"""The stages of `make test`:  python -m tests.support.stages [STAGE…]

Each prints what it runs and how long that took; one that fails does not stop the next ones. A stage whose
programs are missing and cannot be installed is left out and named; with CI set that is a failure, at once.
"""

import os
import shlex
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from tests.support import ensure
from tests.support.process import ROOT, exit_on_signals, foreground

BIN = Path(sys.executable).parent
FAILED = "FAILED"
PACKAGES = ("enigma_rt", "game", "consumers", "leaderboard", "tests", "manage.py")

NIGHT = "tests/e2e/night"

# Tests that touch no database, no layer and no process, or bring their own: what they say does not depend on what the
# run runs on.
PURE = (
    "tests/rules",
    *(f"tests/leaderboard/test_{name}.py" for name in ("course", "ranking", "reveal")),
    *(f"tests/consumers/test_{name}.py" for name in ("limits", "pace", "protocol", "protocol_docs", "wire")),
    *(
        f"tests/consumers/test_{name}.py"
        for name in ("door", "lanes", "latency", "patience", "tally", "together")
    ),
    "tests/test_transport.py",
    # What a client may cost: the faults have it again, on three processes, PostgreSQL and Redis.
    "tests/e2e/test_bounded.py",
    "tests/services/test_rendering.py",
    "tests/test_layers.py",
    "tests/test_checks.py",
    "tests/test_docs.py",
    "tests/test_static.py",
    "tests/deployment",
    "tests/load",
    *(f"tests/rehearsal/test_{name}.py" for name in ("client", "echoes", "gauges", "page", "planning")),
    *(f"tests/rehearsal/test_{name}.py" for name in ("messages", "screen", "tempo", "verdict", "waves")),
)


@dataclass(frozen=True)
class Stage:
    commands: tuple[tuple[str | Path, ...], ...]
    needs: tuple[str, ...] = ()


# Many tests wait for a server more than they compute. A file stays together: its tests may share one. In the order of
# collection, which begins with the slow ones: left to itself the spreading ends with files of few tests, which are
# those of the slow ones.
SPREAD = ("-n", "3", "--dist", "loadfile", "--no-loadscope-reorder")


def pytest(*arguments: str) -> tuple[str | Path, ...]:
    return (sys.executable, "-m", "pytest", *SPREAD, *arguments)


def node(*tests: str) -> tuple[str, ...]:
    return ("node", "--import", "./tests/support/globals.mjs", "--test", "--test-reporter=spec", *tests)


def javascript_tests() -> list[str]:
    """Named one by one: a folder means something else to every version of `node --test`."""
    tests = (ROOT / "tests" / "js").rglob("*.test.*js")
    return sorted(str(path.relative_to(ROOT)) for path in tests)


STAGES = {
    "lint": Stage(
        (
            (BIN / "ruff", "check", "."),
            (BIN / "ruff", "format", "--check", "."),
            (BIN / "mypy", *PACKAGES),
            (BIN / "lint-imports", "--no-logo"),
            (BIN / "hadolint", "Dockerfile", "tests/compose/standins/Dockerfile"),
        )
    ),
    "js": Stage((node(*(javascript_tests() or ["tests/js/no-tests-found"])),), needs=("node",)),
    "embedded": Stage((pytest("-m", "not browser"),)),
    "production": Stage(
        (
            (
                *(sys.executable, "-m", "tests.support.stack", "--"),
                *pytest("-m", "not browser and not matrix", *(f"--ignore={path}" for path in PURE)),
            ),
        ),
        needs=("postgres", "redis-server", "haproxy"),
    ),
    "browser": Stage((pytest("-m", "browser", f"--ignore={NIGHT}"),), needs=("chromium",)),
    # What organisers do on the night, in a browser; apart, so that `make test` stays something one waits for.
    "night": Stage((pytest("-m", "browser", NIGHT),), needs=("chromium",)),
    # Says itself what it needs, and brings it.
    "compose": Stage(((sys.executable, "-m", "tests.compose"),)),
    # Its tests bring servers of their own, which they break; that they may run is what the two variables say. One after
    # the other, or their figures would be each other's.
    "faults": Stage(
        ((*(sys.executable, "-m", "tests.support.stack", "--"), *pytest("-n", "0", "tests/faults")),),
        needs=("postgres", "redis-server", "haproxy"),
    ),
}


def main(names: list[str]) -> int:
    chosen = {name: STAGES[name] for name in names or STAGES}
    missing = set(ensure.ensure({need: None for stage in chosen.values() for need in stage.needs}))
    left_out = [name for name, stage in chosen.items() if missing & set(stage.needs)]
    if missing:
        print(f"{ensure.named(sorted(missing))}; left out without: {', '.join(left_out)}", file=sys.stderr)
        if os.environ.get("CI"):
            return 1

    outcomes = {name: run(name, stage) for name, stage in chosen.items() if name not in left_out}
    print()
    for name in chosen:
        print(f"{name:<11} {outcomes.get(name, 'left out')}")
    return int(any(outcome.startswith(FAILED) for outcome in outcomes.values()))


def run(name: str, stage: Stage) -> str:
    """Runs every command of the stage, also after one has failed: all findings at once."""
    begun = time.monotonic()
    failed = False
    for command in stage.commands:
        print(f"\n[{name}] {shlex.join(shown(part) for part in command)}", flush=True)
        failed |= foreground(command, environment()) != 0
    outcome = f"{FAILED if failed else 'passed'} in {time.monotonic() - begun:.0f} s"
    print(f"[{name}] {outcome}", flush=True)
    return outcome


def environment() -> dict[str, str]:
    """Tests never touch the hunt in var/, and the shell's database is not theirs."""
    ours = ("DATABASE_URL", "REDIS_URL")
    kept = {name: value for name, value in os.environ.items() if name not in ours}
    return kept | {"ENIGMA_DATA_DIR": str(ROOT / "build" / "test-data")}


def shown(part: str | Path) -> str:
    return Path(part).name if Path(part).is_absolute() else str(part)


if __name__ == "__main__":
    exit_on_signals()
    sys.exit(main(sys.argv[1:]))
