"""What we make and take apart ourselves, against a library that does nothing else."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from websockets.exceptions import ProtocolError
from websockets.frames import Frame, Opcode
from websockets.streams import StreamReader

from consumers import protocol, wire

SIZES = (0, 1, 125, 126, 127, 128, 4096, 65_535)


def read(data: bytes, *, mask: bool) -> tuple[list[Frame], bytes]:
    """The whole frames in `data`, and what is left."""
    reader, frames, left = StreamReader(), [], data
    reader.feed_data(data)
    while True:
        steps = Frame.parse(reader.read_exact, mask=mask, max_size=None)
        try:
            next(steps)
        except StopIteration as done:
            frames.append(done.value)
            left = bytes(reader.buffer)
        else:
            return frames, left


def said(text: bytes, opcode: Opcode = Opcode.TEXT, fin: bool = True) -> bytes:
    """As a client says it."""
    return Frame(opcode, text, fin).serialize(mask=True)


@pytest.mark.parametrize("size", [*SIZES, 65_536, 100_000])
def test_a_wrapped_text_is_one_frame(size: int) -> None:
    frame = wire.wrap(b"x" * size)
    assert read(frame, mask=False) == ([Frame(Opcode.TEXT, b"x" * size)], b"")
    assert wire.text_of(frame) == "x" * size


def test_a_frame_of_the_protocol_is_packed_as_it_is_encoded() -> None:
    frame = protocol.Error(None, "forbidden", "Nö " * 60)
    assert wire.text_of(protocol.pack(frame)).encode() == protocol.encode(frame)


@pytest.mark.parametrize("size", SIZES)
def test_a_whole_message_is_unwrapped(size: int) -> None:
    assert wire.unwrap(said(b"y" * size)) == "y" * size


@given(st.text())
def test_any_text_comes_through(text: str) -> None:
    assert wire.unwrap(said(text.encode())) == text


NOT_PLAIN = {
    "nothing": b"",
    "not all of it": said(b"hello")[:-1],
    "more than it": said(b"hello") + b"\x81",
    "two": said(b"hello") * 2,
    "the first part": said(b"hello", fin=False),
    "a later part": said(b"hello", Opcode.CONT),
    "binary": said(b"hello", Opcode.BINARY),
    "ping": said(b"hello", Opcode.PING),
    "close": said(b"\x03\xe8", Opcode.CLOSE),
    "no UTF-8": said(b"\xff"),
    "half a character": said("é".encode()[:1]),
    "a lone surrogate": said(b"\xed\xa0\x80"),
    "not masked": Frame(Opcode.TEXT, b"hello").serialize(mask=False),
    "a reserved bit": b"\xc1" + said(b"hello")[1:],
    "a longer length than needed": b"\x81\xfe\x00\x05" + bytes(4) + b"hello",
    "a much longer one": b"\x81\xff" + bytes(7) + b"\x05" + bytes(4) + b"hello",
    "a length that looks like one": b"\x81\xff" + bytes(131),
}


@pytest.mark.parametrize("what", NOT_PLAIN)
def test_what_is_not_one_plain_message_is_left_alone(what: str) -> None:
    assert wire.unwrap(NOT_PLAIN[what]) is None


@given(
    st.one_of(
        st.binary(max_size=300),
        st.builds(
            lambda first, rest: bytes([0x81, first]) + rest, st.integers(0, 255), st.binary(max_size=300)
        ),
        st.builds(
            lambda rest, size: b"\x81\xfe" + size.to_bytes(2, "big") + rest,
            st.binary(max_size=300),
            st.integers(0, 310),
        ),
    )
)
@example(b"\x81\x80" + bytes(4))
def test_nothing_is_taken_that_the_rules_forbid(data: bytes) -> None:
    text = wire.unwrap(data)
    if text is not None:
        frames, left = read(data, mask=True)
        assert (frames, left) == ([Frame(Opcode.TEXT, text.encode())], b"")
    else:
        try:
            frames, left = read(data, mask=True)
        except ProtocolError:
            return
        assert (
            left
            or [(frame.opcode, frame.fin) for frame in frames] != [(Opcode.TEXT, True)]
            or not is_text(frames[0].data)
            or is_wasteful(data)
        )


def is_text(data: bytes | bytearray | memoryview) -> bool:
    try:
        bytes(data).decode()
    except UnicodeDecodeError:
        return False
    return True


def is_wasteful(data: bytes) -> bool:
    """Whether the length is written in more bytes than it needs, which this reader puts up with."""
    return (data[1] == 0xFE and int.from_bytes(data[2:4], "big") < 126) or data[1] == 0xFF
