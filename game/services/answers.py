"""The path of a command: lock, look up, judge by the rules, write, and publish once it is durable.

`submit` takes a batch, because one commit for many answers is what makes a busy server fast; a single command is a
batch of one. Everything else here serves it.
"""

import logging
from collections import defaultdict
from collections.abc import Sequence
from contextlib import suppress
from uuid import UUID

from django.db import (
    DataError,
    IntegrityError,
    InterfaceError,
    OperationalError,
    connection,
    transaction,
)
from django.db.models import Count
from msgspec import Struct

from enigma_rt.bus import publish_on_commit
from game import errors
from game.models import Attempt, Hunt, LedgerEntry, Player, Question
from game.queries import content
from game.queries.clock import now_ms
from game.queries.content import BlockView, Content, QuestionView
from game.queries.play import MeView, play_view, state_of
from game.rules.matching import Verdict, judge_normalised, normalise
from game.rules.play import LONGEST_TEXT, Command, Entry, Kind, Moment, Outcome, State, decide
from game.rules.texts import storable
from game.services.locks import lock_players, share_hunt
from game.services.rows import update_many
from leaderboard import services as leaderboard
from leaderboard.ranking import Standing

logger = logging.getLogger(__name__)

__all__ = ["AwardView", "Judged", "Kind", "Result", "Submission", "standing_of", "store", "submit"]

STATE_FIELDS = tuple(field for field in State.__struct_fields__ if field != "banned")
WRITTEN_FIELDS = (*STATE_FIELDS, "changed_at")


class Submission(Struct, frozen=True):
    """One command of one player, as it arrived. `text` is the answer as typed, or how a hint is paid."""

    hunt: int
    player: int
    member: int
    command: UUID
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
    except (OperationalError, InterfaceError) as error:
        connection.close()
        if tries > 1:
            return _submit_patiently(batch, tries - 1)
        logger.warning("batch of %d not judged: %s", len(batch), error)
        return [errors.RetryLater() for _ in batch]


@transaction.atomic
def _submit(batch: Sequence[Submission]) -> list[Result]:
    """One transaction. Locks the hunts (shared: a pause or an end is exact), then the players by id; only THEN looks
    up command ids and reads the clock: a statement that did both would see what was true before it waited."""
    hunts: dict[int, Hunt] = {}
    for hunt_id in sorted({item.hunt for item in batch}):
        with suppress(
            Hunt.DoesNotExist
        ):  # deleted while somebody played it: NotFound, for its commands alone
            hunts[hunt_id] = share_hunt(hunt_id)
    players = lock_players(item.player for item in batch)
    desk = _Desk(hunts, players, batch)
    results = [desk.judge(item) for item in batch]
    desk.write()
    return results


class _Desk:
    """A batch on its way through one transaction: what was read for it, and what is to be written."""

    def __init__(
        self, hunts: dict[int, Hunt], players: dict[int, Player], batch: Sequence[Submission]
    ) -> None:
        self.hunts, self.players = hunts, players
        self.contents: dict[int, Content] = {hunt.id: content.of(hunt) for hunt in hunts.values()}
        self.states = {player.id: state_of(player) for player in players.values()}
        self.attempts: list[Attempt] = []
        self.entries: list[LedgerEntry] = []
        self.changed: set[int] = set()
        self.moved: set[int] = set()
        self.solves: list[dict[str, object]] = []
        self.stored = {
            (attempt.player_id, attempt.command): attempt
            for attempt in Attempt.objects.filter(
                player_id__in=players, command__in={item.command for item in batch}
            ).select_related("question")
        }
        self._read_history(batch)
        self.now = now_ms()

    def _read_history(self, batch: Sequence[Submission]) -> None:
        """Earlier guesses that equal one of the batch, and how often the questions that may be solved now were."""
        self.guessed: dict[tuple[int, int], set[str]] = defaultdict(set)
        self.prior: dict[int, int] = defaultdict(int)
        guesses: set[str] = set()
        questions: set[int] = set()
        to_solve: set[int] = set()
        for item in batch:
            held = self.contents.get(item.hunt)
            question = held.item(item.q) if held else None
            if (
                question is None
                or item.kind not in (Kind.ANSWER, Kind.ACCEPT_CLOSE)
                or not storable(item.text, LONGEST_TEXT)
            ):
                continue
            guess = normalise(item.text)
            guesses.add(guess)
            questions.add(question.id)
            if judge_normalised(question.puzzle.key, guess) is not Verdict.WRONG:
                to_solve.add(question.id)
        if guesses:
            rows = Attempt.objects.filter(
                player_id__in=self.players, question_id__in=questions, normalised__in=guesses
            ).values_list("player_id", "question_id", "normalised")
            for player, earlier, guess in rows:
                self.guessed[player, earlier].add(guess)
        if to_solve:
            if any(held.settings.curve == "solve_order" for held in self.contents.values()):
                # Two processes that award the tenth solve must not both call it the tenth.
                list(
                    Question.objects.select_for_update(no_key=True)
                    .filter(id__in=sorted(to_solve))
                    .order_by("id")
                )
            counts = (
                Attempt.objects.filter(question_id__in=to_solve, verdict=Attempt.Verdict.CORRECT)
                .values_list("question_id")
                .annotate(solves=Count("id"))
            )
            self.prior.update(dict(counts))

    def judge(self, item: Submission) -> Result:
        player = self.players.get(item.player)
        if player is None or player.hunt_id != item.hunt or item.hunt not in self.hunts:
            return errors.NotFound()
        if earlier := self.stored.get((item.player, item.command)):
            return self._again(item, earlier)
        hunt, held, state = self.hunts[item.hunt], self.contents[item.hunt], self.states[item.player]
        question = held.item(state.position)
        moment = Moment(
            now=self.now,
            times=hunt.times,
            settings=held.settings,
            questions=len(held.items),
            prior_solves=self.prior[question.id] if question else 0,
            guessed=frozenset(self.guessed[player.id, question.id]) if question else frozenset(),
        )
        try:
            outcome = decide(
                state, Command(item.kind, item.q, item.text), question.puzzle if question else None, moment
            )
        except errors.GameError as refusal:
            return refusal
        assert question is not None  # decide refuses a player without a question
        self._note(item, player, question.id, outcome)
        return self._tell(
            item,
            verdict=outcome.verdict.value if outcome.verdict else None,
            repeat=outcome.repeat,
            accepted_close=outcome.accepted_close,
            award=None
            if outcome.award is None
            else AwardView(
                outcome.award.gross, outcome.award.hint, outcome.award.accept_close, outcome.award.total
            ),
            xp=outcome.xp,
            charged=item.text if item.kind is Kind.HINT and outcome.stored else None,
        )

    def _note(self, item: Submission, player: Player, question: int, outcome: Outcome) -> None:
        """Remember what `outcome` changes; a later command of the batch sees it."""
        if outcome.state != self.states[player.id]:
            self.changed.add(player.id)
        self.states[player.id] = outcome.state
        if outcome.stored:
            attempt = Attempt(
                hunt_id=item.hunt,
                player_id=item.player,
                member_id=item.member,
                question_id=question,
                command=item.command,
                kind=item.kind.value,
                text=item.text,
                normalised=outcome.normalised,
                verdict=outcome.verdict.value if outcome.verdict else Attempt.Verdict.DONE,
                repeat=outcome.repeat,
                accepted_close=outcome.accepted_close,
                xp=outcome.xp,
                at=self.now,
            )
            if outcome.award is not None:
                attempt.gross = outcome.award.gross
                attempt.hint_cost = outcome.award.hint
                attempt.close_cost = outcome.award.accept_close
            attempt.question = Question(id=question, position=item.q)
            self.attempts.append(attempt)
            self.stored[item.player, item.command] = attempt
            self.guessed[item.player, question].add(outcome.normalised)
        self.entries.extend(self._entry(item, question, entry) for entry in outcome.entries)
        if outcome.state.position != item.q:
            self.moved.add(player.id)
        if outcome.verdict is Verdict.CORRECT:
            self.solves.append(
                {
                    "hunt": item.hunt,
                    "player": player.id,
                    "name": player.name,
                    "q": item.q,
                    "at": self.now,
                    "first": self.prior[question] == 0,
                    "finished": outcome.state.finished_at is not None,
                    "hidden": player.hidden,
                }
            )
            self.prior[question] += 1

    def _entry(self, item: Submission, question: int, entry: Entry) -> LedgerEntry:
        tick = entry.tick is not None
        return LedgerEntry(
            hunt_id=item.hunt,
            player_id=item.player,
            member_id=None if tick else item.member,
            question_id=None if tick else question,
            cause=entry.cause.value,
            points=entry.points,
            xp=entry.xp,
            tick=entry.tick,
            command=None if tick else item.command,
            at=self.now,
        )

    def _again(self, item: Submission, earlier: Attempt) -> Result:
        """The stored outcome of a repeated command, or IdConflict when it asks for something else."""
        if (earlier.kind, earlier.question.position, earlier.text) != (item.kind.value, item.q, item.text):
            return errors.IdConflict()
        correct = earlier.verdict == Attempt.Verdict.CORRECT
        return self._tell(
            item,
            verdict=None if earlier.verdict == Attempt.Verdict.DONE else earlier.verdict,
            repeat=earlier.repeat,
            accepted_close=earlier.accepted_close,
            award=AwardView(
                earlier.gross,
                earlier.hint_cost,
                earlier.close_cost,
                earlier.gross - earlier.hint_cost - earlier.close_cost,
            )
            if correct
            else None,
            xp=earlier.xp,
            charged=earlier.text if item.kind is Kind.HINT else None,
        )

    def _tell(
        self,
        item: Submission,
        *,
        verdict: str | None,
        repeat: bool,
        accepted_close: bool,
        award: AwardView | None,
        xp: int,
        charged: str | None,
    ) -> Judged:
        """What the sender is told: the outcome, and the player's state as it is now."""
        held, player = self.contents[item.hunt], self.players[item.player]
        view = play_view(
            self.hunts[item.hunt], held, player.id, player.name, self.states[player.id], self.now
        )
        advanced = verdict == Verdict.CORRECT.value or item.kind is Kind.SKIP
        asked = held.item(item.q)
        return Judged(
            submission=item,
            verdict=verdict,
            repeat=repeat,
            accepted_close=accepted_close,
            award=award,
            xp=xp,
            me=view.me,
            question=view.question if advanced else None,
            story=view.story if advanced else (),
            hint_html=asked.hint_html if item.kind is Kind.HINT and asked else "",
            charged=charged,
        )

    def write(self) -> None:
        """Attempts, ledger entries, balances and standings in a handful of statements; events once durable."""
        Attempt.objects.bulk_create(self.attempts, batch_size=1000)
        LedgerEntry.objects.bulk_create(self.entries, batch_size=1000)
        rows = [self.players[player] for player in sorted(self.changed)]
        for player in rows:
            store(player, self.states[player.id], self.now)
        update_many(rows, WRITTEN_FIELDS)
        for hunt_id in self.hunts:
            mine = [player for player in rows if player.hunt_id == hunt_id]
            leaderboard.record(
                hunt_id, [standing_of(player) for player in mine if player.id in self.moved], self.now
            )
            if mine:
                publish_on_commit(
                    "players", {"hunt": hunt_id, "versions": [[player.id, player.version] for player in mine]}
                )
        for solve in self.solves:
            publish_on_commit("solve", solve)


def store(player: Player, state: State, now: int) -> None:
    """Copy a decided state into the row (not yet written)."""
    for field in STATE_FIELDS:
        setattr(player, field, getattr(state, field))
    player.changed_at = now


def standing_of(player: Player) -> Standing:
    """The row's line on the board."""
    return Standing(
        player=player.id,
        name=player.name,
        points=player.points,
        last=player.last_solve,
        version=player.version,
        finished=player.finished_at is not None,
        hidden=player.hidden or player.banned,
    )
