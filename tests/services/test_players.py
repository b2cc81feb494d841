"""Joining, entering, reading: who is in, under which name, and what each may see."""

from typing import Any

import pytest

from game import errors
from game.models import Hunt, LedgerEntry, Member, Player, Question, StoryBlock
from game.queries import content, play
from game.services import hunts, players
from leaderboard.models import Standing
from tests.factories import HOUR, add_image, enter, make_hunt, make_player, make_user, now_ms, user_of
from tests.services.hunters import Hunter, assert_proved

pytestmark = pytest.mark.django_db


# --- joining ----------------------------------------------------------------------------------------------------


def test_who_joins_is_on_the_board_with_nothing(hunt: Hunt) -> None:
    user = make_user("ada")
    player = players.join(user, hunt, "  Ada   Lovelace ")
    assert (player.name, player.position, player.points, player.xp, player.version) == (
        "Ada Lovelace",
        1,
        0,
        0,
        1,
    )
    assert Member.objects.get(player=player).user_id == user.pk
    standing = Standing.objects.get(player=player)
    assert (standing.name, standing.points, standing.last_solve, standing.finished) == (
        "Ada Lovelace",
        0,
        None,
        False,
    )
    assert not LedgerEntry.objects.exists()
    assert_proved(hunt)


BAD_NAMES = [
    "",
    "  ",
    "ab",
    "x" * 25,
    "a\x00b",
    "a\u202eb c",
    "a\u200bbc",
    "abc\n",
    "\ud800abc",
    "\u3164\u3164\u3164",
]


@pytest.mark.parametrize("name", BAD_NAMES)
def test_a_bad_name_joins_nobody(hunt: Hunt, name: str) -> None:
    with pytest.raises(errors.BadName):
        players.join(make_user(), hunt, name)
    with pytest.raises(errors.BadName):
        players.check_name(hunt, name)
    assert not Player.objects.exists()


SAME = [
    ("Straße", "STRASSE"),
    ("Ada L", "ａｄａ l"),
    ("ﬁona", "Fiona"),
    ("Σίσυφος", "ΣΊΣΥΦΟΣ"),
    ("Ada L", "ada   L"),
]


@pytest.mark.parametrize(("first", "second"), SAME)
def test_names_that_look_the_same_are_one_name(hunt: Hunt, first: str, second: str) -> None:
    players.join(make_user(), hunt, first)
    with pytest.raises(errors.NameTaken):
        players.join(make_user(), hunt, second)
    with pytest.raises(errors.NameTaken):
        players.check_name(hunt, second)
    assert Player.objects.count() == Member.objects.count() == Standing.objects.count() == 1


def test_a_name_is_free_in_another_hunt_and_checked_without_taking_it(hunt: Hunt) -> None:
    make_player(hunt, "Ada")
    other = make_hunt(current=False)
    assert players.check_name(other, " Ada ") == "Ada"
    assert players.join(make_user(), other, "Ada").name == "Ada"


@pytest.mark.parametrize("name", ["Ada", "Bob", "Somebody Else", "", "a\x00b"])
@pytest.mark.parametrize("over", [False, True])
def test_who_already_plays_keeps_what_they_have(
    hunt: Hunt, ada: Hunter, bob: Hunter, organiser: int, name: str, over: bool
) -> None:
    ada.solves_until(2)
    if over:
        hunts.control(organiser, hunt.id, "end")
    again = players.join(user_of(ada.row), hunt, name)
    assert (again.id, again.name, again.points) == (ada.id, "Ada", 100)
    assert Player.objects.count() == 2


def test_the_names_of_a_hunt_may_be_taken_before_its_start_but_not_after_its_end(organiser: int) -> None:
    hunt = make_hunt(started_h=-1)
    assert players.join(make_user(), hunt, "Early").position == 1
    Hunt.objects.update(starts_at=now_ms() - 2 * HOUR, ends_at=now_ms() - HOUR)
    with pytest.raises(errors.HuntEnded):
        players.join(make_user(), hunt, "Late")
    assert Player.objects.count() == 1


def test_joining_during_a_pause_is_fine(hunt: Hunt, organiser: int) -> None:
    hunts.control(organiser, hunt.id, "pause")
    cleo = Hunter.of(hunt, "Cleo")
    clock = cleo.row.shown_clock
    assert clock is not None
    assert abs(clock - HOUR) < 5000


@pytest.mark.django_db(transaction=True)
def test_the_board_hears_of_a_new_player_and_not_of_a_refused_one(
    hunt: Hunt, events: list[dict[str, Any]]
) -> None:
    ada = make_player(hunt, "Ada")
    with pytest.raises(errors.NameTaken):
        players.join(make_user(), hunt, "ADA")
    assert [(event["kind"], event["lines"]) for event in events] == [
        ("standings", [[ada.id, "Ada", 0, None, 1, False, False]])
    ]


# --- what a player sees -----------------------------------------------------------------------------------------


def test_the_snapshot_is_the_players_own_state_and_question(hunt: Hunt, ada: Hunter, bob: Hunter) -> None:
    ada.solves_until(2)
    ada.hints("points")
    view = enter(hunt.id, ada.id)
    me = view.play.me
    assert (me.player, me.name, me.position, me.points, me.hint, me.hint_html) == (
        ada.id,
        "Ada",
        2,
        100,
        "points",
        "<p>Hint 2</p>\n",
    )
    assert me.version == ada.row.version
    assert view.play.question is not None
    assert (view.play.question.q, view.play.question.html) == (2, "<p>Text <strong>2</strong></p>\n")
    assert [block.html for block in view.play.story] == ["<p>After 1</p>\n", "<p>Before 2</p>\n"]
    assert (view.hunt.id, view.hunt.phase, view.hunt.questions) == (hunt.id, "live", 3)
    assert abs(view.now - now_ms()) < 5000
    assert enter(hunt.id, bob.id).play.me.hint_html is None


def test_a_snapshot_in_each_phase(organiser: int) -> None:
    hunt = make_hunt(started_h=-1)
    ada = Hunter.of(hunt, "Ada")
    before = enter(hunt.id, ada.id)
    assert (before.hunt.phase, before.play.question, before.play.story) == ("scheduled", None, ())
    hunts.control(organiser, hunt.id, "start")
    assert enter(hunt.id, ada.id).play.question is not None
    ada.hints("points")
    hunts.control(organiser, hunt.id, "pause")
    paused = enter(hunt.id, ada.id)
    assert (paused.hunt.phase, paused.play.me.hint_html) == ("paused", "<p>Hint 1</p>\n")
    assert paused.play.question is not None
    hunts.control(organiser, hunt.id, "end")
    ended = enter(hunt.id, ada.id)
    assert (ended.hunt.phase, ended.play.question, ended.play.me.hint_html) == ("ended", None, None)
    assert [block.html for block in ended.play.story] == ["<p>Before 1</p>\n"]


def test_nobody_enters_for_a_player_of_another_hunt(hunt: Hunt) -> None:
    stranger = make_player(make_hunt(current=False), "Eve")
    for player in (stranger.id, 10**9):
        with pytest.raises(errors.NotFound):
            enter(hunt.id, player)


def test_many_enter_together_as_each_would_alone(
    hunt: Hunt, ada: Hunter, bob: Hunter, django_assert_max_num_queries: Any
) -> None:
    ada.solves_until(2)
    new = [make_player(hunt) for _ in range(20)]
    stranger = make_player(make_hunt(current=False), "Eve")
    ids = [ada.id, *(player.id for player in new), stranger.id, bob.id, ada.id]
    with django_assert_max_num_queries(12):
        together = players.enter(hunt.id, ids)
    assert [snapshot and snapshot.play.me.player for snapshot in together] == [
        None if player == stranger.id else player for player in ids
    ]
    for player in (ada.id, bob.id, new[0].id):
        shown = together[ids.index(player)]
        assert shown is not None and shown.play == enter(hunt.id, player).play
    clocks = set(
        Player.objects.filter(id__in=[player.id for player in new]).values_list("shown_clock", flat=True)
    )
    assert len(clocks) == 1 and None not in clocks
    assert Player.objects.get(id=stranger.id).shown_clock is None
    with django_assert_max_num_queries(5):
        players.enter(hunt.id, ids)
    assert clocks == set(
        Player.objects.filter(id__in=[player.id for player in new]).values_list("shown_clock", flat=True)
    )
    assert players.enter(hunt.id, []) == players.enter(10**9, []) == []


def test_views_are_as_snapshots(hunt: Hunt, ada: Hunter, bob: Hunter) -> None:
    ada.solves_until(3)
    views = {view.me.player: view for view in play.views([ada.id, bob.id, 10**9])}
    assert views.keys() == {ada.id, bob.id}
    for hunter in (ada, bob):
        assert views[hunter.id] == enter(hunt.id, hunter.id).play


def test_changed_players_are_those_asked_about_who_changed_since(
    hunt: Hunt, ada: Hunter, bob: Hunter
) -> None:
    Player.objects.update(changed_at=now_ms() - HOUR)
    since = now_ms() - 1000
    ada.answers("wrong")
    bob.answers("wrong")
    assert play.changed_players(hunt.id, since, [ada.id]) == [(ada.id, ada.row.version)]
    assert play.changed_players(hunt.id, now_ms() + HOUR, [ada.id, bob.id]) == []


# --- the story so far -------------------------------------------------------------------------------------------


def pages(player: int) -> list[list[str]]:
    found, before = [], None
    while True:
        blocks, before = play.story_page(player, before)
        found.append([block.html for block in blocks])
        if before is None:
            return found


def test_the_pages_of_the_story_are_together_the_story_so_far() -> None:
    hunt = make_hunt(20)
    for question in Question.objects.filter(hunt=hunt, position__lte=3):
        StoryBlock.objects.create(
            question=question, when="before", ordinal=2, text=f"More {question.position}"
        )
    ada = Hunter.of(hunt, "Ada")
    for position in (1, 2, 7, 19, 21):
        ada.solves_until(position)
        expected = []
        for number in range(1, min(position, 20) + 1):
            expected.append(f"<p>Before {number}</p>\n")
            if number <= 3:
                expected.append(f"<p>More {number}</p>\n")
            if number < position:
                expected.append(f"<p>After {number}</p>\n")
        found = pages(ada.id)
        assert [block for page in reversed(found) for block in page] == expected
        assert all(0 < len(page) <= play.STORY_PAGE for page in found)


def test_blocks_are_numbered_through_the_whole_story(hunt: Hunt, ada: Hunter) -> None:
    ada.solves_until(4)
    blocks, before = play.story_page(ada.id, None)
    assert ([block.n for block in blocks], before) == ([1, 2, 3, 4, 5, 6], None)


@pytest.mark.parametrize("before", [1, 0, -5])
def test_before_the_first_block_there_is_nothing(hunt: Hunt, ada: Hunter, before: int) -> None:
    blocks, earlier = play.story_page(ada.id, before)
    assert (list(blocks), earlier) == ([], None)


def test_a_page_of_long_blocks_is_cut_by_bytes_and_never_empty(hunt: Hunt, ada: Hunter) -> None:
    for block in StoryBlock.objects.filter(question__hunt=hunt):
        block.text = f"{block.when} {block.question.position} " + "é" * (play.STORY_PAGE_BYTES // 3)
        block.save()
    StoryBlock.objects.filter(question__position=2).update(text="é" * play.STORY_PAGE_BYTES)
    Hunt.objects.update(version=2)
    ada.solves_until(4)
    found = pages(ada.id)
    held = content.of(Hunt.objects.get())
    assert [html for page in reversed(found) for html in page] == [
        block.html for block in held.story_until(4)
    ]
    assert len(found) > 3
    for page in found:
        assert len(page) == 1 or sum(len(html.encode()) for html in page) <= play.STORY_PAGE_BYTES


def test_a_cursor_from_beyond_what_was_reached_shows_no_more(hunt: Hunt, ada: Hunter) -> None:
    blocks, _ = play.story_page(ada.id, 1_000_000)
    assert [block.html for block in blocks] == ["<p>Before 1</p>\n"]


def test_before_the_start_there_is_no_story() -> None:
    ada = Hunter.of(make_hunt(started_h=-1), "Ada")
    assert play.story_page(ada.id, None) == ((), None)


# --- pictures ---------------------------------------------------------------------------------------------------


def test_a_picture_is_for_who_has_reached_its_question(hunt: Hunt, ada: Hunter, bob: Hunter) -> None:
    image = add_image(hunt, 2, b"<svg>two</svg>")
    user = user_of(ada.row).pk
    assert play.image(image.token, user) is None
    ada.answers("right 1")
    assert play.image(image.token, user) == (b"<svg>two</svg>", "image/svg+xml")
    ada.answers("right 2")
    assert play.image(image.token, user) is not None, "and behind"
    assert play.image(image.token, user_of(bob.row).pk) is None
    snapshot = enter(hunt.id, bob.id)
    assert image.token not in repr(snapshot)


def test_a_picture_is_for_nobody_else(hunt: Hunt, ada: Hunter) -> None:
    image = add_image(hunt, 1)
    user = user_of(ada.row).pk
    outsider = make_player(make_hunt(current=False), "Eve")
    assert play.image(image.token, user) is not None
    assert play.image(image.token, make_user().pk) is None
    assert play.image(image.token, user_of(outsider).pk) is None
    for wrong in ("", "x", image.token[:-1], "' OR 1=1 --"):
        assert play.image(wrong, user) is None
    assert play.image(image.token, make_user(staff=True).pk) is not None
    Player.objects.filter(id=ada.id).update(banned=True)
    assert play.image(image.token, user) is None


def test_no_picture_before_the_start_and_the_reached_ones_after_the_end(hunt: Hunt, ada: Hunter) -> None:
    first, second = add_image(hunt, 1), add_image(hunt, 2)
    user = user_of(ada.row).pk
    Hunt.objects.filter(id=hunt.id).update(starts_at=now_ms() + HOUR)
    assert play.image(first.token, user) is None
    Hunt.objects.filter(id=hunt.id).update(starts_at=now_ms() - 2 * HOUR, ends_at=now_ms() - HOUR)
    assert play.image(first.token, user) is not None
    assert play.image(second.token, user) is None


def test_a_picture_that_no_question_shows_is_the_organisers_alone(hunt: Hunt, ada: Hunter) -> None:
    image = add_image(hunt, 1)
    Question.objects.update(image=None)
    assert play.image(image.token, user_of(ada.row).pk) is None
    assert play.image(image.token, make_user(staff=True).pk) is not None
