"""A hall full of people who did this and that, written as rows: for tests of who may be playing together."""

import uuid

from game.models import Attempt, Hunt, Member
from game.queries import integrity
from game.rules import integrity as rules
from game.rules.matching import normalise
from tests.factories import make_player

SECOND = 1_000
MINUTE = 60 * SECOND


class Hall:
    """A hunt with people in it, who did this and that when it suits a test."""

    def __init__(self, hunt: Hunt, people: int) -> None:
        self.hunt = hunt
        self.players = [make_player(hunt, f"Person {n}") for n in range(people)]
        self.member = {row.player_id: row.id for row in Member.objects.filter(player__in=self.players)}
        self.questions = {row.position: row.id for row in hunt.questions.all()}
        self.rows: list[Attempt] = []

    def did(self, who: int, q: int, text: str, at: int, took: int = MINUTE, verdict: str = "wrong") -> None:
        player = self.players[who].id
        self.rows.append(
            Attempt(
                hunt=self.hunt,
                player_id=player,
                member_id=self.member[player],
                question_id=self.questions[q],
                command=uuid.uuid4(),
                kind="answer",
                text=text,
                normalised=normalise(text),
                verdict=verdict,
                elapsed_ms=took,
                at=self.hunt.starts_at + at,
            )
        )

    def solved(self, who: int, q: int, at: int, took: int = MINUTE) -> None:
        self.did(who, q, f"right {q}", at, took, "correct")

    def written(self) -> None:
        Attempt.objects.bulk_create(self.rows)
        self.rows = []

    def pairs(self) -> tuple[rules.Pair, ...]:
        return integrity.pairs(self.hunt.id, integrity.everybody(self.hunt.id))

    def sheet(self, a: int, b: int) -> integrity.PairSheet:
        return integrity.sheet(
            self.hunt.id, self.players[a].id, self.players[b].id, integrity.everybody(self.hunt.id)
        )


def full_hall(hunt: Hunt, people: int = 40) -> Hall:
    """Persons 0, 1 and 2 play together on two questions; the others have ideas and times of their own."""
    hall = Hall(hunt, people)
    for who in range(people):
        for q in (1, 2):
            hall.did(who, q, f"my own thought {who * 31 % 37 + q}", q * MINUTE + who * 997)
            if who > 2:
                hall.solved(who, q, 10 * MINUTE * q + who * 41 * SECOND, 5 * MINUTE + who * 41 * SECOND)
    for who in (0, 1, 2):
        for q in (1, 2):
            hall.did(who, q, "The red herring!" if who else "the red Herring", q * MINUTE + who * 3 * SECOND)
            hall.did(who, q, "lighthouse keeper", 2 * q * MINUTE + who * 3 * SECOND)
            hall.solved(who, q, 50 * MINUTE * q + who * 2 * SECOND, 40 * MINUTE + who * 2 * SECOND)
    hall.written()
    return hall
