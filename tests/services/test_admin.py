"""The Django admin: content is corrected and every process hears of it; what has happened is only shown."""

from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest
from django.apps import apps
from django.contrib import admin
from django.contrib.auth import get_user_model
from django.db.models import Model
from django.test import Client
from django.urls import reverse

from game.models import (
    Announcement,
    Attempt,
    AuditEntry,
    Heartbeat,
    Hunt,
    LedgerEntry,
    Member,
    Player,
    Question,
)
from game.packs import Pack, PackQuestion
from game.packs.pictures import picture
from game.services import packs
from game.services.packs import import_pack
from leaderboard.models import Standing
from tests.factories import make_player, make_user

pytestmark = pytest.mark.django_db

SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><path d="M0 0h9v9z"/></svg>'
START = int(datetime(2030, 1, 31, 18, 0, 0, 123_000, tzinfo=UTC).timestamp() * 1000)
SHOWN = ["image", "player", "member", "attempt", "ledgerentry", "announcement", "auditentry", "heartbeat"]


@pytest.fixture(autouse=True)
def quick_passwords(settings: Any) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def published(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, dict[str, Any]]]:
    events: list[tuple[str, dict[str, Any]]] = []
    monkeypatch.setattr(packs, "publish_on_commit", lambda kind, payload: events.append((kind, payload)))
    return events


@pytest.fixture
def hunt() -> Hunt:
    first = PackQuestion(
        title="The clock",
        text="Late\n",
        image="clock.svg",
        image_alt="A clock",
        answers=("noon", " 12 "),
        close=("midnight",),
        before=("You arrive.",),
        after=("You leave.", "It rains."),
    )
    second = PackQuestion(text="And now?", answers=("yes",), hint="No")
    hunt = import_pack(
        Pack(title="Night", questions=(first, second), images={"clock.svg": picture(SVG)}), starts_at=START
    )
    assert hunt.ends_at == START + 48 * packs.HOUR_MS
    return hunt


@pytest.fixture
def played(hunt: Hunt) -> Hunt:
    """With one row of everything that happens."""
    player = make_player(hunt, "Ada", shown_clock=0, last_solve=START)
    member, question = player.members.get(), hunt.questions.get(position=1)
    Attempt.objects.create(
        hunt=hunt, player=player, member=member, question=question, command=uuid4(), kind="answer",
        text="noon", normalised="noon", verdict="correct", at=START,
    )  # fmt: skip
    LedgerEntry.objects.create(hunt=hunt, player=player, question=question, cause="solve", points=5, at=START)
    Announcement.objects.create(hunt=hunt, level="info", text="Hello", at=START)
    AuditEntry.objects.create(hunt=hunt, action="hunt.pause", at=START)
    Heartbeat.objects.create(job="settle_xp", at=START)
    return hunt


def owner() -> Any:
    return get_user_model().objects.get(username="admin")


def address(model: str, page: str, *arguments: Any, app: str = "game") -> str:
    return reverse(f"admin:{app}_{model}_{page}", args=arguments)


def a_row(model: str) -> Model:
    row: Model = apps.get_model("game", model)._default_manager.get_queryset()[0]
    return row


def story_values(question: Question, *texts: tuple[str, int, str]) -> dict[str, Any]:
    """The inline's form fields: its stored blocks as they are, then new ones."""
    stored = list(question.story.order_by("id"))
    values: dict[str, Any] = {
        "story-TOTAL_FORMS": len(stored) + len(texts),
        "story-INITIAL_FORMS": len(stored),
    }
    rows = [(str(block.id), block.when, block.ordinal, block.text) for block in stored]
    for number, (key, when, ordinal, text) in enumerate([*rows, *(("", *each) for each in texts)]):
        prefix = f"story-{number}-"
        values |= {prefix + "id": key, prefix + "question": question.id, prefix + "when": when}
        values |= {prefix + "ordinal": ordinal, prefix + "text": text.replace("\n", "\r\n")}
    return values


def question_values(question: Question, **changes: Any) -> dict[str, Any]:
    """What a browser sends for the page as it is, with `changes`."""
    values = {
        "title": question.title,
        "text": question.text.replace("\n", "\r\n"),
        "image_alt": question.image_alt,
        "answers": "\r\n".join(question.answers),
        "close": "\r\n".join(question.close),
        "threshold": question.threshold,
        "hint": question.hint,
        "points": question.points,
    }
    return values | story_values(question) | changes


def hunt_values(hunt: Hunt, **changes: Any) -> dict[str, Any]:
    values = {
        "title": hunt.title,
        "tagline": hunt.tagline,
        "slug": hunt.slug,
        "starts_at_0": "2030-01-31",
        "starts_at_1": "18:00:00",
        "ends_at_0": "2030-02-02",
        "ends_at_1": "18:00:00",
        "settings": "{}",
    }
    return values | changes


def save(client: Client, row: Hunt | Question, values: dict[str, Any]) -> str:
    """Posts the change form; returns the page's complaints, or "" when it was saved."""
    response = client.post(address(row._meta.model_name or "", "change", row.id), values)
    if response.status_code == 302:
        row.refresh_from_db()
        return ""
    context = response.context
    forms = [context["adminform"].form, *(each.formset for each in context["inline_admin_formsets"])]
    return " ".join(
        str(form.errors) + str(form.non_form_errors() if hasattr(form, "forms") else "") for form in forms
    )


# --- what is shown ---


def test_every_row_of_ours_is_registered() -> None:
    names = {model._meta.model_name for model in admin.site._registry if model._meta.app_label == "game"}
    assert names == {"hunt", "question", *SHOWN}


@pytest.mark.parametrize("model", ["hunt", "question", *SHOWN])
def test_lists_and_pages_open(admin_client: Client, played: Hunt, model: str) -> None:
    listed = admin_client.get(address(model, "changelist"), {"q": "a"})
    assert listed.status_code == 200
    assert admin_client.get(address(model, "changelist")).status_code == 200
    row = a_row(model)
    assert admin_client.get(address(model, "change", row.pk)).status_code == 200


def test_instants_are_shown_for_people(admin_client: Client, played: Hunt) -> None:
    for model in ("hunt", "player", "attempt", "ledgerentry", "heartbeat"):
        page = admin_client.get(address(model, "changelist")).content.decode()
        assert "2030-01-31 18:00:00" in page
        assert str(START) not in page
    page = admin_client.get(address("attempt", "change", Attempt.objects.get().pk)).content.decode()
    assert "2030-01-31 18:00:00" in page


@pytest.mark.parametrize("model", SHOWN)
def test_what_has_happened_is_not_written_here(admin_client: Client, played: Hunt, model: str) -> None:
    row = a_row(model)
    assert admin_client.post(address(model, "add"), {}).status_code == 403
    assert admin_client.post(address(model, "change", row.pk), {}).status_code == 403
    assert admin_client.post(address(model, "delete", row.pk), {"post": "yes"}).status_code == 403
    chosen = {"action": "delete_selected", "_selected_action": row.pk, "post": "yes"}
    admin_client.post(address(model, "changelist"), chosen)
    assert a_row(model) == row


def test_standings_are_not_written_here(admin_client: Client, played: Hunt) -> None:
    standing = Standing.objects.get()
    listed = admin_client.get(address("standing", "changelist", app="leaderboard"), {"q": "Ada"})
    assert "Ada" in listed.content.decode()
    assert admin_client.get(address("standing", "change", standing.pk, app="leaderboard")).status_code == 200
    for page in ("change", "delete"):
        assert (
            admin_client.post(address("standing", page, standing.pk, app="leaderboard"), {}).status_code
            == 403
        )


@pytest.mark.parametrize("model", ["hunt", "question"])
def test_the_chain_comes_from_packs(admin_client: Client, hunt: Hunt, model: str) -> None:
    row = hunt if model == "hunt" else hunt.questions.first()
    assert row is not None
    assert admin_client.post(address(model, "add"), {}).status_code == 403
    assert admin_client.post(address(model, "delete", row.pk), {"post": "yes"}).status_code == 403


def test_deleting_an_account_does_not_take_the_ledger_with_it(admin_client: Client, played: Hunt) -> None:
    user = Member.objects.get().user
    admin_client.post(reverse("admin:auth_user_delete", args=[user.pk]), {"post": "yes"})
    assert LedgerEntry.objects.count() == 1
    assert Player.objects.count() == 1


def test_who_is_not_staff_sees_nothing(client: Client, hunt: Hunt) -> None:
    client.force_login(make_user("eve"))
    assert client.get(address("question", "changelist")).status_code == 302


# --- questions ---


def test_a_page_saved_as_it_is_changes_nothing(
    admin_client: Client, hunt: Hunt, published: list[Any]
) -> None:
    for question in hunt.questions.all():
        before = packs.export_pack(hunt, schedule=True)
        assert save(admin_client, question, question_values(question)) == ""
        assert packs.export_pack(hunt, schedule=True) == before
    assert save(admin_client, hunt, hunt_values(hunt)) == ""
    assert (hunt.starts_at, hunt.version) == (START, 1), "not even its milliseconds"
    assert published == []


def test_a_corrected_question_is_published(admin_client: Client, played: Hunt, published: list[Any]) -> None:
    question = played.questions.get(position=1)
    values = question_values(
        question, answers="noon\r\n\r\nmidday\r\n", close="", text="Very\r\nlate", threshold="90"
    )
    assert save(admin_client, question, values) == ""
    assert (question.answers, question.close, question.threshold) == (["noon", "midday"], [], 90)
    assert question.text == "Very\nlate"
    played.refresh_from_db()
    assert played.version == 2
    assert published == [("hunt", {"hunt": played.id, "version": 2})]
    entry = AuditEntry.objects.latest("id")
    assert (entry.action, entry.user, entry.detail["asked"]["q"]) == ("question.mend", owner(), 1)
    before, after = entry.detail["done"]["before"], entry.detail["done"]["after"]
    assert before.keys() == after.keys() == {"answers", "close", "text", "threshold", "story"}
    assert (before["answers"][0], after["answers"]) == ("noon", ["noon", "midday"])
    assert before["story"] == after["story"] == ["You leave.", "It rains.", "You arrive."]


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"answers": ""}, "This field is required"),
        ({"answers": " \r\n "}, "This field is required"),
        ({"answers": "noon\r\nNo-on"}, "answers[2] (&#x27;No-on&#x27;) is the same as answers[1]"),
        ({"close": "NOON"}, "close[1] (&#x27;NOON&#x27;) is the same as answers[1]"),
        ({"answers": "x" * 257}, "answers[1] is 257 characters long. Shorten it to 256"),
        ({"text": " "}, "text shows nothing"),
        ({"text": "![a](b)"}, "text has a picture in the Markdown"),
        ({"hint": "x\x07"}, "hint has a character that cannot be shown (U+0007)"),
        ({"image_alt": ""}, "image_alt is missing"),
        ({"threshold": "101"}, "threshold is 101"),
        ({"threshold": ""}, "This field is required"),
        ({"threshold": "x"}, "Enter a whole number"),
        ({"points": "10001"}, "points is 10001"),
        ({"points": "-1"}, "greater than or equal to 0"),
        ({"title": "x" * 121}, "at most 120 characters"),
    ],
)
def test_a_mistake_is_named_and_nothing_is_saved(
    admin_client: Client, hunt: Hunt, published: list[Any], changes: dict[str, str], complaint: str
) -> None:
    question = hunt.questions.get(position=1)
    before = packs.export_pack(hunt, schedule=True)
    assert complaint in save(admin_client, question, question_values(question, **changes))
    assert packs.export_pack(hunt, schedule=True) == before
    assert published == []


def test_the_chain_and_the_picture_stay(admin_client: Client, hunt: Hunt) -> None:
    question = hunt.questions.get(position=1)
    token = hunt.images.get().token
    assert (
        save(admin_client, question, question_values(question, position="7", image="", hunt="9", title="T"))
        == ""
    )
    assert (question.position, question.hunt_id, question.title) == (1, hunt.id, "T")
    assert question.image is not None
    assert question.image.token == token


def test_story_is_edited_with_its_question(admin_client: Client, hunt: Hunt, published: list[Any]) -> None:
    question = hunt.questions.get(position=1)
    values = question_values(question) | story_values(question, ("before", 2, "You\nwait."))
    first = question.story.order_by("id")[0]
    assert (values["story-0-id"], values["story-0-text"]) == (str(first.id), "You arrive.")
    values["story-0-text"] = "You arrived."
    values["story-2-DELETE"] = "on"
    assert save(admin_client, question, values) == ""
    (exported, _) = packs.export_pack(hunt, schedule=True).questions
    assert exported.before == ("You arrived.", "You\nwait.")
    assert exported.after == ("You leave.",)
    assert [payload["version"] for _, payload in published] == [2]


@pytest.mark.parametrize(
    ("block", "complaint"),
    [
        (("after", 3, "#"), "after[3] shows nothing"),
        (("after", 3, "x" * 8001), "after[3] is 8,001 characters long"),
        (("before", 2, "x" * 8000), ""),
        (("after", 1, "x"), "uplicate"),
    ],
)
def test_story_is_checked_as_a_pack_is(
    admin_client: Client, hunt: Hunt, block: tuple[str, int, str], complaint: str
) -> None:
    question = hunt.questions.get(position=1)
    said = save(admin_client, question, question_values(question) | story_values(question, block))
    assert complaint in said
    assert bool(said) is bool(complaint)


# --- hunts ---


def test_a_hunt_is_corrected_and_rescheduled(admin_client: Client, hunt: Hunt, published: list[Any]) -> None:
    changes = {
        "title": "Night shift",
        "starts_at_1": "19:30:00",
        "settings": '{"hint_xp": 30, "skip_xp": 75}',
    }
    assert save(admin_client, hunt, hunt_values(hunt, **changes)) == ""
    assert hunt.title == "Night shift"
    assert hunt.starts_at == START - 123 + 90 * 60_000
    assert hunt.settings == {"hint_xp": 30}, "what is the default is not kept"
    assert hunt.ends_at == START + 48 * packs.HOUR_MS
    assert published == [("hunt", {"hunt": hunt.id, "version": 2})]


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        (
            {"settings": '{"hint_xp": -1, "hints": 2}'},
            "hint_xp: must be a whole number from 0 to 10,000, not -1",
        ),
        ({"settings": '{"hint_xp": -1, "hints": 2}'}, "hints: no such setting"),
        ({"settings": '{"xp_start": 101}'}, "xp_start: must not be above xp_cap"),
        ({"settings": "[1]"}, "Settings are written"),
        ({"settings": "{"}, "Enter a valid JSON"),
        ({"ends_at_0": "2030-01-31", "ends_at_1": "18:00:00"}, "would end before it has started"),
        ({"starts_at_0": "1969-01-31"}, "before 1970"),
        ({"starts_at_1": "soon"}, "Enter a valid time"),
        ({"title": ""}, "This field is required"),
        ({"slug": "a b"}, "Enter a valid “slug”"),
    ],
)
def test_a_hunt_that_cannot_be_is_refused(
    admin_client: Client, hunt: Hunt, published: list[Any], changes: dict[str, str], complaint: str
) -> None:
    before = packs.export_pack(hunt, schedule=True)
    assert complaint in save(admin_client, hunt, hunt_values(hunt, **changes))
    assert packs.export_pack(Hunt.objects.get(), schedule=True) == before
    assert published == []


def test_phases_and_the_times_of_a_played_hunt_are_the_consoles(admin_client: Client, played: Hunt) -> None:
    phases = {
        "paused_at": "5",
        "paused_ms": "6",
        "ended_at": "7",
        "current": "on",
        "version": "99",
        "title": "T",
    }
    assert (
        save(
            admin_client, played, hunt_values(played, starts_at_1="20:00:00", ends_at_1="21:00:00", **phases)
        )
        == ""
    )
    assert (played.paused_at, played.paused_ms, played.ended_at, played.current) == (None, 0, None, False)
    assert (played.starts_at, played.ends_at) == (START, START + 48 * packs.HOUR_MS)
    assert (played.title, played.version) == ("T", 2)


def test_one_hunt_is_made_current(admin_client: Client, hunt: Hunt, published: list[Any]) -> None:
    other = import_pack(
        Pack(title="Other", questions=(PackQuestion(text="x", answers=("y",)),)), make_current=True
    )
    published.clear()

    def choose(*hunts: Hunt) -> str:
        values = {"action": "make_current", "_selected_action": [each.pk for each in hunts]}
        return admin_client.post(address("hunt", "changelist"), values, follow=True).content.decode()

    assert "Choose one hunt" in choose(hunt, other)
    assert published == []
    assert "The pages are about “Night” now." in choose(hunt)
    assert list(Hunt.objects.filter(current=True)) == [hunt]
    assert [payload["hunt"] for _, payload in published] == [other.id, hunt.id]
    entry = AuditEntry.objects.get()
    assert (entry.action, entry.user, entry.hunt) == ("hunt.current", owner(), hunt)
    assert entry.detail["done"] == {"before": {"current": "Other"}, "after": {"current": "Night"}}
