"""PURE. From a right answer to everybody's board: solves and deltas are noted where they are seen, and meet here.

A solve is known by its player and the points after it; a delta carries both for each mover. Which process saw which
does not matter: all count from the same instant.
"""

from collections import deque
from collections.abc import Iterable, Mapping
from typing import Any

from msgspec import Struct

from enigma_rt.rehearsal.board import Step
from enigma_rt.rehearsal.journal import Solve

SETTLED_S = 2.0
"""A delta that has been under way for so long is counted; who hears of it later is missing from its spread."""
SHOWN = 24
"""Of the instants at which the tabs of a process heard of a delta so many are passed on, evenly spaced by rank."""
KEPT = 4096
"""Solves and deltas that wait for each other. Changes coalesce: some solves never show on the board by themselves."""

Place = tuple[int, int]


class Echo(Struct, frozen=True, array_like=True):
    """One delta in one process: whom it moved to how many points, to how many tabs it came and when."""

    places: tuple[Place, ...]
    tabs: int
    heard: tuple[float, ...]


class Lag(Struct, frozen=True, array_like=True, gc=False):
    """How long so many tabs waited to see one solve, in seconds; `at` is when it was sent."""

    at: float
    seconds: float
    tabs: float


def settled(heard: dict[Any, list[float]], now: float) -> list[Echo]:
    """Take the deltas that nobody should hear of any more out of `heard`."""
    old = [step for step, times in heard.items() if now - times[0] > SETTLED_S]
    return [_echo(step, sorted(heard.pop(step))) for step in old]


def _echo(step: Step, times: list[float]) -> Echo:
    places = tuple((move.player, move.new[0]) for move in step.delta.moves if move.new is not None)
    shown = min(SHOWN, len(times))
    # Each stands for as many tabs as the others; of more than fit, the last is always among them.
    heard = tuple(times[(number + 1) * len(times) // shown - 1] for number in range(shown))
    return Echo(places, len(times), heard)


class Ear:
    """Brings solves and echoes together, whichever is told first."""

    def __init__(self) -> None:
        self._solves: dict[Place, float] = {}
        self._echoes: dict[Place, list[Echo]] = {}
        self._order: deque[tuple[Mapping[Place, Any], Place]] = deque()

    def hear(self, solves: Iterable[Solve], echoes: Iterable[Echo]) -> list[Lag]:
        found: list[Lag] = []
        for solve in solves:
            place = (solve.player, solve.points)
            self._keep(self._solves, place, solve.sent_at)
            found += self._meet(place, self._echoes.get(place, ()))
        for echo in echoes:
            for place in echo.places:
                self._keep(self._echoes, place, [*self._echoes.get(place, ()), echo])
                found += self._meet(place, (echo,))
        return found

    def _meet(self, place: Place, echoes: Iterable[Echo]) -> list[Lag]:
        sent = self._solves.get(place)
        if sent is None:
            return []
        return [
            Lag(sent, when - sent, echo.tabs / len(echo.heard))
            for echo in echoes
            for when in echo.heard
            if when >= sent
        ]

    def _keep(self, shelf: dict[Place, Any], place: Place, what: Any) -> None:
        if place not in shelf:
            self._order.append((shelf, place))
            if len(self._order) > KEPT:
                old, gone = self._order.popleft()
                old.pop(gone, None)  # type: ignore[attr-defined]
        shelf[place] = what
