"""What a hunt is, as rows and constraints. Behaviour lives in `rules` (decisions) and `services` (writes).

Instants are integers, milliseconds since the Unix epoch (UTC), from the database's own clock: the rules, the protocol
and the browser count in the same unit, and PostgreSQL and SQLite keep it exactly.
"""

from uuid import uuid4

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Left
from django.utils.translation import gettext_lazy as _

from game.rules.freeze import Curtain
from game.rules.phases import Times
from game.rules.roles import LADDER, Role
from game.rules.scenes import Pin

Instant = models.BigIntegerField
GUESS_START = 40
"""Characters of a guess by which its row is found."""


class Hunt(models.Model):
    """One event. Several exist (last year's archive, a rehearsal); at most one is current."""

    slug = models.SlugField(unique=True, max_length=60)
    title = models.CharField(max_length=120)
    tagline = models.CharField(max_length=200, blank=True)
    starts_at = Instant(help_text=_("milliseconds since the epoch, UTC"))
    ends_at = Instant(help_text=_("milliseconds since the epoch, UTC"))
    # Overrides of the phase that follows from the two instants.
    paused_at = Instant(null=True, blank=True)
    paused_ms = models.BigIntegerField(default=0)
    ended_at = Instant(null=True, blank=True)
    settings = models.JSONField(default=dict, blank=True)
    current = models.BooleanField(default=False)
    # Raised by every change of the rows below it: what a process has cached of an older one is stale.
    version = models.BigIntegerField(default=1)
    # The public board: from when on it stands still, and how far it has been revealed (rules.freeze.Curtain).
    freeze_at = Instant(null=True, blank=True)
    reveal_at = Instant(null=True, blank=True)
    reveal_step = models.PositiveIntegerField(default=0, db_default=0)
    reveal_steps = models.PositiveIntegerField(default=0, db_default=0)
    reveal_since = Instant(default=0, db_default=0)
    reveal_every_ms = models.PositiveIntegerField(null=True, blank=True)
    # What all projectors are held on; "" leaves it to each of them.
    scene = models.CharField(max_length=20, blank=True, default="", db_default="")
    scene_by = models.CharField(max_length=150, blank=True, default="", db_default="")
    scene_at = Instant(default=0, db_default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["current"], condition=Q(current=True), name="one_current_hunt"),
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="hunt_ends_after_start"),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def times(self) -> Times:
        return Times(
            starts_at=self.starts_at,
            ends_at=self.ends_at,
            paused_at=self.paused_at,
            paused_ms=self.paused_ms,
            ended_at=self.ended_at,
        )

    @property
    def curtain(self) -> Curtain:
        return Curtain(
            freeze_at=self.freeze_at,
            reveal_at=self.reveal_at,
            step=self.reveal_step,
            steps=self.reveal_steps,
            since=self.reveal_since,
            every_ms=self.reveal_every_ms,
        )

    @property
    def pin(self) -> Pin | None:
        return Pin(self.scene, self.scene_by, self.scene_at) if self.scene else None


class Image(models.Model):
    """A picture of a hunt pack. In the database, so that every web process has it without a shared disk."""

    hunt = models.ForeignKey(Hunt, on_delete=models.CASCADE, related_name="images")
    path = models.CharField(max_length=200, help_text=_("its place in the hunt pack"))
    media_type = models.CharField(max_length=60)
    data = models.BinaryField()
    # Part of its address, so that nobody can guess the next question's picture and caches never hold an old one.
    token = models.CharField(max_length=64, unique=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["hunt", "path"], name="one_image_per_path")]

    def __str__(self) -> str:
        return self.path


class Question(models.Model):
    """A puzzle; `position` is its place in the linear chain, from 1 without gaps."""

    hunt = models.ForeignKey(Hunt, on_delete=models.CASCADE, related_name="questions")
    position = models.PositiveIntegerField()
    title = models.CharField(max_length=120, blank=True)
    text = models.TextField(help_text=_("Markdown"))
    image = models.ForeignKey(Image, null=True, blank=True, on_delete=models.RESTRICT)
    image_alt = models.TextField(blank=True)
    answers = models.JSONField(default=list)
    close = models.JSONField(default=list, blank=True)
    threshold = models.PositiveSmallIntegerField(default=0, help_text=_("fuzzy closeness 1 to 100; 0 is off"))
    hint = models.TextField(blank=True, help_text=_("Markdown"))
    points = models.PositiveIntegerField(default=100)

    class Meta:
        ordering = ["hunt", "position"]
        constraints = [
            models.UniqueConstraint(fields=["hunt", "position"], name="one_question_per_position"),
            models.CheckConstraint(condition=Q(position__gte=1), name="positions_from_one"),
            models.CheckConstraint(condition=Q(threshold__lte=100), name="threshold_is_percent"),
        ]

    def __str__(self) -> str:
        return f"{self.position}. {self.title}"


class StoryBlock(models.Model):
    """Narrative shown before a question or after it has been solved or skipped."""

    class When(models.TextChoices):
        BEFORE = "before"
        AFTER = "after"

    question = models.ForeignKey(Question, on_delete=models.CASCADE, related_name="story")
    when = models.CharField(max_length=6, choices=When.choices)
    ordinal = models.PositiveIntegerField()
    text = models.TextField(help_text=_("Markdown"))

    class Meta:
        ordering = ["question__position", "-when", "ordinal"]
        constraints = [
            models.UniqueConstraint(fields=["question", "when", "ordinal"], name="one_block_per_place")
        ]

    def __str__(self) -> str:
        return f"{self.question_id} {self.when} {self.ordinal}"


class Player(models.Model):
    """Who scores. The balances are caches of the ledger's sums; `version` counts the changes of this row."""

    class HintPaid(models.TextChoices):
        NONE = ""
        POINTS = "points"
        XP = "xp"

    hunt = models.ForeignKey(Hunt, on_delete=models.CASCADE, related_name="players", db_index=False)
    name = models.CharField(max_length=24)
    name_key = models.CharField(max_length=100)
    position = models.PositiveIntegerField(default=1)
    points = models.IntegerField(default=0)
    xp = models.IntegerField(default=0)
    solves = models.PositiveIntegerField(default=0)
    last_solve = Instant(null=True, blank=True)
    first_attempt = Instant(null=True, blank=True)
    # Hourly grants settled so far, and when the next is owed (null: never again, or not yet).
    ticks = models.PositiveIntegerField(default=0)
    next_tick = Instant(null=True, blank=True, db_index=True)
    # The hunt's play clock (pauses excluded) when the current question was first shown; null: not yet.
    shown_clock = models.BigIntegerField(null=True, blank=True)
    hint_paid = models.CharField(max_length=6, choices=HintPaid.choices, blank=True, default="")
    # The wrong-answer limit's theoretical arrival time: in the row, so that a reconnect does not reset it.
    wrong_tat = Instant(null=True, blank=True)
    finished_at = Instant(null=True, blank=True)
    hidden = models.BooleanField(default=False)
    banned = models.BooleanField(default=False)
    version = models.BigIntegerField(default=1)
    changed_at = Instant()
    created_at = Instant()

    class Meta:
        indexes = [models.Index(fields=["hunt", "changed_at"]), models.Index(fields=["hunt", "position"])]
        constraints = [
            models.UniqueConstraint(fields=["hunt", "name_key"], name="one_player_per_name"),
            models.CheckConstraint(condition=Q(xp__gte=0), name="xp_never_negative"),
            models.CheckConstraint(condition=Q(points__gte=0), name="points_never_negative"),
        ]

    def __str__(self) -> str:
        return self.name


class Member(models.Model):
    """Who acts for a player. One today; a team is a player with several."""

    hunt = models.ForeignKey(Hunt, on_delete=models.CASCADE, related_name="members", db_index=False)
    player = models.ForeignKey(Player, on_delete=models.CASCADE, related_name="members")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="memberships")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["hunt", "user"], name="one_player_per_user_and_hunt")]

    def __str__(self) -> str:
        return f"{self.user_id} for {self.player_id}"


class Attempt(models.Model):
    """One accepted command on a question: a judged answer, or the use of a power-up. Append-only.

    It is also the memory that makes commands idempotent: what a repeat is answered with can be told from this row.
    """

    class Kind(models.TextChoices):
        ANSWER = "answer"
        ACCEPT_CLOSE = "accept_close"
        HINT = "hint"
        SKIP = "skip"
        REGRADE = "regrade"  # a guess that was right after all: a solve by a regrade, at the guess's instant

    class Verdict(models.TextChoices):
        CORRECT = "correct"
        CLOSE = "close"
        WRONG = "wrong"
        DONE = "done"  # a hint was shown, a question skipped

    # No index of their own where another begins with them: each costs every attempt, and a database that has not yet
    # looked at a young table takes the wrong one and reads all that a player has ever tried.
    hunt = models.ForeignKey(Hunt, on_delete=models.CASCADE, related_name="attempts", db_index=False)
    player = models.ForeignKey(Player, on_delete=models.CASCADE, related_name="attempts", db_index=False)
    member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="attempts")
    question = models.ForeignKey(Question, on_delete=models.RESTRICT, related_name="attempts", db_index=False)
    command = models.UUIDField()
    kind = models.CharField(max_length=12, choices=Kind.choices)
    # The answer as typed; for a hint how it was paid.
    text = models.CharField(max_length=256, blank=True)
    normalised = models.TextField(blank=True)  # folding can lengthen 256 characters many times
    verdict = models.CharField(max_length=8, choices=Verdict.choices)
    repeat = models.BooleanField(default=False)
    accepted_close = models.BooleanField(default=False)
    gross = models.PositiveIntegerField(default=0)
    hint_cost = models.PositiveIntegerField(default=0)
    close_cost = models.PositiveIntegerField(default=0)
    xp = models.IntegerField(default=0)
    # How long the player had had the question, in play; null: judged before this was kept.
    elapsed_ms = models.BigIntegerField(null=True, blank=True)
    at = Instant()

    class Meta:
        indexes = [
            # Whether a player has made a guess before is asked with every answer: one row is to be looked at for it,
            # and not all that the player has tried on the question. An index takes no text of any length.
            models.Index("player", "question", Left("normalised", GUESS_START), name="guess_of_a_player"),
            models.Index(fields=["hunt", "at"]),
            # The latest solves are few among very many attempts.
            models.Index(fields=["hunt", "at"], condition=Q(verdict="correct"), name="solve_by_instant"),
            # Not the question first: whoever asks for a player's guesses on it must not be led to everybody's.
            models.Index(fields=["verdict", "question"]),
        ]
        constraints = [
            models.UniqueConstraint(fields=["player", "command"], name="one_attempt_per_command"),
            models.UniqueConstraint(
                fields=["player", "question"], condition=Q(verdict="correct"), name="one_solve_per_question"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.player_id} {self.kind} {self.verdict}"


class LedgerEntry(models.Model):
    """Every point and every XP, with its cause. Append-only: a mistake is compensated, never edited."""

    class Cause(models.TextChoices):
        SOLVE = "solve"
        HINT = "hint"
        SKIP = "skip"
        ACCEPT_CLOSE = "accept_close"
        TICK = "tick"
        START = "start"
        GRANT = "grant"
        REGRADE = "regrade"

    hunt = models.ForeignKey(Hunt, on_delete=models.CASCADE, related_name="ledger", db_index=False)
    player = models.ForeignKey(Player, on_delete=models.CASCADE, related_name="ledger")
    member = models.ForeignKey(Member, null=True, blank=True, on_delete=models.CASCADE, related_name="ledger")
    question = models.ForeignKey(
        Question, null=True, blank=True, on_delete=models.RESTRICT, related_name="ledger"
    )
    cause = models.CharField(max_length=12, choices=Cause.choices)
    points = models.IntegerField(default=0)
    xp = models.IntegerField(default=0)
    # The hour of a tick, from 1 (first attempt + 1 h).
    tick = models.PositiveIntegerField(null=True, blank=True)
    command = models.UUIDField(null=True, blank=True)
    note = models.CharField(max_length=200, blank=True)
    at = Instant()

    class Meta:
        verbose_name_plural = _("ledger entries")
        indexes = [models.Index(fields=["hunt", "cause"])]
        constraints = [
            models.UniqueConstraint(
                fields=["player", "tick"], condition=Q(cause="tick"), name="one_grant_per_tick"
            ),
            models.UniqueConstraint(
                fields=["player", "question"], condition=Q(cause="solve"), name="one_award_per_question"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.player_id} {self.cause} {self.points:+d} points {self.xp:+d} XP"


class Announcement(models.Model):
    """What organisers told everybody, one player alone, or those who had a question before them."""

    class Level(models.TextChoices):
        INFO = "info"
        IMPORTANT = "important"
        URGENT = "urgent"

    hunt = models.ForeignKey(Hunt, on_delete=models.CASCADE, related_name="announcements")
    # Null: everybody, unless there is a `q`.
    player = models.ForeignKey(
        Player, null=True, blank=True, on_delete=models.CASCADE, related_name="announcements"
    )
    # The position of the question that they had before them, for so long of play; who they were is in Recipient.
    # A position and no row: content is replaced, and what was for some must not be everybody's then.
    q = models.PositiveIntegerField(null=True, blank=True)
    minutes = models.PositiveIntegerField(null=True, blank=True)
    # An extra hint for question `q`: it stays beside it.
    hint = models.BooleanField(default=False, db_default=False)
    level = models.CharField(max_length=9, choices=Level.choices)
    text = models.TextField(help_text=_("Markdown"))
    # Null: the machine's own word to one player, or an account that is gone.
    author = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL)
    at = Instant()

    class Meta:
        indexes = [models.Index(fields=["hunt", "at"])]

    def __str__(self) -> str:
        return self.text[:60]


class Recipient(models.Model):
    """Whom an announcement with a `q` is for: who stood there when it was sent, and nobody else."""

    announcement = models.ForeignKey(
        Announcement, on_delete=models.CASCADE, related_name="recipients", db_index=False
    )
    player = models.ForeignKey(Player, on_delete=models.CASCADE, related_name="received")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["announcement", "player"], name="once_per_recipient")]

    def __str__(self) -> str:
        return f"{self.announcement_id} for {self.player_id}"


class Told(models.Model):
    """An announcement has been sent to a socket of this player's."""

    announcement = models.ForeignKey(
        Announcement, on_delete=models.CASCADE, related_name="told", db_index=False
    )
    player = models.ForeignKey(Player, on_delete=models.CASCADE, related_name="told")

    class Meta:
        verbose_name_plural = _("told")
        constraints = [models.UniqueConstraint(fields=["announcement", "player"], name="told_once_each")]

    def __str__(self) -> str:
        return f"{self.player_id} was told {self.announcement_id}"


class PlannedAnnouncement(models.Model):
    """An announcement that is to be sent at an instant. It is gone once it has been, and so is one that was changed:
    what it is now has a row of its own."""

    hunt = models.ForeignKey(Hunt, on_delete=models.CASCADE, related_name="planned", db_index=False)
    player = models.ForeignKey(Player, null=True, on_delete=models.CASCADE, related_name="planned")
    q = models.PositiveIntegerField(null=True)
    minutes = models.PositiveIntegerField(null=True)
    hint = models.BooleanField(default=False)
    level = models.CharField(max_length=9, choices=Announcement.Level.choices)
    text = models.TextField()
    author = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL)
    at = Instant()

    class Meta:
        indexes = [models.Index(fields=["hunt", "at"])]

    def __str__(self) -> str:
        return self.text[:60]


class Seen(models.Model):
    """A player has seen an announcement."""

    player = models.ForeignKey(Player, on_delete=models.CASCADE, related_name="seen")
    announcement = models.ForeignKey(Announcement, on_delete=models.CASCADE, related_name="seen")

    class Meta:
        verbose_name_plural = _("seen")
        constraints = [models.UniqueConstraint(fields=["player", "announcement"], name="seen_once")]

    def __str__(self) -> str:
        return f"{self.player_id} saw {self.announcement_id}"


class AuditEntry(models.Model):
    """What an organiser did: who, what, when; before and after in `detail`. Unique per command: done once."""

    hunt = models.ForeignKey(Hunt, null=True, on_delete=models.SET_NULL, related_name="audit")
    # Whom it was done to, if it was one player; and the entry that it takes back, which can be taken back once.
    player = models.ForeignKey(Player, null=True, blank=True, on_delete=models.SET_NULL, related_name="audit")
    undoes = models.OneToOneField(
        "self", null=True, blank=True, on_delete=models.SET_NULL, related_name="undone_by"
    )
    user = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL)
    command = models.UUIDField(null=True, blank=True)
    action = models.CharField(max_length=40)
    detail = models.JSONField(default=dict)
    at = Instant()

    class Meta:
        verbose_name_plural = _("audit entries")
        constraints = [models.UniqueConstraint(fields=["user", "command"], name="one_audit_per_command")]

    def __str__(self) -> str:
        return f"{self.action} {self.at}"


class Organiser(models.Model):
    """Whom an owner has made a viewer, a moderator or an author, of every hunt here. Owners are those whom Django calls
    staff (`rules/roles.py`): they have no row."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="organiser")
    role = models.CharField(
        max_length=12, choices=[(role.value, role.value) for role in LADDER if role is not Role.OWNER]
    )

    def __str__(self) -> str:
        return f"{self.user_id} {self.role}"


class ContentVersion(models.Model):
    """A hunt's content as it was after a change, so that it can be compared and brought back. Numbers are from 1."""

    hunt = models.ForeignKey(Hunt, on_delete=models.CASCADE, related_name="versions", db_index=False)
    number = models.PositiveIntegerField()
    # Null: changed elsewhere (admin, a command), and noticed at the next change.
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL)
    at = Instant()
    note = models.CharField(max_length=200, blank=True)
    digest = models.CharField(max_length=64)
    # game/packs/snapshots.py; pictures are KeptImage by their digest.
    data = models.BinaryField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["hunt", "number"], name="one_version_per_number")]

    def __str__(self) -> str:
        return f"{self.hunt_id} version {self.number}"


class KeptImage(models.Model):
    """A picture of some version of a hunt, once, however many versions show it."""

    hunt = models.ForeignKey(Hunt, on_delete=models.CASCADE, related_name="kept_images", db_index=False)
    digest = models.CharField(max_length=64)
    data = models.BinaryField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["hunt", "digest"], name="each_picture_kept_once")]

    def __str__(self) -> str:
        return self.digest


class TestPlay(models.Model):
    """An author's own copy of a hunt to play in: a hunt like any other, so that nothing in it can reach the real one.
    It is never current."""

    of = models.ForeignKey(Hunt, on_delete=models.CASCADE, related_name="test_plays", db_index=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="test_plays")
    hunt = models.OneToOneField(Hunt, on_delete=models.CASCADE, related_name="test_play")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["of", "user"], name="one_test_play_per_author")]

    def __str__(self) -> str:
        return f"{self.user_id} tests {self.of_id}"


class PlayerAddress(models.Model):
    """A player has come from an address: a keyed digest of it, by which addresses can be told equal and nothing else.

    Gone with the player, as all that belongs to a hunt goes with it.
    """

    player = models.ForeignKey(Player, on_delete=models.CASCADE, related_name="addresses", db_index=False)
    digest = models.CharField(max_length=32, db_index=True)
    first_at = Instant()

    class Meta:
        verbose_name_plural = _("player addresses")
        constraints = [models.UniqueConstraint(fields=["player", "digest"], name="address_once_per_player")]

    def __str__(self) -> str:
        return f"{self.player_id} from {self.digest[:6]}…"


class IntegrityDecision(models.Model):
    """What an organiser decided about two players, and on which evidence. The last one of a pair holds."""

    class Decision(models.TextChoices):
        WATCH = "watch"
        CLEAR = "clear"
        CONFIRM = "confirm"

    hunt = models.ForeignKey(Hunt, on_delete=models.CASCADE, related_name="integrity_decisions")
    # The pair, the smaller id first.
    a = models.ForeignKey(Player, on_delete=models.CASCADE, related_name="+", db_index=False)
    b = models.ForeignKey(Player, on_delete=models.CASCADE, related_name="+", db_index=False)
    decision = models.CharField(max_length=7, choices=Decision.choices)
    reason = models.CharField(max_length=200, blank=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL)
    bits = models.FloatField()
    evidence = models.JSONField(default=list)
    at = Instant()

    class Meta:
        indexes = [models.Index(fields=["a", "b", "id"]), models.Index(fields=["b"])]
        constraints = [models.CheckConstraint(condition=Q(a__lt=F("b")), name="smaller_player_first")]

    def __str__(self) -> str:
        return f"{self.decision} {self.a_id} and {self.b_id}"


class Webhook(models.Model):
    """An address that is told what happens in a hunt."""

    class Format(models.TextChoices):
        JSON = "json"
        DISCORD = "discord"
        SLACK = "slack"

    hunt = models.ForeignKey(Hunt, on_delete=models.CASCADE, related_name="webhooks")
    url = models.CharField(max_length=500)
    secret = models.CharField(max_length=100)
    format = models.CharField(max_length=7, choices=Format.choices)
    events = models.JSONField(default=list)
    active = models.BooleanField(default=True)
    # A wall: so many players have been at a question for so many minutes, and nobody has solved it meanwhile.
    wall_minutes = models.PositiveSmallIntegerField(default=30)
    wall_players = models.PositiveSmallIntegerField(default=5)
    # What happened until then has been made into deliveries, but for an overlap.
    told_until = Instant()
    # Whoever sends holds it until then, so that two clusters keep the order.
    held_until = Instant(default=0)

    def __str__(self) -> str:
        return f"{self.format} webhook {self.id}"


class Delivery(models.Model):
    """One event on its way to one webhook, in the order of ids. `key` names what it tells of: told once."""

    class Status(models.TextChoices):
        WAITING = "waiting"
        DELIVERED = "delivered"
        FAILED = "failed"

    webhook = models.ForeignKey(Webhook, on_delete=models.CASCADE, related_name="deliveries")
    # What the receiver knows it by, however often it comes.
    uid = models.UUIDField(default=uuid4, unique=True)
    key = models.CharField(max_length=80)
    event = models.CharField(max_length=12)
    payload = models.JSONField()
    status = models.CharField(max_length=9, choices=Status.choices, default=Status.WAITING)
    tries = models.PositiveSmallIntegerField(default=0)
    next_at = Instant()
    at = Instant()
    delivered_at = Instant(null=True, blank=True)
    last_error = models.CharField(max_length=200, blank=True)

    class Meta:
        verbose_name_plural = _("deliveries")
        indexes = [models.Index(fields=["webhook", "status", "id"])]
        constraints = [models.UniqueConstraint(fields=["webhook", "key"], name="told_once")]

    def __str__(self) -> str:
        return f"{self.event} {self.status}"


class Heartbeat(models.Model):
    """When a scheduled job last ran to its end."""

    job = models.CharField(max_length=40, primary_key=True)
    at = Instant()

    def __str__(self) -> str:
        return self.job


class Vitals(models.Model):
    """How a process did in a minute since the epoch, as it said itself (`queries/vitals.py`)."""

    process = models.CharField(max_length=32)
    minute = models.BigIntegerField()
    at = Instant()
    report = models.JSONField(default=dict)

    class Meta:
        verbose_name_plural = _("vitals")
        constraints = [models.UniqueConstraint(fields=["minute", "process"], name="vitals_once_a_minute")]

    def __str__(self) -> str:
        return f"{self.process} {self.minute}"


class Presence(models.Model):
    """Whose sockets a web process has, as it said itself. Not in its vitals, which are kept for days."""

    process = models.CharField(max_length=32, unique=True)
    at = Instant()
    players = models.JSONField(default=list)

    class Meta:
        verbose_name_plural = _("presences")

    def __str__(self) -> str:
        return self.process
