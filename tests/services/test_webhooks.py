"""Webhooks: each event once to each webhook, in order, signed, until it is taken; and never into this network."""

import re
import socket
import time
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django_q.models import OrmQ, Schedule

from game import errors, tasks
from game.models import Attempt, AuditEntry, Delivery, Heartbeat, Hunt, Player, Webhook
from game.queries import history, outlets
from game.queries.clock import now_ms
from game.rules.roles import Role
from game.rules.webhooks import MOST_TRIES
from game.services import announcements, deliveries, outgoing, webhooks
from game.services.hunts import control
from tests.factories import make_hunt, make_user
from tests.services.hunters import Hunter, new_id
from tests.services.threads import at_once
from tests.support.receiver import Receiver, receiver

pytestmark = pytest.mark.django_db(transaction=True)

ALL = ("solve", "first_solve", "finish", "wall", "announcement")
MINUTE = 60_000


@pytest.fixture
def hunt(transactional_db: None) -> Hunt:
    return make_hunt()


@pytest.fixture
def organiser(transactional_db: None) -> int:
    return int(make_user("organiser", staff=True).pk)


@pytest.fixture
def there(settings: Any) -> Iterator[Receiver]:
    """A receiver on this machine, which is allowed here."""
    settings.WEBHOOK_PLAIN = settings.WEBHOOK_PRIVATE = True
    with receiver() as running:
        yield running


def add(hunt: Hunt, organiser: int, url: str, *events: str, form: str = "json", **walls: int) -> Webhook:
    minutes, players = walls.get("minutes", 30), walls.get("players", 2)
    return webhooks.add(organiser, hunt.id, url, form, events or ALL, minutes, players)


def told(there: Receiver) -> list[tuple[str, str]]:
    """(event, who) of what was taken, in that order."""
    said = [received.json for received in there.taken]
    return [(each["event"], each.get("player", {}).get("name", "")) for each in said]


def as_if_time_had_passed() -> None:
    Delivery.objects.filter(status="waiting").update(next_at=0)


# --- what is told ---------------------------------------------------------------------------------------------------


def test_solves_firsts_and_finishes_are_told_once_in_their_order(
    hunt: Hunt, organiser: int, there: Receiver
) -> None:
    ada, bob = Hunter.of(hunt, "Ada"), Hunter.of(hunt, "Bob")
    ada.solves_until(2)
    everything, firsts = (
        add(hunt, organiser, there.url),
        add(hunt, organiser, there.url, "first_solve", form="slack"),
    )
    Webhook.objects.update(told_until=now_ms() + webhooks.OVERLAP_MS)  # what was before is nobody's
    time.sleep(0.002)
    bob.solves_until(3)
    ada.solves_until(4)
    Webhook.objects.update(told_until=Attempt.objects.filter(player_id=bob.id).earliest("id").at + 10_000)
    for _ in range(3):
        deliveries.work()
    by_hook = {
        hook.id: list(hook.deliveries.order_by("id").values_list("event", "payload__player__name"))
        for hook in (everything, firsts)
    }
    assert by_hook[everything.id] == [
        *(("solve", "Bob"), ("solve", "Bob"), ("first_solve", "Bob")),
        *(("solve", "Ada"), ("solve", "Ada"), ("first_solve", "Ada"), ("finish", "Ada")),
    ]
    assert by_hook[firsts.id] == [("first_solve", "Bob"), ("first_solve", "Ada")]
    assert len(there.taken) == 9 == len({received.id for received in there.taken})
    first = next(received.json for received in there.taken if b'"first_solve"' in received.body)
    assert first["question"] == {"position": 2} and first["hunt"]["slug"] == hunt.slug
    assert b"Title" not in b"".join(received.body for received in there.received)


def test_what_becomes_visible_late_is_told_too(hunt: Hunt, organiser: int, there: Receiver) -> None:
    """Two processes commit in another order than that of their instants."""
    ada, bob = Hunter.of(hunt, "Ada"), Hunter.of(hunt, "Bob")
    add(hunt, organiser, there.url, "solve")
    ada.solves_until(2)
    deliveries.work()
    bob.solves_until(2)
    Attempt.objects.filter(player_id=bob.id).update(at=now_ms() - 5_000)
    deliveries.work()
    deliveries.work()
    assert told(there) == [("solve", "Ada"), ("solve", "Bob")]


def test_the_hidden_and_the_banned_are_not_told_of(hunt: Hunt, organiser: int, there: Receiver) -> None:
    add(hunt, organiser, there.url)
    for name, field in (("Hidden", "hidden"), ("Banned", "banned")):
        hunter = Hunter.of(hunt, name)
        hunter.solves_until(4)
        Player.objects.filter(id=hunter.id).update(**{field: True})
    deliveries.work()
    assert there.received == []


def test_an_announcement_and_its_deliveries_are_one_transaction(
    hunt: Hunt, organiser: int, there: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    add(hunt, organiser, there.url, "announcement", form="discord")
    add(hunt, organiser, there.url, "solve")
    command = new_id()
    for _ in range(2):
        announcements.announce(organiser, hunt.id, "urgent", "Supper @everyone", command)
    assert Delivery.objects.count() == 1
    monkeypatch.setattr(webhooks, "_write", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        announcements.announce(organiser, hunt.id, "info", "Never")
    assert hunt.announcements.count() == 1
    deliveries.work()
    (received,) = there.taken
    assert received.json["content"].endswith("Supper \\@everyone")


def test_a_wall_is_told_once_until_somebody_climbs_it(hunt: Hunt, organiser: int, there: Receiver) -> None:
    ada, bob = Hunter.of(hunt, "Ada"), Hunter.of(hunt, "Bob")
    add(hunt, organiser, there.url, "wall", minutes=30, players=2)

    def look() -> list[Any]:
        Webhook.objects.update(told_until=now_ms() - webhooks.MARK_MS)
        deliveries.work()
        return [received.json for received in there.taken]

    ada.waits(31)
    bob.waits(29)
    assert look() == []
    bob.waits(2)
    (wall,) = look()
    assert (wall["event"], wall["question"], wall["players"], wall["minutes"]) == (
        *("wall", {"position": 1}, 2, 30),
    )
    assert len(look()) == 1
    Hunter.of(hunt, "Eve").solves_until(2)
    assert len(look()) == 1  # somebody has just solved it
    Attempt.objects.update(at=now_ms() - 31 * MINUTE)
    assert len(look()) == 2
    Hunt.objects.update(paused_at=now_ms() - 1)
    Attempt.objects.update(at=now_ms() - 32 * MINUTE)
    assert len(look()) == 2  # nobody is stuck while nobody plays


def test_a_pause_makes_no_wall(hunt: Hunt, organiser: int, there: Receiver) -> None:
    for name in ("Ada", "Bob"):
        Hunter.of(hunt, name).waits(50)
    Hunter.of(hunt, "Eve").solves_until(2)
    Attempt.objects.update(at=now_ms() - 40 * MINUTE)
    control(organiser, hunt.id, "pause")
    Hunt.objects.update(paused_at=now_ms() - 15 * MINUTE)
    control(organiser, hunt.id, "resume")
    hunt.refresh_from_db()
    assert webhooks.walls(hunt, now_ms(), 30, 2) == []  # it was solved 25 minutes of play ago
    assert [wall[:2] for wall in webhooks.walls(hunt, now_ms(), 20, 2)] == [(1, 2)]


def test_what_happens_during_a_pause_is_not_told_and_what_waits_is(
    hunt: Hunt, organiser: int, there: Receiver
) -> None:
    ada = Hunter.of(hunt, "Ada")
    hook = add(hunt, organiser, there.url, "solve")
    webhooks.change(organiser, hunt.id, hook.id, "test")
    webhooks.change(organiser, hunt.id, hook.id, "pause")
    ada.solves_until(2)
    deliveries.work()
    assert there.received == []
    webhooks.change(organiser, hunt.id, hook.id, "resume")
    Webhook.objects.update(told_until=now_ms() + webhooks.OVERLAP_MS)
    deliveries.work()
    assert told(there) == [("test", "")]


# --- until it is taken ----------------------------------------------------------------------------------------------


def test_what_is_not_taken_comes_again_with_the_same_id_and_nothing_overtakes_it(
    hunt: Hunt, organiser: int, there: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outgoing, "WITHIN_S", 0.3)
    monkeypatch.setattr(outgoing, "DEADLINE_S", 0.6)
    hook = add(hunt, organiser, there.url, "solve")
    Hunter.of(hunt, "Ada").solves_until(4)
    there.script = ["500", "drop", "hang", "drip", "redirect", "ok", "404"]
    problems = []
    for turn in range(7):
        began = time.monotonic()
        deliveries.work()
        assert time.monotonic() - began < 5
        head = hook.deliveries.order_by("id")[0 if turn < 5 else 1]
        problems.append(head.last_error)
        sent = len(there.received)
        deliveries.work()
        assert len(there.received) == sent  # it waits, and so does what is behind it
        as_if_time_had_passed()
    assert problems[0] == "HTTP 500: it  broke"
    assert "second line" not in "".join(problems)
    assert all(problem.startswith("no connection") for problem in problems[1:4])
    assert problems[4] == "HTTP 302: redirects are not followed"
    ids = [received.id for received in there.received]
    assert len(set(ids[:6])) == 1 and len(set(ids)) == 3
    assert [received.json["question"]["position"] for received in there.taken] == [1, 2, 3]
    assert not any("followed" in received.path for received in there.received)


def test_what_keeps_the_others_waiting_is_shown_however_many_they_are(
    hunt: Hunt, organiser: int, there: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outlets, "LATEST", 2)
    hook = add(hunt, organiser, there.url, "solve")
    Hunter.of(hunt, "Ada").solves_until(4)
    deliveries.work()
    assert [each.tries for each in outlets.webhooks(hunt.id)[1]] == [1, 1]  # all taken: the latest two
    for _ in range(4):
        webhooks.change(organiser, hunt.id, hook.id, "test")
    there.script = ["500"]
    deliveries.work()
    head, *latest = outlets.webhooks(hunt.id)[1]
    assert (head.status, head.tries, head.error) == ("waiting", 1, "HTTP 500: it  broke")
    assert [each.tries for each in latest] == [0, 0]
    assert head.delivery < min(each.delivery for each in latest)


def test_a_receiver_says_when_it_wants_it_again(hunt: Hunt, organiser: int, there: Receiver) -> None:
    hook = add(hunt, organiser, there.url)
    webhooks.change(organiser, hunt.id, hook.id, "test")
    there.script = ["busy"]
    deliveries.work()
    assert 25_000 < hook.deliveries.get().next_at - now_ms() <= 30_000


def test_what_is_never_taken_has_failed_lets_the_next_pass_and_can_be_sent_again(
    hunt: Hunt, organiser: int, there: Receiver
) -> None:
    hook = add(hunt, organiser, there.url, "solve")
    Hunter.of(hunt, "Ada").solves_until(3)
    there.script = ["500"] * MOST_TRIES
    for _ in range(MOST_TRIES + 1):
        deliveries.work()
        as_if_time_had_passed()
    first, second = hook.deliveries.order_by("id")
    assert (first.status, first.tries, first.last_error) == ("failed", MOST_TRIES, "HTTP 500: it  broke")
    assert second.status == "delivered"
    webhooks.send_again(organiser, hunt.id, first.id)
    deliveries.work()
    first.refresh_from_db()
    assert (first.status, first.last_error) == ("delivered", "")
    assert {received.id for received in there.received if received.id != str(second.uid)} == {str(first.uid)}
    with pytest.raises(errors.NotFound):
        webhooks.send_again(organiser, hunt.id, first.id)


def test_who_dies_before_noting_it_sends_it_again_with_the_same_id(
    hunt: Hunt, organiser: int, there: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Killed(BaseException):
        pass

    hook = add(hunt, organiser, there.url)
    webhooks.change(organiser, hunt.id, hook.id, "test")
    real = outgoing.post

    def post_and_die(*arguments: Any) -> Any:
        real(*arguments)
        Webhook.objects.update(held_until=now_ms() + 300)  # as kill -9 leaves it: nobody lets go
        raise Killed

    monkeypatch.setattr(outgoing, "post", post_and_die)
    with pytest.raises(Killed):
        deliveries.work()
    monkeypatch.setattr(outgoing, "post", real)
    deadline = time.monotonic() + 10
    while len(there.taken) < 2 and time.monotonic() < deadline:
        deliveries.work()
    assert len({received.id for received in there.taken}) == 1
    deliveries.work()
    assert len(there.taken) == 2


def test_two_senders_at_once_keep_the_order_and_send_each_once(
    hunt: Hunt, organiser: int, there: Receiver
) -> None:
    for name in ("Ada", "Bob", "Eve", "Zoe"):
        Hunter.of(hunt, name)
    add(hunt, organiser, there.url, "solve")
    for player in Player.objects.order_by("id"):
        Hunter(player).solves_until(4)

    def send() -> None:
        for _ in range(4):
            deliveries.work()

    at_once([send, send, send])
    deliveries.work()
    expected = list(Delivery.objects.order_by("id").values_list("uid", flat=True))
    assert [received.id for received in there.taken] == [str(uid) for uid in expected]
    assert len(expected) == 12


def test_the_documents_example_verifies_what_is_sent(hunt: Hunt, organiser: int, there: Receiver) -> None:
    hook = add(hunt, organiser, there.url)
    webhooks.change(organiser, hunt.id, hook.id, "test")
    deliveries.work()
    (received,) = there.taken
    guide = (Path(__file__).parents[2] / "docs" / "organising.md").read_text(encoding="utf-8")
    (example,) = [
        code for code in re.findall(r"```python\n(.*?)```", guide, re.DOTALL) if "def verify" in code
    ]
    space: dict[str, Any] = {}
    exec(example, space)  # noqa: S102  # our own document
    verify = space["verify"]
    assert verify(hook.secret, received.headers, received.body)
    assert not verify(hook.secret, received.headers, received.body + b" ")
    assert not verify(hook.secret, received.headers | {"webhook-timestamp": "1"}, received.body)
    other = add(hunt, organiser, there.url)
    assert not verify(other.secret, received.headers, received.body)


# --- where to -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("address", "public"),
    [
        *((each, True) for each in ("93.184.216.34", "2606:4700::1111", "::ffff:93.184.216.34")),
        *(
            (each, False)
            for each in ("127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254")
        ),
        *((each, False) for each in ("0.0.0.0", "100.64.0.1", "224.0.0.1", "255.255.255.255", "198.18.0.1")),
        *((each, False) for each in ("::1", "::", "fe80::1%eth0", "fc00::1", "ff02::1", "::ffff:127.0.0.1")),
        *((each, False) for each in ("64:ff9b::7f00:1", "2002:7f00:1::", "2001:db8::1")),
        *((each, False) for each in ("64:ff9b:1::a00:1", "fec0::1", "::7f00:1", "::ffff:0:7f00:1")),
    ],
)
def test_what_is_public(address: str, public: bool) -> None:
    assert outgoing.is_public(address) is public


@pytest.mark.parametrize("names", [["127.0.0.1"], ["93.184.216.34", "10.0.0.1"], ["::1"]])
def test_a_name_of_this_network_is_not_posted_to(
    there: Receiver, settings: Any, monkeypatch: pytest.MonkeyPatch, names: list[str]
) -> None:
    settings.WEBHOOK_PRIVATE = False
    found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (name, there.port)) for name in names]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: found)
    answer = outgoing.post(f"http://hook.example:{there.port}/", b"{}", {})
    assert answer.problem == "hook.example is not a public address."
    assert there.received == []


def test_the_address_that_was_judged_is_the_one_that_is_called(
    there: Receiver, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A name that answers with a public address at first and with ours afterwards."""
    asked: list[str] = []
    real = socket.getaddrinfo

    def rebinding(host: str, port: int, *rest: Any, **options: Any) -> Any:
        if host != "hook.example":
            return real(host, port, *rest, **options)
        asked.append(host)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port))]

    monkeypatch.setattr(socket, "getaddrinfo", rebinding)
    assert outgoing.post(f"http://hook.example:{there.port}/x", b"{}", {}).problem == ""
    assert asked == ["hook.example"]
    assert there.received[0].headers["host"] == f"hook.example:{there.port}"


@pytest.mark.parametrize(
    "url",
    [
        *("http://example.org/", "ftp://example.org/", "https://", "https://user:pw@example.org/", "x"),
        *(
            "https://exam ple.org/",
            "https://example.org:0/",
            "https://example.org:99999/",
            "https://exämple.org/",
        ),
        *("https://[::1", "https://example.org/\n", "file:///etc/passwd"),
    ],
)
def test_what_is_no_address_is_refused_at_once(hunt: Hunt, organiser: int, settings: Any, url: str) -> None:
    settings.WEBHOOK_PLAIN = False
    with pytest.raises(errors.Invalid):
        add(hunt, organiser, url)
    assert not Webhook.objects.exists()


# --- what organisers do ---------------------------------------------------------------------------------------------


def test_adding_is_done_once_and_written_down_without_what_is_secret(hunt: Hunt, organiser: int) -> None:
    command = new_id()
    url = "https://discord.com/api/webhooks/1/very-secret"
    rows = [
        webhooks.add(organiser, hunt.id, url, "discord", ["finish", "solve"], 30, 5, command)
        for _ in range(2)
    ]
    assert rows[0] == rows[1] and Webhook.objects.count() == 1
    entry = AuditEntry.objects.get()
    assert (entry.action, entry.user_id) == ("webhook.add", organiser)
    assert entry.detail["asked"]["events"] == ["finish", "solve"]
    assert "very-secret" not in str(entry.detail) and rows[0].secret not in str(entry.detail)
    for act in ("test", "pause", "resume"):
        webhooks.change(organiser, hunt.id, rows[0].id, act)
        (shown, *_), _cursor = history.audit_trail(hunt.id, None, Role.OWNER)
        assert (shown.action, shown.note) == (f"webhook.{act}", "https://discord.com/…")
    webhooks.change(organiser, hunt.id, rows[0].id, "delete")
    assert not Webhook.objects.exists()
    assert AuditEntry.objects.latest("id").detail["done"]["before"]["url"] == "https://discord.com/…"
    with pytest.raises(errors.NotFound):
        webhooks.change(organiser, hunt.id, rows[0].id, "pause")


@pytest.mark.parametrize(
    ("events", "minutes", "players"),
    [((), 30, 5), (("test",), 30, 5), (("solves",), 30, 5), (("wall",), 0, 5), (("wall",), 30, 0)],
)
def test_values_out_of_range_are_refused(
    hunt: Hunt, organiser: int, events: tuple[str, ...], minutes: int, players: int
) -> None:
    with pytest.raises(errors.Invalid):
        webhooks.add(organiser, hunt.id, "https://example.org/", "json", events, minutes, players)


# --- the chain ------------------------------------------------------------------------------------------------------


def links() -> list[Any]:
    return [row.task for row in OrmQ.objects.order_by("id") if row.task["func"] == "game.tasks.tell_webhooks"]


def test_one_chain_looks_after_all_webhooks(
    hunt: Hunt, organiser: int, there: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tasks, "LINK_S", 0.0)
    tasks.start_webhooks()
    assert links() == []  # there is nothing to look after
    hook = add(hunt, organiser, there.url)
    webhooks.change(organiser, hunt.id, hook.id, "test")
    for _ in range(3):
        tasks.start_webhooks()
    (link,) = links()
    OrmQ.objects.all().delete()
    tasks.tell_webhooks(*link["args"])
    assert told(there) == [("test", "")]
    (following,) = links()
    OrmQ.objects.all().delete()

    webhooks.change(organiser, hunt.id, hook.id, "test")
    tasks.tell_webhooks(*link["args"])  # a link that came twice
    assert (len(there.taken), links()) == (1, [])

    # A chain that died is started again; should it live after all, the old one ends.
    Heartbeat.objects.filter(job=tasks.CHAIN).update(at=now_ms() - tasks.DEAD_MS - 1)
    tasks.start_webhooks()
    assert len(links()) == 1
    tasks.tell_webhooks(*following["args"])
    assert (len(there.taken), len(links())) == (1, 1)

    (link,) = links()
    OrmQ.objects.all().delete()
    webhooks.change(organiser, hunt.id, hook.id, "pause")
    tasks.tell_webhooks(*link["args"])
    assert links() == []
    webhooks.change(organiser, hunt.id, hook.id, "resume")
    tasks.start_webhooks()
    assert len(links()) == 1  # at once


def test_the_schedule_looks_each_minute() -> None:
    # Tests that empty the tables take it along with everything else; here it is made as the migration makes it.
    import_module("game.migrations.0005_webhook_schedule").add(apps, None)
    schedule = Schedule.objects.get(name="start_webhooks")
    assert (schedule.func, schedule.schedule_type, schedule.minutes) == ("game.tasks.start_webhooks", "I", 1)
