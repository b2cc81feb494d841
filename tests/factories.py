"""Hunts, players and named actors for tests."""

import itertools
import time
import uuid
from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.hashers import PBKDF2PasswordHasher
from django.contrib.sessions.backends.db import SessionStore
from django.db.models import F

from game import errors
from game.models import Hunt, Image, Member, Organiser, Player, Question, StoryBlock
from game.queries.play import PlayerSnapshot
from game.services import players
from game.services.answers import Kind, Submission

HOUR = 3_600_000
PASSWORD = "a long password"
_number = itertools.count(1)


def now_ms() -> int:
    return int(time.time() * 1000)


def leave_behind(instant: int) -> int:
    """That millisecond is over: whatever comes is later. Returns it."""
    while now_ms() <= instant:
        pass
    return instant


def enter(hunt_id: int, player_id: int) -> PlayerSnapshot:
    """The player opens the page. Raises NotFound."""
    (snapshot,) = players.enter(hunt_id, [player_id])
    if snapshot is None:
        raise errors.NotFound
    return snapshot


def make_hunt(
    questions: int = 3,
    *,
    slug: str | None = None,
    current: bool = True,
    started_h: float = 1,
    lasts_h: float = 48,
    **fields: Any,
) -> Hunt:
    """A live hunt. Question n: answer "right n", close answer "close n", hint "Hint n", a block before and after."""
    starts = now_ms() - int(started_h * HOUR)
    hunt = Hunt.objects.create(
        slug=slug or f"hunt-{next(_number)}",
        title="The Test Hunt",
        tagline="Every part moves",
        starts_at=fields.pop("starts_at", starts),
        ends_at=fields.pop("ends_at", starts + int(lasts_h * HOUR)),
        current=current,
        **fields,
    )
    for position in range(1, questions + 1):
        question = Question.objects.create(
            hunt=hunt,
            position=position,
            title=f"Title {position}",
            text=f"Text **{position}**",
            answers=[f"right {position}"],
            close=[f"close {position}"],
            hint=f"Hint {position}",
        )
        StoryBlock.objects.create(question=question, when="before", ordinal=1, text=f"Before {position}")
        StoryBlock.objects.create(question=question, when="after", ordinal=1, text=f"After {position}")
    return hunt


def add_image(hunt: Hunt, position: int, data: bytes = b"<svg/>", token: str = "") -> Image:
    """A picture on that question; the hunt's version says so to whoever remembers its content."""
    image = Image.objects.create(
        hunt=hunt,
        path=f"images/{position}.svg",
        media_type="image/svg+xml",
        data=data,
        token=token or uuid.uuid4().hex,
    )
    Question.objects.filter(hunt=hunt, position=position).update(image=image, image_alt=f"Alt {position}")
    Hunt.objects.filter(id=hunt.id).update(version=F("version") + 1)
    return image


def make_user(name: str = "", *, staff: bool = False, role: str = "") -> Any:
    """An account that signs in with PASSWORD; `staff`: an owner, or another `role` among the organisers."""
    name = name or f"user{next(_number)}"
    hasher = PBKDF2PasswordHasher()
    user = get_user_model().objects.create(
        username=name.lower(),
        email=f"{name.lower()}@example.org",
        # One round: a test of a thousand players is not about passwords.
        password=hasher.encode(PASSWORD, hasher.salt(), iterations=1),
        is_staff=staff or role == "owner",
    )
    if role and role != "owner":
        Organiser.objects.create(user=user, role=role)
    return user


def make_player(hunt: Hunt, name: str = "", **fields: Any) -> Player:
    """A player with one member; `fields` are set on the row afterwards, without a ledger entry."""
    name = name or f"Player {next(_number)}"
    player = players.join(make_user(name.replace(" ", "")), hunt, name)
    if fields:
        Player.objects.filter(id=player.id).update(**fields)
        player.refresh_from_db()
    return player


def grant_xp(player: Player, xp: int) -> None:
    """Give XP through the ledger."""
    from game.models import LedgerEntry

    LedgerEntry.objects.create(hunt=player.hunt, player=player, cause="grant", xp=xp, at=now_ms())
    player.refresh_from_db()
    player.xp += xp
    player.save()


def command_id() -> str:
    return str(uuid.uuid4())


def submission(
    player: Player, kind: str = "answer", q: int | None = None, text: str = "", command: Any = None
) -> Submission:
    """A command of this player on their current question."""
    player.refresh_from_db()
    return Submission(
        hunt=player.hunt_id,
        player=player.id,
        member=Member.objects.get(player=player).id,
        command=str(command or uuid.uuid4()),
        kind=Kind(kind),
        q=player.position if q is None else q,
        text=text,
    )


def session_of(user: Any) -> str:
    """A signed-in session's key."""
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY

    store = SessionStore()
    store[SESSION_KEY] = str(user.pk)
    store[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
    store[HASH_SESSION_KEY] = user.get_session_auth_hash()
    store.create()
    return str(store.session_key)


def user_of(player: Player) -> Any:
    return Member.objects.select_related("user").get(player=player).user
