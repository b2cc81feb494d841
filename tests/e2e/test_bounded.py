"""What one client can cost a really running server: clients that do not read, or only write, or are gone unnoticed.

Each is dropped in bounded time, the process keeps its size, and somebody who plays notices nothing.
"""

import asyncio
import os
import re
import signal
import socket
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import ExitStack, asynccontextmanager, contextmanager, suppress
from pathlib import Path

import pytest

from tests.support.backstage import Stage, backstage
from tests.support.pack import word, write_pack
from tests.support.process import wait_for
from tests.support.server import RunningHunt, WebServer
from tests.support.tabs import Tab, Tabs, bare_socket, masked

QUESTIONS = 200
MEBIBYTE = 1024  # /proc counts in KiB
FLAT = 32 * MEBIBYTE
"""What a process may grow by for its own reasons; unbounded, each of these tests costs several times this."""
SLOW = 20
NOTICE = 2_000  # characters
PINGED_S, PONG_S = 22.0, 10.0
PROMPT_S = 3.0
"""For an answer on a busy machine; a server that waits for somebody else's client takes longer."""
GET = masked(b'{"t":"ping","n":1}')


@pytest.fixture(scope="module")
def hunt(
    start_shared_hunt: Callable[..., RunningHunt], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[RunningHunt]:
    pack: Path = write_pack(tmp_path_factory.mktemp("bounded") / "hunt", QUESTIONS)
    running = start_shared_hunt(web=0)
    running.manage("import_hunt", pack, "--starts-in", "0s", "--current")
    running.start_web()
    yield running
    assert " 0 problems" in running.manage("check_ledger")
    for web in running.web:
        assert not re.findall(r"Traceback|ERROR|CRITICAL", web.log_text())


@pytest.fixture(scope="module")
def behind(hunt: RunningHunt) -> Iterator[Stage]:
    with backstage(hunt.env) as stage:
        yield stage


@pytest.fixture(scope="module")
def web(hunt: RunningHunt) -> WebServer:
    return hunt.web[0]


@pytest.fixture(scope="module")
def vanished(web: WebServer) -> Iterator[tuple[float, list[socket.socket]]]:
    """When they were opened, and clients whose machines have lost the network since: nothing comes from them, not even
    the end of the connection. From the last one something does come, but nothing ever reaches it."""
    ended = threading.Event()
    with ExitStack() as stack:
        sockets = [stack.enter_context(bare_socket(web)) for _ in range(3)]

        def talk() -> None:
            with suppress(OSError):
                while not ended.wait(1):
                    sockets[-1].sendall(GET)

        talking = threading.Thread(target=talk)
        talking.start()
        try:
            yield time.monotonic(), sockets
        finally:
            ended.set()
            talking.join()


def memory(web: WebServer) -> int:
    """What the process holds, in KiB."""
    status = Path(f"/proc/{web.pid}/status").read_text(encoding="ascii")
    return int(status.partition("VmRSS:")[2].split()[0])


@contextmanager
def stays_flat(web: WebServer) -> Iterator[None]:
    """Raises when the process has grown by more than FLAT at any time."""
    before = most = memory(web)
    ended = threading.Event()

    def look() -> None:
        nonlocal most
        while not ended.wait(0.05):
            most = max(most, memory(web))

    looking = threading.Thread(target=look)
    looking.start()
    try:
        yield
    finally:
        ended.set()
        looking.join()
    print(f"grew by {most - before} KiB at most, {memory(web) - before} KiB in the end")
    assert most - before < FLAT


@asynccontextmanager
async def somebody_plays(web: WebServer, session: str) -> AsyncIterator[Tab]:
    """Answers all the while, and is answered promptly."""
    async with Tabs() as tabs:
        tab = await tabs.open(web, session)
        position: int = tab.snapshot["me"]["position"]
        first, slowest = position, 0.0
        ended = asyncio.Event()

        async def play() -> None:
            nonlocal position, slowest
            while not ended.is_set():
                began = time.monotonic()
                verdict = await tab.ask("answer", q=position, text=word("solve", position), within=20)
                assert verdict["t"] == "verdict", verdict
                slowest = max(slowest, time.monotonic() - began)
                position = verdict["me"]["position"]
                await asyncio.sleep(0.5)

        playing = asyncio.create_task(play())
        yield tab
        ended.set()
        await playing
        print(f"{position - first} answers, the slowest took {slowest:.2f} s")
        assert position > first
        assert slowest < PROMPT_S


def is_gone(client: socket.socket, within: float) -> bool:
    """Whether its connection has ended, once all that was on its way has been read."""
    deadline = time.monotonic() + within
    with suppress(ConnectionError):
        while (left := deadline - time.monotonic()) > 0:
            client.settimeout(left)
            try:
                if not client.recv(65_536):
                    return True
            except TimeoutError:
                return False
        return False
    return True


async def test_who_only_writes_is_closed(web: WebServer, behind: Stage, vanished: object) -> None:
    """In every way to make a server answer, or remember. `vanished` is opened first, its time runs meanwhile."""
    ada = behind.player("Ada")
    for what, frame in (
        ("commands", GET),
        ("frames that are no command", masked(b"x")),
        ("frames that are too large", masked(b"x" * 60_000)),
        ("pings of the WebSocket itself", masked(b"", opcode=9)),
        ("large ones", masked(bytes(125), opcode=9)),
    ):
        with stays_flat(web):
            async with somebody_plays(web, ada):
                with bare_socket(web) as client:
                    took = await asyncio.to_thread(write_until_closed, client, frame)
                print(f"{what}: closed after {took:.1f} s")


def write_until_closed(client: socket.socket, frame: bytes, within: float = 15.0) -> float:
    """Write as fast as is taken, read nothing; returns how many seconds that was possible."""
    began = time.monotonic()
    many = frame * (1 + 50_000 // len(frame))
    client.settimeout(within)
    with pytest.raises(ConnectionError):
        while time.monotonic() - began < within:
            client.sendall(many)
    return time.monotonic() - began


async def test_frames_do_not_pile_up_before_a_player_whose_command_waits(
    hunt: RunningHunt, web: WebServer, behind: Stage
) -> None:
    """The database is busy, the consumer waits for its verdict, and the client goes on: 64 MB if all were kept."""
    session = behind.player("Bob")
    held = threading.Event()

    def hold() -> None:
        with backstage(hunt.env) as other:
            other.run("from game.models import Hunt; result = Hunt.objects.count()")
            held.set()
            other.run(
                """
import time
from django.db import transaction
from game.models import Hunt
with transaction.atomic():
    Hunt.objects.select_for_update().get(current=True).save()
    time.sleep(1.5)
result = None
"""
            )

    holding = asyncio.create_task(asyncio.to_thread(hold))
    await asyncio.to_thread(held.wait, 20)
    await asyncio.sleep(0.3)
    with stays_flat(web), bare_socket(web, "/ws/play", session) as client:
        text = f'"q":1,"text":"{word("solve", 1)}"'
        client.sendall(
            masked(f'{{"t":"answer","id":"00000000-0000-4000-8000-000000000000",{text}}}'.encode())
        )
        large = masked(b"y" * 60_000)

        def write() -> None:
            with suppress(OSError):
                for _ in range(1_000):
                    client.sendall(large)

        await asyncio.to_thread(write)
        assert is_gone(client, 5)
    await holding
    # What had been asked before was done all the same.
    assert behind.balances("Bob")["position"] == 2


def test_who_has_vanished_is_dropped(web: WebServer, vanished: tuple[float, list[socket.socket]]) -> None:
    opened, sockets = vanished
    deadline = opened + PINGED_S + PONG_S + 5
    for client in sockets:
        port = client.getsockname()[1]
        assert is_gone(client, max(1, deadline - time.monotonic()))
        # Nothing much was ever sent to them: it was their silence.
        assert f"{port}] dropped" not in web.log_text()


async def test_who_reads_too_slowly_is_dropped(web: WebServer, behind: Stage) -> None:
    """Ten bytes a second, while announcements and a fast board are worth some hundred thousand."""
    cleo = behind.player("Cleo")
    staff = behind.account("Olga", staff=True)
    async with Tabs() as tabs, somebody_plays(web, cleo) as reader:
        console = await tabs.open(web, staff, "organiser")
        with stays_flat(web), ExitStack() as stack:
            slow = [stack.enter_context(bare_socket(web, small=True)) for _ in range(SLOW)]
            async with asyncio.timeout(10):
                # A pulse that was on its way does not know of them yet.
                while (first := (await console.until("pulse"))["sockets"])["spectators"] < SLOW:
                    pass
            before = web.log_text().count("dropped: it does not read (4408)")

            ended = threading.Event()

            def sip() -> None:
                while not ended.wait(0.1):
                    for client in slow:
                        client.setblocking(False)
                        with suppress(OSError):
                            client.recv(1)

            sipping = threading.Thread(target=sip)
            sipping.start()
            flooding = asyncio.create_task(asyncio.to_thread(flood, behind, 600))
            try:
                await asyncio.to_thread(
                    wait_for,
                    lambda: web.log_text().count("dropped: it does not read (4408)") == before + SLOW,
                    30,
                )
            finally:
                ended.set()
                sipping.join()
                await flooding
            assert all(is_gone(client, 1) for client in slow)
            # Their consumers have heard of it.
            async with asyncio.timeout(10):
                while (await console.until("pulse"))["sockets"]["spectators"] > first["spectators"] - SLOW:
                    pass
        # Who reads has read everything.
        async with asyncio.timeout(20):
            while sum(frame["t"] == "announcement" for frame in reader.frames) < 600:
                await reader.until("announcement", 20)


def flood(behind: Stage, count: int) -> None:
    """So many long announcements, as fast as they can be made."""
    for number in range(0, count, 20):
        behind.run(
            f"""
from game.models import Hunt
from game.services.announcements import announce
from django.contrib.auth import get_user_model
hunt, user = Hunt.objects.get(current=True).id, get_user_model().objects.get(username="olga").id
for number in range({number}, {number} + 20):
    announce(user, hunt, "info", (f"{{number}} " + "word " * 400)[:{NOTICE}])
result = None
"""
        )


async def test_a_server_that_is_asked_to_end_says_so_to_everybody(hunt: RunningHunt, behind: Stage) -> None:
    web = await asyncio.to_thread(hunt.start_web, ENIGMA_DRAIN_SECONDS="2")
    async with Tabs() as tabs:
        with bare_socket(web, small=True):  # which reads nothing, and must not hold up the end
            player = await tabs.open(web, behind.player("Dora"))
            others = [
                await tabs.open(web, role="spectator"),
                await tabs.open(web, behind.account("Pia", staff=True), "organiser"),
            ]
            leaving = await tabs.open(web, role="spectator")
            began = time.monotonic()
            os.kill(web.pid, signal.SIGTERM)
            for tab in (player, *others, leaving):
                assert 0 <= (await tab.until("restart"))["in_ms"] <= 1_000
            await leaving.close()
            # Until it is closed a socket is served.
            verdict = await player.ask("answer", q=1, text=word("solve", 1))
            assert verdict["verdict"] == "correct"
            assert [await tab.closed() for tab in (player, *others)] == [1012] * 3
            await asyncio.to_thread(wait_for, lambda: not web.is_running, 10)
            assert time.monotonic() - began < 2 + 2 + 2
    assert web.returncode == 0
