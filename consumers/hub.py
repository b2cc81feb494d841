"""One per process and event loop: subscribes to the bus once, keeps the board, fans out to the local sockets.

What the bus brings is applied at once; what it lost, or what a process wrote that cannot reach it, is found by
reconciliation with the database. Embedded (SQLite) that is the delivery path of the worker's writes and is asked many
times a second, for the price of one PRAGMA; on PostgreSQL it is the safety net and runs every few seconds.
"""

import asyncio
import logging
import random
import secrets
import time
from collections import deque
from collections.abc import Awaitable, Callable, Iterable, Sequence
from contextvars import Context
from typing import TYPE_CHECKING, Any, cast
from weakref import WeakKeyDictionary

import msgspec
from django.conf import settings
from django.db import connection

from consumers import meters, news, protocol
from consumers.audience import EVERYBODY, Audience, in_slices
from consumers.batcher import PATIENCE_S, Batcher, Bridge
from consumers.crowd import Crowd
from consumers.door import Door
from consumers.faces import Face, board_row
from consumers.integrity import Footprints, Held, Integrity
from consumers.limits import HandshakeWindow, chosen
from consumers.pace import Pace
from consumers.protocol import BoardRow, BoardView, Close, Role
from consumers.pulse import Pulse
from consumers.receipts import Receipts
from consumers.screens import Screens
from consumers.together import Together
from consumers.veil import Veil
from consumers.vitals import TICK_S, Vitals
from consumers.walls import Walls
from enigma_rt import bus
from game import errors
from game.queries import accounts, play, roles
from game.queries.accounts import Identity
from game.queries.announcements import CountsView, counts
from game.queries.play import HuntView, NoticeView, PlayerSnapshot
from game.services import announcements, players
from game.services.players import session_digest
from leaderboard import queries as leaderboard
from leaderboard.ranking import Board, Delta, Standing

if TYPE_CHECKING:
    from consumers.base import BaseConsumer
    from consumers.organiser import OrganiserConsumer
    from consumers.player import PlayerConsumer

logger = logging.getLogger(__name__)

LOOK_S = 0.05
BEACON_S = 10.0
RECONCILE_S = 5.0
POLL_S = 0.05
# Rows become visible later than the instant that they carry: as long as a transaction lasts after it read the clock.
OVERLAP_MS = 10_000
PHASE_S = 0.1
REVALIDATE_S = 30.0
REVALIDATED_AT_ONCE = 500
"""Of ten thousand holders: a read of all of them would stand in the way of everything else for as long as it takes."""
PULSE_S = 1.0
HEALTH_S = 2.0
ROLES_S = 1.0
"""So long an organiser whose role was taken away still sees the console; commands are refused at once."""
FOOTPRINTS_S = 5.0
RECEIPTS_S = 0.5
COUNTED_S = 2.0
"""Who was told of an announcement and has seen it is counted once in so long, for all consoles."""
TICKER = 20
TOLD = 2_000
"""Solves that are remembered as told: more than can be on the bus at any time."""


class Hub:
    """Use `current()`. Everything here runs on one event loop; database work goes through `bridge`."""

    def __init__(self) -> None:
        self.limits = chosen(settings.SOCKET_LIMITS, behind_proxy=settings.BEHIND_PROXY)
        self.bridge = Bridge()
        self.batcher = Batcher(self.bridge)
        self.addresses = HandshakeWindow(self.limits)
        self.door = Door()
        self.crowd = Crowd(self.bridge)
        lane = asyncio.Lock()
        self.identities = Together(self.bridge, self._identify, lane=lane)
        self.snapshots = Together(self.bridge, self._enter, lane=lane)
        self.integrity = Integrity(self.bridge)
        self.footprints = Footprints(self.bridge)
        self.pulse = Pulse(self)
        self.vitals = Vitals(self)
        self.receipts = Receipts(self.bridge)
        self.announced = Held(COUNTED_S, self._count_announced)
        self.hunt: HuntView | None = None
        # The same one, unless the public's stands still (`veil`).
        self.live = self.public = Face(Board(()), "")
        self.veil = Veil(self)
        self.screens = Screens(self)
        self.walls = Walls(self)
        self.audience = Audience(self.limits)
        self.ticker: deque[protocol.TickerItem] = deque(maxlen=TICKER)
        self._told: dict[tuple[int, int], None] = {}
        self.notices: deque[protocol.Notice] = deque(maxlen=TICKER)
        self.draining = False
        self._hunt_version = 0
        self._last_notice = 0
        self._due: int | None = None
        self._offset = 0.0
        self._since = 0
        self._pending: dict[int, Standing] = {}
        self._tape: list[protocol.TickerItem] = []
        self._stale: dict[int, int] = {}
        self._changed_at = 0.0
        self._wake = asyncio.Event()
        self._look = asyncio.Event()
        self._tasks: list[asyncio.Task[Any]] = []
        self._started: asyncio.Task[None] | None = None

    # --- life -------------------------------------------------------------------------------------------------------

    async def start(self) -> None:
        """Subscribe, load, follow. Idempotent; concurrent callers wait for the one start."""
        if self._started is None:
            self._started = asyncio.create_task(self._start(), name="hub-start", context=Context())
        try:
            await asyncio.shield(self._started)
        except Exception:
            self._started = None  # the database was away: the next socket tries again
            raise

    async def _start(self) -> None:
        outlet = await bus.open_outlet()
        subscription = bus.Subscription()
        try:
            # Subscribed first, loaded second: what happens in between waits in the subscription.
            await subscription.open()
            await self._load()
        except BaseException:
            outlet.cancel()
            await subscription.close()
            raise
        self._subscription = subscription
        self._tasks = [
            outlet,
            self._follow(self._hear(subscription), "hear"),
            self._follow(self._flush_forever(), "flush"),
            self._follow(self._reconcile_forever(), "reconcile"),
            self._follow(self._look_forever(), "look"),
            self._follow(self._every(PHASE_S, self._phase), "phase"),
            self._follow(self._every(PHASE_S, self.veil.draw), "veil"),
            self._follow(self._every(REVALIDATE_S, self._revalidate), "revalidate"),
            self._follow(self._every(PULSE_S, self.pulse.beat), "pulse"),
            self._follow(self._every(TICK_S, self.vitals.write_vitals), "vitals"),
            self._follow(self._every(HEALTH_S, self.vitals.show), "health"),
            self._follow(self._every(PULSE_S, self.screens.beat), "screens"),
            self._follow(self._every(PULSE_S, self.walls.beat), "walls"),
            self._follow(self._every(ROLES_S, self._look_at_roles), "roles"),
            self._follow(self._every(PULSE_S, self._beacon), "beacon"),
            self._follow(self._every(FOOTPRINTS_S, self._write_footprints), "footprints"),
            self._follow(self._every(RECEIPTS_S, self.receipts.write), "receipts"),
            self._follow(self._every(PHASE_S, self._send_due), "due"),
        ]

    async def stop(self) -> None:
        """End what `start` began and close the database connections."""
        await self.batcher.settled(PATIENCE_S)
        running = set(self._tasks)
        while running:
            # Once is not always enough: a client library can swallow a cancellation that meets its own time-out.
            for task in running:
                task.cancel()
            _, running = await asyncio.wait(running, timeout=1)
        if self._tasks:
            await self._subscription.close()
            await self.vitals.farewell()
        self._tasks = []
        self._started = None
        await self.bridge.close()
        _hubs.pop(asyncio.get_running_loop(), None)

    async def drain(self, window_s: float) -> None:
        """Ask every socket to move to another server within `window_s`; whoever stays is closed."""
        self.draining = True
        self.vitals.soon()
        for socket in self.audience.of(*EVERYBODY):
            delay = int(random.uniform(0, window_s * 0.5) * 1000)  # noqa: S311  # spreads load, guards nothing
            await socket.push(protocol.pack(protocol.Restart(delay)))
        await self.audience.gone(window_s)
        await self.batcher.settled(PATIENCE_S)
        await self.audience.shut(Close.RESTART)

    def _follow(self, work: Any, name: str) -> asyncio.Task[Any]:
        return asyncio.create_task(work, name=f"hub-{name}")

    async def _every(self, seconds: float, act: Callable[[], Awaitable[None]]) -> None:
        while True:
            await asyncio.sleep(seconds)
            try:
                await act()
            except Exception:
                logger.warning("hub: %s failed", getattr(act, "__name__", act), exc_info=True)

    # --- time -------------------------------------------------------------------------------------------------------

    def clock_ms(self) -> int:
        """A clock that never goes back, for limits."""
        return int(time.monotonic() * 1000)

    def now(self) -> int:
        """The database's clock as last read, carried on by this process's own."""
        return int(time.monotonic() * 1000 + self._offset)

    def _set_clock(self, now: int) -> None:
        self._offset = now - time.monotonic() * 1000

    # --- who comes in -----------------------------------------------------------------------------------------------

    def _identify(self, session_keys: Sequence[str]) -> list[Identity | None]:
        # Without a current hunt nobody plays in it, and an author tests one that is yet to be.
        return accounts.identify(session_keys, self.hunt.id if self.hunt else 0)

    def _enter(self, player_ids: Sequence[int]) -> list[PlayerSnapshot | None]:
        return players.enter(self._hunt_id(), player_ids)

    def _hunt_id(self) -> int:
        if self.hunt is None:
            raise errors.RetryLater  # it has just ceased to be the current one
        return self.hunt.id

    # --- the board --------------------------------------------------------------------------------------------------

    @property
    def board(self) -> Board:
        """As the public sees it."""
        return self.public.board

    @property
    def board_id(self) -> str:
        return self.public.id

    def face(self, role: Role) -> Face:
        return self.live if role == "organiser" else self.public

    def board_view(self, socket: "BaseConsumer", player: int | None) -> BoardView:
        """The board for one reader; `socket` gets the deltas after it and none before."""
        face = self.face(socket.role)
        socket.board_version = face.board.version
        return face.view(player)

    def around(self, player: int, command: str) -> protocol.AroundReply:
        """The neighbours of a player, from memory."""
        rows = self.board.around(player)
        return protocol.AroundReply(
            id=command,
            board=self.board_id,
            version=self.board.version,
            rank=self.board.rank_of(player),
            ranks=tuple(rank for rank, _ in rows),
            rows=tuple(board_row(row) for _, row in rows),
        )

    def row_of(self, player: int) -> BoardRow | None:
        """A player's row of the board, or None for who is not on it."""
        return next((board_row(row) for _, row in self.board.around(player, 0)), None)

    def _receive(self, standings: Iterable[Standing]) -> int:
        """Returns how many of them were news."""
        count = 0
        for standing in standings:
            held = self._pending.get(standing.player) or self.live.board.standing(standing.player)
            if held is None or standing.version > held.version:
                if not self._pending:
                    self._changed_at = time.perf_counter()
                self._pending[standing.player] = standing
                count += 1
        if self._pending:
            self._wake.set()
        return count

    async def _flush_forever(self) -> None:
        """What arrives meanwhile is one delta: the frames a client gets are bounded, whatever is solved."""
        pace = Pace()
        while True:
            await self._wake.wait()
            await asyncio.sleep(pace.wait(time.monotonic()))
            self._wake.clear()
            began = time.monotonic()
            try:
                await self._flush()
            except Exception:
                logger.exception("hub: a board delta was lost; the beacon will tell")
            pace.told(began, time.monotonic())

    async def _flush(self) -> None:
        if self.veil.holds_back():
            return  # what waits is looked at again when the veil has been drawn, or need not be
        pending, self._pending, changed_at = self._pending, {}, self._changed_at
        tape, self._tape = self._tape, []
        delta = self.live.board.apply(pending.values())
        if self.public is self.live:
            await self.tell_delta(self.live, delta, *EVERYBODY)
        else:
            await self.tell_delta(self.live, delta, "organiser")
            if pending:  # a look that has found nothing wakes this, too
                await self.veil.follow(pending)
        if delta is not None:
            meters.fanout_seconds.observe(time.perf_counter() - changed_at)
        if tape:
            await self.audience.tell(protocol.Ticker(tuple(tape)), "spectator")

    async def tell_delta(self, face: Face, delta: Delta | None, *roles: Role) -> None:
        """What has changed on a board, to those who see this one."""
        if delta is None:
            return
        face.quiet_since = time.monotonic()
        packed = protocol.pack(face.delta(delta))
        if len(packed) > protocol.MAX_OUTBOUND:
            # Thousands at once (a regrade, a long silence of the bus): a fresh top says it in less.
            await self.refresh_boards(*roles)
        else:
            await self.audience.tell_board(packed, delta.version, *roles)

    async def refresh_boards(self, *roles: Role) -> None:
        sockets = self.audience.of(*roles)
        async for part in in_slices(sockets):
            for socket in part:
                await socket.broadcast(protocol.pack(protocol.BoardFrame(socket.board_view())))
        meters.frames.labels("board_view").inc(len(sockets))

    async def _beacon(self) -> None:
        readers: dict[Face, list[Role]] = {}
        for role in EVERYBODY:
            readers.setdefault(self.face(role), []).append(role)
        for face, whose in readers.items():
            if time.monotonic() - face.quiet_since >= BEACON_S:
                face.quiet_since = time.monotonic()
                await self.audience.tell(protocol.Beacon(face.id, face.board.version, self.now()), *whose)

    def wake(self) -> None:
        """There may be something to tell."""
        self._wake.set()

    # --- the bus ----------------------------------------------------------------------------------------------------

    async def _hear(self, subscription: bus.Subscription) -> None:
        handlers = {
            "standings": self._on_standings,
            "players": self._on_players,
            "solve": self._on_solve,
            "announcement": self._on_rows,
            "hunt": self._on_rows,
            "session_over": self._on_session_over,
            "banned": self._on_banned,
            "echo": self._on_echo,
        }
        async for event in subscription:
            try:
                kind = event.get("kind", "")
                handler = handlers.get(kind)
                meters.bus_events.labels(kind if handler else meters.OTHER).inc()
                if handler is not None:
                    await handler(event)
            except Exception:
                logger.exception("hub: event %s", event.get("kind"))

    def _is_ours(self, event: bus.Event) -> bool:
        return self.hunt is not None and event.get("hunt") == self.hunt.id

    async def _on_standings(self, event: bus.Event) -> None:
        if self._is_ours(event):
            self._receive(leaderboard.from_wire(event["lines"]))

    async def _on_players(self, event: bus.Event) -> None:
        if self._is_ours(event):
            self._notice_players((player, version) for player, version in event["versions"])

    async def _on_solve(self, event: bus.Event) -> None:
        meters.bus_seconds.observe(max(0, self.now() - event["at"]) / 1000)
        if self._is_ours(event) and not event["hidden"]:
            self._tell_solves(
                [play.SolveView(**{name: event[name] for name in play.SolveView.__struct_fields__})]
            )

    def _tell_solves(self, solves: Iterable[play.SolveView]) -> None:
        """Each solve is told once, however often and late its event comes, and whoever finds it first."""
        for solve in solves:
            if (solve.player, solve.q) in self._told or not self.veil.may_tell(solve.at):
                continue
            self._remember(solve)
            item = ticker_item(solve)
            self.ticker = deque(
                sorted([item, *self.ticker], key=lambda told: told.at, reverse=True)[:TICKER], maxlen=TICKER
            )
            self._tape.append(item)
            self._wake.set()

    def _remember(self, solve: play.SolveView) -> None:
        self._told[solve.player, solve.q] = None
        if len(self._told) > TOLD:
            del self._told[next(iter(self._told))]

    async def _on_rows(self, event: bus.Event) -> None:
        """The event only says that there is something to read; reconciliation reads it, once."""
        await self._reconcile()

    async def _on_session_over(self, event: bus.Event) -> None:
        for socket in self.audience.of("player", "organiser"):
            if socket.session_key and session_digest(socket.session_key) == event["digest"]:
                await socket.shut(Close.SIGNED_OUT)

    async def _on_banned(self, event: bus.Event) -> None:
        await self._reconcile()  # why: a word to this player alone, sent before the door is shut
        for socket in self.audience.at(event["player"]):
            await socket.turn_away()

    async def _on_echo(self, event: bus.Event) -> None:
        self.vitals.echoed(event["sender"])

    def deaf(self) -> str:
        """What keeps this process from hearing the bus, if anything does."""
        return self._subscription.trouble

    # --- one player's other tabs ------------------------------------------------------------------------------------

    def _notice_players(self, versions: Iterable[tuple[int, int]]) -> None:
        """Remember who has changed and has a socket here that does not know it."""
        for player, version in versions:
            if self.audience.is_behind(player, version):
                self._stale[player] = version
        if self._stale:
            self._look.set()

    async def _look_forever(self) -> None:
        while True:
            await self._look.wait()
            # The sender's own reply is usually on its way: wait for it rather than telling it twice.
            await asyncio.sleep(LOOK_S)
            self._look.clear()
            stale, self._stale = self._stale, {}
            behind = [player for player, version in stale.items() if self.audience.is_behind(player, version)]
            try:
                for view in await self.bridge.read(play.views, behind) if behind else ():
                    for socket in self.audience.at(view.me.player):
                        await socket.progress(view)
            except Exception:
                logger.warning("hub: could not read %d changed players", len(behind), exc_info=True)
                self._stale = stale | self._stale
                await asyncio.sleep(1)
                self._look.set()

    # --- the database -----------------------------------------------------------------------------------------------

    async def _load(self) -> None:
        """Everything afresh: hunt, board, ticker, announcements. A new board has a new id, and counts from 0."""
        began = time.monotonic()
        loaded = await self.bridge.read(news.everything, TICKER)
        self._set_clock(loaded.now)
        self._since = loaded.now
        self.hunt, self._hunt_version = loaded.hunt, loaded.version
        self.live = self.public = Face(Board(loaded.lines, top=loaded.board_top), secrets.token_hex(4))
        self._pending.clear()
        self.veil.loaded(loaded, began)
        self.screens.loaded(loaded.hunt, began)
        self.ticker = deque((ticker_item(solve) for solve in loaded.solves), maxlen=TICKER)
        self._told = {}
        for solve in reversed(loaded.solves):
            self._remember(solve)
        self.notices = deque((_notice(notice) for notice in loaded.notices), maxlen=TICKER)
        self._last_notice = max([loaded.last_notice, *(notice.id for notice in loaded.notices)])
        self._due = loaded.due

    async def _reconcile_forever(self) -> None:
        if connection.vendor != "sqlite":
            await self._every(RECONCILE_S, self._reconcile)
        last, seen, pause = time.monotonic(), 0, POLL_S
        while True:
            await asyncio.sleep(pause)
            try:
                commits = await self.bridge.write(0, news.data_version)
                if commits != seen or time.monotonic() - last > RECONCILE_S:
                    seen, last = commits, time.monotonic()
                    await self._reconcile()
                    # Never more than half of the time, however much is written elsewhere.
                    pause = max(POLL_S, time.monotonic() - last)
            except Exception:
                logger.warning("hub: reconciliation failed", exc_info=True)
                await asyncio.sleep(1)

    async def _reconcile(self) -> None:
        """Read what was written since the last look, whoever wrote it, and pass on what was not known here."""
        known, began = self.hunt.id if self.hunt else None, time.monotonic()
        fresh = await self.bridge.read(
            news.since, known, self._since, self.audience.followed(), self._last_notice, TICKER
        )
        self._set_clock(fresh.now)
        meters.reconciled.set_to_current_time()
        if (fresh.hunt.id if fresh.hunt else None) != known:
            await self._load()
            await self.audience.shut(Close.NO_HUNT if fresh.hunt is None else Close.BUSY)
            return
        if fresh.hunt is None:
            return
        self._since = fresh.now - OVERLAP_MS
        if fresh.version > self._hunt_version:
            self._hunt_version = fresh.version
            await self.tell_hunt(fresh.hunt)
        self.veil.looked(began, fresh.hunt.curtain)
        await self.screens.looked(fresh.hunt, began)
        meters.repairs.inc(self._receive(fresh.lines))
        self._tell_solves(fresh.solves)
        self._notice_players(fresh.players)
        self._due = fresh.due
        for notice in fresh.notices:
            if notice.id > self._last_notice:
                self._last_notice = notice.id
                await self._tell_notice(notice)

    async def _tell_notice(self, view: NoticeView) -> None:
        shown = _notice(view)
        if view.only is not None:
            told = await self.audience.tell_players(protocol.Announcement(shown), view.only)
        else:
            self.notices.appendleft(shown)
            told = self.audience.players()
            await self.audience.tell(protocol.Announcement(shown), *EVERYBODY)
        self.receipts.note((shown.id,), told)
        self.announced.forget()

    async def _send_due(self) -> None:
        """What was planned for now is sent, by the first process that comes; all hear of it as of any other."""
        if self.hunt is not None and self._due is not None and self.now() >= self._due:
            self._due = await self.bridge.read(announcements.send_due, self.hunt.id)

    async def _phase(self) -> None:
        """The hunt starts and ends by the clock, without anybody writing anything."""
        hunt = self.hunt
        if hunt is None:
            return
        now = self.now()
        phase = hunt.phase
        if phase == "scheduled" and now >= hunt.starts_at:
            phase = "live"
        if phase in ("live", "paused") and now >= hunt.ends_at:
            phase = "ended"
        if phase != hunt.phase:
            await self.tell_hunt(msgspec.structs.replace(hunt, phase=phase))

    async def tell_hunt(self, hunt: HuntView) -> None:
        self.hunt = hunt
        # Everybody will ask for what the new phase shows: about 500 a second.
        spread = min(20_000, 2 * len(self.audience.sockets["player"]))
        await self.audience.tell(protocol.HuntChanged(self.now(), hunt_info(hunt), spread), *EVERYBODY)

    async def _count_announced(self, hunt_id: int) -> dict[int, CountsView]:
        return await self.bridge.read(counts, hunt_id)

    async def _write_footprints(self) -> None:
        await self.footprints.write(self.hunt.id if self.hunt else None)

    async def _revalidate(self) -> None:
        """Sessions end and players are banned while their sockets are open; no later than this they close too."""
        holders = [s for s in self.audience.of("player", "organiser") if s.identity]
        for start in range(0, len(holders), REVALIDATED_AT_ONCE):
            await self._revalidate_some(holders[start : start + REVALIDATED_AT_ONCE])

    async def _revalidate_some(self, holders: "Sequence[BaseConsumer]") -> None:
        gone = await self.bridge.read(
            accounts.expired,
            [(s.session_key, s.identity.user, s.identity.proof) for s in holders if s.identity],
        )
        who = {s.identity.player for s in holders if s.identity and s.identity.player}
        out = await self.bridge.read(accounts.banned, who)
        for socket in holders:
            if socket.session_key in gone:
                await socket.shut(Close.SIGNED_OUT)
            elif socket.role == "player" and socket.identity and socket.identity.player in out:
                await cast("PlayerConsumer", socket).turn_away()

    async def _look_at_roles(self) -> None:
        """Whoever changed them, and wherever: a look of one query, and only while an organiser is here."""
        sockets = [socket for socket in self.audience.backstage() if socket.identity]
        if not sockets:
            return
        held = await self.bridge.read(
            roles.roles, {socket.identity.user for socket in sockets if socket.identity}
        )
        for socket in sockets:
            if socket.identity:
                await cast("OrganiserConsumer", socket).hold(held.get(socket.identity.user))


def hunt_info(view: HuntView) -> protocol.HuntInfo:
    return convert(view, protocol.HuntInfo)  # type: ignore[no-any-return]


def ticker_item(solve: play.SolveView) -> protocol.TickerItem:
    return protocol.TickerItem(
        at=solve.at,
        kind="finish" if solve.finished else "first" if solve.first else "solve",
        player=solve.player,
        name=solve.name,
        q=solve.q,
    )


def convert(value: Any, kind: Any) -> Any:
    """A view of `game.queries` as the protocol's record of the same members."""
    return msgspec.convert(value, kind, from_attributes=True)


def _notice(view: Any) -> protocol.Notice:
    return protocol.Notice(view.id, view.at, view.level, view.html, view.hint_for)


_hubs: "WeakKeyDictionary[asyncio.AbstractEventLoop, Hub]" = WeakKeyDictionary()


def current() -> Hub:
    """The hub of the running event loop; made, not started, by the first call."""
    loop = asyncio.get_running_loop()
    hub = _hubs.get(loop)
    if hub is None:
        hub = _hubs[loop] = Hub()
    return hub
