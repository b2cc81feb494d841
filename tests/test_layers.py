"""What import-linter's contracts (pyproject.toml) cannot say about who may use what: allow-lists, calls, one
module of a package. Each rule is shown to catch a breach, so that a check that has gone blind fails too."""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = ("enigma_rt", "game", "consumers", "leaderboard")

SOURCES = {
    str(path.relative_to(ROOT)): path.read_text()
    for package in PACKAGES
    for path in sorted((ROOT / package).rglob("*.py"))
    if "migrations" not in path.parts
}
PURE = {
    name: source
    for name, source in SOURCES.items()
    if name.startswith(("game/rules/", "consumers/protocol/"))
    or name in ("leaderboard/ranking.py", "leaderboard/course.py", "leaderboard/reveal.py")
    or name in ("consumers/limits.py", "consumers/pace.py", "consumers/wire.py")
    or name in ("consumers/latency.py", "consumers/tally.py")
}
SERVICES = ("game/services/", "game/services.py", "leaderboard/services/", "leaderboard/services.py")
CLOCKS = {
    *("time.time", "time.time_ns", "time.monotonic", "time.monotonic_ns", "time.perf_counter", "time.sleep"),
    *("datetime.now", "datetime.utcnow", "datetime.today", "date.today", "timezone.now"),
}
UNFIT = {
    *("asyncio", "io", "logging", "os", "pathlib", "random", "secrets", "shutil", "socket", "sqlite3"),
    *("subprocess", "sys", "tempfile", "threading", "time"),
}
EDGE_MAY_IMPORT = {
    *("enigma_rt.bus", "game.services", "game.queries", "game.errors"),
    *("leaderboard.queries", "leaderboard.ranking"),
}


def imports(source: str) -> Iterator[str]:
    """Dotted names: `from a.b import c` gives `a.b.c`, whether c is a module or something in one."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (f"{'.' * node.level}{node.module or ''}.{alias.name}" for alias in node.names)


def calls(source: str) -> Iterator[str]:
    """`a.b.c(…)` gives its last two names, `b.c`; `f(…)` gives `f`."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call):
            yield ".".join(ast.unparse(node.func).split(".")[-2:])


def is_within(name: str, packages: set[str]) -> bool:
    return any(name == package or name.startswith(package + ".") for package in packages)


def impure_imports(name: str, source: str) -> list[str]:
    own = {
        "game": {"game.rules", "game.errors"},
        "leaderboard": {"leaderboard.ranking", "sortedcontainers"},
        "consumers": {"consumers.protocol", "consumers.limits", "consumers.wire"},
    }[name.split("/", 1)[0]]
    standard = set(sys.stdlib_module_names) - UNFIT
    return [
        found for found in imports(source) if not is_within(found, standard | {"msgspec", "rapidfuzz"} | own)
    ]


def foreign_imports_at_the_edge(source: str) -> list[str]:
    ours = {"enigma_rt", "game", "leaderboard"}
    return [
        found for found in imports(source) if is_within(found, ours) and not is_within(found, EDGE_MAY_IMPORT)
    ]


def clock_calls(source: str) -> list[str]:
    return [found for found in calls(source) if found in CLOCKS]


def publishes(source: str) -> bool:
    return any(found.split(".")[-1] == "publish_on_commit" for found in calls(source))


def touches_channel_layer(source: str) -> bool:
    return any(is_within(found, {"channels.layers"}) for found in imports(source))


def async_functions(source: str) -> list[str]:
    return [node.name for node in ast.walk(ast.parse(source)) if isinstance(node, ast.AsyncFunctionDef)]


@pytest.mark.parametrize("name", PURE)
def test_a_pure_file_imports_only_pure_things(name: str) -> None:
    assert impure_imports(name, PURE[name]) == []


@pytest.mark.parametrize("name", PURE)
def test_a_pure_file_is_told_the_time(name: str) -> None:
    assert clock_calls(PURE[name]) == []


@pytest.mark.parametrize("name", [name for name in SOURCES if name.startswith("consumers/")])
def test_the_edge_imports_what_it_may(name: str) -> None:
    assert foreign_imports_at_the_edge(SOURCES[name]) == []


def test_only_services_publish() -> None:
    publishers = [name for name, source in SOURCES.items() if publishes(source)]
    assert [name for name in publishers if not name.startswith(SERVICES)] == []


def test_only_the_bus_and_the_hub_touch_the_channel_layer() -> None:
    touching = {name for name, source in SOURCES.items() if touches_channel_layer(source)}
    assert touching <= {"enigma_rt/bus.py", "consumers/hub.py"}


def test_services_are_plain_functions() -> None:
    services = {name: source for name, source in SOURCES.items() if name.startswith(SERVICES)}
    assert {name: found for name, source in services.items() if (found := async_functions(source))} == {}


def test_there_is_something_to_check() -> None:
    assert {name.split("/", 1)[0] for name in PURE} == {"game", "leaderboard", "consumers"}
    assert any(name.startswith(SERVICES) for name in SOURCES)


@pytest.mark.parametrize(
    "line",
    [
        "import time",
        "from django.db import models",
        "from game import models",
        "from game.services import answers",
        "from . import models",
        "import os.path",
    ],
)
def test_an_impure_import_is_seen(line: str) -> None:
    assert impure_imports("game/rules/scoring.py", line)


@pytest.mark.parametrize("line", ["from game import errors", "from game.rules import xp", "import msgspec"])
def test_a_pure_import_is_let_through(line: str) -> None:
    assert impure_imports("game/rules/scoring.py", line) == []


@pytest.mark.parametrize(
    "line",
    [
        "from game.models import Hunt",
        "import game.rules.xp",
        "from leaderboard import services",
        "from game import x",
    ],
)
def test_a_foreign_import_at_the_edge_is_seen(line: str) -> None:
    assert foreign_imports_at_the_edge(line)


@pytest.mark.parametrize(
    "line", ["time.time()", "datetime.now(UTC)", "datetime.datetime.now()", "date.today()"]
)
def test_a_clock_is_seen(line: str) -> None:
    assert clock_calls(line)


def test_publishing_the_layer_and_async_services_are_seen() -> None:
    assert publishes("bus.publish_on_commit('standing', {})")
    assert publishes("publish_on_commit('standing', {})")
    assert touches_channel_layer("from channels.layers import get_channel_layer")
    assert touches_channel_layer("import channels.layers")
    assert async_functions("async def submit(): ...") == ["submit"]
