"""Webhooks as an operator's cluster sends them: soon, and all of them whatever becomes of the cluster."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.support.backstage import Stage, backstage
from tests.support.pack import word, write_pack
from tests.support.process import wait_for
from tests.support.receiver import Receiver, receiver
from tests.support.server import RunningHunt

pytestmark = pytest.mark.production

ADD = """
from django.contrib.auth import get_user_model
from game.models import Hunt
from game.services import webhooks
boss = get_user_model().objects.get(is_staff=True)
result = webhooks.add(boss.id, Hunt.objects.get(current=True).id, {url!r}, "json", ["solve"], 30, 5).id
"""
A_MINUTE_LATER = """
from django_q.tasks import async_task
from game.models import Heartbeat, Webhook
Heartbeat.objects.filter(job="webhooks").update(at=0)
Webhook.objects.update(held_until=0)
result = [async_task("game.tasks.start_webhooks") for _ in range(4)] and None
"""


@pytest.fixture
def there() -> Iterator[Receiver]:
    with receiver() as running:
        yield running


@pytest.fixture
def hunt(start_hunt: Callable[..., RunningHunt], tmp_path: Path) -> RunningHunt:
    running = start_hunt(web=0, env={"ENIGMA_WEBHOOKS_PRIVATE": "1"})
    running.manage("import_hunt", write_pack(tmp_path / "pack"), "--starts-in", "0s", "--current")
    return running


@pytest.fixture
def behind(hunt: RunningHunt) -> Iterator[Stage]:
    with backstage(hunt.env) as stage:
        yield stage


def test_every_delivery_arrives_though_the_cluster_is_killed_and_then_there_are_two(
    hunt: RunningHunt, behind: Stage, there: Receiver
) -> None:
    behind.account("Boss", staff=True)
    for name in ("Ada", "Bob", "Eve"):
        behind.player(name)
    worker = hunt.start_worker()
    behind.run(ADD.format(url=there.url))
    behind.answers("Ada", word("solve", 1))
    wait_for(lambda: len(there.taken) == 1, 30)  # without waiting for a schedule

    there.script = ["hang"]
    behind.answers("Ada", word("solve", 2))
    wait_for(lambda: len(there.received) == 2, 30)
    worker.kill()
    for name, first in (("Bob", 1), ("Eve", 1), ("Ada", 3)):
        behind.answers(name, *(word("solve", number) for number in range(first, 5)))
    assert len(there.taken) == 1

    hunt.start_worker()
    hunt.start_worker()
    behind.run(A_MINUTE_LATER)
    wait_for(lambda: len(there.taken) >= 12, 40)
    told = [(each.json["player"]["name"], each.json["question"]["position"]) for each in there.taken]
    assert sorted(set(told)) == [(name, q) for name in ("Ada", "Bob", "Eve") for q in range(1, 5)]
    for name in ("Ada", "Bob", "Eve"):
        assert [q for who, q in dict.fromkeys(told) if who == name] == [1, 2, 3, 4]
    ids = {(each.id, each.body) for each in there.received}
    assert len(ids) == 12  # what came twice came as the same
