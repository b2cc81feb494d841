"""The rehearsal itself, led from one process: from accounts to the books of all that played."""

import signal
import time
from collections.abc import Callable, Sequence
from types import FrameType
from typing import Any

from msgspec import Struct

from enigma_rt.rehearsal import RehearsalError, habits
from enigma_rt.rehearsal.accounts import Account
from enigma_rt.rehearsal.book import Book, merged
from enigma_rt.rehearsal.crew import Crew
from enigma_rt.rehearsal.gauges import Load
from enigma_rt.rehearsal.messages import (
    Check,
    Checked,
    Done,
    Finish,
    Go,
    Order,
    Plan,
    Rate,
    Ready,
    Rest,
    Rested,
    Tick,
)
from enigma_rt.rehearsal.tempo import Steering
from enigma_rt.rehearsal.timeline import Timeline
from enigma_rt.rehearsal.watch import Machine, Watch
from game.packs import Pack

READY_S = 60.0
LISTEN_S = 0.25
STEER_S = 2.0
BEGIN_S = 0.1
"""From the order to begin until everybody has it."""
REST_S = 60.0
CHECK_S = 600.0
BOOKS_S = 120.0
MISMATCHES = 8
"""Verdicts other than the pack's, among nothing but those, after which the pack cannot be the hunt's."""


class Progress(Struct, frozen=True):
    """How things stand: `stage` in words once the play is over, the last look at each server."""

    plan: Plan
    second: float
    stage: str
    timeline: Timeline
    loads: Sequence[Load]


class Played(Struct, frozen=True):
    """What came of it. `seconds` of play, `checked` whether every check was made, `blind` why which server could not
    be watched."""

    seconds: float
    book: Book
    timeline: Timeline
    loads: Sequence[Load]
    machine: Sequence[Machine]
    blind: dict[str, str]
    checked: bool


def play(
    plan: Plan,
    pack: Pack,
    accounts: Sequence[Account],
    processes: int,
    watched: Sequence[str],
    token: str,
    tell: Callable[[Progress], None],
) -> Played:
    """Play, wait for every reply, check what a client can check; look at the servers `watched` meanwhile.

    SIGINT ends the play early and a second one the waiting as well. Raises RehearsalError.
    """
    with _Interrupt() as interrupt, Crew(plan, pack, accounts, processes) as crew:
        leader = _Leader(plan, crew, interrupt, tell)
        leader.hear_all(Ready, READY_S, "starting the bots")
        began = time.monotonic() + BEGIN_S
        with Watch(watched, token, began) as watch:
            leader.lead(began, watch, len(accounts))
        seconds = min(plan.seconds, time.monotonic() - began)
        crew.tell(Rest())
        checked = leader.hear_all(Rested, REST_S, "waiting for the last replies")
        if checked:
            crew.tell(Check())
            checked = leader.hear_all(Checked, CHECK_S, "asking again, comparing boards")
        crew.tell(Finish())
        books = leader.collect()
        leader.timeline.until(seconds)
        return Played(seconds, books, leader.timeline, watch.loads, watch.machine, watch.blind, checked)


class _Leader:
    def __init__(
        self, plan: Plan, crew: Crew, interrupt: "_Interrupt", tell: Callable[[Progress], None]
    ) -> None:
        self._plan, self._crew, self._interrupt, self._tell = plan, crew, interrupt, tell
        self.timeline = Timeline()
        self._began = 0.0
        self._told_at = 0.0
        self._rate = 1.0
        self._loads: Sequence[Load] = ()

    def lead(self, began: float, watch: Watch, players: int) -> None:
        """Let them play for so many seconds, or until somebody says stop or nobody is left."""
        plan, self._began, self._loads = self._plan, began, watch.loads
        steering = None
        if plan.solves is not None:
            steering = Steering(plan.solves, habits.solves_per_s(players, plan.pace))
            self._rate = steering.rate
        self._order(Go(began, self._rate))
        steered_at, solves = 0.0, 0
        while not self._interrupt.asked and not self._is_over() and (now := self._now()) < plan.seconds:
            self._listen("", min(LISTEN_S, plan.seconds - now))
            if now - steered_at >= STEER_S:
                found = self.timeline.total("solves")
                # While people still arrive there are fewer to find any.
                if steering is not None and now >= plan.arrival + STEER_S:
                    steering.note(now - steered_at, self._rate, found - solves)
                    self._rate = steering.rate
                    self._order(Rate(self._rate))
                steered_at, solves = now, found
            self._check_pack()

    def hear_all(self, kind: type, seconds: float, stage: str) -> bool:
        """Whether every process has said so; not if somebody was tired of waiting. Raises RehearsalError."""
        deadline, heard = time.monotonic() + seconds, set[int]()
        while len(heard) < len(self._crew):
            if self._interrupt.asked_twice:
                return False
            if time.monotonic() > deadline:
                if kind is Ready:
                    raise RehearsalError(f"the client processes were not ready within {seconds:.0f} s")
                return False
            heard |= {
                process for process, report in self._listen(stage, LISTEN_S) if isinstance(report, kind)
            }
        return True

    def collect(self) -> Book:
        """Everybody's book, as one."""
        books: list[Book] = []
        deadline = time.monotonic() + BOOKS_S
        while len(books) < len(self._crew):
            if time.monotonic() > deadline:
                raise RehearsalError(f"a client process did not end within {BOOKS_S:.0f} s")
            books += [
                report.book for _, report in self._listen("closing", LISTEN_S) if isinstance(report, Done)
            ]
        return merged(books)

    def _listen(self, stage: str, seconds: float) -> list[tuple[int, Any]]:
        said = []
        for process, report in self._crew.reports(seconds):
            if isinstance(report, Tick):
                self.timeline.add(process, report)
            else:
                said.append((process, report))
        if time.monotonic() - self._told_at >= 1:
            self._told_at = time.monotonic()
            self._tell(Progress(self._plan, self._now(), stage, self.timeline, self._loads))
        return said

    def _order(self, order: Order) -> None:
        self._crew.tell(order)

    def _now(self) -> float:
        return max(0.0, time.monotonic() - self._began) if self._began else 0.0

    def _is_over(self) -> bool:
        ticks = self.timeline.ticks
        if len(ticks) < len(self._crew):
            return False
        return any(tick.phase == "ended" for tick in ticks) or not any(tick.playing for tick in ticks)

    def _check_pack(self) -> None:
        if not self.timeline.total("solves") and self.timeline.total("surprises") >= MISMATCHES:
            raise RehearsalError(
                "the server takes none of the pack's answers: name the right pack with --pack"
            )


class _Interrupt:
    """Ctrl-C: once to end the play, twice to end at once."""

    def __init__(self) -> None:
        self.asked = self.asked_twice = False
        self._before: Any = None

    def __enter__(self) -> "_Interrupt":
        self._before = signal.signal(signal.SIGINT, self._on_signal)
        return self

    def __exit__(self, *_: object) -> None:
        signal.signal(signal.SIGINT, self._before)

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        self.asked, self.asked_twice = True, self.asked
