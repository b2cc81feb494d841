"""What is worth telling of a player's hunt, and what is not."""

from hypothesis import given
from hypothesis import strategies as st

from game.rules.moments import Moment, Step, against, moments


def solved(q: int, **fields: object) -> Step:
    return Step(q=q, title="", outcome="solved", **fields)  # type: ignore[arg-type]


def kinds(*steps: Step) -> list[str]:
    return [moment.kind for moment in moments(steps)]


@given(st.integers(0, 1000), st.lists(st.integers(0, 1000), min_size=1))
def test_a_time_stands_beside_the_field(mine: int, times: list[int]) -> None:
    median, faster = against(mine, sorted(times))
    assert median in times
    assert 0 <= faster <= 100
    assert (faster == 0) == (100 * sum(time > mine for time in times) < len(times))
    assert (faster == 100) == (mine < min(times))


def test_the_fastest_is_told_of_beside_enough_others() -> None:
    quick = solved(2, elapsed=60_000, median=240_000, solvers=5)
    assert moments([solved(1, elapsed=100_000, median=200_000, solvers=9), quick]) == (
        Moment("fastest", q=2, a=60_000, b=240_000),
    )
    assert kinds(solved(1, elapsed=60_000, median=240_000, solvers=4)) == []
    assert kinds(solved(1, elapsed=200_000, median=240_000, solvers=50)) == []


def test_a_streak_ends_with_a_wrong_guess_a_hint_or_a_skip() -> None:
    clean = [solved(q) for q in (1, 2, 3)]
    assert moments(clean) == (Moment("streak", q=3, a=3),)
    assert kinds(*clean[:2], solved(3, guesses=1), *clean[:2]) == []
    assert kinds(*clean[:2], solved(3, hint="xp"), *clean[:2]) == []
    assert kinds(*clean[:2], Step(q=3, title="", outcome="skipped"), *clean[:2]) == []


def test_firsts_patience_and_the_climb() -> None:
    steps = [solved(q, first=True, guesses=1) for q in range(1, 6)] + [solved(6, guesses=12)]
    found = moments(steps, [40, 40, 12, 13, 9], [1, 2, 3, 4, 5])
    assert [moment.q for moment in found if moment.kind == "first"] == [1, 2, 3]
    assert Moment("climb", a=40, b=12, at=3) in found
    assert Moment("stubborn", q=6, a=12) in found
    assert moments([], [5, 4, 3], [1, 2, 3]) == ()
