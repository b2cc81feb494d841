"""The benchmark:  python -m tests.load [NAME…]

A name may be the beginning of several (`fanout`). BENCH (the names), ROUNDS, BENCH_SECONDS and GROWTH are taken from
the environment, where `make bench ROUNDS=1` puts them.
"""

import argparse
import os
import sys
import time
from contextlib import ExitStack

from tests.load import answers, connects, fanout, screens, standings
from tests.load.machine import cores, describe, pinned
from tests.load.report import Row, keep, table
from tests.load.servers import Bench, Options, raise_file_limit
from tests.support import ensure
from tests.support.process import ROOT, exit_on_signals

BENCHES = {
    **answers.BENCHES,
    **fanout.BENCHES,
    **screens.BENCHES,
    **connects.BENCHES,
    **standings.BENCHES,
}
RESULT = ROOT / "build" / "bench.json"


def choose(names: list[str]) -> list[str]:
    """The rows of these names, or those whose names begin with one of them; all if there is none. Raises ValueError."""
    chosen = set[str]()
    for name in names:
        found = {name} if name in BENCHES else {each for each in BENCHES if each.startswith(name)}
        if not found:
            raise ValueError(f"no row is called {name}; there are {', '.join(BENCHES)}")
        chosen |= found
    return [name for name in BENCHES if not names or name in chosen]


def main(arguments: list[str]) -> int:
    usual = Options()
    parser = argparse.ArgumentParser(prog="python -m tests.load", description=__doc__)
    parser.add_argument("names", nargs="*", default=os.environ.get("BENCH", "").split())
    parser.add_argument("--rounds", type=int, default=os.environ.get("ROUNDS") or usual.rounds)
    parser.add_argument("--seconds", type=float, default=os.environ.get("BENCH_SECONDS") or usual.seconds)
    parser.add_argument("--growth", type=int, default=os.environ.get("GROWTH") or usual.growth)
    options = parser.parse_args(arguments)
    if missing := ensure.ensure(["postgres", "redis-server"]):
        print(ensure.named(missing), file=sys.stderr)
        return 1
    try:
        chosen = choose(options.names)
    except ValueError as error:
        parser.error(str(error))
    raise_file_limit()
    machine, layout, rows, failed = describe(), cores(), list[Row](), False
    with ExitStack() as stack:
        stack.enter_context(pinned(layout.client))
        bench = Bench(stack, layout, Options(options.rounds, options.seconds, options.growth))
        for name in chosen:
            began = time.monotonic()
            bench.say(f"{name}")
            try:
                rows += BENCHES[name](bench)
            except Exception as error:
                failed = True
                bench.say(
                    "\n".join(
                        [f"  FAILED: {type(error).__name__}: {error}", *getattr(error, "__notes__", ())]
                    )
                )
            bench.say(f"  {time.monotonic() - began:.0f} s")
    keep(RESULT, machine | {"rounds": options.rounds, "seconds": options.seconds}, rows)
    bench.say("\n" + ", ".join(f"{name} {value}" for name, value in machine.items()) + "\n\n" + table(rows))
    return int(failed)


if __name__ == "__main__":
    exit_on_signals()
    sys.exit(main(sys.argv[1:]))
