"""What the load client puts on the wire. PURE: bytes in, bytes out."""

from collections.abc import Sequence

KEY = "dGhlIHNhbXBsZSBub25jZQ=="
TEXT, CLOSE, PING, PONG = 0x81, 0x88, 0x89, 0x8A
NO_MASK = b"\0\0\0\0"
"""A client has to mask what it sends. With this key masking changes nothing, so a frame can be sent as it was built."""


def frame(payload: bytes, opcode: int = TEXT) -> bytes:
    """A whole frame from a client, of at most 65,535 bytes of payload."""
    size = len(payload)
    if size < 126:
        return bytes((opcode, 0x80 | size)) + NO_MASK + payload
    return bytes((opcode, 0x80 | 126)) + size.to_bytes(2, "big") + NO_MASK + payload


def handshake(path: str, port: int, cookie: str = "") -> bytes:
    """The request that opens a socket at `path`, from a page of the same host."""
    lines = [
        f"GET {path} HTTP/1.1",
        f"Host: 127.0.0.1:{port}",
        f"Origin: http://127.0.0.1:{port}",
        "Upgrade: websocket",
        "Connection: Upgrade",
        f"Sec-WebSocket-Key: {KEY}",
        "Sec-WebSocket-Version: 13",
    ]
    if cookie:
        lines.append(f"Cookie: {cookie}")
    return "\r\n".join([*lines, "", ""]).encode()


def payload_at(buffer: bytes | bytearray, place: int, end: int) -> tuple[int, int] | None:
    """Where the payload of the server's frame at `place` begins and stops; None unless all of it is there."""
    if end - place < 2:
        return None
    size, begin = buffer[place + 1], place + 2
    if size >= 126:
        begin += 2 if size == 126 else 8
        if end < begin:
            return None
        size = int.from_bytes(buffer[place + 2 : begin], "big")
    return (begin, begin + size) if begin + size <= end else None


def percentile(ascending: Sequence[float], percent: float) -> float:
    """The smallest of the values that `percent` of them do not exceed."""
    place = -(-len(ascending) * percent // 100)
    return ascending[max(0, int(place) - 1)]
