"""Who may be playing together: what two players share that the others do not, weighed in bits. PURE.

A bit is a halving: what one pair in 1,024 would share by chance weighs ten, and pieces of evidence add up. Each weight
is taken from what everybody did on that question, so a guess that many make and a moment at which many solve weigh
nothing. Nobody is ever compared with everybody: pairs come from what is rare (a guess, neighbours in a question's
solves), so the cost follows the attempts and not the square of the players.

Nothing here says that anybody cheated. Two friends at one table look the same; a person decides.
"""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from enum import StrEnum
from itertools import combinations
from math import log2

from msgspec import Struct

from game.rules.matching import normalise

RARE = 8
"""Players: what more of them have typed is nobody's secret."""
COMMON = 0.25
"""What this share of the field does as well weighs nothing."""
SHORTEST, LONG = 3, 6
"""Characters of a guess: below it says nothing, from here on all that its rarity says."""
NEAR_MS = 10_000
"""So close are two solves in step."""
NEXT = 4
"""And so few solves of others are between them, at most one less."""
CROWD_MS = 30_000
"""When many solve in the half minute before and after, being near one of them is no wonder."""
LEAST_GAP_MS = 1_000
ADDRESS_BITS = 5.0
BACK_BITS = 10.0
"""A cleared pair comes back when it is a thousand times less likely than it was then."""
SPARE_BITS = 4.0
"""Below one pair by chance in so many halls as these bits say, nobody is asked to look."""
OTHERS = 6
"""What else the two did on a question of their evidence: so much of it is shown."""

# Times of solves are counted in steps of (from, width), ms: the longer a question takes, the less a second matters.
BANDS = ((0, 10_000), (600_000, 60_000), (7_200_000, 600_000))

Ends = tuple[int, int]
"""The same of the one player and of the other."""


class Guess(Struct, frozen=True):
    """A wrong guess, the first time that this player typed it. `text` is normalised."""

    player: int
    q: int
    text: str
    at: int


class Solve(Struct, frozen=True):
    """`elapsed_ms`: how long the player had had the question, in play."""

    player: int
    q: int
    at: int
    elapsed_ms: int


class Bin(Struct, frozen=True):
    """Players who took from `start` ms on, within the band's width: how many, and how many without a wrong guess."""

    start: int
    solved: int
    clean: int


class Field(Struct, frozen=True):
    """What everybody did on a question: how many tried it, and how long those took who solved it."""

    tried: int
    bins: tuple[Bin, ...] = ()

    @property
    def solved(self) -> int:
        return sum(held.solved for held in self.bins)


class Shared(Struct, frozen=True):
    """A wrong guess that both made; `typed` players did."""

    q: int
    text: str
    typed: int
    at: Ends


class Step(Struct, frozen=True):
    """Both solved `q` within NEAR_MS; `crowd` players did in the half minute before or after the first of them."""

    q: int
    at: Ends
    elapsed: Ends
    crowd: int


class Facts(Struct):
    """What two players share."""

    guesses: list[Shared] = []
    steps: list[Step] = []


class Kind(StrEnum):
    GUESS = "guess"
    STEP = "step"
    CLEAN = "clean"
    ADDRESS = "address"


class Part(Struct, frozen=True):
    """One piece of evidence and its weight: about `few` of `of` players would share it by chance.

    `at`: the two instants, for what has them; `q` null: about no question. `gap_ms`: between two solves.
    """

    kind: Kind
    bits: float
    few: int
    of: int
    q: int | None = None
    text: str = ""
    at: Ends | None = None
    gap_ms: int | None = None


class Pair(Struct, frozen=True):
    """`a` < `b`, and everything between them that weighs anything, heaviest first."""

    a: int
    b: int
    parts: tuple[Part, ...]

    @property
    def bits(self) -> float:
        return round(sum(part.bits for part in self.parts), 1)

    def count(self, kind: Kind) -> int:
        return sum(part.kind is kind for part in self.parts)

    @property
    def run(self) -> int:
        """The longest row of questions, one after another, that both solved in step."""
        solved = sorted(part.q for part in self.parts if part.kind is Kind.STEP and part.q is not None)
        longest = length = 0
        for before, q in zip([None, *solved], solved, strict=False):
            length = length + 1 if before is not None and q == before + 1 else 1
            longest = max(longest, length)
        return longest


class State(StrEnum):
    NEW = "new"
    WATCH = "watch"
    CLEARED = "cleared"
    CONFIRMED = "confirmed"
    BACK = "back"
    """Cleared, but the evidence has grown since."""


# What an organiser decides, and what the pair is from then on.
DECISIONS = {"watch": State.WATCH, "clear": State.CLEARED, "confirm": State.CONFIRMED}


class Act(Struct, frozen=True):
    """A guess or a solve in a player's timeline."""

    q: int
    at: int
    text: str
    verdict: str


class Line(Struct, frozen=True):
    """Of one moment: what the one did, what the other did, and what that says, if it says anything."""

    q: int
    left: Act | None
    right: Act | None
    parts: tuple[Part, ...] = ()


# --- from what happened to who shares what --------------------------------------------------------------------------


def bin_start(elapsed_ms: int) -> int:
    start, width = next(band for band in reversed(BANDS) if elapsed_ms >= band[0] or not band[0])
    return start + max(0, elapsed_ms - start) // width * width


def fields(guesses: Iterable[Guess], solves: Iterable[Solve]) -> dict[int, Field]:
    """By question."""
    guesses, solves = list(guesses), list(solves)
    tried: dict[int, set[int]] = defaultdict(set)
    missed: set[Ends] = set()
    for guess in guesses:
        tried[guess.q].add(guess.player)
        missed.add((guess.q, guess.player))
    bins: dict[int, dict[int, list[int]]] = defaultdict(lambda: defaultdict(lambda: [0, 0]))
    for solve in solves:
        tried[solve.q].add(solve.player)
        counts = bins[solve.q][bin_start(solve.elapsed_ms)]
        counts[0] += 1
        counts[1] += (solve.q, solve.player) not in missed
    return {
        q: Field(len(players), tuple(Bin(start, *counts) for start, counts in sorted(bins[q].items())))
        for q, players in tried.items()
    }


def tries(guesses: Iterable[Guess]) -> dict[Ends, int]:
    """Different wrong guesses by (player, question)."""
    counts: dict[Ends, int] = defaultdict(int)
    for guess in guesses:
        counts[guess.player, guess.q] += 1
    return dict(counts)


def coincidences(guesses: Iterable[Guess], solves: Iterable[Solve]) -> dict[Ends, Facts]:
    """What pairs of players share, by (a, b) with a < b."""
    found: dict[Ends, Facts] = defaultdict(Facts)
    for pair, shared in _shared(guesses):
        found[pair].guesses.append(shared)
    for pair, step in steps(solves):
        found[pair].steps.append(step)
    return dict(found)


def _shared(guesses: Iterable[Guess]) -> Iterator[tuple[Ends, Shared]]:
    groups: dict[tuple[int, str], list[Guess]] = defaultdict(list)
    for guess in guesses:
        if len(guess.text) >= SHORTEST:
            groups[guess.q, guess.text].append(guess)
    for (q, text), group in groups.items():
        if len(group) <= RARE:
            for one, other in combinations(sorted(group, key=lambda each: each.player), 2):
                yield (one.player, other.player), Shared(q, text, len(group), (one.at, other.at))


def steps(solves: Iterable[Solve]) -> Iterator[tuple[Ends, Step]]:
    """Neighbours in the order of a question's solves."""
    by_question: dict[int, list[Solve]] = defaultdict(list)
    for solve in solves:
        by_question[solve.q].append(solve)
    for q, those in by_question.items():
        those.sort(key=lambda each: (each.at, each.player))
        instants = [each.at for each in those]
        for place, first in enumerate(those):
            crowd = bisect_right(instants, first.at + CROWD_MS) - bisect_left(instants, first.at - CROWD_MS)
            for second in those[place + 1 : place + 1 + NEXT]:
                if second.at - first.at > NEAR_MS:
                    break
                one, other = sorted((first, second), key=lambda each: each.player)
                yield (
                    (one.player, other.player),
                    Step(q, (one.at, other.at), (one.elapsed_ms, other.elapsed_ms), crowd),
                )


# --- what it weighs -------------------------------------------------------------------------------------------------


def weigh(
    pair: Ends,
    facts: Facts,
    field: Mapping[int, Field],
    tried: Mapping[Ends, int],
    behind: int = 0,
) -> Pair:
    """`tried`: as from `tries`, at least of these two. `behind`: how many players the address has that both came
    from, 0 without one."""
    a, b = pair
    shared_on: dict[int, int] = defaultdict(int)
    for guess in facts.guesses:
        shared_on[guess.q] += 1
    parts: list[Part] = []
    for guess in facts.guesses:
        most = max(tried.get((a, guess.q), 0), tried.get((b, guess.q), 0))
        parts.append(_weigh_guess(guess, field.get(guess.q) or Field(0), max(0, most - shared_on[guess.q])))
    for step in facts.steps:
        later = b if step.at[1] > step.at[0] else a
        clean = not tried.get((later, step.q)) if step.at[0] != step.at[1] else False
        parts += _weigh_step(step, field.get(step.q) or Field(0), clean)
    behaviour = sum(part.bits for part in parts)
    if behind:
        bits = min(max(0.0, ADDRESS_BITS - log2(behind)), behaviour / 4)
        parts.append(Part(Kind.ADDRESS, _rounded(bits), behind, behind))
    return Pair(
        a,
        b,
        tuple(
            sorted(
                (part for part in parts if part.bits > 0),
                key=lambda part: (-part.bits, part.kind, part.q or 0, part.text),
            )
        ),
    )


def _weigh_guess(guess: Shared, field: Field, others: int) -> Part:
    """Who tries much hits on much: `others` are the guesses that only one of the two made on this question."""
    of = max(field.tried, guess.typed)
    share = guess.typed * (1 + others) / of
    bits = 0.0
    if guess.typed <= RARE and share < COMMON:
        told = min(1.0, max(0.0, (len(guess.text) - SHORTEST + 1) / (LONG - SHORTEST + 1)))
        bits = told * -log2(share)
    return Part(Kind.GUESS, _rounded(bits), guess.typed, of, guess.q, guess.text, guess.at)


def _weigh_step(step: Step, field: Field, clean: bool) -> list[Part]:
    """How many of those who solved it would have solved it as near by chance, by everybody's times and by how many
    solved it just then. At the first try and quickly right after the other says more: what the step has not said."""
    gap, solved = abs(step.at[1] - step.at[0]), max(field.solved, 2)
    window = max(gap, LEAST_GAP_MS)
    # Each is measured at the instant of the other, by the time that they themselves had had the question.
    one, other = step.elapsed
    forward = step.at[1] - step.at[0]
    crowd = step.crowd * window / CROWD_MS
    few = max(1.0, _around(field, one + forward, window), _around(field, other - forward, window), crowd)
    bits = _surprise(few, solved)
    parts = [Part(Kind.STEP, _rounded(bits), round(few), solved, step.q, "", step.at, gap)]
    if clean:
        taken = other if step.at[1] > step.at[0] else one
        quick = float(sum(held.clean for held in field.bins if held.start <= taken))
        few = max(1.0, quick, crowd)
        more = _surprise(few, solved) - bits
        parts.append(Part(Kind.CLEAN, _rounded(more), round(few), solved, step.q, "", step.at, gap))
    return parts


def _around(field: Field, centre: int, window: int) -> float:
    """How many solved it in a time within `window` of `centre`."""
    count = 0.0
    for held in field.bins:
        width = _width(held.start)
        inside = min(held.start + width, centre + window) - max(held.start, centre - window)
        count += held.solved * max(0, inside) / width
    return count


def _width(start: int) -> int:
    return next(width for begins, width in reversed(BANDS) if start >= begins)


def _surprise(few: float, of: int) -> float:
    return -log2(few / of) if few < COMMON * of else 0.0


def _rounded(bits: float) -> float:
    return round(max(0.0, bits), 1)


def noteworthy(players: int) -> float:
    """From how many bits on a pair is worth a look: among so many pairs, one has log2 of their number by chance."""
    return round(log2(max(1, players * (players - 1) // 2)) + SPARE_BITS, 1)


def state_of(bits: float, decision: str | None, bits_then: float) -> State:
    """What the pair is after the last decision about it."""
    if decision is None:
        return State.NEW
    state = DECISIONS[decision]
    if state is State.CLEARED and bits >= bits_then + BACK_BITS:
        return State.BACK
    return state


# --- side by side ---------------------------------------------------------------------------------------------------


def line_up(left: Iterable[Act], right: Iterable[Act], parts: Iterable[Part]) -> tuple[tuple[Line, ...], int]:
    """(the two timelines beside each other on the questions that the evidence is about, how many acts were left out):
    what coincides is one line; of the rest, what was nearest to it. In the order of the chain, then of time."""
    told: dict[tuple[int, Ends, str], list[Part]] = defaultdict(list)
    for part in parts:
        if part.q is not None and part.at is not None:
            told[part.q, part.at, part.text].append(part)
    questions = {q for q, _, _ in told}
    rest = [
        [act for act in sorted(acts, key=lambda act: act.at) if act.q in questions] for acts in (left, right)
    ]
    lines: list[Line] = []
    for (q, at, text), those in told.items():
        ends = [_take(acts, q, instant, text) for acts, instant in zip(rest, at, strict=True)]
        if any(ends):
            lines.append(Line(q, ends[0], ends[1], tuple(those)))
    alone = [Line(act.q, act, None) for act in rest[0]] + [Line(act.q, None, act) for act in rest[1]]
    shown = _nearest(alone, lines)
    return tuple(sorted([*lines, *shown], key=_moment)), len(alone) - len(shown)


def _take(acts: list[Act], q: int, at: int, text: str) -> Act | None:
    """The guess `text`, or without one the solve; two of a player can have one instant."""
    for place, act in enumerate(acts):
        wrong = act.verdict != "correct"
        if (act.q, act.at) == (q, at) and (wrong and normalise(act.text) == text if text else not wrong):
            return acts.pop(place)
    return None


def _nearest(alone: Sequence[Line], told: Sequence[Line]) -> list[Line]:
    moments: dict[int, list[int]] = defaultdict(list)
    for line in told:
        moments[line.q].append(_moment(line)[1])
    by_question: dict[int, list[Line]] = defaultdict(list)
    for line in alone:
        by_question[line.q].append(line)
    shown: list[Line] = []
    for q, lines in by_question.items():
        lines.sort(key=lambda line: min(abs(_moment(line)[1] - moment) for moment in moments[q]))
        shown += lines[:OTHERS]
    return shown


def _moment(line: Line) -> Ends:
    return line.q, min(act.at for act in (line.left, line.right) if act is not None)
