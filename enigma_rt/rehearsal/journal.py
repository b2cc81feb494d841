"""The book of a rehearsal: every command and what it was answered, counts of all that happened, latencies."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from time import monotonic
from typing import Any, TypeAlias

from msgspec import Struct

from consumers import protocol
from enigma_rt.rehearsal.truth import Findings, Outcome

ARRIVAL, DROP, HERD, RESTART = "arrival", "drop", "herd", "restart"
"""Why a tab has no connection; a close code otherwise."""

Command: TypeAlias = (
    protocol.Answer
    | protocol.AcceptClose
    | protocol.Hint
    | protocol.Skip
    | protocol.Story
    | protocol.Around
    | protocol.Seen
)
JUDGED = (protocol.Answer, protocol.AcceptClose, protocol.Hint, protocol.Skip)


class Entry(Struct):
    """One command of one bot. `outcome` is what it did, if anything that lasts; `refusal` the code of a refusal.

    `crossed`: it was sent over more than one connection, or from two tabs.
    """

    bot: int
    command: Command
    crossed: bool = False
    answered: bool = False
    outcome: Outcome | None = None
    refusal: str = ""


class Absence(Struct, frozen=True, array_like=True):
    """A tab that wanted a connection and had none: from when until its snapshot (None: it never came), how many
    connections that took and why it was away."""

    since: float
    until: float | None
    tries: int
    cause: str


class Solve(Struct, frozen=True, array_like=True):
    """A right answer: when it was sent, and the points that its player had after it. The board will show them."""

    player: int
    points: int
    sent_at: float


class Fresh(Struct):
    """What has happened since somebody last asked. Latencies in seconds."""

    verdicts: list[float] = []
    connects: list[float] = []
    absences: list[Absence] = []
    solves: list[Solve] = []


@dataclass
class Counts:
    """`reconnects` are connections that came back after they had been lost, `reloads` those after a page was left on
    purpose; `surprises` are verdicts other than the pack's."""

    snapshots: int = 0
    resyncs: int = 0
    reconnects: int = 0
    reloads: int = 0
    drops: int = 0
    deltas: int = 0
    board_checks: int = 0
    board_mismatches: int = 0
    boards_unchecked: int = 0
    tabs_behind: int = 0
    surprises: int = 0
    unreadable: int = 0
    rechecked: int = 0


@dataclass
class Journal:
    """`latencies` are seconds from sending a judged command to its verdict, over one connection; `detours` those that
    took a reconnection. `began` is the monotonic instant that all others count from."""

    began: float = field(default_factory=monotonic)

    entries: dict[str, Entry] = field(default_factory=dict)
    counts: Counts = field(default_factory=Counts)
    errors: Counter[str] = field(default_factory=Counter)
    closes: Counter[int] = field(default_factory=Counter)
    verdicts: Counter[str] = field(default_factory=Counter)
    latencies: list[float] = field(default_factory=list)
    detours: list[float] = field(default_factory=list)
    fresh: Fresh = field(default_factory=Fresh)
    heard: dict[Any, list[float]] = field(default_factory=dict)
    """When each delta of the board came to a tab (`echoes.py`)."""
    findings: Findings = field(default_factory=Findings)
    online: int = 0
    solves: int = 0

    def now(self) -> float:
        """Seconds since the beginning; the same in every process of a rehearsal."""
        return monotonic() - self.began

    def take_fresh(self) -> Fresh:
        fresh, self.fresh = self.fresh, Fresh()
        return fresh

    def enter(self, bot: int, command: Command) -> Entry:
        """A new command, or the entry of one that another tab sends as well."""
        entry = self.entries.get(command.id)
        if entry is None:
            entry = self.entries[command.id] = Entry(bot, command)
        else:
            entry.crossed = True
        return entry

    def answer(self, entry: Entry, reply: Any, seconds: float, *, detour: bool) -> None:
        """Note the reply that settles a command (not one that says to send it again)."""
        entry.answered = True
        if isinstance(reply, protocol.Error):
            entry.refusal = entry.refusal or reply.code
            return
        told = outcome(entry.command, reply)
        if isinstance(reply, protocol.VerdictReply):
            (self.detours if detour else self.latencies).append(seconds)
            if not detour:
                self.fresh.verdicts.append(seconds)
        if told is None:
            return
        if entry.outcome is None:
            entry.outcome = told
            self.verdicts[_label(reply, told)] += 1
            if told.verdict == "correct":
                self.solves += 1
                if not detour:
                    self.fresh.solves.append(Solve(reply.me.player, reply.me.points, self.now() - seconds))
        elif told != entry.outcome:
            self.findings.doubled[entry.command.id] = f"told {entry.outcome}, and to another tab {told}"

    def told(self, bot: int | None = None) -> Iterator[tuple[str, Outcome]]:
        """(command, outcome) of all that was acknowledged, or of one bot's."""
        for command, entry in self.entries.items():
            if entry.outcome is not None and bot in (None, entry.bot):
                yield command, entry.outcome

    def unanswered(self, bot: int | None = None) -> set[str]:
        return {
            command
            for command, entry in self.entries.items()
            if not entry.answered and bot in (None, entry.bot)
        }


def outcome(command: Command, reply: Any) -> Outcome | None:
    """What this reply says that lasts; None for reads, and for a hint that had been paid for."""
    match reply:
        case protocol.VerdictReply():
            return Outcome(
                kind="answer" if isinstance(command, protocol.Answer) else "accept_close",
                q=reply.q,
                verdict=reply.verdict,
                repeat=reply.repeat,
                accepted_close=reply.accepted_close,
                points=reply.award.total if reply.award else 0,
                xp=reply.xp,
            )
        case protocol.HintReply() if reply.charged:
            return Outcome(kind="hint", q=reply.q, verdict="done", charged=reply.charged)
        case protocol.SkipReply():
            return Outcome(kind="skip", q=reply.q, verdict="done")
        case _:
            return None


def _label(reply: Any, told: Outcome) -> str:
    if told.kind == "hint":
        return f"hint for {told.charged}"
    if told.kind == "skip":
        return "skipped"
    if told.accepted_close:
        return "accepted close"
    return f"{told.verdict}, repeated" if reply.repeat else told.verdict
