"""Every number has bounds, and a mistake in one is told in a sentence that its author can act on."""

import json
from typing import Any, get_args

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from game.rules import settings
from game.rules.settings import HuntSettings

FIELDS = msgspec.structs.fields(HuntSettings)
NUMBERS = {field.name: get_args(field.type)[1] for field in FIELDS if get_args(field.type)[0] is int}


@st.composite
def any_settings(draw: st.DrawFn) -> HuntSettings:
    values: dict[str, Any] = {
        name: draw(st.integers(bounds.ge, bounds.le)) for name, bounds in NUMBERS.items()
    }
    values["xp_start"] = draw(st.integers(0, values["xp_cap"]))
    values["curve"] = draw(st.sampled_from(["elapsed", "solve_order"]))
    uptos = sorted(draw(st.sets(st.integers(1, 1_000_000), max_size=20)))
    values["solve_order_steps"] = tuple((upto, draw(st.integers(0, 100))) for upto in uptos)
    return HuntSettings(**values)


def test_the_defaults_are_the_game_as_announced() -> None:
    assert settings.load({}) == HuntSettings()
    assert settings.dump(HuntSettings()) == {
        "curve": "elapsed",
        "floor_percent": 50,
        "half_life_minutes": 60,
        "solve_order_steps": [[10, 100], [20, 90], [30, 85]],
        "solve_order_rest": 75,
        "hint_points": 10,
        "xp_start": 0,
        "xp_cap": 100,
        "xp_per_hour": 10,
        "xp_per_solve": 5,
        "hint_xp": 50,
        "skip_xp": 75,
        "accept_close_xp": 100,
        "accept_close_points": 10,
        "wrong_burst": 5,
        "wrong_per_minute": 10,
        "freeze_minutes": 0,
        "reveal_top": 20,
        "board_top": 25,
    }


@given(any_settings())
def test_what_is_dumped_is_json_and_loads_the_same(chosen: HuntSettings) -> None:
    plain = settings.dump(chosen)
    assert json.loads(json.dumps(plain)) == plain
    assert settings.load(plain) == chosen


def test_what_is_left_out_keeps_its_default() -> None:
    assert settings.load({"hint_points": 3}) == HuntSettings(hint_points=3)


@pytest.mark.parametrize("name", sorted(NUMBERS))
def test_each_number_has_sane_bounds_a_description_and_a_default_inside(name: str) -> None:
    bounds = NUMBERS[name]
    assert bounds.ge < bounds.le
    assert bounds.description.endswith(".")
    assert bounds.ge <= getattr(HuntSettings(), name) <= bounds.le


@pytest.mark.parametrize("name", sorted(NUMBERS))
@pytest.mark.parametrize("wrong", ["below", "above", True, 1.5, "7", None, [1]])
def test_a_number_outside_its_bounds_is_refused_by_name_and_range(name: str, wrong: object) -> None:
    bounds = NUMBERS[name]
    value = {"below": bounds.ge - 1, "above": bounds.le + 1}.get(str(wrong), wrong)
    with pytest.raises(
        ValueError, match=rf"^{name}: must be a whole number from {bounds.ge:,} to {bounds.le:,}"
    ):
        settings.load({name: value})


def test_a_curve_that_does_not_exist_is_told_which_do() -> None:
    with pytest.raises(ValueError, match=r"^curve: must be one of elapsed, solve_order, not 'linear'$"):
        settings.load({"curve": "linear"})


def test_an_unknown_setting_is_told_which_are_known() -> None:
    with pytest.raises(ValueError, match=r"^hint_price: no such setting \(known: curve, .*board_top\)$"):
        settings.load({"hint_price": 5})


@pytest.mark.parametrize(
    "steps",
    [[[10, 101]], [[0, 50]], [[10]], [[10, 90, 1]], "ten", [[n, 50] for n in range(1, 23)], [["1", 2]]],
)
def test_steps_that_are_no_pairs_in_bounds_are_refused(steps: object) -> None:
    with pytest.raises(ValueError, match=r"^solve_order_steps: must be at most 20 pairs .*0 to 100"):
        settings.load({"solve_order_steps": steps})


@pytest.mark.parametrize("steps", [[[10, 90], [10, 80]], [[10, 90], [5, 80]]])
def test_steps_must_strictly_ascend(steps: object) -> None:
    with pytest.raises(ValueError, match=r"^solve_order_steps: the numbers of solves must strictly ascend"):
        settings.load({"solve_order_steps": steps})


def test_nobody_starts_above_the_cap() -> None:
    with pytest.raises(ValueError, match=r"^xp_start: .*xp_cap \(allowed: 0 to 100\), not 101$"):
        settings.load({"xp_start": 101})
    with pytest.raises(ValueError, match="xp_cap"):
        settings.load({"xp_start": 60, "xp_cap": 50})


def test_a_huge_value_does_not_flood_the_message() -> None:
    with pytest.raises(ValueError, match=r"^curve: ") as caught:
        settings.load({"curve": "x" * 100_000})
    assert len(str(caught.value)) < 200
