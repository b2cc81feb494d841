"""WebSocket frames as bytes: those of a server, which carry no mask and so are the same for every socket, and the plain
ones of a client, which are nearly all there are.

PURE: no I/O. RFC 6455, section 5.2. Whatever is not plain (fragments, control frames, rules broken) is the library's.
"""

TEXT = 0x81
"""The last (and only) frame of a text message."""
MASKED = 0x80
LENGTH_16, LENGTH_64 = 126, 127
HEAD = 6
"""Bytes before a client's text: what it is, its length, its mask."""


def wrap(text: bytes) -> bytes:
    """A text message of UTF-8 `text` as a server sends it."""
    size = len(text)
    if size < LENGTH_16:
        return bytes((TEXT, size)) + text
    if size < 1 << 16:
        return bytes((TEXT, LENGTH_16)) + size.to_bytes(2, "big") + text
    return bytes((TEXT, LENGTH_64)) + size.to_bytes(8, "big") + text


def text_of(frame: bytes) -> str:
    """What was wrapped."""
    return frame[{LENGTH_16: 4, LENGTH_64: 10}.get(frame[1], 2) :].decode()


def unwrap(data: bytes) -> str | None:
    """The text of a client's message of up to 65,535 bytes, when `data` is that message and nothing else; else None."""
    if len(data) < HEAD or data[0] != TEXT:
        return None
    size, start, least = data[1] - MASKED, HEAD, 0
    if size == LENGTH_16:
        size, start, least = int.from_bytes(data[2:4], "big"), HEAD + 2, LENGTH_16
    elif size > LENGTH_16:
        return None
    if not least <= size == len(data) - start:
        return None
    mask = data[start - 4 : start] * (size // 4 + 1)
    # As one large number each: as fast as it gets without a loop in C.
    plain = int.from_bytes(data[start:], "big") ^ int.from_bytes(mask[:size], "big")
    try:
        return plain.to_bytes(size, "big").decode()
    except UnicodeDecodeError:
        return None
