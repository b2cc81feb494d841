"""What many have typed, counted on: always what a fresh count of everything would say."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from game.rules.guesses import Group, Tried

SHOWN = 3
one_look = st.lists(st.tuples(st.sampled_from("abcdefgh"), st.booleans()), max_size=12)


def groups(made: list[tuple[str, bool]]) -> dict[str, Group]:
    counted = Counter(text for text, _ in made)
    first = Counter(text for text, repeat in made if not repeat)
    return {text: Group(first[text], tries, text.upper(), tries) for text, tries in counted.items()}


@given(one_look, st.lists(st.tuples(one_look, st.booleans()), max_size=6))
def test_counting_on_is_counting_afresh(
    before: list[tuple[str, bool]], looks: list[tuple[list[tuple[str, bool]], bool]]
) -> None:
    tried = Tried(SHOWN)
    tried.fill(groups(before))
    everything, above = list(before), list[tuple[str, bool]]()
    for made, moves in looks:
        # All that is above the mark is told again, and is below the next one when that moves.
        everything += made
        above += made
        tried.take((text, moves, group) for text, group in groups(above).items())
        if moves:
            above = []
        fresh = groups(everything)
        order = sorted(fresh, key=lambda text: (-fresh[text].players, -fresh[text].tries, text))
        assert [text for text, _ in tried.first()] == order[:SHOWN]
        assert [(group.players, group.tries) for _, group in tried.first()] == [
            (fresh[text].players, fresh[text].tries) for text in order[:SHOWN]
        ]
        assert len(tried) == len(fresh)


def test_of_a_group_the_newest_is_kept() -> None:
    tried = Tried(SHOWN)
    tried.fill({"left lamp": Group(1, 2, "Left Lamp", 70)})
    tried.take(
        [
            ("left lamp", False, Group(1, 1, "left lamp!", 90)),
            ("left lamp", True, Group(1, 1, "LEFT LAMP", 80)),
        ]
    )
    assert tried.first() == [("left lamp", Group(3, 4, "left lamp!", 90))]
