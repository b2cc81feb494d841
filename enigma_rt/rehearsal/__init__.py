"""A rehearsal: bots that play a hunt against a running server as people would, and keep book of what they are told.

`play.py` runs it. A bot (`bots.py`) is one player with an account (`accounts.py`), habits (`habits.py`), what the hunt
pack tells (`knowledge.py`) and one or more tabs (`client.py`), each of which follows the board (`board.py`). Every
command stands in the `journal.py`; `truth.py` and `ending.py` hold it against what the server says and has stored
afterwards; `report.py` says how it went. `docs/rehearse.md` is the guide.
"""


class RehearsalError(Exception):
    """Why there can be no rehearsal. Its text is one line for people."""
