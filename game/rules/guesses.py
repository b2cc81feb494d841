"""What many have typed on one question, grouped as it is compared: counted on, and never counted again. PURE."""

from collections.abc import Iterable, Mapping
from heapq import nsmallest

from msgspec import Struct


class Group(Struct, frozen=True):
    """Guesses that are the same once normalised; `text` is one of them. `tries` counts repeats, too."""

    players: int
    tries: int
    text: str
    last: int

    def __add__(self, other: "Group") -> "Group":
        return Group(
            self.players + other.players,
            self.tries + other.tries,
            max(self.text, other.text),
            max(self.last, other.last),
        )


class Tried:
    """All guesses of a question: those below a mark, which stay, and those above it, which are told afresh each time.

    Counts only grow. So who is not among the first and has not been heard of is not among them now, and a look at what
    is new is enough, however many guesses there are.
    """

    def __init__(self, shown: int) -> None:
        self._shown = shown
        self._kept: dict[str, Group] = {}
        self._fresh: dict[str, Group] = {}
        self._first: list[str] = []

    def fill(self, groups: Mapping[str, Group]) -> None:
        """More of those below the mark, before anything is asked."""
        for normalised, group in groups.items():
            _add(self._kept, normalised, group)
        self._rank(groups)

    def take(self, groups: Iterable[tuple[str, bool, Group]]) -> None:
        """All that is above the mark: (normalised, whether it is below the next mark, group)."""
        heard = set(self._fresh)
        self._fresh = {}
        for normalised, below, group in groups:
            heard.add(normalised)
            _add(self._kept if below else self._fresh, normalised, group)
        self._rank(heard)

    def first(self) -> list[tuple[str, Group]]:
        """Most players first, then most tries."""
        return [(normalised, self._of(normalised)) for normalised in self._first]

    def __len__(self) -> int:
        """How many different ones there are."""
        return len(self._kept) + sum(normalised not in self._kept for normalised in self._fresh)

    def _of(self, normalised: str) -> Group:
        kept, fresh = self._kept.get(normalised), self._fresh.get(normalised)
        if kept is None or fresh is None:
            return kept or fresh  # type: ignore[return-value]  # one of them is there
        return kept + fresh

    def _rank(self, heard: Iterable[str]) -> None:
        there = {*self._first, *heard}
        ordered = [(self._of(normalised), normalised) for normalised in there if self._has(normalised)]
        most = nsmallest(self._shown, ordered, key=lambda one: (-one[0].players, -one[0].tries, one[1]))
        self._first = [normalised for _, normalised in most]

    def _has(self, normalised: str) -> bool:
        return normalised in self._kept or normalised in self._fresh


def _add(groups: dict[str, Group], normalised: str, group: Group) -> None:
    known = groups.get(normalised)
    groups[normalised] = group if known is None else known + group
