"""What processes write down about themselves: a row a minute, read by those of any release, and not for ever."""

import os

import pytest

from enigma_rt.cluster import Reporter
from game.models import Heartbeat, Presence, Vitals
from game.queries import vitals
from game.queries.vitals import ENDED_MS, MINUTE_MS, SHOWN_MS, Report
from game.services.vitals import KEPT_MINUTES, tell
from tests.factories import now_ms

pytestmark = pytest.mark.django_db


def report(**members: object) -> Report:
    return Report(**({"kind": "web", "host": "here", "pid": 1, "started": 1} | members))  # type: ignore[arg-type]


def at(monkeypatch: pytest.MonkeyPatch, now: int) -> None:
    for module in ("game.services.vitals", "game.queries.vitals"):
        monkeypatch.setattr(f"{module}.now_ms", lambda: now)


def test_a_minute_has_one_row_and_the_last_word_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    minute = now_ms() // MINUTE_MS
    for second in (0, 5, 10, 60):
        at(monkeypatch, minute * MINUTE_MS + second * 1000)
        tell("a", report(waiting=second))
        tell("b", report(kind="worker"))
    rows = Vitals.objects.filter(process="a").order_by("minute")
    assert [(row.minute - minute, row.report["waiting"]) for row in rows] == [(0, 10), (1, 60)]
    _, told = vitals.lately()
    assert [(each.process, each.report.waiting) for each in told] == [("a", 60), ("b", 0)]
    past = vitals.by_minute(minute, 1)
    assert {
        m - minute: [each.report.waiting for each in said if each.process == "a"] for m, said in past.items()
    } == {
        0: [10],
        1: [60],
    }


def test_who_is_connected_is_what_each_process_said_last(monkeypatch: pytest.MonkeyPatch) -> None:
    begin = now_ms()
    at(monkeypatch, begin)
    tell("a", report(), {3, 1})
    tell("b", report(), {2, 3})
    tell("c", report(), {9})
    assert vitals.present(["a", "b"]) == {1, 2, 3}
    tell("b", report(), set())
    tell("a", report())
    assert vitals.present(["a", "b"]) == {1, 3}
    # Who has said nothing for so long that it is not shown is gone from here, too.
    at(monkeypatch, begin + SHOWN_MS + 1)
    tell("b", report(), {2})
    assert list(Presence.objects.values_list("process", "players")) == [("b", [2])]


def test_who_says_nothing_any_more_is_shown_for_a_while_and_who_has_ended_for_less(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    begin = now_ms()
    at(monkeypatch, begin)
    tell("silent", report())
    tell("ended", report(state="stopped"))

    def shown(after: int) -> set[str]:
        at(monkeypatch, begin + after)
        return {each.process for each in vitals.lately()[1]}

    assert shown(ENDED_MS) == {"silent", "ended"}
    assert shown(ENDED_MS + 1) == {"silent"}
    assert shown(SHOWN_MS) == {"silent"}
    assert shown(SHOWN_MS + 1) == set()


def test_a_longer_past_is_sampled(monkeypatch: pytest.MonkeyPatch) -> None:
    first = now_ms() // MINUTE_MS // 10 * 10
    for minute in range(first, first + 12):
        at(monkeypatch, minute * MINUTE_MS)
        tell("a", report())
    assert sorted(vitals.by_minute(first, 5)) == [first, first + 5, first + 10]


def test_what_another_release_says_is_understood_or_left_out() -> None:
    now = now_ms()
    for process, written in (
        ("newer", {"kind": "web", "host": "h", "pid": 1, "started": 1, "mood": "sunny"}),
        ("other", {"kind": "cron"}),
    ):
        Vitals.objects.create(process=process, minute=now // MINUTE_MS, at=now, report=written)
    assert [each.process for each in vitals.lately()[1]] == ["newer"]


def test_old_rows_go_once_an_hour(monkeypatch: pytest.MonkeyPatch) -> None:
    hour = (now_ms() // MINUTE_MS // 60) * 60
    for minute in (hour - KEPT_MINUTES - 1, hour - KEPT_MINUTES, hour - 1):
        Vitals.objects.create(process="a", minute=minute, at=minute * MINUTE_MS)
    at(monkeypatch, hour * MINUTE_MS)
    tell("b", report())
    assert sorted(Vitals.objects.values_list("minute", flat=True)) == [hour - KEPT_MINUTES, hour - 1, hour]


def test_the_scheduled_work_says_when_it_was_last_done_and_when_it_ends() -> None:
    Heartbeat.objects.create(job="settle_xp", at=now_ms() - 5_000)
    reporter = Reporter(os.getppid())
    tell(reporter._name, reporter._look())
    (told,) = vitals.lately()[1]
    assert (told.report.kind, told.report.state, told.report.waiting) == ("worker", "up", 0)
    assert told.report.settled == pytest.approx(5, abs=4)
    assert told.report.database.ms is not None
    reporter.farewell()
    assert vitals.lately()[1][0].report.state == "stopped"
    # The worker that takes over goes on in its name.
    again = Reporter(os.getppid())
    tell(again._name, again._look())
    assert [each.report.state for each in vitals.lately()[1]] == ["up"]
