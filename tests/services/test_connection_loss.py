"""PostgreSQL goes away in the middle of a batch: nothing is done twice or by half, and who asks again is told."""

import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

import msgspec
import psycopg
import pytest
from django.core.management import call_command
from django.db import OperationalError, connection

from game.models import Announcement, Attempt, AuditEntry, Hunt, LedgerEntry, Member, Player
from game.services import hunts, players, xp
from game.services.announcements import announce
from game.services.answers import Submission, submit
from tests.factories import make_hunt, make_user
from tests.services.cuttable import Moment, Proxy
from tests.services.hunters import Hunter, assert_proved, code, judged, new_id
from tests.services.threads import begin
from tests.support.process import wait_for
from tests.support.services import Postgres

pytestmark = [pytest.mark.production, pytest.mark.django_db(transaction=True)]


@contextmanager
def connected_to(**server: object) -> Iterator[None]:
    """Connections made in between, of every thread, go to that server."""
    kept = dict(connection.settings_dict)
    connection.close()
    connection.settings_dict.update(server)
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict.update(kept)


@pytest.fixture
def proxy(transactional_db: None) -> Iterator[Proxy]:
    """Stands before this run's PostgreSQL; everything that the test does goes through it."""
    proxy = Proxy(int(connection.settings_dict["PORT"]))
    with connected_to(HOST="127.0.0.1", PORT=proxy.port):
        yield proxy
    proxy.close()


@contextmanager
def observer() -> Iterator[psycopg.Connection]:
    """A connection of its own, past any proxy."""
    target = connection.get_connection_params()
    with psycopg.connect(
        host=target["host"],
        port=target["port"],
        user=target["user"],
        dbname=target["dbname"],
        autocommit=True,
    ) as other:
        yield other


DEEDS = [
    ("answer", "right 1"),
    ("answer", "wrong"),
    ("accept_close", "close 1"),
    ("hint", "xp"),
    ("skip", ""),
]


@pytest.mark.parametrize("moment", ["before", "after"])
@pytest.mark.parametrize(("kind", "text"), DEEDS)
def test_a_command_whose_commit_is_lost_is_told_its_one_true_outcome(
    proxy: Proxy, hunt: Hunt, ada: Hunter, moment: Moment, kind: str, text: str
) -> None:
    ada.has_xp(100)
    command = ada.command(kind, text)
    proxy.lose(moment)
    told = judged(submit([command])[0])
    assert proxy.left == 0, "the COMMIT was lost"
    assert told.verdict == {"right 1": "correct", "wrong": "wrong", "close 1": "correct"}.get(text)
    assert not told.repeat
    assert ada.attempts() == 1
    assert told.me.version == ada.row.version == 2, "one change"
    assert_proved(hunt)


@pytest.mark.parametrize("moment", ["before", "after"])
def test_a_batch_whose_commit_is_lost_is_done_once_and_whole(
    proxy: Proxy, hunt: Hunt, moment: Moment
) -> None:
    hunters = [Hunter.of(hunt, f"Hunter {number}") for number in range(20)]
    batch = [hunter.command("answer", "right 1") for hunter in hunters]
    proxy.lose(moment)
    assert {judged(result).me.points for result in submit(batch)} == {100}
    assert proxy.left == 0
    assert Attempt.objects.count() == LedgerEntry.objects.count() == 20
    assert_proved(hunt)


def test_a_bad_row_in_a_batch_whose_commit_is_lost_still_fails_alone(proxy: Proxy, hunt: Hunt) -> None:
    hunters = [Hunter.of(hunt, f"Hunter {number}") for number in range(8)]
    batch = [hunter.command("answer", "right 1") for hunter in hunters]
    batch[3] = msgspec.structs.replace(batch[3], member=10**9)
    proxy.lose("before")
    assert [code(result) for result in submit(batch)] == ["invalid" if n == 3 else "judged" for n in range(8)]
    assert proxy.left == 0
    assert_proved(hunt)


@pytest.mark.parametrize("moment", ["before", "after"])
def test_two_commits_lost_in_a_row_leave_the_outcome_unknown_and_the_same_id_finds_it(
    proxy: Proxy, hunt: Hunt, ada: Hunter, bob: Hunter, moment: Moment
) -> None:
    batch = [ada.command("answer", "right 1"), bob.command("answer", "close 1")]
    proxy.lose(moment, commits=2)
    assert [code(result) for result in submit(batch)] == ["retry_later", "retry_later"]
    assert [judged(result).verdict for result in submit(batch)] == ["correct", "close"]
    assert Attempt.objects.count() == 2
    assert_proved(hunt)


def test_a_backend_that_is_terminated_while_it_waits_is_replaced(
    hunt: Hunt, ada: Hunter, bob: Hunter
) -> None:
    """An operator's pg_terminate_backend, before anything was committed."""
    batch = [ada.command("answer", "right 1"), bob.command("answer", "right 1")]
    with observer() as other, other.transaction():
        other.execute("SELECT 1 FROM game_player WHERE id = %s FOR UPDATE", [bob.id])
        job = begin(lambda: submit(batch))
        with observer() as operator:
            wait_for(lambda: _terminate_waiters(operator) == 1, 5)
    assert [judged(result).me.points for result in job.result(5)] == [100, 100]
    assert Attempt.objects.count() == 2
    assert_proved(hunt)


def test_a_lock_that_is_held_too_long_is_retry_later_and_nothing_written(
    hunt: Hunt, ada: Hunter, bob: Hunter
) -> None:
    batch = [ada.command("answer", "right 1"), bob.command("answer", "right 1")]
    with observer() as other, other.transaction():
        other.execute("SELECT 1 FROM game_player WHERE id = %s FOR UPDATE", [bob.id])
        with connected_to(OPTIONS={"options": "-c lock_timeout=100"}):
            assert [code(result) for result in submit(batch)] == ["retry_later", "retry_later"]
    assert Attempt.objects.count() == 0
    assert [judged(result).me.points for result in submit(batch)] == [100, 100]
    assert_proved(hunt)


def test_backends_terminated_under_a_stream_of_answers_lose_and_double_nothing(hunt: Hunt) -> None:
    Hunt.objects.filter(id=hunt.id).update(settings={"wrong_burst": 1000, "wrong_per_minute": 600})
    hunters = [Hunter.of(hunt, f"Hunter {number}") for number in range(8)]
    stop, hit = threading.Event(), threading.Event()

    def play(mine: list[Submission]) -> int:
        """As a client does: the same id again until there is an outcome. Goes on until somebody has been hit."""
        for number in range(500):
            left = [
                msgspec.structs.replace(first, command=str(new_id()), text=f"wrong {number}")
                for first in mine
            ]
            while left:
                told = zip(left, submit(left), strict=True)
                left = [command for command, result in told if code(result) == "retry_later"]
            if number >= 8 and hit.is_set():
                break
        return number + 1

    def terminate() -> None:
        with observer() as operator:
            while not stop.wait(0.03):
                row = operator.execute(
                    "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
                    " WHERE datname = current_database() AND pid <> pg_backend_pid() AND state <> 'idle'"
                ).fetchone()
                if row and row[0]:
                    hit.set()

    killer = begin(terminate)
    firsts = [hunter.command("answer", "wrong") for hunter in hunters]  # who reads in between is hit, too
    crews = (firsts[::2], firsts[1::2])
    try:
        played = [job.result(30) for job in [begin(partial(play, crew)) for crew in crews]]
    finally:
        stop.set()
        killer.result(5)
    assert hit.is_set()
    made = {first.player: count for crew, count in zip(crews, played, strict=True) for first in crew}
    assert Counter(Attempt.objects.values_list("player_id", flat=True)) == made
    assert_proved(hunt)


def test_an_organisers_command_whose_commit_is_lost_is_found_again(proxy: Proxy, hunt: Hunt) -> None:
    staff, paused, told = make_user(staff=True).pk, new_id(), new_id()
    for act in (
        partial(hunts.control, staff, hunt.id, "pause", None, paused),
        partial(announce, staff, hunt.id, "info", "Hello", told),
    ):
        proxy.lose("after")
        with pytest.raises(OperationalError):
            act()
        connection.close()
        act()
    assert Hunt.objects.get(id=hunt.id).paused_at is not None
    assert (AuditEntry.objects.count(), Announcement.objects.count()) == (2, 1)


def test_who_joined_when_the_answer_was_lost_has_joined(proxy: Proxy, hunt: Hunt) -> None:
    user = make_user()
    proxy.lose("after")
    with pytest.raises(OperationalError):
        players.join(user, hunt, "Ada")
    connection.close()
    assert players.join(user, hunt, "Ada").name == "Ada"
    assert Player.objects.count() == Member.objects.count() == 1
    assert_proved(hunt)


def test_ticks_whose_commit_is_lost_are_granted_once(proxy: Proxy, hunt: Hunt, ada: Hunter) -> None:
    ada.answers("wrong")
    ada.waits_hours(2.5)
    proxy.lose("after")
    with pytest.raises(OperationalError):
        xp.settle_due()
    connection.close()
    assert xp.settle_due() == 0
    assert ada.row.xp == 20
    assert_proved(hunt)


def test_while_the_server_is_away_it_is_retry_later_and_afterwards_all_is_well(
    transactional_db: None, postgres: Postgres
) -> None:
    server = {"HOST": "127.0.0.1", "PORT": postgres.port, "NAME": "enigma", "USER": "enigma", "PASSWORD": ""}
    with connected_to(**server):
        call_command("migrate", verbosity=0)
        hunt = make_hunt()
        ada, bob = Hunter.of(hunt, "Ada"), Hunter.of(hunt, "Bob")
        batch = [ada.command("answer", "right 1"), bob.command("answer", "wrong")]

        postgres.terminate()
        begun = time.monotonic()
        assert [code(result) for result in submit(batch)] == ["retry_later", "retry_later"]
        assert time.monotonic() - begun < 8, "nobody waits for long"

        postgres.start()
        assert [judged(result).verdict for result in submit(batch)] == ["correct", "wrong"]
        postgres.restart()
        # The connection is dead and does not know it yet.
        assert [judged(result).verdict for result in submit(batch)] == ["correct", "wrong"]
        postgres.kill()
        assert {code(result) for result in submit(batch)} == {"retry_later"}
        postgres.start()
        assert [judged(result).verdict for result in submit(batch)] == ["correct", "wrong"]
        assert Attempt.objects.count() == 2
        call_command("check_ledger", verbosity=0)


def _terminate_waiters(operator: psycopg.Connection) -> int:
    row = operator.execute(
        "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
        " WHERE datname = current_database() AND wait_event_type = 'Lock'"
    ).fetchone()
    return row[0] if row else 0
