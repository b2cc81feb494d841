"""Was every command carried out exactly once? PURE: what the bots were told, held against what the server has.

*Lost*: an outcome that was acknowledged and is not there. *Doubled*: an effect beyond those acknowledged: a second one
of the same command, a second award for a question, one that no command explains.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping

from msgspec import Struct


class Outcome(Struct, frozen=True):
    """What a judged command did, as its reply tells it and its stored attempt has it; a repeat must tell the same.

    `verdict` is `done` for a hint and a skip, whose `xp` no reply tells (0); `charged` is what a hint was paid with.
    """

    kind: str
    q: int
    verdict: str
    repeat: bool = False
    accepted_close: bool = False
    points: int = 0
    xp: int = 0
    charged: str = ""


class Effect(Struct, frozen=True):
    """A stored attempt: whose, by which command, and what it did."""

    player: int
    command: str
    outcome: Outcome


class Award(Struct, frozen=True):
    """A ledger entry for a solved question."""

    player: int
    q: int
    command: str


class Findings(Struct):
    """What is lost and what is doubled: a command's id (or a player) to one line that says why."""

    lost: dict[str, str] = {}
    doubled: dict[str, str] = {}

    def add(self, other: "Findings") -> None:
        self.lost.update(other.lost)
        self.doubled.update(other.doubled)


def against_rows(
    told: Mapping[str, Outcome],
    unanswered: Collection[str],
    effects: Iterable[Effect],
    awards: Iterable[Award],
) -> Findings:
    """Hold the outcomes that were `told`, by command, against every attempt and award of the same players.

    `unanswered` commands may have had an effect or not; nobody was told.
    """
    found = Findings()
    effects, awards = list(effects), list(awards)
    times = Counter(effect.command for effect in effects)
    for effect in effects:
        outcome = told.get(effect.command)
        if times[effect.command] > 1:
            found.doubled[effect.command] = f"stored {times[effect.command]} times"
        elif outcome is None and effect.command not in unanswered:
            found.doubled[effect.command] = f"stored as {effect.outcome}, and nobody was told"
        elif outcome is not None and outcome != effect.outcome:
            found.lost[effect.command] = f"told {outcome}, stored {effect.outcome}"
    for command, outcome in told.items():
        if not times[command]:
            found.lost[command] = f"told {outcome}, not stored"

    left = Counter((effect.player, effect.outcome.q) for effect in effects if _leaves(effect.outcome))
    found.doubled.update(
        (f"player {player}, question {q}", f"left {count} times")
        for (player, q), count in left.items()
        if count > 1
    )
    found.add(_against_awards(told, unanswered, awards))
    return found


def _against_awards(
    told: Mapping[str, Outcome], unanswered: Collection[str], awards: Iterable[Award]
) -> Findings:
    found = Findings()
    paid = Counter(award.command for award in awards)
    for command, count in paid.items():
        outcome = told.get(command)
        if count > 1:
            found.doubled[command] = f"awarded {count} times"
        elif command not in unanswered and (outcome is None or outcome.verdict != "correct"):
            found.doubled[command] = f"awarded, and told {outcome}"
    for command, outcome in told.items():
        if outcome.verdict == "correct" and not paid[command]:
            found.lost[command] = f"told {outcome}, no award in the ledger"
    return found


def asked_again(command: str, told: Outcome, again: Outcome | str) -> Findings:
    """Hold what a command's id was answered with against what it is answered now: an outcome, or a refusal's code."""
    if again == told:
        return Findings()
    return Findings(lost={command: f"told {told}, and asked again {again}"})


def against_totals(
    player: int, told: Iterable[Outcome], solves: int, points: int, *, unanswered: bool
) -> Findings:
    """Hold the sum of what a player was told against the balances that the server shows it.

    With something `unanswered` more may have been done than was told.
    """
    correct = [outcome for outcome in told if outcome.verdict == "correct"]
    expected = (len(correct), sum(outcome.points for outcome in correct))
    if expected == (solves, points):
        return Findings()
    text = f"told of {expected[0]} solves and {expected[1]} points, shown {solves} and {points}"
    if solves < expected[0] or points < expected[1]:
        return Findings(lost={f"player {player}": text})
    return Findings() if unanswered else Findings(doubled={f"player {player}": text})


def _leaves(outcome: Outcome) -> bool:
    """Whether its player went on to the next question by it."""
    return outcome.verdict == "correct" or outcome.kind == "skip"
