"""When the next change of the board may go out to everybody.

PURE: time is an argument, in seconds of a clock that never goes back.
"""

GATHER_S = 0.005
"""What was committed together is heard together: so long the first change after a quiet time waits for its company."""
PERIOD_S = 0.1
"""At most so often in a busy time."""
SHARE = 1.5
"""A period is at least so many times what telling everybody took: there is always time for something else."""


class Pace:
    """The first change after a quiet time goes out nearly at once, later ones one period after the last began."""

    __slots__ = ("_due",)

    def __init__(self) -> None:
        self._due = 0.0

    def wait(self, now: float) -> float:
        """How long a change that is heard of `now` waits for others."""
        return max(GATHER_S, self._due - now)

    def told(self, began: float, ended: float) -> None:
        """Everybody has been told something, from `began` to `ended`."""
        self._due = began + max(PERIOD_S, SHARE * (ended - began))
