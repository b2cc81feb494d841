"""Who may be playing together: what is rare weighs, what is common never does, whoever is asked first."""

from itertools import combinations
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from game.rules.integrity import (
    BACK_BITS,
    NEXT,
    RARE,
    Act,
    Bin,
    Facts,
    Field,
    Guess,
    Kind,
    Pair,
    Part,
    Shared,
    Solve,
    State,
    Step,
    bin_start,
    coincidences,
    fields,
    line_up,
    noteworthy,
    state_of,
    tries,
    weigh,
)
from game.rules.matching import normalise

MINUTE = 60_000
FIELD = Field(
    tried=1840, bins=tuple(Bin(start, 4, 1) for start in (bin_start(s * 10_000) for s in range(60)))
)

players = st.integers(1, 12)
instants = st.integers(0, 60 * MINUTE)
guesses = st.lists(
    st.builds(
        Guess, players, st.integers(1, 3), st.sampled_from(["ab", "lamp", "lantern", "left lamp"]), instants
    ),
    max_size=40,
    unique_by=lambda guess: (guess.player, guess.q, guess.text),
)
solves = st.lists(
    st.builds(Solve, players, st.integers(1, 3), st.integers(0, 2 * MINUTE), instants),
    max_size=30,
    unique_by=lambda solve: (solve.player, solve.q),
)
ends = st.tuples(instants, instants)
facts = st.builds(
    Facts,
    st.lists(
        st.builds(
            Shared,
            st.integers(1, 3),
            st.text("abcd", min_size=1, max_size=9),
            st.integers(2, 2 * RARE),
            ends,
        ),
        max_size=6,
        unique_by=lambda shared: (shared.q, shared.text),
    ),
    st.lists(
        st.builds(Step, st.integers(1, 3), ends, ends, st.integers(2, 200)),
        max_size=3,
        unique_by=lambda step: step.q,
    ),
)


def bits_of(shared: Facts, behind: int = 0, tried: dict[tuple[int, int], int] | None = None) -> float:
    return weigh((1, 2), shared, dict.fromkeys((1, 2, 3), FIELD), tried or {}, behind).bits


def guess(typed: int = 2, text: str = "left lamp", q: int = 1) -> Facts:
    return Facts([Shared(q, text, typed, (0, 1000))])


def step(gap: int = 3000, elapsed: int = 5 * MINUTE, crowd: int = 2, q: int = 1) -> Facts:
    return Facts([], [Step(q, (0, gap), (elapsed, elapsed + gap), crowd)])


# --- what weighs, and how much ------------------------------------------------------------------------------------


def test_a_guess_weighs_what_its_rarity_says() -> None:
    assert bits_of(guess(2)) == 9.8  # 2 of 1,840
    assert bits_of(guess(8)) == 7.8
    assert bits_of(guess(RARE + 1)) == 0
    assert bits_of(guess(2, "lamp")) == 4.9
    assert bits_of(guess(2, "ab")) == 0


def test_who_tries_much_hits_on_much() -> None:
    assert bits_of(guess(2), tried={(1, 1): 1, (2, 1): 1}) == 9.8
    assert bits_of(guess(2), tried={(1, 1): 64, (2, 1): 1}) == 3.8


def test_a_step_weighs_what_everybodys_times_and_the_crowd_leave_of_it() -> None:
    assert bits_of(step(gap=1000)) > bits_of(step(gap=9000)) > 0
    assert bits_of(step(crowd=2000)) == 0
    # Where nobody else is as slow, to be there together is rare; where most are, it is not.
    packed = Field(200, (Bin(0, 190, 10), Bin(600_000, 10, 0)))
    quick, slow = (
        weigh((1, 2), step(elapsed=elapsed), {1: packed}, {(1, 1): 1, (2, 1): 1}).bits
        for elapsed in (3000, 610_000)
    )
    assert quick == 0
    assert slow > 5


def test_right_at_the_first_try_and_just_after_the_other_says_more_when_it_is_rare() -> None:
    hard = Field(200, (Bin(0, 2, 2), Bin(60_000, 98, 0), Bin(120_000, 100, 0)))
    stumbled = weigh((1, 2), step(elapsed=125_000), {1: hard}, {(1, 1): 3, (2, 1): 1})
    at_once = weigh((1, 2), step(elapsed=125_000), {1: hard}, {(1, 1): 3})
    assert [part.kind for part in stumbled.parts] != [part.kind for part in at_once.parts]
    assert at_once.bits > stumbled.bits
    (clean,) = [part for part in at_once.parts if part.kind is Kind.CLEAN]
    assert (clean.few, clean.of) == (2, 200)


@given(facts, st.integers(2, 600))
def test_an_address_alone_is_nothing_and_one_of_a_campus_never_is_anything(
    shared: Facts, behind: int
) -> None:
    assert weigh((1, 2), Facts(), {}, {}, 2).bits == 0
    without, with_it = bits_of(shared), bits_of(shared, behind)
    assert without <= with_it <= without * 1.25 + 0.1
    assert bits_of(shared, 500) == without


@given(facts, st.dictionaries(st.tuples(st.sampled_from([1, 2]), st.integers(1, 3)), st.integers(1, 50)))
def test_it_is_the_same_whoever_is_named_first(shared: Facts, tried: dict[tuple[int, int], int]) -> None:
    turned = Facts(
        [Shared(each.q, each.text, each.typed, each.at[::-1]) for each in shared.guesses],
        [Step(each.q, each.at[::-1], each.elapsed[::-1], each.crowd) for each in shared.steps],
    )
    other = {(3 - player, q): count for (player, q), count in tried.items()}
    assert bits_of(shared, 3, tried) == bits_of(turned, 3, other)


@given(facts, st.data())
def test_more_evidence_never_weighs_less(shared: Facts, data: st.DataObject) -> None:
    kept = Facts(
        data.draw(st.lists(st.sampled_from(shared.guesses), unique=True)) if shared.guesses else [],
        data.draw(st.lists(st.sampled_from(shared.steps), unique=True)) if shared.steps else [],
    )
    tried = {(player, q): sum(each.q == q for each in shared.guesses) for player in (1, 2) for q in (1, 2, 3)}
    assert bits_of(kept, 0, tried) <= bits_of(shared, 0, tried)


# --- who is looked at ---------------------------------------------------------------------------------------------


@given(guesses, solves, st.randoms())
def test_the_order_of_what_happened_does_not_matter(
    tried: list[Guess], solved: list[Solve], random: object
) -> None:
    def found(some: list[Guess], others: list[Solve]) -> dict[tuple[int, int], Pair]:
        field, counts = fields(some, others), tries(some)
        return {
            pair: weigh(pair, shared, field, counts) for pair, shared in coincidences(some, others).items()
        }

    shuffled, again = list(tried), list(solved)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    random.shuffle(again)  # type: ignore[attr-defined]
    assert found(tried, solved) == found(shuffled, again)


@given(guesses, solves)
def test_pairs_come_from_what_is_rare_and_near_and_from_nothing_else(
    tried: list[Guess], solved: list[Solve]
) -> None:
    found = coincidences(tried, solved)
    field, counts = fields(tried, solved), tries(tried)
    for (a, b), shared in found.items():
        assert a < b
        assert all(each.typed <= RARE for each in shared.guesses)
        assert all(abs(each.at[0] - each.at[1]) <= 10_000 for each in shared.steps)
        for part in weigh((a, b), shared, field, counts).parts:
            assert part.bits > 0
            assert part.few < part.of
    # What the index costs: neighbours, and the few of each rare guess; never everybody with everybody.
    assert sum(len(shared.steps) for shared in found.values()) <= NEXT * len(solved)
    assert sum(len(shared.guesses) for shared in found.values()) <= RARE * len(tried)


def test_thousands_who_guess_the_same_and_solve_at_once_are_no_pair() -> None:
    tried = [Guess(player, 1, "the fountain", player) for player in range(5_000)]
    solved = [Solve(player, 1, 5 * MINUTE + player, 5 * MINUTE) for player in range(5_000)]
    field = fields(tried, solved)
    counts = tries(tried)
    found = coincidences(tried, solved)
    assert len(found) <= NEXT * len(solved)
    # A guess that all make is nothing, and a moment at which all solve is hardly anything.
    assert max(weigh(pair, shared, field, counts).bits for pair, shared in found.items()) < 6


def test_three_who_play_together_stand_out_of_a_hall() -> None:
    hall = range(1, 201)
    chance = Random(7)
    tried = [
        Guess(player, q, f"guess {chance.randrange(60)}", player * 977) for player in hall for q in (1, 2, 3)
    ]
    took = {(player, q): chance.randrange(15 * MINUTE) for player in hall for q in (1, 2, 3)}
    solved = [Solve(player, q, q * 20 * MINUTE + ms, ms) for (player, q), ms in took.items()]
    for player in (301, 302, 303):
        tried += [Guess(player, q, f"our odd idea {n}", n * 1000) for q in (1, 2) for n in range(3)]
        solved += [
            Solve(player, q, q * 20 * MINUTE + 700_000 + player * 900, 700_000 + player * 900)
            for q in (1, 2, 3)
        ]
    field, counts = fields(tried, solved), tries(tried)
    best = sorted(
        (weigh(pair, shared, field, counts) for pair, shared in coincidences(tried, solved).items()),
        key=lambda pair: -pair.bits,
    )
    floor = noteworthy(203)
    assert {(pair.a, pair.b) for pair in best if pair.bits >= floor} == set(combinations((301, 302, 303), 2))
    assert best[0].run == 3


@given(st.integers(0, 400_000_000))
def test_a_time_falls_into_the_step_that_it_is_in(took: int) -> None:
    start = bin_start(took)
    assert start <= took
    assert bin_start(start) == start
    assert took - start < 600_000


# --- decisions ----------------------------------------------------------------------------------------------------


def test_a_cleared_pair_comes_back_only_with_much_more() -> None:
    assert state_of(30, None, 0) is State.NEW
    assert state_of(30, "watch", 30) is State.WATCH
    assert state_of(90, "confirm", 30) is State.CONFIRMED
    assert state_of(30 + BACK_BITS - 0.1, "clear", 30) is State.CLEARED
    assert state_of(30 + BACK_BITS, "clear", 30) is State.BACK


# --- side by side -------------------------------------------------------------------------------------------------


def test_what_coincides_is_one_line() -> None:
    left = [Act(1, 10, "Our Idea", "wrong"), Act(1, 50, "right 1", "correct"), Act(2, 90, "else", "wrong")]
    right = [Act(1, 20, "mine", "wrong"), Act(1, 30, "our idea", "wrong"), Act(1, 52, "right 1", "correct")]
    parts = [
        Part(Kind.GUESS, 9.8, 2, 1840, 1, normalise("our idea"), (10, 30)),
        Part(Kind.STEP, 4.0, 3, 90, 1, "", (50, 52), 2),
        Part(Kind.CLEAN, 2.0, 3, 90, 1, "", (50, 52), 2),
        Part(Kind.ADDRESS, 2.0, 3, 3),
    ]
    lines, left_out = line_up(left, right, parts)
    assert left_out == 0
    assert [
        (line.left and line.left.text, line.right and line.right.text, len(line.parts)) for line in lines
    ] == [
        ("Our Idea", "our idea", 1),
        (None, "mine", 0),
        ("right 1", "right 1", 2),
    ]


@given(st.lists(st.builds(Act, st.integers(1, 2), instants, st.just("x"), st.just("wrong")), max_size=30))
def test_every_act_of_a_question_is_shown_once_or_counted(acts: list[Act]) -> None:
    part = Part(Kind.STEP, 4.0, 3, 90, 1, "", (5, 6), 1)
    here = [*acts, Act(1, 5, "y", "correct")]
    lines, left_out = line_up(here, [Act(1, 6, "y", "correct")], [part])
    shown = [line.left for line in lines if line.left]
    assert len(shown) + left_out == sum(act.q == 1 for act in here)
