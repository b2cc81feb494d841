"""A bot's tab against servers that cut connections, forget and lie."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from http import HTTPStatus
from itertools import repeat
from random import Random
from typing import Any

import pytest
from msgspec.structs import replace
from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response

from consumers import protocol
from enigma_rt.rehearsal import client, ending
from enigma_rt.rehearsal.accounts import Account
from enigma_rt.rehearsal.bots import Bot, new_id
from enigma_rt.rehearsal.client import Tab, TabClosed
from enigma_rt.rehearsal.journal import ARRIVAL, HERD, RESTART, Journal
from enigma_rt.rehearsal.knowledge import Knowledge
from game.packs import Pack, PackQuestion
from tests import golden_frames as golden

DICE = Random(1)
ME = replace(golden.ZOE, version=1, position=1, points=0, solves=0)
BOARD = protocol.BoardView(
    id="b",
    version=1,
    total=1,
    size=25,
    top=(protocol.BoardRow(17, "Bot", 0, None, False),),
    me=(0, None),
    rank=1,
)
SOLVED = protocol.Award(gross=90, hint=0, accept_close=0, total=90)


class FakeServer:
    """One player's server, as true as it has to be; a test changes what it wants to see go wrong."""

    def __init__(self) -> None:
        self.me = ME
        self.board = BOARD
        self.stored: dict[str, protocol.VerdictReply] = {}
        self.heard: list[Any] = []
        self.handshakes: list[tuple[str, str]] = []
        self.sockets: list[ServerConnection] = []
        self.cuts_before_reply = 0
        self.refusals: list[protocol.Error] = []
        self.closes_with = 0
        self.forgets = False

    async def __call__(self, socket: ServerConnection) -> None:
        assert socket.request is not None
        self.handshakes.append((socket.request.headers["Cookie"], socket.request.headers["Origin"]))
        if self.closes_with:
            await socket.close(self.closes_with)
            return
        self.sockets.append(socket)
        await self.tell(self.snapshot())
        try:
            async for text in socket:
                assert isinstance(text, str)
                await self.hear(socket, protocol.decode("player", text))
        except ConnectionClosed:
            pass

    async def tell(self, frame: protocol.Outbound) -> None:
        await self.sockets[-1].send(protocol.encode(frame).decode())

    async def hear(self, socket: ServerConnection, command: Any) -> None:
        self.heard.append(command)
        match command:
            case protocol.Resync(only="board"):
                await self.tell(protocol.BoardFrame(self.board))
            case protocol.Resync():
                await self.tell(self.snapshot())
            case protocol.Answer() if self.refusals:
                await self.tell(replace(self.refusals.pop(0), id=command.id))
            case protocol.Answer():
                await self.judge(socket, command)

    async def judge(self, socket: ServerConnection, command: protocol.Answer) -> None:
        if self.forgets and command.id in self.stored:
            await self.tell(protocol.Error(command.id, "stale_question", "You are on another question now."))
            return
        if command.id not in self.stored:
            self.me = replace(
                self.me,
                version=self.me.version + 1,
                position=self.me.position + 1,
                solves=self.me.solves + 1,
                points=self.me.points + SOLVED.total,
            )
            self.stored[command.id] = protocol.VerdictReply(
                command.id, command.q, "correct", False, False, SOLVED, 5, self.me, self.question(), ()
            )
        if self.cuts_before_reply:
            self.cuts_before_reply -= 1
            socket.transport.abort()
            return
        await self.tell(self.stored[command.id])

    def question(self) -> protocol.QuestionView:
        return replace(golden.QUESTION_4, q=self.me.position)

    def snapshot(self) -> protocol.Snapshot:
        return protocol.Snapshot(
            1, golden.NOW, golden.HUNT, golden.PRICES, self.me, self.question(), (), self.board, ()
        )


@asynccontextmanager
async def running(server: FakeServer, **options: Any) -> AsyncIterator[str]:
    async with serve(server, "127.0.0.1", 0, close_timeout=0.5, **options) as listening:
        port = next(iter(listening.sockets)).getsockname()[1]
        yield f"http://127.0.0.1:{port}"


@asynccontextmanager
async def open_tab(url: str, journal: Journal) -> AsyncIterator[Tab]:
    tab = Tab(0, "sessionid=secret", repeat(url), journal, DICE)
    task = asyncio.create_task(tab.run())
    try:
        await asyncio.wait_for(tab.welcome.wait(), 5)
        yield tab
    finally:
        await tab.leave()
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


def answer() -> protocol.Answer:
    return protocol.Answer(new_id(), 1, "the quay")


async def until(holds: Any) -> None:
    async with asyncio.timeout(5):
        while not holds():  # noqa: ASYNC110  # nobody sets an event for it
            await asyncio.sleep(0.01)


async def test_a_tab_says_who_it_is_and_where_it_comes_from() -> None:
    server = FakeServer()
    async with running(server) as url, open_tab(url, Journal()):
        assert server.handshakes == [("sessionid=secret", url)]


async def test_what_was_not_answered_is_sent_again_under_its_id() -> None:
    server, journal, command = FakeServer(), Journal(), answer()
    server.cuts_before_reply = 1
    async with running(server) as url, open_tab(url, journal) as tab:
        reply = await asyncio.wait_for(tab.ask(command), 5)
    assert reply.verdict == "correct"
    assert server.heard == [command, command]
    assert journal.entries[command.id].crossed
    assert (len(journal.latencies), len(journal.detours)) == (0, 1)
    assert (journal.counts.reconnects, journal.closes) == (1, {1006: 1})
    assert not journal.unanswered()


async def test_a_dropped_connection_loses_no_command(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        client, "STEADY_S", 0
    )  # or each loss would be waited out for twice as long as the last
    server, journal = FakeServer(), Journal()
    async with running(server) as url, open_tab(url, journal) as tab:
        for _ in range(5):
            await asyncio.wait_for(tab.ask(answer(), drop_after=0), 5)
        await until(lambda: journal.counts.reconnects == 5)
    assert len(server.stored) == len(dict(journal.told())) == 5
    assert not journal.closes  # they were its own doing


async def test_a_tab_waits_as_long_as_it_is_told() -> None:
    server, journal, command = FakeServer(), Journal(), answer()
    server.refusals = [protocol.Error(None, "rate_limited", "Too fast.", wait_ms=60)] * 2
    loop = asyncio.get_running_loop()
    async with running(server) as url, open_tab(url, journal) as tab:
        began = loop.time()
        await asyncio.wait_for(tab.ask(command), 5)
        assert loop.time() - began >= 0.12
    assert server.heard == [command] * 3
    assert journal.errors == {"rate_limited": 2}
    assert journal.latencies[0] < 0.06  # the waiting is not the server's


async def test_a_refusal_is_an_answer() -> None:
    server, journal, command = FakeServer(), Journal(), answer()
    server.refusals = [protocol.Error(None, "hunt_paused", "The hunt is paused.")]
    async with running(server) as url, open_tab(url, journal) as tab:
        assert (await asyncio.wait_for(tab.ask(command), 5)).code == "hunt_paused"
    assert journal.entries[command.id].refusal == "hunt_paused"
    assert not dict(journal.told())


async def test_a_tab_that_is_sent_away_stays_away() -> None:
    server, journal = FakeServer(), Journal()
    server.cuts_before_reply = 1
    async with running(server) as url, open_tab(url, journal) as tab:
        server.closes_with = protocol.Close.SIGNED_OUT
        with pytest.raises(TabClosed):
            await asyncio.wait_for(tab.ask(answer()), 5)
        assert tab.closed_with == protocol.Close.SIGNED_OUT
    assert len(server.handshakes) == 2


async def test_a_tab_moves_when_the_server_restarts() -> None:
    server, journal = FakeServer(), Journal()
    async with running(server) as url, open_tab(url, journal) as tab:
        await server.tell(protocol.Restart(20))
        await until(lambda: len(server.sockets) == 2)
        await asyncio.wait_for(tab.ask(answer()), 5)
    assert journal.counts.reconnects == 1


async def test_why_a_tab_was_away_is_noted_with_the_tries_it_took() -> None:
    server, journal = FakeServer(), Journal()
    async with running(server) as url, open_tab(url, journal) as tab:
        await server.tell(protocol.Restart(20))
        await until(lambda: len(server.sockets) == 2)
        await until(tab.welcome.is_set)
        tab.drop(HERD)
        await until(lambda: len(server.sockets) == 3)
        await until(tab.welcome.is_set)
        await server.sockets[-1].close(protocol.Close.BUSY)
        await until(lambda: tab.absence() is not None)
        lost = tab.absence()
    noted = [(absence.cause, absence.tries) for absence in journal.fresh.absences]
    assert noted == [(ARRIVAL, 1), (RESTART, 1), (HERD, 1)]
    assert lost is not None
    assert (lost.cause, lost.until) == (str(protocol.Close.BUSY), None)
    assert len(journal.fresh.connects) == 3


async def test_a_refused_handshake_is_tried_again() -> None:
    refusals = [HTTPStatus.SERVICE_UNAVAILABLE]

    def door(connection: ServerConnection, request: Request) -> Response | None:
        return connection.respond(refusals.pop(), "later") if refusals else None

    journal = Journal()
    async with running(FakeServer(), process_request=door) as url, open_tab(url, journal):
        assert journal.closes == {1006: 1}
    assert [absence.tries for absence in journal.fresh.absences] == [2]


async def test_a_message_in_parts_is_one_message() -> None:
    server, journal = FakeServer(), Journal()
    async with running(server) as url, open_tab(url, journal) as tab:
        text = protocol.encode(protocol.Announcement(golden.INFO)).decode()
        await server.sockets[-1].send([text[:5], text[5:20], text[20:]])
        await until(lambda: tab.notices)
    assert journal.counts.unreadable == 0


async def test_a_gap_in_the_board_is_asked_about_once() -> None:
    server, journal = FakeServer(), Journal()
    async with running(server) as url, open_tab(url, journal) as tab:
        server.board = replace(BOARD, version=4)
        for version in (3, 4):
            await server.tell(protocol.BoardDelta("b", version - 1, version, 1, (), ()))
        await until(lambda: tab.board.view is not None and tab.board.view.version == 4)
        assert server.heard == [protocol.Resync("board")]
    assert journal.counts.resyncs == 1


class TestEnding:
    """After the play: what a lying server would get away with."""

    async def test_a_true_server_has_nothing_to_fear(self) -> None:
        journal = await self.checked(FakeServer())
        assert (journal.findings.lost, journal.findings.doubled) == ({}, {})
        assert (journal.counts.rechecked, journal.counts.board_checks, journal.counts.board_mismatches) == (
            2,
            2,
            0,
        )

    async def test_a_server_that_forgets_is_found_out(self) -> None:
        server = FakeServer()
        server.forgets = True
        journal = await self.checked(server)
        assert set(journal.findings.lost) == set(server.stored)

    async def test_a_server_that_awards_twice_is_found_out(self) -> None:
        server = FakeServer()
        journal = await self.checked(
            server, lambda: setattr(server, "me", replace(server.me, version=9, points=270))
        )
        assert set(journal.findings.doubled) == {"player 17"}

    async def test_a_server_that_loses_points_is_found_out(self) -> None:
        server = FakeServer()
        journal = await self.checked(
            server, lambda: setattr(server, "me", replace(server.me, version=9, points=90))
        )
        assert set(journal.findings.lost) == {"player 17"}

    async def test_a_board_that_says_two_things_is_found_out(self) -> None:
        server = FakeServer()
        other = replace(BOARD, top=(protocol.BoardRow(17, "Bot", 90, 1, False),))
        journal = await self.checked(server, lambda: setattr(server, "board", other))
        assert journal.counts.board_mismatches == 1

    async def checked(self, server: FakeServer, then: Any = lambda: None) -> Journal:
        """The journal after two right answers, `then`, and the checks."""
        journal = Journal()
        knowledge = Knowledge(Pack(title="T", questions=(PackQuestion(text="T", answers=("a",)),)))
        async with running(server) as url:
            bot = Bot(0, Account("Bot", "b@example.org", ""), [url], knowledge, journal, DICE)
            bot.open()
            await asyncio.wait_for(bot.tabs[0].welcome.wait(), 5)
            for _ in range(2):
                await asyncio.wait_for(bot.tabs[0].ask(answer()), 5)
            then()
            await asyncio.wait_for(ending.check([bot], journal, DICE), 10)
            await bot.close()
        return journal
