"""What every socket does: accept, admit, identify; then limit -> decode -> dispatch -> reply or error frame.

A Channels consumer that leaves out what costs much and serves nobody here: it holds no channel in the layer (the hub
holds one for all), and messages do not hop through the thread that closes old connections (this loop has none).
"""

import asyncio
import logging
import time
from collections.abc import Callable
from typing import Any, ClassVar

from channels.generic.websocket import AsyncWebsocketConsumer
from django.conf import settings
from django.http import parse_cookie
from django.http.request import split_domain_port, validate_host

from consumers import context, meters, protocol, wire
from consumers import hub as hubs
from consumers.audience import Company
from consumers.door import Full, Inbox, Left
from consumers.limits import BadFrames, Bucket, Flood
from consumers.protocol import Close, Outbound, ProtocolError, Role
from game import errors
from game.queries.accounts import Identity

logger = logging.getLogger(__name__)

BUFFER = 500
SUSPECT = frozenset({Close.FLOOD, Close.BAD_FRAMES, Close.FORBIDDEN})
"""Codes that an operator may want to know the address of."""


class RateLimited(errors.GameError):
    code = "rate_limited"
    default_text = "Too fast. Wait a moment."


class BaseConsumer(AsyncWebsocketConsumer):
    """Subclasses set `role` and implement `admit` (may close), `welcome` (the snapshot) and `act` (a command)."""

    role: ClassVar[Role]
    company: ClassVar[Company | None] = None
    """Among which sockets it is counted and told; its role's, if nothing else is said."""
    reads: ClassVar[bool] = True
    """Whether a snapshot of this kind costs the database something."""
    apart: ClassVar[bool] = False
    """Whether it is about something else than the current hunt, and so can be had without one."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.identity: Identity | None = None
        self.session_key = ""
        self.closing = False
        self.welcomed = False
        self.address = ""
        self.close_code: int | None = None
        # What the command in hand is answered with, for the figures.
        self.result = "ok"
        # Frames for everybody that came while the snapshot was being made: sent after it, in their order.
        self.buffer: list[bytes] | None = None
        self.board_version = -1

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        self.scope, self.base_send = scope, send
        self._write: Callable[[bytes], None] | None = scope.get("extensions", {}).get(protocol.LINE)
        self._inbox = Inbox(receive)
        try:
            while True:
                message = await self._inbox.get()
                kind = message["type"]
                if kind == "websocket.receive":
                    await self._on_frame(message.get("text"))
                elif kind == "websocket.connect":
                    await self._guarded(self._on_connect())
                    # Read by now, and held by everybody who has handed them on.
                    self.scope.pop("headers", []).clear()
                    meters.handshake_done(self.role, self.welcomed, self.close_code)
                else:
                    self.close_code = self.close_code or message.get("code")
                    break
        finally:
            self.closing = True
            self._inbox.close()
            meters.socket_closed(self.role, self.close_code)
            self._leave()

    # --- for subclasses ---------------------------------------------------------------------------------------------

    async def admit(self) -> bool:
        """Whether this account may hold this socket; closes it with the fitting code if not."""
        return True

    async def welcome(self) -> None:
        """Send the snapshot."""
        raise AssertionError("each consumer has a welcome of its own")

    async def act(self, command: Any) -> None:
        """Carry out a decoded command and reply. GameErrors become error frames."""
        raise AssertionError("each consumer has commands of its own")

    def depart(self) -> None:
        """The socket is gone."""
        self._hub.audience.remove(self)

    def take_credit(self, now_ms: int) -> int:
        """Milliseconds to wait before another frame is read; 0 spends a credit."""
        return self.bucket.take(now_ms)

    @property
    def hub(self) -> "hubs.Hub":
        return self._hub

    async def identify(self) -> Identity | None:
        """The account behind the session cookie, or None."""
        cookies = parse_cookie(_header(self.scope, b"cookie"))
        self.session_key = cookies.get(settings.SESSION_COOKIE_NAME, "")
        self.identity = await self.hub.identities.ask(self.session_key)
        if self.hub.hunt is None and not self.apart:
            raise errors.RetryLater  # it has just ceased to be the current one
        context.player.set(self.identity.player if self.identity else None)
        return self.identity

    async def reply(self, frame: Outbound) -> None:
        """Send a frame to this socket alone."""
        await self.push(protocol.pack(frame))

    async def push(self, frame: bytes) -> None:
        """Send a packed frame; nothing happens when the socket is closing."""
        if not self.closing:
            try:
                if self._write is not None:
                    self._write(frame)
                else:
                    await self.base_send({"type": "websocket.send", "text": wire.text_of(frame)})
            except Exception:
                # One socket that cannot be written to must not keep a frame from all that come after it.
                self.closing = True
                logger.warning("%s socket: not writable", self.role, exc_info=True)

    async def broadcast(self, frame: bytes) -> None:
        """A packed frame for everybody, kept back while the snapshot is being made."""
        if self.buffer is None:
            await self.push(frame)
        elif len(self.buffer) < BUFFER:
            self.buffer.append(frame)
        else:
            await self.shut(Close.BUSY)

    async def release(self) -> None:
        """After the snapshot: what came meanwhile, in its order."""
        while self.buffer:
            await self.push(self.buffer.pop(0))
        self.buffer = None

    async def shut(self, code: int) -> None:
        """Close this socket with a code of `Close`. What the client sends after this is not read."""
        if not self.closing:
            self.closing, self.close_code = True, code
            if code in SUSPECT:
                logger.info("%s socket of %s closed: %d", self.role, self.address or "nobody", code)
            await self.base_send({"type": "websocket.close", "code": code})

    # --- the way of a frame -----------------------------------------------------------------------------------------

    async def _on_connect(self) -> None:
        # Accept before judging: browsers are told nothing of a refusal before it, not even a code.
        await self.accept()
        self._hub = hubs.current()
        limits = self._hub.limits
        self.bucket, self.flood, self.bad_frames = Bucket(limits), Flood(limits), BadFrames(limits)
        address = (self.scope.get("client") or ("", 0))[0]
        if not _origin_allowed(self.scope):
            await self.shut(Close.FORBIDDEN)
            return
        if self._hub.draining or not self._hub.addresses.admit(address, self._hub.clock_ms()):
            await self.shut(Close.BUSY)
            return
        self.address = address
        await self._hub.start()
        if self._hub.hunt is None and not self.apart:
            await self.shut(Close.NO_HUNT)
        elif self.reads:
            try:
                async with self._hub.door.turn(self._inbox):
                    await self._let_in()
            except Full:
                await self.shut(Close.BUSY)
            except Left:
                self.closing = True
        else:
            await self._let_in()

    async def _let_in(self) -> None:
        if await self.admit() and not self.closing:
            self.buffer = []
            self._hub.audience.add(self)
            await self._greet()
            self.welcomed = True
            await self.release()

    async def _on_frame(self, text: str | None) -> None:
        if self.closing:
            return
        began, now = time.perf_counter(), self._hub.clock_ms()
        wait = self.take_credit(now)
        if self.flood.count(wait):
            await self.shut(Close.FLOOD)
            return
        try:
            if wait:
                raise RateLimited(wait_ms=wait)
            command = protocol.decode(self.role, text)
        except RateLimited as error:
            meters.frame_refused(error.code)
            await self._refuse(protocol.command_id(text), error)
        except ProtocolError as error:
            meters.frame_refused(error.code)
            await self.reply(protocol.Error(protocol.command_id(text), error.code, error.text))
            if self.bad_frames.count(now):
                await self.shut(Close.BAD_FRAMES)
        else:
            command_id = getattr(command, "id", None)
            self.result = "ok"
            context.command.set(command_id)
            await self._guarded(self._act(command), command_id)
            context.command.set(None)
            kind, took = command.__struct_config__.tag, time.perf_counter() - began
            meters.command_done(kind, self.result, took)
            self._hub.vitals.command_done(kind, self.result, took)

    async def _act(self, command: Any) -> None:
        if isinstance(command, protocol.Ping):
            await self.reply(protocol.Pong(command.n, self._hub.now()))
        elif not isinstance(command, protocol.Resync):
            await self.act(command)
        elif command.only == "board":
            await self.reply(protocol.BoardFrame(self.board_view()))
        else:
            self.buffer = []
            try:
                await self._greet()
            finally:
                await self.release()

    async def _greet(self) -> None:
        await self.welcome()
        if (reveal := self.hub.veil.greeting()) is not None:
            await self.reply(reveal)
        await self.hub.screens.greet(self)

    def board_view(self) -> protocol.BoardView:
        """The board for this socket's reader, from the hub's memory. From here on it follows by deltas."""
        return self._hub.board_view(self, None)

    async def _guarded(self, work: Any, command_id: str | None = None) -> None:
        """Nothing that a command does may end the socket: a refusal is a frame, a defect is logged and said."""
        try:
            await work
        except errors.GameError as error:
            await self._refuse(command_id, error)
        except asyncio.CancelledError:
            raise
        except Exception:
            logger.exception("%s socket: command %s failed", self.role, command_id)
            await self._refuse(command_id, errors.GameError())

    async def _refuse(self, command_id: str | None, error: errors.GameError) -> None:
        code = self.result = "server_error" if type(error) is errors.GameError else error.code
        await self.reply(protocol.Error(command_id, code, str(error.text), error.wait_ms))
        if not self.welcomed:
            # No snapshot could be made: the client comes again, with its own back-off.
            await self.shut(Close.BUSY)

    def _leave(self) -> None:
        if self.address:
            self.depart()
            self._hub.addresses.closed(self.address)
            self.address = ""


def _header(scope: Any, name: bytes) -> str:
    return next((value.decode("latin1") for header, value in scope.get("headers", ()) if header == name), "")


def _origin_allowed(scope: Any) -> bool:
    """Exact origins: scheme, host and port. Without a list (embedded), the address that the client asked for itself."""
    origin = _header(scope, b"origin")
    if settings.ORIGINS:
        return origin in settings.ORIGINS
    host = _header(scope, b"host")
    # The host must be one of ours: a foreign name that resolves to this machine is a foreign origin too.
    return origin in (f"http://{host}", f"https://{host}") and validate_host(
        split_domain_port(host)[0], settings.ALLOWED_HOSTS
    )
