"""Answers as a first version would have them: one transaction of the ORM for each, `group_send` of what has changed.

It judges by comparison alone, has no ids that make a repeat harmless, and no limits: less work than ours for each.
"""

import os

os.environ["DJANGO_SETTINGS_MODULE"] = "tests.load.baselines.settings"

import json
import time
from typing import Any

from channels.db import database_sync_to_async
from channels.generic.websocket import AsyncWebsocketConsumer
from channels.routing import ProtocolTypeRouter
from django.core.asgi import get_asgi_application
from django.db import transaction

http = get_asgi_application()

from channels.auth import AuthMiddlewareStack  # noqa: E402  # it needs the apps

from game.models import Attempt, LedgerEntry, Member, Player, Question  # noqa: E402
from leaderboard.models import Standing  # noqa: E402

BOARD = "board"
POINTS, XP = 100, 5


class Game(AsyncWebsocketConsumer):
    async def connect(self) -> None:
        self.member = await self.my_member()
        await self.channel_layer.group_add(BOARD, self.channel_name)
        await self.accept()

    async def disconnect(self, code: int) -> None:
        await self.channel_layer.group_discard(BOARD, self.channel_name)

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        command = json.loads(text_data or "")
        verdict, change = await self.judge(command)
        await self.send(
            text_data=json.dumps(
                {"t": "verdict", "id": command["id"], "verdict": verdict}, separators=(",", ":")
            )
        )
        if change:
            await self.channel_layer.group_send(BOARD, {"type": "board.change", "change": change})

    async def board_change(self, event: dict[str, Any]) -> None:
        await self.send(text_data=json.dumps({"t": "board", **event["change"]}))

    @database_sync_to_async  # type: ignore[untyped-decorator]
    def my_member(self) -> Member:
        return Member.objects.get(user=self.scope["user"], hunt__current=True)

    @database_sync_to_async  # type: ignore[untyped-decorator]
    @transaction.atomic
    def judge(self, command: dict[str, Any]) -> tuple[str, dict[str, Any] | None]:
        player = Player.objects.select_for_update().get(id=self.member.player_id)
        question = Question.objects.get(hunt_id=player.hunt_id, position=player.position)
        text, now = command["text"].strip(), int(time.time() * 1000)
        correct = text.lower() in question.answers
        Attempt.objects.create(
            hunt_id=player.hunt_id,
            player=player,
            member=self.member,
            question=question,
            command=command["id"],
            kind=Attempt.Kind.ANSWER,
            text=text,
            normalised=text.lower(),
            verdict=Attempt.Verdict.CORRECT if correct else Attempt.Verdict.WRONG,
            gross=POINTS if correct else 0,
            xp=XP if correct else 0,
            at=now,
        )
        player.version += 1
        player.changed_at = now
        if correct:
            player.position += 1
            player.solves += 1
            player.points += POINTS
            player.xp += XP
            player.last_solve = now
            LedgerEntry.objects.create(
                hunt_id=player.hunt_id,
                player=player,
                member=self.member,
                question=question,
                cause=LedgerEntry.Cause.SOLVE,
                points=POINTS,
                xp=XP,
                command=command["id"],
                at=now,
            )
            Standing.objects.filter(player=player).update(
                points=player.points, last_solve=now, version=player.version, changed_at=now
            )
        player.save()
        change = {"player": player.id, "name": player.name, "points": player.points} if correct else None
        return ("correct" if correct else "wrong"), change


application = ProtocolTypeRouter({"http": http, "websocket": AuthMiddlewareStack(Game.as_asgi())})
