"""What is seen while it goes, on a terminal and in a file."""

import io

from django.core.management.base import OutputWrapper

from enigma_rt.rehearsal.play import Progress
from enigma_rt.rehearsal.screen import Screen, block, line
from tests.rehearsal.evening import PLAN, TABS, played

NARROW = 80


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def progress(stage: str = "", second: float = 170.0) -> Progress:
    evening = played()
    return Progress(PLAN, second, stage, evening.timeline, evening.loads)


def test_a_block_fits_a_narrow_terminal_and_has_the_figures() -> None:
    lines = block(progress())
    assert max(map(len, lines)) <= NARROW
    text = "\n".join(lines)
    for wanted in (f"online {TABS} of {TABS}", "commands 28/s", "solves 12.0/s of 12", "p99", "2:50 of 3:00"):
        assert wanted in text, wanted
    assert "MB" in text


def test_a_line_says_the_same_shortly() -> None:
    assert f"online {TABS} of {TABS}" in line(progress())
    assert line(progress("asking again")) == "asking again"


def test_on_a_terminal_the_block_is_rewritten_and_leaves_nothing() -> None:
    out = Terminal()
    screen = Screen(OutputWrapper(out))
    for second in (10.0, 11.0):
        screen.show(progress(second=second))
    screen.clear()
    lines = len(block(progress()))
    assert out.getvalue().count("\x1b[A\x1b[2K") == 2 * lines


def test_in_a_file_there_is_a_line_now_and_then() -> None:
    out = io.StringIO()
    screen = Screen(OutputWrapper(out))
    for second in (10.0, 11.0, 12.0):
        screen.show(progress(second=second))
    assert out.getvalue().count("\n") == 1
    assert "\x1b" not in out.getvalue()
