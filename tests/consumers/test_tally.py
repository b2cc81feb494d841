"""Counting with a mark: every attempt once, whatever becomes visible when."""

from hypothesis import given
from hypothesis import strategies as st

from consumers.tally import NOTHING, POINTS, Count, Counts, Group, Tally, add, series, spans, step_of

Attempt = tuple[int, int]
"""(question, minute); its place in the list is its id."""


def count_of(attempts: list[tuple[int, Attempt]], key: int) -> Counts:
    counts: Counts = {}
    for _, attempt in attempts:
        add(counts, attempt[key], Count(wrong=1))
    return counts


def groups_of(attempts: list[tuple[int, Attempt]], mark: int, reached: int) -> list[Group]:
    return [
        Group(question, minute, number <= reached, Count(wrong=1))
        for number, (question, minute) in attempts
        if number > mark
    ]


@given(
    st.lists(st.tuples(st.integers(1, 3), st.integers(100, 104)), max_size=60),
    st.lists(st.integers(0, 60), max_size=6),
    st.integers(0, 20),
    st.integers(100, 104),
)
def test_every_attempt_is_counted_once(
    attempts: list[Attempt], looks: list[int], counted: int, since: int
) -> None:
    """Read in several looks between which the mark moves anywhere that has been seen, and filled up at the end."""
    rows = list(enumerate(attempts, 1))
    before = [row for row in rows if row[0] <= counted]
    recent = [row for row in before if row[1][1] >= since]
    tally = Tally(counted, since, count_of(before, 0), count_of(recent, 1))
    for there in sorted(looks):
        seen = [row for row in rows if row[0] <= max(there, counted)]
        reached = max(tally.mark, there // 2)
        tally.take(groups_of(seen, tally.mark, reached), reached)
    tally.take(groups_of(rows, tally.mark, tally.mark), tally.mark)
    old = [row for row in rows if row[0] <= tally.mark and row[1][1] < since]
    tally.fill(100, count_of(old, 1))
    assert {q: tally.question(q) for q in (1, 2, 3)} == {
        q: count_of(rows, 0).get(q, NOTHING) for q in (1, 2, 3)
    }
    assert tally.minutes(0) == count_of(rows, 1)


def test_news_are_told_once_and_also_of_an_old_minute() -> None:
    tally = Tally(0, 0, {}, {100: Count(wrong=2), 101: Count(right=1)})
    assert tally.news(101) == {101: Count(right=1)}
    assert tally.news(101) == {}
    tally.take([Group(1, 101, False, Count(hints=1)), Group(1, 100, False, Count(hints=1))], 0)
    assert tally.news(101) == {101: Count(right=1, hints=1)}
    assert tally.news(100) == {100: Count(wrong=2, hints=1)}


@given(st.integers(0, 10_000), st.integers(0, 40_000))
def test_a_series_has_a_point_for_all_and_not_too_many(first: int, length: int) -> None:
    last = first + length
    step = step_of(first, last)
    first -= first % step
    points = series({first: Count(right=1), last: Count(right=2)}, first, last, step)
    assert len(points) <= POINTS + 1
    assert sum(point.right for point in points) == (3 if last > first else 2)
    assert points[0].right
    assert points[-1].right


def test_spans_cover_what_is_between_from_the_end_on() -> None:
    assert spans(0, 5, 2) == [(3, 5), (1, 3), (0, 1)]
    assert spans(5, 5, 2) == []
    assert spans(6, 5, 2) == []
