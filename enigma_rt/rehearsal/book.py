"""What one client process knows in the end, and the one truth of all of them."""

from collections import Counter
from collections.abc import Iterable, Sequence

from msgspec import Struct, field

from enigma_rt.rehearsal.bots import Bot
from enigma_rt.rehearsal.journal import Absence, Counts, Journal
from enigma_rt.rehearsal.truth import Findings, Outcome


class Book(Struct):
    """`told` and `unanswered` are commands by their id; `kinds`, `refusals`, `verdicts`, `errors` and `closes` are
    counts. `latencies` and `detours` as in the journal. `away`: the tabs without a connection at the end of the play.
    """

    told: dict[str, Outcome] = {}
    unanswered: set[str] = field(default_factory=set)
    kinds: dict[str, int] = {}
    refusals: dict[str, int] = {}
    verdicts: dict[str, int] = {}
    errors: dict[str, int] = {}
    closes: dict[int, int] = {}
    counts: Counts = field(default_factory=Counts)
    latencies: list[float] = []
    detours: list[float] = []
    findings: Findings = field(default_factory=Findings)
    players: list[int] = []
    away: list[Absence] = []
    hunt: int = 0
    title: str = ""

    @property
    def commands(self) -> int:
        return sum(self.kinds.values())


def close_book(journal: Journal, bots: Sequence[Bot], away: list[Absence]) -> Book:
    hunts = [tab.hunt for bot in bots for tab in bot.tabs if tab.hunt is not None]
    entries = journal.entries.values()
    return Book(
        told=dict(journal.told()),
        unanswered=journal.unanswered(),
        kinds=Counter(str(type(entry.command).__struct_config__.tag) for entry in entries),
        refusals=Counter(entry.refusal for entry in entries if entry.refusal),
        verdicts=journal.verdicts,
        errors=journal.errors,
        closes=journal.closes,
        counts=journal.counts,
        latencies=journal.latencies,
        detours=journal.detours,
        findings=journal.findings,
        players=[bot.player for bot in bots if bot.player is not None],
        away=away,
        hunt=hunts[0].id if hunts else 0,
        title=hunts[0].title if hunts else "",
    )


def merged(books: Iterable[Book]) -> Book:
    """All of them as one. Commands and players belong to one process each."""
    whole = Book()
    for book in books:
        whole.told |= book.told
        whole.unanswered |= book.unanswered
        for name in ("kinds", "refusals", "verdicts", "errors", "closes"):
            setattr(whole, name, dict(Counter(getattr(whole, name)) + Counter(getattr(book, name))))
        for name in vars(book.counts):
            setattr(whole.counts, name, getattr(whole.counts, name) + getattr(book.counts, name))
        whole.latencies += book.latencies
        whole.detours += book.detours
        whole.findings.add(book.findings)
        whole.players += book.players
        whole.away += book.away
        whole.hunt, whole.title = whole.hunt or book.hunt, whole.title or book.title
    return whole
