"""What a player's page shows: the player's own state, the question, the story, unseen announcements."""

from collections.abc import Iterable, Sequence

from django.db.models import Exists, Max, OuterRef
from msgspec import Struct

from enigma_rt import rows
from game.models import Announcement, Attempt, Hunt, Image, Member, Player
from game.queries import announcements, clock, content, freeze, hunts, roles
from game.queries.clock import now_ms
from game.queries.content import BlockView, Content, QuestionView
from game.queries.room import fitting
from game.rendering import render
from game.rules.freeze import OPEN, Curtain
from game.rules.phases import Phase, phase
from game.rules.play import State, wait_ms
from game.rules.scenes import Pin
from game.rules.settings import HuntSettings, load

RUNNING = (Phase.LIVE, Phase.PAUSED)
# Bytes of HTML on a page of the story, and blocks: a frame has room for both.
STORY_PAGE_BYTES = 24 * 1024
NOTICES, NOTICES_BYTES = 20, 10 * 1024
HINTS_BYTES = 4 * 1024
NEXT_NOTICES = 2_000
STORY_PAGE = 12


class HuntView(Struct, frozen=True):
    """The hunt as everybody may know it, at `now`."""

    id: int
    title: str
    tagline: str
    phase: str
    starts_at: int
    ends_at: int
    questions: int
    curve: str
    # When the public board freezes or has frozen, until that is over.
    freeze_at: int | None = None
    curtain: Curtain = OPEN
    # What all projectors are held on.
    pin: Pin | None = None
    # For the play clock: since when it stands still, and for how long it did before.
    paused_at: int | None = None
    paused_ms: int = 0


class MeView(Struct, frozen=True):
    """A player's own state, absolute; of two the higher `version` holds."""

    player: int
    name: str
    version: int
    position: int
    points: int
    xp: int
    solves: int
    first_attempt: int | None
    next_tick: int | None
    finished: bool
    wait_ms: int
    hint: str | None
    hint_html: str | None


class PlayView(Struct, frozen=True):
    """What is before the player: `question` is null unless the hunt is running and one is left."""

    me: MeView
    question: QuestionView | None
    story: tuple[BlockView, ...]


class NoticeView(Struct, frozen=True):
    """An announcement, rendered. `hint_for`: it is an extra hint for that question. `only`: for these players, null:
    for everybody."""

    id: int
    at: int
    level: str
    html: str
    hint_for: int | None = None
    only: tuple[int, ...] | None = None


class SolveView(Struct, frozen=True):
    """A solve worth telling: `first` of all on that question, `finished` the hunt with it."""

    at: int
    player: int
    name: str
    q: int
    first: bool
    finished: bool


class PlayerSnapshot(Struct, frozen=True):
    """Everything of a player's snapshot but the board. `settings` holds the prices; `hints` are the extra ones for the
    question that were seen before; with `first_sight` the question has not been shown before."""

    now: int
    hunt: HuntView
    settings: HuntSettings
    play: PlayView
    announcements: tuple[NoticeView, ...]
    hints: tuple[NoticeView, ...]
    first_sight: bool


def current_hunt() -> Hunt | None:
    """The hunt that the pages and sockets are about, or None."""
    return Hunt.objects.filter(current=True).first()


def any_hunt() -> bool:
    """Whether there is a hunt at all, current or not."""
    return Hunt.objects.exists()


def joinable_hunt() -> Hunt | None:
    """The current hunt unless it is over."""
    hunt = current_hunt()
    return hunt if hunt and phase(hunt.times, now_ms()) is not Phase.ENDED else None


def hunt_view(hunt: Hunt, now: int) -> HuntView:
    held = content.of(hunt)
    return HuntView(
        id=hunt.id,
        title=hunt.title,
        tagline=hunt.tagline,
        phase=phase(hunt.times, now).value,
        starts_at=hunt.starts_at,
        ends_at=hunt.ends_at if hunt.ended_at is None else min(hunt.ends_at, hunt.ended_at),
        questions=len(held.items),
        curve=held.settings.curve,
        freeze_at=freeze.frozen_from(hunt.curtain, now),
        curtain=hunt.curtain,
        pin=hunt.pin,
        paused_at=hunt.paused_at,
        paused_ms=hunt.paused_ms,
    )


def state_of(player: Player) -> State:
    """The part of the row that the rules know."""
    return State(**{field: getattr(player, field) for field in State.__struct_fields__})


class Stage:
    """A hunt at one moment: what is the same for all its players is worked out once."""

    def __init__(self, hunt: Hunt, held: Content, now: int) -> None:
        self.times, self.content, self.now = hunt.times, held, now
        self._phase = phase(self.times, now)
        self._running = self._phase in RUNNING
        self._end = hunt.ends_at if hunt.ended_at is None else min(hunt.ends_at, hunt.ended_at)

    def me(self, player: int, name: str, state: State) -> MeView:
        """A player's own state. No query."""
        next_tick, hint_html = state.next_tick, None
        if state.hint_paid and self._running and (item := self.content.item(state.position)):
            hint_html = item.hint_html
        return MeView(
            player=player,
            name=name,
            version=state.version,
            position=state.position,
            points=state.points,
            xp=state.xp,
            solves=state.solves,
            first_attempt=state.first_attempt,
            next_tick=next_tick if next_tick is not None and next_tick <= self._end else None,
            finished=state.finished_at is not None,
            wait_ms=wait_ms(state, self.content.settings, self.now),
            hint=state.hint_paid or None,
            hint_html=hint_html,
        )

    def shown(self, state: State) -> tuple[QuestionView | None, tuple[BlockView, ...]]:
        """The question that is before a player in `state`, and the story up to it."""
        if self._phase is Phase.SCHEDULED:
            return None, ()
        question = self.content.question(state.position) if self._running else None
        return question, self.content.story_at(state.position)


def play_view(hunt: Hunt, held: Content, player: int, name: str, state: State, now: int) -> PlayView:
    """What a player in `state` is shown at `now`. No query: `held` is the hunt's content."""
    stage = Stage(hunt, held, now)
    return PlayView(stage.me(player, name, state), *stage.shown(state))


def views(player_ids: Iterable[int]) -> list[PlayView]:
    """The present state of these players, for frames that other tabs and processes caused."""
    now = now_ms()
    players = Player.objects.filter(id__in=list(player_ids)).select_related("hunt")
    return [
        play_view(player.hunt, content.of(player.hunt), player.id, player.name, state_of(player), now)
        for player in players
    ]


def player_snapshots(hunt_id: int, player_ids: Iterable[int]) -> dict[int, PlayerSnapshot]:
    """Of these players; who is none of the hunt's is left out. A handful of queries, however many there are."""
    wanted = rows.id_list(player_ids)
    hunt_rows, found, pairs, received, [[now]] = rows.look_up(
        hunts.statement([hunt_id]),
        (_PLAYERS.format(among=rows.among("id")), [hunt_id, wanted]),
        (_UNSEEN.format(among=rows.among("p.id")), [hunt_id, wanted, NOTICES]),
        (_RECEIVED.format(among=rows.among("r.player_id")), [wanted]),
        (clock.statement(), ()),
    )
    hunt = hunts.read(hunt_rows).get(hunt_id)
    if hunt is None:
        return {}
    unseen, hints = _notices(pairs, received)
    held = content.of(hunt)
    view = hunt_view(hunt, now)
    snapshots = {}
    for player, name, *fields in found:
        state = State(*fields)
        shown = play_view(hunt, held, player, name, state, now)
        beside = fitting(hints.get(player, ()), HINTS_BYTES) if shown.question is not None else ()
        snapshots[player] = PlayerSnapshot(
            now=now,
            hunt=view,
            settings=held.settings,
            play=shown,
            announcements=fitting(unseen.get(player, ()), NOTICES_BYTES),
            hints=beside,
            first_sight=shown.question is not None
            and state.shown_clock is None
            and state.finished_at is None,
        )
    return snapshots


# IS TRUE: no index for that condition, or all players of the hunt may be read for a few.
_PLAYERS = (
    f"SELECT id, name, {', '.join(State.__struct_fields__)} FROM game_player "  # noqa: S608
    f"WHERE (hunt_id = %s) IS TRUE AND {{among}}"
)
_UNSEEN = """
    SELECT player, announcement FROM (
        SELECT p.id AS player, a.id AS announcement,
            row_number() OVER (PARTITION BY p.id ORDER BY a.id) AS place
        FROM game_player p JOIN game_announcement a ON a.hunt_id = p.hunt_id
        WHERE (p.hunt_id = %s) IS TRUE AND {among}
            AND (a.player_id IS NULL AND a.q IS NULL OR a.player_id = p.id) AND NOT EXISTS (
            SELECT 1 FROM game_seen s WHERE s.player_id = p.id AND s.announcement_id = a.id
        )
    ) unseen WHERE place <= %s ORDER BY player, announcement
"""


# What is for some alone: few rows a player, found from the player. Newest first.
_RECEIVED = """
    SELECT r.player_id, r.announcement_id, CASE WHEN a.hint AND a.q = p.position THEN 1 ELSE 0 END,
        CASE WHEN EXISTS (
            SELECT 1 FROM game_seen s WHERE s.player_id = r.player_id AND s.announcement_id = r.announcement_id
        ) THEN 1 ELSE 0 END
    FROM game_recipient r JOIN game_announcement a ON a.id = r.announcement_id JOIN game_player p ON p.id = r.player_id
    WHERE {among} ORDER BY r.announcement_id DESC
"""


def _notices(
    pairs: Sequence[Sequence[int]], received: Sequence[Sequence[int]]
) -> tuple[dict[int, list[NoticeView]], dict[int, list[NoticeView]]]:
    """By player: (what was not seen, oldest first; extra hints for the present question that were, newest first)."""
    unseen: dict[int, list[int]] = {}
    hints: dict[int, list[int]] = {}
    for player, announcement in pairs:
        unseen.setdefault(player, []).append(announcement)
    for player, announcement, is_hint, is_seen in received:
        if not is_seen:
            unseen.setdefault(player, []).append(announcement)
        elif is_hint:
            hints.setdefault(player, []).append(announcement)
    wanted = {number for lists in (unseen, hints) for numbers in lists.values() for number in numbers}
    views = {number: _notice(row) for number, row in Announcement.objects.in_bulk(wanted).items()}

    def shown(numbers: Iterable[int]) -> list[NoticeView]:
        return [views[number] for number in numbers if number in views]  # not deleted since

    return (
        {player: shown(sorted(numbers)[:NOTICES]) for player, numbers in unseen.items()},
        {player: shown(numbers) for player, numbers in hints.items()},
    )


def story_page(player_id: int, before: int | None) -> tuple[Sequence[BlockView], int | None]:
    """A page of the story that this player may read: (blocks in reading order, cursor of the page before or None)."""
    player = Player.objects.select_related("hunt").get(id=player_id)
    if phase(player.hunt.times, now_ms()) is Phase.SCHEDULED:
        return (), None
    blocks = content.of(player.hunt).story_until(player.position)
    if before is not None:
        blocks = tuple(block for block in blocks if block.n < before)
    page: list[BlockView] = []
    size = 0
    for block in reversed(blocks):
        size += len(block.html.encode())
        if page and (size > STORY_PAGE_BYTES or len(page) == STORY_PAGE):
            break
        page.insert(0, block)
    return page, (page[0].n if page and len(page) < len(blocks) else None)


def notices(rows: Iterable[Announcement]) -> tuple[NoticeView, ...]:
    """The first of them, as many as a snapshot has room for."""
    return fitting(map(_notice, rows), NOTICES_BYTES)


def _notice(row: Announcement, only: Iterable[int] | None = None) -> NoticeView:
    return NoticeView(
        id=row.id,
        at=row.at,
        level=row.level,
        html=render(row.text),
        hint_for=row.q if row.hint else None,
        only=None if only is None else tuple(only),
    )


def latest_notices(hunt_id: int, after: int = 0, limit: int = NOTICES) -> tuple[NoticeView, ...]:
    """Announcements to everybody with an id above `after`, newest first, as many as a snapshot has room for."""
    rows = Announcement.objects.filter(hunt_id=hunt_id, player=None, q=None, id__gt=after)
    return notices(rows.order_by("-id")[:limit])


def last_notice(hunt_id: int) -> int:
    """The highest id of the hunt's announcements, 0 without any."""
    return Announcement.objects.filter(hunt_id=hunt_id).aggregate(last=Max("id"))["last"] or 0


def next_notices(hunt_id: int, after: int) -> tuple[NoticeView, ...]:
    """Announcements with an id above `after`, whomever they are for, oldest first; of more than NEXT_NOTICES the others
    are next."""
    rows = list(Announcement.objects.filter(hunt_id=hunt_id, id__gt=after).order_by("id")[:NEXT_NOTICES])
    some = announcements.recipients(row.id for row in rows if row.q is not None)
    return tuple(
        _notice(row, [row.player_id] if row.player_id else None if row.q is None else some.get(row.id, ()))
        for row in rows
    )


def latest_solves(hunt_id: int, limit: int, until: int | None = None) -> tuple[SolveView, ...]:
    """The latest solves (of those up to the instant `until`), newest first. Those of hidden players are left out, and
    what a regrade found: that is no news, and told to its player."""
    solves = Attempt.objects.filter(hunt_id=hunt_id, verdict=Attempt.Verdict.CORRECT)
    earlier = solves.filter(question=OuterRef("question"), id__lt=OuterRef("id"))
    told = solves.exclude(kind=Attempt.Kind.REGRADE)
    rows = (
        (told if until is None else told.filter(at__lte=until))
        .filter(player__hidden=False, player__banned=False)
        .annotate(first=~Exists(earlier))
        .select_related("player", "question")
        .order_by("-at", "-id")[:limit]
    )
    return tuple(
        SolveView(
            at=row.at,
            player=row.player_id,
            name=row.player.name,
            q=row.question.position,
            first=row.first,
            finished=row.player.finished_at == row.at,
        )
        for row in rows
    )


def changed_players(hunt_id: int, since: int, player_ids: Iterable[int]) -> list[tuple[int, int]]:
    """(player, version) of those among `player_ids` whose row changed at or after the instant `since`."""
    wanted = set(player_ids)
    rows = Player.objects.filter(hunt_id=hunt_id, changed_at__gte=since).values_list("id", "version")
    return [row for row in rows if row[0] in wanted]


def image(token: str, user_id: int) -> tuple[bytes, str] | None:
    """(bytes, media type) if this user may see the picture: its question has been reached in a running hunt, or it is
    an organiser who asks."""
    found = Image.objects.filter(token=token).select_related("hunt").first()
    if found is None or not (_reached(found, user_id) or roles.may(roles.of(user_id), "/image")):
        return None
    return bytes(found.data), found.media_type


def _reached(image: Image, user_id: int) -> bool:
    member = Member.objects.filter(hunt=image.hunt, user_id=user_id).select_related("player").first()
    if member is None or member.player.banned or phase(image.hunt.times, now_ms()) is Phase.SCHEDULED:
        return False
    return image.question_set.filter(position__lte=member.player.position).exists()


def settings_of(hunt: Hunt) -> HuntSettings:
    """Raises ValueError naming the setting when the row's JSON is not valid."""
    return load(hunt.settings)
