"""Everybody at once: the proxy dies and comes back, and two thousand clients knock at the same moment."""

import asyncio
import json
import subprocess
import sys
import time
from collections import Counter
from contextlib import ExitStack
from typing import Any, Self

import msgspec
import pytest

from enigma_rt.rehearsal import truth
from enigma_rt.rehearsal.percentiles import percentile
from tests.faults.arena import Arena
from tests.faults.conftest import Note
from tests.support.process import ROOT

pytestmark = [pytest.mark.production, pytest.mark.matrix]

PLAYERS, TABS, PROCESSES = 1_000, 2, 2
CLIENTS = PLAYERS * TABS
GATHERED_S = 180
BACK_S = 90
KNOCKS = 4.0
"""Connections that a client may try on the average, most of them turned away at once on a machine that is busy."""


class Herd:
    """Tabs in a process of their own."""

    def __init__(self, url: str, accounts: list[Any]) -> None:
        command = [sys.executable, "-m", "tests.faults.herd", url, str(TABS)]
        self._process = subprocess.Popen(
            command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self._say(json.dumps([[a.name, a.email, a.cookie] for a in accounts]))

    def report(self, word: str = "?") -> dict[str, Any]:
        self._say(word)
        assert self._process.stdout is not None
        report: dict[str, Any] = json.loads(self._process.stdout.readline())
        return report

    def _say(self, line: str) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(line + "\n")
        self._process.stdin.flush()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.communicate()


async def test_two_thousand_at_once(arena: Arena, note: Note) -> None:
    """2,000 clients reconnecting at once"""
    accounts = await asyncio.to_thread(arena.accounts, PLAYERS)
    with ExitStack() as stack:
        herds = [
            stack.enter_context(Herd(arena.front.url, accounts[number::PROCESSES]))
            for number in range(PROCESSES)
        ]
        await asyncio.to_thread(until_online, herds, GATHERED_S)
        before = reports(herds)
        # Half of them have an answer on its way when it happens.
        reports(herds, "ask")
        await asyncio.to_thread(arena.front.kill)
        began = time.monotonic()
        await asyncio.to_thread(arena.front.start)
        after = await asyncio.to_thread(until_online, herds, BACK_S)
        seconds = time.monotonic() - began
        answered = await asyncio.to_thread(until_answered, herds, BACK_S)
        knocks = (total(answered, "attempts") - total(before, "attempts")) / CLIENTS
        snapshots = (total(answered, "snapshots") - total(before, "snapshots")) / CLIENTS
        away = sorted(second for report in after for second in report["away"])
        held = [server.sessions for server in arena.front.servers()]
    told = {command: outcome for report in answered for command, outcome in report["told"].items()}
    players = [player for report in answered for player in report["players"]]
    found = await asyncio.to_thread(against_rows, arena, told, players)
    closes, errors = merged(answered, "closes"), merged(answered, "errors")
    note(
        f"all {CLIENTS} back within {seconds:.1f} s: p50 {percentile(away, 50):.1f} s, p99 {percentile(away, 99):.1f} s"
    )
    note(f"{knocks:.2f} connections and {snapshots:.2f} snapshots a client, closes {closes}, errors {errors}")
    note(f"{len(told)} answers were on their way, {total(answered, 'crossed')} sent again: 0 lost, 0 doubled")
    note(f"sockets on each process: {held}")
    assert len(away) == CLIENTS
    assert len(told) == PLAYERS
    assert (found.lost, found.doubled) == ({}, {})
    assert knocks < KNOCKS, "no retry amplification"
    assert snapshots < 1.1


def reports(herds: list[Herd], word: str = "?") -> list[dict[str, Any]]:
    return [herd.report(word) for herd in herds]


def total(found: list[dict[str, Any]], name: str) -> int:
    return sum(report[name] for report in found)


def merged(found: list[dict[str, Any]], name: str) -> dict[str, int]:
    return dict(sum((Counter(report[name]) for report in found), Counter()))


def until_online(herds: list[Herd], within: float) -> list[dict[str, Any]]:
    return until(herds, lambda found: total(found, "online") == CLIENTS, within)


def until_answered(herds: list[Herd], within: float) -> list[dict[str, Any]]:
    return until(herds, lambda found: total(found, "unanswered") == 0, within)


def until(herds: list[Herd], holds: Any, within: float) -> list[dict[str, Any]]:
    deadline = time.monotonic() + within
    while not holds(found := reports(herds)):
        if time.monotonic() > deadline:
            few = [
                {name: report[name] for name in ("online", "attempts", "closes", "errors")}
                for report in found
            ]
            raise TimeoutError(f"not within {within:g} s: {few}")
        time.sleep(0.2)
    return found


def against_rows(arena: Arena, told: dict[str, Any], players: list[int]) -> truth.Findings:
    rows = arena.ask(f"""
        import msgspec
        from enigma_rt.rehearsal import database
        from game.models import Hunt
        from game.queries.ledger import problems
        assert list(problems(Hunt.objects.get(current=True))) == []
        result = dict(
            effects=msgspec.to_builtins(list(database.effects({players}))),
            awards=msgspec.to_builtins(list(database.awards({players}))),
        )
    """)
    return truth.against_rows(
        msgspec.convert(told, dict[str, truth.Outcome]),
        (),
        msgspec.convert(rows["effects"], list[truth.Effect]),
        msgspec.convert(rows["awards"], list[truth.Award]),
    )
