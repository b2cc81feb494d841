"""A frozen board: who may freeze when, what is rebuilt of an instant, and what other programs are told meanwhile."""

import random
from contextlib import suppress
from typing import Any

import pytest
from django.db.models import F

from game import errors
from game.models import AuditEntry, Delivery, Hunt, Player, Webhook
from game.queries import freeze as queries
from game.queries import mine
from game.queries.clock import now_ms
from game.queries.freeze import LEAD_MS, standings_at, visible_until
from game.queries.play import latest_solves
from game.services import freeze, hunts, packs, webhooks
from game.services.moderation import grant, moderate, undo
from game.services.questions import judge_as
from game.services.regrade import apply, preview
from leaderboard import queries as leaderboard
from leaderboard.ranking import Board
from tests.factories import HOUR, leave_behind, make_hunt, user_of
from tests.services.hunters import MINUTE, Hunter, new_id

pytestmark = pytest.mark.django_db


def frozen(hunt: Hunt, instant: int | None = None) -> int:
    """The board is frozen from that instant on: now."""
    instant = now_ms() if instant is None else instant
    Hunt.objects.filter(id=hunt.id).update(freeze_at=instant, version=F("version") + 1)
    return leave_behind(instant)


def facts(lines: Any) -> dict[int, tuple[Any, ...]]:
    """What a public board says of each player, without whose who or hidden."""
    return {line.player: (line.points, line.last, line.finished) for line in lines}


# --- the organiser's hand -------------------------------------------------------------------------------------------


def test_a_freeze_by_hand_begins_when_every_process_knows(hunt: Hunt, organiser: int) -> None:
    before, command = now_ms(), new_id()
    for _ in range(2):
        freeze.freeze(organiser, hunt.id, command=command)
    row = Hunt.objects.get(id=hunt.id)
    assert row.freeze_at is not None and before + LEAD_MS <= row.freeze_at <= now_ms() + LEAD_MS
    assert row.version == hunt.version + 1
    assert visible_until(row) is None
    assert visible_until(row, row.freeze_at) == row.freeze_at
    entry = AuditEntry.objects.get(action="hunt.freeze")
    assert entry.detail["done"] == {"before": {"freeze_at": None}, "after": {"freeze_at": row.freeze_at}}


def test_it_is_scheduled_moved_and_called_off(hunt: Hunt, organiser: int) -> None:
    for at in (hunt.ends_at - HOUR, hunt.ends_at - 2 * HOUR):
        freeze.freeze(organiser, hunt.id, at)
        assert Hunt.objects.get(id=hunt.id).freeze_at == at
    hunts.control(organiser, hunt.id, "extend", 30)
    assert Hunt.objects.get(id=hunt.id).freeze_at == hunt.ends_at - 2 * HOUR + 30 * MINUTE
    freeze.unfreeze(organiser, hunt.id)
    assert Hunt.objects.get(id=hunt.id).freeze_at is None
    with pytest.raises(errors.Invalid):
        freeze.unfreeze(organiser, hunt.id)


def test_once_frozen_it_stays_whatever_the_end_does(hunt: Hunt, organiser: int) -> None:
    instant = frozen(hunt)
    with pytest.raises(errors.Invalid):
        freeze.freeze(organiser, hunt.id)
    hunts.control(organiser, hunt.id, "extend", 30)
    hunts.control(organiser, hunt.id, "end")
    assert visible_until(Hunt.objects.get(id=hunt.id)) == instant
    freeze.unfreeze(organiser, hunt.id)
    assert visible_until(Hunt.objects.get(id=hunt.id)) is None


@pytest.mark.parametrize("ms", [-HOUR, 0, LEAD_MS - 1_000, 49 * HOUR])
def test_no_freeze_in_the_past_or_too_soon_or_after_the_end(hunt: Hunt, organiser: int, ms: int) -> None:
    with pytest.raises(errors.Invalid):
        freeze.freeze(organiser, hunt.id, now_ms() + ms)
    assert not AuditEntry.objects.exists()


def test_a_hunt_that_is_over_does_not_freeze(organiser: int, db: None) -> None:
    with pytest.raises(errors.Invalid):
        freeze.freeze(organiser, make_hunt(started_h=3, lasts_h=1).id)


def test_a_pack_says_how_long_before_the_end(db: None) -> None:
    made = make_hunt(started_h=-5, settings={"freeze_minutes": 60})
    pack = packs.export_pack(made)
    hunt = packs.import_pack(pack, slug="other")
    assert hunt.freeze_at == hunt.ends_at - HOUR
    assert (
        packs.import_pack(pack, slug="other", ends_at=hunt.ends_at + HOUR, replace=True).freeze_at
        == hunt.ends_at
    )


# --- the board of an instant ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(4))
def test_the_board_rebuilt_of_any_instant_is_the_one_that_was_live_then(
    hunt: Hunt, organiser: int, seed: int
) -> None:
    """Whatever has happened since: solves, skips, hints, grants and their undoing, regrades, newcomers."""
    chance = random.Random(seed)
    crowd = [Hunter.of(hunt, f"Hunter {number}") for number in range(4)]
    for hunter in crowd:
        hunter.has_xp(100)
    moments: dict[int, dict[int, tuple[Any, ...]]] = {}
    texts = ["left 1", "left 2", "left 3", "close 1"]
    for step in range(24):
        hunter = chance.choice(crowd)
        at = hunter.row.position
        deed = chance.choice(["right", "right", "left", "left", "skip", "hint", "grant", "regrade", "join"])
        if deed == "regrade":
            q, text = chance.choice([1, 2, 3]), chance.choice(texts)
            with suppress(errors.Invalid):  # it is so already
                judge_as(organiser, hunt.id, q, text, "correct")
            view = preview(hunt.id, q)
            if view.players:
                apply(organiser, hunt.id, q, view.token, "why")
        elif deed == "grant":
            grant(organiser, hunt.id, hunter.id, chance.choice([5, 70]), 0, "why")
            if chance.random() < 0.5:
                undo(organiser, hunt.id, AuditEntry.objects.latest("id").id)
        elif deed == "join":
            crowd.append(Hunter.of(hunt, f"Late {step}"))
        elif deed in ("skip", "hint"):
            hunter.does(deed, "points" if deed == "hint" else "")
        else:
            hunter.does("answer", f"{deed} {at}")
        instant = now_ms()
        moments[instant] = facts(leaderboard.standings(hunt.id))
        leave_behind(instant)
    for instant, then in moments.items():
        rebuilt = facts(standings_at(hunt.id, instant))
        late = dict.fromkeys(rebuilt.keys() - then.keys(), (0, None, False))
        assert rebuilt == then | late
        assert facts(standings_at(hunt.id, instant, since=instant - HOUR)).items() <= rebuilt.items()


def test_the_order_and_the_ranks_are_those_of_then_and_hidden_those_of_now(
    hunt: Hunt, organiser: int, ada: Hunter, bob: Hunter
) -> None:
    cleo = Hunter.of(hunt, "Cleo")
    for hunter in (ada, bob, cleo):
        hunter.answers("right 1")
    instant = frozen(hunt)
    cleo.solves_until(4)
    bob.answers("right 2")
    moderate(organiser, hunt.id, ada.id, "hide", "why")
    board = Board(standings_at(hunt.id, instant))
    assert [row.name for row in board.top_rows()] == ["Bob", "Cleo"]
    assert {row.finished for row in board.top_rows()} == {False}


def test_the_tape_of_then(hunt: Hunt, organiser: int, ada: Hunter, bob: Hunter) -> None:
    ada.answers("right 1")
    bob.answers("left 1")
    instant = frozen(hunt)
    ada.answers("right 2")
    judge_as(organiser, hunt.id, 1, "left 1", "correct")
    apply(organiser, hunt.id, 1, preview(hunt.id, 1).token, "why")
    assert [(solve.name, solve.q) for solve in latest_solves(hunt.id, 10, until=instant)] == [("Ada", 1)]


# --- webhooks -------------------------------------------------------------------------------------------------------


def test_webhooks_are_told_when_it_is_over(hunt: Hunt, organiser: int, ada: Hunter, bob: Hunter) -> None:
    hook = Webhook.objects.create(
        hunt=hunt,
        url="https://example.org/",
        secret="s",
        format="json",
        events=["solve", "first_solve", "finish"],
        told_until=now_ms(),
    )
    ada.answers("right 1")
    frozen(hunt)
    bob.solves_until(4)
    for _ in range(2):
        webhooks.collect(Webhook.objects.select_related("hunt").get(id=hook.id), now_ms())
    told = Delivery.objects.order_by("id").values_list("event", "payload__player__name")
    assert list(told) == [("solve", "Ada"), ("first_solve", "Ada")]
    # However long it lasts.
    Webhook.objects.update(told_until=F("told_until"))
    webhooks.collect(Webhook.objects.select_related("hunt").get(id=hook.id), now_ms() + 10 * MINUTE)
    assert Delivery.objects.count() == 2
    freeze.unfreeze(organiser, hunt.id)
    webhooks.collect(Webhook.objects.select_related("hunt").get(id=hook.id), now_ms())
    late = Delivery.objects.order_by("id")[2:]
    assert [(row.event, row.payload["player"]["name"]) for row in late] == [
        ("solve", "Bob"),
        ("solve", "Bob"),
        ("first_solve", "Bob"),
        ("solve", "Bob"),
        ("first_solve", "Bob"),
        ("finish", "Bob"),
    ]


def test_what_is_judged_again_meanwhile_is_told_neither_to_webhooks_nor_on_anybodys_page(
    hunt: Hunt, organiser: int, ada: Hunter, bob: Hunter
) -> None:
    """A regrade's solve has its guess's instant, which was before the freeze: what counts is when it was booked."""
    hook = Webhook.objects.create(
        hunt=hunt,
        url="https://example.org/",
        secret="s",
        format="json",
        events=["solve", "first_solve", "finish"],
        told_until=now_ms(),
    )
    bob.answers("left 1")
    ada.answers("right 1")
    mine._kept.clear()
    frozen(hunt)

    def seen() -> Any:
        mine._kept.clear()
        view = mine.mine(Hunt.objects.get(id=hunt.id), user_of(Player.objects.get(name="Ada")).pk)
        assert view is not None
        return [(step.first, step.solvers, step.median) for step in view.steps], list(view.ranks)

    before = seen()
    assert before[0][0][:2] == (True, 1)
    judge_as(organiser, hunt.id, 1, "left 1", "correct")
    apply(organiser, hunt.id, 1, preview(hunt.id, 1).token, "why")
    assert seen() == before
    webhooks.collect(Webhook.objects.select_related("hunt").get(id=hook.id), now_ms())
    assert set(Delivery.objects.values_list("payload__player__name", flat=True)) == {"Ada"}
    freeze.unfreeze(organiser, hunt.id)
    assert seen()[0][0][:2] == (False, 2)


def test_nobody_hears_of_walls_meanwhile(hunt: Hunt, organiser: int, ada: Hunter) -> None:
    Player.objects.update(shown_clock=0)
    hook = Webhook.objects.create(
        hunt=hunt,
        url="https://example.org/",
        secret="s",
        format="json",
        events=["wall"],
        wall_players=1,
        told_until=now_ms() - HOUR,
    )
    frozen(hunt)
    webhooks.collect(hook, now_ms())
    assert not Delivery.objects.exists()
    assert queries.visible_until(Hunt.objects.get(id=hunt.id)) is not None
    freeze.unfreeze(organiser, hunt.id)
    Webhook.objects.update(told_until=now_ms() - HOUR)
    webhooks.collect(Webhook.objects.get(id=hook.id), now_ms())
    assert Delivery.objects.get().event == "wall"
