"""The report as a page: everything that was found is in it, and nothing is asked of anybody else."""

import re
from html.parser import HTMLParser

import pytest
from msgspec.structs import replace

from enigma_rt.rehearsal import page, report, summary
from enigma_rt.rehearsal.plots import Curve, Plot, linear_ticks, log_ticks, svg, text_of, time_ticks
from enigma_rt.rehearsal.summary import Course
from tests.rehearsal.evening import COURSE, PLAN, SECONDS, TABS, played

VOID = {"meta", "br", "link", "img"}


class Page(HTMLParser):
    """Its text, its attributes, and whether what was opened was closed."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.texts: list[str] = []
        self.attributes: list[tuple[str, str]] = []
        self.tags: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(name, value or "") for name, value in attrs]
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(name, value or "") for name, value in attrs]

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.texts.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.texts).split())


def rendered(course: Course = COURSE, title: str = "") -> tuple[dict[str, object], Page, str]:
    evening = played(course)
    if title:
        evening.book.title = title
    kept = report.are_kept(report.promises(evening.book, course))
    summed = summary.summarise(course, evening, kept)
    found = report.figures(course, evening, summed)
    text = page.render(found, course, evening, summed, PLAN)
    return found, Page(text), text


def test_it_needs_nobody_else() -> None:
    _, shown, text = rendered()
    assert not {"script", "link", "img", "iframe", "object"} & set(shown.tags)
    assert not [name for name, _ in shown.attributes if name in ("src", "href", "srcset") or name[:2] == "on"]
    assert not re.search(r"url\(|@import|@font-face", text)


def test_it_is_whole() -> None:
    _, shown, _ = rendered()
    assert shown.open == []


def test_what_was_found_is_in_it() -> None:
    found, shown, _ = rendered()
    assert found["ok"] is True
    for wanted in (
        "Ready for 1,000 players on this machine",
        "The server kept every promise.",
        f"{found['p99_ms']:.0f} ms",
        f"{found['board_p99_ms']:.0f} ms",
        "1,400 sockets at once",
        "too busy, or too many from one address",
        "http://127.0.0.1:8000",
    ):
        assert wanted in shown.text, wanted
    curves = ["Sockets", "From key to verdict", "From connecting to the page", "everybody's board"]
    curves += ["Commands a second", "Right answers a second", "Errors by code", "Closes by code"]
    curves += ["Processor", "Memory", "A transaction", "Fan-out"]
    labels = [value for name, value in shown.attributes if name == "aria-label"]
    for curve in curves:
        (label,) = (label for label in labels if curve in label.partition(":")[0])
        assert "nothing was measured" not in label, curve


def test_the_events_have_their_names_and_times() -> None:
    found, shown, _ = rendered()
    assert [event["cause"] for event in found["waves"]] == ["herd", "restart"]  # type: ignore[attr-defined]
    assert "herd, 1:30" in shown.text
    assert "restart, 2:20" in shown.text


def test_a_broken_promise_is_what_is_seen_first() -> None:
    _, shown, _ = rendered(replace(COURSE, ledger="player 7: 90 points, ledger 80"))
    assert "Not ready for 1,000 players on this machine: a promise was broken." in shown.text
    assert "The server broke a promise." in shown.text
    assert "player 7: 90 points, ledger 80" in shown.text


def test_what_people_have_written_is_text() -> None:
    _, shown, text = rendered(title="<b>Lamp & Rotor</b>")
    assert "<b>Lamp & Rotor</b>" in shown.text
    assert "&lt;b&gt;Lamp &amp; Rotor" in text


def test_the_figures_are_whole() -> None:
    found, _, _ = rendered()
    series = found["series"]
    assert isinstance(series, dict)
    assert series["width_s"] * len(series["points"]) == SECONDS
    assert max(point["online"] for point in series["points"]) == TABS
    assert found["solves_per_s"] == pytest.approx(12, rel=0.05)
    assert found["storm"]["sockets"] == TABS // 30 * 30  # type: ignore[index]


def test_scales_hold_what_they_show() -> None:
    assert linear_ticks(0.93) == pytest.approx([0, 0.25, 0.5, 0.75, 1.0])
    assert linear_ticks(0) == [0, 1]
    assert log_ticks(3, 700) == [1, 10, 100, 1000]
    assert log_ticks(1000, 1000) == [1000, 10_000]
    assert time_ticks(60) == [0, 15, 30, 45, 60]
    for most in (0.004, 1, 7, 99, 100, 1234, 9e9):
        assert linear_ticks(most)[-1] >= most
        assert log_ticks(1, most)[-1] >= most


def test_numbers_are_short() -> None:
    texts = [text_of(*pair) for pair in ((1500.0, "ms"), (0.4, "%"), (1200.0, ""), (250.0, "ms"))]
    assert texts == ["1.5 s", "40 %", "1,200", "250 ms"]


def test_a_plot_of_nothing_says_so() -> None:
    drawn = svg(Plot("Latency", "ms", (Curve("p50", "one", [(1.0, None)]),), 60, scale="log"))
    assert "nothing was measured" in drawn


def test_gaps_stay_gaps() -> None:
    values = [(1.0, 5.0), (2.0, 6.0), (3.0, None), (4.0, 5.0), (5.0, 5.0), (6.0, None), (7.0, 3.0)]
    drawn = svg(Plot("Sockets", "", (Curve("a", "one", values),), 10))
    assert (drawn.count('class="curve one"'), drawn.count('class="dot one"')) == (2, 1)


def test_bars_are_stacked() -> None:
    curves = (Curve("a", "one", [(0.0, 2.0)]), Curve("b", "two", [(0.0, 2.0)]))
    drawn = svg(Plot("Errors", "", curves, 10, bars=5))
    tops = [float(y) for y in re.findall(r'class="bar \w+" x="[\d.]+" y="([\d.]+)"', drawn)]
    assert tops[1] < tops[0]
