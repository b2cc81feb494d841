"""A million standings in one process's memory."""

from collections.abc import Callable

from tests.load import bulk
from tests.load.report import Row, Sample, in_turn, row
from tests.load.servers import Bench, House, house

STANDINGS = 1_000_000
MOVES = 50_000


def measured(home: House) -> Sample:
    figures = home.ask(f"board_figures({MOVES})")
    return Sample(
        value=figures.pop("moves"), p50_ms=figures.pop("p50_ms"), p99_ms=figures.pop("p99_ms"), more=figures
    )


def standings_1m(bench: Bench) -> list[Row]:
    """Each move is one player's solve: out of the old place, into the new one, and the rank there."""
    with house(bench) as home:
        bulk.standings(home.hunt.env["DATABASE_URL"], STANDINGS)
        taken = in_turn({"ours": lambda: measured(home)}, bench.rounds, bench.say)

    def reached(made: Row) -> bool:
        reads = max(max(each.more["top_25_p99_ms"], each.more["around_p99_ms"]) for each in made.rounds)
        return made.value >= 25_000 and reads <= 1

    return [
        row(
            "standings_1m",
            "moves/s",
            taken["ours"],
            target=">= 25,000/s; top 25, around <= 1 ms",
            reached=reached,
        )
    ]


BENCHES: dict[str, Callable[[Bench], list[Row]]] = {"standings_1m": standings_1m}
