"""The console's socket: for organisers, and each command for those alone whose role allows it, asked anew each time,
whatever the page shows and whatever the role was a moment ago (`game/rules/roles.py`)."""

from typing import Any
from uuid import UUID

import msgspec

from consumers import protocol
from consumers.base import BaseConsumer
from consumers.hub import convert, hunt_info
from consumers.protocol import Close
from game.queries import announcements as announced
from game.queries import console, exports, history, organisers, outlets, play, roles
from game.queries import integrity as pairs
from game.queries.announcements import Audience
from game.services import (
    announcements,
    freeze,
    hunts,
    integrity,
    moderation,
    questions,
    regrade,
    reveal,
    scenes,
    undoing,
    webhooks,
)
from game.services import roles as appointing


class OrganiserConsumer(BaseConsumer):
    role = "organiser"
    held: roles.Role | None = None
    """The account's role, as this socket has last been told."""

    async def admit(self) -> bool:
        identity = await self.identify()
        if identity is None:
            await self.shut(Close.SIGNED_OUT)
            return False
        self.held = await self.hub.bridge.read(roles.of, identity.user)
        if self.held is None:
            await self.shut(Close.FORBIDDEN)
        return self.held is not None

    async def hold(self, role: roles.Role | None) -> None:
        """The account has this role now: one that has none is shown out, one that has another is told."""
        if role is None:
            await self.shut(Close.FORBIDDEN)
        elif role is not self.held:
            self.held = role
            await self.broadcast(protocol.pack(self._rights(role)))

    def depart(self) -> None:
        self.hub.walls.leave(self)
        super().depart()

    def _rights(self, role: roles.Role) -> protocol.Rights:
        return protocol.Rights(role.value, roles.rights(role))

    async def welcome(self) -> None:
        hub = self.hub
        assert hub.hunt is not None
        await hub.pulse.watch()
        players, finished, counted = await hub.pulse.totals()
        feed = await hub.bridge.read(console.feed, hub.hunt.id)
        notices = await hub.bridge.read(play.latest_notices, hub.hunt.id, limit=100)
        await self.reply(
            protocol.ConsoleSnapshot(
                protocol=protocol.PROTOCOL,
                now=hub.now(),
                hunt=hunt_info(hub.hunt),
                players=players,
                finished=finished,
                sockets=hub.audience.counts(),
                questions=counted,
                feed=convert(feed, tuple[protocol.FeedItem, ...]),
                announcements=convert(notices, tuple[protocol.Notice, ...]),
                board=self.board_view(),
            )
        )
        if self.held is not None:
            await self.reply(self._rights(self.held))

    async def act(self, command: Any) -> None:
        assert self.identity is not None and self.hub.hunt is not None
        user, hunt, bridge = self.identity.user, self.hub.hunt.id, self.hub.bridge
        role = await bridge.read(roles.of, user)
        await self.hold(role)
        role = roles.check(role, command.__struct_config__.tag)
        match command:
            case protocol.Preview() | protocol.Announce() | protocol.CallOff() | protocol.Announcements():
                await self._on_announcements(command, user, hunt)
            case protocol.Control():
                await bridge.read(
                    hunts.control,
                    user,
                    hunt,
                    command.action,
                    command.minutes,
                    UUID(command.id),
                    at=command.at,
                    token=command.token,
                )
                await self.reply(protocol.Ok(command.id))
            case protocol.ControlPreview():
                seen = await bridge.read(hunts.preview, hunt, command.action, command.minutes, command.at)
                online = len(await self.hub.vitals.connected())
                await self.reply(
                    protocol.ControlPreviewReply(command.id, online=online, **msgspec.structs.asdict(seen))
                )
            case protocol.Find():
                addresses = roles.may(role, "addresses")
                total, people = await bridge.read(console.find, hunt, command.text, addresses)
                connected = await self.hub.vitals.connected()
                matches = tuple(self._line(line, connected) for line in people)
                await self.reply(protocol.PlayersReply(command.id, total, matches))
            case (
                protocol.Exports()
                | protocol.Webhooks()
                | protocol.WebhookAdd()
                | protocol.WebhookAct()
                | protocol.DeliveryAgain()
            ):
                await self._outlet(command, user, hunt)
            case protocol.Inspect():
                view = await bridge.read(console.player, hunt, command.player)
                await self.reply(
                    protocol.PlayerReply(
                        id=command.id,
                        line=self._line(view.line, await self.hub.vitals.connected()),
                        me=convert(view.me, protocol.Me),
                        score=convert(view.score, tuple[protocol.ScoreLine, ...]),
                    )
                )
            case protocol.Timeline(player=player):
                rows, before = await bridge.read(history.timeline, hunt, player, command.before)
                happened = convert(rows, tuple[protocol.Happening, ...])
                await self.reply(protocol.TimelineReply(command.id, player, happened, before))
            case protocol.AuditTrail():
                trail, earlier = await bridge.read(history.audit_trail, hunt, command.before, role)
                lines = convert(trail, tuple[protocol.AuditLine, ...])
                await self.reply(protocol.AuditReply(command.id, lines, earlier))
            case protocol.Grant():
                await bridge.read(
                    moderation.grant,
                    user,
                    hunt,
                    command.player,
                    command.points,
                    command.xp,
                    command.reason,
                    UUID(command.id),
                )
                await self.reply(protocol.Ok(command.id))
            case protocol.Moderate():
                await bridge.read(
                    moderation.moderate,
                    user,
                    hunt,
                    command.player,
                    command.action,
                    command.reason,
                    UUID(command.id),
                )
                await self.reply(protocol.Ok(command.id))
            case protocol.Undo():
                await bridge.read(undoing.undo, user, hunt, command.entry, UUID(command.id))
                await self.reply(protocol.Ok(command.id))
            case protocol.PulseHistory():
                await self.reply(await self.hub.pulse.history(command.span, command.id))
            case protocol.IntegrityPairs() | protocol.IntegritySheet() | protocol.IntegrityDecide():
                await self._on_integrity(command, user, hunt)
            case _:
                for others in (self._on_freeze, self._on_questions, self._on_regrades, self._on_organisers):
                    await others(command)

    async def _on_announcements(self, command: Any, user: int, hunt: int) -> None:
        """What everybody or some are told, now or later, and whom it reached."""
        bridge = self.hub.bridge
        match command:
            case protocol.Preview():
                players = await bridge.read(announced.reach, hunt, convert(command.to, Audience))
                connected = await self.hub.vitals.connected()
                await self.reply(
                    protocol.PreviewReply(
                        id=command.id,
                        html=announcements.preview(command.text),
                        players=len(players),
                        online=sum(player in connected for player in players),
                    )
                )
            case protocol.Announce():
                await bridge.read(
                    announcements.announce,
                    user,
                    hunt,
                    command.level,
                    command.text,
                    UUID(command.id),
                    to=convert(command.to, Audience),
                    hint=command.hint,
                    at=command.at,
                    instead_of=command.instead_of,
                )
                await self.reply(protocol.Ok(command.id))
            case protocol.CallOff():
                await bridge.read(announcements.call_off, user, hunt, command.planned, UUID(command.id))
                await self.reply(protocol.Ok(command.id))
            case protocol.Announcements():
                sent, planned, left_out = await bridge.read(announced.listed, hunt)
                await self.reply(
                    protocol.AnnouncementsReply(
                        id=command.id,
                        sent=await self._sent(hunt, sent),
                        planned=convert(planned, tuple[protocol.PlannedLine, ...]),
                        left_out=left_out,
                    )
                )

    async def _sent(self, hunt: int, views: tuple[announced.SentView, ...]) -> tuple[protocol.SentLine, ...]:
        held = self.hub.announced
        counts = await held.of(hunt)
        if any(view.id not in counts for view in views):
            held.forget()  # counted before the latest of them
            counts = await held.of(hunt)
        return tuple(
            protocol.SentLine(**msgspec.structs.asdict(view), **msgspec.structs.asdict(counts[view.id]))
            for view in views
            if view.id in counts
        )

    async def _on_freeze(self, command: Any) -> None:
        """What the public sees of the board."""
        assert self.identity is not None and self.hub.hunt is not None
        user, hunt, bridge = self.identity.user, self.hub.hunt.id, self.hub.bridge
        match command:
            case protocol.Freeze():
                await bridge.read(freeze.freeze, user, hunt, command.at, UUID(command.id))
                await self.reply(protocol.Ok(command.id))
            case protocol.Unfreeze():
                await bridge.read(freeze.unfreeze, user, hunt, UUID(command.id))
                await self.reply(protocol.Ok(command.id))
            case protocol.RevealAct():
                await bridge.read(
                    reveal.reveal,
                    user,
                    hunt,
                    command.action,
                    step=command.step,
                    seconds=command.seconds,
                    command=UUID(command.id),
                )
                await self.reply(protocol.Ok(command.id))
            case protocol.Pin():
                await bridge.read(scenes.pin, user, hunt, command.scene, UUID(command.id))
                await self.reply(protocol.Ok(command.id))

    async def _on_questions(self, command: Any) -> None:
        """Where players are stuck, and a question mended."""
        assert self.identity is not None and self.hub.hunt is not None
        user, hunt, bridge = self.identity.user, self.hub.hunt.id, self.hub.bridge
        match command:
            case protocol.Watch():
                if command.view is None:
                    self.hub.walls.leave(self)
                else:
                    await self.hub.walls.watch(self, command.q)
                await self.reply(protocol.Ok(command.id))
            case protocol.QuestionSource():
                found = await bridge.read(questions.source, hunt, command.q)
                await self.reply(protocol.QuestionReply(command.id, **msgspec.structs.asdict(found)))
            case protocol.PreviewMend():
                shown = await bridge.read(
                    questions.preview, hunt, command.q, command.token, convert(command.edits, questions.Edits)
                )
                await self.reply(protocol.MendPreviewReply(command.id, shown.html, shown.hint_html))
            case protocol.Mend():
                edits = convert(command.edits, questions.Edits)
                await bridge.read(
                    questions.mend, user, hunt, command.q, command.token, edits, UUID(command.id)
                )
                await self.reply(protocol.Ok(command.id))
            case protocol.JudgeAs():
                await bridge.read(
                    questions.judge_as,
                    user,
                    hunt,
                    command.q,
                    command.text,
                    command.verdict,
                    UUID(command.id),
                )
                await self.reply(protocol.Ok(command.id))

    async def _on_integrity(self, command: Any, user: int, hunt: int) -> None:
        """Pairs that may be playing together: looked at, and decided on."""
        bridge, held = self.hub.bridge, self.hub.integrity
        all_do = await held.everybody.of(hunt)
        match command:
            case protocol.IntegrityPairs():
                views = await bridge.read(pairs.listed, hunt, await held.pairs.of(hunt))
                rows = convert(views, tuple[protocol.IntegrityPair, ...])
                await self.reply(protocol.IntegrityReply(command.id, all_do.floor, all_do.players, rows))
            case protocol.IntegritySheet():
                sheet = await bridge.read(pairs.sheet, hunt, command.a, command.b, all_do)
                await self.reply(
                    protocol.IntegrityPairReply(
                        id=command.id,
                        pair=convert(sheet.view, protocol.IntegrityPair),
                        parts=convert(sheet.parts, tuple[protocol.Evidence, ...]),
                        lines=convert(sheet.lines, tuple[protocol.PairLine, ...]),
                        left_out=sheet.left_out,
                        decisions=convert(sheet.decisions, tuple[protocol.Decision, ...]),
                    )
                )
            case protocol.IntegrityDecide():
                await bridge.read(
                    integrity.decide,
                    user,
                    hunt,
                    (command.a, command.b),
                    command.decision,
                    command.reason,
                    all_do,
                    UUID(command.id),
                )
                await self.reply(protocol.Ok(command.id))

    async def _outlet(self, command: Any, user: int, hunt: int) -> None:
        """What leaves the hunt: files, and what other programs are told."""
        bridge = self.hub.bridge
        match command:
            case protocol.Exports():
                sizes = await bridge.read(exports.sizes, hunt)
                await self.reply(
                    protocol.ExportsReply(command.id, convert(sizes, tuple[protocol.ExportSize, ...]))
                )
            case protocol.Webhooks():
                hooks, latest = await bridge.read(outlets.webhooks, hunt)
                await self.reply(
                    protocol.WebhooksReply(
                        command.id,
                        convert(hooks, tuple[protocol.WebhookLine, ...]),
                        convert(latest, tuple[protocol.DeliveryLine, ...]),
                    )
                )
            case protocol.WebhookAdd():
                row = await bridge.read(
                    webhooks.add,
                    user,
                    hunt,
                    command.url,
                    command.format,
                    command.events,
                    command.wall_minutes,
                    command.wall_players,
                    UUID(command.id),
                )
                await self.reply(protocol.WebhookAdded(command.id, row.id, row.secret))
            case protocol.WebhookAct():
                await bridge.read(
                    webhooks.change, user, hunt, command.webhook, command.action, UUID(command.id)
                )
                await self.reply(protocol.Ok(command.id))
            case protocol.DeliveryAgain():
                await bridge.read(webhooks.send_again, user, hunt, command.delivery, UUID(command.id))
                await self.reply(protocol.Ok(command.id))

    async def _on_regrades(self, command: Any) -> None:
        """A question judged again: looked at, then booked."""
        assert self.identity is not None and self.hub.hunt is not None
        user, hunt, bridge = self.identity.user, self.hub.hunt.id, self.hub.bridge
        match command:
            case protocol.Regrade():
                view = await bridge.read(regrade.preview, hunt, command.q, command.page)
                rows = convert(view.rows, tuple[protocol.RegradeLine, ...])
                await self.reply(
                    protocol.RegradeReply(command.id, **msgspec.structs.asdict(view) | {"rows": rows})
                )
            case protocol.RegradeApply():
                await bridge.read(
                    regrade.apply, user, hunt, command.q, command.token, command.reason, UUID(command.id)
                )
                await self.reply(protocol.Ok(command.id))

    async def _on_organisers(self, command: Any) -> None:
        """Who may do what here."""
        assert self.identity is not None and self.hub.hunt is not None
        bridge = self.hub.bridge
        match command:
            case protocol.Organisers():
                if command.text is None:
                    found = await bridge.read(organisers.organisers)
                else:
                    found = await bridge.read(organisers.accounts, command.text)
                rows = convert(found, tuple[protocol.OrganiserLine, ...])
                await self.reply(protocol.OrganisersReply(command.id, rows))
            case protocol.Appoint():
                role, was = (roles.Role(name) if name else None for name in (command.role, command.was))
                await bridge.read(
                    appointing.appoint,
                    self.identity.user,
                    self.hub.hunt.id,
                    command.account,
                    role,
                    was,
                    UUID(command.id),
                )
                await self.reply(protocol.Ok(command.id))

    def _line(self, view: console.LineView, connected: set[int]) -> protocol.PlayerLine:
        return protocol.PlayerLine(
            **msgspec.structs.asdict(view) | ({} if roles.may(self.held, "addresses") else {"email": ""}),
            rank=self.hub.live.board.rank_of(view.player),
            online=view.player in connected,
        )
