"""Named actors of the service tests: what they do goes through `submit`, what became of it is read from the rows."""

import uuid
from typing import Any
from uuid import UUID

from django.db.models import F, Sum

from game.errors import GameError
from game.models import Attempt, Hunt, LedgerEntry, Player
from game.queries.ledger import problems
from game.services.answers import Judged, Result, submit
from leaderboard.models import Standing
from tests.factories import HOUR, enter, grant_xp, make_player, submission

MINUTE = 60_000


class Hunter:
    """A player who acts on their current question, unless `q` names another."""

    def __init__(self, player: Player) -> None:
        self.id = player.id
        self.hunt = player.hunt

    @classmethod
    def of(cls, hunt: Hunt, name: str, *, entered: bool = True) -> "Hunter":
        """A new player who has opened the page, so that the first question's clock runs."""
        hunter = cls(make_player(hunt, name))
        if entered:
            enter(hunt.id, hunter.id)
        return hunter

    @property
    def row(self) -> Player:
        return Player.objects.select_related("hunt").get(id=self.id)

    def stored(self) -> dict[str, Any]:
        """The whole row, to compare with a later one."""
        return dict(Player.objects.filter(id=self.id).values().get())

    @property
    def standing(self) -> Standing:
        return Standing.objects.get(player_id=self.id)

    def command(self, kind: str, text: str = "", q: int | None = None, command: UUID | None = None) -> Any:
        return submission(self.row, kind, q, text, command)

    def does(self, kind: str, text: str = "", q: int | None = None, command: UUID | None = None) -> Result:
        (result,) = submit([self.command(kind, text, q, command)])
        return result

    def answers(self, text: str, q: int | None = None, command: UUID | None = None) -> Judged:
        return judged(self.does("answer", text, q, command))

    def accepts_close(self, text: str) -> Judged:
        return judged(self.does("accept_close", text))

    def hints(self, pay: str) -> Judged:
        return judged(self.does("hint", pay))

    def skips(self) -> Judged:
        return judged(self.does("skip"))

    def solves_until(self, position: int) -> None:
        while (at := self.row.position) < position:
            self.answers(f"right {at}")

    def has_xp(self, xp: int) -> None:
        """Balance and ledger say `xp` from now on."""
        grant_xp(self.row, xp - self.row.xp)

    def waits(self, minutes: float) -> None:
        """As if that much time had passed for this player since everything they did."""
        row, ms = self.row, int(minutes * MINUTE)
        for field in ("first_attempt", "next_tick", "shown_clock", "wrong_tat", "last_solve"):
            if getattr(row, field) is not None:
                setattr(row, field, getattr(row, field) - ms)
        row.save()
        Attempt.objects.filter(player=row).update(at=F("at") - ms)
        LedgerEntry.objects.filter(player=row).update(at=F("at") - ms)
        Standing.objects.filter(player=row).update(last_solve=row.last_solve)

    def waits_hours(self, hours: float) -> None:
        self.waits(hours * HOUR / MINUTE)

    def entries(self, **which: Any) -> list[tuple[str, int, int]]:
        """(cause, points, XP) of this player's ledger, oldest first."""
        rows = LedgerEntry.objects.filter(player_id=self.id, **which).order_by("id")
        return list(rows.values_list("cause", "points", "xp"))

    def attempts(self, **which: Any) -> int:
        return Attempt.objects.filter(player_id=self.id, **which).count()

    def ledger_sums(self) -> tuple[int, int]:
        sums = LedgerEntry.objects.filter(player_id=self.id).aggregate(points=Sum("points"), xp=Sum("xp"))
        return sums["points"] or 0, sums["xp"] or 0


def judged(result: Result) -> Judged:
    if isinstance(result, GameError):
        raise AssertionError(f"refused: {result.code}") from result
    return result


def code(result: Result) -> str:
    """The refusal's code, or "judged"."""
    return result.code if isinstance(result, GameError) else "judged"


def outcome(result: Judged) -> tuple[object, ...]:
    """What is stored of a judgement, and must be the same whenever it is told again."""
    return (
        result.submission.command,
        result.verdict,
        result.repeat,
        result.accepted_close,
        result.award,
        result.xp,
        result.hint_html,
        result.charged,
    )


def assert_proved(hunt: Hunt) -> None:
    """Every balance, standing and solve of the hunt follows from its ledger."""
    assert list(problems(Hunt.objects.get(id=hunt.id))) == []


def new_id() -> UUID:
    return uuid.uuid4()
