"""manage.py check_scheduler: the health check of the worker's container."""

import subprocess
import sys
import time

import pytest
from django.core.management import CommandError, call_command

from enigma_rt.management.commands import check_scheduler
from game.models import Heartbeat
from game.queries.clock import now_ms
from game.services.xp import HEARTBEAT, settle_due

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def killed(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Real clusters of this machine are not ours to kill: notes the age from which they would be."""
    asked: list[float] = []

    def none_of_them(seconds: float) -> list[int]:
        asked.append(seconds)
        return []

    monkeypatch.setattr(check_scheduler, "_clusters_older_than", none_of_them)
    return asked


def beat(seconds_ago: int) -> None:
    Heartbeat.objects.update_or_create(job=HEARTBEAT, defaults={"at": now_ms() - seconds_ago * 1000})


def test_it_is_content_after_a_run(killed: list[float]) -> None:
    settle_due()
    call_command("check_scheduler", "--restart")
    assert killed == []


def test_silence_is_told_and_only_on_request_ended(killed: list[float]) -> None:
    beat(300)
    with pytest.raises(CommandError, match="300 s ago"):
        call_command("check_scheduler")
    assert killed == []
    with pytest.raises(CommandError, match="300 s ago"):
        call_command("check_scheduler", "--restart")
    assert killed == [240]
    call_command("check_scheduler", "--within", "400")


def test_it_has_never_run() -> None:
    with pytest.raises(CommandError, match="never"):
        call_command("check_scheduler")


@pytest.mark.production  # with /proc
def test_clusters_are_known_by_their_command_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    program = "import time; time.sleep(60)"
    with subprocess.Popen([sys.executable, "-c", program, "qcluster"]) as cluster:
        try:
            deadline = time.monotonic() + 10
            while cluster.pid not in check_scheduler._clusters_older_than(0.5):
                assert time.monotonic() < deadline
                time.sleep(0.1)
            assert cluster.pid not in check_scheduler._clusters_older_than(60)
        finally:
            cluster.kill()
