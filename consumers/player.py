"""A player's socket: commands into the batcher, outcomes back out."""

from collections.abc import Iterable
from typing import Any

from msgspec.structs import astuple

from consumers import protocol
from consumers.audience import Party
from consumers.base import BaseConsumer
from consumers.hub import convert, hunt_info
from consumers.protocol import Close
from game import errors
from game.queries import accounts, play
from game.queries.content import BlockView, QuestionView
from game.queries.play import MeView, NoticeView, PlayerSnapshot, PlayView
from game.services import players
from game.services.answers import Judged, Kind, Submission


class PlayerConsumer(BaseConsumer):
    role = "player"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.me_version = -1
        self.position = 0
        self.party: Party | None = None

    def take_credit(self, now_ms: int) -> int:
        # All tabs of a player draw on one credit; before the snapshot there is only the socket's own.
        return (self.party or self).bucket.take(now_ms)

    async def admit(self) -> bool:
        identity = await self.identify()
        if identity is None:
            await self.shut(Close.SIGNED_OUT)
        elif identity.player is None:
            await self.shut(Close.NOT_JOINED)
        elif identity.banned:
            await self.turn_away()
        else:
            self.hub.footprints.note(identity.player, self.address)
            self.party, oldest = self.hub.audience.join(self, identity.player)
            for socket in oldest:
                await socket.shut(Close.REPLACED)
            return True
        return False

    async def turn_away(self) -> None:
        """The player has been removed: the organisers' reason, since a code says none, and the door."""
        assert self.identity is not None and self.identity.player is not None
        why = await self.hub.bridge.read(accounts.why_banned, self.identity.player)
        if why:
            await self.reply(protocol.Error(None, errors.PlayerBanned.code, why))
        await self.shut(Close.BANNED)

    def depart(self) -> None:
        super().depart()
        if self.identity is not None and self.identity.player is not None:
            self.hub.audience.leave(self, self.identity.player)

    async def welcome(self) -> None:
        assert self.identity is not None and self.identity.player is not None
        view = await self.snapshot(self.identity.player)
        if view is None:
            raise errors.NotFound
        self._knows(view.play.me)
        await self.reply(
            protocol.Snapshot(
                protocol=protocol.PROTOCOL,
                now=view.now,
                hunt=hunt_info(view.hunt),
                prices=convert(view.settings, protocol.Prices),
                me=_me(view.play.me),
                question=_question(view.play.question),
                story=_story(view.play.story),
                board=self.board_view(),
                announcements=convert(view.announcements, tuple[protocol.Notice, ...]),
                hints=convert(view.hints, tuple[protocol.Notice, ...]),
            )
        )
        self.was_told(view.announcements)

    def was_told(self, notices: Iterable[NoticeView]) -> None:
        """These announcements have been sent here. Who tests or looks on is nobody whom they are for."""
        if self.company is None and self.identity is not None and self.identity.player is not None:
            self.hub.receipts.note((notice.id for notice in notices), (self.identity.player,))

    @property
    def hunt(self) -> int:
        """The hunt that is played here."""
        assert self.hub.hunt is not None
        return self.hub.hunt.id

    async def snapshot(self, player: int) -> PlayerSnapshot | None:
        return await self.hub.snapshots.ask(player)

    def board_view(self) -> protocol.BoardView:
        return self.hub.board_view(self, self.identity.player if self.identity else None)

    async def progress(self, view: PlayView) -> None:
        """The player's state changed elsewhere; said once, unless this socket already knows it."""
        if view.me.version > self.me_version:
            moved = view.question is not None
            self._knows(view.me)
            frame = protocol.Progress(
                me=_me(view.me),
                question=_question(view.question) if moved else None,
                story=_story(view.story),
            )
            await self.broadcast(protocol.pack(frame))

    async def act(self, command: Any) -> None:
        assert self.identity is not None and self.identity.player is not None
        hunt, player = self.hunt, self.identity.player
        match command:
            case protocol.Answer() | protocol.AcceptClose():
                kind = Kind.ANSWER if isinstance(command, protocol.Answer) else Kind.ACCEPT_CLOSE
                await self._verdict(await self._judge(command, kind, command.text))
            case protocol.Hint():
                judged = await self._judge(command, Kind.HINT, command.pay)
                await self.reply(
                    protocol.HintReply(
                        id=command.id,
                        q=command.q,
                        html=judged.hint_html,
                        charged=command.pay if judged.charged else None,
                        me=_me(judged.me),
                    )
                )
            case protocol.Skip():
                judged = await self._judge(command, Kind.SKIP, "")
                await self.reply(
                    protocol.SkipReply(
                        command.id,
                        command.q,
                        _me(judged.me),
                        _question(judged.question),
                        _story(judged.story),
                    )
                )
            case protocol.Story():
                blocks, before = await self.hub.bridge.read(play.story_page, player, command.before)
                await self.reply(protocol.StoryReply(command.id, _story(blocks), before))
            case protocol.Around():
                await self.reply(self.hub.around(player, command.id))
            case protocol.Crowd():
                await self.reply(await self._crowd(hunt, command))
            case protocol.Seen():
                await self.hub.bridge.read(players.seen, hunt, player, command.ids)
                await self.reply(protocol.Ok(command.id))

    def _knows(self, me: MeView) -> None:
        """The player has been told of this state here."""
        if me.version >= self.me_version:
            self.me_version, self.position = me.version, me.position

    async def _crowd(self, hunt: int, command: protocol.Crowd) -> protocol.CrowdReply:
        if command.q != self.position:
            raise errors.StaleQuestion  # how many are ahead is nobody's business but the board's
        here: int | None = await self.hub.crowd.here(hunt, command.q)
        tried = None if command.text is None else await self.hub.crowd.tried(hunt, command.q, command.text)
        if not self.hub.veil.is_open():
            here = tried = None  # who has come here since the freeze has solved something
        return protocol.CrowdReply(
            id=command.id,
            q=command.q,
            here=here,
            tried=tried,
            rival=self.hub.row_of(command.rival) if command.rival is not None else None,
        )

    async def _judge(self, command: Any, kind: Kind, text: str) -> Judged:
        assert self.identity is not None
        if self.identity.player is None or self.identity.member is None:
            raise errors.Forbidden
        judged = await self.hub.batcher.submit(
            Submission(
                hunt=self.hunt,
                player=self.identity.player,
                member=self.identity.member,
                command=command.id,
                kind=kind,
                q=command.q,
                text=text,
            )
        )
        # Told by this reply: the event about the same change need not tell it again.
        self._knows(judged.me)
        return judged

    async def _verdict(self, judged: Judged) -> None:
        self.result = judged.verdict or self.result
        await self.reply(
            protocol.VerdictReply(
                id=judged.submission.command,
                q=judged.submission.q,
                verdict=judged.verdict,  # type: ignore[arg-type]  # answers always have one
                repeat=judged.repeat,
                accepted_close=judged.accepted_close,
                award=protocol.Award(*astuple(judged.award)) if judged.award else None,
                xp=judged.xp,
                me=_me(judged.me),
                question=_question(judged.question),
                story=_story(judged.story),
            )
        )


# These views and frames have the same members in the same order, which a test holds them to; every answer is told with
# them, and a conversion that looks at each member costs as much as all the rest of a reply.


def _me(view: MeView) -> protocol.Me:
    return protocol.Me(*astuple(view))


def _question(view: QuestionView | None) -> protocol.QuestionView | None:
    return protocol.QuestionView(*astuple(view)) if view else None


def _story(blocks: Iterable[BlockView]) -> tuple[protocol.Block, ...]:
    return tuple(protocol.Block(*astuple(block)) for block in blocks)
