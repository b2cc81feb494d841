"""Ranks over time are those that the board itself would have shown at each instant."""

from hypothesis import given
from hypothesis import strategies as st

from leaderboard.course import Scored, ranks, thinned
from leaderboard.ranking import Board, Standing

PLAYERS = range(1, 6)
EVENTS = st.lists(
    st.tuples(st.integers(1, 50), st.sampled_from([*PLAYERS, 99]), st.integers(0, 20), st.booleans()),
    max_size=25,
).map(sorted)


@given(EVENTS, st.lists(st.integers(0, 60), min_size=1, max_size=6).map(sorted))
def test_as_the_board_at_each_instant(events: list[tuple[int, int, int, bool]], instants: list[int]) -> None:
    scored = [Scored(at, player, points, at if solve else None) for at, player, points, solve in events]
    course = ranks(PLAYERS, scored, instants)
    for place, instant in enumerate(instants):
        past = [event for event in scored if event.at <= instant]
        board = Board(
            Standing(
                player=player,
                name="",
                points=sum(event.points for event in past if event.player == player),
                last=max(
                    (event.last for event in past if event.player == player and event.last), default=None
                ),
                version=1,
            )
            for player in PLAYERS
        )
        assert {player: found[place] for player, found in course.items()} == {
            player: board.rank_of(player) for player in PLAYERS
        }


@given(EVENTS, st.integers(1, 8))
def test_a_thinned_course_ends_as_it_ends_and_never_says_what_was_not_so(
    events: list[tuple[int, int, int, bool]], most: int
) -> None:
    scored = [Scored(at, 1, points) for at, _, points, _ in events]
    all_steps = thinned(scored, 1, 50, 1_000)
    steps = thinned(scored, 1, 50, most)
    assert len(steps) <= most
    assert set(steps) <= set(all_steps)
    assert steps[-1:] == all_steps[-1:]
    assert steps == sorted(steps)
    if len(all_steps) <= most:
        assert steps == all_steps
