"""The rules of a hunt: values in, values out. No clock, no database, no socket.

Instants are whole milliseconds since the Unix epoch (UTC); durations are seconds unless a name ends in `_ms`.
"""
