"""A projector whose server is the test: what it is sent is written here, as the server would send it.

    wall = Wall(page, start=…)
    page.goto("/board")
    wall.score("Ada", 100, q=1)

For what takes a real server hours or thousands of players: an evening in a minute, every row moving at once.
"""

import json
import time
from typing import Any

import msgspec
from playwright.sync_api import Page, WebSocketRoute

from consumers import protocol
from consumers.protocol import BoardMove, BoardRow, BoardView, HuntInfo, Notice, TickerItem
from leaderboard.ranking import Board, Standing

TOP = 25
MINUTE = 60_000
HOUR = 60 * MINUTE


class Wall:
    """The board of a hunt that began `running` ms ago and lasts `lasts`."""

    def __init__(self, page: Page, *, running: int = 5 * HOUR, lasts: int = 48 * HOUR, **hunt: Any) -> None:
        self.now = int(time.time() * 1000)
        facts: dict[str, Any] = {
            "id": 1,
            "title": "The Twenty-Sixth Lamp",
            "tagline": "Twenty-five lamps burn. Somebody has put out the last.",
            "phase": "live",
            "starts_at": self.now - running,
            "ends_at": self.now - running + lasts,
            "questions": 14,
            "curve": "elapsed",
        }
        self.hunt = HuntInfo(**facts | hunt)
        self.board = Board((), top=TOP)
        self.people: dict[str, int] = {}
        self.course: dict[str, list[tuple[int, int]]] = {}
        self.notices: list[Notice] = []
        self.ticker: list[TickerItem] = []
        self.sockets: list[WebSocketRoute] = []
        page.route_web_socket("**/ws/board", self._connect)

    def _connect(self, socket: WebSocketRoute) -> None:
        def hear(text: str | bytes) -> None:
            command = json.loads(text)
            if command["t"] == "ping":
                self._send(socket, protocol.Pong(command["n"], self.now))
            elif command["t"] == "resync":
                self._send(socket, protocol.BoardFrame(self._view()))

        socket.on_message(hear)
        self.sockets.append(socket)
        self._send(
            socket,
            protocol.BoardSnapshot(
                protocol.PROTOCOL,
                self.now,
                self.hunt,
                self._view(),
                tuple(self.ticker[:20]),
                tuple(self.notices),
            ),
        )

    def _send(self, socket: WebSocketRoute, frame: protocol.Outbound) -> None:
        socket.send(protocol.encode(frame).decode())

    def tell(self, frame: protocol.Outbound) -> None:
        for socket in self.sockets:
            self._send(socket, frame)

    def _view(self) -> BoardView:
        rows = tuple(
            BoardRow(row.player, row.name, row.points, row.last, row.finished)
            for row in self.board.top_rows()
        )
        return BoardView("wall", self.board.version, self.board.total, TOP, rows)

    # --- what happens -----------------------------------------------------------------------------------------------

    def join(self, *names: str) -> None:
        """They are on the board, without points."""
        self.change(dict.fromkeys(names, (0, None)))

    def change(self, news: dict[str, tuple[int, int | None]], *, finished: bool = False) -> None:
        """name -> (points, instant of the last solve): all of it one delta."""
        lines = []
        for name, (points, last) in news.items():
            player = self.people.setdefault(name, len(self.people) + 1)
            held = self.board.standing(player)
            if points:
                self.course.setdefault(name, []).append((last or self.now, points))
            version = held.version + 1 if held else 1
            lines.append(Standing(player, name, points, last, version, finished, False))
        delta = self.board.apply(lines)
        if delta is not None:
            self.tell(
                protocol.BoardDelta(
                    "wall",
                    delta.base,
                    delta.version,
                    delta.total,
                    tuple(BoardMove(move.player, move.old, move.new, move.rank) for move in delta.moves),
                    tuple(
                        BoardRow(row.player, row.name, row.points, row.last, row.finished)
                        for row in delta.rows
                    ),
                )
            )

    def score(self, name: str, points: int, q: int, kind: Any = "solve", at: int | None = None) -> None:
        """They have so many points more, for that question, and the tape says so."""
        at = self.now if at is None else at
        player = self.people.get(name)
        held = self.board.standing(player) if player else None
        self.change({name: ((held.points if held else 0) + points, at)}, finished=kind == "finish")
        item = TickerItem(at, kind, self.people[name], name, q)
        self.ticker = [item, *self.ticker][:20]
        self.tell(protocol.Ticker((item,)))

    def race(self) -> None:
        """The course of the first ten."""
        start = self.hunt.starts_at
        lines = []
        for row in self.board.top_rows()[:10]:
            steps = self.course.get(row.name, [])
            after, points = tuple(at - start for at, _ in steps), tuple(points for _, points in steps)
            lines.append(protocol.CourseLine(row.player, row.name, after, points))
        self.tell(protocol.Course(start, self.now, tuple(lines)))

    @property
    def played(self) -> int:
        """The hunt's play clock, if it has never been paused."""
        return self.now - self.hunt.starts_at

    def field(self, *posts: tuple[int, int, int | None]) -> None:
        self.tell(protocol.Field(self.now, tuple(protocol.Post(*post) for post in posts)))

    def opening(self, html: str) -> None:
        self.tell(protocol.Opening(html))

    def pin(self, scene: str | None) -> None:
        self.tell(protocol.Scene(scene))

    def announce(self, level: Any, html: str) -> None:
        notice = Notice(len(self.notices) + 1, self.now, level, html)
        self.notices.insert(0, notice)
        self.tell(protocol.Announcement(notice))

    def becomes(self, **hunt: Any) -> None:
        self.hunt = msgspec.structs.replace(self.hunt, **hunt)
        self.tell(protocol.HuntChanged(self.now, self.hunt, 0))
