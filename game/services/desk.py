"""What the author's desk shows: the whole content as it was written, what is wrong with it, and how players see it."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import msgspec
from django.db.models import Count, QuerySet
from django.urls import reverse
from msgspec import Struct

from game import errors
from game.models import ContentVersion, Hunt, Player, Question
from game.packs import Fault, Pack, PackQuestion
from game.packs.checks import differing, question_faults
from game.packs.snapshots import Change, changes
from game.packs.warnings import hunt_warnings, question_warnings
from game.queries import play
from game.queries.clock import now_ms
from game.queries.content import BlockView, QuestionView
from game.rendering import render
from game.rules.phases import phase
from game.rules.settings import HuntSettings, dump, load
from game.services import authoring, packs, versions
from game.services.questions import question_token

VERSIONS = 100
NEW = 0
"""The id of a question that is being written."""
NEW_PICTURE = "new"
"""The address of a picture that only its author's browser has."""


class Finding(Struct, frozen=True):
    """What is wrong (`fault`: a pack with it is refused) or odd (`warning`), and where; `place` as in a pack."""

    question: int | None
    kind: str
    place: str
    text: str
    cure: str


class DeskQuestion(Struct, frozen=True):
    """A question as it was written. `token` stands for all of it."""

    id: int
    q: int
    token: str
    content: PackQuestion
    image: str | None  # the picture's address


class SettingView(Struct, frozen=True):
    """A number of the game that may be changed: what it means, and its bounds."""

    name: str
    about: str
    default: Any
    least: int | None
    most: int | None
    choices: tuple[str, ...]


class Desk(Struct, frozen=True):
    """Everything of a hunt that its authors write. `order` and `token` stand for the chain and for the hunt itself;
    `current`: the pages are about it; `fixed`: the chain stands; `version` rises with every change, whoever makes
    it."""

    id: int
    slug: str
    title: str
    tagline: str
    starts_at: int
    ends_at: int
    settings: dict[str, Any]
    phase: str
    current: bool
    fixed: bool
    version: int
    now: int
    token: str
    order: str
    questions: tuple[DeskQuestion, ...]
    findings: tuple[Finding, ...]


class Opened(Struct, frozen=True):
    """What a player has before them: the question, null after the last, and the story since the one before."""

    question: QuestionView | None
    story: tuple[BlockView, ...]


class Look(Struct, frozen=True):
    """A draft as players would see it: as it opens, with its hint, and once it is solved."""

    findings: tuple[Finding, ...]
    opens: Opened
    hint_html: str
    solved: Opened


class HuntLine(Struct, frozen=True):
    """A hunt of this server. `players` are those who have joined it."""

    id: int
    slug: str
    title: str
    starts_at: int
    ends_at: int
    phase: str
    current: bool
    questions: int
    players: int


class VersionView(Struct, frozen=True):
    number: int
    at: int
    who: str
    note: str


def settings_about() -> tuple[SettingView, ...]:
    """Every setting, in the order of its record."""
    schema = msgspec.json.schema(HuntSettings)["$defs"]["HuntSettings"]["properties"]
    defaults = dump(HuntSettings())
    return tuple(
        SettingView(
            name=name,
            about=about.get("description", ""),
            default=defaults[name],
            least=about.get("minimum"),
            most=about.get("maximum"),
            choices=tuple(about.get("enum", ())),
        )
        for name, about in schema.items()
    )


def findings(rows: Sequence[tuple[int, PackQuestion]], settings: HuntSettings) -> Iterator[Finding]:
    """Of (id, content) in the order of the hunt."""
    if not rows:
        yield Finding(None, "fault", "questions", "are missing", "Write the first one")
    for number, each in rows:
        yield from _found(number, "fault", question_faults(each))
        yield from _found(number, "warning", question_warnings(each))
    for index, warning in hunt_warnings([each for _, each in rows], settings):
        yield from _found(None if index is None else rows[index][0], "warning", [warning])


def _look(hunt: Hunt, rows: Sequence[tuple[int, PackQuestion]], at: int, image: str | None) -> Look:
    """The question at place `at` (from 0) of these; `image` is the address of its picture."""
    question, each = rows[at]
    found = tuple(finding for finding in findings(rows, load(hunt.settings)) if finding.question == question)
    before = rows[at - 1][1].after if at else ()
    after = rows[at + 1] if at + 1 < len(rows) else None
    return Look(
        findings=found,
        opens=Opened(question_view(at + 1, each, image), _blocks(at + 1, (*before, *each.before))),
        hint_html=render(each.hint),
        solved=Opened(
            question_view(at + 2, after[1], None) if after else None,
            _blocks(at + 2, (*each.after, *(after[1].before if after else ()))),
        ),
    )


def question_view(q: int, each: PackQuestion, image: str | None) -> QuestionView:
    return QuestionView(
        q=q,
        title=each.title,
        html=render(each.text),
        image=image,
        image_alt=each.image_alt if image else None,
        points=each.points,
        has_hint=bool(each.hint),
    )


def version_list(hunt_id: int) -> tuple[VersionView, ...]:
    """The latest of them, newest first."""
    rows = ContentVersion.objects.filter(hunt_id=hunt_id).defer("data").select_related("by")
    return tuple(
        VersionView(row.number, row.at, row.by.get_username() if row.by else "", row.note)
        for row in rows.order_by("-number")[:VERSIONS]
    )


def hunt_by(slug: str) -> Hunt | None:
    """The hunt of this name; without one the current."""
    return Hunt.objects.filter(slug=slug, test_play=None).first() if slug else play.current_hunt()


def hunts() -> tuple[HuntLine, ...]:
    """All but the copies that authors play in: the current one, then the latest start first."""
    now = now_ms()
    questions, players = (
        dict(model.objects.values_list("hunt_id").annotate(Count("id"))) for model in (Question, Player)
    )
    return tuple(
        HuntLine(
            id=row.id,
            slug=row.slug,
            title=row.title,
            starts_at=row.starts_at,
            ends_at=row.ends_at,
            phase=phase(row.times, now).value,
            current=row.current,
            questions=questions.get(row.id, 0),
            players=players.get(row.id, 0),
        )
        for row in Hunt.objects.filter(test_play=None).order_by("-current", "-starts_at", "-id")
    )


def hunt_row(hunt_id: int) -> Hunt:
    """Raises NotFound."""
    hunt = Hunt.objects.filter(id=hunt_id, test_play=None).first()
    if hunt is None:
        raise errors.NotFound
    return hunt


def desk(hunt_id: int) -> Desk:
    """Raises NotFound."""
    hunt = hunt_row(hunt_id)
    questions = tuple(
        DeskQuestion(row.id, row.position, question_token(each), each, _address(row))
        for row in _rows(hunt)
        for each in [packs.exported(row)]
    )
    now = now_ms()
    return Desk(
        id=hunt.id,
        slug=hunt.slug,
        title=hunt.title,
        tagline=hunt.tagline,
        starts_at=hunt.starts_at,
        ends_at=hunt.ends_at,
        settings=differing(load(hunt.settings)),
        phase=phase(hunt.times, now).value,
        current=hunt.current,
        fixed=authoring.fixed(hunt),
        version=hunt.version,
        now=now,
        token=authoring.hunt_token(hunt),
        order=authoring.order_token([question.id for question in questions]),
        questions=questions,
        findings=tuple(findings([(row.id, row.content) for row in questions], load(hunt.settings))),
    )


def version_of(hunt_id: int) -> int:
    """Raises NotFound."""
    version = Hunt.objects.filter(id=hunt_id).values_list("version", flat=True).first()
    if version is None:
        raise errors.NotFound
    return version


def look(hunt_id: int, question_id: int | None, at: int, draft: PackQuestion, pictured: bool) -> Look:
    """`draft` in the place of question `question_id`, or as a new one at place `at` (from 0). `pictured`: its picture
    is a new one, which its author's browser has. Raises NotFound."""
    hunt = hunt_row(hunt_id)
    image = None
    rows: list[tuple[int, PackQuestion]] = []
    for place, row in enumerate(_rows(hunt)):
        if row.id == question_id:
            at, image = place, _address(row)
        rows.append((row.id, packs.exported(row)))
    if pictured:
        draft = msgspec.structs.replace(draft, image=draft.image or NEW_PICTURE)
    if question_id is None:
        at = max(0, min(at, len(rows)))
        rows.insert(at, (NEW, draft))
    elif any(number == question_id for number, _ in rows):
        rows[at] = (question_id, draft)
    else:
        raise errors.NotFound
    return _look(hunt, rows, at, image if draft.image and not pictured else NEW_PICTURE if pictured else None)


def restored(hunt_id: int, number: int) -> tuple[Pack, tuple[Change, ...]]:
    """(a version as a pack, what would change if it were brought back). Raises NotFound."""
    hunt = hunt_row(hunt_id)
    content = versions.read(hunt_id, number)
    return versions.as_pack(hunt_id, content), tuple(changes(versions.snapshot(hunt), content))


def compared(hunt_id: int, number: int) -> tuple[Change, ...]:
    """What version `number` has changed of the one before it. Raises NotFound."""
    later = versions.read(hunt_id, number)
    return tuple(changes(versions.read(hunt_id, number - 1), later)) if number > 1 else ()


def arriving(hunt_id: int, pack: Pack) -> tuple[Change, ...]:
    """What would change if the hunt said what `pack` says. Raises NotFound."""
    hunt = hunt_row(hunt_id)
    return tuple(changes(versions.snapshot(hunt), versions.of_pack(pack)))


def _rows(hunt: Hunt) -> QuerySet[Question]:
    return (
        hunt.questions.select_related("image")
        .defer("image__data")
        .prefetch_related("story")
        .order_by("position")
    )


def _address(row: Question) -> str | None:
    return reverse("image", args=[row.image.token]) if row.image else None


def _found(question: int | None, kind: str, faults: Iterable[Fault]) -> Iterator[Finding]:
    for fault in faults:
        yield Finding(question, kind, fault.place, fault.text, fault.cure)


def _blocks(q: int, texts: Iterable[str]) -> tuple[BlockView, ...]:
    return tuple(BlockView(n, q, "before", render(text)) for n, text in enumerate(texts, start=1))
