"""The hunt's content as a process holds it: rendered once per version of the hunt, shared by all its players."""

import threading

from django.urls import reverse
from msgspec import Struct

from game.models import Hunt, Question, StoryBlock
from game.rendering import render
from game.rules.matching import AnswerKey, answer_key
from game.rules.play import Puzzle
from game.rules.settings import HuntSettings, load


class QuestionView(Struct, frozen=True):
    """What a player on question `q` is shown."""

    q: int
    title: str
    html: str
    image: str | None
    image_alt: str | None
    points: int
    has_hint: bool


class BlockView(Struct, frozen=True):
    """A story block; `n` counts from 1 through the whole story."""

    n: int
    q: int
    when: str
    html: str


class Item(Struct, frozen=True):
    """A question with what the players must not see."""

    id: int
    view: QuestionView
    hint_html: str
    puzzle: Puzzle
    before: tuple[BlockView, ...]
    after: tuple[BlockView, ...]


class Content(Struct, frozen=True):
    """Everything of a hunt that does not depend on who asks. `items[0]` is question 1."""

    hunt: int
    version: int
    settings: HuntSettings
    items: tuple[Item, ...]

    def item(self, position: int) -> Item | None:
        return self.items[position - 1] if 1 <= position <= len(self.items) else None

    def question(self, position: int) -> QuestionView | None:
        item = self.item(position)
        return item.view if item else None

    def puzzle(self, position: int) -> Puzzle | None:
        item = self.item(position)
        return item.puzzle if item else None

    def story_at(self, position: int) -> tuple[BlockView, ...]:
        """The blocks between the question before `position` and the one at it; the epilogue beyond the last."""
        last, item = self.item(position - 1), self.item(position)
        return (last.after if last else ()) + (item.before if item else ())

    def story_until(self, position: int) -> tuple[BlockView, ...]:
        """Every block that a player on `position` may read, in order."""
        return tuple(block for reached in range(1, position + 1) for block in self.story_at(reached))


_cache: dict[int, Content] = {}
_lock = threading.Lock()


def held(hunt_id: int) -> Content | None:
    """What this process remembers, be it of an older version."""
    return _cache.get(hunt_id)


def of(hunt: Hunt) -> Content:
    """The content of `hunt` at its version, from this process's memory or from five queries."""
    held = _cache.get(hunt.id)
    if held is not None and held.version == hunt.version and held.settings == load(hunt.settings):
        return held
    with _lock:
        held = _cache[hunt.id] = _load(hunt)
    return held


def _load(hunt: Hunt) -> Content:
    questions = list(
        Question.objects.filter(hunt=hunt).select_related("image").defer("image__data").order_by("position")
    )
    blocks: dict[tuple[int, str], list[str]] = {}
    for block in StoryBlock.objects.filter(question__hunt=hunt).order_by("ordinal"):
        blocks.setdefault((block.question_id, block.when), []).append(render(block.text))
    number = 0

    def story(question: Question, when: StoryBlock.When) -> tuple[BlockView, ...]:
        nonlocal number
        views = []
        for html in blocks.get((question.id, when.value), ()):
            number += 1
            views.append(BlockView(number, question.position, when.value, html))
        return tuple(views)

    items = []
    for question in questions:
        view = QuestionView(
            q=question.position,
            title=question.title,
            html=render(question.text),
            image=reverse("image", args=[question.image.token]) if question.image else None,
            image_alt=question.image_alt if question.image else None,
            points=question.points,
            has_hint=bool(question.hint),
        )
        key: AnswerKey = answer_key(question.answers, question.close, question.threshold)
        items.append(
            Item(
                id=question.id,
                view=view,
                hint_html=render(question.hint),
                puzzle=Puzzle(key, question.points, bool(question.hint)),
                before=story(question, StoryBlock.When.BEFORE),
                after=story(question, StoryBlock.When.AFTER),
            )
        )
    return Content(hunt.id, hunt.version, load(hunt.settings), tuple(items))
