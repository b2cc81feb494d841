"""The path of a command: lock, look up, judge by the rules, write, and publish once it is durable.

`submit` takes a batch, because one commit for many answers is what makes a busy server fast; a single command is a
batch of one. Everything else here serves it.
"""

import logging
from collections.abc import Mapping, Sequence

from django.db import (
    DataError,
    IntegrityError,
    InterfaceError,
    NotSupportedError,
    OperationalError,
    connection,
)
from msgspec import Struct

from enigma_rt import rows
from enigma_rt.bus import publish_on_commit
from game import errors
from game.models import Attempt, LedgerEntry, Player
from game.queries import content, hunts
from game.queries.content import BlockView, Content, QuestionView
from game.queries.play import MeView, Stage
from game.rules import scoring
from game.rules.matching import Verdict, judge_normalised, normalise
from game.rules.play import LONGEST_TEXT, Command, Entry, Kind, Moment, Outcome, decide, elapsed_ms
from game.rules.texts import storable
from game.services import locks, records
from game.services.records import AttemptRow, Guess, LedgerRow, Seat, Stored, Wanted, command_key
from leaderboard import services as leaderboard
from leaderboard.ranking import Standing

logger = logging.getLogger(__name__)

__all__ = ["AwardView", "Judged", "Kind", "Result", "Submission", "standing_of", "submit"]


class Submission(Struct, frozen=True):
    """One command of one player, as it arrived: `command` is its UUID in lower case with dashes, `text` the answer as
    typed, or how a hint is paid."""

    hunt: int
    player: int
    member: int
    command: str
    kind: Kind
    q: int
    text: str = ""


class AwardView(Struct, frozen=True):
    """What a right answer earned; total = gross - hint - accept_close."""

    gross: int
    hint: int
    accept_close: int
    total: int


class Judged(Struct, frozen=True):
    """The durable outcome of a submission, and what its player sees now. `question` and `story` are what comes next
    after a solve or a skip, else null and empty. `hint_html` and `charged` belong to a hint."""

    submission: Submission
    verdict: str | None
    repeat: bool
    accepted_close: bool
    award: AwardView | None
    xp: int
    me: MeView
    question: QuestionView | None
    story: tuple[BlockView, ...]
    hint_html: str
    charged: str | None


Result = Judged | errors.GameError


def submit(batch: Sequence[Submission]) -> list[Result]:
    """Judge these commands in their order; the outcome (or the refusal) of each, in the same places.

    What is returned as Judged is durable. A row that the database refuses fails alone: the batch is halved until it
    stands by itself. When the connection breaks the batch is submitted once more with the same ids, and finds its own
    outcomes if it had been committed; a second failure is RetryLater for all, and the outcome is then unknown.
    """
    return _submit_patiently(batch, tries=2)


def _submit_patiently(batch: Sequence[Submission], tries: int) -> list[Result]:
    try:
        return _submit(batch)
    except (DataError, IntegrityError) as error:
        if len(batch) == 1:
            logger.warning("command %s refused by the database: %s", batch[0].command, type(error).__name__)
            return [errors.Invalid()]
        half = len(batch) // 2
        return _submit_patiently(batch[:half], tries) + _submit_patiently(batch[half:], tries)
    except (OperationalError, InterfaceError, NotSupportedError) as error:
        connection.close()  # also what it had planned: "cached plan must not change result type" after a migration
        if tries > 1:
            return _submit_patiently(batch, tries - 1)
        logger.warning("batch of %d not judged: %s", len(batch), error)
        return [errors.RetryLater() for _ in batch]


def _submit(batch: Sequence[Submission]) -> list[Result]:
    """One transaction of two round trips: what is locked and read, what is written. Published once it is durable."""
    if not batch:
        return []
    while True:
        desk = _Desk(batch)
        with rows.one_transaction() as asking:
            if not desk.read(asking):
                continue  # the hunt's content is not what this process knew, and what to look up depends on it
            results = [desk.judge(item) for item in batch]
            desk.write(asking)
        desk.publish()
        return results


class _Desk:
    """A batch on its way through one transaction: what was read for it, and what is to be written."""

    def __init__(self, batch: Sequence[Submission]) -> None:
        self.batch = batch
        self.hunts = {item.hunt for item in batch}
        # By the text as it was typed. What no row can hold is not looked up: it is refused.
        self.guesses = {
            item.text: normalise(item.text)
            for item in batch
            if item.kind in (Kind.ANSWER, Kind.ACCEPT_CLOSE) and storable(item.text, LONGEST_TEXT)
        }
        self.attempts: list[AttemptRow] = []
        self.entries: list[LedgerRow] = []
        self.solves: list[dict[str, object]] = []

    def read(self, asking: rows.Transaction) -> bool:
        """Lock, look up, and last ask for the time. False when something else had to be looked up: begin again.

        Locks the hunts (shared: a pause or an end is exact), then the players by id, then questions by id; only THEN
        looks up command ids and reads the clock: a statement that did both would see what was true before it waited.
        """
        known = {hunt: held for hunt in self.hunts if (held := content.held(hunt))}
        looked_up = counted, contended, guesses = self._to_look_up(known)
        asking.tell(*locks.share_hunts(self.hunts))
        seats, *_, hunt_rows, judged, guessed, solves, now = asking.ask(
            records.seats({item.player for item in self.batch}),
            *([records.held_questions(contended)] if contended else []),
            hunts.statement(self.hunts),
            records.judged([Wanted(item.player, command_key(item.command)) for item in self.batch]),
            records.guessed(guesses),
            records.solves(counted, max(counted.values(), default=0)),
            records.now(),
        )
        self.seats, self.stored = records.as_seats(seats), records.as_judged(judged)
        self.guessed: dict[tuple[int, int], set[str]] = {}
        for player, question, guess in guessed:
            self.guessed.setdefault((player, question), set()).add(guess)
        self.prior: dict[int, int] = dict(solves)
        self.now: int = int(now[0][0])
        # A hunt that was deleted while somebody played it is not among them: NotFound, for its commands alone.
        self.stages = {
            hunt.id: Stage(hunt, content.of(hunt), self.now) for hunt in hunts.read(hunt_rows).values()
        }
        found = {hunt: stage.content for hunt, stage in self.stages.items()}
        return found == known or self._to_look_up(known | found) == looked_up

    def _to_look_up(self, contents: Mapping[int, Content]) -> tuple[dict[int, int], set[int], list[Guess]]:
        """Questions that the batch may solve, each with how far its earlier solves count; those of them on which two
        processes that award the tenth solve must not both call it the tenth; and what may have been guessed before."""
        counted: dict[int, int] = {}
        contended: set[int] = set()
        guesses: list[Guess] = []
        for item in self.batch:
            held, guess = contents.get(item.hunt), self.guesses.get(item.text)
            question = held.item(item.q) if held and guess is not None else None
            if held is None or guess is None or question is None:
                continue
            guesses.append(Guess(item.player, question.id, guess))
            if judge_normalised(question.puzzle.key, guess) is not Verdict.WRONG:
                counted[question.id] = scoring.solves_that_count(held.settings)
                if held.settings.curve == "solve_order":
                    contended.add(question.id)
        return counted, contended, guesses

    def judge(self, item: Submission) -> Result:
        seat, stage = self.seats.get(item.player), self.stages.get(item.hunt)
        if seat is None or stage is None or seat.hunt != item.hunt:
            return errors.NotFound()
        if earlier := self.stored.get((item.player, command_key(item.command))):
            return self._again(item, seat, stage, earlier)
        state = seat.state
        question = stage.content.item(state.position)
        try:
            outcome = decide(
                state,
                Command(item.kind, item.q, item.text),
                question.puzzle if question else None,
                Moment(
                    now=self.now,
                    times=stage.times,
                    settings=stage.content.settings,
                    questions=len(stage.content.items),
                    prior_solves=self.prior.get(question.id, 0) if question else 0,
                    guessed=self.guessed.get((seat.id, question.id), frozenset())
                    if question
                    else frozenset(),
                ),
            )
        except errors.GameError as refusal:
            return refusal
        assert question is not None  # decide refuses a player without a question
        self._note(item, seat, question.id, outcome)
        award = outcome.award
        return _told(
            item,
            seat,
            stage,
            verdict=outcome.verdict.value if outcome.verdict else None,
            repeat=outcome.repeat,
            accepted_close=outcome.accepted_close,
            award=AwardView(award.gross, award.hint, award.accept_close, award.total) if award else None,
            xp=outcome.xp,
            charged=item.text if item.kind is Kind.HINT and outcome.stored else None,
        )

    def _note(self, item: Submission, seat: Seat, question: int, outcome: Outcome) -> None:
        """Remember what `outcome` changes; a later command of the batch sees it."""
        elapsed = elapsed_ms(seat.state, self.stages[item.hunt].times, self.now)
        if outcome.state is not seat.state:
            seat.changed = seat.changed or outcome.state != seat.state
            seat.state = outcome.state
        if outcome.stored:
            self._store(item, question, outcome, elapsed)
        for entry in outcome.entries:
            self.entries.append(self._entry(item, question, entry))
        if outcome.state.position != item.q:
            seat.moved = True
        if outcome.verdict is Verdict.CORRECT:
            prior = self.prior.get(question, 0)
            self.prior[question] = prior + 1
            self.solves.append(
                {
                    "hunt": item.hunt,
                    "player": seat.id,
                    "name": seat.name,
                    "q": item.q,
                    "at": self.now,
                    "first": prior == 0,
                    "finished": outcome.state.finished_at is not None,
                    "hidden": seat.hidden,
                }
            )

    def _store(self, item: Submission, question: int, outcome: Outcome, elapsed: int) -> None:
        award, command = outcome.award, command_key(item.command)
        kind, verdict = (
            item.kind.value,
            outcome.verdict.value if outcome.verdict else Attempt.Verdict.DONE.value,
        )
        gross, hint, close = (award.gross, award.hint, award.accept_close) if award else (0, 0, 0)
        self.attempts.append(
            AttemptRow(
                hunt_id=item.hunt,
                player_id=item.player,
                member_id=item.member,
                question_id=question,
                command=command,
                kind=kind,
                text=item.text,
                normalised=outcome.normalised,
                verdict=verdict,
                repeat=outcome.repeat,
                accepted_close=outcome.accepted_close,
                gross=gross,
                hint_cost=hint,
                close_cost=close,
                xp=outcome.xp,
                elapsed_ms=elapsed,
                at=self.now,
            )
        )
        self.stored[item.player, command] = Stored(
            q=item.q,
            kind=kind,
            text=item.text,
            verdict=verdict,
            repeat=outcome.repeat,
            accepted_close=outcome.accepted_close,
            gross=gross,
            hint_cost=hint,
            close_cost=close,
            xp=outcome.xp,
        )
        self.guessed.setdefault((item.player, question), set()).add(outcome.normalised)

    def _entry(self, item: Submission, question: int, entry: Entry) -> LedgerRow:
        tick = entry.tick is not None
        return LedgerRow(
            hunt_id=item.hunt,
            player_id=item.player,
            member_id=None if tick else item.member,
            question_id=None if tick else question,
            cause=entry.cause.value,
            points=entry.points,
            xp=entry.xp,
            tick=entry.tick,
            command=None if tick else command_key(item.command),
            at=self.now,
        )

    def _again(self, item: Submission, seat: Seat, stage: Stage, earlier: Stored) -> Result:
        """The stored outcome of a repeated command, or IdConflict when it asks for something else."""
        if (earlier.kind, earlier.q, earlier.text) != (item.kind.value, item.q, item.text):
            return errors.IdConflict()
        gross, hint, close = earlier.gross, earlier.hint_cost, earlier.close_cost
        correct = earlier.verdict == Attempt.Verdict.CORRECT
        return _told(
            item,
            seat,
            stage,
            verdict=None if earlier.verdict == Attempt.Verdict.DONE else earlier.verdict,
            repeat=earlier.repeat,
            accepted_close=earlier.accepted_close,
            award=AwardView(gross, hint, close, gross - hint - close) if correct else None,
            xp=earlier.xp,
            charged=earlier.text if item.kind is Kind.HINT else None,
        )

    def write(self, asking: rows.Transaction) -> None:
        """Attempts, ledger entries, balances and standings in a statement each, on their way with COMMIT."""
        changed = [seat for seat in self.seats.values() if seat.changed]
        if self.attempts:
            asking.tell(rows.insert(Attempt, self.attempts))
        if self.entries:
            asking.tell(rows.insert(LedgerEntry, self.entries))
        if changed:
            asking.tell(
                rows.update(Player, [records.player_row(seat.id, seat.state, self.now) for seat in changed])
            )
        self.moved = {
            hunt: [_standing(seat) for seat in changed if seat.moved and seat.hunt == hunt]
            for hunt in self.stages
        }
        self.versions = {
            hunt: [[seat.id, seat.state.version] for seat in changed if seat.hunt == hunt]
            for hunt in self.stages
        }
        asking.tell(
            *(leaderboard.statement(hunt, lines, self.now) for hunt, lines in self.moved.items() if lines)
        )

    def publish(self) -> None:
        for hunt, lines in self.moved.items():
            leaderboard.publish(hunt, lines)
        for hunt, versions in self.versions.items():
            if versions:
                publish_on_commit("players", {"hunt": hunt, "versions": versions})
        for solve in self.solves:
            publish_on_commit("solve", solve)


def _told(
    item: Submission,
    seat: Seat,
    stage: Stage,
    *,
    verdict: str | None,
    repeat: bool,
    accepted_close: bool,
    award: AwardView | None,
    xp: int,
    charged: str | None,
) -> Judged:
    """What the sender is told: the outcome, and the player's state as it is now."""
    question: QuestionView | None = None
    story: tuple[BlockView, ...] = ()
    hint_html = ""
    if verdict == Verdict.CORRECT or item.kind is Kind.SKIP:
        question, story = stage.shown(seat.state)
    elif item.kind is Kind.HINT and (asked := stage.content.item(item.q)):
        hint_html = asked.hint_html
    return Judged(
        submission=item,
        verdict=verdict,
        repeat=repeat,
        accepted_close=accepted_close,
        award=award,
        xp=xp,
        me=stage.me(seat.id, seat.name, seat.state),
        question=question,
        story=story,
        hint_html=hint_html,
        charged=charged,
    )


def _standing(seat: Seat) -> Standing:
    state = seat.state
    return Standing(
        player=seat.id,
        name=seat.name,
        points=state.points,
        last=state.last_solve,
        version=state.version,
        finished=state.finished_at is not None,
        hidden=seat.hidden or state.banned,
    )


def standing_of(player: Player) -> Standing:
    """The row's line on the board."""
    return _standing(records.seat_of(player))
