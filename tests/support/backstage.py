"""A second pair of hands on a running hunt's rows, for tests that must leave Django's ORM alone.

    with backstage(hunt.env) as behind:
        cookie = behind.player("Ada", xp=100)
        behind.answers("Ada", "a wrong guess")

What is called runs in a process of its own, as another web process's work would: it goes through the services, and
reaches open pages on the same ways.
"""

import json
import subprocess
import sys
import traceback
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, cast

from tests.support.process import ROOT

HOUR_MS = 3_600_000
ORGANISER = "Organiser"


class Stage:
    """What can be done. Players are named as on the board; arguments and results are JSON."""

    def account(self, name: str, staff: bool = False, role: str = "") -> str:
        """A new account, NAME@example.org, an owner or of that role; returns the key of a signed-in session."""
        from tests.factories import make_user, session_of

        return session_of(make_user(name, staff=staff, role=role))

    def player(self, name: str, xp: int = 0) -> str:
        """A new account that plays in the current hunt; returns the key of a signed-in session."""
        from game.models import Player
        from tests.factories import grant_xp, make_player, session_of, user_of

        player = Player.objects.get(id=make_player(_hunt(), name).id)
        if xp:
            grant_xp(player, xp)
        return session_of(user_of(player))

    def session(self, name: str) -> str:
        """The key of a new signed-in session of that player."""
        from tests.factories import session_of, user_of

        return session_of(user_of(_player(name)))

    def answers(self, name: str, *texts: str) -> None:
        """Each text on the question that the player is at then."""
        from game.services.answers import submit
        from tests.factories import submission

        for text in texts:
            submit([submission(_player(name), "answer", text=text)])

    def attempts(self, name: str) -> list[list[Any]]:
        """[kind, text, verdict] of each, oldest first."""
        rows = _player(name).attempts.order_by("id").values_list("kind", "text", "verdict")
        return [list(row) for row in rows]

    def balances(self, name: str) -> dict[str, int]:
        player = _player(name)
        return {"points": player.points, "xp": player.xp, "position": player.position}

    def unseen(self, name: str) -> int:
        """How many announcements for the player they have not seen."""
        from game.queries.announcements import for_player

        player = _player(name)
        return int(_hunt().announcements.filter(for_player(player.id)).count() - player.seen.count())

    def announce(self, level: str, text: str) -> None:
        from game.services.announcements import announce

        announce(_organiser(), _hunt().id, level, text)

    def control(self, action: str, minutes: int | None = None) -> None:
        """start, pause, resume, end; extend by minutes."""
        from game.services.hunts import control

        control(_organiser(), _hunt().id, action, minutes)

    def freeze(self, seconds: float = 3.0) -> None:
        """The board freezes then: as soon as pages in a test know, and sooner than an organiser could have it."""
        from django.db import transaction

        from game.models import Hunt
        from game.queries.clock import now_ms
        from game.services.freeze import write
        from game.services.locks import own_hunt

        with transaction.atomic():
            hunt: Hunt = own_hunt(_hunt().id)
            write(hunt, freeze_at=now_ms() + int(seconds * 1000))

    def frozen(self) -> None:
        """Waits until it is."""
        import time

        from game.queries.freeze import visible_until

        while visible_until(_hunt()) is None:
            time.sleep(0.1)

    def unfreeze(self) -> None:
        from game.services.freeze import unfreeze

        unfreeze(_organiser(), _hunt().id)

    def starts_in(self, seconds: float) -> None:
        """The organisers have moved the start."""
        from django.db import transaction
        from django.db.models import F

        from enigma_rt.bus import publish_on_commit
        from game.models import Hunt
        from game.queries.clock import now_ms

        hunt = _hunt()
        with transaction.atomic():
            start = now_ms() + int(seconds * 1000)
            Hunt.objects.filter(id=hunt.id).update(starts_at=start, version=F("version") + 1)
            publish_on_commit("hunt", {"hunt": hunt.id, "version": hunt.version + 1})

    def keep_live(self) -> None:
        """Whatever the hunt's phase is, it is live afterwards."""
        from game.queries.clock import now_ms
        from game.rules.phases import Phase, phase

        ways = {
            Phase.SCHEDULED: ("start", None),
            Phase.PAUSED: ("resume", None),
            Phase.ENDED: ("extend", 600),
        }
        while (present := phase(_hunt().times, now_ms())) is not Phase.LIVE:
            self.control(*ways[present])

    def make_xp_due(self, name: str) -> None:
        """As if the first answer had been an hour ago, and the schedule's minute were over."""
        from datetime import timedelta

        from django.utils import timezone
        from django_q.models import Schedule

        from game.models import Player
        from game.queries.clock import now_ms

        now = now_ms()
        Player.objects.filter(name=name).update(first_attempt=now - HOUR_MS - 1_000, next_tick=now - 1_000)
        Schedule.objects.update(next_run=timezone.now() - timedelta(minutes=1))

    def run(self, code: str) -> Any:
        """What `code` assigns to `result`."""
        names: dict[str, Any] = {}
        exec(code, names)  # noqa: S102  # our own tests' code
        return names["result"]

    def ledger_problems(self) -> list[str]:
        from game.queries.ledger import problems

        return list(problems(_hunt()))


def _hunt() -> Any:
    from game.models import Hunt

    return Hunt.objects.get(current=True)


def _player(name: str) -> Any:
    from game.models import Player

    return Player.objects.select_related("hunt").get(hunt__current=True, name=name)


def _organiser() -> int:
    from django.contrib.auth import get_user_model

    user, _ = get_user_model().objects.get_or_create(username=ORGANISER, defaults={"is_staff": True})
    return int(user.pk)


class _Caller:
    """Turns calls into lines for the other process, and its lines into results."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self._process = process

    def __getattr__(self, name: str) -> Any:
        def call(*arguments: Any, **named: Any) -> Any:
            assert self._process.stdin is not None
            assert self._process.stdout is not None
            self._process.stdin.write(json.dumps([name, arguments, named]) + "\n")
            self._process.stdin.flush()
            line = self._process.stdout.readline()
            if not line:
                raise RuntimeError(f"{name}: the process backstage has ended")
            result, trouble = json.loads(line)
            if trouble:
                raise RuntimeError(f"{name}{arguments}: {trouble}")
            return result

        return call


@contextmanager
def backstage(env: Mapping[str, str]) -> Iterator[Stage]:
    """The environment is the running hunt's. The process ends with its standard input, so never later than ours."""
    process = subprocess.Popen(
        [sys.executable, "-m", __name__],
        env=dict(env),
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with process:
        yield cast("Stage", _Caller(process))


def serve() -> None:
    stage = Stage()
    for line in sys.stdin:
        name, arguments, named = json.loads(line)
        try:
            answer = [getattr(stage, name)(*arguments, **named), None]
        except Exception:
            answer = [None, traceback.format_exc()]
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    import os

    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "enigma_rt.settings")
    django.setup()
    serve()
