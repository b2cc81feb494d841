"""A rehearsal: bots that play a hunt against a running server as people would, and keep book of what they are told.

One process leads: `planning.py` says what is wanted, `crew.py` holds the client processes, `play.py` leads them through
the evening (`messages.py` is what is said), `watch.py` looks at the servers, `timeline.py` puts together what comes in.
A client process (`worker.py`) runs its share of the bots on a clock of their own (`tempo.py`). A bot (`bots.py`) is one
player with an account (`accounts.py`), habits (`habits.py`), what the hunt pack tells (`knowledge.py`) and one or more
tabs (`client.py`, over a `wire.py`), each of which follows the board (`board.py`).

Every command stands in the `journal.py`; `truth.py` and `ending.py` hold it against what the server says and has stored
afterwards, and `book.py` makes one truth of what each process knows. `waves.py`, `echoes.py` and `gauges.py` say what
was measured, `summary.py` in few figures, `verdict.py` in words; `report.py` and `page.py` write it down.
`docs/rehearse.md` is the guide.
"""


class RehearsalError(Exception):
    """Why there can be no rehearsal. Its text is one line for people."""
