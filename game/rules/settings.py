"""Every number of the game that an organiser may change, with its bounds and its default."""

from collections.abc import Mapping
from itertools import pairwise
from typing import Annotated, Any, Literal, get_args

import msgspec
from msgspec import Meta

Percent = Annotated[int, Meta(ge=0, le=100)]
Solves = Annotated[int, Meta(ge=1, le=1_000_000)]


class HuntSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Read them with `load`, which checks bounds; every instance at least makes sense as a whole.

    Raises ValueError when two settings contradict each other.
    """

    curve: Annotated[
        Literal["elapsed", "solve_order"],
        Meta(description="What a right answer's points depend on: time with the question, or prior solves."),
    ] = "elapsed"
    floor_percent: Annotated[
        int, Meta(ge=0, le=100, description="Share of the points that the elapsed curve never falls below.")
    ] = 50
    half_life_minutes: Annotated[
        int, Meta(ge=1, le=10_080, description="Minutes in which what lies above the floor halves.")
    ] = 60
    solve_order_steps: Annotated[
        tuple[tuple[Solves, Percent], ...],
        Meta(max_length=20, description="Pairs (up to this many solves, percent of the points)."),
    ] = ((10, 100), (20, 90), (30, 85))
    solve_order_rest: Annotated[
        int, Meta(ge=0, le=100, description="Percent of the points for every solve after the last step.")
    ] = 75
    hint_points: Annotated[
        int, Meta(ge=0, le=1_000, description="Points that a hint takes off its question's award.")
    ] = 10
    xp_start: Annotated[int, Meta(ge=0, le=10_000, description="XP that a player begins with.")] = 0
    xp_cap: Annotated[int, Meta(ge=0, le=10_000, description="XP that nobody can rise above.")] = 100
    xp_per_hour: Annotated[
        int, Meta(ge=0, le=10_000, description="XP for every full hour since a player's first attempt.")
    ] = 10
    xp_per_solve: Annotated[int, Meta(ge=0, le=10_000, description="XP for a right answer.")] = 5
    hint_xp: Annotated[
        int, Meta(ge=0, le=10_000, description="Price of a hint in XP; above the cap nobody can buy it.")
    ] = 50
    skip_xp: Annotated[
        int, Meta(ge=0, le=10_000, description="Price of a skip in XP; above the cap nobody can buy it.")
    ] = 75
    accept_close_xp: Annotated[
        int,
        Meta(ge=0, le=10_000, description="Price of accept-close in XP; above the cap nobody can buy it."),
    ] = 100
    accept_close_points: Annotated[
        int, Meta(ge=0, le=1_000, description="Points that accept-close takes off its question's award.")
    ] = 10
    wrong_burst: Annotated[
        int, Meta(ge=1, le=1_000, description="Wrong answers that a rested player may give at once.")
    ] = 5
    wrong_per_minute: Annotated[
        int, Meta(ge=1, le=600, description="Wrong answers a minute that a player may go on giving.")
    ] = 10
    freeze_minutes: Annotated[
        int,
        Meta(
            ge=0, le=10_080, description="So many minutes before the end the public board freezes; 0: never."
        ),
    ] = 0
    reveal_top: Annotated[
        int, Meta(ge=1, le=100, description="Rows from this place up are revealed one by one after a freeze.")
    ] = 20
    board_top: Annotated[
        int, Meta(ge=1, le=100, description="Places of the board that everybody is shown.")
    ] = 25

    def __post_init__(self) -> None:
        if self.xp_start > self.xp_cap:
            raise ValueError(
                f"xp_start: must not be above xp_cap (allowed: 0 to {self.xp_cap}), not {self.xp_start}"
            )
        bounds = [upto for upto, _ in self.solve_order_steps]
        if any(later <= earlier for earlier, later in pairwise(bounds)):
            raise ValueError(f"solve_order_steps: the numbers of solves must strictly ascend, not {bounds}")


def load(raw: Mapping[str, object]) -> HuntSettings:
    """Settings from JSON or TOML values; what is left out keeps its default.

    Raises ValueError: one sentence that names the field and what it allows.
    """
    fields = {field.name: field for field in msgspec.structs.fields(HuntSettings)}
    values: dict[str, Any] = {}
    for name, value in raw.items():
        field = fields.get(name)
        if field is None:
            raise ValueError(f"{name}: no such setting (known: {', '.join(fields)})")
        try:
            values[name] = msgspec.convert(value, field.type)
        except msgspec.ValidationError:
            raise ValueError(f"{name}: must be {_allowed(field.type)}, not {value!r:.80}") from None
    return HuntSettings(**values)


def dump(settings: HuntSettings) -> dict[str, object]:
    """All settings as JSON types; `load(dump(s)) == s`."""
    plain: dict[str, object] = msgspec.json.decode(msgspec.json.encode(settings))
    return plain


def _allowed(annotated: Any) -> str:
    base, meta = get_args(annotated)
    if base is int:
        return f"a whole number from {meta.ge:,} to {meta.le:,}"
    if choices := [choice for choice in get_args(base) if isinstance(choice, str)]:
        return f"one of {', '.join(choices)}"
    return (
        f"at most {meta.max_length} pairs of a number of solves (1 to 1,000,000, ascending)"
        " and a percentage (0 to 100)"
    )
