"""The public board stands still from an instant on, and is revealed step by step: all of it follows from the hunt's row
and the clock, so every process and every screen is at the same step without anybody telling it."""

from msgspec import Struct


class Curtain(Struct, frozen=True):
    """A hunt's freeze and its reveal. Without `freeze_at` everything is public; before it, too.

    `reveal_at` is the instant whose standings are revealed (null: no reveal has begun), `steps` how many steps that
    takes and `step` how many were done at `since`; with `every_ms` one more is done each time that has passed.
    """

    freeze_at: int | None = None
    reveal_at: int | None = None
    step: int = 0
    steps: int = 0
    since: int = 0
    every_ms: int | None = None


OPEN = Curtain()


def step_at(curtain: Curtain, now: int) -> int:
    """How many steps of the reveal are done; 0 when none has begun."""
    if curtain.reveal_at is None:
        return 0
    passed = max(0, now - curtain.since) // curtain.every_ms if curtain.every_ms else 0
    return min(curtain.steps, curtain.step + passed)


def is_revealed(curtain: Curtain, now: int) -> bool:
    """Whether the last step has been done: nothing is held back any more."""
    return curtain.reveal_at is not None and step_at(curtain, now) >= curtain.steps


def public_until(curtain: Curtain, now: int) -> int | None:
    """The last instant whose standings are public, that instant included; None: whatever has happened is."""
    if curtain.freeze_at is None or now < curtain.freeze_at or is_revealed(curtain, now):
        return None
    return curtain.freeze_at
