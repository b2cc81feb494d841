"""What the processes of a rehearsal say to each other, however much it is."""

import asyncio
import multiprocessing
from concurrent.futures import ThreadPoolExecutor

from enigma_rt.rehearsal.messages import Failed, listen, read_report, send
from enigma_rt.rehearsal.worker import loop_factory


def test_a_report_larger_than_the_pipe_arrives_whole() -> None:
    """The book of two thousand bots is megabytes; it leaves from a loop that listens to the same pipe."""
    ours, theirs = multiprocessing.Pipe()
    said = Failed("lamp" * 1_000_000)

    async def worker() -> None:
        listen(theirs, lambda: None)
        await asyncio.sleep(0.01)  # the loop begins to watch it
        send(theirs, said)

    with ThreadPoolExecutor(1) as leader, ours, theirs:
        heard = leader.submit(read_report, ours)
        with asyncio.Runner(loop_factory=loop_factory()) as runner:
            runner.run(worker())
        assert heard.result(timeout=30) == said
