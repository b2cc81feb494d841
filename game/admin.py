"""The rows, for organisers who look things up and correct a hunt's content.

Content is edited here: every process hears of it, and it is in the audit trail. What has happened (attempts, ledger,
standings, audit) is append-only and only shown; phases belong to the console, the chain of questions and its pictures
to hunt packs.
"""

from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING, Any

from django.contrib import admin, messages
from django.db import transaction
from django.db.models import Count, IntegerField, Model, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce, Length
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from game import errors
from game.forms import HuntForm, MarkdownField, QuestionForm, StoryFormSet, lines
from game.models import (
    Announcement,
    Attempt,
    AuditEntry,
    Heartbeat,
    Hunt,
    Image,
    LedgerEntry,
    Member,
    Player,
    Question,
    StoryBlock,
)
from game.packs.records import EPOCH, MS
from game.queries.clock import now_ms
from game.rules.phases import phase
from game.services import audit, packs
from game.services.audit import Detail
from game.services.locks import own_hunt

if TYPE_CHECKING:
    HuntAdminBase = admin.ModelAdmin[Hunt]
    QuestionAdminBase = admin.ModelAdmin[Question]
    AnyAdmin = admin.ModelAdmin[Any]
    StoryInlineBase = admin.StackedInline[StoryBlock, Question]
    MemberInlineBase = admin.TabularInline[Member, Player]
    Options = admin.options.BaseModelAdmin[Any]
else:
    HuntAdminBase = QuestionAdminBase = AnyAdmin = admin.ModelAdmin
    StoryInlineBase = admin.StackedInline
    MemberInlineBase = admin.TabularInline
    Options = object

INSTANTS = (
    *(
        "starts_at",
        "ends_at",
        "paused_at",
        "ended_at",
        "last_solve",
        "first_attempt",
        "next_tick",
        "wrong_tat",
    ),
    *("finished_at", "changed_at", "created_at", "at"),
)


@cache
def instant(name: str) -> Callable[[Any], str]:
    """A column or field that shows an instant for people."""

    @admin.display(description=f"{name.removesuffix('_at').replace('_', ' ')} (UTC)", ordering=name)
    def shown(row: Model) -> str:
        value = getattr(row, name)
        return "–" if value is None else f"{EPOCH + value * MS:%Y-%m-%d %H:%M:%S}"

    return shown


class Shown(Options):
    """Rows that nobody adds, changes or deletes here."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class ShownAdmin(Shown, AnyAdmin):
    show_full_result_count = False
    list_per_page = 50

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        names = [field.name for field in self.model._meta.fields if not field.auto_created]
        return self.fields or [instant(name) if name in INSTANTS else name for name in names]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return self.get_fields(request, obj)


@admin.register(Hunt)
class HuntAdmin(HuntAdminBase):
    """A hunt comes from a pack; here it is corrected, rescheduled before anybody plays, and made current."""

    form = HuntForm
    list_display = (
        "title",
        "slug",
        "phase",
        instant("starts_at"),
        instant("ends_at"),
        "current",
        "questions",
        "players",
    )
    list_filter = ("current",)
    search_fields = ("title", "slug")
    actions = ("make_current",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Hunt | None = None) -> bool:
        return False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Hunt]:
        return (
            super()
            .get_queryset(request)
            # An author's copy to play in is nobody's hunt.
            .filter(test_play=None)
            .annotate(question_count=counted(Question, "hunt"), player_count=counted(Player, "hunt"))
        )

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Hunt | None:
        hunt = super().get_object(request, object_id, from_field)
        if hunt is not None and request.method == "POST":
            # From here to the commit nothing is judged, and nobody else edits: what is checked is what is saved.
            own_hunt(hunt.id)
            return super().get_object(request, object_id, from_field)
        return hunt

    def get_fieldsets(self, request: HttpRequest, obj: Hunt | None = None) -> Any:
        times: tuple[Any, ...] = ("starts_at", "ends_at")
        if obj is not None and packs.has_been_played(obj):
            times = (instant("starts_at"), instant("ends_at"))
        return (
            (None, {"fields": ("title", "tagline", "slug")}),
            (
                _("When"),
                {
                    "fields": ("phase", *times, instant("paused_at"), "paused_seconds", instant("ended_at")),
                    "description": _("Once somebody has seen a question, the console moves the end."),
                },
            ),
            (_("Rules"), {"fields": ("settings",)}),
            (None, {"fields": ("current", "version")}),
        )

    def get_readonly_fields(self, request: HttpRequest, obj: Hunt | None = None) -> Any:
        shown = ("phase", instant("paused_at"), "paused_seconds", instant("ended_at"), "current", "version")
        if obj is not None and packs.has_been_played(obj):
            return (*shown, "starts_at", "ends_at", instant("starts_at"), instant("ends_at"))
        return shown

    def save_model(self, request: HttpRequest, obj: Hunt, form: Any, change: bool) -> None:
        if form.changed_data:
            before = changed(form, Hunt.objects.get(id=obj.id))
            planned = {"ends_at", "settings"} & set(form.changed_data) and not packs.has_been_played(obj)
            if planned:
                packs.plan_freeze(obj)
            obj.save(update_fields=[*form.changed_data, *(["freeze_at"] if planned else [])])
            packs.touch_hunt(obj.id)
            note_edit(request, obj.id, "hunt.write", before, changed(form, obj))

    @admin.display(description=_("phase"))
    def phase(self, hunt: Hunt) -> str:
        return phase(hunt.times, now_ms()).value

    @admin.display(description=_("paused so far (seconds)"))
    def paused_seconds(self, hunt: Hunt) -> int:
        return hunt.paused_ms // 1000

    @admin.display(description=_("questions"), ordering="question_count")
    def questions(self, hunt: Any) -> int:
        return int(hunt.question_count)

    @admin.display(description=_("players"), ordering="player_count")
    def players(self, hunt: Any) -> int:
        return int(hunt.player_count)

    @admin.action(description=_("Make this the current hunt"), permissions=["change"])
    def make_current(self, request: HttpRequest, chosen: QuerySet[Hunt]) -> None:
        if len(chosen) != 1:
            self.message_user(request, _("Choose one hunt: only one can be current."), messages.ERROR)
            return
        try:
            with transaction.atomic():
                was = Hunt.objects.filter(current=True).values_list("title", flat=True).first()
                packs.make_current(chosen[0].id)
                done: Detail = {"current": chosen[0].title}
                note_edit(request, chosen[0].id, "hunt.current", {"current": was}, done)
        except errors.Invalid as refusal:
            self.message_user(request, str(refusal.text), messages.ERROR)
            return
        self.message_user(
            request, _("The pages are about “%(hunt)s” now.") % {"hunt": chosen[0]}, messages.SUCCESS
        )


class StoryInline(StoryInlineBase):
    model = StoryBlock
    formset = StoryFormSet
    extra = 0
    fields = (("when", "ordinal"), "text")

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **options: Any) -> Any:
        if db_field.name == "text":
            return MarkdownField(help_text=_("Markdown"))
        return super().formfield_for_dbfield(db_field, request, **options)


@admin.register(Question)
class QuestionAdmin(QuestionAdminBase):
    form = QuestionForm
    list_display = (
        "position",
        "title",
        "hunt",
        "accepted",
        "threshold",
        "points",
        "has_hint",
        "tried",
        "solved",
    )
    list_display_links = ("position", "title")
    list_filter = ("hunt",)
    list_select_related = ("hunt",)
    search_fields = ("title", "text", "answers")
    ordering = ("-hunt", "position")
    fields = (
        ("hunt", "position"),
        "title",
        "text",
        "picture",
        "image_alt",
        "answers",
        "close",
        "threshold",
        "hint",
        "points",
    )
    readonly_fields = ("hunt", "position", "picture")
    inlines = (StoryInline,)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Question | None = None) -> bool:
        return False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Question]:
        rows = super().get_queryset(request).select_related("hunt", "image").defer("image__data")
        return rows.annotate(
            tried_count=counted(Attempt, "question"),
            solved_count=counted(Attempt, "question", verdict="correct"),
        )

    def get_object(
        self, request: HttpRequest, object_id: str, from_field: str | None = None
    ) -> Question | None:
        question = super().get_object(request, object_id, from_field)
        if question is not None and request.method == "POST":
            # As for the hunt: no answer is judged by half of an edit.
            own_hunt(question.hunt_id)
            return super().get_object(request, object_id, from_field)
        return question

    def save_model(self, request: HttpRequest, obj: Question, form: Any, change: bool) -> None:
        if form.changed_data:
            obj.save(update_fields=form.changed_data)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        question = form.instance
        before = {name: form.initial[name] for name in form.changed_data} | {"story": story(question)}
        super().save_related(request, form, formsets, change)
        if form.has_changed() or any(formset.has_changed() for formset in formsets):
            packs.touch_hunt(question.hunt_id)
            after = changed(form, question) | {"story": story(question)}
            note_edit(request, question.hunt_id, "question.mend", before, after, q=question.position)

    @admin.display(description=_("answers"))
    def accepted(self, question: Question) -> str:
        return lines(question.answers)

    @admin.display(description=_("hint"), boolean=True)
    def has_hint(self, question: Question) -> bool:
        return bool(question.hint)

    @admin.display(description=_("picture"))
    def picture(self, question: Question) -> str:
        return picture(question.image) if question.image else "–"

    @admin.display(description=_("attempts"), ordering="tried_count")
    def tried(self, question: Any) -> int:
        return int(question.tried_count)

    @admin.display(description=_("solves"), ordering="solved_count")
    def solved(self, question: Any) -> int:
        return int(question.solved_count)


@admin.register(Image)
class ImageAdmin(ShownAdmin):
    list_display = ("path", "hunt", "media_type", "size")
    list_filter = ("hunt",)
    list_select_related = ("hunt",)
    search_fields = ("path",)
    fields = ("hunt", "path", "media_type", "size", "picture")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Image]:
        rows: QuerySet[Image] = super().get_queryset(request)
        return rows.defer("data").annotate(data_size=Length("data"))

    @admin.display(description=_("bytes"), ordering="data_size")
    def size(self, image: Any) -> int:
        return int(image.data_size)

    @admin.display(description=_("picture"))
    def picture(self, image: Image) -> str:
        return picture(image)


class MemberInline(Shown, MemberInlineBase):
    model = Member
    fields = ("user",)
    extra = 0


@admin.register(Player)
class PlayerAdmin(ShownAdmin):
    list_display = (
        *("name", "hunt", "position", "points", "xp", "solves"),
        *(instant("last_solve"), instant("finished_at"), "hidden", "banned"),
    )
    list_filter = ("hunt", "hidden", "banned")
    list_select_related = ("hunt",)
    search_fields = ("name", "members__user__email", "members__user__username")
    ordering = ("-hunt", "-points", "last_solve")
    inlines = (MemberInline,)


@admin.register(Member)
class MemberAdmin(ShownAdmin):
    list_display = ("user", "player", "hunt")
    list_filter = ("hunt",)
    list_select_related = ("user", "player", "hunt")
    search_fields = ("user__email", "user__username", "player__name")


@admin.register(Attempt)
class AttemptAdmin(ShownAdmin):
    list_display = (instant("at"), "player", "question", "kind", "text", "verdict", "repeat")
    list_filter = ("hunt", "verdict", "kind", "repeat")
    list_select_related = ("player", "question")
    search_fields = ("player__name", "text")
    ordering = ("-id",)


@admin.register(LedgerEntry)
class LedgerEntryAdmin(ShownAdmin):
    list_display = (instant("at"), "player", "cause", "points", "xp", "question", "tick", "note")
    list_filter = ("hunt", "cause")
    list_select_related = ("player", "question")
    search_fields = ("player__name", "note")
    ordering = ("-id",)


@admin.register(Announcement)
class AnnouncementAdmin(ShownAdmin):
    list_display = (instant("at"), "level", "text", "q", "hint", "player", "author", "hunt")
    list_filter = ("hunt", "level", "hint")
    list_select_related = ("author", "hunt", "player")
    search_fields = ("text",)
    ordering = ("-id",)


@admin.register(AuditEntry)
class AuditEntryAdmin(ShownAdmin):
    list_display = (instant("at"), "user", "action", "hunt")
    list_filter = ("hunt", "action")
    list_select_related = ("user", "hunt")
    search_fields = ("action", "user__email", "user__username")
    ordering = ("-id",)


@admin.register(Heartbeat)
class HeartbeatAdmin(ShownAdmin):
    list_display = ("job", instant("at"))


def counted(model: type[Model], key: str, **only: Any) -> Any:
    """How many rows of `model` point here, as a column: joins would multiply each other's counts."""
    rows = model._default_manager.filter(**{key: OuterRef("pk")}, **only).order_by().values(key)
    return Coalesce(Subquery(rows.annotate(rows=Count("pk")).values("rows")), 0, output_field=IntegerField())


def changed(form: Any, row: Model) -> Detail:
    """What `row` has where the form was changed."""
    return {name: getattr(row, name) for name in form.changed_data}


def story(question: Question) -> list[str]:
    return [block.text for block in question.story.order_by("when", "ordinal")]


def note_edit(
    request: HttpRequest, hunt_id: int, action: str, before: Detail, after: Detail, **asked: object
) -> None:
    """In the console's audit trail: the admin's own history is the admin's alone."""
    asked |= {"text": str(_("in the admin"))}
    audit.write_down(request.user.pk, hunt_id, action, asked, {"before": before, "after": after})


def picture(image: Image) -> str:
    return format_html('<a href="{}">{}</a>', reverse("image", args=[image.token]), image.path)
