"""The console's pulse: what was there before is there at once, what happens comes by the second; how every process
does."""

import asyncio
from typing import Any

import pytest

from consumers import hub as hubs
from consumers.pulse import MARK_S
from game.models import Attempt, Player, Vitals
from game.queries.vitals import Link, Report, present
from game.services.answers import submit
from game.services.vitals import tell
from tests.consumers.conftest import Client, Connect, Database
from tests.factories import command_id, grant_xp, make_hunt, make_player, make_user, now_ms, submission

MINUTE_MS = 60_000


def tries(player: Player, *texts: str) -> None:
    for text in texts:
        submit([submission(player, text=text)])


async def counts(console: Client, span: str = "hour") -> dict[int, list[int]]:
    """Of each minute in which there was something: what was."""
    reply = await console.ask("pulse_history", span=span)
    assert reply["complete"], reply
    return {minute: numbers for minute, *numbers in reply["counts"] if any(numbers)}


async def test_what_was_before_the_console_is_in_its_history_and_what_comes_in_its_pulse(
    connect: Connect, database: Database
) -> None:
    hunt = await database(make_hunt)
    ada = await database(make_player, hunt)
    await database(grant_xp, ada, 500)
    await database(tries, ada, "wrong", "close 1", "right 1")
    await database(lambda: submit([submission(ada, "hint", text="points"), submission(ada, "skip")]))
    await database(lambda: submit([submission(ada, "accept_close", text="close 3")]))
    ago = now_ms() // MINUTE_MS - 20
    await database(lambda: Attempt.objects.update(at=ago * MINUTE_MS))

    console = await connect(await database(make_user, role="viewer"), "organiser")
    questions = console.snapshot["questions"]
    assert [(q["attempts"], q["solves"], q["hints"], q["skips"]) for q in questions] == [
        (3, 1, 0, 0),
        (0, 0, 1, 1),
        (1, 1, 0, 0),
    ]
    # right, close, wrong, hints, skips, accepted
    assert await counts(console) == {ago: [2, 1, 1, 1, 1, 1]}
    await console.until("pulse")

    bob = await database(make_player, hunt)
    await database(tries, bob, "wrong")
    async with asyncio.timeout(5):
        while not (minutes := (await console.until("pulse"))["minutes"]):
            pass
    assert [numbers for _, *numbers in minutes] == [[0, 0, 1, 0, 0, 0]]
    assert minutes[0][0] > ago
    assert (await console.until("pulse"))["minutes"] == []


async def test_what_was_before_is_no_news_however_much_it_is(connect: Connect, database: Database) -> None:
    hunt = await database(make_hunt)
    ada = await database(make_player, hunt)
    await database(tries, ada, "first")

    def repeat(times: int) -> None:
        (row,) = Attempt.objects.filter(text="first")[:1]
        values = {name: value for name, value in vars(row).items() if name not in ("id", "_state", "command")}
        Attempt.objects.bulk_create([Attempt(command=command_id(), **values) for _ in range(times)])

    await database(repeat, 150)
    boss = await database(make_user, role="viewer")
    console = await connect(boss, "organiser")
    assert len(console.snapshot["feed"]) == 60
    assert [(await console.until("pulse"))["feed"] for _ in range(2)] == [[], []]
    await console.close()

    # Nor is what came while nobody watched.
    await hubs.current().pulse.beat()
    await database(repeat, 150)
    console = await connect(boss, "organiser")
    assert (await console.until("pulse"))["feed"] == []
    await database(tries, ada, "now")
    news = (await console.until("pulse"))["feed"] + (await console.until("pulse"))["feed"]
    assert [item["text"] for item in news] == ["now"]


async def test_the_whole_hunt_is_read_piece_by_piece(connect: Connect, database: Database) -> None:
    hunt = await database(make_hunt, started_h=9)
    ada = await database(make_player, hunt)
    await database(tries, ada, "wrong")
    ago = now_ms() // MINUTE_MS - 8 * 60
    await database(lambda: Attempt.objects.update(at=ago * MINUTE_MS))
    console = await connect(await database(make_user, role="viewer"), "organiser")
    first = await console.ask("pulse_history", span="hunt")
    assert not first["complete"]
    assert first["since"] > ago
    filling = hubs.current().pulse._filling
    assert filling is not None
    await filling
    reply = await console.ask("pulse_history", span="hunt")
    assert reply["complete"]
    assert reply["step"] == 5
    assert {minute: wrong for minute, _, _, wrong, *_ in reply["counts"] if wrong} == {ago - ago % 5: 1}
    assert len(reply["sockets"]) == len(reply["counts"]) == len(reply["p50"])


async def test_the_mark_follows_and_nothing_is_counted_twice(
    connect: Connect, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("consumers.pulse.MARK_S", 0.0)
    assert MARK_S >= 20
    hunt = await database(make_hunt)
    ada = await database(make_player, hunt)
    console = await connect(await database(make_user, role="viewer"), "organiser")
    pulse = hubs.current().pulse
    marks = set()
    for n in range(1, 6):
        await database(tries, ada, f"wrong {n}")
        for _ in range(2):
            _, _, questions = await pulse.totals()
            assert questions[0].attempts == n
            assert pulse._tally is not None
            marks.add(pulse._tally.mark)
    assert len(marks) >= 5
    assert (
        sum(wrong for _, _, _, wrong, *_ in (await console.ask("pulse_history", span="hour"))["counts"]) == 5
    )


def others(*reports: tuple[str, int, Report]) -> None:
    """Other processes have said so, so many milliseconds ago."""
    for process, age, report in reports:
        tell(process, report)
        Vitals.objects.filter(process=process).update(at=now_ms() - age)


def report(**members: Any) -> Report:
    return Report(host="elsewhere", pid=7, started=1, **({"kind": "web"} | members))


async def test_every_process_is_shown_and_one_that_says_nothing_is_silent(
    connect: Connect, database: Database
) -> None:
    hunt = await database(make_hunt)
    ada = await connect(await database(make_player, hunt))
    console = await connect(await database(make_user, role="viewer"), "organiser")
    await ada.ask("answer", q=1, text="right 1")
    down = Link(error="ConnectionError", error_at=17)
    await database(
        others,
        ("beside", 1_000, report(sockets=(40, 2, 0), here=((2, 40),), verdicts=((20, 5),), bus=down)),
        ("killed", 40_000, report(sockets=(99, 0, 0), here=((2, 99),), verdicts=((40, 99),))),
        ("left", 10_000, report(state="stopped")),
        ("gone", 400_000, report()),
        ("scheduled", 1_000, report(kind="worker", waiting=3, settled=12.0)),
    )
    await hubs.current().vitals.show()
    health = await console.until("health")
    assert len(health["processes"]) == 5
    shown = {process["process"]: process for process in health["processes"]}
    (mine,) = (process for process in health["processes"] if process["here"])
    assert {name: process["state"] for name, process in shown.items()} == {
        "beside": "up",
        "killed": "silent",
        "left": "stopped",
        "scheduled": "up",
        mine["process"]: "up",
    }
    assert (shown["scheduled"]["kind"], shown["scheduled"]["waiting"], shown["scheduled"]["settled"]) == (
        "worker",
        3,
        12.0,
    )
    assert shown["beside"]["bus"] == {"ms": None, "error": "ConnectionError", "error_at": 17}
    assert (mine["sockets"], mine["verdicts"]) == ({"players": 1, "spectators": 0, "organisers": 1}, 1)
    # All that are alive together.
    assert health["sockets"] == {"players": 41, "spectators": 2, "organisers": 1}
    assert health["here"] == [[2, 41]]
    assert health["verdicts"] == 6
    assert 0 < health["p50"] <= health["p99"] < 1_000


async def test_a_process_writes_itself_down_and_says_when_it_ends(
    connect: Connect, database: Database
) -> None:
    hunt = await database(make_hunt)
    await connect(await database(make_player, hunt))
    hub = hubs.current()

    async def written() -> Any:
        row = await database(Vitals.objects.filter(process=hub.vitals.name).order_by("minute").last)
        return row.report

    hub.vitals.soon()
    await hub.vitals.write_vitals()
    told = await written()
    assert (told["kind"], told["state"], told["sockets"]) == ("web", "up", [1, 0, 0])
    assert told["database"]["ms"] > 0
    await hub.drain(0)
    await hub.vitals.write_vitals()
    assert (await written())["state"] == "draining"
    await hub.stop()
    assert (await written())["state"] == "stopped"


async def test_without_the_database_the_console_still_hears_of_this_process(
    connect: Connect, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    await database(make_hunt)
    console = await connect(await database(make_user, role="viewer"), "organiser")
    await database(others, ("beside", 0, report()))
    vitals = hubs.current().vitals
    await vitals.show()

    def away() -> None:
        raise OSError

    monkeypatch.setattr("game.queries.vitals.lately", away)
    before = await console.until("health")
    await vitals.show()
    health = await console.until("health")
    assert len(health["processes"]) == 2
    assert health["as_of"] == before["as_of"]
    assert health["now"] >= before["now"]
    # Nobody is called silent because nobody could listen.
    assert [process["state"] for process in health["processes"]] == ["up", "up"]


async def test_who_is_connected_to_any_process_is_connected(connect: Connect, database: Database) -> None:
    hunt = await database(make_hunt)
    ada, bob, eve, zoe = [await database(make_player, hunt, name) for name in ("Ada", "Bob", "Eve", "Zoe")]
    up = Report("web", "elsewhere", 1, 1)
    await database(tell, "another", up, {bob.id})
    await database(tell, "ended", Report("web", "elsewhere", 2, 1, state="stopped"), {eve.id})
    await database(tell, "silent", up, {zoe.id})
    await database(lambda: Vitals.objects.filter(process="silent").update(at=now_ms() - 20_000))
    await connect(ada)
    console = await connect(await database(make_user, role="moderator"), "organiser")
    rows = (await console.ask("find", text=""))["rows"]
    assert {row["name"] for row in rows if row["online"]} == {"Ada", "Bob"}
    assert (await console.ask("inspect", player=bob.id))["line"]["online"]
    for to, reached in (({}, (4, 2)), ({"player": bob.id}, (1, 1)), ({"player": eve.id}, (1, 0))):
        seen = await console.ask("preview", text="Hello", to=to)
        assert (seen["players"], seen["online"]) == reached
    owner = await connect(await database(make_user, staff=True), "organiser")
    assert (await owner.ask("control_preview", action="pause"))["online"] == 2


async def test_a_process_writes_down_who_is_here(connect: Connect, database: Database) -> None:
    ada = await database(make_player, await database(make_hunt))
    socket, vitals = await connect(ada), hubs.current().vitals
    vitals.soon()
    await vitals.write_vitals()
    assert await database(present, [vitals.name]) == {ada.id}
    await socket.close()
    vitals.soon()
    await vitals.write_vitals()
    assert await database(present, [vitals.name]) == set()
