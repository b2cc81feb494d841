"""What the running code works for. Each connection has a context of its own; every log line carries what is set."""

from contextvars import ContextVar

player: ContextVar[int | None] = ContextVar("player", default=None)
"""The player's id, from when a socket knows it."""
command: ContextVar[str | None] = ContextVar("command", default=None)
"""The id of the command that is being carried out, as its client made it."""
